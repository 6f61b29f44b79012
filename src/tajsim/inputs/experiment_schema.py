"""The experiment format as a JSON Schema (Draft 2020-12), so that editors complete keys and names.

The shipped copy ``data/experiment.schema.json`` is renewed together with that of scenarios, with
``python -m tajsim.inputs.scenario_schema``; a test holds it current.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from tajsim.inputs.dates import MONTH
from tajsim.inputs.event_kinds import EVENT_KINDS, AnyEvent
from tajsim.inputs.experiment_format import ExperimentFile

#: What may stand in an event in place of a value.
_REFERENCE: dict[str, Any] = {
    "type": "object",
    "description": "the value of a factor: times * factor + plus; months after 'from' in a date",
    "properties": {
        "factor": {"type": "string"},
        "times": {"type": "number"},
        "plus": {"type": "number"},
        "from": {"type": "string", "pattern": f"^{MONTH}$"},
    },
    "required": ["factor"],
    "additionalProperties": False,
}


def experiment_schema_path() -> Path:
    """Return the path of the shipped schema."""
    return Path(str(files("tajsim"))) / "data" / "experiment.schema.json"


def experiment_schema() -> dict[str, Any]:
    """Return the schema of experiment files, with every name that a file may use."""
    schema = ExperimentFile.model_json_schema()
    event: dict[str, Any] = TypeAdapter(AnyEvent).json_schema()
    definitions: dict[str, Any] = event.pop("$defs")
    for kind in EVENT_KINDS.values():
        properties = definitions[kind.__name__]["properties"]
        for name in properties.keys() - {"kind", "label", "figures"}:
            either = [properties[name], {"$ref": "#/$defs/FactorReference"}]
            properties[name] = {"anyOf": either}
    schema["$defs"] |= {**definitions, "FactorReference": _REFERENCE}
    schema["properties"]["events"]["items"] = event
    schema["properties"]["points"]["items"] = {
        "type": "object",
        "additionalProperties": {"anyOf": [{"type": "number"}, {"type": "string"}]},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "tajsim-experiment.schema.json",
        **schema,
        "title": "tajsim experiment",
    }


def experiment_schema_text() -> str:
    """Return the schema as the text of the shipped file."""
    return one_a_line(experiment_schema()) + "\n"


def one_a_line(schema: Any, key: str = "") -> str:
    """Return a schema as JSON with one definition, property or setting a line."""
    if key not in ("", "$defs", "properties", "set"):
        return json.dumps(schema, ensure_ascii=False)
    lines = (f"{json.dumps(name)}: {one_a_line(part, name)}" for name, part in schema.items())
    return "{\n" + ",\n".join(lines) + "\n}"

"""The scenario format as a JSON Schema (Draft 2020-12), so that editors complete keys and names.

It is built from the models and the registries. The shipped copy ``data/scenario.schema.json`` is
renewed with ``python -m tajsim.inputs.scenario_schema``; a test holds it current.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from tajsim.files import write_whole
from tajsim.inputs.parameters import Parameter, load_families
from tajsim.inputs.scenario_format import ScenarioFile


def schema_path() -> Path:
    """Return the path of the shipped schema."""
    return Path(str(files("tajsim"))) / "data" / "scenario.schema.json"


def json_schema() -> dict[str, Any]:
    """Return the schema of scenario files, with every name that a file may use."""
    schema = ScenarioFile.model_json_schema(by_alias=True)
    names, properties = _settings()
    schema["$defs"] |= names
    schema["properties"]["set"] = {
        "type": "object",
        "description": "Parameters that take another value, under their full names",
        "properties": properties,
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "tajsim-scenario.schema.json",
        **schema,
        "title": "tajsim scenario",
    }


def _settings() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the definitions of settable parameters, and the properties of ``[set]``.

    An indexed parameter may be written quoted ("agency_pay.army") or as a table below its family.
    """
    definitions: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    for family in load_families().values():
        below: dict[str, Any] = {}
        for row in family.parameters:
            if row.role == "constant":
                continue
            definitions[f"set.{row.name}"] = _parameter(row)
            reference = {"$ref": f"#/$defs/set.{row.name}"}
            properties[row.name] = reference
            if row.index is not None:
                below[row.index] = reference
        if below:
            properties[family.name] = {
                "type": "object",
                "description": family.meaning,
                "properties": below,
                "additionalProperties": False,
            }
    return definitions, properties


def _parameter(row: Parameter) -> dict[str, Any]:
    return {
        "description": f"{row.meaning} [{row.unit}; {row.low:g} to {row.high:g}]",
        "default": row.value,
        "anyOf": [
            {"type": "number", "minimum": row.low, "maximum": row.high},
            {"type": "string", "description": f"with its unit, e.g. '{row.value:g} {row.unit}'"},
        ],
    }


def schema_text() -> str:
    """Return the schema as the text of the shipped file."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    from tajsim.inputs.experiment_schema import experiment_schema_path, experiment_schema_text

    write_whole(schema_path(), schema_text())
    write_whole(experiment_schema_path(), experiment_schema_text())

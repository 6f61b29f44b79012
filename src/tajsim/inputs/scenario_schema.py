"""The scenario format as a JSON Schema (Draft 2020-12), so that editors complete keys and names.

It is built from the models and the registries. ``python -m tajsim.inputs.scenario_schema`` renews
the shipped copy, ``data/scenario.schema.json``, that of experiments, and the list of the families
of parameters; tests hold them current.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from tajsim.files import write_whole
from tajsim.inputs import families
from tajsim.inputs.experiment_schema import (
    experiment_schema_path,
    experiment_schema_text,
    one_a_line,
)
from tajsim.inputs.parameters import Parameter, families_text, load_families
from tajsim.inputs.scenario_format import ScenarioFile


def schema_path() -> Path:
    """Return the path of the shipped schema."""
    return Path(str(files("tajsim"))) / "data" / "scenario.schema.json"


def json_schema() -> dict[str, Any]:
    """Return the schema of scenario files, with every name that a file may use."""
    schema = ScenarioFile.model_json_schema(by_alias=True)
    text = {"type": "string", "description": "a number with its unit, such as '2 USD/month'"}
    schema["$defs"]["WithUnit"] = text
    schema["properties"]["set"] = {
        "type": "object",
        "description": "Parameters that take another value, under their full names",
        "properties": _settings(),
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "tajsim-scenario.schema.json",
        **schema,
        "title": "tajsim scenario",
    }


def _settings() -> dict[str, Any]:
    """Return the properties of ``[set]``: the settable parameters.

    An indexed parameter may be written as a table below its family or quoted ("agency_pay.army").
    """
    properties: dict[str, Any] = {}
    for family in load_families().values():
        rows = [row for row in family.parameters if row.role != "constant"]
        if rows and rows[0].index is None:
            properties[family.name] = _parameter(rows[0])
        elif rows:
            properties[family.name] = {
                "type": "object",
                "description": family.meaning,
                "properties": {row.index: _parameter(row) for row in rows},
                "additionalProperties": False,
            }
            below = f"#/properties/set/properties/{family.name}/properties"
            properties |= {row.name: {"$ref": f"{below}/{row.index}"} for row in rows}
    return properties


def _parameter(row: Parameter) -> dict[str, Any]:
    return {
        "description": f"{row.meaning} [{row.unit}; {row.low:g} to {row.high:g}]",
        "default": row.value,
        "anyOf": [
            {"type": "number", "minimum": row.low, "maximum": row.high},
            {"$ref": "#/$defs/WithUnit"},
        ],
    }


def schema_text() -> str:
    """Return the schema as the text of the shipped file."""
    return one_a_line(json_schema()) + "\n"


if __name__ == "__main__":
    write_whole(Path(families.__file__), families_text())
    write_whole(schema_path(), schema_text())
    write_whole(experiment_schema_path(), experiment_schema_text())

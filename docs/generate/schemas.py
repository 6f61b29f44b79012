"""The file formats as JSON Schemas (Draft 2020-12), so that editors complete keys and names.

They are built from the models and the registries. ``python -m docs.generate.schemas`` renews the
shipped copies, ``src/tajsim/data/*.schema.json``, and the list of the families of parameters.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from tajsim.files import write_whole
from tajsim.inputs import events, families, registry
from tajsim.inputs.experiment import ExperimentFile, FactorReference
from tajsim.inputs.scenario_parts import ScenarioFile, schema_path


def schema_text(kind: str = "scenario") -> str:
    """Return the schema as the text of the shipped file."""
    return _one_a_line(json_schema() if kind == "scenario" else experiment_schema()) + "\n"


def _one_a_line(schema: Any, key: str = "") -> str:
    """Return a schema as JSON with one definition, property or setting a line."""
    if key not in ("", "$defs", "properties", "set"):
        return json.dumps(schema, ensure_ascii=False)
    lines = (f"{json.dumps(name)}: {_one_a_line(part, name)}" for name, part in schema.items())
    return "{\n" + ",\n".join(lines) + "\n}"


def _titled(schema: dict[str, Any], kind: str) -> dict[str, Any]:
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": draft, **_plain(schema), "title": f"tajsim {kind}"}


def _plain(schema: Any) -> Any:
    """Return a schema by which validators tell one error for a mistake.

    TOML has no null; and of several kinds of a table only the one that it names is compared.
    """
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _plain(part) for name, part in schema.items()}
    parts = found.get("anyOf", [])
    if len(parts) == 2 and {"type": "null"} in parts:
        del found["anyOf"]
        found.pop("default", None)
        found |= next(part for part in parts if part != {"type": "null"})
    if isinstance(kinds := found.pop("discriminator", None), dict):
        del found["oneOf"]
        key, named = kinds["propertyName"], kinds["mapping"]
        found |= {"type": "object", "required": [key], "properties": {key: {"enum": [*named]}}}
        found["allOf"] = [
            {"if": {"properties": {key: {"const": name}}}, "then": {"$ref": place}}
            for name, place in named.items()
        ]
    return found


def experiment_schema() -> dict[str, Any]:
    """Return the schema of experiment files, with every name that a file may use."""
    schema = ExperimentFile.model_json_schema()
    event: dict[str, Any] = TypeAdapter(events.AnyEvent).json_schema()
    definitions: dict[str, Any] = event.pop("$defs")
    for kind in events.EVENT_KINDS.values():
        properties = definitions[kind.__name__]["properties"]
        for name in properties.keys() - {"kind", "label", "figures"}:
            either = [properties[name], {"$ref": "#/$defs/FactorReference"}]
            properties[name] = {"anyOf": either}
    schema["$defs"] |= {**definitions, "FactorReference": FactorReference.model_json_schema()}
    schema["properties"]["events"]["items"] = event
    return _titled(schema, "experiment")


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
    return _titled(schema, "scenario")


def _settings() -> dict[str, Any]:
    """Return the properties of ``[set]``: the settable parameters.

    An indexed parameter may be written as a table below its family or quoted ("agency_pay.army").
    """
    properties: dict[str, Any] = {}
    for family in registry.load_families().values():
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


def _parameter(row: registry.Parameter) -> dict[str, Any]:
    return {
        "description": f"{row.meaning} [{row.unit}; {row.low:g} to {row.high:g}]",
        "default": row.value,
        "anyOf": [
            {"type": "number", "minimum": row.low, "maximum": row.high},
            {"$ref": "#/$defs/WithUnit"},
        ],
    }


_LIST = '''\
"""GENERATED by ``python -m docs.generate.schemas``: the families of parameters."""

# fmt: off
# ruff: noqa: E501
from tajsim.axes import Array


class Families:
    """The values in force by family, ``values.agency_pay``: unit, shape and meaning beside each."""

'''


def families_text() -> str:
    """Return the source of ``families.py``: a line for each family of the registry."""
    lines = []
    for f in registry.load_families().values():
        shape = f"({f.dimension}, run)" if f.dimension else "(run,)"
        lines.append(f"    {f.name}: Array  # {f.unit} {shape}: {f.meaning}\n")
    return _LIST + "".join(lines)


if __name__ == "__main__":
    write_whole(Path(families.__file__), families_text())
    for kind in ("scenario", "experiment"):
        write_whole(schema_path(kind), schema_text(kind))

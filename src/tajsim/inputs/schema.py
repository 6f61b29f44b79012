"""The scenario format as a JSON Schema (Draft 2020-12), so that editors complete keys and names.

It is built from the models and the registries. ``python -m tajsim.inputs.schema`` renews
the shipped copy, ``data/scenario.schema.json``, that of experiments, and the list of the families
of parameters; tests hold them current. A new scenario file names its schema, so that it is written
here too.
"""

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from tajsim.errors import UserError
from tajsim.files import data_text, write_whole
from tajsim.inputs import events, families, registry, scenario_parts
from tajsim.inputs.experiment_file import ExperimentFile, Reference
from tajsim.inputs.scenario_parts import Scenario, ScenarioFile, load_scenario, scenario_path


def schema_path(kind: str = "scenario") -> Path:
    """Return the path of the shipped schema of scenarios or of experiments."""
    return Path(str(files("tajsim"))) / "data" / f"{kind}.schema.json"


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
    schema["$defs"] |= {**definitions, "FactorReference": Reference.model_json_schema()}
    schema["properties"]["events"]["items"] = event
    schema["properties"]["points"]["items"] = {
        "type": "object",
        "additionalProperties": {"anyOf": [{"type": "number"}, {"type": "string"}]},
    }
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


def new_scenario(path: str | Path, parent: str | Path = "status-quo") -> Path:
    """Write a commented scenario file that extends ``parent`` and passes the check as it is.

    Raises:
        UserError: if the parent is wrong, the file exists, or it cannot be written.
    """
    path = Path(path)
    if path.suffix != ".toml":
        raise UserError(f"{path}: expected a file name that ends in .toml")
    text = _text(path, parent, load_scenario(parent))
    if os.path.lexists(path):
        raise UserError(f"{path}: exists already and is left as it is; expected a new name")
    write_whole(path, text.encode(errors="backslashreplace"))
    return path


def _text(path: Path, parent: str | Path, whole: Scenario) -> str:
    shipped = str(parent) in scenario_parts.shipped_scenarios()
    beside = os.path.relpath(scenario_path(parent).resolve(), path.parent.resolve())
    extends = str(parent) if shipped else Path(beside).as_posix()
    if not shipped and "/" not in extends and not extends.endswith(".toml"):
        extends = f"./{extends}"
    template = data_text("new_scenario.txt")
    return template.format(
        schema=schema_path().resolve().as_uri(),
        file=path,
        parent_argument=parent,
        title=json.dumps(f"{path.stem[:60]}: a variant of {whole.name[:40]}", ensure_ascii=False),
        extends=json.dumps(extends, ensure_ascii=False),
        start=whole.start,
        end=whole.end,
        settings="\n".join(_levers()),
        kinds="\n".join(_kinds()),
    )


def _levers() -> list[str]:
    """Return a comment line for the first lever of each of the first few families."""
    levers = {p.family: p for p in registry.load_parameters().values() if p.role == "lever"}
    return [
        f'# {p.name} = "{p.value:.10g} {p.unit}"   # {p.low:.10g} to {p.high:.10g}'
        for p in list(levers.values())[:6]
    ]


def _kinds() -> list[str]:
    lines = []
    for name, kind in events.EVENT_KINDS.items():
        arguments = ", ".join(events.argument_names(kind))
        lines.append(f"#   {name} ({arguments}): {(kind.__doc__ or '').strip()}")
    return lines


if __name__ == "__main__":
    write_whole(schema_path().with_name(families.FILE_NAME), registry.families_text())
    for kind in ("scenario", "experiment"):
        write_whole(schema_path(kind), schema_text(kind))

"""New scenario files, which name the JSON Schema by which editors complete keys and names."""

import json
import os
from importlib.resources import files
from pathlib import Path

from tajsim.errors import UserError
from tajsim.files import data_text, write_whole
from tajsim.inputs import events, registry, scenario_parts
from tajsim.inputs.scenario_parts import Scenario, load_scenario, scenario_path


def schema_path(kind: str = "scenario") -> Path:
    """Return the path of the shipped schema of scenarios or of experiments."""
    return Path(str(files("tajsim"))) / "data" / f"{kind}.schema.json"


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

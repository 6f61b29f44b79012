"""Write a new scenario file, with comments that show what may stand in it."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path

from tajsim.errors import UserError
from tajsim.files import write_whole
from tajsim.inputs.events import EVENT_KINDS, argument_names
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.scenario_file import scenario_path, shipped_scenarios
from tajsim.inputs.scenario_parts import Scenario, load_scenario
from tajsim.inputs.schema import schema_path


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
    shipped = str(parent) in shipped_scenarios()
    beside = os.path.relpath(scenario_path(parent).resolve(), path.parent.resolve())
    extends = str(parent) if shipped else Path(beside).as_posix()
    if not shipped and "/" not in extends and not extends.endswith(".toml"):
        extends = f"./{extends}"
    template = files("tajsim").joinpath("data/new_scenario.txt").read_text(encoding="utf-8")
    return template.format(
        schema=schema_path().resolve().as_uri(),
        file=path,
        parent_argument=parent,
        title=json.dumps(f"{path.stem[:60]}: a variant of {whole.name[:40]}", ensure_ascii=False),
        extends=json.dumps(extends, ensure_ascii=False),
        start=whole.start,
        end=whole.end,
        settings="\n".join(_settings()),
        kinds="\n".join(_kinds()),
    )


def _settings() -> list[str]:
    """Return a comment line for the first lever of each of the first few families."""
    levers = {p.family: p for p in load_parameters().values() if p.role == "lever"}
    return [
        f'# {p.name} = "{p.value:.10g} {p.unit}"   # {p.low:.10g} to {p.high:.10g}'
        for p in list(levers.values())[:6]
    ]


def _kinds() -> list[str]:
    lines = []
    for name, kind in EVENT_KINDS.items():
        arguments = ", ".join(argument_names(kind))
        lines.append(f"#   {name} ({arguments}): {(kind.__doc__ or '').strip()}")
    return lines

"""Where scenario files are: the shipped ones by name, others by path."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from tajsim.errors import UserError, nearest
from tajsim.files import exists


def scenario_folder() -> Path:
    """Return the folder of the shipped scenarios: in the package, or in the repository."""
    installed = Path(str(files("tajsim"))) / "scenarios_files"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "scenarios"


def scenario_names() -> list[str]:
    """Return the names of the shipped scenarios, the reference first."""
    names = sorted(path.stem for path in scenario_folder().glob("*.toml"))
    return sorted(names, key=lambda name: name != "status-quo")


def shown_path(path: Path) -> str:
    """Return a path as messages show it: shipped files from their folder, others as given."""
    shipped = path.resolve().parent == scenario_folder().resolve()
    return f"scenarios/{path.name}" if shipped else str(path)


def is_path(text: str) -> bool:
    """Return whether a text is meant as a path and not as the name of a shipped scenario."""
    return text.endswith(".toml") or "/" in text or "\\" in text


def scenario_path(name: str | Path) -> Path:
    """Return the path of a scenario given by the name of a shipped one or by its path.

    Raises:
        UserError: if there is none; the line names the nearest shipped scenario.
    """
    if isinstance(name, str) and name in scenario_names():
        return scenario_folder() / f"{name}.toml"
    path = Path(name)
    if str(name) and exists(path):
        return path
    what = "no such file" if is_path(str(name)) else "no such scenario"
    hint = nearest(path.stem, scenario_names())
    shown = str(name) or "''"
    raise UserError(f"{shown}: {what}; expected a .toml file or a shipped scenario{hint}")


def parent_path(name: str, child: Path) -> Path:
    """Return the path of the scenario that the file ``child`` extends.

    A path counts from the folder of the child. A name is a file beside the child, or else a
    shipped scenario; a child may extend the shipped scenario of its own name.

    Raises:
        UserError: if there is none.
    """
    beside = child.parent / (name if is_path(name) else f"{name}.toml")
    shipped = scenario_folder() / f"{name}.toml"
    if exists(beside):
        own = beside.resolve() == child.resolve()
        if not (own and name in scenario_names()):
            return beside
    if not is_path(name) and exists(shipped):
        return shipped
    hint = nearest(Path(name).stem, scenario_names())
    expected = "expected a shipped scenario or a path from this file"
    raise UserError(f"no scenario '{name}' to extend; {expected}{hint}")

"""Where experiment files are: the shipped ones by name, others by path."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

from tajsim.errors import UserError, nearest
from tajsim.files import exists, read_text
from tajsim.inputs.scenario_folder import is_path, scenario_names, scenario_path


def experiment_folder() -> Path:
    """Return the folder of the shipped experiments: in the package, or in the repository."""
    installed = Path(str(files("tajsim"))) / "experiments_files"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "experiments"


def experiment_names() -> list[str]:
    """Return the names of the shipped experiments."""
    return sorted(path.stem for path in experiment_folder().glob("*.toml"))


def shown_experiment(path: Path) -> str:
    """Return a path as messages show it: shipped files from their folder, others as given."""
    shipped = path.resolve().parent == experiment_folder().resolve()
    return f"experiments/{path.name}" if shipped else str(path)


def experiment_path(name: str | Path) -> Path:
    """Return the path of an experiment given by the name of a shipped one or by its path.

    Raises:
        UserError: if there is none; the line names the nearest shipped experiment.
    """
    if isinstance(name, str) and name in experiment_names():
        return experiment_folder() / f"{name}.toml"
    path = Path(name)
    if str(name) and exists(path):
        return path
    if name in scenario_names():
        raise UserError(f"{name}: is a scenario; 'tajsim run' simulates one")
    what = "no such file" if is_path(str(name)) else "no such experiment"
    hint = nearest(path.stem, experiment_names())
    shown = str(name) or "''"
    raise UserError(f"{shown}: {what}; expected a .toml file or a shipped experiment{hint}")


def is_experiment(name: str) -> bool:
    """Return whether a name or path given to ``check`` is that of an experiment."""
    if name in scenario_names():
        return False
    if name in experiment_names():
        return True
    try:
        text = read_text(Path(name), name)
    except UserError:
        return False
    try:
        return "design" in tomllib.loads(text)
    except (ValueError, RecursionError):  # whoever reads it in earnest says what is wrong
        return any(line.strip() == "[design]" for line in text.splitlines())


def scenario_of(name: str, experiment: Path) -> Path:
    """Return the path of a scenario that an experiment names: shipped, or from its folder.

    Raises:
        UserError: if there is none.
    """
    if is_path(name):
        return scenario_path(experiment.parent / name)
    return scenario_path(name)

"""The version of the package, and the state of its source where it runs from a clone."""

import subprocess
import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def _version() -> str:
    """Return what the clone says that this runs from, else the installed package."""
    try:
        project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        if project["name"] == "tajsim":
            return str(project["version"])
    except (OSError, ValueError, KeyError):
        pass
    try:
        return version("tajsim")
    except PackageNotFoundError:
        return "0+unknown"


__version__ = _version()


@cache
def source_state() -> str:
    """Return the commit of a clone, with ``changed`` if files differ from it; else ""."""
    if not (_ROOT / ".git").exists():
        return ""
    describe = ["describe", "--always", "--abbrev=12", "--exclude=*", "--dirty=, changed"]
    try:
        done = subprocess.run(
            ["git", "-C", str(_ROOT), *describe], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()

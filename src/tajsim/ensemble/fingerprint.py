"""Which model made something: the version of the package and a hash of what decides its numbers.

Comments and docstrings do not count, so that mending a text does not turn away what was saved.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from tajsim.version import __version__

#: Parts of the package on which the numbers of a run depend.
_DECIDES = ("agents", "model", "rules", "axes.py", "draws.py", "world.py", "inputs/values.py")
_DATA = ("data/parameters", "data/outcomes.toml")
_SAMPLE = ("data/posterior.csv",)


@cache
def model_version() -> str:
    """Return the version of the package and eight digits of a hash of what decides its numbers."""
    return f"{__version__}+{_digest((*_DECIDES, *_DATA, *_SAMPLE))[:8]}"


@cache
def uncalibrated_version() -> str:
    """Return twelve digits of a hash of what decides the numbers but for the calibrated sample."""
    return _digest((*_DECIDES, *_DATA))[:12]


def _digest(names: tuple[str, ...]) -> str:
    digest = sha256()
    for name in names:
        _add(digest.update, files("tajsim").joinpath(name))
    return digest.hexdigest()


def _add(update: Callable[[bytes], None], source: Traversable) -> None:
    """Hash a file, or the Python and TOML files of a folder in the order of their names."""
    if source.is_dir():
        for child in sorted(source.iterdir(), key=lambda child: child.name):
            if child.is_dir() or child.name.endswith((".py", ".toml")):
                _add(update, child)
    elif source.is_file():
        update(source.name.encode())
        content = source.read_bytes()
        update(code_of(content) if source.name.endswith(".py") else content)


def code_of(source: bytes) -> bytes:
    """Return what a Python file does, without its comments, layout and docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_text(body[0]):
            body[:1] = [] if body[1:] else [ast.Pass()]
    return ast.dump(tree).encode()


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)

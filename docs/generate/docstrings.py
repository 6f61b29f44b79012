"""Reads the docstrings of the package: summary, prose, arguments."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_SECTION = re.compile(r"^(Equation|Args|Raises|Returns|Mechanisms):")
_ARGUMENT = re.compile(r"^    (\w+(?:, \w+)*): (.*)$")


@dataclass(frozen=True)
class Docstring:
    """The parts of a docstring. ``arguments`` holds the text of each argument explained."""

    summary: str
    prose: tuple[str, ...]
    arguments: dict[str, str]


def parsed(thing: Callable[..., Any] | type) -> Docstring:
    """Return the parts of the docstring of a function or class."""
    lines = inspect.cleandoc(thing.__doc__ or "").splitlines()
    first = next((i for i, line in enumerate(lines) if _SECTION.match(line)), len(lines))
    paragraphs = [p for p in "\n".join(_without_sections(lines)).split("\n\n") if p.strip()]
    summary, *rest = paragraphs or [""]
    return Docstring(summary, tuple(rest), _arguments(lines[first:]))


def _without_sections(lines: list[str]) -> list[str]:
    kept: list[str] = []
    inside = False
    for line in lines:
        if _SECTION.match(line):
            inside = True
        elif line and not line.startswith(" "):
            # A line ``Mechanisms: M47,`` may go on in the next one; a section has no prose after.
            inside = inside and bool(kept) and not line[0].isupper()
        if not inside:
            kept.append(line)
    return kept


def _arguments(lines: list[str]) -> dict[str, str]:
    if "Args:" not in lines:
        return {}
    found: dict[str, str] = {}
    name = ""
    for line in lines[lines.index("Args:") + 1 :]:
        start = _ARGUMENT.match(line)
        if start:
            name = start[1]
            found[name] = start[2]
        elif line.startswith("     ") and name:
            found[name] += " " + line.strip()
        elif line:
            break
    return {one: text for names, text in found.items() for one in names.split(", ")}


def first_sentence(text: str) -> str:
    """Return the first line of a docstring without its full stop."""
    return inspect.cleandoc(text or "").split("\n\n")[0].replace("\n", " ").rstrip(".")

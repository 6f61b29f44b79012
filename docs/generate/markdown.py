"""Small pieces of Markdown, as MyST reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

#: A cell that Markdown would read as something else than text.
_SPECIAL = re.compile(r"([|\\<>*\[\]$]|(?<!\w)_|_(?!\w))")


def plain(text: object) -> str:
    """Return text that Markdown leaves as it is, on one line."""
    return _escaped(" ".join(str(text).split()))


def code(name: object) -> str:
    """Return a name in code."""
    return f"`{name}`"


def prose(text: str) -> str:
    """Return the prose of a docstring on one line: its double backticks become single ones."""
    parts = " ".join(text.split()).split("``")
    return "".join(code(p) if i % 2 else _escaped(p) for i, p in enumerate(parts))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], look: str = "") -> str:
    """Return a table; cells are Markdown, ``look`` is a class of the style sheet."""
    lines = [head, ["---"] * len(head), *rows]
    text = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"```{{table}}\n:class: {look}\n\n{text}\n```" if look else text


def page(title: str, *blocks: str) -> str:
    """Return a page: title and blocks, with empty lines between."""
    return "\n\n".join([f"# {title}", *(block for block in blocks if block)]) + "\n"


def target(name: str) -> str:
    """Return a place that ``link`` can point to."""
    return f"({name})="


def link(text: str, name: str) -> str:
    """Return a link to a place made by ``target`` or ``anchor``."""
    return f"[{text}](#{name})"


def anchor(text: str, name: str) -> str:
    """Return text within a line that ``link`` can point to."""
    return f"[{text}]{{#{name}}}"


def folded(summary: str, block: str) -> str:
    """Return a block that a reader opens."""
    return f"<details>\n<summary>{summary}</summary>\n\n{block}\n\n</details>"


def number(value: float) -> str:
    """Return a number as a reader writes it: 12,500 or 0.045."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def span(low: float, high: float) -> str:
    """Return a range, or nothing where it has no width."""
    return "" if low == high else f"{number(low)} to {number(high)}"

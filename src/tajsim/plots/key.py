"""The key of a page: numbered badges with their texts, in groups of one or two columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import tajsim.plots.style as style
from tajsim.plots.labels import wrap
from tajsim.plots.pen import EDGE, Pen


@dataclass(frozen=True)
class Entry:
    """One line of the key: a badge (number and colour) and a text; a heading has no badge."""

    text: str
    badge: str = ""
    colour: str = style.QUIET


_BADGE = 0.26  # inches kept for the badge before the text of a key entry

KeyBlock = list[tuple[Entry, list[str]]]


def key_lines(entries: Sequence[Entry], room: float) -> list[list[KeyBlock]]:
    """Return the key as groups; a group is one or two columns of entries with wrapped lines."""
    groups: list[list[Entry]] = []
    for entry in entries:
        if not entry.badge or not groups:
            groups.append([])
        groups[-1].append(entry)
    result = []
    for group in groups:
        body = [entry for entry in group if entry.badge]
        columns = 2 if len(body) > 1 else 1
        wide = (room - 0.2 * (columns - 1)) / columns - _BADGE
        blocks = [(entry, wrap(entry.text, wide, style.SMALL)) for entry in body]
        heading: KeyBlock = [(e, wrap(e.text, room, style.SMALL)) for e in group if not e.badge]
        result.append([heading, *_halves(blocks, columns)])
    return result


def _halves(blocks: KeyBlock, columns: int) -> list[KeyBlock]:
    """Split into columns of nearly equal numbers of lines, read down the first column first."""
    if columns == 1:
        return [blocks]
    whole, count, first = sum(len(lines) for _, lines in blocks), 0, 0
    while first < len(blocks) and count < whole / 2:
        count += len(blocks[first][1])
        first += 1
    return [blocks[:first], blocks[first:]]


def _rows(block: KeyBlock) -> int:
    return sum(len(lines) for _, lines in block)


def key_rows(groups: list[list[KeyBlock]]) -> int:
    """Return the lines that a key takes."""
    return sum(_rows(g[0]) + max((_rows(column) for column in g[1:]), default=0) for g in groups)


def draw_key(pen: Pen, groups: list[list[KeyBlock]], room: float) -> None:
    """Write a key on a page that is ``room`` inches wide between its edges."""
    for heading, *columns in groups:
        pen.down(0.06)
        for entry, lines in heading:
            pen.write(lines, style.SMALL, entry.colour, bold=True)
        top, bottom = pen.at, pen.at
        for position, column in enumerate(columns):
            pen.at = top
            left = EDGE + position * (room + 0.2) / 2
            for entry, lines in column:
                pen.figure.text(
                    (left + 0.1) / pen.wide,
                    1 - (pen.at + style.SMALL * 0.64 / 72.0) / pen.height,
                    entry.badge,
                    **badge(entry.colour),
                )
                pen.write(lines, style.SMALL, style.INK, left=left + _BADGE)
            bottom = max(bottom, pen.at)
        pen.at = bottom


def badge(colour: str) -> dict[str, Any]:
    """Return how a numbered badge is written, in a panel and in the key."""
    return {
        "size": 6.5,
        "weight": "bold",
        "color": style.ink_on(colour),
        "ha": "center",
        "va": "center",
        "in_layout": True,
        "bbox": {"boxstyle": "round,pad=0.22,rounding_size=0.6", "fc": colour, "ec": "none"},
    }

"""What a choice is judged by: an outcome that shall be high or low, and a level to be reached."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tajsim.analysis.tables import number
from tajsim.errors import UserError
from tajsim.exploration.choice import column_of
from tajsim.sweeps.read import Sweep

WAYS = ("high", "low")
_LEVEL = re.compile(r"\s*(.+?)\s*(>=|<=)\s*([-+0-9.eE_]+)\s*")


@dataclass(frozen=True)
class Goal:
    """A column that shall be high (``sign`` 1) or low (-1)."""

    column: str
    sign: int

    @property
    def way(self) -> str:
        """``high`` or ``low``."""
        return WAYS[0] if self.sign > 0 else WAYS[1]


def read_goals(sweep: Sweep, given: Mapping[str, str]) -> list[Goal]:
    """Return goals from names and ways.

    Raises:
        UserError: without a goal, for an unknown name or way.
    """
    if not given:
        raise UserError("no goal; expected one or more such as heroin_seized=high")
    goals = []
    for name, way in given.items():
        if way not in WAYS:
            raise UserError(f"goal {name}={way}: expected high or low")
        goals.append(Goal(column_of(sweep, name), 1 if way == "high" else -1))
    return goals


def split_goal(text: str) -> tuple[str, str]:
    """Return name and way of ``heroin_seized=high``; the name itself may hold an equals sign.

    Raises:
        ValueError: if there is no equals sign.
    """
    name, equals, way = text.rpartition("=")
    if not equals or not name:
        raise ValueError(f"'{text}' is not NAME=high or NAME=low")
    return name.strip(), way.strip()


@dataclass(frozen=True)
class Level:
    """A level that a column is to reach: at least (``sign`` 1) or at most (-1) ``value``."""

    column: str
    sign: int
    value: float

    @property
    def text(self) -> str:
        """Return it as it is given."""
        return f"{self.column} {'>=' if self.sign > 0 else '<='} {number(self.value)}"


def read_levels(sweep: Sweep, given: Sequence[str]) -> list[Level]:
    """Return levels from texts such as ``heroin_seized>=500``.

    Raises:
        UserError: for a text that is none, or an unknown name.
    """
    levels = []
    for text in given:
        parts = _LEVEL.fullmatch(text)
        try:
            value = float(parts[3]) if parts else None
        except ValueError:
            value = None
        if parts is None or value is None:
            raise UserError(f"'{text}': expected a level such as heroin_seized>=500")
        levels.append(Level(column_of(sweep, parts[1]), 1 if parts[2] == ">=" else -1, value))
    return levels

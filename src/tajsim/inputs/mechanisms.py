"""The table of mechanisms: what the documents say about cause and effect, and what became of it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from tajsim.errors import UserError, unknown

#: What may become of a mechanism.
STATUSES = (
    "modelled",  # at least one function names it in its docstring
    "in a scenario",  # a scenario file names it, in a claim or a comment
    "left out",  # on purpose; the reason is given
    "open",  # not yet; the reason says what is missing
)


@dataclass(frozen=True)
class Mechanism:
    """One row of ``data/mechanisms.csv``: a statement of the documents in our own words.

    ``sources`` are ``document:line`` or ``document:first-last``. ``reason`` stands where the row
    is left out or open, ``scenario`` (a file stem) where it is in a scenario, else both are "".
    Which functions carry a modelled row is worked out from their docstrings.
    """

    id: str
    sources: tuple[str, ...]
    statement: str
    status: str
    reason: str
    scenario: str


@lru_cache
def load_mechanisms() -> dict[str, Mechanism]:
    """Return the table by id, in the order of the file."""
    text = files("tajsim").joinpath("data/mechanisms.csv").read_text(encoding="utf-8")
    return {
        row["id"]: Mechanism(
            id=row["id"],
            sources=tuple(row["sources"].split()),
            statement=row["statement"],
            status=row["status"],
            reason=row["reason"],
            scenario=row["scenario"],
        )
        for row in csv.DictReader(text.splitlines())
    }


def mechanism(identity: str) -> Mechanism:
    """Return one mechanism.

    Raises:
        UserError: if there is none of that id; the line names the nearest one.
    """
    table = load_mechanisms()
    if identity.upper() not in table:
        raise UserError(unknown("mechanism", identity, table))
    return table[identity.upper()]


def with_status(status: str | None) -> list[Mechanism]:
    """Return the mechanisms of a status, or all, in the order of the file.

    Raises:
        UserError: for an unknown status.
    """
    if status is not None and status not in STATUSES:
        raise UserError(unknown("status", status, STATUSES))
    return [m for m in load_mechanisms().values() if status in (None, m.status)]

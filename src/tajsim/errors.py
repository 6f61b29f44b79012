"""The errors a user is meant to read: one clear line each, no traceback."""

import difflib
import re
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

#: What moves the cursor, colours, deletes or turns round what a terminal shows.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Return a text with ``?`` for each control character but tabs and ends of lines."""
    return _CONTROL.sub("?", text)


class UserError(Exception):
    """Something the user can mend. Holds one message or several.

    Each message is one line that names the place (file, line, key), what was expected and,
    where there is one, the nearest valid name. The command line prints the messages and exits
    with status 2.
    """

    def __init__(self, messages: str | Iterable[str]) -> None:
        self.messages = [messages] if isinstance(messages, str) else list(messages)
        super().__init__("\n".join(self.messages))


def refuse(mistakes: Iterable[str]) -> None:
    """Raise `UserError` with a message for each mistake; do nothing where there is none."""
    if listed := list(dict.fromkeys(mistakes)):
        raise UserError(listed)


def messages_of(work: Callable[..., object], *args: object) -> list[str]:
    """Return the messages of the error that work raises; none if it raises none."""
    try:
        work(*args)
    except UserError as error:
        return error.messages
    return []


#: Names of 0.1.0 whose successor is spelt otherwise: the nearest name would be another thing.
_SUCCESSORS = {
    "agency_quality": "quality_conscripts, quality_vetted or quality_professionals",
    "agency_supervision": "oversight_conscripts, oversight_vetted or oversight_professionals",
    "collusion_slope": "greed",
    "commander_creed": "devout_share",
    "commander_following": "following_usual or following_new",
    "crime": "nothing",
    "donor_dismay": "nothing",
    "exiles": "party_answer",
    "exit_openness": "trade_pressure",
    "heroin_stock": "heroin_entering or heroin_leaving",
    "mafia": "drug_income_share or shelter",
    "migrant_demand": "russian_upturn (the economy) or migrants_expelled (the border)",
    "northern_afghanistan": "imu, islamic_state or taliban",
    "operation_share": "talks (the other way round)",
    "power_delivery": "delivery_moscow or delivery",
    "section_terrain": "terrain_guard or terrain_cross",
    "strength_elasticity": "effort_follows",
    "vacuum_response": "budget_follows",
}


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the valid name closest to ``name``, or ``""``."""
    plain = {v.replace("-", "_").lower(): v for v in valid}
    found = difflib.get_close_matches(name.replace("-", "_").lower(), plain, n=1, cutoff=0.5)
    return f"; did you mean '{plain[found[0]]}'?" if found else ""


def unknown(kind: str, name: str, valid: Iterable[str], where: str = "") -> str:
    """Return the standard line for a name that is not in a closed list."""
    valid = list(valid)
    hint = nearest(name, valid)
    known = [_SUCCESSORS[part] for part in name.split(".") if part in _SUCCESSORS]
    if kind in ("parameter", "outcome", "militant_group") and (new := " ".join(known)):
        hint = f"; a name of version 0.1.0, in the place of which stands {new}"
    if not hint and 0 < len(valid) <= 12:
        hint = f"; valid are: {', '.join(valid)}"
    return f"{where}unknown {kind} '{name}'{hint}"


def check_names(kind: str, names: Iterable[str], valid: Iterable[str]) -> None:
    """Raise `UserError`, a line with the nearest one for each name that is in no closed list."""
    valid = list(valid)
    refuse(unknown(kind, name, valid) for name in names if name not in valid)


def library(name: str, extra: str = "analysis") -> Any:
    """Return a module of an optional library. Raises `UserError` if it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        raise UserError(
            f"{name.split('.')[0]} is not installed; install it with: pip install 'tajsim[{extra}]'"
        ) from None


class UnknownName(ValueError):
    """A name that is not in a closed list; the nearest one is looked for when it is printed."""

    def __init__(self, kind: str, name: str, valid: Iterable[str]) -> None:
        super().__init__(kind, name, valid)

    def __str__(self) -> str:
        return unknown(*self.args)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnknownName) and self.args[:2] == other.args[:2]

    def __hash__(self) -> int:
        return hash(self.args[:2])

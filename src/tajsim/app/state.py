"""What one tab of the dashboard shows, as a link says it: read, checked and written again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from tajsim.app.event_moves import NEVER
from tajsim.ensemble.months import check_month
from tajsim.errors import UserError, nearest, unknown
from tajsim.inputs.modes import DEFAULT_MODE
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.scenario import scenario_names
from tajsim.inputs.units_text import whole_number

#: The dashboard is for looking; the command line simulates any number.
MOST_RUNS = 1000
MOST_SHOWN = 6
USUAL_SHOWN = ("heroin_seized", "collusion@agency=border_troops", "drug_income", "grievance")
_MOST_MOVED = 40
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,58}")


@dataclass(frozen=True)
class State:
    """Everything that a link holds.

    Attributes:
        scenario, reference: names of scenarios that the dashboard offers.
        name: the name of the user's own scenario and of its file.
        levers: parameter name -> value as typed, ``40`` or ``40 USD/month``.
        moves: key of an event of the scenario -> its new month, or "never".
        since: the month from which the levers act; "" from the start.
        until: the last month; "" for the end of the scenarios.
        show: what the fans show, ``outcome`` or ``outcome@section=khorog``.
        border, land: the outcomes by section and by region on the map.
        month: the month of the map; "" for the last.
        run: the run whose story is told.
    """

    scenario: str
    reference: str
    name: str = "my-scenario"
    levers: tuple[tuple[str, str], ...] = ()
    moves: tuple[tuple[str, str], ...] = ()
    since: str = ""
    until: str = ""
    runs: int = 200
    seed: int = 1
    parameters: str = DEFAULT_MODE
    show: tuple[str, ...] = USUAL_SHOWN
    border: str = "heroin_seized"
    land: str = "state_control"
    month: str = ""
    run: int = 0

    def query(self) -> str:
        """Return the state as the query of a link, without what is usual."""
        usual = State(self.scenario, self.reference)
        pairs = [("scenario", self.scenario), ("reference", self.reference)]
        for key in _TEXTS + _NUMBERS:
            if getattr(self, key) != getattr(usual, key):
                pairs.append((_SPELT.get(key, key), str(getattr(self, key))))
        pairs += [("set", f"{name}={value}") for name, value in self.levers]
        pairs += [("move", f"{key}@{month}") for key, month in self.moves]
        if self.show != usual.show:
            pairs += [("show", spec) for spec in self.show]
        return urlencode(pairs)


_TEXTS = ("name", "since", "until", "parameters", "border", "land", "month")
_NUMBERS = ("runs", "seed", "run")
_SPELT = {"since": "from"}  # a link says from=2006-01, and ``from`` is a word of Python
_KEYS = ("scenario", "reference", *(_SPELT.get(k, k) for k in _TEXTS + _NUMBERS))
_MANY = ("set", "move", "show")


def read_state(query: str, offered: Sequence[str]) -> State:
    """Return the state that the query of a link describes.

    What scenarios and parameters may be is for the scenario file and `prepare` to check, as for
    the command line; here is checked what a link alone has.

    Args:
        query: ``scenario=...&set=agency_pay.army=40&runs=200``.
        offered: the scenarios of the dashboard; the first is the usual reference.

    Raises:
        UserError: all mistakes at once.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    wrong = [
        unknown("key of a link", key, (*_KEYS, *_MANY))
        for key, _ in pairs
        if key not in (*_KEYS, *_MANY)
    ]
    once = {key: value.strip() for key, value in pairs}
    levers, more = _pairs([value for key, value in pairs if key == "set"], "--set", "=", "value")
    moves, late = _pairs([value for key, value in pairs if key == "move"], "move", "@", "month")
    shown = tuple(dict.fromkeys(value for key, value in pairs if key == "show"))
    texts = {k: once.get(_SPELT.get(k, k), "") for k in _TEXTS}
    wrong += more + late + _wrong_moves(moves) + _wrong_texts(texts) + _wrong_shown(shown)
    scenarios = {}
    for key in ("scenario", "reference"):
        scenarios[key] = once.get(key) or offered[0]
        if scenarios[key] not in offered:
            wrong.append(_no_scenario(scenarios[key], offered))
    numbers = {}
    for key in _NUMBERS:
        if once.get(key):
            try:
                numbers[key] = whole_number(once[key])
            except ValueError as error:
                wrong.append(f"argument --{key}: {error}")
    if numbers.get("runs", 0) > MOST_RUNS:
        wrong.append(f"runs: at most {MOST_RUNS} here; tajsim compare simulates any number")
    if wrong:
        raise UserError(dict.fromkeys(wrong))
    given = {key: value for key, value in texts.items() if value}
    kinds: dict[str, object] = {**scenarios, **given, **numbers}
    return State(levers=levers, moves=moves, show=shown or USUAL_SHOWN, **kinds)  # type: ignore[arg-type]


def _no_scenario(name: str, offered: Sequence[str]) -> str:
    """Return the line of the command line; a path is no name, whatever stands there."""
    expected = "expected one of those that the dashboard was started with or a shipped scenario"
    return f"{name}: no such scenario; {expected}{nearest(name, offered)}"


def _pairs(
    texts: Sequence[str], told: str, mark: str, what: str
) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """Return what is given as ``key=value`` or ``key@month``, and what is wrong with it."""
    found: dict[str, str] = {}
    wrong = []
    for text in texts:
        name, _, value = (part.strip() for part in text.partition(mark))
        if not name or not value:
            wrong.append(f"{told} {text}: expected key{mark}{what}")
        elif name in found:
            wrong.append(f"{told} {text}: {name}: the key stands twice; expected once")
        found[name] = value
    if len(found) > _MOST_MOVED:
        wrong.append(f"{len(found)} levers or events are moved; expected at most {_MOST_MOVED}")
    return tuple(found.items()), wrong


def _wrong_moves(moves: Sequence[tuple[str, str]]) -> list[str]:
    months = [(key, month) for key, month in moves if month != NEVER]
    return [line for key, month in months for line in _said(check_month, month, f"move {key}")]


def _wrong_texts(texts: Mapping[str, str]) -> list[str]:
    wrong = []
    name = texts["name"]
    if name and not _NAME.fullmatch(name):
        wrong.append(f"name: '{name}' is no name; expected small letters, digits and hyphens")
    for key in ("since", "until", "month"):
        if texts[key]:
            wrong += _said(check_month, texts[key], _SPELT.get(key, key))
    for key, dimension in (("border", "section"), ("land", "region")):
        if texts[key]:
            wrong += _said(_check_map, texts[key], dimension)
    return wrong


def _check_map(name: str, dimension: str) -> None:
    if name not in load_outcomes():
        raise UserError(unknown("outcome", name, load_outcomes()))
    if load_outcomes()[name].dimensions != (dimension,):
        raise UserError(f"outcome '{name}' is not by {dimension}; the map needs that")


def _said(check: Callable[..., object], *arguments: str) -> list[str]:
    try:
        check(*arguments)
    except UserError as error:
        return error.messages
    return []


def _wrong_shown(shown: Sequence[str]) -> list[str]:
    wrong = [line for spec in shown for line in _said(split_spec, spec)]
    if len(shown) > MOST_SHOWN:
        wrong.append(f"{len(shown)} outcomes are shown; expected at most {MOST_SHOWN}")
    return wrong


def split_spec(spec: str) -> tuple[str, dict[str, str]]:
    """Return outcome and coordinates of ``outcome@section=khorog;agency=army``.

    Raises:
        UserError: for an unknown outcome, dimension or coordinate.
    """
    from tajsim.axes import DIMENSIONS

    name, _, where = spec.partition("@")
    if name not in load_outcomes():
        raise UserError(unknown("outcome", name, load_outcomes()))
    own, chosen = load_outcomes()[name].dimensions, {}
    for part in filter(None, where.split(";")):
        dimension, _, coordinate = part.partition("=")
        if dimension not in own:
            raise UserError(unknown(f"dimension of {name}", dimension, own))
        if coordinate not in DIMENSIONS[dimension]:
            raise UserError(unknown(dimension, coordinate, DIMENSIONS[dimension]))
        chosen[dimension] = coordinate
    return name, chosen


def offered_scenarios(*given: str) -> list[str]:
    """Return the scenarios to choose from: those given at the start, then the shipped ones."""
    return list(dict.fromkeys([*scenario_names(), *given]))

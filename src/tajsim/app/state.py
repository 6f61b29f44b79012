"""What one tab of the dashboard shows, as a link says it: read, checked and written again."""

import json
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tajsim.axes import DIMENSIONS
from tajsim.ensemble.plan import Plan
from tajsim.ensemble.run import prepare
from tajsim.errors import UserError, check_names, nearest, refuse
from tajsim.files import write_whole
from tajsim.inputs import outcomes, registry, scenario_parts as scenes, switches, toml
from tajsim.inputs.outcomes import load_outcomes
from tajsim.results.numbers import parameter_name

#: Stands for the month of an event that is not to happen.
NEVER = "never"


def event_keys(events: Sequence[scenes.Event]) -> list[str]:
    """Return a key for each event: its label in small letters, numbered where it is not alone."""
    found: list[str] = []
    for event in events:
        plain = re.sub(r"[^a-z0-9]+", "-", event.label.lower()).strip("-") or event.kind
        number = 1 + sum(re.sub(r"--[0-9]+$", "", key) == plain for key in found)
        found.append(plain if number == 1 else f"{plain}--{number}")
    return found


def _moved(name: str, moves: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the new month, or `NEVER`, by the label of an event of a scenario."""
    scenario = loaded_scenario(name)
    labels = dict(zip(event_keys(scenario.events), scenario.events, strict=True))
    check_names(f"event of {scenario.name}", [key for key, _ in moves], labels)
    return {labels[key].label: month for key, month in moves}


#: The dashboard is for looking; the command line simulates any number.
MOST_RUNS = 1000
MOST_SHOWN = 6
USUAL_SHOWN = ("heroin_seized", "collusion@agency=border_troops", "drug_income", "grievance")
#: The name that says that a user has given none.
UNNAMED = "my-scenario"
#: What a page opens on if no scenario is named: a question that has an answer.
OPENS_ON = "russian-border-withdrawal"
_MOST_MOVED = 40
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,58}")


@dataclass(frozen=True)
class PageState:
    """Everything that a link holds.

    Attributes:
        scenario, reference: names of scenarios that the dashboard offers.
        name: the name of the user's own scenario and of its file.
        levers: parameter name -> value as typed, ``40`` or ``40 USD/month``.
        moves: key of an event of the scenario -> its new month, or "never".
        since: the month from which the levers act; "" from the start.
        until: the last month; "" for the end of the scenarios.
        show: what the fans show, ``outcome`` or ``outcome@section=khorog``; by default what the
            question of the scenario is about, then what differs most.
        border, land: the outcomes by section and by region on the map.
        month: the month of the map; "" for the last.
        run: the run whose story is shown.
        without: what both are without, ids with commas between them; see ``--without``.
    """

    scenario: str
    reference: str
    name: str = UNNAMED
    levers: tuple[tuple[str, str], ...] = ()
    moves: tuple[tuple[str, str], ...] = ()
    since: str = ""
    until: str = ""
    runs: int = 200
    seed: int = 1
    parameters: str = registry.DEFAULT_MODE
    show: tuple[str, ...] = ()
    border: str = "heroin_seized"
    land: str = "state_control"
    month: str = ""
    run: int = 0
    without: str = ""

    @property
    def moved(self) -> bool:
        """Whether the page changes the scenario."""
        return bool(self.levers or self.moves)

    @property
    def own_name(self) -> str:
        """The name of the scenario: that of the file where nothing is changed and none given."""
        base = Path(self.scenario).stem
        usual = self.name == UNNAMED and not self.moved and base != Path(self.reference).stem
        return base if usual and _NAME.fullmatch(base) else self.name

    @property
    def begins_with(self) -> tuple[str, ...]:
        """What the fans show until it is known what differs most."""
        return self.show or tuple(_asked_specs(self.scenario)[:_FANS]) or USUAL_SHOWN

    def query(self) -> str:
        """Return the state as the query of a link, without what is usual."""
        usual = PageState(self.scenario, self.reference)
        pairs = [("scenario", self.scenario), ("reference", self.reference)]
        for key in _TEXTS + _NUMBERS:
            if getattr(self, key) != getattr(usual, key):
                pairs.append((_SPELT.get(key, key), str(getattr(self, key))))
        pairs += [("set", f"{name}={value}") for name, value in self.levers]
        pairs += [("move", f"{key}@{month}") for key, month in self.moves]
        pairs += [("show", spec) for spec in self.show]
        return urlencode(pairs)


_TEXTS = ("name", "since", "until", "parameters", "border", "land", "month", "without")
_NUMBERS = ("runs", "seed", "run")
_SPELT = {"since": "from"}  # a link says from=2006-01, and ``from`` is a word of Python
_KEYS = ("scenario", "reference", *(_SPELT.get(k, k) for k in _TEXTS + _NUMBERS))
_MANY = ("set", "move", "show")
#: What the map shows, and by which dimension it must be.
_MAPS = {"border": "section", "land": "region"}

MOST_PAIRS = 500


def read_state(query: str, offered: Sequence[str]) -> PageState:
    """Return the state that the query of a link describes.

    What scenarios and parameters may be is for the scenario file and `prepare` to check, as for
    the command line; here is checked what a link alone has.

    Args:
        query: ``scenario=...&set=agency_pay.army=40&runs=200``.
        offered: the scenarios of the dashboard; the first is the usual reference.

    Raises:
        UserError: all mistakes at once.
    """
    pairs = [(key, value.strip()) for key, value in parse_qsl(query, keep_blank_values=True)]
    if len(pairs) > MOST_PAIRS:
        raise UserError(f"a link holds at most {MOST_PAIRS} settings, not {len(pairs):,}")
    once = {key: value for key, value in pairs if key not in _MANY}
    levers, wrong = _pairs([value for key, value in pairs if key == "set"], "--set", "=", "value")
    moves, late = _pairs([value for key, value in pairs if key == "move"], "move", "@", "month")
    shown = tuple(dict.fromkeys(value for key, value in pairs if key == "show"))
    wrong += late
    values = [*once.items(), *(("show", spec) for spec in shown)]
    for key, value in [*values, *((f"move {key}", m) for key, m in moves if m != NEVER)]:
        try:
            _check(key, value)
        except UserError as error:
            wrong += error.messages
    if len(shown) > MOST_SHOWN:
        wrong.append(f"{len(shown)} outcomes are shown; expected at most {MOST_SHOWN}")
    scenarios: dict[str, Any] = {k: once.get(k) or offered[0] for k in ("scenario", "reference")}
    # The line of the command line; a path is no name, whatever stands there.
    expected = "expected one of those that the dashboard was started with or a shipped scenario"
    for name in dict.fromkeys(n for n in scenarios.values() if n not in offered):
        wrong.append(f"{name}: no such scenario; {expected}{nearest(name, offered)}")
    refuse(wrong)
    given: dict[str, Any] = {k: v for k in _TEXTS if (v := once.get(_SPELT.get(k, k)))}
    given |= {k: registry.whole_number(once[k]) for k in _NUMBERS if once.get(k)}
    return PageState(levers=levers, moves=moves, show=shown, **scenarios, **given)


def _check(key: str, value: str) -> None:
    """Refuse an unknown key or value, where the scenario file and `prepare` do not look at it."""
    if not key.startswith("move "):
        check_names("key of a link", [key], (*_KEYS, *_MANY))
    if key in _NUMBERS and value:
        try:
            number = registry.whole_number(value)
        except ValueError as error:
            raise UserError(f"argument --{key}: {error}") from None
        if key == "runs" and number > MOST_RUNS:
            raise UserError(f"runs: at most {MOST_RUNS} here; tajsim compare simulates any number")
    elif key == "name" and value and not _NAME.fullmatch(value):
        raise UserError(f"name: '{value}' is no name; expected small letters, digits and hyphens")
    elif key == "without":
        refuse(filter(None, map(switches.why_not, switches.listed(value))))
    elif key in _MAPS and value:
        check_names("outcome", [value], load_outcomes())
        if load_outcomes()[value].dimensions != (_MAPS[key],):
            raise UserError(f"outcome '{value}' is not by {_MAPS[key]}; the map needs that")
    elif key == "show":
        split_spec(value)
    elif value and (key in ("from", "until", "month") or key.startswith("move ")):
        toml.check_month(value, key)


def _pairs(
    texts: Sequence[str], option: str, mark: str, what: str
) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """Return what is given as ``key=value`` or ``key@month``, and what is wrong with it."""
    found: dict[str, str] = {}
    wrong = []
    for text in texts:
        name, _, value = (part.strip() for part in text.partition(mark))
        if not name or not value:
            wrong.append(f"{option} {text}: expected key{mark}{what}")
        elif name in found:
            wrong.append(f"{option} {text}: {name}: the key appears twice; expected once")
        found[name] = value
    if len(found) > _MOST_MOVED:
        wrong.append(f"{len(found)} levers or events are moved; expected at most {_MOST_MOVED}")
    return tuple(found.items()), wrong


def split_spec(spec: str, held: Container[Any] = ()) -> tuple[str, dict[str, str]]:
    """Return outcome and coordinates of ``outcome@section=khorog;agency=army``.

    What is ``held`` may be an outcome of one's own, which the registry does not know.

    Raises:
        UserError: for an unknown outcome, dimension or coordinate.
    """
    name, _, where = spec.partition("@")
    if not where and name in held:
        return name, {}
    check_names("outcome", [name], load_outcomes())
    own, chosen = load_outcomes()[name].dimensions, {}
    for part in filter(None, where.split(";")):
        dimension, _, coordinate = part.partition("=")
        check_names(f"dimension of {name}", [dimension], own)
        check_names(dimension, [coordinate], DIMENSIONS[dimension])
        chosen[dimension] = coordinate
    return name, chosen


def offered_scenarios(*given: str) -> list[str]:
    """Return the scenarios to choose from: those given at the start, then the shipped ones."""
    return list(dict.fromkeys([*scenes.shipped_scenarios(), *given]))


def loaded_scenario(name: str) -> scenes.Scenario:
    """Return a scenario; a shipped one, which does not change, is read once."""
    return _shipped(name) if name in scenes.shipped_scenarios() else scenes.load_scenario(name)


_shipped = cache(scenes.load_scenario)


def file_name(state: PageState) -> str:
    """Return the name of the scenario file."""
    return f"{state.own_name}.toml"


def scenario_text(state: PageState) -> str:
    """Return the TOML of the user's scenario: what it extends, levers and events moved.

    Raises:
        UserError: if it moves an event that the scenario has not.
    """
    loaded, name = loaded_scenario(state.scenario), state.scenario
    top: dict[str, object] = {
        "title": _title(state, loaded)[:120],
        "question": _question(state) if state.moved else loaded.question,
        "label": "With your changes" if state.moved else loaded.label or "This scenario",
        **{key: loaded.asks[key] for key in ("outcomes", "window") if key in loaded.asks},
        "extends": name,
    }
    if name not in scenes.shipped_scenarios():
        top["extends"] = scenes.scenario_path(name).resolve().as_posix()
    levers = {name: _quantity(value) for name, value in state.levers}
    off = list(loaded.holding(state.without).without)
    tables: list[tuple[str, Mapping[str, object]]] = [
        ("", top),
        ("[set]", {} if state.since else {_text(n): value for n, value in levers.items()}),
        ("[define]", loaded.asks.get("define", {})),
        ("[mechanisms]", {"off": off} if off else {}),
    ]
    for label, month in _moved(name, state.moves).items():
        at = {} if month == NEVER else {"date": month}
        tables.append(("[[move]]" if at else "[[drop]]", {"event": label, **at}))
    for n, value in state.levers if state.since else ():
        event = {"date": state.since, "kind": "set", "parameter": n, "value": levers[n]}
        tables.append(("[[events]]", {**event, "label": f"{n} = {value}"[:60]}))
    lines = [
        f"# Made with 'tajsim app'. Check it with:   tajsim check {file_name(state)}",
        f"# Compare it with: {command(state)}",
    ]
    for head, table in tables:
        if table:
            lines += ["", head][: 1 + bool(head)]
            lines += [f"{key} = {_toml(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def command(state: PageState, outcomes: bool = False) -> str:
    """Return the command that simulates the same from the scenario file."""
    parts = ["tajsim compare", state.reference, file_name(state)]
    parts += [f"--runs {state.runs} --seed {state.seed} --parameters {state.parameters}"]
    parts += [f"--without {state.without}"] if state.without else []
    parts += [f"--until {state.until}"] if state.until else []
    parts += [f"--outcomes {','.join(kept_outcomes(state))}"] if outcomes else []
    return " ".join([*parts, "--no-variance --out results"])


def kept_outcomes(state: PageState) -> tuple[str, ...]:
    """Return the outcomes that are simulated: the headline ones and what is shown besides."""
    specs = (*state.begins_with, *_asked_specs(state.scenario))
    shown = {"heroin_leaving", state.border, state.land, *(s.partition("@")[0] for s in specs)}
    loaded = loaded_scenario(state.scenario)
    for text in loaded.asks.get("define", {}).values():
        shown |= {name for name, _ in outcomes.references(text)}
    deals = load_outcomes()["deals_in_force"]  # the card says what the reference does to them
    if any(event.kind in deals.set_by for event in loaded.events):
        shown.add(deals.name)
    return tuple(n for n, o in load_outcomes().items() if o.headline or n in shown)


def plan_of(state: PageState, folder: Path) -> Plan:
    """Return the plan of reference and scenario, checked by what checks the command line's.

    Args:
        folder: a folder of our own, for the scenario file.

    Raises:
        UserError: all mistakes, in the words of ``tajsim check`` and ``tajsim compare``.
    """
    path = folder / file_name(state)
    write_whole(path, scenario_text(state))
    shipped = state.reference in scenes.shipped_scenarios()
    try:
        plan = prepare(
            [loaded_scenario(state.reference) if shipped else state.reference, path],
            runs=state.runs,
            seed=state.seed,
            parameters=state.parameters,
            until=state.until or None,
            outcomes=kept_outcomes(state),
        )
    except UserError as error:
        raise UserError(line.replace(f"{folder}/", "") for line in error.messages) from None
    reference, own = plan.scenarios
    if not 0 <= state.run < state.runs:
        raise UserError(f"run {state.run} is not among the results; expected 0 to {state.runs - 1}")
    held = reference.holding(state.without)
    return replace(plan, scenarios=(held, _without_folder(own, folder)))


def _without_folder(scenario: scenes.Scenario, folder: Path) -> scenes.Scenario:
    """Let the scenario say where its parts come from as if it had been loaded from beside it."""

    def plain(text: str) -> str:
        return text.replace(f"{folder}/", "")

    return replace(
        scenario,
        text=plain(scenario.text),
        events=tuple(replace(e, where=plain(e.where)) for e in scenario.events),
        origins={key: plain(text) for key, text in scenario.origins.items()},
    )


def _title(state: PageState, loaded: scenes.Scenario) -> str:
    words = [f"{parameter_name(name)} {value}" for name, value in state.levers]
    labels = dict(zip(event_keys(loaded.events), loaded.events, strict=True))
    words += [f"“{labels[key].label}” {month}" for key, month in state.moves if key in labels]
    return f"{loaded.title}, with {' and '.join(words)}" if words else loaded.title


#: So many fans are shown if none are chosen.
_FANS = 4


def _asked_specs(scenario: str) -> list[str]:
    """Return what the question of a scenario is about, as a link names it."""
    asks = loaded_scenario(scenario).asks
    own = tuple(asks.get("define", {}))
    found = [outcomes.split_spec(spec, own) for spec in asks.get("outcomes", ())]
    return [
        f"{name}@{';'.join(f'{d}={n}' for d, n in places.items())}" if places else name
        for name, places in found
        if name not in own
    ]


def _question(state: PageState) -> str:
    since = f" from {state.since}" if state.since else ""
    levers = ", ".join(f"{name} = {value}" for name, value in state.levers)
    parts = [f"{levers}{since}"] if levers else []
    parts += [f"{key} moved to {month}" for key, month in state.moves]
    return f"What differs with {' and '.join(parts)}?"


def _text(text: str) -> str:
    """Return a TOML string: those of JSON are, but for the character 127."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return _text(value) if isinstance(value, str) else repr(value)


def _quantity(text: str) -> float | str:
    """Return a number as a number, and anything else as a text, for the check to judge."""
    try:
        return registry.read_quantity(text, "")
    except ValueError:
        return text

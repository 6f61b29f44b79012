"""The answer: what a scenario changes, told once for terminal, report, dashboard and picture.

A direction is told where the mean paired difference is clear of zero and passes the smallest
effect. What is printed beside it is the spread over histories: nine in ten paired differences.
"""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from tajsim.display import Html, element, table, whole
from tajsim.inputs.outcomes import STAKES, WEIGHT, load_outcomes, split_spec
from tajsim.results import effect as effects, numbers as say, select, window
from tajsim.results.window import Window

#: With fewer paired histories than this no direction is told.
ENOUGH = 30
#: So many numbers stand on a card, and at most so many rows in a text.
NUMBERS, ROWS = 5, 12
#: Beyond so many standard deviations of the reference a change counts as no larger.
_LARGEST = 3.0
#: Differences of two outcomes that go together beyond this say the same thing twice.
_ALIKE = 0.9
#: The least difference in the share of histories of a yes-or-no outcome that is told.
_LEAST_SHARE = 0.02
#: A rise by more per cent than this is told in the unit of the outcome.
_EXPLODES = 300.0
#: From how many per cent up on a rise is told in words, and until how many down a fall.
_DOUBLES, _HALVES = 95.0, 53.0
#: Yes-or-no outcomes as the clause of a sentence.
_HAPPENS = {"state_failed": "the state fails"}
#: Words that end the noun of a label: what follows tells more of it.
_AFTER_NOUN = re.compile(
    r"\s(?:of|about|from|with|to|for|on|at|in|by|that|who|abroad|over|after|underground|across|inside"
    r"|made|taken|left|begun|paid|seized|entering|leaving|joined|turning|come|delivered|diverted"
    r"|passed|kept|sold|resold|used|received|ended|refused|demanded|granted|held|freed|controlled)\b"
)


@dataclass(frozen=True)
class OutcomeChange:
    """One outcome in pairs of histories.

    Attributes:
        outcome, where: its name and coordinate, ``section=khorog`` or "".
        label: as people say it.
        unit: over the window; ``kind`` is ``yes`` (a share of histories), ``date`` or ``level``.
        before, after: means over histories of the reference and of the scenario; of ``yes`` shares.
        found: the mean paired difference and its 90 % interval.
        low, high: between them lie nine in ten of the paired differences.
        size: the mean difference in standard deviations of the reference.
        verdict: ``rises`` or ``falls`` where that is told; ``set`` by the scenario; ``same`` in
            every history; ``negligible``, ``unclear`` or ``undefined``.
        asked: whether the scenario's question names it.
    """

    outcome: str
    where: str
    label: str
    unit: str
    kind: str
    before: float
    after: float
    found: effects.Effect
    low: float
    high: float
    size: float
    verdict: str
    asked: bool
    values: tuple[effects.Values, effects.Values] = field(repr=False, compare=False)

    @property
    def told(self) -> bool:
        """Whether a direction is told."""
        return self.verdict in ("rises", "falls")

    @property
    def striking(self) -> bool:
        """Whether its direction is news, as a heading tells it: no less than 5 % of the level."""
        level = abs(self.before) if self.kind != "date" else 0.0
        return self.told and abs(self.found.mean) >= effects.OF_LEVEL * level

    @property
    def stake(self) -> str:
        """What is at stake, one of `STAKES`; of outcomes of one's own the last."""
        known = load_outcomes().get(self.outcome)
        return known.stake if known else STAKES[-1]

    @property
    def rank(self) -> float:
        """How much it matters: by stake, and by size against the spread."""
        return (len(STAKES) - STAKES.index(self.stake)) * min(self.size, _LARGEST)

    @property
    def relative(self) -> bool:
        """Whether its difference is told in per cent of the reference; that of a code is not."""
        known = load_outcomes().get(self.outcome)
        code = known is not None and known.scale == "none"
        level = self.kind == "level" and self.unit not in ("share", "index", "ratio", "0 or 1")
        return level and not code and abs(self.before) > 1e-9

    @cached_property
    def _scale(self) -> tuple[float, str]:
        """Return by what levels are multiplied, and the unit then, as people write it."""
        if self.kind == "yes":
            return 100.0, "of 100 histories"
        return scale(self.unit, max(abs(self.before), abs(self.after)))

    @property
    def unit_text(self) -> str:
        """The unit of `levels`: ``t a year``, ``%``, ``of 100 histories``, or ""."""
        return self._scale[1]

    @property
    def levels(self) -> tuple[str, str]:
        """Both levels to two digits, or so many more that they differ."""
        if self.kind == "date":
            return date_text(self.before), date_text(self.after)
        values = self.before * self._scale[0], self.after * self._scale[0]
        if self.kind == "yes":
            return say.number(values[0], decimals=0), say.number(values[1], decimals=0)
        for digits in (2, 3, 4):
            before, after = (say.fixed(v, say.decimals_for(v, digits, least=-12)) for v in values)
            if before != after or self.verdict not in ("rises", "falls", "set"):
                break
        return before, after

    @property
    def spread(self) -> str:
        """Where nine in ten paired differences lie, ``+5 to +60 %``; "" of yes or no.

        In per cent of each history's own level where all have one, and it does not explode.
        """
        if self.kind == "yes" or not np.isfinite(self.low):
            return ""
        by, unit = self._scale
        unit = f" {unit}".rstrip() if self.relative else ""
        if self.kind == "date":
            by, unit = 1.0, " months"
        elif self.unit in ("share", "0 or 1"):
            by, unit = 100.0, " points"
        low, high = self.low * by, self.high * by
        a, b = self.values
        known = np.isfinite(a) & np.isfinite(b)
        if self.relative and (a[known] > 0.0).all() and (b[known] >= 0.0).all():
            ends = effects.quantiles(100.0 * (b[known] / a[known] - 1.0), (0.05, 0.95))
            if ends[1] <= _EXPLODES:
                (low, high), unit = ends, " %"
        decimals = say.decimals_for(max(abs(low), abs(high)), 2, least=-12)
        texts = [say.fixed(float(value), decimals, signed=True) for value in (low, high)]
        return " to ".join(dict.fromkeys(texts)) + unit

    @property
    def counts(self) -> tuple[int, int, int]:
        """Of 100 histories: in how many yes in both, with the scenario only, without it only."""
        a, b = (v > 0.5 for v in self.values)
        shares = np.array([np.mean(a & b), np.mean(b & ~a), np.mean(a & ~b)])
        both, own, other = (round(100.0 * float(share)) for share in shares)
        return both, own, other

    @property
    def subject(self) -> str:
        """The outcome as the subject of a clause, its place between commas."""
        name = _bare(self.label)
        return f"{name}{',' * (',' in name)}"

    def clause(self) -> str:
        """Return what is told of it as part of a sentence: ``heroin seized falls by 88 %``."""
        name, plural = self.subject, is_plural(self.label)
        before, after = self.levels
        if self.kind == "yes":
            happens = _HAPPENS.get(self.outcome, f"“{name}” is true")
            return f"{happens} in {after} of 100 histories instead of {before}"
        if self.kind == "date":
            when = "later" if self.found.mean > 0 else "earlier"
            months = say.number(abs(self.found.mean), decimals=0)
            return f"{name} {'come' if plural else 'comes'} {months} months {when}"
        rises = self.verdict == "rises"
        verb = ("rise" if rises else "fall") + ("" if plural else "s")
        if not self.relative:
            unit = " %" if self.unit in ("share", "0 or 1") else ""
            verb += "" if self.striking else " slightly"
            return f"{name} {verb} from {before} to {after}{unit}"
        share = 100.0 * self.found.mean / abs(self.before)
        if share >= _DOUBLES or 50.0 <= -share < _HALVES:
            return f"{name} {_many_times(1.0 + share / 100.0, '' if plural else 's')}"
        return f"{name} {verb} by {say.short(abs(share), 2)} %"


def scale(unit: str, largest: float) -> tuple[float, str]:
    """Return by what values of a unit are multiplied, and the unit as people write it then."""
    if unit in ("share", "0 or 1"):
        return 100.0, "%" if unit == "share" else "% of the months"
    said = unit.replace("/year", " a year").replace("/month", " a month")
    if said.startswith("kg") and "/" not in said and largest >= 1000.0:
        return 0.001, said.replace("kg", "t", 1)
    said = {"number": "", "index": "", "ratio": "", "date": ""}.get(said, said)
    factor, said = window.scaled(np.array([largest]), said)
    return 1.0 / factor, said.strip()


def with_unit(
    mean: float, low: float, high: float, unit: str, signed: bool = True, beside: float = 0.0
) -> str:
    """Return a difference, or a level if not signed, with an interval, in the unit people use.

    ``+1.8 [+1.6, +2.1] t a year``, in the unit of what is shown ``beside`` it; differences of
    shares in points.
    """
    by, said = scale(unit, max(abs(v) for v in (mean, low, high, beside) if np.isfinite(v)))
    said = "points" if signed and unit in ("share", "0 or 1") else said
    return f"{say.with_interval(mean * by, low * by, high * by, signed)} {said}".rstrip()


def _many_times(ratio: float, s: str) -> str:
    """Return a verb for levels that are so many times those before; ``s`` is its ending."""
    if ratio < 1.0:
        return f"halve{s}"
    for times, word in ((2.0, "double"), (3.0, "triple")):
        if ratio < 1.05 * times:
            return f"{word}{s}"
        if ratio < times + 0.9:
            return f"more than {word}{s}"
    return f"rise{s} {say.short(ratio, 2)}-fold"


def _bare(label: str) -> str:
    """Return a label within a sentence, without what stands in brackets."""
    return say.small(re.sub(r"\s*\(.*?\)", "", label))


def date_text(months: float) -> str:
    """Return a mean number of months since year 0 as ``Mar 2012``; ``never`` for none."""
    if not np.isfinite(months):
        return "never"
    whole_months = round(months)
    return f"{say.MONTHS[whole_months % 12]} {whole_months // 12}"


def is_plural(label: str) -> bool:
    """Tell whether what a label names takes a plural verb: ``Fighters abroad`` does."""
    noun = _AFTER_NOUN.split(re.sub(r"\s*[(,].*", "", label))[0].split(" ")[-1]
    return noun == "People" or (noun.endswith("s") and not noun.endswith(("ss", "us")))


@dataclass(frozen=True)
class Card:
    """The answer on one scenario.

    Attributes:
        scenario, reference: names; ``subject`` and ``against`` are their titles, ``label`` and
            ``other`` what their lines are called.
        question: what the scenario asks.
        window: the months looked at.
        runs: the paired histories.
        changes: every outcome looked at, those of the question first, then by rank.
        events: month and label of what the scenario schedules otherwise.
        pair: results of both, which hold the outcomes looked at.
    """

    scenario: str
    reference: str
    subject: str
    against: str
    label: str
    other: str
    question: str
    window: Window
    runs: int
    changes: tuple[OutcomeChange, ...]
    events: tuple[tuple[str, str], ...]
    pair: xr.Dataset = field(repr=False, compare=False)

    @cached_property
    def told(self) -> list[OutcomeChange]:
        """What has a direction, by rank; none with too few histories."""
        return [c for c in self.changes if c.told] if self.runs >= ENOUGH else []

    @cached_property
    def leading(self) -> list[OutcomeChange]:
        """What has a direction and is not implied by one before it: what is news, then by rank."""
        kept: list[tuple[OutcomeChange, effects.Values]] = []
        for change in self.told:
            own = select.gap(*change.values)
            if change.asked or not any(_together(own, other) for _, other in kept):
                kept.append((change, own))
        return sorted((c for c, _ in kept), key=lambda c: not (c.asked or c.striking))

    @cached_property
    def numbers(self) -> list[OutcomeChange]:
        """The three to five changes of the card; what bears on survival is among them."""
        grave = [c for c in self.leading if c.kind == "yes" and c.stake == "survival"]
        first = self.leading[: NUMBERS - len([c for c in grave if c not in self.leading[:NUMBERS]])]
        return first + [c for c in grave if c not in first]

    @cached_property
    def chart(self) -> OutcomeChange | None:
        """The change that is drawn: the first that has a course over time."""
        drawn = [c for c in (*self.leading, *self.changes) if c.kind != "date"]
        return next((c for c in drawn if c.verdict != "undefined"), None)

    @property
    def same(self) -> bool:
        """Whether nothing differs in any history."""
        return all(c.verdict in ("same", "undefined") for c in self.changes)

    @cached_property
    def finding(self) -> str:
        """The answer in one sentence without a full stop, the scenario's title as its subject."""
        if self.same:
            return f"{self.subject}: nothing differs"
        if self.runs < ENOUGH:
            told = f"{self.runs} paired histories are" if self.runs > 1 else "one pair is"
            return f"{self.subject}: {told} too few for an answer (at least {ENOUGH})"
        if not self.leading:
            return f"{self.subject}: no outcome changes by an amount worth the name"
        first, *rest = self.leading
        second = next((c for c in rest if c.stake != first.stake), None)
        grave = next((c for c in self.numbers if c.kind == "yes" and c.stake == "survival"), None)
        second = grave if grave and grave is not first else second
        more = f", and {second.clause()}" if second else ""
        still = next((c for c in self.changes if c.asked and c.verdict == "negligible"), None)
        if still:
            verb = "stay" if is_plural(still.label) else "stays"
            more = f" while {still.subject} {verb} about the same"
        return f"{self.subject}: {first.clause()}{more}"

    @property
    def about(self) -> str:
        """Return what is compared, over what months and in how many histories."""
        count = f"{self.runs:,} paired histories" if self.runs != 1 else "one pair of histories"
        start, end = map(say.month_text, self.window)
        return f"Against “{self.against}”, {start} to {end}; means of {count}"

    @property
    def set_here(self) -> str:
        """Return what the scenario sets itself, which is no effect; "" if nothing."""
        rows = [c for c in self.changes if c.verdict == "set"]
        levels = [f"{' → '.join(c.levels)} {c.unit_text}".rstrip() for c in rows]
        texts = [f"{_bare(c.label)} ({text})" for c, text in zip(rows, levels, strict=True)]
        return f"Set by the scenario itself: {say.listed(texts)}." if rows else ""

    @property
    def still(self) -> str:
        """Return what does not change, or not by as much as can be told, together; or ""."""
        rows = [c for c in self.changes if c.verdict in ("negligible", "unclear", "same")]
        if not rows or self.runs < ENOUGH or self.same:
            return ""
        rows.sort(key=lambda c: STAKES.index(c.stake))
        names = list(dict.fromkeys(_bare(c.label) for c in rows))
        named = f", among them {say.listed(names[:4])}"
        named = named if len(names) > 4 else f": {say.listed(names)}"
        return f"No effect that can be told in {len(rows)} of {len(self.changes)} outcomes{named}."

    @cached_property
    def sure(self) -> str:
        """One line: share of histories with the sign, share assumed, range, what would turn."""
        parts = []
        lead = self.leading[0] if self.leading else None
        if lead and lead.kind != "yes":
            share = round(100.0 * lead.found.share_sign)
            count = f"{share} of 100" if share < 100 else "all"
            parts.append(f"the first finding has this sign in {count} histories")
        if {"parameter", "basis"} <= set(self.pair.coords):
            counts = effects.basis_counts(self.pair)
            total = sum(counts.values())
            parts.append(f"{counts['assumption']} of {total} numbers behind it are assumed")
        parts += [effects.calibrated_note(self.pair, self.scenario)]
        if lead:
            parts += [effects.turning(self.pair, *lead.values)]
        return "; ".join(filter(None, parts)) + "."

    @property
    def notes(self) -> list[str]:
        """Return the lines below the numbers: what is set, what does not change, how sure it is."""
        done = effects.done_by_reference(self.pair, self.window)
        itself = effects.reference_sentence(done, self.scenario, self.against)
        met = effects.conditioned_statement(self.pair, brief=True)
        return [*filter(None, (self.set_here, itself, self.still, met)), f"How sure: {self.sure}"]

    def rows(self, most: int = ROWS) -> list[OutcomeChange]:
        """Return what is listed, by size: at most so many with a direction.

        With too few histories, what differs, without a direction.
        """
        known = [c for c in self.changes if c.verdict not in ("same", "undefined", "set")]
        some = known if self.runs < ENOUGH else self.told
        return sorted(some, key=lambda c: (not c.asked, -c.size))[:most]

    def text(self, wide: int = 80, colour: bool = False, most: int = ROWS) -> str:
        """Return the card as lines of a terminal."""
        title = _folded(self.finding, wide)
        if colour:
            title = "\n".join(f"\033[1m{line}\033[0m" for line in title.split("\n"))
        parts = [f"{title}\n{_folded(f'{self.about}.', wide)}"]
        if rows := self.rows(most):
            parts.append("\n".join(_lines(rows, wide, colour)))
        return "\n\n".join([*parts, "\n".join(_folded(note, wide) for note in self.notes)])

    def html(self) -> list[Html]:
        """Return the card as a notebook shows it."""
        rows = [
            [say.capital(c.label), c.unit_text, c.levels[0], c.levels[1], c.spread]
            for c in (self.numbers or self.rows(NUMBERS))
        ]
        head = ("", "", self.other, self.label, "in 9 of 10 histories")
        return [
            element("h3", self.finding),
            element("p", f"{self.about}.", look="quiet"),
            *([table(head, rows, numbers=(2, 3, 4))] if rows else []),
            *(element("p", note) for note in self.notes),
        ]

    def _repr_html_(self) -> str:
        return whole(*self.html())

    def as_dict(self) -> dict[str, Any]:
        """Return the card as JSON holds it."""
        own = (f.name for f in fields(self) if f.name not in ("changes", "pair"))
        names = (*own, "finding", "about", "set_here", "still", "sure", "notes")
        return {
            **{name: getattr(self, name) for name in names},
            "numbers": [_row(c) for c in (self.numbers or self.rows(NUMBERS))],
            "rows": [_row(c) for c in self.rows()],
        }


def _row(change: OutcomeChange) -> dict[str, Any]:
    names = ("outcome", "where", "label", "kind", "stake", "verdict", "spread")
    numbers = {n: getattr(change, n) for n in ("before", "after", "low", "high", "size")}
    numbers = {"mean": change.found.mean, **numbers}
    return {
        **{name: getattr(change, name) for name in names},
        "unit": change.unit_text,
        "levels": change.levels,
        **{name: float(v) if np.isfinite(v) else None for name, v in numbers.items()},
    }


def _folded(text: str, wide: int) -> str:
    text = text.replace(" %", "\N{NO-BREAK SPACE}%")
    lines = textwrap.wrap(text, wide, break_on_hyphens=False)
    return "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")


def _lines(rows: Sequence[OutcomeChange], wide: int, colour: bool) -> Iterator[str]:
    """Yield a head and a line for each change: name and unit, before, after, spread."""
    names = [", ".join(filter(None, (say.capital(c.label), c.unit_text))) for c in rows]
    cells = [(name, *c.levels, c.spread) for name, c in zip(names, rows, strict=True)]
    heads = ("", "before", "after", "in 9 of 10 histories")
    sizes = [max(len(row[i]) for row in (heads, *cells)) for i in range(1, 4)]
    room = max(wide - sum(sizes) - 7, 20)
    yield "  ".join([" " * room, heads[1].rjust(sizes[0]), heads[2].rjust(sizes[1] + 1), heads[3]])
    for change, (name, before, after, spread) in zip(rows, cells, strict=True):
        tint = {"rises": "\033[33m", "falls": "\033[36m"}.get(change.verdict, "") if colour else ""
        level = f"{tint}{after.rjust(sizes[1])}{chr(27) + '[0m' if tint else ''}"
        short = name if len(name) <= room else f"{name[: room - 1].rstrip()}…"
        yield f"{short.ljust(room)}  {before.rjust(sizes[0])} → {level}  {spread}".rstrip()


def _together(one: effects.Values, other: effects.Values) -> bool:
    known = np.isfinite(one) & np.isfinite(other)
    if known.sum() < 3:
        return False
    a, b = (side[known] - side[known].mean() for side in (one, other))
    return abs(float(a @ b)) > _ALIKE * float(np.sqrt((a @ a) * (b @ b)))


def set_by(dataset: xr.Dataset, scenario: str) -> set[str]:
    """Return the outcomes that the scenario's own events and settings are, not change."""
    settings = select.attribute(dataset, "settings")
    base, own = (settings.get(n, {}) for n in (select.names_of(dataset)[0], scenario))
    found = {name.partition(".")[0] for name in {**base, **own} if own.get(name) != base.get(name)}
    for event in window.own_events(dataset, scenario):
        given = event.get("arguments", {})
        found.add(str(given.get("parameter", event["kind"])).partition(".")[0])
    return {one.name for one in load_outcomes().values() if found & set(one.set_by)}


def card(
    dataset: xr.Dataset,
    scenario: str | None = None,
    given: Window | None = None,
    outcomes: Sequence[str] = (),
) -> Card:
    """Return the answer on a scenario, by default the last, against the first of the results.

    Args:
        given: first and last month, see `tajsim.results.window.window_of`.
        outcomes: what is asked for, ``name`` or ``name[place]``; by default what the scenario's
            question names.

    Raises:
        UserError: for a window outside the results, or an outcome that they do not hold.
    """
    reference, *others = select.names_of(dataset)
    scenario = scenario or (others or [reference])[-1]
    months = window.window_of(dataset, given, scenario)
    asks = select.attribute(dataset, "asks").get(scenario) or {}
    wanted = [*(outcomes or asks.get("outcomes", ()))]
    ours, own = set_by(dataset, scenario), tuple(select.outcome_names(dataset))
    held = [spec for spec in wanted if split_spec(spec, own)[0] in dataset]
    specs = list(dict.fromkeys([*held, *select.headline(dataset)]))
    needed = {effects.IN_FORCE, WEIGHT, *(split_spec(spec, own)[0] for spec in specs)}
    rest = {name for name in own if name not in needed}
    pair = select.pair_of(dataset.drop_vars(rest), scenario)
    changes = [change(pair, *split_spec(spec, own), months, spec in held, ours) for spec in specs]
    order = sorted(changes, key=lambda c: (not c.asked, -c.rank))
    events = [
        (str(e["month"]), str(e.get("label") or e["kind"].replace("_", " ")))
        for e in window.own_events(dataset, scenario)
        if e.get("arguments", {}).get("change") != "hold"
    ]
    titles = select.title_of(dataset, scenario), select.title_of(dataset, reference)
    labels = select.label_of(dataset, scenario), select.label_of(dataset, reference)
    question = str(select.attribute(dataset, "questions").get(scenario, ""))
    about = *titles, *labels, question, months, int(dataset.sizes["run"])
    return Card(scenario, reference, *about, tuple(order), tuple(events), pair)


def cards(dataset: xr.Dataset) -> list[Card]:
    """Return a card for each scenario but the first."""
    return [card(dataset, name) for name in select.names_of(dataset)[1:]]


def most_sentence(found: Sequence[Card]) -> str:
    """Return which of several scenarios differs most from the reference; "" for fewer than two."""
    if len(found) < 2:
        return ""
    first = max(found, key=lambda one: max((c.rank for c in one.told), default=0.0))
    if not first.told:
        return f"None of {len(found)} scenarios changes an outcome by an amount worth the name."
    return f"Of {len(found)} scenarios “{first.subject}” differs most: {first.leading[0].clause()}."


def several_text(found: Sequence[Card], wide: int = 80, colour: bool = False) -> str:
    """Return the answer on all scenarios: one card, or a sentence and shorter cards."""
    if len(found) > 4:
        findings = [_folded(f"- {one.finding}.", wide).replace("\n", "\n  ") for one in found]
        return "\n".join([_folded(most_sentence(found), wide), "", *findings])
    most = {1: ROWS, 2: 6, 3: 3}.get(len(found), 1)
    parts = [_folded(most_sentence(found), wide)]
    return "\n\n".join(filter(None, [*parts, *(one.text(wide, colour, most) for one in found)]))


def change(
    pair: xr.Dataset,
    name: str,
    places: Mapping[str, select.Names],
    months: Window,
    named: bool,
    ours: set[str],
) -> OutcomeChange:
    """Return one outcome, at places by dimension, in the pairs of the reference and a scenario.

    Args:
        named: whether the question names it.
        ours: what the scenario sets itself, see `set_by`.
    """
    variable = window.series_at(pair, name, places, window.months_in(pair, months))
    a, b = window.over_months(variable)
    differences = select.gap(a, b)
    found, yes = effects.effect(differences), window.yes_or_no(variable, windowed=True)
    unit = window.unit_of(variable, windowed=True)
    both = np.isfinite(a) & np.isfinite(b)
    before, after = (float(v[both].mean()) if both.any() else np.nan for v in (a, b))
    size = select.over_spread(found.mean, a[both])
    if yes and np.isnan(size):  # it happens in no run of the reference, or in all
        size = select.over_spread(found.mean, b[both])
    size = size if np.isfinite(size) else _LARGEST * bool(found.mean)
    low, high = map(float, effects.quantiles(differences, (0.05, 0.95)))
    called = [name for names in places.values() for name in select.as_names(names)]
    where = ";".join(f"{d}={n}" for d, names in places.items() for n in select.as_names(names))
    label = ", ".join([str(variable.attrs.get("label", name)), *map(say.place_name, called)])
    kind = "yes" if yes else "date" if unit == "date" else "level"
    verdict = _verdict(found, a[both], yes, name in ours)
    about = name, where, label, unit, kind, before, after, found, low, high, size
    return OutcomeChange(*about, verdict, named, (a, b))


def _verdict(found: effects.Effect, base: effects.Values, yes: bool, ours: bool) -> str:
    if found.runs == 0:
        return "undefined"
    if found.share_tied == 1.0:
        return "same"
    if ours:
        return "set"
    least = max(effects.smallest_effect(base), _LEAST_SHARE if yes else 0.0)
    if abs(found.mean) < least:
        inside = max(abs(found.low), abs(found.high)) < least
        return "negligible" if inside or found.direction else "unclear"
    return found.direction or "unclear"


def json_text(found: Sequence[Card], files: Mapping[str, str]) -> str:
    """Return cards and what was written as JSON for machines."""
    whole_text = {"answer": most_sentence(found), "cards": [c.as_dict() for c in found]}
    return json.dumps({**whole_text, "written": dict(files)}, indent=1, ensure_ascii=False)

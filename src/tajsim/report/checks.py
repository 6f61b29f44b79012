"""Which assumptions would turn a conclusion: the paired difference in thirds of a parameter.

The runs are divided by the value that an assumption has in them. If the mean paired difference has
one sign in all runs and the other sign in the lowest or highest third, beyond what chance gives
among so many pairs tried (Bonferroni's bound), the conclusion depends on that assumption.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.stats import t as student

from tajsim.analysis.assumptions import TOGETHER, influence, ranked
from tajsim.analysis.verdicts import FAILS, NEGLIGIBLE, NOT_TESTED, TURNS, UNDECIDED
from tajsim.axes import Array
from tajsim.errors import UserError
from tajsim.inputs.registry import actor_name, load_parameters
from tajsim.inputs.toml import month_number
from tajsim.inputs.values import load_posterior
from tajsim.report.answer import leading
from tajsim.report.facts import DOCUMENTED_UNTIL, Facts, rows
from tajsim.report.tables import Table
from tajsim.report.wording import (
    capital,
    coordinate,
    in_runs,
    level,
    listed,
    month,
    plain,
    small,
    span,
    told,
)
from tajsim.results.chronicle import (
    Change,
    Occurrence,
    changes,
    decided,
    merged,
    most_telling,
    occurrences,
    scheduled,
    sentence,
)
from tajsim.results.effect import LEVEL, Effect, effect, mean_interval, quantiles
from tajsim.results.numbers import MONTHS, interval, percent, table_number
from tajsim.results.select import attribute, gap, headline, own_dimensions
from tajsim.results.window import (
    at_places,
    over,
    titled,
    unit_of,
    window_of,
    yes_or_no,
)
from tajsim.version import __version__

#: So many of the differences told first are looked at, and so many assumptions for each.
DIFFERENCES, ASSUMED = 8, 5
#: So many pairs stand in the table.
SHOWN = 8
#: A third with fewer runs than this says nothing.
FEWEST = 10
#: Chance that any pair at all is said to turn where none does.
FALSE = 0.10


@dataclass(frozen=True)
class Turn:
    """One difference in the lowest and highest third of one assumption.

    ``opposite`` if the interval of one of them lies on the other side of zero than the whole's;
    ``fades`` if the interval of one covers zero.
    """

    outcome: str
    unit: str
    parameter: str
    cuts: tuple[float, float]
    whole: Effect
    low: Effect
    high: Effect

    @property
    def opposite(self) -> bool:
        """Whether a third has the opposite sign, clear of zero at 90 %."""
        return any(found.direction == self._other for found in (self.low, self.high))

    def turns(self, pairs: int) -> bool:
        """Whether a third has the opposite sign beyond chance, so many pairs having been tried."""
        thirds = [f for f in (self.low, self.high) if f.direction == self._other]
        return any(_p(found) * 2 * pairs < FALSE for found in thirds)

    @property
    def _other(self) -> str:
        return {"rises": "falls", "falls": "rises"}[self.whole.direction]

    @property
    def fades(self) -> bool:
        """Whether the interval of a third covers zero."""
        return not self.opposite and not (self.low.direction and self.high.direction)


def _p(found: Effect) -> float:
    """Return how often chance alone takes a mean that far to its side of zero."""
    error = (found.mean - found.low) / float(student.ppf(0.5 + LEVEL / 2.0, found.runs - 1))
    return float(student.sf(abs(found.mean) / error, found.runs - 1)) if error > 0.0 else 0.0


def turns(facts: Facts, scenario: str) -> list[Turn]:
    """Return every difference told first with each of the assumptions that matter most for it."""
    if facts.runs < 3 * FEWEST or "parameter_value" not in facts.dataset:
        return []
    values = facts.dataset["parameter_value"].sel(scenario=facts.reference)
    found = []
    for outcome, where in leading(facts, scenario)[:DIFFERENCES]:
        cell = facts.cell(scenario, outcome, where)
        differences = cell.values[1] - cell.values[0]
        for name in _influential(facts, scenario, outcome, where, differences):
            own = values.sel(parameter=name).values
            cuts = tuple(float(cut) for cut in np.quantile(own, (1 / 3, 2 / 3)))
            low, high = own <= cuts[0], own >= cuts[1]
            if min(low.sum(), high.sum()) < FEWEST or cuts[0] >= cuts[1]:
                continue
            found.append(
                Turn(
                    facts.spoken(outcome, where),
                    cell.unit,
                    name,
                    (cuts[0], cuts[1]),
                    effect(differences),
                    effect(differences[low]),
                    effect(differences[high]),
                )
            )
    return found


def _influential(
    facts: Facts, scenario: str, outcome: str, where: str, differences: np.ndarray
) -> list[str]:
    """Return the assumptions that matter most for a difference.

    Those that the results name for it and for all together; where the results name none, those
    whose ranks go with the difference most.
    """
    known = facts.assumptions
    if len(known):
        own = known[known["scenario"] == scenario]
        same = (own["outcome"] == outcome) & (own["where"] == where)
        chosen = own[same | (own["outcome"] == TOGETHER)]
        named = [row.parameter for row in rows(chosen.sort_values("share", ascending=False))]
        if named:
            return list(dict.fromkeys(named))[: 2 * ASSUMED]
    return _by_rank(facts, differences)


def _by_rank(facts: Facts, differences: np.ndarray) -> list[str]:
    values = facts.dataset["parameter_value"].sel(scenario=facts.reference)
    registry = load_parameters()
    table = values.values
    names = [
        str(name)
        for name, row in zip(values["parameter"].values, table, strict=True)
        if str(name) in registry
        and registry[str(name)].basis.kind == "assumption"
        and np.ptp(row) > 0.0
    ]
    if not names:
        return []
    seed = int(facts.dataset.attrs.get("seed", 0))
    found = influence(
        ranked(values.sel(parameter=names).values),
        ranked(differences[np.newaxis]),
        np.ones(1),
        np.arange(facts.runs),
        seed,
        ASSUMED,
    )
    order = np.argsort(-found.share, kind="stable")[:ASSUMED]
    return [names[place] for place in order]


def turning_sentences(facts: Facts, scenario: str) -> list[str]:
    """Say which assumptions would turn a conclusion, with numbers, or that none was found."""
    if facts.runs < 3 * FEWEST:
        return [f"Whether an assumption would turn a conclusion is told from {3 * FEWEST} runs on."]
    found = turns(facts, scenario)
    if not found:
        return ["No difference has a direction and varies with an assumption: nothing to turn."]
    outcomes = len({turn.outcome for turn in found})
    pairs = f"{len(found)} pair{'s' if len(found) > 1 else ''}"
    many = f"{outcomes} difference{'s' if outcomes > 1 else ''}"
    tried = f"{pairs} of a difference and an assumption ({many})"
    sure = [turn for turn in found if turn.turns(len(found))]
    said = [_turned(turn, facts.runs) for turn in sure]
    if sure:
        said.insert(0, f"{len(sure)} of {tried} would turn beyond chance:")
    else:
        said = [
            f"None found at this number of runs: in none of {tried} does the mean paired "
            "difference have the opposite sign, beyond chance, in the lowest or the highest third "
            f"of the assumption's values ({facts.runs // 3} runs in a third)."
        ]
    hints = [turn for turn in found if turn.opposite and turn not in sure]
    if hints:
        said.append(
            f"In {len(hints)} the 90 % interval of a third lies on the other side of zero, which "
            f"chance can give among {pairs}: more runs would tell."
        )
    faded = sum(turn.fades for turn in found)
    if faded:
        said.append(
            f"For {faded} of these pairs the interval covers zero in one of the thirds, which have "
            "fewer runs than the whole: there the conclusion leans on the assumption, or the runs "
            "are too few."
        )
    return said


def turning_table(facts: Facts, scenario: str) -> Table | None:
    """Return the pairs that turn, and those whose interval covers zero in a third."""
    found = turns(facts, scenario)
    shown = [turn for turn in found if turn.opposite] + [turn for turn in found if turn.fades]
    if not shown:
        return None
    body = [
        [
            capital(turn.outcome),
            turn.parameter,
            told(turn.whole.mean, turn.whole.low, turn.whole.high, turn.unit)[0],
            f"at most {plain(turn.cuts[0])}: {_third(turn.low, turn.unit)}",
            f"at least {plain(turn.cuts[1])}: {_third(turn.high, turn.unit)}",
        ]
        for turn in shown[:SHOWN]
    ]
    left = len(shown) - len(body)
    return Table(
        f"{scenario}: mean paired difference where an assumption is low, and where it is high",
        ["Outcome", "Assumption", "All runs", "Lowest third", "Highest third"],
        body,
        ["fails" if turn.opposite else "" for turn in shown[:SHOWN]],
        f"{left} more pairs are not shown." if left else "",
    )


def _turned(turn: Turn, runs: int) -> str:
    low, high = turn.low, turn.high
    whole = told(turn.whole.mean, turn.whole.low, turn.whole.high, turn.unit)[0]
    return (
        f"{capital(turn.outcome)}: over all runs {whole}, but "
        f"where {turn.parameter} is at most {plain(turn.cuts[0])} (lowest third, "
        f"{in_runs(low.runs, runs).removeprefix('in ')}) it is {_third(low, turn.unit)}, and where "
        f"it is at least {plain(turn.cuts[1])} (highest third) {_third(high, turn.unit)}."
    )


def _third(found: Effect, unit: str) -> str:
    size, ends = told(found.mean, found.low, found.high, unit)
    return f"{size} (90 % interval {ends})"


#: With fewer runs than this the reader is told that they are few.
FEW = 100


def cautions(facts: Facts) -> list[str]:
    """Return a sentence for each thing that limits what the results can be used for."""
    return [
        *out_of_registry(facts),
        *out_of_calibration(facts),
        *_mode(facts),
        *_continued(facts),
        *_runs(facts),
        *_projection(facts),
        *_version(facts),
    ]


def inputs_set(facts: Facts) -> Iterator[tuple[str, str, float]]:
    """Yield scenarios, parameter and value of every setting and every event that sets one."""
    found: dict[tuple[str, float], list[str]] = {}
    for scenario in facts.names:
        for name, value in attribute(facts.dataset, "settings").get(scenario, {}).items():
            found.setdefault((name, float(value)), []).append(scenario)
        for event in attribute(facts.dataset, "events").get(scenario, ()):
            given = event.get("arguments", {})
            if event["kind"] == "set" and {"parameter", "value"} <= set(given):
                key = str(given["parameter"]), float(given["value"])
                found.setdefault(key, []).append(scenario)
    for (name, value), scenarios in found.items():
        who = listed(list(dict.fromkeys(scenarios)), 3)
        yield f"{who} set{'s' if len(set(scenarios)) == 1 else ''}", name, value


def out_of_registry(facts: Facts) -> list[str]:
    """Say which inputs lie outside the range that the registry gives the parameter."""
    known = load_parameters()
    said = []
    for scenario, name, value in inputs_set(facts):
        row = known.get(name)
        if row and not row.low <= value <= row.high:
            said.append(
                f"{scenario} {name} to {table_number(value)}, outside its documented or assumed "
                f"range of {interval(row.low, row.high)}: the rules were not made for that."
            )
    if "parameter_value" in facts.dataset:
        values = facts.dataset["parameter_value"]
        ends = values.min(("scenario", "run")).values, values.max(("scenario", "run")).values
        chosen = {name for _, name, _ in inputs_set(facts)}
        for name, low, high in zip(values["parameter"].values, *ends, strict=True):
            row = known.get(str(name))
            slack = 1e-9 * max(abs(row.low), abs(row.high)) if row else 0.0
            outside = row and (low < row.low - slack or high > row.high + slack)
            if outside and row and str(name) not in chosen:
                said.append(
                    f"Runs have {name} from {interval(low, high)}, outside its range of "
                    f"{interval(row.low, row.high)}."
                )
    return list(dict.fromkeys(said))


def out_of_calibration(facts: Facts) -> list[str]:
    """Say which inputs lie outside what the calibrated sample holds of the parameter."""
    sample = _sample()
    said = []
    for scenario, name, value in inputs_set(facts):
        if name in sample:
            low, high = (float(end) for end in (sample[name].min(), sample[name].max()))
            if not low <= value <= high:
                said.append(
                    f"{scenario} {name} to {table_number(value)}, outside the calibrated range of "
                    f"{interval(low, high)}: nothing there was held against the documents."
                )
    return list(dict.fromkeys(said))


def _sample() -> dict[str, Array]:
    """Return the calibrated sample, empty where there is none."""
    try:
        return load_posterior()
    except UserError:
        return {}


def _mode(facts: Facts) -> list[str]:
    mode = str(facts.dataset.attrs.get("parameters_mode", ""))
    if mode == "prior":
        said = "The uncertain parameters were drawn from their whole ranges, not from the "
        return [said + "calibrated sample: these runs were not fitted to the documents."]
    if mode == "fixed":
        said = "All parameters were held at their values: the intervals hold chance alone, and "
        return [said + "nothing of what the assumptions leave open."]
    return []


def _continued(facts: Facts) -> list[str]:
    return [
        f"The months up to {month(one['until'])} are those of a saved history of "
        f"{one['scenario']}: what a scenario has otherwise counts from the month after on."
        for one in facts.continued
    ]


def _runs(facts: Facts) -> list[str]:
    if facts.runs >= FEW:
        return []
    if facts.runs == 1:
        return ["There is only one run: it is one possible history, and no interval can be told."]
    return [
        f"There are only {facts.runs} runs: what is rare may not have shown, and intervals are "
        "wide."
    ]


def _projection(facts: Facts) -> list[str]:
    windows = [facts.window(name) for name in (facts.others or [facts.reference])]
    ends = [w for w in windows if w[1] > DOCUMENTED_UNTIL]
    if not ends:
        return []
    months = int(np.datetime64(max(w[1] for w in ends), "M") - np.datetime64(DOCUMENTED_UNTIL, "M"))
    first, last = max(min(w[0] for w in ends), "2016-01"), max(w[1] for w in ends)
    return [
        f"The months from {month(first)} to {month(last)} ({months} of them) are projection: "
        "no document speaks of them, and outside pressures go on as scheduled."
    ]


def _version(facts: Facts) -> list[str]:
    made = str(facts.dataset.attrs.get("tajsim_version", "unknown"))
    if made == __version__:
        return []
    return [
        f"The results were made by version {made}, this report by {__version__}: names and "
        "ranges are those of the report's version."
    ]


_ALWAYS = (
    "It does not foretell. Named commanders, powers and movements follow general rules with drawn "
    "luck; who acts, and when, is luck in it.",
    "An interval says how sure the model is of its own mean at this number of runs, not how sure "
    "one may be about the country.",
    "Differences between scenarios deserve more trust than levels, and directions more than sizes: "
    "what is wrong in both scenarios of a pair often cancels.",
    "The five documents see the country from outside, with information up to 2004, 2007 and "
    "January 2016. What they do not mention is not in the model.",
    "The documents that gave the causes also gave most of what the results are compared with. That "
    "a claim holds shows that the model says what they say.",
    "The form of a rule is an assumption without a range. Afghan harvests, the Russian economy and "
    "Western attention do not react to the country.",
)


def limits(facts: Facts) -> list[str]:
    """Return the limits, those that these results show first."""
    return [*_own(facts), *_ALWAYS]


def _own(facts: Facts) -> list[str]:
    said = []
    claims = facts.claims
    if len(claims):
        tested = claims[claims["verdict"] != NOT_TESTED]
        wrong = [str(name) for name in tested[tested["verdict"] == FAILS]["claim"]]
        if wrong:
            said.append(f"The model contradicts what the documents say in: {', '.join(wrong)}.")
        weak = [str(n) for n in tested[tested["verdict"].isin([NEGLIGIBLE, TURNS])]["claim"]]
        if weak:
            said.append(f"The effect is negligible, or turns later, in: {', '.join(weak)}.")
        unsure = int((tested["verdict"] == UNDECIDED).sum())
        if unsure:
            said.append(
                f"{unsure} of {len(tested)} claims cannot be decided at {facts.runs:,} runs."
            )
    if facts.others:
        said.append(
            "Where nothing changes, one interval in ten is clear of zero by chance; with many rows "
            "in a table some directions are chance."
        )
    assumed, whole = facts.counts.get("assumption", 0), sum(facts.counts.values())
    if whole:
        said.append(
            f"{assumed:,} of {whole:,} parameters in force are assumptions; one may be wrong "
            "beyond its range."
        )
    return said


#: So many events are told of a run.
MOST = 12
#: Of these so many that a scenario schedules, its last.
SCHEDULED = 5


@dataclass(frozen=True)
class Narrative:
    """The story of one run: how it was chosen, and its events as (month, mark, sentence)."""

    run: int
    chosen: str
    events: list[tuple[str, str, str]]
    left: int
    nothing: str = "Nothing happened that changed the course."

    @property
    def more(self) -> str:
        """How many events are not told, as a sentence with a space after it; "" for none."""
        if self.left <= 0:
            return ""
        one = self.left == 1
        said = "event of this run is" if one else "events of this run are"
        return f"{self.left:,} more {said} not told. "


def narrative(facts: Facts, scenario: str) -> Narrative | None:
    """Return one run in short; ``None`` if the results hold no events."""
    if "event_kind" not in facts.dataset.variables:
        return None
    run = typical_run(facts, scenario)
    own = occurrences(facts.dataset, scenario, run)
    if scenario == facts.reference:
        return _alone(run, own)
    base = occurrences(facts.dataset, facts.reference, run)
    return _against(facts, scenario, run, base, own)


def typical_run(facts: Facts, scenario: str) -> int:
    """Return the run whose headline values are nearest to the medians over all runs.

    Of a comparison the paired differences count, each outcome in its own spread over the runs.
    """
    alone = scenario == facts.reference
    values = []
    if alone:
        cells = [(c, c.values[0]) for c in facts.own_cells(scenario)]
    else:
        cells = list(facts.differences(scenario))
    for cell, each in cells:
        if not cell.headline or not np.isfinite(each).all():
            continue
        spread = float(each.std())
        if spread > 1e-9 * float(np.abs(each).max(initial=0.0)):
            values.append(np.abs(each - np.median(each)) / spread)
    runs = facts.dataset["run"].values
    if not values:
        return int(runs[0])
    distance = np.mean(np.minimum(values, 3.0), axis=0)
    return int(runs[int(np.argmin(distance))])


def _alone(run: int, events: Sequence[Occurrence]) -> Narrative:
    every = merged(events)
    breaks = [e for e in every if e.weight == 3 and e.cause != "scenario"]
    orders = [e for e in every if e.cause == "scenario"][-SCHEDULED:]
    rest = [e for e in every if e.weight == 2 and e.cause != "scenario"]
    room = MOST - len(orders)
    kept = [*orders, *breaks[:room], *rest[: max(0, room - len(breaks))]]
    shown = [event for event in every if event in kept]
    lines = [(month(e.month), _mark(e), f"{sentence(e)}.") for e in shown]
    chosen = f"Run {run}, the one whose outcomes are nearest to the medians of all runs."
    return Narrative(run, chosen, lines, len(events) - len(shown))


def _mark(event: Occurrence) -> str:
    return "scheduled" if event.cause == "scenario" else ""


def _against(
    facts: Facts,
    scenario: str,
    run: int,
    base: Sequence[Occurrence],
    own: Sequence[Occurrence],
) -> Narrative:
    """Return what the scenario schedules otherwise, the first event that differs, and the rest."""
    orders, found = changes(scheduled(base), scheduled(own)), changes(decided(base), decided(own))
    chain = most_telling(found, MOST) if found else []
    lines = [_line(change, "scheduled") for change in orders[:3]]
    lines += [_line(change, _side(facts, scenario, change)) for change in chain]
    chosen = (
        f"Run {run} of {scenario} against the same run of {facts.reference}: the pair whose "
        f"differences are nearest to the medians of all pairs. {_first(found, orders)}"
    )
    shown = len(lines)
    left = len(orders) + len(found) - shown
    same = f"Every event is the same as in {facts.reference}, in the same month."
    return Narrative(run, chosen, sorted(lines, key=_when), left, same)


def _when(line: tuple[str, str, str]) -> tuple[int, int]:
    name, year = line[0].split(" ")
    return int(year), MONTHS.index(name)


def _first(found: Sequence[Change], orders: Sequence[Change]) -> str:
    if not found:
        return "Between the two no event differs that a scenario does not schedule itself."
    months = month_number(found[0].month) - month_number(orders[0].month) if orders else -1
    if months < 0:  # what differs from the start has no event of its own
        return f"The first event that differs comes in {month(found[0].month)}."
    after = "in the month of" if months == 0 else f"{months} months after"
    after = "1 month after" if months == 1 else after
    return (
        f"The first event that differs and that no scenario schedules comes in "
        f"{month(found[0].month)}, {after} the scenarios' own first difference."
    )


def _line(change: Change, mark: str) -> tuple[str, str, str]:
    return month(change.month), mark, f"{sentence(change.event)}."


def _side(facts: Facts, scenario: str, change: Change) -> str:
    if change.elsewhere:
        return f"in {facts.reference}: {actor_name(change.elsewhere)}"
    if change.side == "A":
        return f"only in {facts.reference}"
    if change.side == "B":
        return f"only in {scenario}"
    count = abs(change.moved)
    when = "later" if change.moved > 0 else "earlier"
    return f"{count} month{'s' if count > 1 else ''} {when} in {scenario}"


#: So many rows of a table are told for a picture.
#: Kinds that show every section, task, ... by itself, and those that show the last year.
_BY_PLACE = ("map", "border", "providers", "elite")
_LAST_YEAR = ("map",)

_SHOWS = {
    "difference": "Forest of the mean paired differences of outcomes, each with its 90 % interval.",
    "fan": "Lines over the months: the median of the runs in bands that hold 50 % and 90 % of "
    "them, a panel for each outcome.",
    "distribution": "Curves of how an outcome over the whole window is spread over the runs, with "
    "median and 90 % of the runs below.",
    "map": "Map of the country in the last year of the results: border sections coloured by the "
    "heroin seized, regions by the control of the centre.",
    "border": "Heat maps of border section against month: heroin entering, the share of loads "
    "seized, who guards, and loads with bought passage.",
    "providers": "Stacked areas over the months, a panel for each security task: the state's own "
    "effort, what each outside power provides, and what nobody carries.",
    "money": "Ribbons from drug networks, people and donors to the agencies that take tolls and "
    "extortion, and from these to officers, commanders and the ruling circle, which pays "
    "commanders and keeps the rest.",
    "position": "Path by year of the position between West and Moscow against dependence.",
    "elite": "A lane for each commander: in which share of the runs he serves, is removed or "
    "breaks away, and his loyalty.",
    "scenarios": "A small panel for each scenario: the median over time of the outcome that "
    "differs most, against the reference.",
    "claims": "A row for each claim of the documents: verdict, share of the runs in which it holds "
    "and mean effect with its 90 % interval.",
    "tornado": "Bars for the assumptions that matter most: the share of the variance of the "
    "differences that goes with each alone.",
    "lanes": "The events of one run on a line of time, a lane for each group of actors; the most "
    "telling are listed beside the figure.",
}


def alternative(
    facts: Facts, kind: str, outcomes: Sequence[str], scenarios: Sequence[str] | None = None
) -> str:
    """Return the text alternative of a picture.

    Args:
        facts: the results.
        kind: the kind of picture.
        outcomes: what it shows; without any, the differences of the comparison.
        scenarios: those it shows; all by default.
    """
    names = list(scenarios or facts.names)
    shows = _SHOWS.get(kind, f"Picture of the kind “{kind}”.")
    own = {"lanes": _events, "claims": _claims, "tornado": _assumptions, "difference": _differences}
    numbers = own[kind](facts, names) if kind in own else _levels(facts, kind, outcomes, names)
    return f"{shows} {numbers}".strip()


def _claims(facts: Facts, names: Sequence[str]) -> str:
    """Return the verdict on every claim and in how many runs it holds."""
    said = [
        f"{row.claim} {row.verdict}"
        + (f" ({percent(row.share)} of the runs)" if row.verdict != NOT_TESTED else "")
        for row in rows(facts.claims)
    ]
    return f"{len(said)} claims: {'; '.join(said)}."


def _assumptions(facts: Facts, names: Sequence[str]) -> str:
    """Return the share of variance that goes with each assumption named."""
    known = facts.assumptions
    said = [
        f"{row.parameter} {percent(row.share)} ({100 * row.low:.0f} to {100 * row.high:.0f})"
        for row in rows(known[known["outcome"] == TOGETHER])
    ]
    return f"Shares with 90 % interval: {'; '.join(said)}."


def _events(facts: Facts, names: Sequence[str]) -> str:
    """Return how many events the runs of the last scenario have."""
    scenario = names[-1]
    codes = facts.dataset["event_scenario"].values == facts.names.index(scenario)
    counts = np.bincount(facts.dataset["event_run"].values[codes], minlength=facts.runs)
    return f"A run of {scenario} has {int(np.median(counts)):,} events in the median."


def _differences(facts: Facts, names: Sequence[str]) -> str:
    """Return the largest differences that the forest shows, with their intervals."""
    said = []
    each = max(4, MOST // max(1, len(facts.others)))
    for place, name in enumerate(facts.others, start=1):
        window = facts.window(name)
        found = []
        for outcome in headline(facts.dataset):
            values = over(at_places(facts.dataset, outcome), window).values
            mean, low, high = map(float, mean_interval(gap(values[0], values[place])))
            spread = float(np.nanstd(values[0]))
            if spread > 0.0 and np.isfinite(mean) and mean != 0.0:
                unit = unit_of(facts.dataset[outcome], windowed=True)
                size, ends = told(mean, low, high, unit)
                called = small(titled(facts.dataset, outcome, {}))
                found.append((-abs(mean) / spread, f"{called} {size} ({ends})"))
        shown = [told for _, told in sorted(found)[:each]]
        said.append(f"{name} less {facts.reference}: {'; '.join(shown) or 'nothing differs'}.")
    return f"The largest, in the spread of the reference's runs. {' '.join(said)}"


def _levels(facts: Facts, kind: str, outcomes: Sequence[str], names: Sequence[str]) -> str:
    """Return median and 90 % of the runs of every outcome, by scenario, as the picture has it."""
    window = window_of(facts.dataset, facts.asked)
    if kind in _LAST_YEAR:
        months = facts.dataset["month"].values.astype("datetime64[M]")
        window = str(months[max(0, len(months) - 12)]), str(months[-1])
    brackets = "" if kind in _BY_PLACE else ", with 90 % of the runs in brackets"
    said = [f"Medians over {month(window[0])} to {month(window[1])}{brackets}."]
    for outcome in outcomes:
        variable = facts.dataset[outcome]
        own = own_dimensions(variable) if kind in _BY_PLACE else []
        values = over(at_places(facts.dataset, outcome, {}, own), window).sel(scenario=list(names))
        unit = unit_of(variable, windowed=True)
        called = (
            titled(facts.dataset, outcome, {})
            if not own
            else str(variable.attrs.get("label", outcome))
        )
        told = [f"{name} {_of(values.sel(scenario=name), own, unit)}" for name in names]
        said.append(f"{called}: {'; '.join(told)}.")
    return " ".join(said)


def _of(values: xr.DataArray, own: Sequence[str], unit: str) -> str:
    """Return one outcome of one scenario: the whole with its range, or its places."""
    if yes_or_no(values, windowed=True) and not own:
        return f"{level(float(mean_interval(values.values)[0]), unit)} of the runs"
    if not own:
        low, median, high = map(float, quantiles(values.values))
        return f"{level(median, unit)} ({span(low, high, unit)})"
    flat = values.stack(place=list(own)) if len(own) > 1 else values.rename({own[0]: "place"})
    told = []
    for name in flat["place"].values:
        where = ";".join(f"{d}={n}" for d, n in zip(own, np.atleast_1d(name), strict=False))
        median = float(quantiles(flat.sel(place=name).values, (0.5,))[0])
        told.append(f"{coordinate(where)} {level(median, unit)}")
    left = len(told) - MOST
    return listed([*told[:MOST], f"{left} more"] if left > 0 else told)

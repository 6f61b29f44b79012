"""Scenario discovery: under which values of its factors an outcome of a sweep happens."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binom, mannwhitneyu

from tajsim.display import Printed
from tajsim.errors import UserError, check_names
from tajsim.results import effect, numbers as say, select
from tajsim.sweeps.read import Sweep, label_of, opened, scenarios_of

Mask = np.ndarray
#: From this on chance explains a box or a limit.
DOUBT = 0.05
#: The share of a box that a peel takes.
_SLICE = 0.05


@dataclass(frozen=True)
class Box:
    """Limits by input: numbers lie within ``low`` to ``high``, codes of texts not in ``without``.

    Limits lie between observed values.
    """

    low: Mapping[int, float] = field(default_factory=dict)
    high: Mapping[int, float] = field(default_factory=dict)
    without: Mapping[int, frozenset[int]] = field(default_factory=dict)

    @property
    def inputs(self) -> list[int]:
        """The inputs that are limited, in order."""
        return sorted({*self.low, *self.high, *self.without})

    def holds(self, values: np.ndarray) -> Mask:
        """Tell which rows of ``(input, row)`` values lie in the box."""
        inside: Mask = np.ones(values.shape[1], bool)
        for i, limit in self.low.items():
            inside &= values[i] >= limit
        for i, limit in self.high.items():
            inside &= values[i] <= limit
        for i, codes in self.without.items():
            inside &= ~np.isin(values[i], list(codes))
        return inside

    def limited(self, side: str, i: int, limit: float | frozenset[int] | None) -> Box:
        """Return the box with another limit on a side (the name of an attribute), or none."""
        others = {k: v for k, v in getattr(self, side).items() if k != i}
        return replace(self, **{side: others if limit is None else {**others, i: limit}})

    def free(self, i: int) -> Box:
        """Return the box without any limit of an input."""
        return self.limited("low", i, None).limited("high", i, None).limited("without", i, None)


@dataclass(frozen=True)
class Search:
    """The points of a sweep, in which boxes are sought.

    Attributes:
        values: ``(input, point)`` numbers, or codes of ``texts``.
        happens, weight: ``(point,)`` share of its runs in which it happens, and how many it has.
        least: points that a box must hold.
    """

    values: np.ndarray
    texts: Mapping[int, tuple[str, ...]] | frozenset[int]
    happens: np.ndarray
    weight: np.ndarray
    names: tuple[str, ...] = ()
    least: int = 10

    @property
    def share(self) -> float:
        """The share of all runs in which it happens."""
        return self.mean(np.ones(len(self.happens), bool))

    def mean(self, points: Mask) -> float:
        """Return the share of the runs of some points in which it happens, ``nan`` of none."""
        weight = self.weight[points]
        return float(self.happens[points] @ weight / weight.sum()) if weight.any() else np.nan

    def quality(self, box: Box, among: Mask) -> float:
        """Return how far the mean inside is beyond that of all, in units of what chance does."""
        inside = among & box.holds(self.values)
        lift = self.mean(inside) - self.mean(among) if inside.any() else 0.0
        return lift * float(np.sqrt(inside.sum()))

    def boxes(self, points: Mask, most: int) -> list[Box]:
        """Return the boxes of some points; one holds a twentieth, at least 5 or a quarter."""
        count = int(points.sum())
        parts = self.values[:, points], self.texts, self.happens[points], self.weight[points]
        return find_boxes(Search(*parts, least=max(count // 20, min(5, count // 4))), most)


def find_boxes(search: Search, most: int = 3) -> list[Box]:
    """Return boxes, the best first; each is better in what the earlier ones left than all of it."""
    among, boxes = np.ones(len(search.happens), bool), list[Box]()
    while len(boxes) < most and among.sum() >= 2 * search.least:
        box = find_box(search, among)
        inside = among & box.holds(search.values)
        if not box.inputs or search.mean(inside) <= search.share:
            break
        boxes.append(box)
        among &= ~inside
    return boxes


def find_box(search: Search, among: Mask) -> Box:
    """Return the best box among some rows; one without limits if nothing is better than all."""
    best = max([Box(), *_peeled(search, among)], key=lambda box: search.quality(box, among))
    return _pruned(search, among, _pasted(search, among, best))


def _peeled(search: Search, among: Mask) -> Iterator[Box]:
    """Yield ever smaller boxes, each the last one less its best slice."""
    box, inside = Box(), among
    while (mean := search.mean(inside)) < 1.0:
        count, found = int(inside.sum()), list[tuple[float, Box, Mask]]()
        for smaller in _slices(search, box, inside):
            left = inside & smaller.holds(search.values)
            if search.least <= (kept := int(left.sum())) < count:
                found.append(((search.mean(left) - mean) / (count - kept), smaller, left))
        if not found:
            return
        _, box, inside = max(found, key=lambda row: row[0])
        yield box


def _slices(search: Search, box: Box, inside: Mask) -> Iterator[Box]:
    """Yield the box less a slice, for each input and side, or for each text."""
    for i, row in enumerate(search.values):
        values = np.sort(row[inside])
        if values[0] == values[-1]:
            continue
        if i in search.texts:
            gone = box.without.get(i, frozenset())
            for code in np.unique(values):
                yield box.limited("without", i, gone | {int(code)})
            continue
        count = max(1, int(_SLICE * len(values)))
        first, last = values[count - 1], values[-count]
        if first < values[-1]:
            yield box.limited("low", i, _between(values, first))
        if last > values[0]:
            yield box.limited("high", i, _between(values, values[values < last][-1]))


def _between(values: np.ndarray, value: float) -> float:
    """Return the middle between a value and the next greater one of sorted values."""
    return float(value + values[values > value][0]) / 2.0


def _pasted(search: Search, among: Mask, box: Box) -> Box:
    """Move one side at a time, out or in, to where the box is best, until none can be bettered.

    Slices alone cannot undo an early peel that took much at once, as of a text.
    """
    while True:
        moved = [m for i in range(len(search.values)) for m in _moved(search, among, box, i)]
        found = [search.quality(m, among) for m in moved]
        if not found or max(found) <= search.quality(box, among) + 1e-12:
            return box
        box = moved[int(np.argmax(found))]


def _moved(search: Search, among: Mask, box: Box, i: int) -> Iterator[Box]:
    """Yield the box with each side of an input at its best place, or with one text in or out."""
    reach, values = among & box.free(i).holds(search.values), search.values[i]
    if i in search.texts:
        for code in np.unique(values[reach]):
            yield box.limited("without", i, box.without.get(i, frozenset()) ^ {int(code)} or None)
        return
    for side, other, sign in (("low", box.high, 1.0), ("high", box.low, -1.0)):
        rows = reach & (sign * values <= sign * other.get(i, sign * np.inf))
        cut = _best_cut(search, sign * values, rows, search.mean(among))
        yield box.limited(side, i, None if cut is None else sign * cut)


def _best_cut(search: Search, values: np.ndarray, rows: Mask, base: float) -> float | None:
    """Return the best lower limit of some rows; None if they are best without any."""
    order = np.argsort(values[rows], kind="stable")[::-1]
    sorted_values = values[rows][order]
    weight = np.cumsum(search.weight[rows][order])
    happens = np.cumsum((search.happens * search.weight)[rows][order])
    count = np.arange(1, len(order) + 1)
    quality = np.sqrt(count) * (happens / weight - base)
    ends = np.append(sorted_values[:-1] > sorted_values[1:], True) & (count >= search.least)
    best = int(np.argmax(np.where(ends, quality, -np.inf)))
    if not ends.any() or best == len(order) - 1:
        return None
    return float(sorted_values[best] + sorted_values[best + 1]) / 2.0


def _pruned(search: Search, among: Mask, box: Box) -> Box:
    """Drop the sides that the box can do without, the most useless first; one always stays.

    A side is useless if chance would give as many cases in the box without it (see
    `chance_of_limit`): a few lucky rows at an edge are no reason for a limit.
    """
    while True:
        inside = among & box.holds(search.values)
        mean, count = search.mean(inside), int(inside.sum())
        freer = [box.limited(side, i, None) for side, limits in vars(box).items() for i in limits]
        means = [search.mean(among & free.holds(search.values)) for free in freer]
        chances = [chance_of_limit(mean, count, without) for without in means]
        if len(freer) < 2 or max(chances) <= DOUBT:
            return box
        box = freer[int(np.argmax(chances))]


def chance_of_limit(share: float, rows: int, without: float) -> float:
    """Return the quasi-p-value of a limit (Bryant and Lempert 2010).

    That is the chance to see so many cases in the box if the limit did nothing.

    ``share`` is how often it happens in the box, of so many independent ``rows``, and ``without``
    how often in the box without the limit.
    """
    return float(binom.sf(int(np.floor(share * rows + 1e-9)) - 1, rows, without))


QUARTER = 0.25
#: Units that nobody says.
PLAIN = ("share", "index", "0 or 1", "number", "")


class Threshold(NamedTuple):
    """An outcome that crosses a value, in its unit, upwards or not; and as one says it."""

    value: float
    above: bool
    text: str


def read_threshold(row: pd.Series[Any], values: np.ndarray, **given: float | None) -> Threshold:
    """Return what is asked for of a column: ``row`` of `Sweep.columns`, ``values`` of all runs.

    ``given`` are ``above``, ``below``, ``highest`` and ``lowest``, see `discover`; more than one of
    them, or a share that is not between 0 and 1, is a `UserError`.
    """
    chosen = {name: value for name, value in given.items() if value is not None}
    if len(chosen) > 1:
        raise UserError(f"{' and '.join(chosen)}: give only one of them")
    label, unit = label_of(row), f" {row['unit']}" * (row["unit"] not in PLAIN)
    if not chosen and set(np.unique(values)) <= {0.0, 1.0}:
        return Threshold(0.5, True, f"'{label}' holds")
    ((way, value),) = chosen.items() or [("highest", QUARTER)]
    up, rank = way in ("above", "highest"), ""
    if way in ("highest", "lowest"):
        if not 0.0 < value < 1.0:
            raise UserError(f"{way} {value:g}: expected a share between 0 and 1, such as 0.25")
        rank = f" (the {way} {'quarter' if value == QUARTER else say.percent(value)} of runs)"
        value = float(np.quantile(values, 1.0 - value if up else value))
    bound = f"{label} is at {'least' if up else 'most'} {say.table_number(value)}{unit}"
    return Threshold(value, up, f"{bound}{rank}")


def make_cases(inputs: pd.DataFrame, happens: np.ndarray, weight: np.ndarray) -> Search:
    """Return the points of a table of inputs, one row a point; texts become codes."""
    values, texts = np.zeros((inputs.shape[1], len(inputs))), {}
    for i, name in enumerate(inputs.columns):
        column = inputs[name]
        if pd.api.types.is_numeric_dtype(column):
            values[i] = column.to_numpy(dtype=float)
        else:
            values[i], names = pd.factorize(column.astype(str), sort=True)
            texts[i] = tuple(names)
    return Search(values, texts, happens, weight, tuple(map(str, inputs.columns)))


FOLDS = 5


@dataclass(frozen=True)
class FoundBox:
    """A box and its worth.

    Attributes:
        limits, doubts: each as one says it, and its quasi-p-value (`chance_of_limit`), by input.
        density: share of the runs inside in which it happens; ``elsewhere`` outside of this and
            the earlier boxes; ``held_`` over fifths of the points that had no part in making it.
        coverage: share of all cases that lie inside; ``support`` of all runs.
        chance: how likely chance sets held-out points apart as far as the box does; ``nan`` where
            there are too few points to hold any out.
    """

    box: Box
    limits: dict[str, str]
    doubts: dict[str, float]
    density: float
    elsewhere: float
    coverage: float
    support: float
    held_density: float
    held_elsewhere: float
    chance: float


def boxes_of(cases: Search, seed: int, most: int = 3) -> list[FoundBox]:
    """Find boxes in all points, and judge each by the box of its rank found without some points.

    The points are parted five times into a fifth held out and the rest, by ``seed``.
    """
    count = len(cases.happens)
    place = np.full(count, -2)  # the box of each point found without it; -1: in none, -2: not held
    part = np.empty(count, dtype=int)
    part[effect.orders(count, seed, 1)[0]] = np.arange(count) % FOLDS
    for fold in range(FOLDS if count >= 2 * FOLDS else 0):
        test = part == fold
        place[test] = -1
        for k, box in enumerate(cases.boxes(~test, most)):
            place[test & (place == -1) & box.holds(cases.values)] = k
    found, left = list[FoundBox](), np.ones(count, bool)
    for rank, box in enumerate(cases.boxes(left, most)):
        held = place == rank
        rest = (place > -2) & ~((place >= 0) & (place <= rank))
        found.append(_judged(cases, box, left, held, rest))
        left &= ~box.holds(cases.values)
    return found


def _judged(cases: Search, box: Box, left: Mask, held: Mask, rest: Mask) -> FoundBox:
    """Return a box with its worth; of the points held out ``held`` lie in it, ``rest`` in none."""
    inside, weight = left & box.holds(cases.values), cases.weight
    mean, count = cases.mean(inside), int(inside.sum())
    freer = {i: cases.mean(left & box.free(i).holds(cases.values)) for i in box.inputs}
    chance, both = math.nan, np.concatenate([cases.happens[held], cases.happens[rest]])
    if both.size:  # by a U test, one-sided
        chance = 1.0
        if held.any() and rest.any() and np.ptp(both) > 0.0:
            sides = cases.happens[held], cases.happens[rest]
            chance = float(mannwhitneyu(*sides, alternative="greater").pvalue)
    return FoundBox(
        box=box,
        limits={cases.names[i]: limit_text(cases, box, i) for i in freer},
        doubts={cases.names[i]: chance_of_limit(mean, count, free) for i, free in freer.items()},
        density=mean,
        elsewhere=cases.mean(left & ~inside),
        coverage=float((cases.happens * weight)[inside].sum() / (cases.happens @ weight)),
        support=float(weight[inside].sum() / weight.sum()),
        held_density=cases.mean(held),
        held_elsewhere=cases.mean(rest),
        chance=chance,
    )


def limit_text(cases: Search, box: Box, i: int) -> str:
    """Return the limit of an input as one says it."""
    name = cases.names[i]
    if isinstance(cases.texts, Mapping) and i in cases.texts:
        left = [t for c, t in enumerate(cases.texts[i]) if c not in box.without.get(i, ())]
        return f"{name} is {' or '.join(left)}"
    low, high = box.low.get(i), box.high.get(i)
    ends = [_short(end, cases.values[i]) for end in (low, high) if end is not None]
    how = "between" if len(ends) == 2 else "below" if low is None else "above"
    return f"{name} is {how} {' and '.join(ends)}"


def _short(limit: float, values: np.ndarray) -> str:
    """Return a limit with as few digits as still part the same values, three at least."""
    for digits in range(3, 16):
        short = float(f"{limit:.{digits}g}")
        if np.array_equal(values > limit, values > short):
            break
    return f"{short:,.15g}" if abs(short) < 1e15 else f"{short:g}"


def sentence(what: str, box: FoundBox) -> str:
    """Return one plain sentence: what happens in how many runs, where, against how many."""
    held = f"{say.percent(box.held_density)} against {say.percent(box.held_elsewhere)}."
    if math.isnan(box.chance):
        checked = "Too few points to hold some out: take it as a hint."
    else:
        checked = f"On points that had no part in making it: {held}"
    where, inside, out = say.listed([*box.limits.values()]), box.density, box.elsewhere
    text = (
        f"{what} in {say.percent(inside)} of runs where {where}, against {say.percent(out)} "
        f"elsewhere; {say.percent(box.coverage)} of all cases lie there. {checked}"
    )
    if box.chance > DOUBT:
        as_well = f"held out, it does as well in {say.percent(box.chance)} of cases"
        return f"{text} Chance explains this box: {as_well}. Do not rely on it."
    doubtful = [name for name, chance in box.doubts.items() if chance > DOUBT]
    return f"{text} Chance may explain the limit of {say.listed(doubtful)}." if doubtful else text


@dataclass(frozen=True)
class Discovery(Printed):
    """The boxes in which an outcome happens: that it crosses a threshold."""

    sweep: Sweep
    threshold: Threshold
    cases: Search
    boxes: tuple[FoundBox, ...]
    notes: tuple[str, ...] = ()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the table of the boxes: a row for each limit, with the figures of its box."""
        rows = []
        for k, box in enumerate(self.boxes, 1):
            figures = {name: value for name, value in vars(box).items() if type(value) is float}
            figures["box_chance"] = figures.pop("chance")
            for i, (name, limit) in zip(box.box.inputs, box.limits.items(), strict=True):
                ends = {"low": box.box.low.get(i), "high": box.box.high.get(i), "limit": limit}
                doubt = {"limit_chance": box.doubts[name]}
                rows.append({"box": k, "input": name, **ends, **doubt, **figures})
        return {"boxes": pd.DataFrame(rows)}

    def __str__(self) -> str:
        """Return a sentence for each box; the figures are in the table."""
        what, cases = self.threshold.text, self.cases
        lead = (
            f"{what}: in {say.percent(cases.share)} of {cases.weight.sum():,.0f} runs. "
            f"Sought in {cases.values.shape[1]:,} points over {len(cases.names)} inputs."
        )
        said = [
            f"Box {k}. {'Of the other points: ' * (k > 1)}{sentence(what, box)}"
            for k, box in enumerate(self.boxes, 1)
        ] or ["No box is better than the whole: the inputs do not explain where it happens."]
        return "\n\n".join([self.sweep.about["title"], lead, *said, *self.notes])


def discover(
    sweep: Sweep | str | Path,
    outcome: str,
    *,
    above: float | None = None,
    below: float | None = None,
    highest: float | None = None,
    lowest: float | None = None,
    scenario: str | None = None,
    inputs: Sequence[str] | None = None,
) -> Discovery:
    """Find the boxes in the space of factors in which an outcome happens.

    Args:
        sweep: a sweep or its folder, finished or not.
        outcome: a kept column (or an outcome kept once).
        above, below: it happens where the outcome is at least, or at most, this.
        highest, lowest: it happens in this share of the runs, those with the highest or lowest
            values. Without any of the four: where an outcome of 0 or 1 is 1, else in the highest
            quarter.
        scenario: one scenario; with several, the scenario is an input like the factors.
        inputs: names of factors; all by default.

    Raises:
        UserError: for unknown names, without anything that differs, if it happens always or never.
    """
    found = opened(sweep)
    column = select.kept_column(dict(found.columns["outcome"]), outcome)
    points = found.points[found.points["scenario"].isin(scenarios_of(found, scenario))]
    runs = found.results[found.results["point"].isin(points.index)].dropna(subset=[column])
    if runs.empty:
        raise UserError(f"{found.folder}: no run of {column} is finished")
    values = runs[column].to_numpy(dtype=float)
    asked = read_threshold(
        found.columns.T[column], values, above=above, below=below, highest=highest, lowest=lowest
    )
    happens = values >= asked.value if asked.above else values <= asked.value
    if not 0.0 < happens.mean() < 1.0:
        how = "every" if happens.any() else "no"
        raise UserError(f"{asked.text} in {how} run; there is nothing to explain")
    shares = pd.Series(happens.astype(float), runs["point"]).groupby(level=0, sort=False)
    own = ["scenario"] if points["scenario"].nunique() > 1 else []
    own += [str(name) for name in found.factors.index]
    check_names("input", inputs or (), own)
    table = points.loc[shares.mean().index, list(inputs or own)]
    if not (table.nunique() > 1).any():
        raise UserError("nothing differs between the points; name other inputs")
    cases = make_cases(table, shares.mean().to_numpy(), np.asarray(shares.size(), dtype=float))
    few = f"{len(table)} points are few: boxes in them are rough, and few can be held out."
    lines = "A Morris design walks along lines; its points do not fill the space evenly."
    notes = [few] * (len(table) < 30) + [lines] * (found.kind == "morris")
    boxes = boxes_of(cases, int(found.about["seed"]))
    return Discovery(found, asked, cases, tuple(boxes), tuple(notes))

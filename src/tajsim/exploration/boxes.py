"""Boxes with their worth: how often it happens, how many cases, held out, against chance.

Also as sentences and as tables, for whoever seeks boxes: where an outcome happens, where a choice
fails.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from tajsim.axes import Array
from tajsim.exploration.prim import DOUBT, Box, Search, chance_of_limit, find_boxes
from tajsim.results import effect, numbers

#: With more inputs than this, those are searched that go with what happens most (in ranks).
MOST_INPUTS = 20


@dataclass(frozen=True)
class Cases:
    """Rows, each a point (its runs together) or a run of a point.

    Attributes:
        names: of the inputs.
        values: ``(input, row)`` numbers, or codes of texts.
        texts: input -> the texts of its codes.
        happens: ``(row,)`` share of the runs of a row in which it happens.
        weight: ``(row,)`` how many runs a row stands for.
        point, run: ``(row,)`` numbers from 0: which point and which run a row is of; rows of one
            point share the factors, those of one run its luck. ``run`` is 0 where rows are points.
    """

    names: tuple[str, ...]
    values: Array
    texts: dict[int, tuple[str, ...]]
    happens: Array
    weight: Array
    point: NDArray[np.intp]
    run: NDArray[np.intp]

    @property
    def share(self) -> float:
        """The share of all runs in which it happens."""
        return float(self.happens @ self.weight / self.weight.sum())

    def groups(self, i: int) -> NDArray[np.intp]:
        """Return what an input varies with: the points, or the runs if it is the same in each."""
        if self.run.any():
            first = np.unique(self.run, return_index=True)[1]
            if np.array_equal(self.values[i], self.values[i][first][self.run]):
                return self.run
        return self.point

    def influential(self, rows: np.ndarray) -> list[int]:
        """Return the inputs to search: all, or those whose ranks go with it most in some rows."""
        varying = [i for i, row in enumerate(self.values[:, rows]) if np.ptp(row) > 0.0]
        if len(varying) <= MOST_INPUTS:
            return varying
        ranks = rankdata(self.values[varying][:, rows], axis=1)
        y = rankdata(self.happens[rows])
        x = ranks - ranks.mean(axis=1, keepdims=True)
        along = np.abs(x @ (y - y.mean())) / np.sqrt((x**2).sum(axis=1))
        chosen = np.argsort(-along, kind="stable")[:MOST_INPUTS]
        return sorted(varying[i] for i in chosen)


def make_cases(
    inputs: pd.DataFrame, happens: Array, weight: Array, point: Sequence[object], run: Sequence[int]
) -> Cases:
    """Return the cases of a table of inputs, one row a case; texts become codes."""
    values, texts = np.zeros((inputs.shape[1], len(inputs))), {}
    for i, name in enumerate(inputs.columns):
        column = inputs[name]
        if pd.api.types.is_numeric_dtype(column):
            values[i] = column.to_numpy(dtype=float)
        else:
            codes, names = pd.factorize(column.astype(str), sort=True)
            values[i], texts[i] = codes, tuple(names)
    return Cases(
        names=tuple(map(str, inputs.columns)),
        values=values,
        texts=texts,
        happens=np.asarray(happens, dtype=float),
        weight=np.asarray(weight, dtype=float),
        point=np.unique(np.asarray(point), return_inverse=True)[1].astype(np.intp),
        run=np.unique(np.asarray(run), return_inverse=True)[1].astype(np.intp),
    )


FOLDS = 5
_ORDERS = 400


@dataclass(frozen=True)
class Limit:
    """One limit of a box: ``text`` as one says it; ``chance`` its quasi-p-value.

    It is counted in points (or in run numbers), not in rows; see `chance_of_limit`.
    """

    name: str
    text: str
    chance: float


@dataclass(frozen=True)
class FoundBox:
    """A box and its worth; ``held_`` is measured on points that had no part in making it.

    Attributes:
        box: the limits by number of input; ``limits`` the same in words.
        density: share of the runs inside in which it happens; ``elsewhere`` outside of this and
            the earlier boxes.
        coverage: share of all cases that lie inside; ``support`` of all runs.
        held_density, held_elsewhere, held_coverage: the same over the held-out fifths.
        chance: the share of random orders that do as well held out as the box; ``nan`` where there
            are too few points to hold any out.
    """

    box: Box
    limits: tuple[Limit, ...]
    inside: np.ndarray
    density: float
    elsewhere: float
    coverage: float
    support: float
    held_density: float
    held_elsewhere: float
    held_coverage: float
    chance: float


def boxes_of(cases: Cases, seed: int, most: int = 3, least: int = 0) -> list[FoundBox]:
    """Find boxes in all rows, and judge each by the boxes of its rank found without some rows.

    The rows are parted five times into a fifth held out and the rest. Where rows share points and
    runs, those held out share neither with the rest.

    Args:
        cases: the table.
        seed: of the parting and of the random orders.
        most: boxes at most.
        least: rows a box must hold; by default a twentieth, and at least 5 (or a quarter).
    """
    everything = np.ones(len(cases.happens), bool)
    found = _search(cases, everything, most, least)
    held = _held_out(cases, seed, most, least)
    return [_judged(cases, box, found[:k], held, k, seed) for k, box in enumerate(found)]


def _search(cases: Cases, rows: np.ndarray, most: int, least: int) -> list[Box]:
    """Return the boxes of some rows, with the numbers of inputs that ``cases`` has."""
    chosen = cases.influential(rows)
    if not chosen:
        return []
    search = Search(
        values=cases.values[chosen][:, rows],
        texts=frozenset(k for k, i in enumerate(chosen) if i in cases.texts),
        happens=cases.happens[rows],
        weight=cases.weight[rows],
        least=least or max(int(rows.sum()) // 20, min(5, int(rows.sum()) // 4)),
    )
    return [
        Box(
            {chosen[k]: v for k, v in box.low.items()},
            {chosen[k]: v for k, v in box.high.items()},
            {chosen[k]: v for k, v in box.without.items()},
        )
        for box in find_boxes(search, most)
    ]


def _held_out(cases: Cases, seed: int, most: int, least: int) -> NDArray[np.intp]:
    """Return in which box each row lies that was found without it, ``(row,)``.

    The first box is 0; -1 is none; -2 marks rows that were in no held-out part.
    """
    parts = [_parts(cases.point, seed), _parts(cases.run, seed + 1)]
    parts = [part for part in parts if part is not None]
    place = np.full(len(cases.happens), -2, dtype=np.intp)
    for fold in range(FOLDS if parts else 0):
        test = np.logical_and.reduce([part == fold for part in parts])
        train = np.logical_and.reduce([part != fold for part in parts])
        place[test] = -1
        for k, box in enumerate(_search(cases, train, most, least)):
            place[test & (place == -1) & box.holds(cases.values)] = k
    return place


def _parts(group: NDArray[np.intp], seed: int) -> NDArray[np.intp] | None:
    """Part groups at random into fifths; None where there are too few of them."""
    count = int(group.max()) + 1
    if count < 2 * FOLDS:
        return None
    part = np.empty(count, dtype=np.intp)
    part[effect.orders(count, seed, 1)[0]] = np.arange(count) % FOLDS
    result: NDArray[np.intp] = part[group]
    return result


def _judged(
    cases: Cases, box: Box, earlier: list[Box], held: NDArray[np.intp], rank: int, seed: int
) -> FoundBox:
    before = np.zeros(len(held), bool)
    for other in earlier:
        before |= other.holds(cases.values)
    inside = box.holds(cases.values) & ~before
    tested = held > -2
    density, elsewhere, coverage = _worth(cases, inside, np.ones(len(held), bool), before)
    earlier_held = tested & (held >= 0) & (held < rank)
    held_worth = _worth(cases, held == rank, tested, earlier_held)
    return FoundBox(
        box=box,
        limits=tuple(
            Limit(cases.names[i], limit_text(cases, box, i), _limit_chance(cases, box, before, i))
            for i in box.inputs
        ),
        inside=inside,
        density=density,
        elsewhere=elsewhere,
        coverage=coverage,
        support=float(cases.weight[inside].sum() / cases.weight.sum()),
        held_density=held_worth[0],
        held_elsewhere=held_worth[1],
        held_coverage=held_worth[2],
        chance=_box_chance(cases, held == rank, tested & ~earlier_held, seed),
    )


def _worth(
    cases: Cases, inside: np.ndarray, among: np.ndarray, before: np.ndarray
) -> tuple[float, float, float]:
    """Return how often it happens inside and elsewhere, and the share of cases inside.

    Elsewhere is neither inside nor in an earlier box; the cases are all of ``among``.
    """
    weight, count = cases.weight, cases.happens * cases.weight
    parts = [(count[r].sum(), weight[r].sum()) for r in (inside, among & ~inside & ~before)]
    density, elsewhere = (float(c / w) if w else np.nan for c, w in parts)
    whole = count[among].sum()
    return density, elsewhere, float(parts[0][0] / whole) if whole else np.nan


def _box_chance(cases: Cases, inside: np.ndarray, tested: np.ndarray, seed: int) -> float:
    """Return how often held-out rows in random order set the inside apart as far as they do.

    Points change places with points and runs with runs, so that what rows share stays shared.
    """
    if not tested.any():
        return float("nan")
    if not inside.any() or not (tested & ~inside).any():
        return 1.0
    points, runs = int(cases.point.max()) + 1, int(cases.run.max()) + 1
    count, weight = np.zeros((points, runs)), np.zeros((points, runs))
    count[cases.point, cases.run] = cases.happens * cases.weight
    weight[cases.point, cases.run] = cases.weight

    def apart(point: NDArray[np.intp], run: NDArray[np.intp]) -> float:
        mine, own = count[point, run], weight[point, run]
        out = tested & ~inside
        sizes = own[inside].sum(), own[out].sum()
        if not min(sizes) > 0.0:
            return 0.0
        return float(mine[inside].sum() / sizes[0] - mine[out].sum() / sizes[1])

    seen = apart(cases.point, cases.run)
    by_point, by_run = effect.orders(points, seed, _ORDERS), effect.orders(runs, seed + 1, _ORDERS)
    others = [apart(p[cases.point], r[cases.run]) for p, r in zip(by_point, by_run, strict=True)]
    return float((1 + sum(other >= seen - 1e-12 for other in others)) / (1 + _ORDERS))


def _limit_chance(cases: Cases, box: Box, before: np.ndarray, i: int) -> float:
    """Return the quasi-p-value of a limit."""
    inside = box.holds(cases.values) & ~before
    without = box.free(i).holds(cases.values) & ~before
    group = cases.groups(i)
    number = len(np.unique(group[inside]))
    share, expected = (
        float(cases.happens[rows] @ cases.weight[rows] / cases.weight[rows].sum())
        for rows in (inside, without)
    )
    return chance_of_limit(share, number, expected)


def limit_text(cases: Cases, box: Box, i: int) -> str:
    """Return the limit of an input as one says it."""
    name = cases.names[i]
    if i in cases.texts:
        left = [t for c, t in enumerate(cases.texts[i]) if c not in box.without.get(i, ())]
        return f"{name} is {' or '.join(left)}"
    low, high = box.low.get(i), box.high.get(i)
    ends = [_short(end, cases.values[i]) for end in (low, high) if end is not None]
    how = "between" if len(ends) == 2 else "below" if low is None else "above"
    return f"{name} is {how} {' and '.join(ends)}"


def _short(limit: float, values: Array) -> str:
    """Return a limit with as few digits as still part the same values, three at least."""
    for digits in range(3, 16):
        short = float(f"{limit:.{digits}g}")
        if np.array_equal(values > limit, values > short):
            break
    return f"{short:,.15g}" if abs(short) < 1e15 else f"{short:g}"


_HEAD = ("box", "limit", "chance", "happens in", "elsewhere", "cases", "held out", "elsewhere",
         "cases")  # fmt: skip


def boxes_text(what: str, boxes: Sequence[FoundBox], noun: str = "runs") -> list[str]:
    """Return the sentences and the table of some boxes."""
    if not boxes:
        return ["No box is better than the whole: the inputs do not explain where it happens."]
    first = [f"Box 1. {sentence(what, boxes[0], noun)}"]
    lines = first + [
        f"Box {k}. Among the remaining rows, {sentence(what, box, noun)}"
        for k, box in enumerate(boxes[1:], 2)
    ]
    foot = (
        "cases: share of all cases that lie in the box. held out: on fifths of the points, "
        "not used to make the box. chance: of a limit, the quasi-p-value; limits above "
        f"{DOUBT:g} may be chance."
    )
    return ["\n".join(lines), numbers.text_table(_HEAD, _rows(boxes), left=(0, 1)), foot]


def sentence(what: str, box: FoundBox, noun: str = "runs") -> str:
    """Return one plain sentence: what happens in how many runs, where, against how many."""
    where = numbers.listed([limit.text for limit in box.limits])
    text = (
        f"{what} in {numbers.percent(box.density)} of {noun} where {where}, against "
        f"{numbers.percent(box.elsewhere)} elsewhere; {numbers.percent(box.coverage)} of all cases "
        "lie there."
    )
    if math.isnan(box.chance):
        text += " Too few points to hold some out: take it as a hint."
    if box.chance > DOUBT:
        text += (
            f" Chance explains this box: held out, {numbers.percent(box.chance)} of random orders "
            "do as well. Do not rely on it."
        )
    doubtful = [limit.name for limit in box.limits if limit.chance > DOUBT]
    if doubtful and not box.chance > DOUBT:
        text += f" Chance may explain the limit of {numbers.listed(doubtful)}."
    return text


#: Figures of a box that its table holds, in the order of columns.
_FIGURES = (
    "density", "elsewhere", "coverage", "support", "held_density", "held_elsewhere",
    "held_coverage",
)  # fmt: skip


def box_table(boxes: Sequence[FoundBox]) -> pd.DataFrame:
    """Return a row for each limit of each box, with the figures of the box."""
    return pd.DataFrame(
        {
            "box": k,
            "input": limit.name,
            "low": box.box.low.get(i),
            "high": box.box.high.get(i),
            "limit": limit.text,
            "limit_chance": limit.chance,
            **{name: getattr(box, name) for name in _FIGURES},
            "box_chance": box.chance,
        }
        for k, box in enumerate(boxes, 1)
        for i, limit in zip(box.box.inputs, box.limits, strict=True)
    )


def _rows(boxes: Sequence[FoundBox]) -> list[list[str]]:
    """Return the cells of each limit, under `_HEAD`; the figures stand with the first of a box."""
    rows = []
    for k, box in enumerate(boxes, 1):
        figures = [numbers.percent(getattr(box, n)) for n in _FIGURES if n != "support"]
        for j, limit in enumerate(box.limits):
            first, last = (str(k), figures) if j == 0 else ("", [""] * len(figures))
            rows.append([first, limit.text, numbers.table_number(limit.chance), *last])
    return rows

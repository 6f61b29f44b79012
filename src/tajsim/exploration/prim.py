"""Patient rule induction (Friedman and Fisher 1999): boxes in which something happens often.

From the whole space thin slices are peeled off, one side of one input at a time, each time the
slice whose loss raises the mean most for what it costs. Of the boxes on that way the one is taken
that chance explains least; then it is pasted (its sides moved again to where they make it better)
and limits that it can do without are dropped. What lies in it is put aside, and the next box is
sought in the rest (covering).

It is written here, short and on arrays alone, because the light package on PyPI is under the GPL
and the well-kept one comes with 300 MB; a test holds it against the latter where it is installed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.stats import binom

from tajsim.axes import Array

Mask = np.ndarray
#: From this on chance explains a box or a limit.
DOUBT = 0.05


@dataclass(frozen=True)
class Box:
    """Limits of inputs: numbers lie within ``low`` to ``high``, texts are none of ``without``.

    Attributes:
        low, high: input -> limit; what is missing has none. Limits lie between observed values.
        without: input -> codes that are outside.
    """

    low: Mapping[int, float] = field(default_factory=dict)
    high: Mapping[int, float] = field(default_factory=dict)
    without: Mapping[int, frozenset[int]] = field(default_factory=dict)

    @property
    def inputs(self) -> list[int]:
        """The inputs that are limited, in order."""
        return sorted({*self.low, *self.high, *self.without})

    def holds(self, values: Array) -> Mask:
        """Tell which rows of ``(input, row)`` values lie in the box."""
        inside = np.ones(values.shape[1], bool)
        for i, limit in self.low.items():
            inside &= values[i] >= limit
        for i, limit in self.high.items():
            inside &= values[i] <= limit
        for i, codes in self.without.items():
            inside &= ~np.isin(values[i], list(codes))
        return inside

    def free(self, i: int) -> Box:
        """Return the box without any limit of an input."""
        low = {key: limit for key, limit in self.low.items() if key != i}
        high = {key: limit for key, limit in self.high.items() if key != i}
        return Box(low, high, {key: codes for key, codes in self.without.items() if key != i})


@dataclass(frozen=True)
class Search:
    """What is searched: inputs ``(input, row)``, how often it happens ``(row,)``, and how.

    Attributes:
        values: numbers, or codes of texts.
        texts: the inputs that are codes.
        happens: 0 to 1.
        weight: what each row counts.
        slice: the share of a box that a peel takes.
        least: rows that a box must hold.
    """

    values: Array
    texts: frozenset[int]
    happens: Array
    weight: Array
    slice: float = 0.05
    least: int = 10

    def mean(self, inside: Mask) -> float:
        """Return how often it happens in some rows."""
        weight = self.weight[inside]
        total = float(weight.sum())
        return float(self.happens[inside] @ weight) / total if total > 0.0 else 0.0

    def quality(self, inside: Mask, among: Mask) -> float:
        """Return how far the mean inside is beyond that of all, in units of what chance does."""
        lift = self.mean(inside) - self.mean(among)
        return lift * float(np.sqrt(inside.sum()))


def find_boxes(search: Search, most: int = 3) -> list[Box]:
    """Return boxes, the best first; each is better in what the earlier ones left than all of it."""
    among, boxes = np.ones(len(search.happens), bool), list[Box]()
    whole = search.mean(among)
    while len(boxes) < most and among.sum() >= 2 * search.least:
        box = find_box(search, among)
        inside = box.holds(search.values) & among
        if not box.inputs or search.mean(inside) <= whole:
            break
        boxes.append(box)
        among &= ~inside
    return boxes


def find_box(search: Search, among: Mask) -> Box:
    """Return the best box among some rows; one without limits if nothing is better than all."""
    way = [Box(), *_peeled(search, among)]
    qualities = [search.quality(box.holds(search.values) & among, among) for box in way]
    best = way[int(np.argmax(qualities))]
    return _pruned(search, among, _pasted(search, among, best))


def _peeled(search: Search, among: Mask) -> Iterator[Box]:
    """Yield ever smaller boxes, each the last one less its best slice."""
    box, inside = Box(), among
    while search.mean(inside) < 1.0:
        mean, count = search.mean(inside), int(inside.sum())
        best: tuple[float, Box, Mask] | None = None
        for smaller in _slices(search, box, inside):
            left = inside & smaller.holds(search.values)
            kept = int(left.sum())
            if not search.least <= kept < count:
                continue
            gain = (search.mean(left) - mean) / (count - kept)
            if best is None or gain > best[0]:
                best = gain, smaller, left
        if best is None:
            return
        _, box, inside = best
        yield box


def _slices(search: Search, box: Box, inside: Mask) -> Iterator[Box]:
    """Yield the box less a slice, for each input and side, or for each text."""
    for i in range(len(search.values)):
        values = np.sort(search.values[i][inside])
        if values[0] == values[-1]:
            continue
        if i in search.texts:
            gone = box.without.get(i, frozenset())
            for code in np.unique(values):
                yield replace(box, without={**box.without, i: gone | {int(code)}})
            continue
        count = max(1, int(search.slice * len(values)))
        first, last = values[count - 1], values[-count]
        if first < values[-1]:
            yield replace(box, low={**box.low, i: _between(values, first)})
        if last > values[0]:
            below = values[values < last][-1]
            yield replace(box, high={**box.high, i: _between(values, below)})


def _between(values: Array, value: float) -> float:
    """Return the middle between a value and the next greater one of sorted values."""
    above = values[values > value]
    return float(value + above[0]) / 2.0 if len(above) else float(value)


def _pasted(search: Search, among: Mask, box: Box) -> Box:
    """Move one side at a time, out or in, to where the box is best, until none can be bettered.

    Slices alone cannot undo an early peel that took much at once, as of a text.
    """
    while True:
        here = search.quality(box.holds(search.values) & among, among)
        moved = [m for i in range(len(search.values)) for m in _moved(search, among, box, i)]
        found = [search.quality(m.holds(search.values) & among, among) for m in moved]
        if not found or max(found) <= here + 1e-12:
            return box
        box = moved[int(np.argmax(found))]


def _moved(search: Search, among: Mask, box: Box, i: int) -> Iterator[Box]:
    """Yield the box with each side of an input at its best place, or with one text in or out."""
    reach = box.free(i).holds(search.values) & among
    values = search.values[i]
    if i in search.texts:
        gone = box.without.get(i, frozenset())
        for code in np.unique(values[reach]):
            codes = gone ^ {int(code)}
            yield replace(box, without={**box.without, i: codes} if codes else box.free(i).without)
        return
    base = search.mean(among)
    below = reach & (values <= box.high.get(i, np.inf))
    cut = _best_cut(search, values, below, base)
    free = box.free(i).low
    yield replace(box, low=free if cut is None else {**free, i: cut})
    above = reach & (values >= box.low.get(i, -np.inf))
    cut = _best_cut(search, -values, above, base)
    free = box.free(i).high
    yield replace(box, high=free if cut is None else {**free, i: -cut})


def _best_cut(search: Search, values: Array, rows: Mask, base: float) -> float | None:
    """Return the best lower limit of some rows; None if they are best without any."""
    order = np.argsort(values[rows], kind="stable")[::-1]
    sorted_values = values[rows][order]
    weight = np.cumsum(search.weight[rows][order])
    happens = np.cumsum((search.happens * search.weight)[rows][order])
    count = np.arange(1, len(order) + 1)
    quality = np.sqrt(count) * (happens / weight - base)
    ends = np.append(sorted_values[:-1] > sorted_values[1:], True) & (count >= search.least)
    if not ends.any():
        return None
    best = int(np.argmax(np.where(ends, quality, -np.inf)))
    if best == len(order) - 1:
        return None
    return float(sorted_values[best] + sorted_values[best + 1]) / 2.0


def _pruned(search: Search, among: Mask, box: Box) -> Box:
    """Drop the sides that the box can do without, the most useless first; one always stays.

    A side is useless if chance would give as many cases in the box without it (see
    `chance_of_limit`): a few lucky rows at an edge are no reason for a limit.
    """
    while True:
        inside = box.holds(search.values) & among
        freer = list(_freer(box))
        if len(freer) < 2:
            return box
        chances = [
            chance_of_limit(search.mean(inside), int(inside.sum()), search.mean(without))
            for without in (free.holds(search.values) & among for free in freer)
        ]
        if max(chances) <= DOUBT:
            return box
        box = freer[int(np.argmax(chances))]


def _freer(box: Box) -> Iterator[Box]:
    """Yield the box without each of its sides."""
    for i in box.low:
        yield replace(box, low={k: v for k, v in box.low.items() if k != i})
    for i in box.high:
        yield replace(box, high={k: v for k, v in box.high.items() if k != i})
    for i in box.without:
        yield replace(box, without={k: v for k, v in box.without.items() if k != i})


def chance_of_limit(share: float, rows: int, without: float) -> float:
    """Return the quasi-p-value of a limit (Bryant and Lempert 2010).

    That is the chance to see so many cases in the box if the limit did nothing.

    Args:
        share: how often it happens in the box.
        rows: independent ones in the box.
        without: how often it happens in the box without the limit.
    """
    return float(binom.sf(int(np.floor(share * rows + 1e-9)) - 1, rows, without))

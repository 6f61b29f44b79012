"""Switches: rules that are taken out of a model, run by run, by holding what they answer.

A rule that is asked for its n-th time in a month is held at what it answered to its n-th question
of the last month before the start; so it is held for each actor and each stage that asks.
What that means depends on what the rule answers:

- a level, a share, a chance: it stays as it was. Chances are held and not what was drawn from
  them: in each month it is drawn anew whether something happens;
- the next value of a state (rules named ``..._step``): the state stays where it is;
- a change or a flow: it goes on at the same size, as far as the ledgers have something to move;
- which one, or whether (a way, a post, 0 or 1 worked out from a draw): the same in every month.

A rule that no run asked in that month, such as one of a dated event or of a decision that seldom
comes up, is held from the first time that it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Answer = TypeVar("Answer")


class Switches:
    """The rules that are held in one model, and their answers; part of its saved state.

    Args:
        rules: the functions.

    Attributes:
        holding: whether answers are held by now; until then the last one of each is remembered.
        answers: the arrays of an answer by rule, shapes and number of the question in its month.
    """

    def __init__(self, rules: Collection[Callable[..., Any]]) -> None:
        self.rules = frozenset(rules)
        self.holding = False
        self.answers: dict[str, list[NDArray[Any]]] = {}
        self._asked: dict[str, int] = {}

    def new_month(self) -> None:
        """Count the questions of a month from its beginning."""
        self._asked = {}

    def answer(self, rule: Callable[..., Answer], found: Answer) -> Answer:
        """Return what a rule has ``found``, or what is held in its place."""
        if rule not in self.rules:
            return found
        arrays = [np.array(part) for part in _parts(found)]
        question = " ".join([rule.__module__, rule.__qualname__, *(str(a.shape) for a in arrays)])
        self._asked[question] = self._asked.get(question, 0) + 1
        key = f"{question} {self._asked[question]}"
        if not self.holding or key not in self.answers:
            self.answers[key] = arrays
            return found
        held: Answer = _filled(found, iter(self.answers[key]))
        return held


def _parts(answer: Any) -> Iterator[Any]:
    """Yield the numbers and arrays of an answer, which may be a tuple (of tuples) of them."""
    if isinstance(answer, tuple):
        for part in answer:
            yield from _parts(part)
    else:
        yield answer


def _filled(answer: Any, held: Iterator[NDArray[Any]]) -> Any:
    """Return an answer of the same make with copies of the ``held`` arrays in place of its own."""
    if not isinstance(answer, tuple):
        return next(held).copy()
    parts = [_filled(part, held) for part in answer]
    return type(answer)(*parts) if hasattr(answer, "_fields") else tuple(parts)

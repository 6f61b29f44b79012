"""Switches: the rules that a name stands for are taken out by holding what they answer.

A rule that is asked for its n-th time in a month is held at what it answered to its n-th question
of the last month before the start; so it is held for each actor and each stage that asks.
What that means depends on what the rule answers:

- a level, a share, a chance: it stays as it was. Chances are held and not what was drawn from
  them: in each month it is drawn anew whether something happens;
- the next value of a state (rules named ``..._step``): the state stays where it is;
- a change or a flow: it goes on at the same size, as far as the ledgers have something to move;
- which one, or whether (a way, a post, 0 or 1 worked out from a draw): the same in every month.

What a part of the month asks that not every month has is counted apart. What is asked once, at the
end of the term, has no answer before and is not held, nor is what the record asks to measure.
"""

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

import tajsim.rules
from tajsim.errors import UserError, unknown
from tajsim.inputs.ledger import ids_in, load_mechanisms

#: Parts of the month in which nothing is held.
TERM, RECORD = FREE = ("end of term", "record")
#: The decisions of a quarter.
REVIEW = "review"

Rule = Callable[..., Any]
Answer = TypeVar("Answer")


@cache
def load_rules() -> Mapping[str, Rule]:
    """Return the rules, ``theme.name``: the public functions of the modules of `tajsim.rules`."""
    modules = [f"tajsim.rules.{info.name}" for info in iter_modules(tajsim.rules.__path__)]
    return {
        f"{module.removeprefix('tajsim.rules.')}.{name}": rule
        for module in modules
        for name, rule in inspect.getmembers(import_module(module), inspect.isfunction)
        if rule.__module__ == module and not name.startswith("_")
    }


@cache
def switchable() -> Mapping[str, tuple[str, ...]]:
    """Return what may be named, with the rules that it stands for; () where it is not to be held.

    These are ids of mechanisms (the rules whose docstring names them), themes (``militants``),
    rules (``drug_market.volume``), and their bare names, which may belong to several.
    """
    known: dict[str, list[str]] = {identity: [] for identity in load_mechanisms()}
    bare: dict[str, list[str]] = {}
    for full, rule in load_rules().items():
        theme, name = full.split(".")
        bare.setdefault(name, []).append(full)
        for identity in (*ids_in(rule.__doc__ or ""), theme, full):
            known.setdefault(identity, []).append(full)
    return {name: tuple(rules) for name, rules in {**bare, **known}.items()}


def themes() -> list[str]:
    """Return the themes of the rules."""
    return list(dict.fromkeys(full.partition(".")[0] for full in load_rules()))


def why_not(name: str) -> str:
    """Return why a name cannot be held, in a line; "" if it can."""
    rules = switchable().get(name)
    if rules is None:
        text = unknown("mechanism, rule or theme", name, switchable())
        return text if ";" in text else f"{text}; expected one such as M47, militants or volume"
    if not rules:
        return f"no rule carries {name}, so that there is nothing to hold"
    if len(rules) > 1 and all(full.endswith(f".{name}") for full in rules):
        return f"'{name}' is the name of several rules; expected one of {', '.join(rules)}"
    return ""


def listed(without: str | Sequence[str]) -> list[str]:
    """Return one name, several, or lists of names with commas between them, each name once."""
    given = [without] if isinstance(without, str) else without
    names = [name.strip() for part in given for name in part.split(",")]
    return [name for name in dict.fromkeys(names) if name]


def held_rules(without: str | Sequence[str | Rule]) -> frozenset[Rule]:
    """Return the rules that names stand for; a rule of one's own stands for itself.

    Raises:
        UserError: a line for each name that cannot be held.
    """
    given = [without] if isinstance(without, str) else without
    names = listed([name for name in given if isinstance(name, str)])
    if wrong := [text for name in names if (text := why_not(name))]:
        raise UserError(wrong)
    shipped = {load_rules()[full] for name in names for full in switchable()[name]}
    return frozenset(shipped | {rule for rule in given if not isinstance(rule, str)})


class Switches:
    """The rules that are held in one model, and their answers; part of its saved state.

    Args:
        rules: the functions.

    Attributes:
        holding: whether answers are held by now; until then the last one of each is remembered.
        answers: the arrays of an answer by rule, shapes, part of the month and number there.
        part: the part of the month that asks, see `tajsim.agents.actors.Stated.asking`.
    """

    part = ""

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
        if rule not in self.rules or self.part in FREE:
            return found
        arrays = [np.array(part) for part in _parts(found)]
        shapes = [str(a.shape) for a in arrays]
        question = " ".join([rule.__module__, rule.__qualname__, *shapes, self.part])
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

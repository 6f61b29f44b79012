"""Actors: Mesa agents, those of a kind side by side in arrays, and how their states are declared.

A rule serves all actors of a kind in one call, because their states are rows of the same arrays.
So decisions are methods of the kind (`Actors`); its agents (`Member`) are there to look at one
actor and to set its state. The axis of the actors stands second to last, before ``run``: a
parameter of the kind, ``(actor, run)``, and one of the whole country, ``(run,)``, meet a state
``(task, actor, run)`` as they are.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, SupportsIndex, TypeVar, cast, overload

import mesa
import numpy as np

from tajsim.axes import DIMENSIONS, PARTS, Array
from tajsim.errors import UserError, nearest
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.values import ParameterValues

Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class State:
    """A declared state, an array ``(over, actor, run)``; made by `state`, which says the rest."""

    own_unit: str
    own_meaning: str
    over: str
    start: float | str | Array | None
    outcome: str
    pinned: bool = False
    usual: str = ""

    @property
    def unit(self) -> str:
        """Its unit, that of the outcome where one records it."""
        return load_outcomes()[self.outcome].unit if self.outcome else self.own_unit

    @property
    def meaning(self) -> str:
        """What it is, as the outcome says it where one records it."""
        return load_outcomes()[self.outcome].meaning if self.outcome else self.own_meaning

    def dimensions(self, own: str) -> tuple[str, ...]:
        """Return its dimensions but for ``run``; ``own`` is that of its actors, "" without any."""
        if self.outcome:
            return load_outcomes()[self.outcome].dimensions
        return tuple(name for name in (self.over, own) if name)


def state(
    unit: str = "",
    meaning: str = "",
    over: str = "",
    *,
    start: float | str | Array | None = 0.0,
    outcome: str = "",
    pinned: bool = False,
    usual: str = "",
) -> Array:
    """Declare a state in the class of a kind of actor, of a single actor or of the country.

    Args:
        unit, meaning: left out, as ``over``, where an outcome tells them.
        over: a dimension before that of the actors and ``run``.
        start: a number, a family of parameters, a column ``(actor, 1)``, or None where the method
            ``start`` of the class works it out.
        outcome: the outcome that records it as it is, a table of ``data/outcomes.toml``.
        pinned: the spin-up ends where it began: what documents date, and what is counted from the
            recorded start on.
        usual: what this is the usual level of, an attribute of the same holder: it follows that in
            the spin-up, and keeps its value of the recorded start from then on.
    """
    return cast(Array, State(unit, meaning, over, start, outcome, pinned, usual))


_DECLARED: dict[type, dict[str, State]] = {}


def states_of(holder: Any) -> dict[str, State]:
    """Return the states that a class declares, by attribute, those of its bases first."""
    if holder not in _DECLARED:
        found = [vars(base).items() for base in reversed(holder.__mro__)]
        states = {k: v for names in found for k, v in names if isinstance(v, State)}
        _DECLARED[holder] = states
    return _DECLARED[holder]


class Stated:
    """What has declared states, and takes no attribute that nobody declared."""

    values: ParameterValues
    runs: int
    #: Dimension of the actors; "" without any.
    dimension = ""
    #: Set once all actors are in place: from then on there are no new attributes.
    complete = False

    @property
    def declared(self) -> dict[str, State]:
        """Its states as declared, by attribute."""
        return states_of(type(self))

    def allocate(self) -> None:
        """Make every declared state an array of its own.

        What there is already is kept, in the declared shape; the others begin as declared.

        Raises:
            ValueError: if what there is does not fit the declared shape.
        """
        known = DIMENSIONS | PARTS
        for name, declared in self.declared.items():
            found = vars(self).get(name, declared.start)
            if isinstance(found, str):
                found = self.values.family(found)
            shape = (*(len(known[d]) for d in declared.dimensions(self.dimension)), self.runs)
            whole = np.broadcast_to(0.0 if found is None else found, shape)
            # A copy, so that a state changed in place is neither a parameter nor another state.
            setattr(self, name, np.array(whole, float, order="C"))

    def switched(self, rule: Callable[..., Result], answer: Result) -> Result:
        """Return the answer of a rule, or the one held in its place (`tajsim.inputs.switches`)."""
        switches = self.values.switches
        return answer if switches is None else switches.answer(rule, answer)

    @contextmanager
    def asking(self, part: str) -> Iterator[None]:
        """Let a part of the month that not every month has ask rules (`tajsim.inputs.switches`)."""
        if self.values.switches is not None:
            self.values.switches.part = part
        yield
        if self.values.switches is not None:
            self.values.switches.part = ""

    def state(self) -> dict[str, Array]:
        """Return every state array by attribute name."""
        return {name: getattr(self, name) for name in self.declared}

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute that is there; a new one would be a state without effect."""
        if self.complete and not hasattr(self, name):
            raise AttributeError(self.no_state(name))
        super().__setattr__(name, value)

    def no_state(self, name: str) -> str:
        """Return what is said of a name that is no attribute."""
        return f"{type(self).__name__} has no state '{name}'{nearest(name, self.declared)}"

    def start(self, *args: Any, **kwargs: Any) -> None:
        """Work out the states that do not start as declared; keyword-only: parameters."""

    def zeros(self, *axes: int) -> Array:
        """Return zeros of shape ``axes + (run,)``, of a kind ``axes + (actor, run)``."""
        return np.zeros((*axes, self.runs))


class FixedAgent(Stated, mesa.Agent):
    """A Mesa agent that is there to be looked at: a stage of the month decides for it.

    What Mesa offers and would be without effect raises a `UserError`.
    """

    name: str

    def step(self) -> None:
        """Refuse to act alone."""
        raise UserError(
            f"{self.name} does not act alone: step the model, in whose month all actors of a kind "
            "decide at once; a subclass of the kind changes how"
        )

    advance = step

    def remove(self) -> None:
        """Refuse to leave."""
        raise UserError(
            f"{self.name} cannot be removed, being a row of arrays that its kind shares; "
            "set its state instead"
        )


class Actor(FixedAgent):
    """One actor that is alone of its kind, in all runs: its states are ``(run,)``."""

    def __init__(self, model: mesa.Model, name: str) -> None:
        super().__init__(model)
        self.name = name
        self.values = model.values
        self.runs = model.run_count
        self.allocate()
        self.apply(self.start)
        self.allocate()

    def apply(self, rule: Callable[..., Result], *state: object, **named: object) -> Result:
        """Call a rule with a state, by position or by name, and the parameters in force."""
        return self.switched(rule, rule(*state, **named, **self.values.of(rule)))


M = TypeVar("M", bound="Member")


class Actors(Stated, Sequence[M], Generic[M]):
    """All actors of one kind, in all runs: a sequence of agents that has their states as well.

    ``agencies.pay`` is ``(agency, run)``, ``agencies[2].pay`` its row ``(run,)``. A subclass names
    its ``dimension``, the ``member`` that each actor is, and its states; methods give new arrays to
    the attributes. What never changes is no state: such facts are attributes of the class
    (``tajsim.axes.column``).
    """

    member: type[M]

    def __init__(self, model: mesa.Model) -> None:
        self.names = DIMENSIONS[self.dimension]
        self.values = model.values
        self.runs = model.run_count
        self.allocate()
        self.apply(self.start)
        self.allocate()
        self._members = [self.member(model, name, self) for name in self.names]

    @overload
    def __getitem__(self, index: SupportsIndex) -> M: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[M]: ...

    def __getitem__(self, index: SupportsIndex | slice) -> M | Sequence[M]:
        """Return the agent of a place in ``names``."""
        return self._members[index]

    def __len__(self) -> int:
        """Return how many actors there are."""
        return len(self.names)

    def apply(self, rule: Callable[..., Result], *state: object, **named: object) -> Result:
        """Call a rule for all at once; the state by position or by name.

        A parameter of the kind comes as ``(actor, run)``, one with a second dimension as
        ``(second, actor, run)``, one of another dimension as ``(other, 1, run)``.
        """
        terms = self.values.of_all(rule, self.dimension)
        return self.switched(rule, rule(*state, **named, **terms))

    def zeros(self, *axes: int) -> Array:
        """Return zeros of shape ``axes + (actor, run)``."""
        return np.zeros((*axes, len(self.names), self.runs))


class Member(FixedAgent):
    """One actor of a kind: a Mesa agent whose state attributes are its rows of shared arrays.

    ``agency.pay`` is ``(run,)``, ``agency.seen`` ``(section, run)``. A new value given to such an
    attribute goes into the shared array; ``agency.pay[:] = 0`` changes it in place.
    """

    def __init__(self, model: mesa.Model, name: str, together: Actors[Any]) -> None:
        super().__init__(model)
        self.name = name
        self.rank = together.names.index(name)
        self.values = model.values
        self.runs = model.run_count
        self._together = together

    def apply(self, rule: Callable[..., Result], *state: object, **named: object) -> Result:
        """Call a rule with a state, by position or by name, and this actor's parameters."""
        own = self.values.of(rule, **{self._together.dimension: self.name})
        return self.switched(rule, rule(*state, **named, **own))

    @property
    def declared(self) -> dict[str, State]:
        """Its states as its kind declares them, by attribute."""
        return self._together.declared

    def __getattr__(self, name: str) -> Array:
        """Return this actor's rows of an array that all of its kind share."""
        together = self.__dict__.get("_together")
        if together is None or name not in together.declared:
            raise AttributeError(self.no_state(name) if together else name)
        part: Array = getattr(together, name)[..., self.rank, :]
        return part

    def __setattr__(self, name: str, value: Any) -> None:
        """Put a new value into the shared array, or set an attribute of the agent's own."""
        together = self.__dict__.get("_together")
        if together is None or name not in together.declared:
            super().__setattr__(name, value)
            return
        # A copy, so that whoever holds the old state keeps the old state.
        changed = getattr(together, name).copy()
        changed[..., self.rank, :] = value
        setattr(together, name, changed)

    def __dir__(self) -> list[str]:
        """Return the names that can be asked for, states among them."""
        return [*super().__dir__(), *self.declared]

"""What the actors of one kind share: their states side by side, and each of them as an agent.

A rule serves all actors of a kind in one call, because their states are rows of the same arrays.
So decisions are methods of the kind (`Actors`); its agents (`Member`) are there to look at one
actor and to set its state. The axis of the actors stands second to last, before ``run``: a
parameter of the kind, ``(actor, run)``, and one of the whole country, ``(run,)``, meet a state
``(task, actor, run)`` as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, SupportsIndex, TypeVar, overload

import mesa
import numpy as np

from tajsim.axes import DIMENSIONS, Array
from tajsim.errors import UserError, nearest
from tajsim.inputs.values import ParameterValues

if TYPE_CHECKING:
    from collections.abc import Mapping


Result = TypeVar("Result")


class FixedAgent(mesa.Agent):
    """A Mesa agent that is there to be looked at: a stage of the month decides for it.

    What Mesa offers and would be without effect raises a `UserError`.
    """

    name: str
    #: Set once all actors are in place: from then on an agent gets no new attributes.
    complete = False

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

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute that the agent has; a new one would be a state without effect."""
        if self.complete and not hasattr(self, name):
            raise AttributeError(self.no_state(name))
        super().__setattr__(name, value)

    def state(self) -> dict[str, Array]:
        """Return every state array by attribute name."""
        return {k: v for k, v in vars(self).items() if isinstance(v, np.ndarray)}

    def no_state(self, name: str) -> str:
        """Return what is said of a name that is no attribute."""
        return f"{type(self).__name__} has no state '{name}'{nearest(name, self.state())}"


class Actor(FixedAgent):
    """One actor in all runs at once. State attributes are arrays whose last axis is ``run``.

    Args:
        model: the Mesa model.
        name: the actor's name in its closed list (``tajsim.axes``).
        dimension: the dimension that lists it; its rows of indexed parameters are found by it.
    """

    def __init__(self, model: mesa.Model, name: str, dimension: str) -> None:
        super().__init__(model)
        self.name = name
        self.values: ParameterValues = model.values
        self.runs: int = model.run_count
        self._index: Mapping[str, str] = {dimension: name} if dimension else {}
        self.apply(self.start)

    def start(self) -> None:
        """Set the state at the start; keyword-only arguments are parameters, as in a rule."""

    def apply(self, rule: Callable[..., Result], *state: object) -> Result:
        """Call a rule with this actor's parameters."""
        return rule(*state, **self.values.of(rule, **self._index))

    def zeros(self, *axes: int) -> Array:
        """Return zeros of shape ``axes + (run,)``."""
        return np.zeros((*axes, self.runs))


M = TypeVar("M", bound="Member")


class Actors(Sequence[M], Generic[M]):
    """All actors of one kind, in all runs: a sequence of agents that has their states as well.

    ``agencies.pay`` is ``(agency, run)``, ``agencies[2].pay`` its row ``(run,)``. A subclass names
    its ``dimension``, the ``member`` that each actor is, and the states that ``start`` sets;
    methods give new arrays to the attributes. What never changes is no state: such facts are
    attributes of the class (``tajsim.axes.column``).

    Args:
        model: the Mesa model.
    """

    dimension: str
    member: type[M]
    #: Sets the state at the start; its keyword-only arguments are parameters, as in a rule.
    start: Callable[..., None]

    def __init__(self, model: mesa.Model) -> None:
        self.names = DIMENSIONS[self.dimension]
        self.values: ParameterValues = model.values
        self.runs: int = model.run_count
        self.apply(self.start)
        # Copies, so that a state changed in place is neither a parameter nor another state.
        for name, state in self.states().items():
            setattr(self, name, state.copy())
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

    def apply(self, rule: Callable[..., Result], *state: object) -> Result:
        """Call a rule for all at once.

        A parameter of the kind comes as ``(actor, run)``, one with a second dimension as
        ``(second, actor, run)``, one of another dimension as ``(other, 1, run)``.
        """
        return rule(*state, **self.values.of_all(rule, self.dimension))

    def zeros(self, *axes: int) -> Array:
        """Return zeros of shape ``axes + (actor, run)``."""
        return np.zeros((*axes, len(self.names), self.runs))

    def states(self) -> dict[str, Array]:
        """Return every state array ``(..., actor, run)`` by attribute name."""
        found = {name: self.shared(name) for name in vars(self)}
        return {name: state for name, state in found.items() if state is not None}

    def shared(self, name: str) -> Array | None:
        """Return a state array ``(..., actor, run)``, None where the name is not one."""
        found = vars(self).get(name)
        is_state = isinstance(found, np.ndarray) and found.shape[-2:] == (len(self), self.runs)
        return found if is_state else None


class Member(FixedAgent):
    """One actor of a kind: a Mesa agent whose state attributes are its rows of shared arrays.

    ``agency.pay`` is ``(run,)``, ``agency.seen`` ``(section, run)``. A new value given to such an
    attribute goes into the shared array; ``agency.pay[:] = 0`` changes it in place.

    Args:
        model: the Mesa model.
        name: the actor's name in its closed list (``tajsim.axes``).
        together: the states of its kind.
    """

    def __init__(self, model: mesa.Model, name: str, together: Actors[Any]) -> None:
        super().__init__(model)
        self.name = name
        self.rank = together.names.index(name)
        self.values: ParameterValues = model.values
        self.runs: int = model.run_count
        self._together = together

    def apply(self, rule: Callable[..., Result], *state: object) -> Result:
        """Call a rule with this actor's parameters."""
        return rule(*state, **self.values.of(rule, **{self._together.dimension: self.name}))

    def __getattr__(self, name: str) -> Array:
        """Return this actor's rows of an array that all of its kind share."""
        if name.startswith("_"):
            raise AttributeError(name)
        shared = self._together.shared(name)
        if shared is None:
            raise AttributeError(self.no_state(name))
        part: Array = shared[..., self.rank, :]
        return part

    def __setattr__(self, name: str, value: Any) -> None:
        """Put a new value into the shared array, or set an attribute of the agent's own."""
        together = self.__dict__.get("_together")
        shared = together.shared(name) if together else None
        if shared is None:
            super().__setattr__(name, value)
            return
        # A copy, so that whoever holds the old state keeps the old state.
        changed = shared.copy()
        changed[..., self.rank, :] = value
        setattr(together, name, changed)

    def __dir__(self) -> list[str]:
        """Return the names that can be asked for, states among them."""
        return [*super().__dir__(), *self._together.states()]

    def state(self) -> dict[str, Array]:
        """Return every state array of this actor by attribute name."""
        return {name: getattr(self, name) for name in self._together.states()}

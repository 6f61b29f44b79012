"""What all actors share: a name, the parameter values in force, and how they ask a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import mesa
import numpy as np

from tajsim.axes import Array
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
        self.ask(self.start)

    def start(self) -> None:
        """Set the state at the start; keyword-only arguments are parameters, as in a rule."""

    def ask(self, rule: Callable[..., Result], *state: object) -> Result:
        """Call a rule with this actor's parameters."""
        return rule(*state, **self.values.of(rule, **self._index))

    def zeros(self, *axes: int) -> Array:
        """Return zeros of shape ``axes + (run,)``."""
        return np.zeros((*axes, self.runs))

"""What all actors share: a name, the parameter values in force, and how they ask a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import mesa
import numpy as np

from tajsim.axes import Array
from tajsim.inputs.values import ParameterValues

if TYPE_CHECKING:
    from collections.abc import Mapping

Result = TypeVar("Result")


class Actor(mesa.Agent):
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

    def state(self) -> dict[str, Array]:
        """Return every state array by attribute name."""
        return {k: v for k, v in vars(self).items() if isinstance(v, np.ndarray)}

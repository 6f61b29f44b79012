"""Movements: members who stay legal, go underground or are lost."""

from __future__ import annotations

import mesa

from tajsim.agents.actor import Actor
from tajsim.axes import Array
from tajsim.rules.society.channel import members_step, shed


class Movement(Actor):
    """A movement in all runs: ``members`` (persons), ``seats``, ``legal`` (0 or 1), ``(run,)``."""

    def __init__(self, model: mesa.Model, name: str) -> None:
        super().__init__(model, name, "movement")

    def start(  # type: ignore[override]
        self, *, movement_members: Array, movement_seats: Array, movement_legal: Array
    ) -> None:
        """Take the state of early 2004. Source: icg-2016:39-59, matveeva-2004:133-143."""
        self.members = movement_members.copy()
        self.seats = movement_seats.copy()
        self.legal = movement_legal.copy()

    def recruit(self, pool: Array, standing: Array) -> None:
        """Win and lose members; a closed legal movement wins none."""
        joining, leaving = self.ask(members_step, self.members, pool)
        gate = self.legal * standing + (1.0 - self.legal)
        self.members = self.members + joining * gate - leaving

    def shed(self, closed: Array) -> tuple[Array, Array, Array]:
        """Return members lost this month as ``(violent, underground, passive)`` persons."""
        violent, underground, passive = self.ask(shed, self.members, closed * self.legal)
        self.members = self.members - violent - underground - passive
        return violent, underground, passive

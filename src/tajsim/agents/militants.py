"""Militant groups beyond the borders: build up, probe, cross, retreat."""

from __future__ import annotations

from tajsim.agents.actors import Actors, Member
from tajsim.axes import Array
from tajsim.rules.militants.buildup import fighters_step, readiness_step
from tajsim.rules.militants.crossing import crossing_chance, crossing_result


class MilitantGroup(Member):
    """One group: ``group.fighters`` is ``(run,)``; every state of ``MilitantGroups`` is there."""


class MilitantGroups(Actors[MilitantGroup]):
    """The state of all groups.

    State, each ``(group, run)``: ``fighters`` (persons), ``readiness`` (0 to 1).
    """

    dimension = "militant_group"
    member = MilitantGroup

    def start(self, *, militant_fighters: Array) -> None:
        """Stand across the border, dormant. Source: matveeva-2004:115-127."""
        self.fighters = militant_fighters
        self.readiness = self.zeros()

    def build_up(self, pressure: Array, funds: Array) -> None:
        """Gather fighters and readiness.

        Args:
            pressure: what drives or draws fighters to the border, 1 = as in 2004.
            funds: what the drug trade pays beyond the line, 1 = as in early 2004.
        """
        self.fighters = self.ask(fighters_step, self.fighters, pressure, funds)
        self.readiness = self.ask(readiness_step, self.readiness, pressure)

    def chance(self, weakness: Array, window: Array, allies: Array, deterrence: Array) -> Array:
        """Return the probability of an attempt to cross this month, ``(group, run)``."""
        return self.ask(
            crossing_chance, self.fighters, self.readiness, weakness, window, allies, deterrence
        )

    def cross(self, attempt: Array, opposition: Array) -> tuple[Array, Array]:
        """Return ``(persons who get in, persons killed)`` where ``attempt`` is 1."""
        inside, killed = self.ask(crossing_result, self.fighters, opposition)
        inside, killed = inside * attempt, killed * attempt
        self.fighters = self.fighters - inside - killed
        return inside, killed

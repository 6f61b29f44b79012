"""Movements: members who stay legal, go underground, are arrested or are lost."""

from __future__ import annotations

from tajsim.agents.actors import Actors, Member
from tajsim.axes import MOVEMENTS, Array, column
from tajsim.rules.society.arrests import underground_arrested
from tajsim.rules.society.channel import members_step, shed

#: Movements whose members are arrested for what they say (matveeva-2004:141-143).
BANNED = ("hizb_ut_tahrir", "bayat")


class Movement(Member):
    """One movement: ``movement.members`` is ``(region, run)``, ``movement.seats`` ``(run,)``."""

    members: Array

    def shed(self, closed: Array) -> tuple[Array, Array, Array]:
        """Return members lost this month: ``(violent, underground, exile)``, ``(region, run)``."""
        violent, underground, exile, silent = self.ask(shed, self.members, closed * self.legal)
        self.members = self.members - violent - underground - exile - silent
        return violent, underground, exile


class Movements(Actors[Movement]):
    """The state of all movements.

    State: ``members`` (persons, ``(region, movement, run)``), ``seats``, ``legal`` (0 or 1),
    ``(movement, run)``.
    """

    dimension = "movement"
    member = Movement
    #: 1 for a movement whose members are arrested for what they say, ``(movement, 1)``.
    banned = column(name in BANNED for name in MOVEMENTS)

    def start(
        self,
        *,
        movement_members: Array,
        movement_home: Array,
        movement_seats: Array,
        movement_legal: Array,
    ) -> None:
        """Take the state of early 2004. Source: icg-2016:39-59, matveeva-2004:133-143."""
        self.members = movement_members * movement_home
        self.seats = movement_seats
        self.legal = movement_legal

    def recruit(
        self, open_ears: Array, people: Array, standing: Array, *, member_leaving: Array
    ) -> None:
        """Win and lose members; a closed legal movement wins none.

        Args:
            open_ears: devout share times grievance, 0 to 1, ``(region, run)``.
            people: at home, persons, ``(region, run)``.
            standing: legal standing, 0 to 1, ``(run,)``.
        """
        joining = self.ask(members_step, self.members, open_ears[:, None], people[:, None])
        gate = self.legal * standing + (1.0 - self.legal)
        self.members = self.members * (1.0 - member_leaving) + joining * gate

    def lose_to_arrests(self, skill: Array, effort: Array) -> Array:
        """Return members of banned movements arrested, persons, ``(region, movement, run)``."""
        found = self.banned * self.ask(underground_arrested, self.members, skill, effort)
        self.members = self.members - found
        return found

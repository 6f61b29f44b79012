"""Trafficking networks: route, volume, growth, learning."""

from __future__ import annotations

import mesa
import numpy as np

from tajsim.agents.actors import Actors, Member
from tajsim.axes import (
    AFGHAN_SECTIONS,
    COMMANDERS,
    EXITS,
    MOVEMENTS,
    NETWORKS,
    Array,
    column,
    total,
)
from tajsim.rules.border.access import access, protection_step
from tajsim.rules.border.belief import learn
from tajsim.rules.border.routes import way_shares
from tajsim.rules.border.volume import capacity_step, margin, volume
from tajsim.rules.militants.buildup import fighters_step, readiness_step
from tajsim.rules.militants.crossing import crossing_chance, crossing_result
from tajsim.rules.society.arrests import underground_arrested
from tajsim.rules.society.channel import members_step, shed
from tajsim.world import NETWORK_PATRON

#: The networks that a commander protects, and who protects each of them, by place in their lists.
PROTECTED = [i for i, name in enumerate(NETWORKS) if NETWORK_PATRON[name]]
PATRONS = [COMMANDERS.index(NETWORK_PATRON[NETWORKS[i]]) for i in PROTECTED]


class TraffickingNetwork(Member):
    """One network: ``network.capacity`` is ``(run,)``, ``network.entry_share`` ``(section, run)``.

    Every state of ``Networks`` is there.
    """

    def __init__(self, model: mesa.Model, name: str, together: Actors[TraffickingNetwork]) -> None:
        super().__init__(model, name, together)
        self.patron = NETWORK_PATRON[name]


class Networks(Actors[TraffickingNetwork]):
    """The state of all networks.

    ``(network, run)``: ``capacity``, ``bought`` (kg/month), ``stock`` (kg), ``protection``,
    ``access`` (shares), ``patron_held`` (1 while the patron is in place, or there is none),
    ``margin`` (ratio), ``hit`` (share lost to arrests), ``cost_share`` (expected losses and tolls,
    share of value), ``revenue``, ``outlay``, ``tolls``, ``fee`` (USD this month).
    ``(section, network, run)`` over the Afghan sections: ``entry_share``, ``entry_belief``,
    ``entry_load``, ``entry_lost``, ``entry_cost`` (share of value); the same for exits with
    ``exit_``, but that an exit costs all the same, ``(exit, 1, run)``.
    """

    dimension = "network"
    member = TraffickingNetwork

    def start(
        self,
        *,
        heroin_supply: Array,
        network_inequality: Array,
        protection_top: Array,
        protection_decline: Array,
        belief_start: Array,
        home_pull: Array,
        section_cost: Array,
        exit_cost: Array,
    ) -> None:
        """Take a rank in size and protection. Mechanisms: E11 (the sizes are assumptions)."""
        count, sections, exits = len(NETWORKS), len(AFGHAN_SECTIONS), len(EXITS)
        rank = np.arange(count)[:, None]
        sizes = (rank + 1.0) ** -network_inequality
        self.capacity = heroin_supply * sizes / total(sizes)
        # Even the smallest know somebody; protection can grow from there.
        self.protection = np.maximum(protection_top - protection_decline * rank, 0.02)
        self.patron_held = np.ones((count, self.runs))
        self.access = self.apply(access, self.protection)
        self.stock, self.hit, self.margin = (self.zeros() for _ in range(3))
        # Business goes on as before: the first month is no shock.
        self.bought = self.capacity
        self.revenue, self.outlay, self.tolls, self.fee = (self.zeros() for _ in range(4))
        # Networks work from somewhere: sections far from their home cost them more.
        distance = np.abs(np.arange(sections)[:, None] - np.arange(count) * 7 % sections)
        pull = home_pull * distance[:, :, None] / sections
        self.entry_cost = pull + section_cost[:sections]
        self.exit_cost = exit_cost
        self.entry_share = np.full((sections, count, self.runs), 1.0 / sections)
        self.exit_share = np.full((exits, count, self.runs), 1.0 / exits)
        self.entry_belief = np.broadcast_to(belief_start, self.entry_share.shape).copy()
        self.exit_belief = np.broadcast_to(belief_start, self.exit_share.shape).copy()
        self.entry_load, self.entry_lost = self.zeros(sections), self.zeros(sections)
        self.exit_load, self.exit_lost = self.zeros(exits), self.zeros(exits)
        self.cost_share = self.zeros()

    def by_patron(self, values: Array) -> Array:
        """Add ``(network, run)`` over those that each commander protects, ``(commander, run)``."""
        found = np.zeros((len(COMMANDERS), self.runs))
        for network, commander in zip(PROTECTED, PATRONS, strict=True):
            found[commander] += values[network]
        return found

    def protect(self, in_place: Array, *, patron_worth: Array, margin_normal: Array) -> None:
        """Buy protection with profit; part of it goes with a patron, part of the rest by arrests.

        Args:
            in_place: 1 where a commander is in place, else 0, ``(commander, run)``.
        """
        held = np.ones_like(self.patron_held)
        held[PROTECTED] = in_place[PATRONS]
        fallen = np.maximum(self.patron_held - held, 0.0)
        lost = np.minimum(patron_worth * fallen + self.hit, 1.0)
        profit = np.maximum(self.margin / margin_normal, 0.0)
        self.protection = self.apply(protection_step, self.protection, profit, lost)
        self.patron_held = held
        self.access = self.apply(access, self.protection)

    def learn(self, entry_word: Array, exit_word: Array) -> None:
        """Update beliefs from last month's losses and from the word of others, ``(way, run)``."""
        self.entry_belief = self.apply(
            learn, self.entry_belief, self.entry_load, self.entry_lost, entry_word[:, None]
        )
        self.exit_belief = self.apply(
            learn, self.exit_belief, self.exit_load, self.exit_lost, exit_word[:, None]
        )

    def choose_routes(self, entry_toll: Array, exit_toll: Array, barrier_cost: Array) -> None:
        """Choose the shares of sections and exits.

        Args:
            entry_toll: toll times collusion as a share of value, ``(section, run)``.
            exit_toll: the same at the exits, ``(exit, run)``.
            barrier_cost: standing disadvantage of closed crossings, ``(exit, run)``.
        """
        entry = entry_toll[:, None] * self.access
        out = exit_toll[:, None] * self.access
        self.entry_share = self.apply(
            way_shares, self.entry_share, self.entry_belief, entry, self.entry_cost
        )
        cost = self.exit_cost + barrier_cost[:, None]
        self.exit_share = self.apply(way_shares, self.exit_share, self.exit_belief, out, cost)
        expected = total(self.entry_share * (self.entry_belief + entry))
        expected += total(self.exit_share * (self.exit_belief + out))
        self.cost_share = np.minimum(expected, 0.95)

    def choose_volume(self, exit_prices: Array, price_in: Array) -> None:
        """Choose how much to buy this month, kg.

        Args:
            exit_prices: USD/kg beyond each exit, ``(exit, run)``.
            price_in: USD/kg at the Afghan line, ``(run,)``.
        """
        price_out = total(self.exit_share * exit_prices[:, None])
        self.margin = self.apply(margin, price_out, price_in, self.cost_share)
        self.bought = self.apply(volume, self.bought, self.capacity, self.margin)

    def grow(self, inherited: Array) -> None:
        """Let reach follow profit, arrests and what is taken over from others."""
        self.capacity = self.apply(capacity_step, self.capacity, self.margin, self.hit, inherited)


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
        self.fighters = self.apply(fighters_step, self.fighters, pressure, funds)
        self.readiness = self.apply(readiness_step, self.readiness, pressure)

    def chance(self, weakness: Array, window: Array, allies: Array, deterrence: Array) -> Array:
        """Return the probability of an attempt to cross this month, ``(group, run)``."""
        return self.apply(
            crossing_chance, self.fighters, self.readiness, weakness, window, allies, deterrence
        )

    def cross(self, attempt: Array, opposition: Array) -> tuple[Array, Array]:
        """Return ``(persons who get in, persons killed)`` where ``attempt`` is 1."""
        inside, killed = self.apply(crossing_result, self.fighters, opposition)
        inside, killed = inside * attempt, killed * attempt
        self.fighters = self.fighters - inside - killed
        return inside, killed


#: Movements whose members are arrested for what they say (matveeva-2004:141-143).
BANNED = ("hizb_ut_tahrir", "bayat")


class Movement(Member):
    """One movement: ``movement.members`` is ``(region, run)``, ``movement.seats`` ``(run,)``."""

    members: Array

    def shed(self, closed: Array) -> tuple[Array, Array, Array]:
        """Return members lost this month: ``(violent, underground, exile)``, ``(region, run)``."""
        violent, underground, exile, silent = self.apply(shed, self.members, closed * self.legal)
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
        joining = self.apply(members_step, self.members, open_ears[:, None], people[:, None])
        gate = self.legal * standing + (1.0 - self.legal)
        self.members = self.members * (1.0 - member_leaving) + joining * gate

    def lose_to_arrests(self, skill: Array, effort: Array) -> Array:
        """Return members of banned movements arrested, persons, ``(region, movement, run)``."""
        found = self.banned * self.apply(underground_arrested, self.members, skill, effort)
        self.members = self.members - found
        return found

"""Trafficking networks, militant groups and movements."""

from __future__ import annotations

import mesa
import numpy as np

import tajsim.axes as axes
from tajsim.agents.actors import Actors, Member, state
from tajsim.axes import Array, column, total
from tajsim.rules import border_guard, drug_market, grievance, militants, violence
from tajsim.world import NETWORK_PATRON

SECTIONS = len(axes.AFGHAN_SECTIONS)

#: The networks that a commander protects, and who protects each of them, by place in their lists.
PROTECTED = [i for i, name in enumerate(axes.NETWORKS) if NETWORK_PATRON[name]]
PATRONS = [axes.COMMANDERS.index(NETWORK_PATRON[axes.NETWORKS[i]]) for i in PROTECTED]


class TraffickingNetwork(Member):
    """One network: ``network.stock`` is ``(run,)``, ``network.entry_share`` ``(section, run)``."""

    def __init__(self, model: mesa.Model, name: str, together: Actors[TraffickingNetwork]) -> None:
        super().__init__(model, name, together)
        self.patron = NETWORK_PATRON[name]


class Networks(Actors[TraffickingNetwork]):
    """Trafficking networks: route, volume, growth, learning.

    They begin by rank; their sizes are assumptions.
    """

    dimension = "network"
    member = TraffickingNetwork

    capacity = state("kg/month", "what it could move", start=None)
    bought = state("kg/month", "bought this month", start=None)
    stock = state("kg", "held inside the country")
    protection = state("share", "protection from above", start=None)
    access = state("share", "of the guards that it reaches", start=None)
    patron_held = state("0 or 1", "1 while its patron is in place, or it has none", start=1.0)
    margin = state("ratio", "profit over cost")
    hit = state("share", "lost to arrests")
    cost_share = state("share", "of the value that losses and tolls are expected to take")
    revenue = state("USD/month", "sales")
    outlay = state("USD/month", "paid for what it bought")
    tolls = state("USD/month", "bribes for passage")
    fee = state("USD/month", "paid for protection")
    entry_share = state("share", "sent by each section", "afghan_section", start=1.0 / SECTIONS)
    entry_belief = state("share", "believed lost", "afghan_section", start="belief_start")
    entry_load = state("kg/month", "sent by each section", "afghan_section")
    entry_lost = state("kg/month", "lost on each section", "afghan_section")
    entry_cost = state("share", "of the value, for the way", "afghan_section", start=None)
    exit_share = state("share", "sent by each exit", "exit", start=1.0 / len(axes.EXITS))
    exit_belief = state("share", "believed lost", "exit", start="belief_start")
    exit_load = state("kg/month", "sent by each exit", "exit")
    exit_lost = state("kg/month", "lost at each exit", "exit")

    def start(
        self,
        *,
        heroin_supply: Array,
        network_inequality: Array,
        protection_top: Array,
        protection_decline: Array,
        home_pull: Array,
        section_cost: Array,
    ) -> None:
        """Work out size, protection and home by rank; business goes on as before.

        Mechanisms: E11.
        """
        rank = np.arange(len(axes.NETWORKS))[:, None]
        sizes = (rank + 1.0) ** -network_inequality
        self.capacity = heroin_supply * sizes / total(sizes)
        # The first month is no shock.
        self.bought = self.capacity
        # Even the smallest know somebody; protection can grow from there.
        self.protection = np.maximum(protection_top - protection_decline * rank, 0.02)
        self.access = self.apply(border_guard.access, self.protection)
        # Networks work from somewhere: sections far from their home cost them more.
        distance = np.abs(np.arange(SECTIONS)[:, None] - rank[:, 0] * 7 % SECTIONS)
        self.entry_cost = home_pull * distance[:, :, None] / SECTIONS + section_cost[:SECTIONS]

    def by_patron(self, values: Array) -> Array:
        """Add ``(network, run)`` over those that each commander protects, ``(commander, run)``."""
        found = np.zeros((len(axes.COMMANDERS), self.runs))
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
        self.protection = self.apply(border_guard.protection_step, self.protection, profit, lost)
        self.patron_held = held
        self.access = self.apply(border_guard.access, self.protection)

    def learn(self, entry_word: Array, exit_word: Array) -> None:
        """Update beliefs from last month's losses and from the word of others, ``(way, run)``."""
        self.entry_belief = self.apply(
            drug_market.learn,
            self.entry_belief,
            self.entry_load,
            self.entry_lost,
            entry_word[:, None],
        )
        self.exit_belief = self.apply(
            drug_market.learn, self.exit_belief, self.exit_load, self.exit_lost, exit_word[:, None]
        )

    def choose_routes(self, entry_toll: Array, exit_toll: Array, exit_cost: Array) -> None:
        """Choose the shares of sections and exits.

        Args:
            entry_toll: toll times collusion as a share of value, ``(section, run)``.
            exit_toll: the same at the exits, ``(exit, run)``.
            exit_cost: standing disadvantage of the exits, ``(exit, run)``.
        """
        entry = entry_toll[:, None] * self.access
        out = exit_toll[:, None] * self.access
        self.entry_share = self.apply(
            drug_market.way_shares, self.entry_share, self.entry_belief, entry, self.entry_cost
        )
        self.exit_share = self.apply(
            drug_market.way_shares, self.exit_share, self.exit_belief, out, exit_cost[:, None]
        )
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
        self.margin = self.apply(drug_market.margin, price_out, price_in, self.cost_share)
        self.bought = self.apply(drug_market.volume, self.bought, self.capacity, self.margin)

    def grow(self, inherited: Array) -> None:
        """Let reach follow profit, arrests and what is taken over from others."""
        self.capacity = self.apply(
            drug_market.capacity_step, self.capacity, self.margin, self.hit, inherited
        )


class MilitantGroup(Member):
    """One group: ``group.fighters`` is ``(run,)``."""


class MilitantGroups(Actors[MilitantGroup]):
    """Militant groups: gather fighters, prepare, cross.

    They begin across the border, dormant (matveeva-2004:115-127).
    """

    dimension = "militant_group"
    member = MilitantGroup

    fighters = state(outcome="militant_fighters", start="militant_fighters")
    readiness = state("share", "readiness to cross", start=0.5)

    def urge(self, pressure: Array, deterrence: Array) -> Array:
        """Gather and prepare; return the tries a month at an ordinary opening, ``(group, run)``.

        Args:
            pressure: what drives or draws fighters to the border, 1 = as in 2004.
            deterrence: of the patron, 0 to 1, ``(run,)``.
        """
        self.fighters = self.apply(
            militants.fighters_step, fighters=self.fighters, pressure=pressure
        )
        self.readiness = self.apply(
            militants.readiness_step, readiness=self.readiness, fighters=self.fighters
        )
        return self.apply(
            militants.urge_to_cross,
            fighters=self.fighters,
            readiness=self.readiness,
            deterrence=deterrence,
        )


#: Movements whose members are arrested for what they say (matveeva-2004:141-143).
BANNED = ("hizb_ut_tahrir", "bayat")


class Movement(Member):
    """One movement: ``movement.members`` is ``(region, run)``, ``movement.seats`` ``(run,)``."""

    members: Array

    def shed(self, closed: Array) -> tuple[Array, Array, Array]:
        """Return members lost this month: ``(violent, underground, exile)``, ``(region, run)``."""
        violent, underground, exile, silent = self.apply(
            grievance.shed, self.members, closed * self.legal
        )
        self.members = self.members - violent - underground - exile - silent
        return violent, underground, exile


class Movements(Actors[Movement]):
    """Movements: win members, lose them to arrests and to one another.

    They begin as in early 2004 (icg-2016:39-59, matveeva-2004:133-143).
    """

    dimension = "movement"
    member = Movement
    #: 1 for a movement whose members are arrested for what they say, ``(movement, 1)``.
    banned = column(name in BANNED for name in axes.MOVEMENTS)

    members = state("persons", "members", "region", start=None, pinned=True)
    seats = state("seats", "in parliament", start="movement_seats")
    legal = state("0 or 1", "whether the movement is legal", start="movement_legal")

    def start(self, *, movement_members: Array, movement_home: Array) -> None:
        """Divide the members over the regions."""
        self.members = movement_members * movement_home

    def recruit(
        self, open_ears: Array, people: Array, standing: Array, *, member_leaving: Array
    ) -> None:
        """Win and lose members; a closed legal movement wins none.

        Args:
            open_ears: devout share times grievance, 0 to 1, ``(region, run)``.
            people: at home, persons, ``(region, run)``.
            standing: legal standing, 0 to 1, ``(run,)``.
        """
        joining = self.apply(
            grievance.members_step, self.members, open_ears[:, None], people[:, None]
        )
        gate = self.legal * standing + (1.0 - self.legal)
        self.members = self.members * (1.0 - member_leaving) + joining * gate

    def lose_to_arrests(self, skill: Array, effort: Array) -> Array:
        """Return members of banned movements arrested, persons, ``(region, movement, run)``."""
        found = self.banned * self.apply(violence.underground_arrested, self.members, skill, effort)
        self.members = self.members - found
        return found

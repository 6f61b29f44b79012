"""Trafficking networks, militant groups and movements."""

from __future__ import annotations

import mesa
import numpy as np

import tajsim.axes as axes
from tajsim.agents.actors import Actors, Member, state
from tajsim.axes import Array, column, shares, total
from tajsim.rules import border_guard, drug_market, grievance, militants, party, violence
from tajsim.world import MOUNTAINS, NETWORK_PATRON

SECTIONS, COUNT = len(axes.AFGHAN_SECTIONS), len(axes.NETWORKS)

#: Answers of the legal party to repression, as places among them.
OBEYS, SPLITS, ABROAD, BOYCOTTS = range(len(axes.ANSWERS))

#: The networks that have a patron in office; those that a commander is accused of protecting, and
#: who he is, by place in their lists.
PROTECTED = [i for i, name in enumerate(axes.NETWORKS) if NETWORK_PATRON[name]]
ACCUSED = [i for i in PROTECTED if NETWORK_PATRON[axes.NETWORKS[i]] in axes.COMMANDERS]
PATRONS = [axes.COMMANDERS.index(NETWORK_PATRON[axes.NETWORKS[i]]) for i in ACCUSED]

#: Difficulty of the ground: 1 on a plain, 2 in the mountains, ``(afghan_section, 1)``.
TERRAIN = column(1 + (name in MOUNTAINS) for name in axes.AFGHAN_SECTIONS)


class TraffickingNetwork(Member):
    """One network: ``network.stock`` is ``(run,)``, ``network.entry_share`` ``(section, run)``."""

    def __init__(self, model: mesa.Model, name: str, together: Actors[TraffickingNetwork]) -> None:
        super().__init__(model, name, together)
        self.patron = NETWORK_PATRON[name]


class Networks(Actors[TraffickingNetwork]):
    """Trafficking networks: ways, volume, protection.

    They begin alike, but for a patron.
    """

    dimension = "network"
    member = TraffickingNetwork
    #: 1 for a network with a patron in office, ``(network, 1)``.
    tie = column(bool(NETWORK_PATRON[name]) for name in axes.NETWORKS)

    bought = state("kg/month", "bought this month", start=None)
    protection = state("share", "protection from above", start=None)
    access = state("share", "of the guards that it reaches", start=None)
    hit = state("share", "lost to arrests and raids")
    raided = state("share", "lost to raids on the protected")
    cost_share = state("share", "of the value that losses and tolls take, of late")
    revenue = state("USD/month", "sales")
    outlay = state("USD/month", "paid for what it bought")
    tolls = state("USD/month", "bribes for passage")
    fee = state("USD/month", "paid for protection")
    entry_share = state("share", "sent by each section", "afghan_section", start=None)

    def start(
        self,
        *,
        market_demand: Array,
        price_border: Array,
        protection_bought: Array,
        section_length: Array,
    ) -> None:
        """Work out size, protection and ways: business as usual.

        Mechanisms: E11.
        """
        self.bought = np.broadcast_to(market_demand / COUNT, self.bought.shape)
        self.outlay = self.bought * price_border
        paid = protection_bought * self.tie
        self.protection = paid / (1.0 + paid)
        self.access = self.apply(border_guard.access, protection=self.protection)
        self.entry_share = shares(section_length[:SECTIONS])

    @property
    def size(self) -> Array:
        """Size of each, 1 = the mean of all."""
        size: Array = self.bought * COUNT / np.maximum(total(self.bought), 1e-9)
        return size

    def by_patron(self, values: Array) -> Array:
        """Add ``(network, run)`` over those whom commanders protect, ``(commander, run)``."""
        found = np.zeros((len(axes.COMMANDERS), self.runs))
        for network, commander in zip(ACCUSED, PATRONS, strict=True):
            found[commander] += values[network]
        return found

    def protect(self, fell: Array, in_place: Array) -> None:
        """Buy protection with the trade; it goes with a patron, and with a raid."""
        # Whose patron nobody names loses as many of his friends as have fallen.
        lost = self.tie * (total(fell) / np.maximum(total(fell + in_place), 1.0))
        lost[ACCUSED] = fell[PATRONS]
        self.protection = self.apply(
            border_guard.protection_step,
            protection=self.protection,
            size=self.size,
            tie=self.tie,
            lost=np.minimum(lost + self.raided, 1.0),
        )
        self.access = self.apply(border_guard.access, protection=self.protection)

    def choose_routes(self, belief: Array, tolled: Array, length: Array) -> drug_market.Ways:
        """Choose the shares of the sections; return what speaks against each."""
        ways = self.apply(
            drug_market.way_shares,
            old=self.entry_share,
            length=length[:, None],
            terrain=TERRAIN[:, None],
            belief=np.broadcast_to(belief[:, None], self.entry_share.shape),
            tolled=tolled[:, None] * self.access,
        )
        self.entry_share = ways.shares
        return ways

    def choose_volume(self, spread: Array, harvest: Array) -> None:
        """Choose how much to buy this month, kg."""
        wanted = self.apply(
            drug_market.volume,
            bought=self.bought,
            spread=spread,
            cost_share=self.cost_share,
            size=self.size,
            hit=self.hit,
        )
        self.bought = self.apply(drug_market.within_crop, wanted=wanted, harvest=harvest)

    def see_costs(self, sold: Array, price: Array, *, clock_season: Array) -> None:
        """Remember what losses and tolls took of the value of what was bought."""
        worth = np.maximum(self.bought, 1e-9)
        taken = 1.0 - sold / worth + self.tolls / (worth * price)
        self.cost_share = (
            self.cost_share + (np.minimum(taken, 1.0) - self.cost_share) / clock_season
        )


class MilitantGroup(Member):
    """One group: ``group.fighters`` is ``(run,)``."""


class MilitantGroups(Actors[MilitantGroup]):
    """Militant groups, each with its aim: gather fighters, prepare, cross.

    They begin across the border, dormant (matveeva-2004:115-127). The Taliban fight at home and
    hold the ground opposite (icg-2016:137). The IMU wants Uzbekistan, and here a foothold on the
    way to the Ferghana valley (icg-2016:163, 181). The others mean the regime (icg-2016:119,
    matveeva-2004:115).
    """

    dimension = "militant_group"
    member = MilitantGroup
    #: 1 for who gathers on the ground that the Taliban hold, and crosses there; for whose main aim
    #: lies beyond the country, ``(group, 1)``.
    guests = column(name in ("imu", "islamic_state") for name in axes.MILITANT_GROUPS)
    aims_beyond = column(name == "imu" for name in axes.MILITANT_GROUPS)

    fighters = state(outcome="militant_fighters", start="militant_fighters")
    readiness = state("share", "readiness to cross", start=0.5)
    inside = state("persons", "inside the country, not driven out or gone on yet")

    def urge(self, pressure: Array, ground: Array, deterrence: Array) -> Array:
        """Gather and prepare; return the tries a month at an ordinary opening, ``(group, run)``."""
        here = self.guests * ground + (1.0 - self.guests)
        self.fighters = self.apply(
            militants.fighters_step, fighters=self.fighters, pressure=pressure * here
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

    @property
    def passes(self) -> Array:
        """Part of each group that only passes through the country, 0 to 1, ``(group, run)``."""
        result: Array = self.aims_beyond * self.values.only_passing
        return result

    @property
    def everyone(self) -> Array:
        """All who are inside the country, persons, ``(run,)``."""
        return total(self.inside)

    @property
    def at_war(self) -> Array:
        """Those inside who mean the regime, persons, ``(run,)``: no part of who passes through."""
        return total(self.inside * (1.0 - self.passes))


class Movement(Member):
    """One movement: ``movement.members`` and ``movement.seats`` are ``(run,)``."""

    members: Array
    seats: Array


class Movements(Actors[Movement]):
    """Movements: win members with discontent, lose them to arrests, and where they are closed.

    They begin as in early 2004 (icg-2016:39-59, matveeva-2004:133-143).
    """

    dimension = "movement"
    member = Movement
    #: 1 for the legal party, and for the movement whose members are arrested for what they say
    #: (matveeva-2004:135-143), ``(movement, 1)``.
    legal = column(name == "irpt" for name in axes.MOVEMENTS)
    banned = column(name == "hizb_ut_tahrir" for name in axes.MOVEMENTS)

    members = state("persons", "members", start="movement_members", pinned=True)
    seats = state("seats", "in parliament", start="movement_seats")
    seats_seen = state("seats", "last month", start="movement_seats")
    #: None where nothing calls for one.
    answer = state("0 or 1", "answer to repression", "answer")
    credit = state("share", "of leaders with their people", start=1.0)
    parting = state("0 or 1", "whether it splits this month")
    parted = state("0 or 1", "whether it has split since it was tolerated")

    def answer_repression(self, moved: Array, step: Array, chances: Array, draw: Array) -> Array:
        """Let the party choose anew where the ladder has moved or seats are taken.

        Args:
            moved: 1 where the ladder has moved, ``(run,)``.
            step: on the ladder now, 0 to 6, ``(run,)``.
            chances: of its answers, ``(answer, run)``.
            draw: a uniform draw, ``(run,)``.

        Returns:
            1 where it chooses, ``(movement, run)``.
        """
        held = step > 0.5
        chooses = self.legal * ((moved * held > 0.5) | (self.seats < self.seats_seen))
        freed = self.legal * (moved * (1.0 - held)) * (1.0 - chooses)
        chosen = np.argmax(np.cumsum(chances, axis=0) > draw, axis=0)
        fresh = (np.arange(len(axes.ANSWERS))[:, None] == chosen).astype(float)[:, None]
        self.answer = (1.0 - freed) * (self.answer + chooses * (fresh - self.answer))
        splits = chooses * self.answer[SPLITS]
        self.parting = splits * (1.0 - self.parted)
        self.parted = np.maximum(self.parted, splits) * (1.0 - freed)
        tame = np.maximum(self.answer[OBEYS], self.answer[SPLITS])
        self.credit = self.apply(party.credit_step, credit=self.credit, tame=tame)
        self.seats_seen = self.seats.copy()
        return chooses

    def win_and_lose(self, standing: Array, anger: Array, *, movement_members: Array) -> Array:
        """Win and lose members; return who leaves a party for violence, persons, ``(run,)``.

        Those who leave it to go underground join the banned movement.

        Args:
            anger: grievance in religious terms over that of the start, ratio, ``(run,)``.
        """
        before = self.members
        self.members = self.apply(
            grievance.members_step,
            members=before,
            usual=movement_members,
            standing=self.legal * standing + (1.0 - self.legal),
            anger=self.banned * anger + (1.0 - self.banned),
        )
        violent, underground = self.apply(
            party.shed,
            lost=self.legal * np.maximum(before - self.members, 0.0),
            members=self.members,
            parting=self.parting,
            parted=self.parted,
            obeys=self.answer[OBEYS],
        )
        gone = self.parting * (violent + underground)
        self.members = self.members - gone + self.banned * total(underground)
        return total(violent)

    def lose_to_arrests(self, skill: Array, effort: Array) -> Array:
        """Return members of the banned movement arrested, persons, ``(run,)``."""
        found = self.banned * self.apply(
            violence.underground_arrested, members=self.members, skill=skill, effort=effort
        )
        self.members = self.members - found
        return total(found)

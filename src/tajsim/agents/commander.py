"""Commanders: obey, resist, bargain, mutiny, defect."""

from __future__ import annotations

import mesa
import numpy as np

from tajsim.agents.actor import Actor
from tajsim.axes import AGENCIES, Array
from tajsim.rules.elite.aftermath import named_step
from tajsim.rules.elite.drive import kept_peace
from tajsim.rules.elite.followers import following_step
from tajsim.rules.elite.loyalty import fear_step, loyalty_aim, loyalty_step
from tajsim.rules.elite.mutiny import break_hazard, fight_chance
from tajsim.rules.elite.purge import deterred, purge_hazard, resists
from tajsim.rules.elite.threat import hold_on_men, perceived_threat, power_of
from tajsim.rules.rents.patronage import client_need
from tajsim.rules.state.contest import stands_behind
from tajsim.rules.state.succession import claims_grow
from tajsim.world import COMMANDER_FACTS, FIRST_COMMANDERS

#: States of a commander, as numbers in ``Commander.status``.
STATUS = ("serving", "bought_off", "arrested", "mutinied", "defected", "killed", "waiting")
SERVING, BOUGHT_OFF, ARRESTED, MUTINIED, DEFECTED, KILLED, WAITING = range(7)
NO_POST = -1


class Commander(Actor):
    """A commander in all runs.

    State, each ``(run,)``: ``status`` (see STATUS), ``post`` (index of an agency, or -1),
    ``following``, ``men`` (of them at his call), ``rejoining`` (old fighters who would join him,
    persons), ``loyalty``, ``fear``, ``grudge``, ``named`` (by captives), ``power``, ``threat``
    (0 to 1), ``income`` (USD this month), ``rent_ratio`` (income over claim, smoothed), ``doubt``
    (of what comes after the ruler), ``no_way_back`` (closure of the channel of his past), 0 to 1.
    """

    def __init__(self, model: mesa.Model, name: str) -> None:
        self.facts = COMMANDER_FACTS[name]
        self.home_post = AGENCIES.index(self.facts.post)
        super().__init__(model, name, "commander")

    def start(  # type: ignore[override]
        self, *, commander_following: Array, commander_creed: Array, loyalty_start: Array
    ) -> None:
        """Hold the post of early 2004. Source: matveeva-2004:31-93, icg-2016:83-125."""
        first = self.name in FIRST_COMMANDERS
        self.status = np.full(self.runs, float(SERVING if first else WAITING))
        self.post = np.full(self.runs, float(self.home_post if first else NO_POST))
        self.following = commander_following.copy()
        self.creed_weight = commander_creed
        self.loyalty = np.broadcast_to(loyalty_start, (self.runs,)).copy()
        self.fear, self.grudge, self.income = self.zeros(), self.zeros(), self.zeros()
        self.rent_ratio = np.ones(self.runs)
        self.doubt, self.no_way_back = self.zeros(), self.zeros()
        self.power, self.threat, self.named = self.zeros(), self.zeros(), self.zeros()
        self.men, self.rejoining = self.following.copy(), self.zeros()
        self.arrest_order, self.dismissal_order = self.zeros(), self.zeros()

    @property
    def in_place(self) -> Array:
        """1 where he serves or has been bought off, else 0, ``(run,)``."""
        return (self.status <= BOUGHT_OFF).astype(float)

    @property
    def claim(self) -> Array:
        """What he expects a month, USD."""
        need = self.ask(client_need, self.following) * self.ask(claims_grow, self.doubt)
        return need * self.in_place

    @property
    def fallen(self) -> Array:
        """1 where he was removed or broke away, else 0, ``(run,)``."""
        return ((self.status >= ARRESTED) & (self.status <= KILLED)).astype(float)

    def weigh(self, trust: Array, civilian_control: Array, growth: Array) -> None:
        """Work out the men at his call, his power and the threat the regime sees in it.

        Args:
            growth: strength of the service of his own trade over that of the start.
        """
        at_home = (self.post == self.home_post).astype(float)
        self.men = self.following * self.ask(hold_on_men, at_home, growth)
        power = self.ask(power_of, self.men, self.rent_ratio, civilian_control)
        self.power = power * self.in_place
        past = np.asarray(float(self.facts.opposition))
        # Open disobedience costs him the credit of loyalty, as a captive's word does.
        doubted = np.maximum(self.named, self.grudge)
        self.threat = perceived_threat(self.power, self.loyalty, trust, past, doubted)

    def hazard(self, guarantee: Array, months_since: Array, urge: Array, standing: Array) -> Array:
        """Return the chance that the regime strikes at him this month."""
        if self.facts.opposition:
            urge = urge * self.ask(kept_peace, np.ones(1), standing)
        found = self.ask(
            purge_hazard, self.threat, self.power, guarantee, self.grudge, months_since, urge
        )
        return found * self.in_place

    def resist(self, guarantee: Array, draw: Array) -> Array:
        """Return 1 where he resists a dismissal."""
        return self.ask(resists, self.power, guarantee, self.fear, draw)

    def chance_to_fight(self, fear: Array, guarantee: Array) -> Array:
        """Return the chance that he fights rather than be arrested."""
        chance = self.ask(fight_chance, fear, self.loyalty, self.men + self.rejoining)
        return chance * self.ask(deterred, guarantee, self.no_way_back)

    def chance_to_follow(self, leaves: Array, settled: Array, patron: Array) -> Array:
        """Return the chance that he stands behind what the ruler arranged for after his term."""
        return self.ask(
            stands_behind,
            self.loyalty,
            self.rent_ratio,
            self.fear,
            self.power,
            # What he had from a ruler who stays goes on.
            np.where(leaves > 0.5, settled, 1.0),
            settled,
            patron,
            leaves,
        )

    def breaks(self, creed: Array, guarantee: Array) -> tuple[Array, Array]:
        """Return the chances of an unprovoked ``(mutiny, defection)`` this month."""
        mutiny, defection = self.ask(
            break_hazard, self.fear, self.loyalty, creed * self.creed_weight
        )
        mutiny = mutiny * self.ask(deterred, guarantee, self.no_way_back)
        return mutiny * self.in_place, defection * self.in_place

    def earn(self, received: Array) -> None:
        """Remember what he lately received against what he claims (about half a year)."""
        self.income = received
        ratio = np.minimum(received / np.maximum(self.claim, 1.0), 5.0)
        # Who waits for a post has no claim yet, and who has fallen none any more.
        self.rent_ratio = self.rent_ratio + 0.2 * (ratio - self.rent_ratio) * self.in_place

    def feel(
        self,
        struck_side: Array,
        struck_other: Array,
        beaten_side: Array,
        closed: Array,
        creed: Array,
    ) -> None:
        """Let fear, loyalty and what captives say of him follow what happened (old state).

        Args:
            struck_side, struck_other: peers of his and of the other wartime side removed or
                killed last month.
            beaten_side: mutinies of his side beaten last month.
            closed: how far the legal channel is closed, 0 to 1.
            creed: pressure on the faith of all, 0 to 1.
        """
        struck = struck_side + 0.3 * struck_other
        tie = self.no_way_back = closed * float(self.facts.opposition)
        aim = self.ask(
            loyalty_aim,
            self.rent_ratio,
            self.fear,
            creed * self.creed_weight,
            self.grudge,
            self.doubt,
        )
        here = self.in_place > 0.5
        self.fear = np.where(here, self.ask(fear_step, self.fear, struck, tie), self.fear)
        self.loyalty = np.where(here, self.ask(loyalty_step, self.loyalty, aim), self.loyalty)
        self.named = self.ask(named_step, self.named, beaten_side)

    def keep_following(self) -> None:
        """Let the following of a fallen commander go home slowly."""
        self.following = self.ask(following_step, self.following, 1.0 - self.fallen)

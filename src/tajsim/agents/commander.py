"""Commanders: obey, resist, bargain, mutiny, defect."""

from __future__ import annotations

import mesa
import numpy as np

from tajsim.agents.actors import Actors, Member, state
from tajsim.axes import AGENCIES, COMMANDERS, REGIONS, Array, column, total
from tajsim.rules import loyalty as loyalty_rules
from tajsim.rules import purges, succession
from tajsim.rules.purges import break_hazard, fight_chance
from tajsim.world import COMMANDER_FACTS, FIRST_COMMANDERS

#: States of a commander, as numbers in ``Commanders.status``.
SERVING, BOUGHT_OFF, ARRESTED, MUTINIED, DEFECTED, KILLED, WAITING = range(7)
NO_POST = -1


class Commander(Member):
    """One commander: ``commander.loyalty`` is ``(run,)``."""

    def __init__(self, model: mesa.Model, name: str, together: Actors[Commander]) -> None:
        super().__init__(model, name, together)
        self.facts = COMMANDER_FACTS[name]
        self.home_post = AGENCIES.index(self.facts.post)

    @property
    def in_place(self) -> Array:
        """1 where he serves or has been bought off, else 0, ``(run,)``."""
        return (self.status <= BOUGHT_OFF).astype(float)


class Commanders(Actors[Commander]):
    """Commanders: obey, resist, bargain, mutiny, defect.

    They begin in the posts of early 2004 (matveeva-2004:31-93, icg-2016:83-125).
    """

    dimension = "commander"
    member = Commander
    #: 1 for who was of the opposition in the civil war, ``(commander, 1)``.
    opposition = column(COMMANDER_FACTS[name].opposition for name in COMMANDERS)
    #: His row of an array of agencies, and of an array of regions, ``(commander,)``.
    service = np.array([AGENCIES.index(COMMANDER_FACTS[name].post) for name in COMMANDERS])
    place = np.array([REGIONS.index(COMMANDER_FACTS[name].region) for name in COMMANDERS])
    #: Index of the agency whose post is his own, ``(commander, 1)``.
    trade = column(service)
    _first = column(name in FIRST_COMMANDERS for name in COMMANDERS) > 0.5

    status = state(outcome="commander_state", start=np.where(_first, SERVING, WAITING))
    post = state("number", "of the agency he heads, or -1", start=np.where(_first, trade, NO_POST))
    following = state("persons", "armed men who follow him", start="commander_following")
    men = state("persons", "of his following at his call", start="commander_following")
    rejoining = state("persons", "old fighters who would join him")
    loyalty = state("share", "loyalty to the ruler", start="loyalty_start")
    fear = state("share", "what he expects for himself")
    grudge = state("0 or 1", "whether he has defied the regime")
    named = state("share", "suspicion from what captives say")
    power = state("share", "his power, while in place")
    threat = state("share", "threat that the regime sees in him")
    rent_ratio = state("ratio", "income of late over what he is used to", start=1.0)
    habit = state("USD/month", "income that he is used to, at earnings of the start")
    doubt = state("share", "doubt of what comes after the ruler")
    no_way_back = state("share", "closure of the legal channel of his side")
    creed_weight = state("index", "weight of his faith", start="commander_creed")
    arrest_order = state("0 or 1", "order to arrest him")
    dismissal_order = state("0 or 1", "order to dismiss him")

    @property
    def in_place(self) -> Array:
        """1 where one serves or has been bought off, else 0, ``(commander, run)``."""
        return (self.status <= BOUGHT_OFF).astype(float)

    @property
    def fallen(self) -> Array:
        """1 where one was removed or broke away, else 0, ``(commander, run)``."""
        return ((self.status >= ARRESTED) & (self.status <= KILLED)).astype(float)

    @property
    def heads(self) -> Array:
        """1 where one in place holds the head's post, else 0, ``(commander, agency, run)``."""
        posts = np.where(self.status <= BOUGHT_OFF, self.post, NO_POST)
        found: Array = (posts[:, None] == np.arange(len(AGENCIES))[:, None]).astype(float)
        return found

    def by_side(self, values: Array) -> tuple[Array, Array]:
        """Return the sums over each one's own wartime side and over the other."""
        past = self.opposition > 0.5
        theirs, ours = total(values * past), total(values * ~past)
        return np.where(past, theirs, ours), np.where(past, ours, theirs)

    def weigh(self, trust: Array, civilian_control: Array, growth: Array) -> None:
        """Work out the men at their call, their power and the threat the regime sees in it.

        Args:
            growth: strength of the service of one's own trade over that of the start,
                ``(commander, run)``.
        """
        at_home = (self.post == self.trade).astype(float)
        self.men = self.following * self.apply(purges.hold_on_men, at_home, growth)
        power = self.apply(purges.power_of, self.men, self.rent_ratio, civilian_control)
        self.power = power * self.in_place
        # Open disobedience costs him the credit of loyalty, as a captive's word does.
        doubted = np.maximum(self.named, self.grudge)
        self.threat = purges.perceived_threat(
            self.power, self.loyalty, trust, self.opposition, doubted
        )

    def hazard(self, guarantee: Array, months_since: Array, urge: Array, standing: Array) -> Array:
        """Return the chance that the regime strikes at each this month."""
        urge = urge * self.apply(loyalty_rules.kept_peace, self.opposition, standing)
        found = self.apply(
            purges.purge_hazard, self.threat, self.power, guarantee, self.grudge, months_since, urge
        )
        return found * self.in_place

    def resist(self, guarantee: Array, draw: Array) -> Array:
        """Return 1 where one would resist a dismissal."""
        return self.apply(purges.resists, self.power, guarantee, self.fear, draw)

    def chance_to_fight(self, fear: Array, guarantee: Array) -> Array:
        """Return the chance that each fights rather than be arrested."""
        chance = self.apply(fight_chance, fear, self.loyalty, self.men + self.rejoining)
        return chance * self.apply(purges.deterred, guarantee, self.no_way_back)

    def chance_to_follow(self, leaves: Array, settled: Array, patron: Array) -> Array:
        """Return the chance that each stands behind what the ruler arranged for after his term."""
        return self.apply(
            succession.stands_behind,
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
        mutiny, defection = self.apply(
            break_hazard, self.fear, self.loyalty, creed * self.creed_weight
        )
        mutiny = mutiny * self.apply(purges.deterred, guarantee, self.no_way_back)
        return mutiny * self.in_place, defection * self.in_place

    def feel(self, struck: Array, beaten: Array, closed: Array, creed: Array) -> None:
        """Let fear, loyalty and what captives say follow what happened (old state).

        Args:
            struck: 1 for who was removed or killed last month, ``(commander, run)``.
            beaten: 1 for whose mutiny was beaten last month, ``(commander, run)``.
            closed: how far the legal channel is closed, 0 to 1.
            creed: pressure on the faith of all, 0 to 1.
        """
        side, other = self.by_side(struck)
        peers = side - struck + 0.3 * other
        tie = self.no_way_back = closed * self.opposition
        faith = creed * self.creed_weight
        aim = self.apply(
            loyalty_rules.loyalty_aim, self.rent_ratio, self.fear, faith, self.grudge, self.doubt
        )
        here = self.status <= BOUGHT_OFF
        self.fear = np.where(
            here, self.apply(loyalty_rules.fear_step, self.fear, peers, tie), self.fear
        )
        self.loyalty = np.where(
            here, self.apply(loyalty_rules.loyalty_step, self.loyalty, aim), self.loyalty
        )
        self.named = self.apply(
            loyalty_rules.named_step, self.named, self.by_side(beaten)[0] - beaten
        )

    def remove(self, where: Array, status: int) -> None:
        """Take each out of his post where ``where`` ``(commander, run)`` is 1."""
        self.status = np.where(where > 0.5, float(status), self.status)
        self.post = np.where(where > 0.5, float(NO_POST), self.post)

    def keep_following(self) -> None:
        """Let the following of a fallen commander go home slowly."""
        self.following = self.apply(loyalty_rules.following_step, self.following, 1.0 - self.fallen)

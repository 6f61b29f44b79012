"""Commanders: obey, resist, bargain, mutiny, defect; successors at the posts of those who go."""

from __future__ import annotations

import mesa
import numpy as np

from tajsim.agents.actors import Actors, Member, state
from tajsim.axes import AGENCIES, COMMANDERS, NAMED, POSTS, REGIONS, Array, column, total
from tajsim.rules import loyalty as loyalty_rules, purges, succession
from tajsim.world import COMMANDER_FACTS, FIRST_COMMANDERS, FOREIGN_RUN, POST_FACTS

#: States of a commander, as numbers in ``Commanders.status``.
SERVING, BOUGHT_OFF, ARRESTED, MUTINIED, DEFECTED, KILLED, WAITING, LEFT = range(8)
NO_POST = -1

#: Part of an agency that goes with its head.
WITH_THE_HEAD = 0.5

#: Row of the service behind each post, and how much of it the post commands: a head all of it,
#: another post half.
POST_SERVICE = np.array([AGENCIES.index(POST_FACTS[post].service) for post in POSTS])
POST_PART = column(1.0 if post in AGENCIES else 0.5 for post in POSTS)
#: 1 for a post that commands armed men, and for one that the regime has to give, ``(post, 1)``.
ARMED = column(POST_FACTS[post].armed for post in POSTS)
TO_GIVE = column(post not in FOREIGN_RUN for post in POSTS)


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

    Those whom the documents name begin in the posts of early 2004 (matveeva-2004:31-93,
    icg-2016:83-125) and are one person each. A row ``head_of_...`` is whoever else holds that
    post, one after the other.
    """

    dimension = "commander"
    member = Commander
    #: 1 for who was of the opposition in the civil war, ``(commander, 1)``.
    opposition = column(COMMANDER_FACTS[name].opposition for name in COMMANDERS)
    #: 1 for one whom the documents name, for one with men who could defy the ruler, and for one
    #: with a religious past, ``(commander, 1)``.
    person = column(name in NAMED for name in COMMANDERS)
    strong = column(COMMANDER_FACTS[name].strong for name in COMMANDERS)
    devout = column(COMMANDER_FACTS[name].devout for name in COMMANDERS)
    #: His row of an array of agencies, and of an array of regions, ``(commander,)``.
    service = np.array([AGENCIES.index(COMMANDER_FACTS[name].post) for name in COMMANDERS])
    place = np.array([REGIONS.index(COMMANDER_FACTS[name].region) for name in COMMANDERS])
    #: Number of the post that is his own, ``(commander, 1)``.
    trade = column(POSTS.index(COMMANDER_FACTS[name].seat) for name in COMMANDERS)
    _first = column(name in FIRST_COMMANDERS for name in COMMANDERS) > 0.5

    _status, _post = np.where(_first, SERVING, WAITING), np.where(_first, trade, NO_POST)

    status = state(outcome="commander_state", start=_status, pinned=True)
    post = state("number", "of the post he holds, or -1", start=_post, pinned=True)
    outsider = state("0 or 1", "whether he holds a post that is not of his trade")
    following = state("persons", "armed men who follow him", pinned=True)
    men = state("persons", "of his following at his call")
    loyalty = state("share", "loyalty to the ruler", start="loyalty_usual")
    fear = state("share", "what he expects for himself")
    grudge = state("share", "how far he has lately defied the regime")
    power = state("share", "his power, while in place")
    threat = state("share", "threat that the regime sees in him")
    beaten = state("0 or 1", "whether a mutiny of his was beaten last month")
    contends = state("0 or 1", "whether he fights over the succession this month")
    rent_ratio = state("ratio", "income of late over what he is used to", start=1.0)
    received = state("USD/month", "rents of the month")
    habit = state("USD/month", "the same that he is used to", usual="received")
    no_way_back = state("share", "closure of the legal channel of his side")
    creed_weight = state("0 or 1", "whether the pressure on faith counts for him")
    arrest_order = state("0 or 1", "order to arrest him")
    dismissal_order = state("0 or 1", "order to dismiss him")

    @property
    def in_place(self) -> Array:
        """1 where one serves or has been bought off, else 0, ``(commander, run)``."""
        return (self.status <= BOUGHT_OFF).astype(float)

    def while_in_place(self, values: Array) -> Array:
        """Return values for the record, ``(commander, run)``: missing where nobody is in place."""
        return np.where(self.in_place > 0.5, values, np.nan)

    @property
    def holds(self) -> Array:
        """1 where one in place holds a post, else 0, ``(commander, post, run)``."""
        posts = np.where(self.status <= BOUGHT_OFF, self.post, NO_POST)
        found: Array = (posts[:, None] == np.arange(len(POSTS))[:, None]).astype(float)
        return found

    @property
    def heads(self) -> Array:
        """1 where one in place holds the head's post, else 0, ``(commander, agency, run)``."""
        return self.holds[:, : len(AGENCIES)]

    def begin(self, luck: Array, draw: Array, faith: Array) -> None:
        """Give those of early 2004 their men and their faith (draws ``(commander, run)``).

        The unnamed have held their posts for different times; they and whoever comes later are
        loyal by the same distribution.
        """
        man = self.apply(loyalty_rules.new_man, luck=luck, draw=draw, faith=faith)
        men = self.apply(
            loyalty_rules.first_following,
            draw=draw,
            named=self.person,
            strong=self.strong,
            armed=total(self.holds * ARMED, axis=1),
        )
        self.following = men * self.in_place
        self.loyalty = np.where(self.person > 0.5, self.loyalty, man.loyalty)
        self.creed_weight = np.where(self.person > 0.5, self.devout, man.creed_weight)
        self.men = self.following.copy()

    def by_side(self, values: Array) -> tuple[Array, Array]:
        """Return the sums over each one's own wartime side and over the other."""
        past = self.opposition > 0.5
        theirs, ours = total(values * past), total(values * ~past)
        return np.where(past, theirs, ours), np.where(past, ours, theirs)

    def weigh(self, trust: Array, civilian_control: Array, growth: Array, forces: Array) -> None:
        """Work out the men at their call, their power and the threat the regime sees in it.

        Args:
            growth: strength of the service of one's own trade over that of the start,
                ``(commander, run)``.
            forces: people who would fight for the state, persons, ``(run,)``.
        """
        self.men = self.following * self.apply(
            purges.hold_on_men, at_home_post=1.0 - self.outsider, growth=growth
        )
        power = self.apply(purges.power_of, men=self.men, forces=forces, control=civilian_control)
        self.power = power * self.in_place
        # Open disobedience costs him the credit of loyalty.
        self.threat = self.apply(
            purges.perceived_threat,
            power=self.power,
            loyalty=self.loyalty,
            trust=trust,
            grudge=self.grudge,
        )

    def blows(
        self, guarantee: Array, months_since: Array, urge: Array, standing: Array
    ) -> purges.Blow:
        """Return the chance that the regime strikes at each this month, and what it owes to."""
        peace = self.apply(loyalty_rules.kept_peace, past=self.opposition, standing=standing)
        return self.apply(
            purges.purge_hazard,
            threat=self.threat * peace,
            power=self.power,
            guarantee=guarantee,
            grudge=self.grudge,
            months_since=months_since,
            urge=urge,
        )

    def resist(self, guarantee: Array, draw: Array) -> purges.Resistance:
        """Return 1 where one would resist a dismissal, and why."""
        return self.apply(
            purges.resists, power=self.power, guarantee=guarantee, fear=self.fear, draw=draw
        )

    def chance_to_fight(self, fear: Array, guarantee: Array) -> Array:
        """Return the chance that each fights rather than be arrested."""
        chance = self.apply(purges.fight_chance, fear=fear, loyalty=self.loyalty, men=self.men)
        return chance * self.deterred(guarantee)

    def deterred(self, guarantee: Array) -> Array:
        """Return what the patron's word leaves of the will to take up arms, share."""
        return self.apply(purges.deterred, guarantee=guarantee, no_way_back=self.no_way_back)

    def chance_to_follow(self, leaves: Array, settled: Array, patron: Array) -> Array:
        """Return the chance that each stands behind what the ruler arranged for after his term."""
        return self.apply(
            succession.stands_behind,
            loyalty=self.loyalty,
            rent_ratio=self.rent_ratio,
            fear=self.fear,
            power=self.power,
            # What he had from a ruler who stays goes on.
            carried=np.where(leaves > 0.5, settled, 1.0),
            settled=settled,
            patron=patron,
            vacant=leaves,
        )

    def breaks(self, creed: Array, guarantee: Array) -> tuple[Array, Array]:
        """Return the chances of an unprovoked ``(mutiny, defection)`` this month."""
        mutiny, defection = self.apply(
            purges.break_hazard,
            fear=self.fear,
            loyalty=self.loyalty,
            creed=creed * self.creed_weight,
        )
        return mutiny * self.deterred(guarantee) * self.in_place, defection * self.in_place

    def weigh_loyalty(
        self, shortfall: Array, guarantee: Array, creed: Array, doubt: Array
    ) -> loyalty_rules.Loyalty:
        """Return the loyalty each comes to, and what takes it away."""
        return self.apply(
            loyalty_rules.loyalty_aim,
            rent_ratio=self.rent_ratio,
            shortfall=shortfall,
            fear=self.fear,
            guarantee=guarantee,
            creed=creed * self.creed_weight,
            grudge=self.grudge,
            doubt=doubt,
        )

    def feel(self, struck: Array, closed: Array, aim: Array) -> None:
        """Let fear, loyalty and grudges follow what happened (old state)."""
        side, other = self.by_side(struck)
        tie = self.no_way_back = closed * self.opposition
        here = self.in_place
        fear = self.apply(
            loyalty_rules.fear_step,
            fear=self.fear,
            same_side=side - struck,
            other_side=other,
            channel_closed=tie,
        )
        loyal = self.apply(loyalty_rules.loyalty_step, loyalty=self.loyalty, aim=aim)
        self.fear = np.where(here > 0.5, fear, self.fear)
        self.loyalty = np.where(here > 0.5, loyal, self.loyalty)
        self.grudge = self.apply(loyalty_rules.grudge_step, grudge=self.grudge)

    def gather(self) -> None:
        """Let who is in place come to the men of his post; those of the fallen scatter."""
        armed = total(self.holds * ARMED, axis=1)
        self.following = self.in_place * self.apply(
            loyalty_rules.following_step,
            following=self.following,
            rent_ratio=self.rent_ratio,
            armed=armed,
        )

    def remove(self, where: Array, status: int) -> None:
        """Take each out of his post where ``where`` ``(commander, run)`` is 1."""
        self.status = np.where(where > 0.5, float(status), self.status)
        self.post = np.where(where > 0.5, float(NO_POST), self.post)

    def come(self, new: Array, man: loyalty_rules.NewMan) -> None:
        """Put a new man into his own post where ``new`` ``(commander, run)`` is 1.

        He knows what became of the man before him, and owes and is owed nothing.
        """
        here, old = new > 0.5, 1.0 - new
        self.status = np.where(here, float(SERVING), self.status)
        self.post = np.where(here, self.trade, self.post)
        self.following = np.where(here, man.following, self.following)
        self.loyalty = np.where(here, man.loyalty, self.loyalty)
        self.creed_weight = np.where(here, man.creed_weight, self.creed_weight)
        self.fear = np.where(here, 0.5 * self.fear, self.fear)
        self.rent_ratio = np.where(here, 1.0, self.rent_ratio)
        self.grudge = self.grudge * old
        self.outsider, self.habit = self.outsider * old, self.habit * old
        self.forget_orders(new)

    def forget_orders(self, new: Array) -> None:
        """Let orders against the man before end where another takes his row."""
        self.arrest_order = self.arrest_order * (1.0 - new)
        self.dismissal_order = self.dismissal_order * (1.0 - new)

    def move(self, takes: Array) -> None:
        """Give posts to men from other posts; who held them leaves office.

        A named commander takes his post along as a person; of the unnamed each is the row of his
        post, so that the man is copied from row to row.

        Args:
            takes: 1 where one takes a post, ``(commander, post, run)``; one man a post.
        """
        taken, moves = total(takes), np.minimum(total(takes, axis=1), 1.0)
        self.remove(total(self.holds * taken, axis=1) * (1.0 - moves), LEFT)
        posts = np.arange(len(POSTS))[:, None]
        person = moves * self.person
        goal = total(takes * posts, axis=1)
        self.post = np.where(person > 0.5, goal, self.post)
        unnamed = takes * (1.0 - self.person)[:, None]
        comes = total(total(unnamed) * (posts == self.trade[:, None]), axis=1)
        into = comes * (1.0 - self.person)
        mover = moves * (1.0 - self.person)
        self.forget_orders(into)
        for name in ("following", "loyalty", "fear", "rent_ratio", "habit", "creed_weight"):
            values = getattr(self, name)
            setattr(self, name, np.where(into > 0.5, total(values * mover), values))
        self.following = self.following * (1.0 - mover * (1.0 - into))
        self.remove(mover * (1.0 - into), LEFT)
        self.post = np.where(into > 0.5, self.trade, self.post)
        new = np.maximum(person, into)
        away = np.maximum(into, person * (goal != self.trade))
        self.status = np.where(new > 0.5, float(SERVING), self.status)
        self.status = np.where(away > 0.5, float(BOUGHT_OFF), self.status)
        self.outsider = np.where(new > 0.5, away, self.outsider)
        # Who is given another's post has defied the regime for it.
        self.grudge = np.where(new > 0.5, away, self.grudge)

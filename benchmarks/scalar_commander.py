"""A commander of the scalar model: his men, loyalty, fear and grudge, and whether he resists."""

from __future__ import annotations

from math import exp, sqrt
from typing import TYPE_CHECKING

import mesa

from tajsim.axes import AGENCIES, NAMED, POSTS
from tajsim.world import COMMANDER_FACTS, POST_FACTS

if TYPE_CHECKING:
    from benchmarks.scalar_elite import ScalarElite

SERVING, BOUGHT_OFF, ARRESTED, MUTINIED, DEFECTED, _, _, LEFT = range(8)
NO_POST = -1


class ScalarCommander(mesa.Agent):  # type: ignore[misc]
    """A commander in one run; of the unnamed, whoever holds his post."""

    model: ScalarElite
    status: float
    post: float
    outsider: float
    following: float
    men: float
    loyalty: float
    fear: float
    grudge: float
    power: float
    threat: float
    rent_ratio: float
    habit: float
    no_way_back: float
    creed_weight: float
    arrest_order: float
    dismissal_order: float
    beaten: float

    def __init__(self, model: ScalarElite, rank: int, name: str) -> None:
        super().__init__(model)
        facts = COMMANDER_FACTS[name]
        self.rank, self.name, self.named = rank, name, name in NAMED
        self.opposition, self.service = facts.opposition, AGENCIES.index(facts.post)
        self.trade, self.region = POSTS.index(facts.seat), facts.region

    @property
    def here(self) -> bool:
        """Whether he serves or has been bought off."""
        return self.status <= BOUGHT_OFF

    def gather(self) -> None:
        """Let men come to him if his post commands armed men; those of the fallen scatter."""
        if not self.here:
            self.following = 0.0
            return
        p, aim = self.model.p, 0.0
        if self.post != NO_POST and POST_FACTS[POSTS[int(self.post)]].armed:
            aim = p["following_usual"] * 2.0 * self.rent_ratio / (1.0 + self.rent_ratio)
        self.following += (aim - self.following) / p["clock_five_years"]

    def be_new(self) -> None:
        """Be another man at the post: with few men, and nobody knows how loyal or how devout."""
        p, draws, month = self.model.p, self.model.draws, self.model.month
        men = 0.5 + draws.uniform("new man's men", self.name, month)
        self.following = p["following_new"] * p["following_usual"] * men
        odds = (1.0 - p["loyalty_usual"]) / p["loyalty_usual"]
        luck = draws.normal("new man's loyalty", self.name, month)
        self.loyalty = 1.0 / (1.0 + odds * exp(-luck))
        faith = draws.uniform("new man's faith", self.name, month)
        self.creed_weight = 1.0 if faith < p["devout_share"] else 0.0
        self.status, self.post, self.fear, self.rent_ratio = SERVING, self.trade, self.fear / 2, 1.0
        self.grudge = self.outsider = self.habit = self.arrest_order = self.dismissal_order = 0.0

    def weigh(self, growth: float, forces: float, control: float, trust: float) -> None:
        """Work out the men at his call, his power, and the threat the regime sees in it."""
        p = self.model.p
        self.men = self.following * (p["away_hold"] if self.outsider else sqrt(growth))
        part = self.men / (self.men + p["power_half"] * forces + 1.0)
        self.power = part * (1.0 - p["civilian_check"] * control) if self.here else 0.0
        self.threat = self.power * (1.0 - self.loyalty * trust * (1.0 - self.grudge))

    def chance_of_blow(
        self, guarantee: float, months_since: float, urge: float, standing: float
    ) -> float:
        """Return the chance that the regime strikes at him this month."""
        p = self.model.p
        peace = 1.0 - p["peace_shield"] * standing if self.opposition else 1.0
        caution = exp(-p["purge_caution"] * self.power * (1.0 - guarantee))
        pause = 1.0 - exp(-months_since / p["clock_season"])
        hazard = self.threat * peace * caution * (1.0 + p["revenge"] * self.grudge) * urge
        return 1.0 - exp(-p["purge_rate"] * pause * hazard)

    def feel(self, faith: float, peers: float) -> None:
        """Let fear, loyalty and grudge follow what happened."""
        p, given = self.model.p, self.model.given
        closed = 1.0 - given["standing"] if self.opposition else 0.0
        if self.here:
            aim = self.loyalty_aim(faith)
            push = p["peer_fear"] * (peers + closed / p["clock_season"])
            rise = min(push, 1.0) * (1.0 - self.fear)
            self.fear += rise - self.fear / p["clock_year"]
            self.loyalty += (aim - self.loyalty) / p["clock_season"]
        self.no_way_back = closed
        self.grudge *= 1.0 - 1.0 / p["clock_five_years"]

    def loyalty_aim(self, faith: float) -> float:
        """Return the loyalty he comes to; each cause weighs a part of the one before."""
        p, given = self.model.p, self.model.given
        paid = self.rent_ratio * (1.0 - given["regime.shortfall"])
        causes = (
            (1.0 - paid) / (1.0 + paid),
            self.fear,
            given["unsure"],
            1.0 - 2.0 * given["guarantee"],
            faith * self.creed_weight,
            self.grudge,
        )
        even = p["cause_evenness"]
        against = sum(even**place * cause for place, cause in enumerate(causes))
        against *= p["loyalty_gain"] / sum(even**place for place in range(len(causes)))
        odds = (1.0 - p["loyalty_usual"]) / p["loyalty_usual"]
        return 1.0 / (1.0 + odds * exp(against))

    def resists(self, guarantee: float) -> bool:
        """Return whether he resists his dismissal."""
        will = min(self.power * (1.0 + self.fear), 1.0)
        held_back = will * self.model.p["guarantee_deters"] * guarantee**2
        draw = self.model.draws.uniform("resist", self.name, self.model.month)
        return draw < will - held_back

    def deterred(self, guarantee: float) -> float:
        """Return what the patron's word leaves of his will to take up arms, share."""
        deters = self.model.p["guarantee_deters"] * guarantee**2
        return 1.0 - deters * (1.0 - self.no_way_back)

    def fights(self, guarantee: float) -> bool:
        """Return whether he fights rather than be arrested."""
        p = self.model.p
        told = 1.0 - (1.0 - p["custody_dread"]) * (1.0 - self.no_way_back)
        will = 1.0 / (1.0 + exp(-p["fight_gain"] * (max(self.fear, told) - self.loyalty)))
        chance = will * self.men / (self.men + 0.5 * p["following_usual"])
        draw = self.model.draws.uniform("fight", self.name, self.model.month)
        return draw < chance * self.deterred(guarantee)

    def breaks(self, faith: float, guarantee: float) -> int:
        """Return the status of one who breaks away of his own accord, or his own."""
        rate = self.model.p["break_rate"] * (1.0 - self.loyalty) ** 2
        mutiny = (1.0 - exp(-rate * self.fear)) * self.deterred(guarantee)
        defection = 1.0 - exp(-rate * faith * self.creed_weight)
        draw = self.model.draws.uniform("break", self.name, self.model.month)
        if draw < mutiny:
            return MUTINIED if self.men >= 1.0 else int(self.status)
        return DEFECTED if draw < mutiny + defection else int(self.status)

    def go(self, status: int) -> None:
        """Leave his post."""
        self.status, self.post = status, NO_POST

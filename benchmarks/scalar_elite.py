"""Commanders the ordinary way: one run a model, floats and ifs, plain Mesa.

Written from the equations in the docstrings of ``tajsim.rules.loyalty`` and ``purges``: men,
loyalty, fear and grudges, whom the regime strikes at, and how they answer. The contest at the end
of the ruler's term, and what the rest of the month does, are given (`benchmarks.recorded`).
Nothing here uses numpy.
"""

from __future__ import annotations

from math import exp, log
from typing import ClassVar

from benchmarks.recorded import Place, ScalarPart
from benchmarks.scalar_commander import (
    ARRESTED,
    BOUGHT_OFF,
    DEFECTED,
    LEFT,
    MUTINIED,
    ScalarCommander,
)
from tajsim.agents.commander import Commanders
from tajsim.agents.regime import Regime
from tajsim.axes import AGENCIES, ANSWERS, COMMANDERS, MOVEMENTS, POSTS, REGIONS, TASKS, WAYS_OUT
from tajsim.model.stages import elite, partners
from tajsim.world import AGENCY_TASKS, FOREIGN_RUN, POST_FACTS

WAYS = (*POSTS, *WAYS_OUT)
EXILED, PARTY = ANSWERS.index("leaders_abroad"), MOVEMENTS.index("irpt")
STATES = (
    *("status", "post", "outsider", "following", "men", "loyalty", "fear", "grudge", "power"),
    *("threat", "rent_ratio", "habit", "no_way_back", "creed_weight", "arrest_order"),
    *("dismissal_order", "beaten"),
)
#: What goes along where an unnamed man takes another post.
OF_THE_MAN = ("following", "loyalty", "fear", "rent_ratio", "habit", "creed_weight")


class ScalarElite(ScalarPart):
    """One run of the commanders."""

    PLACES: ClassVar = {
        "call_successors": Place(partners, "call_successors"),
        "weigh": Place(Commanders, "weigh", ("agencies.growth", "forces")),
        "order_purges": Place(
            partners, "order_purges", ("guarantee", "standing", "regime.near", "regime.ready")
        ),
        "feel": Place(
            elite,
            "feel",
            ("last.purges", "standing", "creed", "regime.shortfall", "guarantee", "unsure"),
            ("regions.struck",),
        ),
        "answer_dismissal": Place(
            elite, "answer_dismissal", ("guarantee", "standing", "regime.weight", "agencies.kit")
        ),
        "answer_arrest": Place(elite, "answer_arrest", ("guarantee",)),
        "break_away": Place(elite, "break_away", ("creed", "guarantee")),
        "go_over": Place(elite, "go_over", ("movements.answer",)),
        "judge": Place(Regime, "judge_apparatus"),
    }
    KEPT = (
        *(f"commanders.{name}" for name in STATES),
        *("regime.trust", "regime.civilian_control", "regime.breaks", "regime.used"),
        *("regime.months_since_purge", "broadcast"),
        *("now.purges", "now.mutinies", "now.bargains", "now.defections"),
    )
    COLLECTED = (
        *("commanders.loyalty", "commanders.fear", "commanders.grudge", "commanders.following"),
        *("commanders.power", "commanders.status", "regime.trust", "now.purges", "now.mutinies"),
    )

    regime_trust: float
    regime_civilian_control: float
    regime_breaks: float
    regime_used: list[float]
    regime_months_since_purge: float
    broadcast: float
    now_purges: list[float]
    now_mutinies: list[float]
    now_bargains: list[float]
    now_defections: list[float]

    def people(self) -> None:
        """Put the commanders in place."""
        self.commanders = [ScalarCommander(self, i, name) for i, name in enumerate(COMMANDERS)]
        self.kinds = {"commanders": self.commanders}

    def holder(self, post: int) -> ScalarCommander | None:
        """Return who holds a post, if anybody does."""
        return next((man for man in self.commanders if man.here and man.post == post), None)

    def call_successors(self) -> None:
        """Fill vacant posts within months."""
        for man in self.commanders:
            man.gather()
        chance = 1.0 - exp(-1.0 / self.p["clock_season"])
        vacant = [p for p, name in enumerate(POSTS) if name not in FOREIGN_RUN]
        for post in [p for p in vacant if self.holder(p) is None]:
            if self.draws.uniform("successor", POSTS[post], self.month) < chance:
                self.row_of(post).be_new()

    def row_of(self, post: int) -> ScalarCommander:
        """Return whoever is the unnamed holder of a post."""
        return next(man for man in self.commanders if man.trade == post and not man.named)

    def weigh(self) -> None:
        """See the power of each, and the threat in it."""
        growth, forces = self.given["agencies.growth"], self.given["forces"]
        for man in self.commanders:
            control, trust = self.regime_civilian_control, self.regime_trust
            man.weigh(growth[man.service], forces, control, trust)

    def order_purges(self) -> None:
        """Strike at one commander a month at most, the most dangerous of those within reach."""
        given, self.regime_months_since_purge = self.given, self.regime_months_since_purge + 1.0
        clinging = given["regime.near"] * (1.0 - given["regime.ready"])
        drive = 1.0 - (1.0 - self.regime_civilian_control) * (1.0 - clinging)
        urge = 1.0 + self.p["drive_worth"] * drive
        within, since = [], self.regime_months_since_purge
        for man in self.commanders:
            chance = man.chance_of_blow(given["guarantee"], since, urge, given["standing"])
            draw = self.draws.uniform("purge", man.name, self.month)
            if man.here and draw < chance:
                within.append(man)
        if any(man.arrest_order or man.dismissal_order for man in self.commanders):
            self.regime_months_since_purge = 0.0
        elif within:
            self.regime_months_since_purge = 0.0
            chosen = max(within, key=lambda man: man.threat)
            if max(chosen.grudge, chosen.no_way_back) > 0.5:
                chosen.arrest_order = 1.0
            else:
                chosen.dismissal_order = 1.0

    @property
    def faith(self) -> float:
        """Pressure on faith, louder after a defector's appeal."""
        creed: float = self.given["creed"]
        return min(creed * (1.0 + self.broadcast), 1.0)

    def feel(self) -> None:
        """Let every commander feel last month's blows."""
        struck = [
            blow + man.beaten
            for blow, man in zip(self.given["last.purges"], self.commanders, strict=True)
        ]
        self.regions_struck = [0.0] * len(REGIONS)
        for man, blow in zip(self.commanders, struck, strict=True):
            self.regions_struck[REGIONS.index(man.region)] += blow
        for man in self.commanders:
            peers = 0.0
            for other, blow in zip(self.commanders, struck, strict=True):
                if other is not man:
                    peers += blow if other.opposition == man.opposition else 0.5 * blow
            man.feel(self.faith, peers)

    def answer_dismissal(self) -> None:
        """Let who is told to go obey, or resist; the regime settles with one of them."""
        resisting = []
        for man in self.commanders:
            told, man.dismissal_order = man.dismissal_order and man.here, 0.0
            if told and man.resists(self.given["guarantee"]):
                resisting.append(man)
                man.dismissal_order = 1.0
            elif told:
                man.go(ARRESTED)
                self.now_purges[man.rank] += 1.0
        fading = 1.0 - 1.0 / self.p["clock_five_years"]
        old, self.regime_used = self.regime_used, [n * fading for n in self.regime_used]
        if resisting:
            first = max(resisting, key=lambda man: man.men)
            first.dismissal_order = 0.0
            self.settle(first, old)

    def settle(self, man: ScalarCommander, used: list[float]) -> None:
        """Find a way out of the quarrel with a commander."""
        way = self.way_out(man, used)
        self.regime_used[way] += 1.0
        if WAYS[way] == "fight":
            man.go(MUTINIED)
            self.now_mutinies[man.rank] += 1.0
            return
        self.now_bargains[man.rank] += 1.0
        if way < len(POSTS):
            self.give_post(man, way)
        else:
            man.go(LEFT)

    def way_out(self, man: ScalarCommander, used: list[float]) -> int:
        """Return the cheapest way, but for chance: a post of a weaker man, or a way out."""
        given, p = self.given, self.p
        weights = []
        for name in AGENCIES:
            tasks = [given["regime.weight"][TASKS.index(task)] for task in AGENCY_TASKS[name]]
            weights.append(sum(tasks) / len(tasks))
        uses, interests = [], []
        for post in POSTS:
            service, part = AGENCIES.index(POST_FACTS[post].service), self.part_of(post)
            uses.append(weights[service] / max(weights) * part)
            interests.append(given["agencies.kit"][service] * part)
        ask = 0.5 * ((uses[int(man.post)] if man.post >= 0 else 0.0) + man.power)
        prices: list[float | None] = []
        for place, post in enumerate(POSTS):
            holder = self.holder(place)
            stronger = (holder.men if holder else 0.0) >= man.men
            if stronger or place == man.post or post in FOREIGN_RUN:
                prices.append(None)
            else:
                prices.append(uses[place] - interests[place] + abs(uses[place] - ask))
        peace = given["standing"] if man.opposition else 0.0
        prices += [ask, ask, ask + 1.0 - peace, ask + 1.0 - man.fear, 2.0 - man.fear]
        cheapest, best = None, 0.0
        for way, price in enumerate(prices):
            if price is not None:
                draw = self.draws.uniform("way out", WAYS[way], self.month)
                dear = p["bargain_sense"] * (price + used[way]) + log(-log(draw))
                if cheapest is None or dear < best:
                    cheapest, best = way, dear
        assert cheapest is not None
        return cheapest

    @staticmethod
    def part_of(post: str) -> float:
        """Return how much of its service a post commands."""
        return 1.0 if post in AGENCIES else 0.5

    def give_post(self, man: ScalarCommander, post: int) -> None:
        """Give a post to a man from another; who held it leaves office."""
        holder = self.holder(post)
        if holder is not None:
            holder.go(LEFT)
        new = man
        if not man.named:
            # Each of the unnamed is the row of his post: the man moves from row to row.
            new = self.row_of(post)
            for name in OF_THE_MAN:
                setattr(new, name, getattr(man, name))
            new.arrest_order = new.dismissal_order = man.following = 0.0
            man.go(LEFT)
        away = not man.named or post != man.trade
        new.post, new.status = post, BOUGHT_OFF if away else 0
        new.outsider = new.grudge = float(away)

    def answer_arrest(self) -> None:
        """Let who is about to be arrested fight or give in."""
        for man in self.commanders:
            if man.arrest_order and man.here:
                fights = man.fights(self.given["guarantee"])
                man.go(MUTINIED if fights else ARRESTED)
                (self.now_mutinies if fights else self.now_purges)[man.rank] += 1.0
            man.arrest_order = 0.0

    def break_away(self) -> None:
        """Mutiny or defect of one's own accord."""
        for man in self.commanders:
            if not man.here:
                continue
            status = man.breaks(self.faith, self.given["guarantee"])
            if status != man.status:
                man.go(status)
                broken = self.now_defections if status == DEFECTED else self.now_mutinies
                broken[man.rank] += 1.0

    def go_over(self) -> None:
        """Let defectors, and leaders in exile, appeal to those at home."""
        exiled, year = self.given["movements.answer"][EXILED][PARTY], self.p["clock_year"]
        appeals = sum(self.now_defections) + 0.5 * exiled / year
        self.broadcast *= 1.0 - 1.0 / year
        self.broadcast += self.p["broadcast_reach"] * appeals

    def judge(self) -> None:
        """Let trust and civilian control follow removals and breaks of this month."""
        p, broken = self.p, sum(self.now_mutinies) + sum(self.now_defections)
        back = (p["trust_usual"] - self.regime_trust) / (2.0 * p["clock_year"])
        kept = self.regime_civilian_control * (1.0 - 1.0 / p["clock_five_years"])
        missing = (1.0 - kept) * (1.0 - p["purge_firms"]) ** sum(self.now_purges)
        shock = (1.0 - p["break_shock"]) ** broken
        self.regime_trust = (self.regime_trust + back) * shock
        self.regime_civilian_control = (1.0 - missing) * shock
        self.regime_breaks = self.regime_breaks * (1.0 - 1.0 / p["clock_year"]) + broken

"""The bargain over deals the ordinary way: one run a model, floats and ifs, plain Mesa.

Written from the equations in the docstrings of ``tajsim.rules.deals``: powers weigh and offer,
the regime decides task by task, Moscow presses, and what was agreed stands and is delivered. What
the rest of the month does is given (`benchmarks.recorded`). Nothing here uses numpy.
"""

from __future__ import annotations

from math import exp, sqrt
from typing import ClassVar

from benchmarks.recorded import Place, ScalarPart
from benchmarks.scalar_choice import (
    Choice,
    Scene,
    grievance_of,
    harm_expected,
    press_chance,
    surplus,
)
from benchmarks.scalar_deals import QUARTER, WHOLE, ScalarDeal, ScalarPower, fates, share_done
from tajsim.axes import AGENCIES, DEALS, POWERS, PRESSURES, SECTIONS, TASKS
from tajsim.inputs.deals import load_packages
from tajsim.inputs.registry import base_value
from tajsim.model.stages import deals as stage
from tajsim.world import AGENCY_TASKS, FOREIGN_RUN

ORDER, ELITE, BORDER, DRUGS, MILITANCY = (
    TASKS.index(name)
    for name in ("internal_order", "elite_control", "border", "drugs", "militancy")
)
GUARDS, BACKING = DEALS.index("russian_border_guards"), DEALS.index("russian_backing")
RUSSIA = POWERS.index("russia")
#: Tasks by their documented weight for survival.
IN_TURN = sorted(range(len(TASKS)), key=lambda t: -base_value(f"survival_weight.{TASKS[t]}"))
#: Sections in the order in which they were handed over.
HANDED_OVER = [
    SECTIONS.index(n) for n in ("khorog", "ishkashim", "kalaikhumb", "moskovskii", "pianj")
]
PACKAGES = [*load_packages().values()]
#: The country's own agencies that work on each task.
BODIES = [
    [a for a in AGENCIES if task in AGENCY_TASKS[a] and a not in FOREIGN_RUN] for task in TASKS
]
COUNTED = (
    *("deals_made", "deals_dropped", "deals_ended", "deals_refused", "deals_asked"),
    "deals_eased",
)
THREATS = (
    "regime.perceived",
    "regime.perceived_usual",
    "outside.harvest_believed",
    "outside.harvest_usual",
    "regime.weakness",
    "calendar.year",
    "calendar.quarter_ends",
)
DEAL_STATES = (
    *("held", "ramp", "built", "locked", "closed", "fixed", "offered", "size", "condition"),
    *("ratio", "ratio_then", "ratio_usual", "agreed", "gain", "mood", "whim", "lost", "benefit"),
    *("instead", "sweet", "given", "exposure", "cost", "intrusion", "asked_for"),
)


class ScalarBargain(ScalarPart):
    """One run of the bargain."""

    PLACES: ClassVar = {
        "offers": Place(
            stage,
            "offers",
            (*THREATS, "told", "told_start", "outside.boom", "regime.vote_refused"),
            ("now.aid_pledged",),
        ),
        "bargain": Place(
            stage,
            "bargain",
            (
                *THREATS,
                *("regime.weight", "regime.shortfall", "opening", "opening_usual", "cronyism"),
                *("last.output", "last.remittances", "last.budget", "invested"),
                *("russian_border_troops.strength_start", "russian_border_troops.withdrawing"),
                "sections_once",
            ),
            ("now.pressing", *(f"now.{name}" for name in COUNTED)),
        ),
        "delivery": Place(
            stage,
            "delivery",
            ("cronyism",),
            (
                *("now.aid_delivered", "now.aid_paid", "now.aid_diverted", "now.aid_duplicated"),
                *("now.aid_received", "agencies.aid", "agencies.watched_aid"),
                *("now.access_rent", "now.access_rent_taken"),
            ),
        ),
    }
    KEPT = (
        *(f"deals.{name}" for name in DEAL_STATES),
        *(f"powers.{n}" for n in ("attention", "budget", "seen", "seen_usual", "carried")),
        *("useful", "diverted_part", "pulled", "bound", "debt_settled", "leverage", "alignment"),
        *("moscows_grievance", "expected_harm", "regime.task_provision", "at_home"),
        *("russian_border_troops.strength", "russian_border_troops.guarded_km"),
        *("border_troops.strength", "border_troops.guarded_km", "border_troops.extra_km"),
    )
    COLLECTED = (
        *("deals.held", "deals.condition", "powers.carried", "pulled", "alignment"),
        *("now.aid_delivered", "now.aid_diverted", "regime.task_provision"),
    )

    scene: Scene
    bound: list[float]
    pulled: list[float]
    debt_settled: float
    leverage: float
    alignment: float
    moscows_grievance: float
    deals_made: list[float]
    deals_dropped: list[float]
    deals_ended: list[float]
    deals_refused: list[float]
    deals_asked: list[float]
    deals_eased: list[float]
    at_home: list[float]
    russian_border_troops_strength: float
    russian_border_troops_guarded_km: list[float]
    border_troops_strength: float
    border_troops_guarded_km: list[float]
    border_troops_extra_km: float

    def people(self) -> None:
        """Put powers and deals in place."""
        self.powers = [ScalarPower(self, name) for name in POWERS]
        self.deals = [ScalarDeal(self, name) for name in DEALS]
        self.for_task = [[d for d in self.deals if d.task == t] for t in range(len(TASKS))]
        self.kinds = {"deals": self.deals, "powers": self.powers}
        self.corruption = self.watch = 0.0
        for name in COUNTED:
            setattr(self, name, [0.0] * len(POWERS))

    def put(self, path: str, value: object) -> None:
        """Take over what others changed; two states of deals stand with the country."""
        super().put(f"deals.{path}" if path in ("useful", "diverted_part") else path, value)

    def look(self, path: str) -> object:
        """Return what is at a path."""
        name = path.removeprefix("now.")
        if path in ("useful", "diverted_part"):
            return super().look(f"deals.{path}")
        return super().look(name if name in COUNTED else path)

    # --- offers ----------------------------------------------------------------------------------

    def offers(self) -> None:
        """Powers weigh their deals and decide what to offer."""
        p, given = self.p, self.given
        threat, gap = self.threats(), given["regime.weakness"]
        # The regime knows how much of it is told for gain; powers do not.
        threat[MILITANCY] *= (1.0 + given["told"]) / (1.0 + given["told_start"])
        shared = self.draws.normal("attention", "west", self.month)
        whole = max(sum(power.carried for power in self.powers), 1e-9)
        for deal in self.deals:
            deal.threat, deal.gap = threat[deal.task], gap[deal.task] * self.alone(deal)
            deal.lost += (deal.diverted_part - deal.lost) / p["clock_year"]
        for power in self.powers:
            power.attend(shared)
            power.plan(given["outside.boom"])
        for deal in self.deals:
            side = deal.power.moscow - deal.power.west
            rivals = [o.carried / whole for o in self.powers if o.name in deal.power.watches]
            deal.weigh(side * self.alignment, sum(rivals))
        if given["calendar.quarter_ends"]:
            for deal in self.deals:
                deal.drift()
            for deal in self.deals:
                deal.be_offered(given["calendar.year"])
            for deal in self.deals:
                deal.set_conditions(given["regime.vote_refused"])
        self.now_aid_pledged = [0.0] * len(POWERS)
        for deal in self.deals:
            worth = deal.offered * deal.size * (1.0 - deal.on_the_spot) * self.cost_at_home(deal)
            self.now_aid_pledged[deal.power.rank] += worth

    def threats(self) -> list[float]:
        """Return the threat to each task over its usual level."""
        given, sensitive = self.given, self.p["threat_sensitivity"]
        crop = given["outside.harvest_believed"] / max(given["outside.harvest_usual"], 1e-9)
        found = []
        for task in range(len(TASKS)):
            now = 1.0 + sensitive * given["regime.perceived"][task]
            usual = 1.0 + sensitive * given["regime.perceived_usual"][task]
            found.append(now / usual * (sqrt(crop) if task in (BORDER, DRUGS) else 1.0))
        return found

    def alone(self, deal: ScalarDeal) -> float:
        """Return the share of its task that outsiders would leave without a deal."""
        others = [other for other in self.for_task[deal.task] if other is not deal]
        return min(1.0 - self.cover(others), 1.0)

    def cover(self, deals: list[ScalarDeal]) -> float:
        """Return the share of a task that some of its deals carry."""
        spots = [deal.useful * deal.on_the_spot for deal in deals]
        return share_done(spots, [deal.useful * (1.0 - deal.on_the_spot) for deal in deals])

    def cost_at_home(self, deal: ScalarDeal) -> float:
        """Return what the task of a deal would cost at home, USD/month."""
        return self.p.get(f"task_cost.{TASKS[deal.task]}", 0.0)

    # --- bargain ---------------------------------------------------------------------------------

    def bargain(self) -> None:
        """The regime decides; Moscow may press; what is agreed comes on the ground."""
        self.look_around()
        self.scene = scene = self.see()
        review = self.given["calendar.quarter_ends"]
        for name in COUNTED:
            setattr(self, name, [0.0] * len(POWERS))
        if review:
            for task in IN_TURN:
                Choice(self, task).decide()
        owed, sent = self.debt_ratio(), min(scene.bite[PRESSURES.index("migrants")], 1.0)
        self.leverage = 1.0 - (1.0 - owed) * (1.0 - sent)
        if review:
            for deal in self.deals:
                deal.renegotiate(self.leverage)
        self.press(bool(review))
        for deal in self.deals:
            deal.stand()
        for place, package in enumerate(PACKAGES):
            whole = all(deal.held for deal in self.deals if deal.name in package.deals)
            if self.bound[place] > 0.0:
                self.bound[place] = self.bound[place] - 1.0 if whole else 0.0
                self.bound[place] = self.bound[place] or -1.0
        self.guard_by_deal()

    def look_around(self) -> None:
        """See what is taken of aid where nobody looks, and how closely donors look."""
        p = self.p
        looks = p["donor_monitoring"]
        self.corruption = p["aid_diversion"] * self.given["cronyism"]
        self.watch = 1.0 - (1.0 - looks) * (1.0 - looks * p["donor_coordination"])

    def debt(self) -> float:
        """Return the debt to Russia that is left, USD."""
        return max(self.p["debt_to_russia"] - self.debt_settled, 0.0)

    def debt_ratio(self, written: float = 0.0) -> float:
        """Return debt less what is written off over itself and a year's revenue."""
        debt, revenue = max(self.debt() - written, 0.0), 12.0 * self.given["last.budget"]
        ratio: float = debt / max(debt + revenue, 1.0)
        return ratio

    def see(self) -> Scene:
        """Return what the regime's choice reads besides the deals."""
        p, given, threat = self.p, self.given, self.threats()
        weight = given["regime.weight"]
        afraid = sum(weight[t] * threat[t] for t in (ORDER, ELITE))
        fear = min(afraid / (weight[ORDER] + weight[ELITE]), 2.0)
        offers = [(d.offered * d.size, d) for d in self.deals if d.power.west]
        asked = sum(size * deal.condition for size, deal in offers)
        asked /= max(sum(size for size, _ in offers), 1e-9)
        wishes = 0.0
        for deal in self.deals:
            wish = deal.benefit * deal.size * deal.offered if deal.power.moscow else 0.0
            wish *= p["border_hold"] if deal is self.deals[GUARDS] else 1.0
            wishes += wish
            deal.desire = wish * surplus(deal)
        bite = self.bites()
        chance = press_chance(self, self.moscows_grievance, bite)
        relief = []
        for package in PACKAGES:
            forgone = [
                hurts if name in package.forgoes else 0.0
                for name, hurts in zip(PRESSURES, bite, strict=True)
            ]
            relief.append(harm_expected(self, chance, forgone))
        early = [given["calendar.year"] < package.opens for package in PACKAGES]
        costs = [p.get(f"task_cost.{task}", 0.0) for task in TASKS]
        return Scene(
            weight=weight,
            money=[cost / sum(costs) for cost in costs],
            own=[1.0 - weak for weak in given["regime.weakness"]],
            unpaid=given["regime.shortfall"],
            calm=exp(-p["calm_slope"] * (fear - 1.0)),
            opening=given["opening"] / max(given["opening_usual"], 1e-9),
            demands=weight[ELITE] * asked,
            bite=bite,
            wishes=wishes,
            bound=[1.0 if shut else b for b, shut in zip(self.bound, early, strict=True)],
            relief=relief,
            forgiven=self.debt_ratio() - self.debt_ratio(p["debt_written_off"]),
        )

    def bites(self) -> list[float]:
        """Return how much each lever that Moscow is free to pull would hurt."""
        given = self.given
        output, elite = max(given["last.output"], 1.0), given["regime.weight"][ELITE]
        bite = [
            min(given["last.remittances"] / output, 1.0),
            self.debt_ratio(),
            min(given["invested"][RUSSIA] / output, 1.0),
            elite,
            elite * self.deals[BACKING].ramp,
        ]
        for package, months in zip(PACKAGES, self.bound, strict=True):
            if months > 0.0:
                for name in package.forgoes:
                    bite[PRESSURES.index(name)] = 0.0
        return bite

    def press(self, review: bool) -> None:
        """Moscow pulls a lever, or lets go of it where it has been met."""
        scene, carried = self.scene, sum(power.carried for power in self.powers)
        refused = sum(deal.desire * (1.0 - deal.held) for deal in self.deals)
        bloc = sum(power.carried for power in self.powers if power.bloc) / max(carried, 1e-9)
        self.moscows_grievance = grievance_of(self, refused / max(scene.wishes, 1e-9), bloc)
        chance = press_chance(self, self.moscows_grievance, scene.bite)
        self.now_pressing = [0.0] * len(PRESSURES)
        for i, name in enumerate(PRESSURES) if review else ():
            draw = self.draws.uniform("press", name, self.month)
            if self.pulled[i]:
                self.pulled[i] = float(draw >= 0.5 * (1.0 - chance[i]))
            elif draw < 1.0 - (1.0 - chance[i]) ** (QUARTER / 12.0):
                self.pulled[i] = self.now_pressing[i] = 1.0
        self.expected_harm = harm_expected(self, chance, scene.bite)

    def guard_by_deal(self) -> None:
        """Let sections and people of the Russian guard follow its deal."""
        p, deal, once = self.p, self.deals[GUARDS], self.given["sections_once"]
        theirs = self.russian_border_troops_guarded_km
        ours = self.border_troops_guarded_km
        length = {s: p[f"section_length.{SECTIONS[s]}"] for s in HANDED_OVER}
        whole = sum(length.values())
        deal.ramp = min(deal.ramp, sum(once) / whole)
        target, held = deal.ramp * whole, sum(theirs)
        for s in HANDED_OVER if not deal.held else ():
            if theirs[s] and held - 0.5 * theirs[s] >= target:
                held -= theirs[s]
                ours[s] += theirs[s]
                self.border_troops_extra_km += theirs[s]
                theirs[s] = 0.0
        for s in reversed(HANDED_OVER) if deal.held else ():
            due = once[s] - theirs[s]
            if held + 0.5 * due <= target:
                due = min(due, length[s])
                held += due
                theirs[s] += due
                ours[s] -= due
                self.border_troops_extra_km -= due
        given = self.given
        paid_for = deal.size / deal.facts.size
        change = given["russian_border_troops.strength_start"] * held / whole * paid_for
        change -= self.russian_border_troops_strength
        if change > 0.0 and given["russian_border_troops.withdrawing"] > 0.0:
            change = 0.0
        posts = max(self.border_troops_extra_km, 0.0) * p["persons_per_km"]
        serve = min(max(-change, 0.0), max(posts - self.border_troops_strength, 0.0))
        self.border_troops_strength = self.join(
            self.border_troops_strength, p["guards_serve_on"] * serve
        )
        self.russian_border_troops_strength = self.join(self.russian_border_troops_strength, change)

    def join(self, strength: float, persons: float) -> float:
        """Move people between the regions and a force; return its strength."""
        if persons < 0.0 and strength + persons < 1.0:
            persons = -strength
        home = max(sum(self.at_home), 1.0)
        self.at_home = [people - persons * people / home for people in self.at_home]
        strength += persons
        return strength if strength >= 1.0 else 0.0

    # --- delivery --------------------------------------------------------------------------------

    def delivery(self) -> None:
        """Powers deliver; some is diverted, some repeats other aid, and agencies get the rest."""
        self.look_around()
        sums = {name: [0.0] * len(POWERS) for name in ("delivered", "paid", "diverted", "rent")}
        again, rent = [0.0] * len(TASKS), 0.0
        money, aid, watched = (dict.fromkeys(AGENCIES, 0.0) for _ in range(3))
        for task, deals in enumerate(self.for_task):
            arriving = [self.arriving(deal) for deal in deals]
            fate = fates(self, deals, arriving)
            bodies = BODIES[task]
            for deal, amount, (useful, diverted) in zip(deals, arriving, fate, strict=True):
                cost = self.cost_at_home(deal)
                if deal.on_the_spot:
                    sums["rent"][deal.power.rank] += amount * cost
                    rent += diverted * cost
                    deal.diverted_part = 0.0
                    continue
                sums["delivered"][deal.power.rank] += amount * cost
                sums["paid"][deal.payer.rank] += amount * cost
                sums["diverted"][deal.power.rank] += diverted * cost
                again[task] += (amount - diverted - useful) * cost
                deal.diverted_part = diverted / amount if amount > 1e-9 else 0.0
                for name in bodies:
                    money[name] += (amount - diverted) * cost / len(bodies)
                    aid[name] += useful * cost / len(bodies)
                    watched[name] += useful * cost * deal.condition / len(bodies)
            self.make_useful(deals)
        posts = max(self.border_troops_extra_km, 0.0) * self.p["persons_per_km"]
        aid["border_troops"] += self.p["exit_package"] * posts
        self.now_aid_delivered, self.now_aid_paid = sums["delivered"], sums["paid"]
        self.now_aid_diverted, self.now_aid_duplicated = sums["diverted"], again
        self.now_access_rent, self.now_access_rent_taken = sums["rent"], rent
        self.now_aid_received = [*money.values()]
        self.agencies_aid, self.agencies_watched_aid = [*aid.values()], [*watched.values()]
        self.carry()

    def arriving(self, deal: ScalarDeal) -> float:
        """Return the aid, or the rent, of a deal that arrives, share of the task's need."""
        part = self.p["delivery_moscow" if deal.power.moscow else "delivery"]
        return deal.size * deal.ramp * deal.money * part

    def make_useful(self, deals: list[ScalarDeal]) -> None:
        """Work out what the deals of a task usefully cover now."""
        amounts = [min(d.size * (d.ramp if d.on_the_spot else d.built), WHOLE) for d in deals]
        aid = [a * (1.0 - d.on_the_spot) for d, a in zip(deals, amounts, strict=True)]
        fate = fates(self, deals, aid)
        for deal, amount, (useful, _) in zip(deals, amounts, fate, strict=True):
            deal.useful = amount * deal.on_the_spot + useful

    def carry(self) -> None:
        """Work out what each power carries, what outsiders do in all, and where that leads."""
        self.regime_task_provision = [self.cover(deals) for deals in self.for_task]
        for power in self.powers:
            power.carried = 0.0
            for deals in self.for_task:
                power.carried += self.cover([deal for deal in deals if deal.power is power])
        east = sum(power.carried for power in self.powers if power.moscow)
        west = sum(power.carried for power in self.powers if power.west)
        self.alignment = (east - west) / max(east + west, 1e-9)

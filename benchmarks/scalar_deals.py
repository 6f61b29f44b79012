"""Deals of the scalar model: what powers weigh, offer and ask, deal by deal, in floats."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING, Any

import mesa

from tajsim.axes import DEALS, POWERS, TASKS
from tajsim.inputs.deals import load_deals, load_forms
from tajsim.inputs.registry import base_value
from tajsim.world import BLOCS, MOSCOW, PAYING, WATCHED, WEST

if TYPE_CHECKING:
    from benchmarks.scalar_bargain import ScalarBargain

#: Months between two looks at a deal; nobody covers quite all of a task.
QUARTER, WHOLE = 3.0, 1.0 - 1e-3


def share_done(spots: list[float], aids: list[float]) -> float:
    """Return the share of a task that some carry: what two do at once is done once."""
    left = 1.0
    for spot in spots:
        left *= 1.0 - spot
    return 1.0 - left * exp(-sum(aids))


class ScalarPower(mesa.Agent):  # type: ignore[misc]
    """A power in one run: attention, budget, what of its tasks is open to it."""

    model: ScalarBargain

    def __init__(self, model: ScalarBargain, name: str) -> None:
        super().__init__(model)
        self.name, self.rank = name, POWERS.index(name)
        self.west, self.moscow, self.bloc = name in WEST, name in MOSCOW, name in BLOCS
        self.watches = WATCHED.get(name, ())
        self.usual_budget = max(base_value(f"power_budget.{name}"), 1.0)
        self.usual_condition = base_value(f"power_condition.{name}")
        self.attention = self.budget = self.seen = self.seen_usual = self.carried = 0.0
        self.attends = self.means = 0.0

    def attend(self, shared: float) -> None:
        """Let attention drift; allies share half of what moves them."""
        p, moved = self.model.p, self.model.draws.normal("attention", self.name, self.model.month)
        kept, spread = exp(-0.5 / p["clock_year"]), p["attention_spread"]
        if self.west:
            moved = sqrt(0.5) * (moved + shared)
        self.attention = kept * self.attention + sqrt(1.0 - kept**2) * spread * moved
        usual = p.get(f"power_attention.{self.name}", 0.0)
        self.attends = usual * exp(self.attention - 0.5 * spread**2)
        self.means = usual * p.get(f"power_budget.{self.name}", 0.0) / self.usual_budget

    def plan(self, boom: float) -> None:
        """Move the budget towards what is open to it and what it can and will spend."""
        p = self.model.p
        mine = [deal for deal in self.model.deals if deal.power is self]
        self.seen = sum(deal.exposure * deal.threat * deal.gap for deal in mine)
        seen = self.seen / self.seen_usual if self.seen_usual > 0.0 else 1.0
        means = p.get(f"power_budget.{self.name}", 0.0) / self.usual_budget
        if self.moscow:
            means *= exp(boom)
        aim = self.attends * means * max(1.0 + p["budget_follows"] * (min(seen, 2.0) - 1.0), 0.0)
        self.budget += (aim - self.budget) / p["clock_year"]


class ScalarDeal(mesa.Agent):  # type: ignore[misc]
    """A deal of the closed list in one run, in force or not."""

    model: ScalarBargain
    held: float
    ramp: float
    built: float
    locked: float
    closed: float
    fixed: float
    offered: float
    size: float
    condition: float
    ratio: float
    ratio_then: float
    ratio_usual: float
    instead: float
    agreed: float
    gain: float
    mood: float
    whim: float
    lost: float
    benefit: float
    exposure: float
    cost: float
    intrusion: float
    asked_for: float
    sweet: float
    given: float
    useful: float
    diverted_part: float

    def __init__(self, model: ScalarBargain, name: str) -> None:
        super().__init__(model)
        facts, self.name = load_deals()[name], name
        form = load_forms()[facts.form]
        self.power = model.powers[POWERS.index(facts.power)]
        self.payer = model.powers[POWERS.index(facts.payer or facts.power)]
        self.task, self.facts = TASKS.index(facts.task), facts
        self.follows = DEALS.index(facts.after) if facts.after else None
        self.flag, self.on_the_spot = form.flag, float(form.spot)
        self.money = form.rent if form.spot else 1.0
        self.term = max(facts.term, 2.0 * facts.notice)
        self.generous = facts.power in PAYING
        self.threat = self.gap = self.desire = self.asked_before = 0.0

    def weigh(self, friend: float, rival: float) -> None:
        """Let its power weigh it: own exposure, own use, its rival, a friend to reward."""
        p, power = self.model.p, self.power
        self.benefit = self.exposure * self.threat * self.gap
        self.benefit *= (1.0 - p["disappointment"] * self.lost) * (1.0 - p["rivalry"] * rival)
        self.benefit += self.facts.own_use * power.attends
        self.benefit += self.flag * (p["rivalry"] * rival + p["friendship"] * friend)
        self.ratio = max(self.benefit, 0.0) * self.payer.budget / self.cost
        self.ratio_then = self.ratio / max(self.payer.means, 1e-9)

    def drift(self) -> None:
        """Let what moves regime and power besides reasons drift."""
        draws, month = self.model.draws, self.model.month
        kept = exp(-QUARTER / self.model.p["clock_year"])
        new = sqrt(1.0 - kept**2)
        self.mood = kept * self.mood + new * draws.normal("mood", self.name, month)
        self.whim = kept * self.whim + new * draws.normal("whim", self.name, month)

    def be_offered(self, year: float) -> None:
        """Let its power decide whether to offer it or to go on with it, and at what size."""
        p, after, self.asked_before = self.model.p, self.follows, self.condition
        push = log(max(self.ratio, 1e-6)) + p["mood_spread"] * self.whim
        stands = after is not None and self.model.deals[after].ramp > 0.0
        if self.fixed:
            self.offered = self.held
        elif self.held and self.locked > 0.0:
            self.offered = 1.0
        elif self.facts.opens > max(year, 2002.0) or stands or self.closed:
            self.offered = 0.0
        else:
            self.offered = float(push > (-p["leave_below"] if self.held else 0.0))
        if not (self.fixed and self.held):
            more = min(self.ratio / max(self.ratio_usual, 1e-6), 2.0)
            wished = min(self.facts.size * more, WHOLE)
            self.size += QUARTER / p["clock_year"] * (wished - self.size)

    @property
    def alternative(self) -> float:
        """What it is to the regime as an alternative to others, share of the task's need."""
        return self.offered * self.size if self.held or self.gain > 0.0 else 0.0

    def set_conditions(self, refused: float) -> None:
        """Let its power ask for conditions, as far as it has no rivals for the task."""
        p, power = self.model.p, self.power
        level, usual = p.get(f"power_condition.{power.name}", 0.0), power.usual_condition
        own = self.asked_for * (1.0 - max(usual - level, 0.0) / max(usual, 1e-9))
        own += (1.0 - own) * max(level - usual, 0.0) / max(1.0 - usual, 1e-9)
        own *= 1.0 + refused * (1.0 - own)
        others = 0.0
        for other in self.model.for_task[self.task]:
            friends = power.west and other.power.west
            if other is not self:
                apart = 1.0 - p["donor_coordination"] if friends else 1.0
                spared = max(1.0 - other.asked_before / max(own, 1e-9), 0.0)
                others += apart * spared * other.alternative
        self.instead = min(others / max(self.size, 1e-9), 1.0)
        rivals = others / max(others + self.size, 1e-9)
        asked = own * (1.0 - p["conditions_fall"] * rivals)
        if self.agreed <= 0.0:
            self.condition += QUARTER / p["clock_year"] * (asked - self.condition)

    def renegotiate(self, leverage: float) -> None:
        """Let who is refused pay more, and the patron take part of what the regime gains."""
        p = self.model.p
        sweet = self.sweet
        if self.offered and not self.held and self.generous:
            keen = min(max(log(max(self.ratio, 1e-6)), 0.0), 1.0)
            sweet += p["sweetening"] * keen * QUARTER / p["clock_year"]
        elif not self.held:
            sweet -= self.sweet * QUARTER / p["clock_five_years"]
        self.sweet = min(sweet, p["generosity"] if self.generous else 0.0)
        aim = 0.0
        if self.power.moscow and self.held:
            aim = p["concession"] * leverage * min(max(self.gain * len(TASKS), 0.0), 1.0)
        self.given += QUARTER / p["clock_year"] * (aim - self.given)

    def stand(self) -> None:
        """Let what is on the ground follow what is in force, a month on."""
        pace = 1.0 / max(self.facts.notice, QUARTER)
        self.ramp = min(max(self.ramp + (pace if self.held else -pace), 0.0), 1.0)
        self.built += 0.5 * (self.ramp - self.built) / self.model.p["clock_year"]
        self.locked, self.agreed = max(self.locked - 1.0, 0.0), max(self.agreed - 1.0, 0.0)


def fates(model: Any, deals: list[ScalarDeal], paid: list[float]) -> list[tuple[float, float]]:
    """Return ``(useful, diverted)`` of what is paid for each deal of one task, aid or a rent.

    Who repeats the aid of others is half lost; who asks and who looks limits what is taken.
    """
    p, repeats = model.p, 0.0
    aid = [0.0 if d.on_the_spot else amount for d, amount in zip(deals, paid, strict=True)]
    if (whole := sum(aid)) > 1e-9:
        several = 1.0 - sum((amount / whole) ** 2 for amount in aid)
        repeats = p["duplication_limit"] * (1.0 - p["donor_coordination"]) * several
    found = []
    for deal, amount in zip(deals, paid, strict=True):
        again = 0.0 if deal.on_the_spot else repeats
        if amount <= 0.0:
            found.append((0.0, 0.0))
            continue
        seen = (1.0 - deal.condition) * (1.0 - model.watch)
        diverted = amount * (1.0 - exp(-model.corruption * seen * (1.0 + again)))
        found.append(((amount - diverted) * (1.0 - 0.5 * again), diverted))
    return found

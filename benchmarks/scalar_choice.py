"""The regime's choice of the scalar model: on one task, among eight bundles at most."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

from benchmarks.scalar_deals import WHOLE, ScalarDeal, fates, share_done
from tajsim.axes import PRESSURES, TASKS
from tajsim.inputs.deals import load_deals, load_packages, load_pressures

if TYPE_CHECKING:
    from benchmarks.scalar_bargain import ScalarBargain

LEVERS = load_pressures()
#: Task in whose decision a package is taken -> its place and facts.
LEADS = {
    TASKS.index(load_deals()[package.deals[0]].task): (place, package)
    for place, package in enumerate(load_packages().values())
}
COUNT = float(len(TASKS))
Bundle = list[float]


@dataclass
class Scene:
    """What the regime sees besides the deals, in one month."""

    weight: list[float]
    money: list[float]
    own: list[float]
    unpaid: float
    calm: float
    opening: float
    demands: float
    bite: list[float]
    wishes: float
    bound: list[float]
    relief: list[float]
    forgiven: float


def press_chance(model: ScalarBargain, grievance: float, bite: list[float]) -> list[float]:
    """Return the chance in a year that the patron pulls each lever."""
    found = []
    for name, hurts in zip(PRESSURES, bite, strict=True):
        push = model.p["pressing"] * grievance * hurts / LEVERS[name].cost
        ratio = push ** model.p["press_slope"]
        found.append(ratio / (1.0 + ratio))
    return found


def harm_expected(model: ScalarBargain, chance: list[float], bite: list[float]) -> float:
    """Return what pressure is expected to cost in a year; what is pulled stays until it is met."""
    harm = 0.0
    for likely, hurts, on in zip(chance, bite, model.pulled, strict=True):
        harm += hurts * ((1.0 - 0.5 * (1.0 - likely)) ** 2 if on else likely)
    return model.p["pressure_force"] * harm


def grievance_of(model: ScalarBargain, refused: float, bloc: float) -> float:
    """Return the patron's grievance over what is refused and over rival blocs."""
    limit = model.p["bloc_tolerance"]
    return refused + max(bloc - limit, 0.0) / (1.0 - limit)


def surplus(deal: ScalarDeal) -> float:
    """Return what is left of a deal's worth to its power when its cost is paid, 0 to 1."""
    return max(1.0 - 1.0 / max(deal.ratio, 1e-6), 0.0)


class Choice:
    """A decision on one task while the deals of the others stay as they are."""

    def __init__(self, model: ScalarBargain, task: int) -> None:
        self.model, self.task, self.scene = model, task, model.scene
        self.deals = model.for_task[task]
        self.elsewhere = [0.0] * len(model.powers)
        self.refused = 0.0
        for deal in model.deals:
            if deal.task != task:
                self.elsewhere[deal.power.rank] += deal.useful
                self.refused += deal.desire * (1.0 - deal.held)

    def worth(self, bundle: Bundle) -> float:
        """Return what a bundle of deals is worth to the regime's survival."""
        p, scene, model = self.model.p, self.scene, self.model
        weight, pairs = scene.weight[self.task], list(zip(self.deals, bundle, strict=True))
        amounts = self.answered([min(taken * deal.size, WHOLE) for deal, taken in pairs])
        spots = [
            amount * deal.on_the_spot for deal, amount in zip(self.deals, amounts, strict=True)
        ]
        worth = [amount * deal.money for deal, amount in zip(self.deals, amounts, strict=True)]
        fate = fates(model, self.deals, worth)
        aid = [0.0 if d.on_the_spot else f[0] for d, f in zip(self.deals, fate, strict=True)]
        cover = share_done(spots, aid)
        carried = list(self.elsewhere)
        paid = command = asked = moved = lean = mood = 0.0
        for i, (deal, taken) in enumerate(pairs):
            amount = amounts[i]
            carried[deal.power.rank] += spots[i] + aid[i]
            paid += amount * (deal.sweet - deal.given) + fate[i][0] - aid[i]
            command += amount * deal.intrusion
            asked += amount * deal.condition
            moved += abs(taken - deal.held) * deal.size
            lean += amount * (deal.power.west - deal.power.moscow)
            mood += amount * deal.mood
        whole = max(sum(carried), 1e-9)
        one_power = sum((part / whole) ** 2 for part in carried)
        reliance = max(carried) / (whole + sum(scene.own))
        gain = weight * (1.0 - (1.0 - scene.own[self.task]) * (1.0 - cover))
        gain += p["suitors_worth"] * (1.0 - one_power)
        taken_away = sum(diverted for _, diverted in fate)
        rents = p["rents_worth"] * taken_away * (1.0 + scene.unpaid)
        gain += rents * scene.money[self.task]
        by_task = p["relief_worth"] * cover + paid - p["inertia"] * moved + p["mood_spread"] * mood
        fears = p["condition_price"] * scene.opening
        by_task += (p["lean_west"] - fears * scene.demands) * lean
        price = p["autonomy_price"] * scene.calm * weight * command
        price += p["reliance_price"] * scene.calm * reliance**2
        price += fears * weight * asked
        price += p["fear_of_pressure"] * self.harm(bundle, carried, whole)
        return gain + by_task / COUNT - price

    def answered(self, amounts: list[float]) -> list[float]:
        """Return amounts with what donors make of their aid where a task is left open."""
        now = left = 1.0
        for deal, amount in zip(self.deals, amounts, strict=True):
            now *= 1.0 - min(deal.held * deal.size, WHOLE) * deal.on_the_spot
            left *= 1.0 - amount * deal.on_the_spot
        opened = min(left / now, 2.0) - 1.0
        more = max(1.0 + self.model.p["budget_follows"] * opened, 0.0)
        return [
            amount if deal.on_the_spot or deal.power.moscow else min(amount * more, WHOLE)
            for deal, amount in zip(self.deals, amounts, strict=True)
        ]

    def harm(self, bundle: Bundle, carried: list[float], whole: float) -> float:
        """Return what the patron's pressure is expected to cost with a bundle."""
        model, refused = self.model, self.refused
        for deal, taken in zip(self.deals, bundle, strict=True):
            refused += deal.desire * (1.0 - taken)
        bloc = sum(part for power, part in zip(model.powers, carried, strict=True) if power.bloc)
        grievance = grievance_of(model, refused / max(self.scene.wishes, 1e-9), bloc / whole)
        bite = self.scene.bite
        return harm_expected(model, press_chance(model, grievance, bite), bite)

    def package(self) -> tuple[list[ScalarDeal], float]:
        """Return the deals of the package on the table, none if there is none, and what it adds."""
        if self.task not in LEADS:
            return [], 0.0
        model, (place, facts) = self.model, LEADS[self.task]
        deals = [deal for deal in model.deals if deal.name in facts.deals]
        open_to = all(deal.offered and not deal.fixed for deal in deals)
        if not open_to or self.scene.bound[place] != 0.0 or deals[0].locked > 0.0:
            return [], 0.0
        if min(surplus(deal) for deal in deals) <= model.leverage:
            return [], 0.0
        size = sum(deal.size for deal in deals)
        more = (0.5 * self.scene.forgiven - model.p["inertia"]) * size / COUNT
        more += model.p["fear_of_pressure"] * self.scene.relief[place]
        for task in {deal.task for deal in deals} - {self.task}:
            other = Choice(model, task)
            kept = [deal.held * deal.offered for deal in other.deals]
            both = [float(on or d in deals) for on, d in zip(kept, other.deals, strict=True)]
            more += other.worth(both) - other.worth(kept)
        return deals, more

    def options(self, base: Bundle) -> list[Bundle]:
        """Return the bundles to choose from, by what each deal alone would add to the base."""
        deals, model = self.deals, self.model
        value, gain = self.worth(base), []
        for i, deal in enumerate(deals):
            other = [1.0 - on if j == i else on for j, on in enumerate(base)]
            gain.append((self.worth(other) - value) * (1.0 - 2.0 * base[i]))
            deal.gain = gain[i] / max(deal.size, 1e-6)
        free = [i for i, d in enumerate(deals) if base[i] and d.locked <= 0.0 and not d.fixed]
        takes = [i for i, deal in enumerate(deals) if deal.offered and not base[i]]
        takes.sort(key=lambda i: -gain[i])
        best, second = takes[:1], takes[1:2]
        worst = sorted(free, key=lambda i: gain[i])[:1]
        useful = [0.0] * len(model.powers)
        for deal, on in zip(deals, base, strict=True):
            useful[deal.power.rank] += deal.useful * on
        largest = useful.index(max(useful))
        leaves = [i for i in free if deals[i].power.rank == largest]

        def changed(more: list[int], less: list[int]) -> Bundle:
            return [1.0 if i in more else 0.0 if i in less else on for i, on in enumerate(base)]

        return [
            base,
            changed(best, []),
            changed(second, []),
            changed(best + second, []),
            changed([], worst),
            changed(best, worst),
            changed([], leaves),
        ]

    def most_asked(self, base: Bundle) -> ScalarDeal | None:
        """Return the deal in force whose conditions weigh most, if any has some."""
        found = [d for d, on in zip(self.deals, base, strict=True) if on and d.condition > 0.0]
        return max(found, key=lambda d: d.condition * d.size, default=None)

    def decide(self) -> None:
        """Choose a bundle, or ask for better terms; count what came of it by power."""
        scene, p = self.scene, self.model.p
        base = [deal.held * deal.offered for deal in self.deals]
        package, more = self.package()
        options = self.options(base)
        if package:
            options[2] = [float(on or d in package) for on, d in zip(base, self.deals, strict=True)]
        values = [self.worth(option) for option in options]
        values[2] += more
        asked = self.most_asked(base)
        chosen = values.index(max(values))
        if asked is not None:
            stake = asked.size * asked.condition
            accept = min(log(max(asked.ratio, 1.0)), 1.0) * asked.instead
            won = p["condition_price"] * scene.opening * scene.weight[self.task] * stake / 2.0
            better = accept * won - p["inertia"] * stake / COUNT
            if values[0] + better > values[chosen]:
                chosen = 0
                self.ask(asked, accept)
        self.carry_out(options[chosen])
        if package and chosen == 2:
            self.bind(package)

    def ask(self, deal: ScalarDeal, accept: float) -> None:
        """Ask the power of a deal for better terms."""
        model = self.model
        model.deals_asked[deal.power.rank] += 1.0
        deal.agreed = max(deal.agreed, 2.0 * model.p["clock_year"])
        if model.draws.uniform("terms", TASKS[self.task], model.month) < accept:
            deal.condition *= 0.5
            model.deals_eased[deal.power.rank] += 1.0

    def carry_out(self, bundle: Bundle) -> None:
        """Begin and end deals."""
        model = self.model
        for deal, on in zip(self.deals, bundle, strict=True):
            place = deal.power.rank
            if on and not deal.held:
                model.deals_made[place] += 1.0
                deal.locked = deal.term
            elif deal.held and not on:
                ended = model.deals_dropped if deal.offered else model.deals_ended
                ended[place] += 1.0
            elif deal.offered and not on:
                model.deals_refused[place] += 1.0
            deal.held = on

    def bind(self, deals: list[ScalarDeal]) -> None:
        """Take a package as a whole: begin its other deals, write off debt, bind both sides."""
        model, (place, _) = self.model, LEADS[self.task]
        for deal in deals:
            if not deal.held:
                model.deals_made[deal.power.rank] += 1.0
            deal.held, deal.locked = 1.0, max(deal.locked, deal.term)
        model.bound[place] = deals[0].term
        model.debt_settled += min(model.debt(), model.p["debt_written_off"])

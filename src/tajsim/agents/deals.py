"""External powers and their deals with the regime: offers, bundles, terms, what stands."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tajsim.agents.actors import Actors, Member, state
from tajsim.axes import AGENCIES, DEALS, POWERS, PRESSURES, TASKS, Array, column, total
from tajsim.inputs.deals import load_deals, load_forms, load_packages, load_pressures
from tajsim.inputs.registry import base_value
from tajsim.rules import deals as rules
from tajsim.world import BLOCS, MOSCOW, PAYING, WEST

_ROWS = [*load_deals().values()]
#: The power that decides on each deal, who pays for it, and its task, as places in the axes.
POWER_OF = np.array([POWERS.index(deal.power) for deal in _ROWS])
PAYER_OF = np.array([POWERS.index(deal.payer or deal.power) for deal in _ROWS])
TASK_OF = np.array([TASKS.index(deal.task) for deal in _ROWS])
#: Place of the patron: whose base, word, guards and levers these are.
PATRON = POWERS.index(MOSCOW[0])
#: Rows of the deals of each task, and of each power.
OF_TASK = [np.flatnonzero(np.equal(TASK_OF, t)) for t in range(len(TASKS))]
OF_POWER = [np.flatnonzero(p == POWER_OF) for p in range(len(POWERS))]
GUARDS, BASE, BACKING, REACTION = (
    DEALS.index(f"russian_{name}")
    for name in ("border_guards", "base", "backing", "rapid_reaction")
)
_PACKAGES = [*load_packages().values()]
#: Task in whose decision a package is taken or refused -> its place; its deals, ``(deal, 1)``, and
#: the levers that the patron forgoes for it, ``(package, pressure, 1)``.
LEADS = {int(TASK_OF[DEALS.index(p.deals[0])]): place for place, p in enumerate(_PACKAGES)}
IN_PACKAGE = [column(name in p.deals for name in DEALS) for p in _PACKAGES]
OPENS = column(p.opens for p in _PACKAGES)
FORGOES = np.stack([column(lever in p.forgoes for lever in PRESSURES) for p in _PACKAGES])
#: The deal that must have gone before another is offered, itself where none must.
AFTER = np.array([DEALS.index(deal.after or deal.name) for deal in _ROWS])
WAITS = column(bool(deal.after) for deal in _ROWS)
#: Cost of each lever to the patron, ``(pressure, 1)``.
LEVER_COST = column(lever.cost for lever in load_pressures().values())
#: Conditions of each power as documented, and its money, USD, at least one, ``(power, 1)``.
USUAL_CONDITION = column(base_value(f"power_condition.{power}") for power in POWERS)
USUAL_BUDGET = column(max(base_value(f"power_budget.{power}"), 1.0) for power in POWERS)
#: Part of the documented pay of an agency that a deal gives, ``(deal, agency, 1)``.
PAY_PART = np.array([[[d.pay_part * (d.pay_of == name)] for name in AGENCIES] for d in _ROWS])
OWN_USE = column(deal.own_use for deal in _ROWS)
#: Options of a decision on a task, in order.
OPTIONS = ("keep", "best", "second", "both", "drop", "swap", "ask_to_leave", "better_terms")


def by_power(values: Array, power: NDArray[np.intp] = POWER_OF) -> Array:
    """Add over the deals of each power: ``(deal, run) -> (power, run)``.

    Args:
        power: the power of each deal, who decides on it or (`PAYER_OF`) who pays.
    """
    found = np.zeros((len(POWERS), values.shape[-1]))
    for deal, place in enumerate(power):
        found[place] += values[deal]
    return found


def by_task(values: Array) -> Array:
    """Add over the deals of each task: ``(deal, run) -> (task, run)``."""
    return np.stack([total(values[rows]) for rows in OF_TASK])


#: What is drawn of each deal, about what the list has, ``(deal, 1)``.
TERMS = {
    "exposure": column(deal.exposure for deal in _ROWS),
    "cost": column(load_forms()[deal.form].cost for deal in _ROWS),
    "intrusion": column(deal.intrusion for deal in _ROWS),
    "asked_for": column(deal.condition for deal in _ROWS),
}


@dataclass
class Scene:
    """What the regime's choice reads besides the deals themselves.

    ``weight`` is survival weight times threat, ``own`` the share of each task that own agencies
    can do, ``money`` its part of what all would cost at home, ``(task, run)``; ``bite`` is how much
    each lever hurts and ``pulled`` 1 where it is pulled, ``(pressure, run)``; ``useful`` is what
    each deal covers now, ``desire`` what it is worth to the patron beyond its cost, ``(deal,
    run)``; ``wishes`` what all that it offers is worth to it, ``demands`` the conditions on what
    the West offers times the weight of elite control, and the others, are ``(run,)``. ``bound`` is
    for how long a package binds, months (1 before it opens, -1 when it is over), ``relief`` what
    the levers forgone would cost, ``(package, run)``.
    """

    weight: Array
    own: Array
    money: Array
    unpaid: Array
    calm: Array
    opening: Array
    demands: Array
    corruption: Array
    watch: Array
    bite: Array
    pulled: Array
    useful: Array
    desire: Array
    wishes: Array
    bound: Array
    relief: Array
    leverage: Array
    forgiven: Array


@dataclass
class Decision:
    """What a decision on a task came to, ``(deal of the task, run)``, each 0 or 1.

    ``made`` by the regime, ``dropped`` by it, ``ended`` by the power; offers ``refused``; terms
    ``asked`` and ``granted``. ``reasons`` are the terms of the worth of what was chosen less
    those of keeping all, ``(term, run)``; ``rows`` are the deals; ``whole`` is 1 where a package
    is taken, ``(run,)``, and ``joined`` for its deals begun for other tasks, ``(deal, run)``.
    """

    rows: NDArray[np.intp]
    made: Array
    dropped: Array
    ended: Array
    refused: Array
    asked: Array
    granted: Array
    reasons: Array
    whole: Array
    joined: Array


def picked(score: Array, possible: Array) -> Array:
    """Return 1 at the highest score among what is possible, ``(deal, run)``; else zeros."""
    best = np.argmax(np.where(possible > 0.5, score, -np.inf), axis=0)
    found: Array = (np.arange(len(score))[:, None] == best) * possible
    return found


def put(whole: Array, rows: NDArray[np.intp], part: Array) -> Array:
    """Return ``(deal, run)`` with new values in some rows."""
    found = whole.copy()
    found[rows] = part
    return found


class Deal(Member):
    """One deal: its states are ``(run,)``."""


class Deals(Actors[Deal]):
    """All deals of the closed list, in force or not."""

    dimension = "deal"
    member = Deal
    documented_size = column(deal.size for deal in _ROWS)
    opens = column(deal.opens for deal in _ROWS)
    notice = column(deal.notice for deal in _ROWS)
    #: Nobody gives up what he has agreed to before it has stood as long as it took to come.
    term = column(max(deal.term, 2.0 * deal.notice) for deal in _ROWS)
    flag = column(load_forms()[deal.form].flag for deal in _ROWS)
    spot = column(load_forms()[deal.form].spot for deal in _ROWS)
    #: What of a unit is paid in money, aid or a rent for access, over what the task costs at home.
    money = 1.0 - spot + column(load_forms()[deal.form].rent for deal in _ROWS)
    west = column(deal.power in WEST for deal in _ROWS)
    moscow = column(deal.power in MOSCOW for deal in _ROWS)
    #: 1 for the deals whose power can pay the regime for them.
    generous = column(deal.power in PAYING for deal in _ROWS)

    held = state(
        outcome="deals_in_force", start=column(deal.in_force for deal in _ROWS), pinned=True
    )
    ramp = state(
        "share", "on the ground or paid", start=column(d.in_force for d in _ROWS), pinned=True
    )
    built = state(
        "share", "turned into capability", start=column(d.in_force for d in _ROWS), pinned=True
    )
    locked = state("months", "for which neither side can end it", pinned=True)
    closed = state("0 or 1", "1 where its power will not offer it again", pinned=True)
    fixed = state("0 or 1", "1 where the scenario holds it", pinned=True)
    offered = state("0 or 1", "on offer", start=column(deal.in_force for deal in _ROWS))
    size = state(
        "share", "of the task's need, as offered", start=column(d.size for d in _ROWS), pinned=True
    )
    condition = state("share", "conditions attached", start=column(d.condition for d in _ROWS))
    sweet = state("share", "of its size that the power pays for it")
    given = state("share", "of its size that the regime concedes for it")
    ratio = state("ratio", "worth to its power over cost", start=1.0)
    ratio_then = state("ratio", "the same at the attention and money of 2004", start=1.0)
    ratio_usual = state("ratio", "that as usual", usual="ratio_then", start=1.0)
    agreed = state("months", "for which its terms are agreed")
    gain = state("index", "what it adds to the regime's worth, by size")
    mood = state("index", "what moves the regime besides")
    benefit = state("index", "worth of a unit to its power")
    instead = state("share", "of it that offers with fewer conditions would replace")
    whim = state("index", "what moves its power besides")
    lost = state("share", "of it that was diverted of late")
    exposure = state("index", "of its power to the threat", start=None)
    cost = state("ratio", "to its power", start=None)
    intrusion = state("share", "foreign command", start=None)
    asked_for = state("share", "conditions its power would attach alone", start=None)

    def draw_terms(self, normals: Mapping[str, Array], *, terms_spread: Array) -> None:
        """Draw exposure, cost, intrusion and conditions about what the list has."""
        for name, values in TERMS.items():
            spread = np.exp(terms_spread * normals[name] - 0.5 * terms_spread**2)
            drawn = values * spread
            setattr(self, name, drawn if name in ("cost", "exposure") else np.minimum(drawn, 1.0))
        self.condition = self.asked_for.copy()

    # --- what stands -----------------------------------------------------------------------------

    @property
    def on_the_ground(self) -> Array:
        """Share of its task's need that each deal covers before diversion, ``(deal, run)``."""
        return np.minimum(self.size * np.where(self.spot > 0.5, self.ramp, self.built), rules.WHOLE)

    @property
    def paid(self) -> Array:
        """Aid, and rent for access, paid now, share of the task's need, ``(deal, run)``."""
        return self.size * self.ramp * self.money

    @property
    def supplements(self) -> Array:
        """Part of the documented pay of agencies that deals give now, ``(agency, run)``."""
        stands = np.minimum(self.ramp * self.size / self.documented_size, 1.0)
        return total(PAY_PART * stands[:, None])

    def fate(self, amount: Array, corruption: Array, watch: Array) -> rules.Fate:
        """Split amounts of all deals, ``(deal, run)``, by what becomes of them; no rent repeats."""
        aid = 1.0 - self.spot
        amounts = [(amount * aid)[r] for r in OF_TASK]
        repeats = np.stack([self.apply(rules.repetition, amounts=part) for part in amounts])
        return self.apply(
            rules.fate_of_aid, amount=amount, condition=self.condition,
            repeats=repeats[TASK_OF] * aid, corruption=corruption, watch=watch,
        )  # fmt: skip

    def stand(self) -> None:
        """Let what is on the ground follow what is in force, a month on."""
        self.ramp = self.apply(rules.ramp_step, ramp=self.ramp, held=self.held, notice=self.notice)
        self.built = self.apply(rules.built_step, built=self.built, ramp=self.ramp)
        self.locked = np.maximum(self.locked - 1.0, 0.0)
        self.agreed = np.maximum(self.agreed - 1.0, 0.0)

    # --- what powers want ------------------------------------------------------------------------

    def weigh(
        self, threat: Array, gap: Array, attention: Array, rival: Array, friend: Array,
        budget: Array,
    ) -> rules.Benefit:  # fmt: skip
        """Let each power weigh its deals; return what they are worth to it, by motive.

        Args:
            threat: to each task over its usual level, ``(task, run)``.
            gap: share of the task that nobody would carry without the deal, ``(deal, run)``.
            attention, budget: of each power, 1 = usual, ``(power, run)``.
            rival, friend: of each power, see `rules.deals.benefit`, ``(power, run)``.
        """
        motives = self.apply(
            rules.benefit, exposure=self.exposure, threat=threat[TASK_OF], gap=gap, lost=self.lost,
            own_use=OWN_USE, attention=attention[POWER_OF], presence=self.flag,
            rival=rival[POWER_OF], friend=friend[POWER_OF],
        )  # fmt: skip
        self.ratio = self.apply(
            rules.worth_its_cost, benefit=sum(motives, self.zeros()), budget=budget[PAYER_OF],
            cost=self.cost,
        )  # fmt: skip
        # Sizes are documented for the attention and the money of 2004, whatever is set.
        means = self.values.power_attention * self.values.power_budget / USUAL_BUDGET
        self.ratio_then = self.ratio / np.maximum(means[PAYER_OF], 1e-9)
        return motives

    def offer(
        self, open_now: Array, level: Array, coordination: Array, refused: Array, review: Array
    ) -> None:
        """Let powers decide what to offer, at what size and on what conditions.

        Args:
            open_now: 1 where the power can offer the deal at all, ``(deal, run)``.
            level: of conditions of each power, 0 to 1, ``(power, run)``.
            coordination: of donors, 0 to 1: who coordinates is no rival of the others, ``(run,)``.
            refused: 1 while the legal opposition boycotts votes, ``(run,)``.
            review: 1 in the months in which offers are looked at again, ``(run,)``.
        """
        fresh = self.apply(rules.offered, ratio=self.ratio, whim=self.whim, held=self.held)
        fresh = np.where(self.fixed > 0.5, self.held, fresh * open_now * (1.0 - self.closed))
        fresh = np.maximum(fresh, self.held * (self.locked > 0.0))
        self.offered = self.offered + review * (fresh - self.offered)
        wished = self.apply(
            rules.size_wished,
            ratio=self.ratio / np.maximum(self.ratio_usual, 1e-6),
            size=self.documented_size,
        )
        # Who has agreed to more or less adjusts it from year to year.
        pace = (1.0 - self.fixed * self.held) * rules.QUARTER / self.values.clock_year
        self.size = self.size + review * pace * (wished - self.size)
        own = self.apply(
            rules.own_condition, listed=self.asked_for, level=level[POWER_OF],
            usual=USUAL_CONDITION[POWER_OF], refused=refused,
        )  # fmt: skip
        # What the regime would not take is no alternative to it.
        on_offer = self.offered * self.size * np.maximum(self.held, self.gain > 0.0)
        others = self.zeros()
        for row in range(len(DEALS)):
            rows = OF_TASK[TASK_OF[row]]
            # Donors of one camp that have agreed do not undercut each other.
            apart = (1.0 - coordination * self.west[rows] * self.west[row]) * (rows != row)[:, None]
            spared = self.apply(rules.spared, condition=own[row], theirs=self.condition[rows])
            others[row] = total(on_offer[rows] * apart * spared)
        instead = np.minimum(others / np.maximum(self.size, 1e-9), 1.0)
        self.instead = self.instead + review * (instead - self.instead)
        rivals = others / np.maximum(others + self.size, 1e-9)
        asked = self.apply(rules.conditions_asked, condition=own, rivals=rivals)
        moves = review * (self.agreed <= 0.0)
        moves = moves * rules.QUARTER / self.values.clock_year
        self.condition = self.condition + moves * (asked - self.condition)

    # --- what the regime makes of it -------------------------------------------------------------

    def useful_now(self, corruption: Array, watch: Array) -> Array:
        """Return the share of its task that each deal usefully covers now, ``(deal, run)``."""
        amount = self.on_the_ground
        found = self.fate(amount * (1.0 - self.spot), corruption, watch)
        useful: Array = amount * self.spot + found.useful
        return useful

    def worth_of(self, task: int, masks: Array, scene: Scene) -> Array:
        """Return what bundles of deals on one task are worth, by reason, ``(term, option, run)``.

        The terms are those of `rules.deals.Gains` and `Prices`, in order; they add up.

        The other tasks stay as they are; what leaning on one power costs is read from all.

        Args:
            task: its place.
            masks: 1 for a deal in the bundle, ``(deal of the task, option, run)``.
        """
        rows = OF_TASK[task]
        size, condition = self.size[rows, None], self.condition[rows, None]
        spot = self.spot[rows, None]
        amount = np.minimum(masks * size, rules.WHOLE)
        amount = np.minimum(amount * self._answer(task, amount), rules.WHOLE)
        fate = self.apply(
            rules.fate_of_aid, amount=amount * self.money[rows, None], condition=condition,
            repeats=self.apply(rules.repetition, amounts=amount * (1.0 - spot)) * (1.0 - spot),
            corruption=scene.corruption, watch=scene.watch,
        )  # fmt: skip
        aid = fate.useful * (1.0 - spot)
        useful, rent = amount * spot + aid, fate.useful * spot
        cover = self.apply(rules.cover, on_the_spot=amount * spot, aid=aid)
        carried = self._carried_with(task, useful, scene)
        whole = np.maximum(total(carried), 1e-9)
        pay = self.sweet[rows, None] - self.given[rows, None]
        gains = self.apply(
            rules.gains, weight=scene.weight[task],
            protected=1.0 - (1.0 - scene.own[task]) * (1.0 - cover), cover=cover,
            taken=total(fate.diverted), money=scene.money[task], unpaid=scene.unpaid,
            paid=total(amount * pay + rent),
            concentration=self.apply(rules.concentration, by_power=carried),
        )  # fmt: skip
        prices = self.apply(
            rules.prices, weight=scene.weight[task],
            command=total(amount * self.intrusion[rows, None]),
            reliance=carried.max(axis=0) / (whole + total(scene.own)), calm=scene.calm,
            asked=total(amount * condition), opening=scene.opening,
            harm=self._harm(task, masks, carried / whole, scene),
            moved=total(np.abs(masks - self.held[rows, None]) * size),
            lean=total(amount * (self.west - self.moscow)[rows, None]),
            mood=total(amount * self.mood[rows, None]), demands=scene.demands,
        )  # fmt: skip
        shape = gains.protection.shape
        return np.stack([np.broadcast_to(term, shape) for term in (*gains, *prices)])

    def _answer(self, task: int, amount: Array) -> Array:
        """Return what donors make of their aid where bundles leave a task open, over what it is.

        The regime knows how their budgets follow what they see, and that a weak border is a means
        to more money (M83). ``(deal of the task, option, run)``.
        """
        rows = OF_TASK[task]
        spot, patron = self.spot[rows, None], self.moscow[rows, None]
        now = np.minimum((self.held * self.size)[rows, None], rules.WHOLE) * spot
        open_now, left = (np.multiply.reduce(1.0 - a, axis=0) for a in (now, amount * spot))
        more = self.apply(rules.budget_aim, seen=left / open_now, capacity=np.ones(self.runs))
        return np.where(spot + patron > 0.5, 1.0, more)

    def _carried_with(self, task: int, useful: Array, scene: Scene) -> Array:
        """Return what each power carries with bundles on one task, ``(power, option, run)``."""
        rows = OF_TASK[task]
        elsewhere = scene.useful * np.not_equal(TASK_OF, task)[:, None]
        found = np.repeat(by_power(elsewhere)[:, None], useful.shape[1], axis=1)
        for place, deal in enumerate(rows):
            found[POWER_OF[deal]] += useful[place]
        return found

    def _harm(self, task: int, masks: Array, parts: Array, scene: Scene) -> Array:
        """Return what the patron's pressure is expected to cost with bundles, ``(option, run)``."""
        rows, desire = OF_TASK[task], scene.desire
        elsewhere = total(desire * (1.0 - self.held) * np.not_equal(TASK_OF, task)[:, None])
        refused = elsewhere + total(desire[rows, None] * (1.0 - masks))
        grievance = self.apply(
            rules.grievance,
            refused=refused / np.maximum(scene.wishes, 1e-9),
            bloc=total(parts * ExternalPowers.bloc[:, None]),
        )
        bite = scene.bite[:, None]
        chance = self.apply(
            rules.press_chance, grievance=grievance, bite=bite, cost=LEVER_COST[:, None]
        )
        return self.apply(
            rules.expected_harm, chance=chance, bite=bite, pulled=scene.pulled[:, None]
        )

    def decide(self, task: int, scene: Scene, draw: Array, review: Array) -> Decision:
        """Decide on the deals of one task, the others held, over eight options at most.

        Args:
            draw: a uniform draw: whether a power grants better terms, ``(run,)``.
            review: 1 in the months in which the regime decides, ``(run,)``.
        """
        rows = OF_TASK[task]
        offered, held = self.offered[rows], self.held[rows]
        base = held * offered  # what a power has ended is gone whatever the regime wants
        mine, table, more = self._package(task, scene)
        options, asked_of = self._options(task, base, scene, review)
        # Where a package is on the table it takes the place of the second best.
        second = (np.arange(options.shape[1]) == OPTIONS.index("second"))[:, None] * table
        options = np.where(second > 0.5, np.maximum(base, mine)[:, None], options)
        worth = self.worth_of(task, options, scene) + more[:, None] * second
        value = total(worth)
        grants = self.apply(rules.accepted, ratio=self.ratio[rows], instead=self.instead[rows])
        accept = total(asked_of * grants)
        at_stake = total(asked_of * (self.size * self.condition)[rows])
        better = self.apply(
            rules.better_terms, weight=scene.weight[task], opening=scene.opening, asked=at_stake,
            accept=accept,
        )  # fmt: skip
        value = np.concatenate([value, (value[0] + better)[None]])
        choice = np.argmax(value, axis=0)
        asking = choice == OPTIONS.index("better_terms")
        asks, taken = asking * (at_stake > 0.0), np.where(asking, 0, choice)
        bundle = np.take_along_axis(options, taken[None, None], axis=1)[:, 0]
        bundle = held + review * (bundle - held)
        granted = review * asks * (draw < accept) * asked_of
        asked = review * asks * asked_of
        terms = self.apply(
            rules.terms_agreed, condition=self.condition[rows], agreed=self.agreed[rows],
            asked=asked, granted=granted,
        )  # fmt: skip
        self.condition, self.agreed = (
            put(old, rows, new)
            for old, new in zip((self.condition, self.agreed), terms, strict=True)
        )
        whole = review * table * (taken == OPTIONS.index("second"))
        made, left = bundle * (1.0 - held), held * (1.0 - bundle)
        self.held = put(self.held, rows, bundle)
        self.locked = put(
            self.locked, rows, np.where(made > 0.5, self.term[rows], self.locked[rows])
        )
        chosen = np.take_along_axis(worth, taken[None, None], axis=1)[:, 0]
        joined = self._bind(task, whole)
        return Decision(
            rows=rows, made=made, dropped=left * offered, ended=left * (1.0 - offered),
            refused=review * offered * (1.0 - held) * (1.0 - bundle), asked=asked, granted=granted,
            reasons=chosen - worth[:, 0], whole=whole, joined=joined,
        )  # fmt: skip

    def _bind(self, task: int, whole: Array) -> Array:
        """Bind the deals of a package where it is taken; return those begun for other tasks."""
        bound = whole * (IN_PACKAGE[LEADS[task]] if task in LEADS else self.zeros())
        joined = bound * (1.0 - self.held)
        self.held = np.maximum(self.held, bound)
        self.locked = np.maximum(self.locked, bound * self.term)
        return joined

    def _package(self, task: int, scene: Scene) -> tuple[Array, Array, Array]:
        """Return the package that a decision on a task is about, as far as there is one.

        Returns:
            1 for its deals of the task, ``(deal of the task, 1)``; 1 where it is on the table,
            ``(run,)``; what it is worth besides them, by reason, ``(term, run)``.
        """
        rows, none = OF_TASK[task], np.zeros(self.runs)
        extra = [none] * len(rules.Gains._fields + rules.Prices._fields)
        if task not in LEADS:
            return np.zeros((len(rows), 1)), none, np.stack(extra)
        place, deals = LEADS[task], np.flatnonzero(IN_PACKAGE[LEADS[task]][:, 0])
        bars = np.maximum(1.0 - self.offered, self.fixed)[deals].max(axis=0)
        bars = np.maximum(bars, (scene.bound[place] != 0.0) | (self.locked[deals[0]] > 0.0))
        surplus = self.apply(rules.surplus, ratio=self.ratio)[deals].min(axis=0)
        table = self.apply(
            rules.package_offered, surplus=surplus, leverage=scene.leverage, free=1.0 - bars
        )
        extra[3], extra[8], extra[9] = self.apply(
            rules.package_gains, relief=scene.relief[place], debt=scene.forgiven,
            size=total(self.size[deals]),
        )  # fmt: skip
        found = np.stack(extra)
        for other in {*TASK_OF[deals].tolist()} - {task}:
            kept = (self.held * self.offered)[OF_TASK[other]]
            taken = np.maximum(kept, IN_PACKAGE[place][OF_TASK[other]])
            worth = self.worth_of(other, np.stack([kept, taken], axis=1), scene)
            found = found + worth[:, 1] - worth[:, 0]
        return IN_PACKAGE[place][rows], table, found

    def _options(self, task: int, base: Array, scene: Scene, review: Array) -> tuple[Array, Array]:
        """Return the options of a decision ``(deal, option, run)``, and of whom terms are asked.

        All but the last of `OPTIONS`, which changes no bundle: it asks the power whose conditions
        weigh most, ``(deal, run)``.
        """
        rows = OF_TASK[task]
        count = len(rows)
        one = np.eye(count)[:, :, None]
        flipped = base[:, None] * (1.0 - one) + (1.0 - base[:, None]) * one
        worth = self.worth_of(task, np.concatenate([base[:, None], flipped], axis=1), scene)
        value = total(worth)
        gain = (value[1:] - value[0]) * (1.0 - 2.0 * base)
        found = gain / np.maximum(self.size[rows], 1e-6)
        found = np.where(review > 0.5, found, self.gain[rows])
        self.gain = put(self.gain, rows, found)
        free = (self.locked[rows] <= 0.0) * (1.0 - self.fixed[rows])
        takes, drops = self.offered[rows] * (1.0 - base), base * free
        best = picked(gain, takes)
        second = picked(gain, takes * (1.0 - best))
        worst = picked(-gain, drops)
        power = by_power(scene.useful * put(self.zeros(), rows, base))
        largest = np.argmax(power, axis=0)
        leaves = drops * (POWER_OF[rows][:, None] == largest)
        found = [base, base + best, base + second, base + best + second]
        found += [base - worst, base - worst + best, base - leaves]
        asked_of = picked(
            self.condition[rows] * self.size[rows], base * (self.condition[rows] > 0.0)
        )
        return np.stack(found, axis=1), asked_of

    # --- terms -----------------------------------------------------------------------------------

    def renegotiate(self, leverage: Array, review: Array) -> None:
        """Let who is refused pay more, and the patron take part of what the regime gains."""
        sweet = self.apply(
            rules.sweetened, sweet=self.sweet,
            refused=self.offered * (1.0 - self.held) * self.generous, held=self.held,
            keenness=np.log(np.maximum(self.ratio, 1e-6)),
            limit=self.generous * self.values.generosity,
        )  # fmt: skip
        aim = self.moscow * self.apply(
            rules.concession_aim, gain=self.gain * len(TASKS), leverage=leverage, held=self.held
        )
        self.sweet = self.sweet + review * (sweet - self.sweet)
        pace = review * rules.QUARTER / self.values.clock_year
        self.given = self.given + pace * (aim - self.given)

    def moods(self, regime: Array, powers: Array, review: Array) -> None:
        """Let what moves regime and powers besides their reasons drift; draws are normal."""
        for name, normal in (("mood", regime), ("whim", powers)):
            old = getattr(self, name)
            fresh = self.apply(rules.mood_step, mood=old, normal=normal)
            setattr(self, name, old + review * (fresh - old))

    def remember(self, share: Array, *, clock_year: Array) -> None:
        """Let powers remember what share of each deal was diverted, ``(deal, run)``."""
        self.lost = self.lost + (share - self.lost) / clock_year


class ExternalPower(Member):
    """One power: ``power.budget`` is ``(run,)``, ``power.provision`` ``(task, run)``."""


class ExternalPowers(Actors[ExternalPower]):
    """External powers: attention, budgets, what they carry.

    What they offer and what of it is taken are the `Deals`.
    """

    dimension = "power"
    member = ExternalPower
    #: 1 for a power of the West, for Moscow, for a bloc that Moscow watches, ``(power, 1)``.
    west = column(name in WEST for name in POWERS)
    moscow = column(name in MOSCOW for name in POWERS)
    bloc = column(name in BLOCS for name in POWERS)

    attention = state("index", "logarithm of its attention over the usual")
    budget = state("ratio", "security money for the country, 1 = usual", start=1.0)
    seen = state("index", "what of its tasks is open to it")
    seen_usual = state("index", "the same as usual", usual="seen")
    provision = state("share", "of the task that it carries", "task")
    carried = state("share", "its provision summed over tasks")

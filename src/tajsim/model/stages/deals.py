"""Stages offers and delivery, and the bargain between them: what powers want and regimes take."""

from functools import partial

import numpy as np

import tajsim.agents.deals as book
import tajsim.axes as axes
from tajsim.agents.agency import shared_out
from tajsim.axes import Array, total
from tajsim.inputs.registry import base_value
from tajsim.inputs.switches import REVIEW
from tajsim.model.country import Country
from tajsim.model.notes import note_decision, note_package, note_pressure
from tajsim.model.stages.money import recruit
from tajsim.rules import deals as rules, outsourcing
from tajsim.rules.aid import as_told, watch
from tajsim.world import WATCHED

#: 1 where the first power watches the second, ``(power, power, 1)``.
WATCHES = np.array([[[float(p in WATCHED.get(by, ()))] for p in axes.POWERS] for by in axes.POWERS])
MIGRANTS = axes.PRESSURES.index("migrants")
BORDER, ELITE = axes.TASKS.index("border"), axes.TASKS.index("elite_control")
ORDER, MILITANCY = axes.TASKS.index("internal_order"), axes.TASKS.index("militancy")
#: Tasks by their weight for survival before any threat: the order of decisions.
IN_TURN = sorted(
    range(len(axes.TASKS)), key=lambda t: -base_value(f"survival_weight.{axes.TASKS[t]}")
)
#: 1 for the tasks that drugs touch, ``(task, 1)``.
OF_DRUGS = axes.column(task in ("border", "drugs") for task in axes.TASKS)
#: Sections in the order in which they were handed over (matveeva-2004:159).
HANDED_OVER = (1, 0, 2, 3, 4)


def offers(country: Country) -> None:
    """Powers weigh their deals. Writes: attention, budgets, offers, their size and conditions."""
    deals, powers, draws = country.deals, country.powers, country.draws
    month, review = country.calendar_month, country.calendar.quarter_ends
    normal = draws.normal_each("attention", axes.POWERS, month)
    powers.attention = powers.apply(
        rules.attention_step, attention=powers.attention, normal=normal,
        shared=draws.normal("attention", "west", month), allied=powers.west,
    )  # fmt: skip
    attention = powers.apply(rules.attends, attention=powers.attention)
    threat, useful = threats(country), country.useful
    # The regime knows how much of it is told for gain.
    threat[MILITANCY] = country.apply(
        as_told, threat=threat[MILITANCY], told=country.told, usual=country.told_start
    )
    left = (1.0 - cover_of(country, useful))[book.TASK_OF]
    spot = useful * deals.spot
    alone = deals.apply(rules.left_alone, left=left, on_the_spot=spot, aid=useful - spot)
    gap = country.regime.weakness[book.TASK_OF] * alone
    part = powers.carried / np.maximum(total(powers.carried), 1e-9)
    rival = total(WATCHES * part[None], axis=1)
    friend = (powers.moscow - powers.west) * country.alignment
    deals.apply(deals.remember, country.diverted_part)
    powers.seen = book.by_power(deals.exposure * threat[book.TASK_OF] * gap)
    seen = np.where(powers.seen_usual > 0.0, powers.seen / np.maximum(powers.seen_usual, 1e-9), 1.0)
    capacity = powers.apply(
        rules.capacity, attention=attention, patron=powers.moscow, boom=country.outside.boom,
        usual=book.USUAL_BUDGET,
    )  # fmt: skip
    aim = powers.apply(rules.budget_aim, seen=seen, capacity=capacity)
    powers.budget = powers.budget + (aim - powers.budget) / country.values.clock_year
    motives = deals.weigh(threat, gap, attention, rival, friend, powers.budget)
    deals.benefit = sum(motives, deals.zeros())
    whim = draws.normal_each("whim", axes.DEALS, month)
    mood = draws.normal_each("mood", axes.DEALS, month)
    deals.moods(mood, whim, review)
    deals.offer(
        open_now(country), country.values.power_condition, country.values.donor_coordination,
        country.regime.vote_refused, review,
    )  # fmt: skip
    costs = country.values.task_cost[book.TASK_OF]
    country.now["aid_pledged"] = book.by_power(
        deals.offered * deals.size * costs * (1.0 - deals.spot)
    )


def open_now(country: Country) -> Array:
    """Return 1 where a deal can be offered: its year has come, what it follows is gone."""
    deals = country.deals
    year = country.calendar.year
    follows = 1.0 - book.WAITS * (deals.ramp[book.AFTER] > 0.0)
    result: Array = (deals.opens <= np.maximum(year, FIRST_YEAR)) * follows
    return result


#: What was on offer in early 2004 was so before.
FIRST_YEAR = 2002.0


def threats(country: Country) -> Array:
    """Return the threat to each task over its usual level, ``(task, run)``."""
    regime, world = country.regime, country.outside
    return country.apply(
        rules.threat, perceived=regime.perceived, usual=regime.perceived_usual, drugs=OF_DRUGS,
        believed=world.harvest_believed, expected=world.harvest_usual,
    )  # fmt: skip


def cover_of(country: Country, useful: Array) -> Array:
    """Return the share of each task that outsiders carry, ``(task, run)``."""
    spot = useful * country.deals.spot
    aid = useful - spot
    return np.stack(
        [country.apply(rules.cover, on_the_spot=spot[r], aid=aid[r]) for r in book.OF_TASK]
    )


def scene_of(country: Country) -> book.Scene:
    """Return what the regime's choice reads besides the deals."""
    regime, deals, values = country.regime, country.deals, country.values
    threat = threats(country)
    weight = regime.weight
    fear = total((weight * threat)[[ORDER, ELITE]]) / total(weight[[ORDER, ELITE]])
    opening = country.opening / np.maximum(country.opening_usual, 1e-9)
    western = deals.offered * deals.size * deals.west
    asked = total(western * deals.condition) / np.maximum(total(western), 1e-9)
    wished = deals.benefit * deals.size * deals.moscow * deals.offered
    # How firmly Moscow keeps the guard of the border is a lever of its own.
    wished[book.GUARDS] = wished[book.GUARDS] * values.border_hold
    bite = bites(country)
    chance = country.apply(
        rules.press_chance, grievance=country.moscows_grievance, bite=bite, cost=book.LEVER_COST
    )
    harm = partial(country.apply, rules.expected_harm, chance=chance, pulled=country.pulled)
    return book.Scene(
        weight=weight, own=1.0 - regime.weakness, unpaid=regime.shortfall,
        money=values.task_cost / total(values.task_cost), calm=country.apply(rules.calm, fear=fear),
        opening=opening, demands=weight[ELITE] * asked,
        corruption=values.aid_diversion * country.cronyism, watch=country.apply(watch),
        bite=bite, pulled=country.pulled, useful=country.useful,
        desire=wished * deals.apply(rules.surplus, ratio=deals.ratio), wishes=total(wished),
        bound=np.where(country.calendar.year < book.OPENS, 1.0, country.bound),
        relief=np.stack([harm(bite=bite * forgone) for forgone in book.FORGOES]),
        leverage=country.leverage,
        forgiven=debt_ratio(country) - debt_ratio(country, values.debt_written_off),
    )  # fmt: skip


def bites(country: Country) -> Array:
    """Return how much each lever that Moscow is free to pull would hurt, ``(pressure, run)``."""
    bound = (book.FORGOES * (country.bound[:, None] > 0.0)).max(axis=0)
    found = country.apply(
        rules.bites, remittances=country.last["remittances"], debt_ratio=debt_ratio(country),
        invested=country.invested[book.PATRON], output=country.last["output"],
        weight=country.regime.weight[ELITE], word=country.deals.ramp[book.BACKING],
    )  # fmt: skip
    bite: Array = (1.0 - bound) * np.stack(found)
    return bite


def debt_ratio(country: Country, written: Array | float = 0.0) -> Array:
    """Return debt to Moscow less ``written`` off over itself and a year's revenue, 0 to 1."""
    debt = np.maximum(country.russian_debt - written, 0.0)
    return country.apply(rules.debt_ratio, debt=debt, revenue=country.last["budget"])


def bargain(country: Country) -> None:
    """The regime decides task by task; Moscow may press. Writes: deals, terms, pressure."""
    deals, review = country.deals, country.calendar.quarter_ends
    scene = scene_of(country)
    if review.any():
        with country.asking(REVIEW):
            decide(country, scene, review)
    country.leverage = country.apply(
        rules.leverage, debt_ratio=debt_ratio(country), remittance_ratio=scene.bite[MIGRANTS]
    )
    deals.renegotiate(country.leverage, review)
    press(country, scene, review)
    deals.stand()
    # A scenario that ends one of its deals ends what binds both sides.
    whole = np.stack(
        [np.where(mine > 0.0, deals.held, 1.0).min(axis=0) for mine in book.IN_PACKAGE]
    )
    # What both have had is not offered again.
    left = (country.bound - 1.0) * whole
    left = np.where(left > 0.0, left, -1.0)
    country.bound = np.where(country.bound > 0.0, left, country.bound)
    guard_by_deal(country)


def decide(country: Country, scene: book.Scene, review: Array) -> None:
    """Decide on the deals of all tasks, one after the other."""
    for name in DEALT:
        country.now[name] = country.powers.zeros()
    for task in IN_TURN:
        draw = country.draws.uniform("terms", axes.TASKS[task], country.calendar_month)
        decision = country.deals.decide(task, scene, draw, review)
        count(country, decision)
        note_decision(country, decision, axes.TASKS[task])
        if task in book.LEADS:
            agree(country, book.LEADS[task], decision)


def agree(country: Country, place: int, decision: book.Decision) -> None:
    """A package is taken whole."""
    written = bind(country, place, decision.whole)
    country.now["deals_made"] += book.by_power(decision.joined)
    note_package(country, decision, axes.PACKAGES[place], written)


def bind(country: Country, place: int, whole: Array) -> Array:
    """Let the power of a package forgo levers for its term; return the debt that it writes off.

    Args:
        place: of the package.
        whole: 1 where it is agreed, ``(run,)``.
    """
    term = whole * country.deals.term[book.IN_PACKAGE[place][:, 0].argmax()]
    here = (np.arange(len(axes.PACKAGES)) == place)[:, None]
    country.bound = np.where(here * term > 0.0, np.maximum(country.bound, term), country.bound)
    written = whole * np.minimum(country.russian_debt, country.values.debt_written_off)
    country.debt_settled = country.debt_settled + written
    return written


#: What decisions come to -> the outcome that counts it, by power.
DEALT = {
    "deals_made": "made",
    "deals_dropped": "dropped",
    "deals_ended": "ended",
    "deals_refused": "refused",
    "deals_asked": "asked",
    "deals_eased": "granted",
}


def count(country: Country, decision: book.Decision) -> None:
    """Count what a decision came to, by the power concerned."""
    for outcome, name in DEALT.items():
        done, by = getattr(decision, name), book.POWER_OF[decision.rows]
        country.now[outcome] = country.now[outcome] + book.by_power(done, by)


def press(country: Country, scene: book.Scene, review: Array) -> None:
    """Moscow pulls a lever, or lets go of it where it has been met."""
    powers = country.powers
    refused = total(scene.desire * (1.0 - country.deals.held)) / np.maximum(scene.wishes, 1e-9)
    bloc = total(powers.carried * powers.bloc) / np.maximum(total(powers.carried), 1e-9)
    country.moscows_grievance = country.apply(rules.grievance, refused=refused, bloc=bloc)
    known = {"grievance": country.moscows_grievance, "bite": scene.bite, "cost": book.LEVER_COST}
    chance = country.apply(rules.press_chance, **known)
    draw = country.draws.uniform_each("press", axes.PRESSURES, country.calendar_month)
    quarter, let_go = country.apply(rules.moves_of_a_lever, chance=chance)
    begins = review * (1.0 - country.pulled) * (draw < quarter)
    ends = review * country.pulled * (draw < let_go)
    country.pulled = country.pulled + begins - ends
    country.now["pressing"] = begins
    country.expected_harm = country.apply(
        rules.expected_harm, chance=chance, bite=scene.bite, pulled=country.pulled
    )
    note_pressure(country, begins, ends, refused)


def guard_by_deal(country: Country) -> None:
    """Let sections and people of the Russian guard follow its deal; its men serve, or are idle."""
    guard, own = country.agency["russian_border_troops"], country.agency["border_troops"]
    length = country.values.section_length
    deals, whole = country.deals, total(length[[*HANDED_OVER]])
    # Sections that a scenario hands over are not its any more, however much of the deal stands.
    left = np.minimum(deals.ramp[book.GUARDS], total(country.sections_once) / whole)
    deals.ramp = book.put(deals.ramp, np.array([book.GUARDS]), left)
    target = left * whole
    held = total(guard.guarded_km)
    for section in HANDED_OVER:
        mine = guard.guarded_km[section]
        gives = mine * (held - 0.5 * mine >= target) * (deals.held[book.GUARDS] < 0.5)
        held = held - gives
        guard.guarded_km[section] = mine - gives
        own.guarded_km[section] = own.guarded_km[section] + gives
        own.extra_km = own.extra_km + gives
        country.note(
            "handover", gives > 0.0, actor="border_troops", target=axes.SECTIONS[section],
            size=gives, cause="deal_over",
        )  # fmt: skip
    for section in reversed(HANDED_OVER):
        due = country.sections_once[section] - guard.guarded_km[section]
        takes = (held + 0.5 * due <= target) * (deals.held[book.GUARDS] > 0.5)
        takes = takes * np.minimum(due, length[section])
        held = held + takes
        country.note(
            "handover", takes > 0.0, actor=guard.name, target=axes.SECTIONS[section],
            size=takes, cause="deal_again",
        )  # fmt: skip
        guard.guarded_km[section] = guard.guarded_km[section] + takes
        own.guarded_km[section] = own.guarded_km[section] - takes
        own.extra_km = own.extra_km - takes
    # As many men to a kilometre as the size of its deal pays for.
    paid_for = deals.size[book.GUARDS] / deals.documented_size[book.GUARDS]
    wanted = guard.strength_start * held / whole * paid_for
    joining = country.agencies.zeros()
    change = wanted - guard.strength
    kept = 1.0 - (guard.withdrawing > 0.0) * (change > 0.0)
    joining[guard.rank] = change * kept
    # Most of its men are from here: they serve on under the own command, as far as it has posts.
    posts = np.maximum(own.extra_km, 0.0) * country.values.persons_per_km
    serve = np.minimum(-np.minimum(joining[guard.rank], 0.0), np.maximum(posts - own.strength, 0.0))
    joining[own.rank] = country.values.guards_serve_on * serve
    recruit(country, joining)


def delivery(country: Country) -> None:
    """Powers deliver. Writes: agency purses, aid by agency, provision of tasks."""
    deals, values = country.deals, country.values
    scene_watch, corruption = country.apply(watch), values.aid_diversion * country.cronyism
    arriving = np.where(deals.moscow > 0.5, values.delivery_moscow, values.delivery)
    paid = deals.paid * arriving
    fate = deals.fate(paid, corruption, scene_watch)
    cost = values.task_cost[book.TASK_OF]  # USD/month
    aid, now = 1.0 - deals.spot, country.now
    country.diverted_part = fate.diverted * aid / np.maximum(paid, 1e-9) * (paid > 1e-9)
    now["aid_delivered"] = book.by_power(paid * aid * cost)
    now["aid_paid"] = book.by_power(paid * aid * cost, book.PAYER_OF)
    now["aid_diverted"] = book.by_power(fate.diverted * aid * cost)
    now["aid_duplicated"] = book.by_task(fate.repeated * cost)
    for amount in now["aid_diverted"]:
        country.money.move("world", "patronage", amount)
    # Access is paid to the state, and what of it the circle takes out of the treasury is its rent.
    now["access_rent"] = book.by_power(paid * deals.spot * cost)
    now["access_rent_taken"] = total(fate.diverted * deals.spot * cost)
    country.money.move("world", "treasury", total(now["access_rent"]))
    country.money.move("treasury", "patronage", now["access_rent_taken"])
    country.useful = deals.useful_now(corruption, scene_watch)
    hand_out(country, (paid - fate.diverted) * aid * cost, fate.useful * aid * cost)
    carry(country)


def hand_out(country: Country, arrives: Array, useful: Array) -> None:
    """Divide aid, USD ``(deal, run)``, over the country's own agencies of each task, evenly."""
    received, condition = book.by_task(arrives), country.deals.condition
    money, aid, watched = shared_out(
        np.stack([received, book.by_task(useful), book.by_task(useful * condition)])
    )
    country.money.pay_each("world", axes.AGENCIES, money)
    country.now["aid_received"] = money
    country.agencies.receive_aid(aid, watched)
    # A guard that leaves hands over its posts and kit, and teaches those who come (M75).
    own = country.agency["border_troops"]
    posts = np.maximum(own.extra_km, 0.0) * country.values.persons_per_km
    own.aid = own.aid + country.values.exit_package * posts


def carry(country: Country) -> None:
    """Work out what share of each task each power carries, and what outsiders do in all."""
    deals, powers = country.deals, country.powers
    spot = country.useful * deals.spot
    aid = country.useful - spot
    found = powers.zeros(len(axes.TASKS))
    for p, mine in enumerate(book.OF_POWER):
        for t in range(len(axes.TASKS)):
            rows = [row for row in mine if book.TASK_OF[row] == t]
            if rows:
                found[t, p] = country.apply(rules.cover, on_the_spot=spot[rows], aid=aid[rows])
    powers.provision, powers.carried = found, total(found)
    country.regime.task_provision = cover_of(country, country.useful)
    country.alignment = country.apply(
        outsourcing.alignment, by_power=powers.carried, west=powers.west, moscow=powers.moscow
    )


def kept_out(country: Country) -> Array:
    """Return the share of migrants' work that Moscow does not take away, 0 to 1, ``(run,)``."""
    result: Array = 1.0 - country.values.pressure_force * country.pulled[MIGRANTS]
    return result

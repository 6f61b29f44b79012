"""Stage 3, choices: the regime's effort, offers taken, orders against commanders, repression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.agents.commander import SERVING, WAITING
from tajsim.axes import REPRESSION_STEPS, TASKS, total
from tajsim.rules.outsourcing.dependence import alignment
from tajsim.rules.powers.guarantee import leverage, objection
from tajsim.rules.society.repression import standing

if TYPE_CHECKING:
    from tajsim.axes import Array
    from tajsim.model.country import Country


def choices(country: Country) -> None:
    """The regime chooses. Writes: effort, mandates, orders, posts, repression step."""
    regime = country.regime
    for commander in country.commanders:
        commander.weigh(regime.trust)
    regime.perceived = perceived_threats(country)
    regime.choose_effort()
    position(country)
    take_offers(country)
    regime.pay_instalment(country.leverage)
    order_purges(country)
    climb_ladder(country)


def perceived_threats(country: Country) -> Array:
    """Return the threat the regime perceives on each task, index, ``(task, run)``."""
    regime = country.regime
    seen = np.zeros((len(TASKS), country.run_count))
    seen[TASKS.index("internal_order")] = country.mean_voice
    worst = country.commanders[0].threat
    for commander in country.commanders[1:]:
        worst = np.maximum(worst, commander.threat)
    seen[TASKS.index("elite_control")] = worst
    seen[TASKS.index("militancy")] = np.minimum(country.militants_inside / 500.0, 2.0)
    crossed = total(country.last["attempts"])
    seen[TASKS.index("external_defence")] = country.values["neighbour_hostility"] + crossed
    seen[TASKS.index("border")] = 0.5 * crossed
    regime.incidents = regime.incidents * 0.92
    return seen


def position(country: Country) -> None:
    """Work out the regime's position between the camps, and what Moscow makes of it."""
    by_power = np.stack([total(p.provision) for p in country.powers])
    west = np.array([[p.west] for p in country.powers])
    moscow = np.array([[p.moscow] for p in country.powers])
    blocs = np.array([[p.bloc] for p in country.powers])
    country.alignment = alignment(by_power, west, moscow)
    whole = np.maximum(total(by_power), 1e-9)
    country.west_share = total(by_power * west) / whole
    country.objection = country.ask(objection, total(by_power * blocs) / whole)
    country.leverage = country.ask(leverage, country.values["debt_to_russia"], country.migrants)
    for power in country.powers:
        power.back(country.alignment, country.base_presence * power.moscow)
    country.guarantee = country.power["russia"].backing


def take_offers(country: Country) -> None:
    """Move each power's mandate towards what the regime makes of its offer."""
    exposure = np.minimum(country.mean_voice + 0.5 * country.regime.strain, 1.0)
    cost = country.values.family("task_cost")
    intrusion = country.values.family("power_intrusion")
    condition = country.values.family("power_condition")
    for i, power in enumerate(country.powers):
        power.mandate = country.regime.consider(
            power.mandate,
            power.offer / cost,
            power.backing,
            intrusion[i],
            condition[i],
            country.objection * power.bloc,
            exposure,
        )


def order_purges(country: Country) -> None:
    """Strike at most at one commander a month; call successors to posts that fell vacant."""
    regime, month = country.regime, country.calendar_month
    regime.months_since_purge = regime.months_since_purge + 1.0
    free = np.ones(country.run_count)
    # In the order of the threat they pose; a fixed order would spare the last in the list.
    order = np.argsort(-np.stack([c.threat for c in country.commanders]), axis=0, kind="stable")
    hazards = [c.hazard(country.guarantee, regime.months_since_purge) for c in country.commanders]
    draws = [country.draws.uniform("purge", c.name, month) for c in country.commanders]
    for rank in range(len(country.commanders)):
        for i, commander in enumerate(country.commanders):
            here = (order[rank] == i) * free
            strikes = here * (draws[i] < hazards[i])
            # Who has humiliated the regime is arrested; the others are first dismissed.
            commander.arrest_order = np.maximum(
                commander.arrest_order, strikes * (commander.grudge > 0.0)
            )
            commander.dismissal_order = np.maximum(
                commander.dismissal_order, strikes * (commander.grudge <= 0.0)
            )
            free = free * (1.0 - strikes)
    struck = 1.0 - free
    regime.months_since_purge = np.where(struck > 0.5, 0.0, regime.months_since_purge)
    call_successors(country)


def call_successors(country: Country) -> None:
    """Give a vacant post to the successor who is waiting for it."""
    for successor in country.commanders:
        if successor.facts.post == "" or not successor.waits_for_post:
            continue
        holders = [
            c
            for c in country.commanders
            if c.home_post == successor.home_post and c is not successor
        ]
        vacant = np.ones(country.run_count)
        for holder in holders:
            vacant = vacant * (holder.post != holder.home_post)
        called = (successor.status == WAITING) & (vacant > 0.5)
        successor.status = np.where(called, float(SERVING), successor.status)
        successor.post = np.where(called, float(successor.home_post), successor.post)


def climb_ladder(country: Country) -> None:
    """Take one more step of repression where the threat seems to call for it."""
    regime, irpt = country.regime, country.movement["irpt"]
    seats = irpt.seats / country.values["seats_all"]
    chance = regime.climb_chance(
        country.values["party_appeal"],
        seats,
        1.0 - country.mean_control,
        country.mean_voice,
        country.west_share,
        country.values["west_priority"],
        country.values["moscow_tolerance"],
    )
    taken = country.draws.happens("ladder", "regime", country.calendar_month, chance)
    regime.ladder = regime.ladder + taken
    lost = regime.ladder >= 1.0 + REPRESSION_STEPS.index("seats_lost")
    irpt.seats = np.where(lost, 0.0, irpt.seats)
    country.standing = standing(regime.ladder)

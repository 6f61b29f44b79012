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
    from tajsim.model.model import TajikistanModel


def choices(model: TajikistanModel) -> None:
    """The regime chooses. Writes: effort, mandates, orders, posts, repression step."""
    regime = model.regime
    for commander in model.commanders:
        commander.weigh(regime.trust)
    regime.perceived = perceived_threats(model)
    regime.choose_effort()
    position(model)
    take_offers(model)
    regime.pay_instalment(model.leverage)
    order_purges(model)
    climb_ladder(model)


def perceived_threats(model: TajikistanModel) -> Array:
    """Return the threat the regime perceives on each task, index, ``(task, run)``."""
    regime = model.regime
    seen = np.zeros((len(TASKS), model.run_count))
    seen[TASKS.index("internal_order")] = model.mean_voice
    worst = model.commanders[0].threat
    for commander in model.commanders[1:]:
        worst = np.maximum(worst, commander.threat)
    seen[TASKS.index("elite_control")] = worst
    seen[TASKS.index("militancy")] = np.minimum(model.militants_inside / 500.0, 2.0)
    crossed = total(model.last["attempts"])
    seen[TASKS.index("external_defence")] = model.values["neighbour_hostility"] + crossed
    seen[TASKS.index("border")] = 0.5 * crossed
    regime.incidents = regime.incidents * 0.92
    return seen


def position(model: TajikistanModel) -> None:
    """Work out the regime's position between the camps, and what Moscow makes of it."""
    by_power = np.stack([total(p.provision) for p in model.powers])
    west = np.array([[p.west] for p in model.powers])
    moscow = np.array([[p.moscow] for p in model.powers])
    blocs = np.array([[p.bloc] for p in model.powers])
    model.alignment = alignment(by_power, west, moscow)
    whole = np.maximum(total(by_power), 1e-9)
    model.west_share = total(by_power * west) / whole
    model.objection = model.ask(objection, total(by_power * blocs) / whole)
    model.leverage = model.ask(leverage, model.values["debt_to_russia"], model.migrants)
    for power in model.powers:
        power.back(model.alignment, model.base_presence * power.moscow)
    model.guarantee = model.power["russia"].backing


def take_offers(model: TajikistanModel) -> None:
    """Move each power's mandate towards what the regime makes of its offer."""
    exposure = np.minimum(model.mean_voice + 0.5 * model.regime.strain, 1.0)
    cost = model.values.family("task_cost")
    intrusion = model.values.family("power_intrusion")
    condition = model.values.family("power_condition")
    for i, power in enumerate(model.powers):
        power.mandate = model.regime.consider(
            power.mandate,
            power.offer / cost,
            power.backing,
            intrusion[i],
            condition[i],
            model.objection * power.bloc,
            exposure,
        )


def order_purges(model: TajikistanModel) -> None:
    """Strike at most at one commander a month; call successors to posts that fell vacant."""
    regime, month = model.regime, model.calendar_month
    regime.months_since_purge = regime.months_since_purge + 1.0
    free = np.ones(model.run_count)
    # In the order of the threat they pose; a fixed order would spare the last in the list.
    order = np.argsort(-np.stack([c.threat for c in model.commanders]), axis=0, kind="stable")
    hazards = [c.hazard(model.guarantee, regime.months_since_purge) for c in model.commanders]
    draws = [model.draws.uniform("purge", c.name, month) for c in model.commanders]
    for rank in range(len(model.commanders)):
        for i, commander in enumerate(model.commanders):
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
    call_successors(model)


def call_successors(model: TajikistanModel) -> None:
    """Give a vacant post to the successor who is waiting for it."""
    for successor in model.commanders:
        if successor.facts.post == "" or not successor.waits_for_post:
            continue
        holders = [
            c for c in model.commanders if c.home_post == successor.home_post and c is not successor
        ]
        vacant = np.ones(model.run_count)
        for holder in holders:
            vacant = vacant * (holder.post != holder.home_post)
        called = (successor.status == WAITING) & (vacant > 0.5)
        successor.status = np.where(called, float(SERVING), successor.status)
        successor.post = np.where(called, float(successor.home_post), successor.post)


def climb_ladder(model: TajikistanModel) -> None:
    """Take one more step of repression where the threat seems to call for it."""
    regime, irpt = model.regime, model.movement["irpt"]
    seats = irpt.seats / model.values["seats_all"]
    chance = regime.climb_chance(
        model.values["party_appeal"],
        seats,
        1.0 - model.mean_control,
        model.mean_voice,
        model.west_share,
        model.values["west_priority"],
        model.values["moscow_tolerance"],
    )
    taken = model.draws.happens("ladder", "regime", model.calendar_month, chance)
    regime.ladder = regime.ladder + taken
    lost = regime.ladder >= 1.0 + REPRESSION_STEPS.index("seats_lost")
    irpt.seats = np.where(lost, 0.0, irpt.seats)
    model.standing = standing(regime.ladder)

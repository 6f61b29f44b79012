"""Stage 11, force: mutinies are fought out, militants cross or are stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.agents.commander import KILLED, MUTINIED
from tajsim.axes import AFGHAN_SECTIONS, Array, total
from tajsim.rules.elite.mutiny import mutiny_wins
from tajsim.rules.militants.crossing import deterrence, militants_inside_step
from tajsim.rules.militants.weapons import weapons_seized

if TYPE_CHECKING:
    from tajsim.model.model import TajikistanModel

N = len(AFGHAN_SECTIONS)


def force(model: TajikistanModel) -> None:
    """Fighting. Writes: losses, militants inside, incidents, coups."""
    fight_mutinies(model)
    cross(model)
    arms = model.values["weapons_flow"] * model.pressure
    entering = total(model.now["entering"][:N])
    share = model.now["entering"][:N] / np.maximum(entering, 1e-9)
    model.now["weapons_seized"] = model.ask(weapons_seized, arms * share, model.guard_strength[:N])


def fight_mutinies(model: TajikistanModel) -> None:
    """The state fights mutineers within the month; one that wins topples it."""
    for i, commander in enumerate(model.commanders):
        up = model.now["mutinies"][i] * (commander.status == MUTINIED)
        draw = model.draws.uniform("battle", commander.name, model.calendar_month)
        wins = up * model.ask(
            mutiny_wins,
            commander.following,
            loyal_force(model, commander.home_post),
            model.values["internal_backing"] * model.guarantee,
            draw,
        )
        model.coup = np.maximum(model.coup, wins)
        dead = up * 0.2 * commander.following
        killed(model, dead)
        commander.status = np.where(up - wins > 0.5, float(KILLED), commander.status)
        model.regime.incidents = model.regime.incidents + up


def loyal_force(model: TajikistanModel, without: int) -> Array:
    """Return the persons who would fight for the regime, weighted by quality and trust."""
    found = np.zeros(model.run_count)
    for i, agency in enumerate(model.agencies):
        if agency.foreign or agency.name in ("customs", "border_troops"):
            continue
        # The mutineer's own agency stands half aside.
        part = 0.5 if i == without else 1.0
        found = found + part * agency.strength * agency.quality
    return found * model.regime.trust


def killed(model: TajikistanModel, persons: Array) -> None:
    """Count deaths; the dead are taken from the people at home."""
    everyone = np.maximum(model.home_people, 1.0)
    for region in model.regions:
        home = f"home_{region.name}"
        model.people.move(home, "dead", persons * model.people[home] / everyone)
    model.now["deaths"] += persons


def cross(model: TajikistanModel) -> None:
    """Militant groups build up, probe the weakest section, cross, and are driven out."""
    pressures = model.values.family("militant_pressure")
    stops = model.ask(deterrence, model.base_troops, model.guarantee)
    guard = model.guard_strength[:N]
    weakest = np.argmin(guard, axis=0)
    runs = np.arange(model.run_count)
    density = np.stack([a.deployment[:N] * a.quality for a in model.guards])
    length = model.values.family("section_length")[:N]
    opposition = (total(density) / length)[weakest, runs]
    arrived = np.zeros(model.run_count)
    model.pressure = pressures[0]
    for i, group in enumerate(model.militants):
        group.build_up(pressures[i])
        chance = group.chance(
            1.0 - guard[weakest, runs],
            model.regime.strain,
            model.people["violent"] / 1000.0,
            stops,
        )
        attempt = model.draws.happens("crossing", group.name, model.calendar_month, chance)
        inside, dead = group.cross(attempt, opposition)
        model.now["attempts"][i], model.now["crossed"][i] = attempt, inside
        model.now["deaths"] += dead
        arrived = arrived + inside
        model.regime.incidents = model.regime.incidents + attempt
    army = model.agency["army"]
    ready = np.minimum(army.quality + 0.5 * model.base_presence, 1.0)
    model.militants_inside, gone = model.ask(
        militants_inside_step, model.militants_inside, arrived, ready
    )
    model.now["deaths"] += gone

"""Stage 9, society: migration, hardship, fear, grievance; the channel absorbs or sheds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import SECTIONS, Array, total
from tajsim.rules.society.channel import radicalised, violent_flows
from tajsim.rules.society.grievance import absorption
from tajsim.world import SECTION_REGION

if TYPE_CHECKING:
    from tajsim.model.model import TajikistanModel


def society(model: TajikistanModel) -> None:
    """People respond. Writes: people, grievance, fear, protest, members."""
    absorbed = model.ask(
        absorption,
        model.movement["irpt"].seats / model.values["seats_all"],
        model.standing,
        model.values["party_appeal"],
    )
    model.absorbed = absorbed
    # Religious control has its own lever and grows with the ladder.
    model.creed = np.minimum(model.values["religious_control"] + 0.08 * model.regime.ladder, 1.0)
    feel(model, absorbed)
    grow_and_migrate(model)
    protest(model)
    members(model)
    violence(model, absorbed)


def feel(model: TajikistanModel, absorbed: Array) -> None:
    """Let hardship, fear and grievance follow their causes."""
    people = np.maximum(model.home_people, 1.0)
    income = model.now["output"] / people
    taken = total(model.now["extortion"]) / people
    police = model.agency["interior_ministry"]
    policing = police.strength / people * model.police_scale
    policing = policing * model.regime.effort_ratio(police.tasks)
    for region in model.regions:
        home = np.maximum(model.people[f"home_{region.name}"], 1.0)
        region.live(income + guard_wages(model, region.name) / home, taken)
        region.feel(
            policing,
            model.regime.ladder,
            police.collusion,
            taken / np.maximum(income, 1e-9),
            model.creed,
            region.idle / home,
            1.0 - model.standing,
            absorbed,
        )


def guard_wages(model: TajikistanModel, region: str) -> Array:
    """Return the wages spent by the guards of a region's border, USD/month (M44, M73)."""
    found = np.zeros(model.run_count)
    for i, section in enumerate(SECTIONS):
        if SECTION_REGION[section] == region:
            for guard in model.guards:
                found = found + guard.deployment[i] * guard.pay
    return found


def grow_and_migrate(model: TajikistanModel) -> None:
    """Births less deaths, and people leaving or coming back."""
    for i, region in enumerate(model.regions):
        home, abroad = f"home_{region.name}", f"abroad_{region.name}"
        births = model.people[home] * model.values["population_growth"]
        model.people.move("world", home, births)
        leaving = region.migrate(
            model.people[home], model.people[abroad], model.outside.migrant_demand
        )
        model.people.move(home, abroad, leaving)
        model.now["left_country"][i] = leaving


def protest(model: TajikistanModel) -> None:
    """Discontent is voiced where fear and departure have not silenced it."""
    for i, region in enumerate(model.regions):
        home, abroad = f"home_{region.name}", f"abroad_{region.name}"
        everyone = np.maximum(model.people[home] + model.people[abroad], 1.0)
        chance = region.speak(model.people[abroad] / everyone)
        region.protest = model.draws.happens("protest", region.name, model.calendar_month, chance)
        model.now["protest"][i] = region.protest


def members(model: TajikistanModel) -> None:
    """Movements win members from the aggrieved; a closed party sheds them."""
    people = np.maximum(model.home_people, 1.0)
    pool = people * model.mean_grievance * model.mean_devout
    for movement in model.movements:
        movement.recruit(pool, model.standing)
    violent, underground, _ = model.movement["irpt"].shed(
        np.maximum(1.0 - model.standing - 0.6, 0.0) / 0.4
    )
    model.movement["hizb_ut_tahrir"].members = (
        model.movement["hizb_ut_tahrir"].members + underground
    )
    turn_violent(model, violent)


def violence(model: TajikistanModel, absorbed: Array) -> None:
    """Some of the aggrieved turn to violent groups; some of those leave to fight abroad."""
    services = model.agency["security_ministry"]
    # Attention spent on visible piety is not spent on real threats.
    skill = services.quality * (1.0 - services.collusion) * (1.0 - 0.5 * model.creed)
    pull = model.values["foreign_pull"]
    for region in model.regions:
        home = model.people[f"home_{region.name}"]
        new = model.ask(
            radicalised,
            home,
            region.grievance,
            model.creed * region.devout,
            absorbed,
            region.idle / np.maximum(home, 1.0),
            pull,
        )
        model.people.move(f"home_{region.name}", "violent", new)
        model.now["radicalised"] += new
    leaving, fading, caught = model.ask(violent_flows, model.people["violent"], pull, skill)
    model.people.move("violent", "fighters_abroad", leaving)
    turn_back(model, fading)
    model.people.move("violent", "prisoners", caught)


def turn_violent(model: TajikistanModel, persons: Array) -> None:
    """Move members who turned to violence from the regions, in proportion to people."""
    everyone = np.maximum(model.home_people, 1.0)
    for region in model.regions:
        part = persons * model.people[f"home_{region.name}"] / everyone
        model.people.move(f"home_{region.name}", "violent", part)
    model.now["radicalised"] += persons


def turn_back(model: TajikistanModel, persons: Array) -> None:
    """Move people who gave up violence back home, in proportion to people."""
    everyone = np.maximum(model.home_people, 1.0)
    for region in model.regions:
        part = persons * model.people[f"home_{region.name}"] / everyone
        model.people.move("violent", f"home_{region.name}", part)

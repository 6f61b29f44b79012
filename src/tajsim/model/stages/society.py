"""Stage 9, society: migration, hardship, fear, grievance; the channel absorbs or sheds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import SECTIONS, Array, total
from tajsim.rules.society.channel import radicalised, violent_flows
from tajsim.rules.society.grievance import absorption
from tajsim.world import SECTION_REGION

if TYPE_CHECKING:
    from tajsim.model.country import Country


def society(country: Country) -> None:
    """People respond. Writes: people, grievance, fear, protest, members."""
    absorbed = country.ask(
        absorption,
        country.movement["irpt"].seats / country.values["seats_all"],
        country.standing,
        country.values["party_appeal"],
    )
    country.absorbed = absorbed
    # Religious control has its own lever and grows with the ladder.
    country.creed = np.minimum(
        country.values["religious_control"] + 0.08 * country.regime.ladder, 1.0
    )
    feel(country, absorbed)
    grow_and_migrate(country)
    protest(country)
    members(country)
    violence(country, absorbed)


def feel(country: Country, absorbed: Array) -> None:
    """Let hardship, fear and grievance follow their causes."""
    people = np.maximum(country.home_people, 1.0)
    income = country.now["output"] / people
    taken = total(country.now["extortion"]) / people
    police = country.agency["interior_ministry"]
    policing = police.strength / people * country.police_scale
    policing = policing * country.regime.effort_ratio(police.tasks)
    for region in country.regions:
        home = np.maximum(country.people[f"home_{region.name}"], 1.0)
        region.live(income + guard_wages(country, region.name) / home, taken)
        region.feel(
            policing,
            country.regime.ladder,
            police.collusion,
            taken / np.maximum(income, 1e-9),
            country.creed,
            region.idle / home,
            1.0 - country.standing,
            absorbed,
        )


def guard_wages(country: Country, region: str) -> Array:
    """Return the wages spent by the guards of a region's border, USD/month (M44, M73)."""
    found = np.zeros(country.run_count)
    for i, section in enumerate(SECTIONS):
        if SECTION_REGION[section] == region:
            for guard in country.guards:
                found = found + guard.deployment[i] * guard.pay
    return found


def grow_and_migrate(country: Country) -> None:
    """Births less deaths, and people leaving or coming back."""
    for i, region in enumerate(country.regions):
        home, abroad = f"home_{region.name}", f"abroad_{region.name}"
        births = country.people[home] * country.values["population_growth"]
        country.people.move("world", home, births)
        leaving = region.migrate(
            country.people[home], country.people[abroad], country.outside.migrant_demand
        )
        country.people.move(home, abroad, leaving)
        country.now["left_country"][i] = leaving


def protest(country: Country) -> None:
    """Discontent is voiced where fear and departure have not silenced it."""
    for i, region in enumerate(country.regions):
        home, abroad = f"home_{region.name}", f"abroad_{region.name}"
        everyone = np.maximum(country.people[home] + country.people[abroad], 1.0)
        chance = region.speak(country.people[abroad] / everyone)
        region.protest = country.draws.happens(
            "protest", region.name, country.calendar_month, chance
        )
        country.now["protest"][i] = region.protest


def members(country: Country) -> None:
    """Movements win members from the aggrieved; a closed party sheds them."""
    people = np.maximum(country.home_people, 1.0)
    pool = people * country.mean_grievance * country.mean_devout
    for movement in country.movements:
        movement.recruit(pool, country.standing)
    violent, underground, _ = country.movement["irpt"].shed(
        np.maximum(1.0 - country.standing - 0.6, 0.0) / 0.4
    )
    country.movement["hizb_ut_tahrir"].members = (
        country.movement["hizb_ut_tahrir"].members + underground
    )
    turn_violent(country, violent)


def violence(country: Country, absorbed: Array) -> None:
    """Some of the aggrieved turn to violent groups; some of those leave to fight abroad."""
    services = country.agency["security_ministry"]
    # Attention spent on visible piety is not spent on real threats.
    skill = services.quality * (1.0 - services.collusion) * (1.0 - 0.5 * country.creed)
    pull = country.values["foreign_pull"] * (1.0 + country.broadcast)
    for region in country.regions:
        home = country.people[f"home_{region.name}"]
        new = country.ask(
            radicalised,
            home,
            region.grievance,
            country.creed * region.devout,
            absorbed,
            region.idle / np.maximum(home, 1.0),
            pull,
        )
        country.people.move(f"home_{region.name}", "violent", new)
        country.now["radicalised"] += new
    leaving, fading, caught = country.ask(violent_flows, country.people["violent"], pull, skill)
    country.people.move("violent", "fighters_abroad", leaving)
    turn_back(country, fading)
    country.people.move("violent", "prisoners", caught)


def turn_violent(country: Country, persons: Array) -> None:
    """Move members who turned to violence from the regions, in proportion to people."""
    everyone = np.maximum(country.home_people, 1.0)
    for region in country.regions:
        part = persons * country.people[f"home_{region.name}"] / everyone
        country.people.move(f"home_{region.name}", "violent", part)
    country.now["radicalised"] += persons


def turn_back(country: Country, persons: Array) -> None:
    """Move people who gave up violence back home, in proportion to people."""
    everyone = np.maximum(country.home_people, 1.0)
    for region in country.regions:
        part = persons * country.people[f"home_{region.name}"] / everyone
        country.people.move("violent", f"home_{region.name}", part)

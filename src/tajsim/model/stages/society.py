"""Stage 9, society: migration, hardship, fear, grievance; the channel absorbs or sheds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import AFGHAN_SECTIONS, REGIONS, SECTIONS, TASKS, Array, total
from tajsim.model.chronicle import largest
from tajsim.model.notes.state import note_protest, note_return
from tajsim.rules.society.arrests import released
from tajsim.rules.society.creed import control_of_faith
from tajsim.rules.society.exile import extradited
from tajsim.rules.society.gangs import gangs_step
from tajsim.rules.society.grievance import absorption
from tajsim.rules.society.incidents import incident_chance
from tajsim.rules.society.informers import underworld_step
from tajsim.rules.society.insecurity import crime_aim, crime_step, insecurity
from tajsim.rules.society.radicalisation import (
    fighters_fate,
    radicalised,
    skill_against_violence,
    violent_flows,
)
from tajsim.world import SECTION_REGION

if TYPE_CHECKING:
    from tajsim.model.country import Country

HOMES = tuple(f"home_{r}" for r in REGIONS)

#: Movements whose members are arrested for what they say (matveeva-2004:141-143).
BANNED = ("hizb_ut_tahrir", "bayat")


def society(country: Country) -> None:
    """People respond. Writes: people, grievance, fear, protest, members."""
    values = country.values
    country.creed = country.ask(control_of_faith, country.regime.ladder)
    country.absorbed = country.ask(
        absorption,
        country.movement["irpt"].seats / values["seats_all"],
        country.standing,
        values["party_appeal"],
        country.creed,
    )
    feel(country)
    grow_and_migrate(country)
    protest(country)
    services = country.agency["security_ministry"]
    skill = country.ask(
        skill_against_violence,
        services.quality,
        services.collusion,
        country.creed,
        country.underworld,
    )
    members(country, skill)
    violence(country, skill)
    come_back(country)


def feel(country: Country) -> None:
    """Let hardship, fear and grievance follow their causes."""
    people = np.maximum(country.home_people, 1.0)
    income = (country.now["output"] + country.aid_to_people) / people
    taken = total(country.now["extortion"]) / people
    country.preyed_on = taken / np.maximum(income, 1e-9)
    police, step = country.agency["interior_ministry"], country.regime.ladder
    policing = police.strength / people * country.police_scale
    policing = policing * country.regime.effort_ratio(police.tasks)
    incidents, corruption = country.regime.incidents, country.mean_collusion
    for region in country.regions:
        home = np.maximum(country.people[f"home_{region.name}"], 1.0)
        region.live(income + (guard_wages(country, region.name) + region.farmed) / home, taken)
        region.dread(policing * police.reach, step, police.collusion, incidents)
        region.resent(
            country.preyed_on,
            country.creed,
            region.idle / home,
            region.excluded(country.standing, step, corruption),
            country.ask(insecurity, country.crime, border_weakness(country, region.name)),
            country.absorbed,
        )
    idle = total(np.stack([region.idle for region in country.regions])) / people
    fight_crime(country, policing, idle)


def fight_crime(country: Country, policing: Array, idle: Array) -> None:
    """Police break gangs with what informers tell; the services turn to where the danger is.

    Args:
        policing: police per head times effort, over that at the start.
        idle: returned migrants without work, share of people.
    """
    aim = country.ask(crime_aim, policing, idle, country.gangs)
    country.crime = country.ask(crime_step, country.crime, aim)
    informers = country.informers
    country.gangs = country.ask(gangs_step, country.gangs, policing, informers, idle)
    incidents = country.regime.incidents
    country.underworld = country.ask(underworld_step, country.underworld, country.crime, incidents)


def guard_wages(country: Country, region: str) -> Array:
    """Return the wages spent by the guards of a region's border, USD/month (M44, M73)."""
    found = np.zeros(country.run_count)
    for i, section in enumerate(SECTIONS):
        if SECTION_REGION[section] == region:
            for guard in country.guards:
                found = found + guard.deployment[i] * guard.pay
    return found


def border_weakness(country: Country, region: str) -> Array:
    """Return 1 - mean guard of the Afghan line beside a region, 0 to 1; 0 away from it."""
    mine = [i for i, s in enumerate(AFGHAN_SECTIONS) if SECTION_REGION[s] == region]
    if not mine:
        return np.zeros(country.run_count)
    weak: Array = 1.0 - total(country.guard_strength[mine]) / len(mine)
    return weak


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
    note_return(country)


def protest(country: Country) -> None:
    """Discontent is voiced where fear and departure have not silenced it."""
    for i, region in enumerate(country.regions):
        home, abroad = f"home_{region.name}", f"abroad_{region.name}"
        everyone = np.maximum(country.people[home] + country.people[abroad], 1.0)
        chance, before = region.speak(country.people[abroad] / everyone), region.protest
        region.protest = country.draws.happens(
            "protest", region.name, country.calendar_month, chance
        )
        country.now["protest"][i] = region.protest
        note_protest(country, region, before)


def members(country: Country, skill: Array) -> None:
    """Movements win members by contact; banned ones lose some to arrests; a closed party sheds."""
    people = np.maximum(at_home(country), 1.0)
    ears = np.stack([r.grievance * r.devout for r in country.regions])
    effort = country.regime.effort_ratio([TASKS.index("internal_order")])
    for movement in country.movements:
        movement.ask(movement.recruit, ears, people, country.standing)
        if movement.name in BANNED:
            arrested = movement.lose_to_arrests(skill, effort)
            leave_home(country, "prisoners", arrested)
            country.now["arrests"] += total(arrested)
    # The party is closed once it has lost its status, at the third step.
    violent, underground, exile = country.movement["irpt"].shed(
        (country.standing <= 0.0).astype(float)
    )
    heirs = country.movement["hizb_ut_tahrir"]
    heirs.members = heirs.members + underground
    leave_home(country, "exiles", exile)
    leave_home(country, "violent", violent)
    country.now["radicalised"] += total(violent)


def violence(country: Country, skill: Array) -> None:
    """Some of the aggrieved turn to violent groups; some of those act, some leave to fight."""
    pull = country.values["foreign_pull"] * (1.0 + country.broadcast)
    home = at_home(country)
    new = country.ask(
        radicalised,
        home,
        np.stack([r.grievance for r in country.regions]),
        country.creed * np.stack([r.devout for r in country.regions]),
        country.absorbed,
        np.stack([r.idle for r in country.regions]) / np.maximum(home, 1.0),
        pull,
    )
    leave_home(country, "violent", new)
    country.now["radicalised"] += total(new)
    violent, fringe = country.people["violent"], total(country.movement["bayat"].members)
    chance = country.ask(incident_chance, violent / 1000.0, fringe / 1000.0)
    happened = country.draws.happens("incident", "violent", country.calendar_month, chance)
    country.now["incidents"] = happened
    country.note(
        "attack",
        happened,
        size=violent,
        cause=lambda here: largest(("violent_members", "fringe"), (violent[here], fringe[here])),
    )
    country.regime.incidents = country.regime.incidents + happened
    leaving, fading, caught = country.ask(violent_flows, violent, pull, skill)
    country.people.move("violent", "fighters_abroad", leaving)
    country.joined = country.joined + leaving
    country.people.move("violent", "prisoners", caught)
    return_home(country, "violent", fading)


def come_back(country: Country) -> None:
    """Fighters die or return, exiles are handed over, prisoners are released."""
    killed, back = country.ask(fighters_fate, country.people["fighters_abroad"])
    country.people.move("fighters_abroad", "dead", killed)
    country.people.move("fighters_abroad", "violent", back)
    handed = country.ask(extradited, country.people["exiles"], country.alignment)
    country.people.move("exiles", "prisoners", handed)
    return_home(country, "prisoners", country.ask(released, country.people["prisoners"]))


def at_home(country: Country) -> Array:
    """Return people at home by region, persons, ``(region, run)`` (a copy)."""
    found: Array = country.people.balance[country.people.rows(HOMES)].copy()
    return found


def leave_home(country: Country, target: str, persons: Array) -> None:
    """Move people ``(region, run)`` from the regions to an account."""
    country.people.pay_each(target, HOMES, -persons)


def return_home(country: Country, source: str, persons: Array) -> None:
    """Move people ``(run,)`` from an account to the regions, in proportion to people."""
    home = at_home(country)
    country.people.pay_each(source, HOMES, persons * home / np.maximum(total(home), 1.0))

"""Stage society: migration, hardship, fear, grievance; the channel absorbs or sheds."""

import numpy as np

import tajsim.model.chronicle as chronicle
import tajsim.model.ledger as ledger
import tajsim.model.notes as notes
from tajsim.agents.network import BANNED
from tajsim.axes import AFGHAN_SECTIONS, REGIONS, SECTIONS, TASKS, Array, total
from tajsim.model.country import Country
from tajsim.rules import grievance
from tajsim.rules import violence as violence_rules
from tajsim.rules.violence import underworld_step
from tajsim.world import SECTION_REGION

#: Place of each region that has a border, and the sections of it.
BORDER = [
    (r, [i for i, section in enumerate(SECTIONS) if SECTION_REGION[section] == region])
    for r, region in enumerate(REGIONS)
    if region in SECTION_REGION.values()
]


def society(country: Country) -> None:
    """People respond. Writes: people, grievance, fear, protest, members."""
    values = country.values
    country.creed = country.apply(grievance.control_of_faith, country.regime.ladder)
    country.absorbed = country.apply(
        grievance.absorption,
        country.movement["irpt"].seats / values.seats_all,
        country.standing,
        values.party_appeal,
        country.creed,
    )
    feel(country)
    grow_and_migrate(country)
    protest(country)
    services = country.agency["security_ministry"]
    skill = country.apply(
        violence_rules.skill_against_violence,
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
    regions, home = country.regions, np.maximum(country.at_home, 1.0)
    regions.live(income + (guard_wages(country) + regions.farmed) / home, taken)
    regions.dread(policing * police.reach, step, police.collusion, incidents)
    regions.resent(
        country.preyed_on,
        country.creed,
        regions.idle / home,
        regions.excluded(country.standing, step, corruption),
        country.apply(grievance.insecurity, country.crime, border_weakness(country)),
        country.absorbed,
    )
    fight_crime(country, policing, total(regions.idle) / people)


def fight_crime(country: Country, policing: Array, idle: Array) -> None:
    """Police break gangs with what informers tell; the services turn to where the danger is.

    Args:
        policing: police per head times effort, over that at the start.
        idle: returned migrants without work, share of people.
    """
    aim = country.apply(grievance.crime_aim, policing, idle, country.gangs)
    country.crime = country.apply(grievance.crime_step, country.crime, aim)
    informers = country.informers
    country.gangs = country.apply(
        violence_rules.gangs_step, country.gangs, policing, informers, idle
    )
    incidents = country.regime.incidents
    country.underworld = country.apply(
        underworld_step, country.underworld, country.crime, incidents
    )


def guard_wages(country: Country) -> Array:
    """Return the wages spent by the guards of each border, USD/month, ``(region, run)``.

    Mechanisms: M44, M73.
    """
    wages = total(country.agencies.deployment * country.agencies.pay, axis=1)
    found = country.regions.zeros()
    for region, sections in BORDER:
        found[region] = total(wages[sections])
    return found


def border_weakness(country: Country) -> Array:
    """Return 1 - mean guard of the Afghan line, 0 to 1, ``(region, run)``; 0 away from it."""
    found = country.regions.zeros()
    for region, sections in BORDER:
        mine = [i for i in sections if i < len(AFGHAN_SECTIONS)]
        found[region] = 1.0 - total(country.guard_strength[mine]) / len(mine)
    return found


def grow_and_migrate(country: Country) -> None:
    """Births less deaths, and people leaving or coming back."""
    births = country.at_home * country.values.population_growth
    country.people.pay_each("world", ledger.HOMES, births)
    demand = country.outside.migrant_demand
    country.regions.migrate(country.at_home, country.abroad, demand)
    # A flow that is held may ask for more than there are.
    leaving = np.clip(country.regions.leaving, -country.abroad, country.at_home)
    country.people.move_each(ledger.HOMES, ledger.AWAY, leaving)
    notes.note_return(country)


def protest(country: Country) -> None:
    """Discontent is voiced where fear and departure have not silenced it."""
    regions, before = country.regions, country.regions.protest
    everyone = np.maximum(country.at_home + country.abroad, 1.0)
    chance = regions.speak(country.abroad / everyone)
    draw = country.draws.uniform_each("protest", REGIONS, country.calendar_month)
    regions.protest = (draw < chance).astype(float)
    notes.note_protest(country, before)


def members(country: Country, skill: Array) -> None:
    """Movements win members by contact; banned ones lose some to arrests; a closed party sheds."""
    movements, regions = country.movements, country.regions
    ears, people = regions.grievance * regions.devout, np.maximum(country.at_home, 1.0)
    effort = country.regime.effort_ratio([TASKS.index("internal_order")])
    movements.apply(movements.recruit, ears, people, country.standing)
    arrested = movements.lose_to_arrests(skill, effort)
    for name in BANNED:
        leave_home(country, "prisoners", arrested[:, movements.names.index(name)])
    country.now["arrests"] = total(total(arrested))
    # The party is closed once it has lost its status, at the third step.
    closed = (country.standing <= 0.0).astype(float)
    if closed.any():
        close_party(country, closed)


def close_party(country: Country, closed: Array) -> None:
    """Members leave a closed party: for violent groups, for a banned movement, or abroad."""
    violent, underground, exile = country.movement["irpt"].shed(closed)
    heirs = country.movement["hizb_ut_tahrir"]
    heirs.members = heirs.members + underground
    leave_home(country, "exiles", exile)
    leave_home(country, "violent", violent)
    country.now["radicalised"] += total(violent)


def violence(country: Country, skill: Array) -> None:
    """Some of the aggrieved turn to violent groups; some of those act, some leave to fight."""
    pull = country.values.foreign_pull * (1.0 + country.broadcast)
    home, regions = country.at_home, country.regions
    new = country.apply(
        violence_rules.radicalised,
        home,
        regions.grievance,
        country.creed * regions.devout,
        country.absorbed,
        regions.idle / np.maximum(home, 1.0),
        pull,
    )
    leave_home(country, "violent", new)
    country.now["radicalised"] += total(new)
    violent, fringe = country.people["violent"], total(country.movement["bayat"].members)
    chance = country.apply(violence_rules.incident_chance, violent / 1000.0, fringe / 1000.0)
    happened = country.draws.happens("incident", "violent", country.calendar_month, chance)
    country.now["incidents"] = happened
    country.note(
        "attack",
        happened,
        size=violent,
        cause=lambda here: chronicle.largest(
            ("violent_members", "fringe"), (violent[here], fringe[here])
        ),
    )
    country.regime.incidents = country.regime.incidents + happened
    leaving, fading, caught = country.apply(violence_rules.violent_flows, violent, pull, skill)
    leaving = country.people.draw("violent", "fighters_abroad", leaving)
    country.joined = country.joined + leaving
    country.people.draw("violent", "prisoners", caught)
    return_home(country, "violent", fading)


def come_back(country: Country) -> None:
    """Fighters die or return, exiles are handed over, prisoners are released."""
    killed, back = country.apply(violence_rules.fighters_fate, country.people["fighters_abroad"])
    country.people.draw("fighters_abroad", "dead", killed)
    country.people.draw("fighters_abroad", "violent", back)
    handed = country.apply(violence_rules.extradited, country.people["exiles"], country.alignment)
    country.people.draw("exiles", "prisoners", handed)
    return_home(
        country, "prisoners", country.apply(violence_rules.released, country.people["prisoners"])
    )


def leave_home(country: Country, target: str, persons: Array) -> None:
    """Move people ``(region, run)`` from the regions to an account."""
    country.people.pay_each(target, ledger.HOMES, -persons)


def return_home(country: Country, source: str, persons: Array) -> None:
    """Move people ``(run,)`` from an account to the regions, in proportion to people."""
    persons = np.minimum(persons, np.maximum(country.people[source], 0.0))
    parts = persons * country.at_home / np.maximum(country.home_people, 1.0)
    country.people.pay_each(source, ledger.HOMES, parts)

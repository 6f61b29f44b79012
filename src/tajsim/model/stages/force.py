"""Stage force: mutinies are fought out, militants cross or are stopped."""

import numpy as np

import tajsim.axes as axes
from tajsim.agents.agency import OWN
from tajsim.agents.commander import KILLED, MUTINIED
from tajsim.axes import Array, column, total
from tajsim.model.chronicle import Pick
from tajsim.model.country import Country
from tajsim.model.ledger import HOMES
from tajsim.model.stages.money import business
from tajsim.rules import aid, militants, offers, purges
from tajsim.rules.aid import civil_aid_parts
from tajsim.world import MINED_REGION

N = len(axes.AFGHAN_SECTIONS)
#: Causes of a crossing, in the chronicle.
OPENING = ("few_guards", "crisis", "allies")

#: 1 for the group that faces the Afghan line, where ``NORTH`` is its row, ``(group, 1)``.
IN_NORTH = column(name == "northern_afghanistan" for name in axes.MILITANT_GROUPS)
NORTH = axes.MILITANT_GROUPS.index("northern_afghanistan")

#: 1 for an agency that can be set on mutineers, ``(agency, 1)``.
FIGHTS_INSIDE = OWN * column(name not in ("customs", "border_troops") for name in axes.AGENCIES)


def force(country: Country) -> None:
    """Fighting. Writes: losses, militants inside, incidents, coups, orders after a killing."""
    fight_mutinies(country)
    killed(country, business(country))
    cross(country)
    arms = country.values.weapons_flow * country.pressure
    entering = total(country.now["heroin_entering"][:N])
    share = country.now["heroin_entering"][:N] / np.maximum(entering, 1e-9)
    country.now["weapons_seized"] = country.apply(
        militants.weapons_seized, arms * share, country.guard_strength[:N], country.informers
    )


def fight_mutinies(country: Country) -> None:
    """The state fights mutineers within the month; one that wins topples it."""
    commanders = country.commanders
    up = country.now["mutinies"] * (commanders.status == MUTINIED)
    backing = country.values.internal_backing * country.guarantee
    patron = country.apply(militants.near_capital, backing=backing, forward=country.forward)
    men = commanders.men + commanders.rejoining
    wins = up * country.apply(
        purges.mutiny_wins,
        men=men,
        loyal_force=loyal_force(country),
        patron=patron,
        draw=country.draws.uniform_each("battle", commanders.names, country.calendar_month),
    )
    country.coup = np.maximum(country.coup, wins.max(axis=0))
    dead = country.values.mutiny_deaths * commanders.following * up
    for i in np.flatnonzero((up > 0.5).any(axis=1)):
        name = commanders.names[i]
        country.note("mutiny_beaten", up[i] - wins[i], actor=name, size=dead[i])
        country.note("coup", wins[i], actor=name, size=men[i])
    killed(country, total(dead))
    commanders.following = commanders.following - dead
    commanders.status = np.where(up - wins > 0.5, float(KILLED), commanders.status)
    country.regime.incidents = country.regime.incidents + total(up)


def loyal_force(country: Country) -> Array:
    """Return who would fight for the regime against each, persons, ``(commander, run)``."""
    agencies = country.agencies
    force = FIGHTS_INSIDE * agencies.strength * agencies.quality * country.regime.trust
    country.forces = total(force)
    # The mutineer's own service stands half aside.
    against: Array = country.forces - 0.5 * force[country.commanders.service]
    return against


def killed(country: Country, persons: Array) -> None:
    """Count deaths; the dead are taken from the people at home."""
    everyone = np.maximum(country.home_people, 1.0)
    country.people.pay_each("dead", HOMES, -(persons * country.at_home / everyone))
    country.now["deaths"] += persons


def cross(country: Country) -> None:
    """Militant groups build up, probe the weakest section, cross, and are driven out."""
    aim = country.apply(militants.forward_aim, country.regime.strain)
    country.forward = country.apply(militants.forward_step, country.forward, aim)
    troops = country.apply(militants.at_border, country.base_troops, country.forward)
    stops = country.apply(militants.deterrence, troops, country.guarantee)
    guard = country.guard_strength[:N]
    weakest = np.argmin(guard, axis=0)
    density = total(country.agencies.deployment[:N] * country.agencies.quality, axis=1)
    length = country.values.section_length[:N]
    opposition = (density / length)[weakest, np.arange(country.run_count)]
    country.pressure = country.outside.militant_pressure[NORTH]
    # Those in the north of Afghanistan face the line; the others wait beyond the Uzbek border,
    # which the country's own troops guard.
    weakness = 1.0 - np.where(IN_NORTH > 0.5, guard.min(axis=0), own_guard(country))
    # Those in the north stand on the routes and tax what goes over them.
    funds = np.where(IN_NORTH > 0.5, country.drug_money, 1.0)
    groups, opening = country.militants, (weakness, country.regime.strain, sympathisers(country))
    groups.build_up(country.outside.militant_pressure, funds)
    draw = country.draws.uniform_each("crossing", groups.names, country.calendar_month)
    attempt = (draw < groups.chance(*opening, stops)).astype(float)
    inside, dead = groups.cross(attempt, opposition)
    country.now["incursions"] = attempt
    aims = inside * country.values.onward_aim
    for i in np.flatnonzero(attempt.any(axis=1)):
        north = groups.names[i] == "northern_afghanistan"
        country.note(
            "crossing",
            attempt[i],
            actor=groups.names[i],
            target=Pick(axes.AFGHAN_SECTIONS, weakest) if north else "uzbek_border",
            size=inside[i],
            cause=country.reason(OPENING, militants.crossing_reasons, weakness[i], *opening[1:]),
        )
        country.now["deaths"] += dead[i]
        country.passing = country.passing + aims[i]
        country.regime.incidents = country.regime.incidents + attempt[i]
    drive_out(country, total(inside))
    go_on(country)


def drive_out(country: Country, arrived: Array) -> None:
    """Army, patron and called allies drive militants out as far as they reach them."""
    army, inside = country.agency["army"], country.militants_inside
    growth = country.agencies.growth[army.rank]
    ready = militants.second_line(army.quality, army.collusion, growth, country.base_presence)
    called = country.apply(militants.alliance_force, inside, country.alignment)
    if crossed := country.watch.crossings("alliance", called):
        country.note("intervention", crossed[0], actor="russia", size=inside)
    ready = np.minimum(ready + called, 1.0)
    ready = country.apply(militants.reach, ready, country.camps)
    country.militants_inside, gone = country.apply(
        militants.militants_inside_step, inside, arrived, ready
    )
    country.passing = country.passing * (1.0 - gone / np.maximum(inside + arrived, 1e-9))
    country.now["deaths"] += gone


def go_on(country: Country) -> None:
    """Militants settle in the valley of Tavildara, and some go on towards Ferghana."""
    control = country.regions.control[axes.REGIONS.index("rasht")]
    country.camps = country.apply(
        militants.camps_step, country.camps, country.militants_inside, control
    )
    leaving = country.apply(militants.moving_on, country.passing, country.camps, country.hardening)
    country.passing = country.passing - leaving
    country.militants_inside = np.maximum(country.militants_inside - leaving, 0.0)
    country.hostility = country.apply(militants.raided, country.hostility, leaving)
    country.now["militants_onward"] = leaving


def own_guard(country: Country) -> Array:
    """Return the honest strength of the country's own border troops, 0 to 1."""
    own = country.agency["border_troops"]
    return own.quality * (1.0 - own.collusion)


def sympathisers(country: Country) -> Array:
    """Return people at home who would stand with militants from abroad, thousand persons."""
    return country.apply(
        militants.allies,
        country.people["violent"] / 1000.0,
        total(country.movement["former_uto"].members) / 1000.0,
        1.0 - country.standing,
        country.preyed_on,
    )


def civil_aid(country: Country) -> None:
    """Aid that is not for security frees own money, or reaches people."""
    freed, country.aid_to_people = country.apply(civil_aid_parts, country.mean_collusion)
    country.money.move("world", "patronage", freed)
    country.now["aid_freed"] = freed
    country.money.move("world", "households", country.aid_to_people)


def clear_land(country: Country) -> None:
    """Foreign experts, where they are let in, help to give mined land back to farmers."""
    country.cleared = country.apply(
        aid.cleared_step, country.cleared, country.aid_to_people, experts(country)
    )
    region = country.region[MINED_REGION]
    region.farmed = country.apply(aid.farmed, country.cleared)
    country.money.move("world", "households", region.farmed)


def experts(country: Country) -> Array:
    """Return how far European experts are let in at the border, 0 to 1, ``(run,)``."""
    border = axes.TASKS.index("border")
    shut_out: Array = 1.0 - country.power["osce_un"].mandate[border]
    shut_out = shut_out * (1.0 - country.power["european_union"].mandate[border])
    return 1.0 - shut_out


def invest(country: Country) -> None:
    """Firms of other powers build what adds to output from now on; the money stays theirs."""
    country.invested = country.apply(offers.invested, country.regime.strain)
    gained = country.apply(offers.output_gained, total(country.invested))
    country.home_output = country.home_output + gained

"""What the loads of all networks meet this month: guards on sections, units inland, customs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tajsim.agents.agency import GUARD_ROWS, UNIT_ROWS
from tajsim.axes import AFGHAN_SECTIONS, Array, total
from tajsim.rules.border.detection import detection, exit_detection
from tajsim.rules.border.inland import inland_detection
from tajsim.rules.border.overload import overload
from tajsim.rules.border.toll import toll

if TYPE_CHECKING:
    from tajsim.model.country import Country

N = len(AFGHAN_SECTIONS)


@dataclass
class Guarding:
    """Detection (probability), collusion (share) and tolls (USD/kg) on every way.

    ``entry_*`` are ``(section, run)`` over the Afghan sections, ``exit_*`` ``(exit, run)``,
    ``inland_*`` ``(run,)``: ``inland_all`` is the detection of all drug units, ``inland_bought``
    the part that collusion can take out, ``inland_toll`` their tolls times collusion.
    ``unit_*`` are those of each drug unit, ``(unit, run)``; ``unit_people`` are persons.
    ``share_of`` is each guard's part of a section, 0 or 1, ``(section, guard, run)``.
    """

    entry_detection: Array
    entry_collusion: Array
    entry_toll: Array
    exit_detection: Array
    exit_collusion: Array
    exit_toll: Array
    inland_all: Array
    inland_bought: Array
    inland_cap: Array
    inland_toll: Array
    unit_people: Array
    unit_detection: Array
    unit_toll: Array
    share_of: Array
    price_exit: Array
    price_inland: Array


def guarding(country: Country) -> Guarding:
    """Work out what loads meet, from the deployment, quality and collusion of the agencies."""
    prices = country.price_out
    # Inside the country a load is worth something between the line and the exits.
    inland = 0.5 * (country.price_in + total(prices) / len(prices))
    entry, collusion, share_of = on_sections(country)
    strength = entry / country.values.detection_limit
    unit_people = country.agencies.ask(country.agencies.drug_units)
    left = detection_left(country, unit_people)
    entry_toll = country.ask(toll, entry, country.price_in)
    customs, people = country.agency["customs"], country.agencies
    out = country.ask(exit_detection, customs.strength, customs.quality)
    exit_toll = country.ask(toll, out, prices)
    exit_collusion = np.broadcast_to(customs.collusion, out.shape)
    units = country.ask(inland_detection, unit_people, people.quality[UNIT_ROWS])
    unit_toll = country.ask(toll, units, inland)
    # Overload spoils the search, not the threat of him who is paid to look away.
    entry, units, out = entry * left[0], units * left[1], out * left[2]
    unit_collusion = people.collusion[UNIT_ROWS]
    whole = total(units)
    country.entry_toll[:N] = entry_toll / country.price_in * collusion
    country.exit_toll = exit_toll / prices * exit_collusion
    country.guard_strength[:N] = strength * (1.0 - collusion)
    return Guarding(
        entry_detection=entry,
        entry_collusion=collusion,
        entry_toll=entry_toll,
        exit_detection=out,
        exit_collusion=exit_collusion,
        exit_toll=exit_toll,
        inland_all=whole,
        inland_bought=total(units * unit_collusion),
        inland_cap=1.0 / np.maximum(whole, 1e-9),
        inland_toll=total(unit_toll * unit_collusion),
        unit_people=unit_people,
        unit_detection=units,
        unit_toll=unit_toll,
        share_of=share_of,
        price_exit=prices,
        price_inland=inland,
    )


def detection_left(country: Country, unit_people: Array) -> Array:
    """Return the share of detection left by overload on the line, inland, at the exits."""
    on_line = total(total(country.agencies.deployment[:N, GUARD_ROWS]))
    customs = country.agency["customs"].strength
    people = np.maximum(np.stack([on_line, total(unit_people), customs]), 1.0)
    work = total(country.networks.bought) / people
    if country.months_run == 0:
        country.work_start = np.maximum(work, 1e-9)
    return country.ask(overload, work / country.work_start)


def on_sections(country: Country) -> tuple[Array, Array, Array]:
    """Return detection, collusion ``(section, run)`` and who guards which Afghan section."""
    terrain = country.values.section_terrain[:N, None]
    length = country.values.section_length[:N, None]
    agencies = country.agencies
    mine = (agencies.guarded_km[:N, GUARD_ROWS] > 0.0).astype(float)
    density = agencies.deployment[:N, GUARD_ROWS] / length
    found = mine * country.ask(detection, density, agencies.quality[GUARD_ROWS], terrain)
    collusion = mine * agencies.collusion[GUARD_ROWS]
    return total(found, axis=1), total(collusion, axis=1), mine

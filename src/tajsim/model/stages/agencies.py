"""Stage 5, agencies: pay, recruitment, collusion, quality, deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import AGENCIES, REGIONS, total
from tajsim.model.notes.ways import note_agencies

if TYPE_CHECKING:
    from tajsim.agents.agency import SecurityAgency
    from tajsim.axes import Array
    from tajsim.model.country import Country


def agencies(country: Country) -> None:
    """Agencies decide from the old state, then change. Writes: strength, collusion, deployment."""
    drawn_off, alarm = best_drawn_off(country), alarmed(country)
    joining = []
    for agency in country.agencies:
        ratio = country.regime.effort_ratio(agency.tasks) * country.regime.favour(agency.name)
        agency.ask(agency.set_pay, ratio)
        agency.ask(agency.replace_staff, political_head(country, agency))
        agency.ask(agency.decide_collusion)
        conscript = agency.name in ("border_troops", "army")
        agency.decide_quality(float(conscript), drawn_off, alarm)
        joining.append(agency.recruits(ratio))
    for agency, persons in zip(country.agencies, joining, strict=True):
        recruit(country, agency, persons)
        agency.ask(agency.decide_deployment)
    note_agencies(country)


def best_drawn_off(country: Country) -> Array:
    """Return how far a better-paying foreign service takes the draft first, 0 to 1."""
    foreign = country.agency["russian_border_troops"]
    own = country.agency["border_troops"]
    richer = foreign.pay / np.maximum(foreign.pay + own.pay, 1e-9)
    return richer * foreign.strength / np.maximum(foreign.strength + own.strength, 1.0)


def alarmed(country: Country) -> Array:
    """Return how much calls for several agencies at once, 0 to 1: incidents, militants inside."""
    return np.minimum(country.regime.incidents / 4.0 + country.militants_inside / 500.0, 1.0)


def political_head(country: Country, agency: SecurityAgency) -> Array:
    """Return 1 where a commander heads an agency that is not his own trade, else 0."""
    post, found = AGENCIES.index(agency.name), np.zeros(country.run_count)
    for commander in country.commanders:
        if commander.home_post != post:
            found = np.maximum(found, (commander.post == post) * commander.in_place)
    return found


def recruit(country: Country, agency: SecurityAgency, joining: Array) -> None:
    """Move people between the regions and the force, in proportion to those at home."""
    home = [country.people[f"home_{r}"] for r in REGIONS]
    whole = np.maximum(total(np.stack(home)), 1.0)
    parts = [joining * h / whole for h in home]
    for region, part in zip(REGIONS, parts, strict=True):
        country.people.move(f"home_{region}", agency.name, part)
    agency.strength = np.maximum(country.people[agency.name], 0.0).copy()

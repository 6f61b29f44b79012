"""Stage 5, agencies: pay, recruitment, collusion, quality, deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.agents.agency import GUARD_ROWS
from tajsim.agents.agency_tasks import over_tasks
from tajsim.axes import AGENCIES, total
from tajsim.model.ledger import HOMES
from tajsim.model.notes.ways import note_agencies
from tajsim.world import GUARDS

if TYPE_CHECKING:
    from tajsim.axes import Array
    from tajsim.model.country import Country


def agencies(country: Country) -> None:
    """Agencies decide from the old state, then change. Writes: strength, collusion, deployment."""
    agencies, regime = country.agencies, country.regime
    drawn_off, alarm = best_drawn_off(country), alarmed(country)
    ratio = over_tasks(regime.effort) / over_tasks(regime.effort_start) * regime.favour()
    agencies.ask(agencies.set_pay, ratio)
    agencies.ask(agencies.replace_staff, political_heads(country))
    agencies.ask(agencies.decide_collusion)
    agencies.decide_quality(drawn_off, alarm)
    recruit(country, agencies.recruits(ratio))
    agencies.ask(agencies.decide_deployment)
    note_agencies(country)


def best_drawn_off(country: Country) -> Array:
    """Return how far a better-paying foreign service takes the draft first, 0 to 1."""
    pay, strength = country.agencies.pay[GUARD_ROWS], country.agencies.strength[GUARD_ROWS]
    foreign = GUARDS.index("russian_border_troops")
    richer = pay[foreign] / np.maximum(total(pay), 1e-9)
    taken: Array = richer * strength[foreign] / np.maximum(total(strength), 1.0)
    return taken


def alarmed(country: Country) -> Array:
    """Return how much calls for several agencies at once, 0 to 1: incidents, militants inside."""
    return np.minimum(country.regime.incidents / 4.0 + country.militants_inside / 500.0, 1.0)


def political_heads(country: Country) -> Array:
    """Return 1 where a commander heads an agency not of his own trade, ``(agency, run)``."""
    commanders = country.commanders
    away = commanders.post != commanders.trade
    found: Array = (commanders.heads * away[:, None]).max(axis=0)
    return found


def recruit(country: Country, joining: Array) -> None:
    """Move people between the regions and the forces, in proportion to those at home.

    One agency after the other: who has gone to one is not there for the next.

    Args:
        joining: persons, ``(agency, run)``; negative where they leave.
    """
    people = country.people
    home, parts = people.accounts(HOMES), []
    for persons in joining:
        parts.append(persons * home / np.maximum(total(home), 1.0))
        home = home - parts[-1]
    people.move_between(HOMES, AGENCIES, np.array(parts))
    country.agencies.strength = np.maximum(people.accounts(AGENCIES), 0.0)

"""Stage 1, outside world: dated events, then what nobody in the country decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.model.events import apply_events
from tajsim.model.notes.state import note_harvest, note_work
from tajsim.rules.powers.outside import autoregressive, harvest_of_year
from tajsim.rules.powers.reception import reception

if TYPE_CHECKING:
    from tajsim.model.country import Country

HARVEST_MONTH = 5  # June: the crop is in


def outside_world(country: Country) -> None:
    """Apply this month's events; draw harvest and work in Russia. Writes: drivers."""
    apply_events(country)
    chance(country)


def chance(country: Country) -> None:
    """Draw the harvest and the work that migrants find, on the terms they are given."""
    out, draws, month = country.outside, country.draws, country.calendar_month
    if country.months_run == 0 or month % 12 == HARVEST_MONTH:
        normal = draws.normal("harvest", "afghanistan", month)
        out.harvest_luck = country.ask(harvest_of_year, normal)
        note_harvest(country)
    out.harvest = country.values.afghan_harvest * out.harvest_luck
    shock = draws.normal("economy", "russia", month)
    out.demand_shock = country.ask(autoregressive, out.demand_shock, shock)
    out.terms = country.ask(
        reception,
        country.base_presence,
        country.presence_start,
        country.exit_ratio("air_migrants"),
    )
    out.migrant_demand = country.values.migrant_demand * np.exp(out.demand_shock) * out.terms
    note_work(country)

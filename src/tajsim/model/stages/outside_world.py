"""Stage 1, outside world: dated events, then what nobody in the country decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.model.events import apply_events
from tajsim.rules.powers.outside import autoregressive, harvest_of_year

if TYPE_CHECKING:
    from tajsim.model.model import TajikistanModel

HARVEST_MONTH = 5  # June: the crop is in


def outside_world(model: TajikistanModel) -> None:
    """Apply this month's events; draw harvest and work in Russia. Writes: drivers."""
    apply_events(model)
    out, draws, month = model.outside, model.draws, model.calendar_month
    if model.months_run == 0 or month % 12 == HARVEST_MONTH:
        normal = draws.normal("harvest", "afghanistan", month)
        out.harvest_luck = model.ask(harvest_of_year, normal)
    out.harvest = model.values["afghan_harvest"] * out.harvest_luck
    shock = draws.normal("economy", "russia", month)
    out.demand_shock = model.ask(autoregressive, out.demand_shock, shock)
    out.migrant_demand = model.values["migrant_demand"] * np.exp(out.demand_shock)

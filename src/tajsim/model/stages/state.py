"""Stage 12, the state: control of regions, strain, failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import TASKS

if TYPE_CHECKING:
    from tajsim.model.country import Country


def state(country: Country) -> None:
    """Work out where the state stands. Writes: control, strain, polity."""
    regime = country.regime
    order = [TASKS.index("internal_order"), TASKS.index("elite_control")]
    effort = regime.effort_ratio(order)
    violent = (country.militants_inside + country.people["violent"]) / 1000.0
    for region in country.regions:
        strong = np.zeros(country.run_count)
        for commander in country.commanders:
            if commander.facts.region == region.name:
                strong = np.maximum(strong, commander.power * (1.0 - commander.loyalty))
        region.hold(effort, strong, violent, regime.failed)
    chance = regime.bear(country.mean_voice, country.militants_inside, 1.0 - country.mean_control)
    fails = country.draws.happens("failure", "state", country.calendar_month, chance)
    regime.stand(np.maximum(fails, country.coup), country.months_run)

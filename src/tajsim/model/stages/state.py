"""Stage 12, the state: control of regions, strain, failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import TASKS

if TYPE_CHECKING:
    from tajsim.model.model import TajikistanModel


def state(model: TajikistanModel) -> None:
    """Work out where the state stands. Writes: control, strain, polity."""
    regime = model.regime
    order = [TASKS.index("internal_order"), TASKS.index("elite_control")]
    effort = regime.effort_ratio(order)
    violent = (model.militants_inside + model.people["violent"]) / 1000.0
    for region in model.regions:
        strong = np.zeros(model.run_count)
        for commander in model.commanders:
            if commander.facts.region == region.name:
                strong = np.maximum(strong, commander.power * (1.0 - commander.loyalty))
        region.hold(effort, strong, violent, regime.failed)
    chance = regime.bear(model.mean_voice, model.militants_inside, 1.0 - model.mean_control)
    fails = model.draws.happens("failure", "state", model.calendar_month, chance)
    regime.stand(np.maximum(fails, model.coup), model.months_run)

"""Stage 12, the state: control of regions, strain, failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import AFGHAN_SECTIONS, REGIONS, TASKS
from tajsim.model.notes.state import note_control, note_polity
from tajsim.rules.state.mafia import mafia_step
from tajsim.world import SECTION_REGION

if TYPE_CHECKING:
    from tajsim.axes import Array
    from tajsim.model.country import Country

#: Places of the regions that militants from Afghanistan enter first.
BORDER_REGIONS = sorted({REGIONS.index(SECTION_REGION[s]) for s in AFGHAN_SECTIONS})


def state(country: Country) -> None:
    """Work out where the state stands. Writes: control, strain, polity."""
    regime = country.regime
    order = [TASKS.index("internal_order"), TASKS.index("elite_control")]
    effort = regime.effort_ratio(order)
    strong, armed = strongmen(country), armed_men(country)
    country.regions.hold(effort, strong, armed, regime.failed)
    note_control(country, strong, armed)
    remember_exits(country)
    country.mafia = country.ask(
        mafia_step, country.mafia, country.now["drug_income"], country.now["revenue"]
    )
    chance = regime.bear(
        country.mean_voice,
        country.militants_inside,
        1.0 - country.mean_control,
        country.mafia,
        regime.doubt,
    )
    fails = country.draws.happens("failure", "state", country.calendar_month, chance)
    regime.stand(np.maximum(fails, country.coup), country.months_run)
    note_polity(country, regime.doubt)


def strongmen(country: Country) -> Array:
    """Return the independent power of each region's strongest man, 0 to 1, ``(region, run)``."""
    found, commanders = country.regions.zeros(), country.commanders
    independent = commanders.power * (1.0 - commanders.loyalty)
    for place, power in zip(commanders.place, independent, strict=True):
        found[place] = np.maximum(found[place], power)
    return found


def armed_men(country: Country) -> Array:
    """Return militants and members of violent groups, thousand persons, ``(region, run)``."""
    part = country.at_home / np.maximum(country.home_people, 1.0)
    found = country.people["violent"] * part
    found[BORDER_REGIONS] += country.militants_inside / len(BORDER_REGIONS)
    return found / 1000.0


def remember_exits(country: Country) -> None:
    """Remember what leaves by each exit, of late and in the first year."""
    leaving, month = country.now["leaving"], country.months_run
    if month < 12:
        past = country.exits_usual if month else leaving
        country.exits_usual = past + (leaving - past) / (month + 1.0)
        country.exits_lately = country.exits_usual
    else:
        country.exits_lately = country.exits_lately + 0.1 * (leaving - country.exits_lately)

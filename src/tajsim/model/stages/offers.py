"""Stage 2, offers: each power sees the gaps by its own exposure and reacts to its rivals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.agents.agency_tasks import mean_by_task
from tajsim.axes import AFGHAN_SECTIONS, MILITANT_GROUPS, POWERS, TASKS, column, total
from tajsim.rules.militants.buildup import pressure_from_exile
from tajsim.rules.powers.alarm import alarm
from tajsim.rules.powers.base_rent import rent_in_kind
from tajsim.rules.powers.hostility import hardening, hostility_step
from tajsim.rules.powers.rivalry import advance, rival_gain
from tajsim.world import WATCHED

if TYPE_CHECKING:
    from tajsim.axes import Array
    from tajsim.model.country import Country

#: 0 for the tasks that an agency does for the regime however corrupt it is, else 1, ``(task, 1)``:
#: it still keeps order and guards the ruler, and fails at what it sells (mechanism M43).
SOLD = column(t not in ("internal_order", "elite_control") for t in TASKS)

#: 1 where the second power watches the first, ``(power, power, 1)``.
WATCHED_BY = np.array([[[float(p in WATCHED.get(by, ()))] for by in POWERS] for p in POWERS])


def offers(country: Country) -> None:
    """Powers make offers; neighbours respond. Writes: gap, offers, pledges, hostility."""
    neighbours(country)
    country.regime.gap = uncarried(country)
    powers = country.powers
    weight = powers.carried + country.invested / country.home_output
    # What began to arrive in the first month is no gain of the year.
    slow = weight if country.months_run == 1 else powers.remembered
    gain = rival_gain(advance(weight, slow)[:, None], WATCHED_BY)
    powers.make_offers(country.regime.gap, gain, attention(country))
    powers.remembered = slow + (weight - slow) / 12.0
    pay_for_base(country)
    country.now["pledged"] = total(powers.offer)


def attention(country: Country) -> Array:
    """Return how much each power cares about the region now, 1 = as in 2004, ``(power, run)``.

    Budgets of early 2004 answer what was asked and told then: both count from the start on.
    """
    powers = country.powers
    wake = country.ask(alarm, country.regime.strain)
    asked, told = country.search - country.search_start, country.told - country.told_start
    return powers.ask(powers.heed, wake, asked, told)


def pay_for_base(country: Country) -> None:
    """The owner of the base adds the help that takes the place of rent: arms, aid against drugs."""
    rent = country.ask(rent_in_kind, country.base_troops)
    offered = country.power["russia"].offer
    for task in ("external_defence", "drugs"):
        offered[TASKS.index(task)] += 0.5 * rent


def uncarried(country: Country) -> Array:
    """Return the share of each task that neither outsiders nor honest agencies carry."""
    regime = country.regime
    quality, collusion = country.agencies.quality[:, None], country.agencies.collusion[:, None]
    able = mean_by_task(quality * (1.0 - SOLD * collusion))
    capacity = np.minimum(able * (regime.effort / regime.effort_start), 1.0)
    regime.weakness = 1.0 - capacity
    border = TASKS.index("border")
    guard = country.guard_strength[: len(AFGHAN_SECTIONS)]
    capacity[border] = total(guard) / len(AFGHAN_SECTIONS)
    return (1.0 - regime.task_provision) * (1.0 - capacity)


def neighbours(country: Country) -> None:
    """Uzbekistan and the others respond to what passes through; rebels abroad wait for a window."""
    transit, inside = country.exit_ratio("uzbek_border"), country.militants_inside / 1000.0
    count = len(AFGHAN_SECTIONS)
    guard = total(country.guard_strength[:count]) / count
    country.hardening = country.ask(hardening, guard, country.hostility)
    country.hostility = country.ask(hostility_step, country.hostility, transit, inside)
    pressure = country.values.militant_pressure.copy()
    exiles = MILITANT_GROUPS.index("khudaiberdiev")
    pressure[exiles] = country.ask(
        pressure_from_exile, pressure[exiles], country.hostility, country.regime.strain
    )
    country.outside.militant_pressure = pressure

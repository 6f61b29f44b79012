"""Stage 2, offers: each power sees the gaps by its own exposure and reacts to its rivals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import AFGHAN_SECTIONS, MILITANT_GROUPS, TASKS, total
from tajsim.rules.militants.buildup import pressure_from_exile
from tajsim.rules.powers.alarm import alarm
from tajsim.rules.powers.hostility import hardening, hostility_step

if TYPE_CHECKING:
    from tajsim.axes import Array
    from tajsim.model.country import Country

#: Tasks that an agency does for the regime however corrupt it is (mechanism M43).
KEPT_WHEN_CORRUPT = ("internal_order", "elite_control")


def offers(country: Country) -> None:
    """Powers make offers; neighbours respond. Writes: gap, offers, pledges, hostility."""
    neighbours(country)
    country.regime.gap = uncarried(country)
    wake = country.ask(alarm, country.regime.strain)
    attention = country.values.family("power_attention") * wake
    if country.months_run == 1:
        # What began to arrive in the first month is no gain of the year.
        for power in country.powers:
            power.provision_slow = total(power.provision)
    rivals = {p.name: rival_gain(country, p.west, p.moscow) for p in country.powers}
    for i, power in enumerate(country.powers):
        power.make_offers(country.regime.gap, rivals[power.name], attention[i])
        country.now["pledged"][i] = total(power.offer)
        seen = total(power.provision)
        power.provision_slow = power.provision_slow + (seen - power.provision_slow) / 12.0


def uncarried(country: Country) -> Array:
    """Return the share of each task that neither outsiders nor honest agencies carry."""
    regime = country.regime
    capacity = np.zeros_like(regime.effort)
    for t in range(len(TASKS)):
        able = [a for a in country.agencies if t in a.tasks and not a.foreign]
        # A corrupt force still keeps order and guards the ruler: it fails at what it sells.
        sold = 0.0 if TASKS[t] in KEPT_WHEN_CORRUPT else 1.0
        able_share = [a.quality * (1.0 - sold * a.collusion) for a in able]
        mean = total(np.stack(able_share)) / len(able)
        capacity[t] = np.minimum(mean * regime.effort_ratio([t]), 1.0)
    border = TASKS.index("border")
    guard = country.guard_strength[: len(AFGHAN_SECTIONS)]
    capacity[border] = total(guard) / len(AFGHAN_SECTIONS)
    return (1.0 - regime.task_provision) * (1.0 - capacity)


def rival_gain(country: Country, west: float, moscow: float) -> Array:
    """Return how much the other camp's provision grew over the last year, index, ``(run,)``."""
    gain = np.zeros(country.run_count)
    for other in country.powers:
        if (west and other.moscow) or (moscow and other.west):
            gain = gain + np.maximum(total(other.provision) - other.provision_slow, 0.0)
    return gain


def neighbours(country: Country) -> None:
    """Uzbekistan and the others respond to what passes through; rebels abroad wait for a window."""
    transit, inside = country.exit_ratio("uzbek_border"), country.militants_inside / 1000.0
    count = len(AFGHAN_SECTIONS)
    guard = total(country.guard_strength[:count]) / count
    country.hardening = country.ask(hardening, guard, country.hostility)
    country.hostility = country.ask(hostility_step, country.hostility, transit, inside)
    pressure = country.values.family("militant_pressure").copy()
    exiles = MILITANT_GROUPS.index("khudaiberdiev")
    pressure[exiles] = country.ask(
        pressure_from_exile, pressure[exiles], country.hostility, country.regime.strain
    )
    country.outside.militant_pressure = pressure

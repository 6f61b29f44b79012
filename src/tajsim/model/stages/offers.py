"""Stage 2, offers: each power sees the gaps by its own exposure and reacts to its rivals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import AFGHAN_SECTIONS, MILITANT_GROUPS, POWERS, TASKS, total
from tajsim.rules.militants.buildup import pressure_from_exile
from tajsim.rules.powers.alarm import alarm
from tajsim.rules.powers.base_rent import rent_in_kind
from tajsim.rules.powers.courted import courted, frightened
from tajsim.rules.powers.hostility import hardening, hostility_step
from tajsim.rules.powers.rivalry import advance, rival_gain
from tajsim.world import WATCHED

if TYPE_CHECKING:
    from tajsim.agents.power import ExternalPower
    from tajsim.axes import Array
    from tajsim.model.country import Country

#: Tasks that an agency does for the regime however corrupt it is (mechanism M43).
KEPT_WHEN_CORRUPT = ("internal_order", "elite_control")

#: Power -> 1 for each of those it watches, ``(power, 1)``.
WATCHED_BY = {
    name: np.array([[float(p in watched)] for p in POWERS]) for name, watched in WATCHED.items()
}


def offers(country: Country) -> None:
    """Powers make offers; neighbours respond. Writes: gap, offers, pledges, hostility."""
    neighbours(country)
    country.regime.gap = uncarried(country)
    wake = country.ask(alarm, country.regime.strain)
    attention = country.values.family("power_attention") * wake
    weight = weights(country)
    slow = np.stack([p.remembered for p in country.powers])
    if country.months_run == 1:
        # What began to arrive in the first month is no gain of the year.
        slow = weight
    gains = advance(weight, slow)
    for i, power in enumerate(country.powers):
        heeds = attention[i] * interest(country, power)
        watched = WATCHED_BY.get(power.name)
        gain = np.zeros(country.run_count) if watched is None else rival_gain(gains, watched)
        power.make_offers(country.regime.gap, gain, heeds)
        power.remembered = slow[i] + (weight[i] - slow[i]) / 12.0
    pay_for_base(country)
    for i, power in enumerate(country.powers):
        country.now["pledged"][i] = total(power.offer)


def weights(country: Country) -> Array:
    """Return each power's weight in the country: provision, investment, ``(power, run)``."""
    provision = np.stack([total(p.provision) for p in country.powers])
    return provision + country.invested / country.home_output


def interest(country: Country, power: ExternalPower) -> Array:
    """Return what being asked, and told of militants, multiplies a power's attention by.

    Both count from the start on: budgets of early 2004 answer what was asked and told then.
    """
    if power.moscow:
        return np.ones(country.run_count)
    asked = power.ask(courted, country.search - country.search_start)
    return asked * frightened(country.told - country.told_start, power.touched)


def pay_for_base(country: Country) -> None:
    """The owner of the base adds the help that takes the place of rent: arms, aid against drugs."""
    rent = country.ask(rent_in_kind, country.base_troops)
    russia = country.power["russia"]
    for task in ("external_defence", "drugs"):
        russia.offer[TASKS.index(task)] += 0.5 * rent


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
    pressure = country.values.family("militant_pressure").copy()
    exiles = MILITANT_GROUPS.index("khudaiberdiev")
    pressure[exiles] = country.ask(
        pressure_from_exile, pressure[exiles], country.hostility, country.regime.strain
    )
    country.outside.militant_pressure = pressure

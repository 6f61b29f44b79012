"""Stage 4, delivery: what of a pledge arrives, what it repeats, who diverts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import TASKS, total
from tajsim.model.stages.civil import civil_aid, clear_land, invest
from tajsim.rules.outsourcing.dependence import provision_of_tasks
from tajsim.rules.powers.delivery import diverted_share, duplication
from tajsim.rules.powers.equipment import equipped_reach
from tajsim.rules.powers.partner import partner_exposure
from tajsim.world import EMBASSY_GUARD

if TYPE_CHECKING:
    from tajsim.agents.agency import SecurityAgency
    from tajsim.agents.power import ExternalPower
    from tajsim.axes import Array
    from tajsim.model.country import Country


def delivery(country: Country) -> None:
    """Powers deliver. Writes: agency purses, aid per agency, provision of tasks, trust lost."""
    bear_defections(country)
    for power in country.powers:
        power.ask(power.deliver)
    money = np.stack([p.delivered for p in country.powers])
    repeated = country.ask(duplication, money)
    share = country.ask(diverted_share, corruption_by_task(country), repeated)
    country.now["duplicated"] = repeated * total(money)
    useful, watched = np.zeros_like(repeated), np.zeros_like(repeated)
    conditions = country.values.family("power_condition")
    for i, power in enumerate(country.powers):
        power.diverted = power.delivered * share
        # What repeats other aid adds nothing new.
        power.useful = power.delivered * (1.0 - share) * (1.0 - repeated)
        useful = useful + power.useful
        # Who asks for nothing does not look either.
        watched = watched + power.useful * conditions[i]
        country.now["delivered"][i] = total(power.delivered)
        country.now["diverted"][i] = total(power.diverted)
        country.money.move("world", "patronage", country.now["diverted"][i])
    hand_to_agencies(country, total(money) * (1.0 - share), useful, watched)
    civil_aid(country)
    clear_land(country)
    invest(country)
    presence(country)
    for power in country.powers:
        power.carry()
    country.regime.task_provision = provision_of_tasks(
        np.stack([p.provision for p in country.powers])
    )


def bear_defections(country: Country) -> None:
    """A chief who went over last month costs those who worked with his service their trust."""
    gone = country.last["defections"]
    broken = gone.any()
    for power in country.powers:
        # Most months nobody went over: then trust only comes back.
        if broken:
            power.suffer(exposure_to(country, power, gone))
        elif power.burnt.any():
            power.suffer(np.zeros(country.run_count))


def exposure_to(country: Country, power: ExternalPower, gone: Array) -> Array:
    """Return how far a power relied on a service whose chief went over, 0 to 1, ``(run,)``."""
    found = np.zeros(country.run_count)
    present = total(power.presence) / len(TASKS)
    for commander, went in zip(country.commanders, gone, strict=True):
        if went.any():
            agency = country.agencies[commander.home_post]
            guards = np.full(country.run_count, float(agency.name == EMBASSY_GUARD))
            helped = part_of_help(country, power, agency)
            relied = country.ask(partner_exposure, helped, present, guards)
            found = np.maximum(found, went * relied)
    return found


def part_of_help(country: Country, power: ExternalPower, agency: SecurityAgency) -> Array:
    """Return the share of a power's useful aid that goes to an agency, 0 to 1, ``(run,)``."""
    found = np.zeros(country.run_count)
    for t in agency.tasks:
        if not agency.foreign:
            found = found + power.useful[t] / sharing(country, t)
    return found / np.maximum(total(power.useful), 1e-9)


def sharing(country: Country, task: int) -> int:
    """Return how many of the country's own agencies work on a task."""
    return sum(1 for a in country.agencies if task in a.tasks and not a.foreign)


def corruption_by_task(country: Country) -> Array:
    """Return the mean collusion of the agencies that work on each task, ``(task, run)``."""
    found = np.zeros((len(TASKS), country.run_count))
    for t in range(len(TASKS)):
        own = [a.collusion for a in country.agencies if t in a.tasks and not a.foreign]
        found[t] = total(np.stack(own)) / len(own)
    return found


def hand_to_agencies(country: Country, paid: Array, useful: Array, watched: Array) -> None:
    """Divide aid over the country's own agencies of each task, evenly.

    A guard that leaves hands over its posts and kit, and teaches those who come (M75).
    """
    for i, agency in enumerate(country.agencies):
        agency.aid, agency.watched_aid, money = np.zeros((3, country.run_count))
        for t in agency.tasks:
            if agency.foreign:
                continue
            bodies = sharing(country, t)
            agency.aid = agency.aid + useful[t] / bodies
            agency.watched_aid = agency.watched_aid + watched[t] / bodies
            money = money + paid[t] / bodies
        country.money.move("world", agency.name, money)
        country.now["aid_received"][i] = money
        if not agency.foreign:
            agency.reach = country.ask(equipped_reach, agency.aid_per_head, agency.collusion)
    own = country.agency["border_troops"]
    posts = np.maximum(own.extra_km, 0.0) * country.values["persons_per_km"]
    own.aid = own.aid + country.values["exit_package"] * posts


def presence(country: Country) -> None:
    """Work out what share of each task a power's own people hold."""
    russia, guard = country.power["russia"], country.agency["russian_border_troops"]
    length = country.afghan_length
    full = np.minimum(guard.strength / np.maximum(guard.strength_start, 1.0), 1.0)
    russia.presence[TASKS.index("border")] = total(guard.guarded_km) / length * full * 0.9
    for task in ("external_defence", "militancy"):
        russia.presence[TASKS.index(task)] = country.base_presence

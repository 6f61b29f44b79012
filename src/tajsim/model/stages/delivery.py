"""Stage 4, delivery: what of a pledge arrives, what it repeats, who diverts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import TASKS, total
from tajsim.rules.outsourcing.dependence import provision_of_tasks
from tajsim.rules.powers.civil_aid import civil_aid_parts
from tajsim.rules.powers.delivery import diverted_share, duplication

if TYPE_CHECKING:
    from tajsim.axes import Array
    from tajsim.model.country import Country


def delivery(country: Country) -> None:
    """Powers deliver. Writes: agency purses, aid per agency, provision of tasks."""
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
    presence(country)
    for power in country.powers:
        power.carry()
    country.regime.task_provision = provision_of_tasks(
        np.stack([p.provision for p in country.powers])
    )


def civil_aid(country: Country) -> None:
    """Aid that is not for security frees own money, or reaches people."""
    freed, country.aid_to_people = country.ask(civil_aid_parts, country.mean_collusion)
    country.money.move("world", "patronage", freed)
    country.money.move("world", "households", country.aid_to_people)


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
    for agency in country.agencies:
        agency.aid, agency.watched_aid, money = np.zeros((3, country.run_count))
        for t in agency.tasks:
            if agency.foreign:
                continue
            sharing = sum(1 for a in country.agencies if t in a.tasks and not a.foreign)
            agency.aid = agency.aid + useful[t] / sharing
            agency.watched_aid = agency.watched_aid + watched[t] / sharing
            money = money + paid[t] / sharing
        country.money.move("world", agency.name, money)
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

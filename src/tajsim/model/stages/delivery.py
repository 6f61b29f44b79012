"""Stage 4, delivery: what of a pledge arrives, what it repeats, who diverts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.agents.agency_tasks import mean_by_task, shared_out
from tajsim.axes import AGENCIES, TASKS, total
from tajsim.model.stages.civil import civil_aid, clear_land, invest
from tajsim.rules.outsourcing.dependence import provision_of_tasks
from tajsim.rules.powers.delivery import diverted_share, duplication
from tajsim.rules.powers.partner import partner_exposure
from tajsim.world import EMBASSY_GUARD

if TYPE_CHECKING:
    from tajsim.axes import Array
    from tajsim.model.country import Country


def delivery(country: Country) -> None:
    """Powers deliver. Writes: agency purses, aid per agency, provision of tasks, trust lost."""
    powers = country.powers
    bear_defections(country)
    powers.ask(powers.deliver)
    money = total(powers.delivered, axis=1)
    repeated = country.ask(duplication, np.swapaxes(powers.delivered, 0, 1))
    share = country.ask(diverted_share, mean_by_task(country.agencies.collusion), repeated)
    powers.arrive(share, repeated)
    country.now["duplicated"] = repeated * money
    country.now["delivered"] = total(powers.delivered)
    country.now["diverted"] = total(powers.diverted)
    for amount in country.now["diverted"]:
        country.money.move("world", "patronage", amount)
    # Who asks for nothing does not look either.
    watched = powers.useful * country.values.power_condition
    useful = total(powers.useful, axis=1)
    hand_to_agencies(country, money * (1.0 - share), useful, total(watched, axis=1))
    civil_aid(country)
    clear_land(country)
    invest(country)
    presence(country)
    powers.carry()
    country.regime.task_provision = provision_of_tasks(np.swapaxes(powers.provision, 0, 1))


def bear_defections(country: Country) -> None:
    """A chief who went over last month costs those who worked with his service their trust."""
    gone, powers = country.last["defections"], country.powers
    # Most months nobody went over: then trust only comes back.
    powers.suffer(exposure_to(country, gone) if gone.any() else powers.zeros())


def exposure_to(country: Country, gone: Array) -> Array:
    """Return how far powers relied on a service whose chief went over, share, ``(power, run)``."""
    found, helped = country.powers.zeros(), parts_of_help(country)
    present = total(country.powers.presence) / len(TASKS)
    for commander, went in zip(country.commanders, gone, strict=True):
        if went.any():
            post = commander.home_post
            guards = np.full(country.run_count, float(AGENCIES[post] == EMBASSY_GUARD))
            relied = country.ask(partner_exposure, helped[:, post], present, guards)
            found = np.maximum(found, went * relied)
    return found


def parts_of_help(country: Country) -> Array:
    """Return the share of powers' useful aid that each agency has, ``(power, agency, run)``."""
    useful = country.powers.useful
    return shared_out(np.swapaxes(useful, 0, 1)) / np.maximum(total(useful), 1e-9)[:, None]


def hand_to_agencies(country: Country, paid: Array, useful: Array, watched: Array) -> None:
    """Divide aid over the country's own agencies of each task, evenly.

    A guard that leaves hands over its posts and kit, and teaches those who come (M75).
    """
    money, aid, watched_aid = shared_out(np.stack([paid, useful, watched]))
    country.money.pay_each("world", AGENCIES, money)
    country.now["aid_received"] = money
    country.agencies.receive_aid(aid, watched_aid)
    own = country.agency["border_troops"]
    posts = np.maximum(own.extra_km, 0.0) * country.values.persons_per_km
    own.aid = own.aid + country.values.exit_package * posts


def presence(country: Country) -> None:
    """Work out what share of each task a power's own people hold."""
    held, guard = country.power["russia"].presence, country.agency["russian_border_troops"]
    length = country.afghan_length
    full = np.minimum(guard.strength / np.maximum(guard.strength_start, 1.0), 1.0)
    held[TASKS.index("border")] = total(guard.guarded_km) / length * full * 0.9
    base = country.base_presence
    for task in ("external_defence", "militancy"):
        held[TASKS.index(task)] = base

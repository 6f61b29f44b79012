"""How each outcome of the registry is read off the model.

A state that names an outcome is recorded as it is, and a flow under its own name; what is worked
out from several is a line of `MEASURES`. A test holds that each outcome has one of the three.
"""

from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from tajsim.agents.actors import states_of
from tajsim.agents.agency import MEETS_TRAFFICKERS, OWN
from tajsim.agents.commander import TO_GIVE
from tajsim.agents.deals import TASK_OF, by_power, by_task
from tajsim.axes import DIMENSIONS, PAYERS, POWERS, TASKS, Array, total
from tajsim.errors import UserError, unknown
from tajsim.inputs.outcomes import load_outcomes
from tajsim.model.country import Country, OutsideWorld
from tajsim.rules import deals, outsourcing, succession
from tajsim.world import PURSE_OF


def ratio(part: Array, whole: Array) -> Array:
    """Return ``part / whole``, missing where the whole is below one kg or dollar."""
    result: Array = np.where(whole > 1.0, part / np.maximum(whole, 1.0), np.nan)
    return result


def share_of(country: Country, part: str, whole: str) -> Array:
    """Return one flow over another, missing where there is nothing of the other."""
    there = country.now[whole] > 0.0
    return np.where(there, country.now[part] / np.where(there, country.now[whole], 1.0), np.nan)


def conditions_kept(country: Country) -> Array:
    """Return conditions of the offers that carry any, over those asked alone, by size, ``(run,)``.

    Missing where no such offer is on the table.
    """
    each = country.deals
    weight = each.offered * each.size * each.asked_for
    kept = each.offered * each.size * each.condition
    whole = total(weight)
    result: Array = np.where(whole > 0.0, total(kept) / np.maximum(whole, 1e-9), np.nan)
    return result


def gap_without(country: Country) -> Array:
    """Return the weighted share of tasks that nobody carries if a power left, ``(power, run)``."""
    left = 1.0 - np.swapaxes(country.powers.provision, 0, 1)
    alone = (1.0 - country.regime.task_provision) / np.maximum(left, 0.05)
    open_now = country.regime.weight * country.regime.weakness * np.minimum(alone, 1.0)
    result: Array = total(np.swapaxes(open_now, 0, 1))
    return result


#: 1 for the powers of each payer, ``(payer, power, 1)``; the regime is none.
PAYERS_OF = np.array(
    [[[float(PURSE_OF.get(name, "donors") == payer)] for name in POWERS] for payer in PAYERS]
)


def cost(country: Country) -> Array:
    """Return what security costs in the month by who pays, USD, ``(payer, run)``.

    Deals are paid as far as money is agreed: more for them, or less, at what their task costs.
    """
    values, agencies, deals, now = country.values, country.agencies, country.deals, country.now
    agreed = deals.held * deals.size * values.task_cost[TASK_OF]
    paid = now["aid_paid"] + now["access_rent"] + by_power(agreed * deals.sweet)
    abroad = total(PAYERS_OF * paid, axis=1)
    guard = values.border_cost_per_head * country.agency["russian_border_troops"].strength
    treaty = guard * values.treaty_share * country.regime.instalment
    wages = total((agencies.pay - agencies.topup) * agencies.strength * OWN)
    own = wages + treaty + country.debt_paid + total(agreed * deals.given)
    given = total(agencies.topup * agencies.strength) + values.civil_aid / 12.0
    result: Array = abroad + np.stack([own, guard - treaty, given, 0.0 * own])
    return result


#: Outcome -> how it is worked out, with the shape ``dimensions + (run,)``, where it is neither
#: one state (`states_recorded`) nor a flow of its name.
MEASURES: dict[str, Callable[[Country], Array]] = {
    "seizure_willingness": lambda m: share_of(m, "heroin_seized_by", "heroin_met"),
    "seizure_honesty": lambda m: share_of(m, "heroin_seized_reported", "heroin_seized_by"),
    "network_concentration": lambda m: (
        total(m.networks.bought**2) / np.maximum(total(m.networks.bought) ** 2, 1e-9)
    ),
    "seizure_probability": lambda m: ratio(m.now["heroin_seized"], m.now["heroin_entering"]),
    "interception": lambda m: ratio(
        total(m.now["heroin_seized_by"]), total(m.now["heroin_entering"])
    ),
    "arranged_share": lambda m: ratio(m.arranged, m.now["heroin_entering"]),
    "drug_income_share": lambda m: ratio(m.now["drug_income"], m.now["output"]),
    "militants_inside": lambda m: m.militants.everyone,
    "foreign_debt": lambda m: m.russian_debt,
    "package_in_force": lambda m: (m.bound.max(axis=0) > 0.0).astype(float),
    "cost": lambda m: cost(m),
    "deal_cover": lambda m: m.useful,
    "expected_pressure": lambda m: m.expected_harm,
    "concessions": lambda m: total(m.deals.held * m.deals.size * m.deals.given),
    "price_received": lambda m: total(m.deals.held * m.deals.size * m.deals.sweet),
    "conditions_kept": lambda m: conditions_kept(m),
    "conditions_borne": lambda m: total(m.deals.held * m.deals.size * m.deals.condition),
    "autonomy": lambda m: (
        1.0 - total(m.regime.weight * by_task(m.deals.on_the_ground * m.deals.intrusion))
    ),
    "provider_concentration": lambda m: m.apply(deals.concentration, by_power=m.powers.carried),
    "gap_without": lambda m: gap_without(m),
    "collusion": lambda m: np.where(MEETS_TRAFFICKERS > 0.0, m.agencies.collusion, np.nan),
    "provision": lambda m: np.swapaxes(m.powers.provision, 0, 1),
    "provision_by_power": lambda m: m.powers.carried / len(TASKS),
    "dependence": lambda m: m.apply(
        outsourcing.dependence, provision=m.regime.task_provision, own=1.0 - m.regime.weakness
    ),
    "loyalty_in_place": lambda m: np.where(
        total(m.commanders.in_place) > 0.0,
        total(m.commanders.loyalty * m.commanders.in_place)
        / np.maximum(total(m.commanders.in_place), 1.0),
        np.nan,
    ),
    "posts_held": lambda m: total(m.commanders.in_place) / total(TO_GIVE),
    "independent_power": lambda m: total(m.commanders.power) / total(TO_GIVE),
    "commander_loyalty": lambda m: m.commanders.while_in_place(m.commanders.loyalty),
    "commander_fear": lambda m: m.commanders.while_in_place(m.commanders.fear),
    "country_control": lambda m: m.mean_control,
    "migrants": lambda m: m.migrants,
    "migrants_returning": lambda m: total(np.maximum(-m.regions.leaving, 0.0)),
    "idle_returnees": lambda m: total(m.regions.idle),
    "remittances_share": lambda m: ratio(m.now["remittances"], m.now["output"]),
    "underground_members": lambda m: total(m.movements.members * (1.0 - m.movements.legal)),
    "party_members": lambda m: m.movement["irpt"].members,
    "party_answer": lambda m: m.movement["irpt"].answer,
    "violent_members": lambda m: m.people["violent"],
    "fighters_abroad": lambda m: m.people["fighters_abroad"],
    "prisoners": lambda m: m.people["prisoners"],
    "ending_calm": lambda m: 1.0 * (m.regime.left * (m.regime.ending != succession.CONTESTED)),
    "ending_contested": lambda m: 1.0 * (m.regime.ending == succession.CONTESTED),
}


@cache
def states_recorded() -> dict[str, str]:
    """Return the outcomes that are one state, with its place: ``{"pay": "agencies.pay"}``."""
    return {
        declared.outcome: f"{holder}.{name}".removeprefix(".")
        for holder, kind in {"": Country, "outside": OutsideWorld, **Country.kinds}.items()
        for name, declared in states_of(kind).items()
        if declared.outcome
    }


@cache
def measure(name: str) -> Callable[[Country], Array]:
    """Return what reads an outcome off the model, ``dimensions + (run,)``."""
    if name in MEASURES:
        return MEASURES[name]
    if name in states_recorded():
        return attrgetter(states_recorded()[name])
    return lambda country: country.now[name]


def measured(country: Country, name: str) -> Array:
    """Return one outcome, ``dimensions + (run,)``; nan where a body of no person is described.

    What stands of such a body in the state is a number, as rules go on reading it.
    """
    found = measure(name)(country)
    if load_outcomes()[name].places == "people":
        return np.where(country.agencies.strength >= 1.0, found, np.nan)
    return found


def new_record(
    names: Sequence[str] | None, months: int, runs: int
) -> dict[str, NDArray[np.float32]]:
    """Return empty series ``dimensions + (month, run)`` for the outcomes asked for.

    Raises:
        UserError: for an outcome that is not in the registry.
    """
    registry = load_outcomes()
    wrong = [unknown("outcome", name, registry) for name in names or () if name not in registry]
    if wrong:
        raise UserError(wrong)
    return {
        name: np.zeros(
            (*(len(DIMENSIONS[d]) for d in registry[name].dimensions), months, runs), np.float32
        )
        for name in (registry if names is None else names)
    }

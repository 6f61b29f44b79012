"""How each outcome of the registry is read off the model: one line an outcome.

Units and meanings stand in ``data/outcomes.toml``; a test holds the two lists together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tajsim.axes import DIMENSIONS, TASKS, Array, total
from tajsim.errors import UserError, unknown
from tajsim.inputs.outcomes import load_outcomes
from tajsim.rules.outsourcing.dependence import dependence
from tajsim.rules.state.contest import CONTESTED

if TYPE_CHECKING:
    from tajsim.model.country import Country


def ratio(part: Array, whole: Array) -> Array:
    """Return ``part / whole``, zero where the whole is below one kg or dollar."""
    result: Array = part / np.where(whole > 1.0, whole, np.inf)
    return result


def willingness(country: Country) -> Array:
    """Return the share of what an agency meets that it seizes, one where it meets nothing."""
    met = country.now["met_by"]
    result: Array = np.where(
        met > 0.0, country.now["seized_by"] / np.where(met > 0.0, met, 1.0), 1.0
    )
    return result


#: Outcome -> how to read it, with the shape ``dimensions + (run,)``.
MEASURES: dict[str, Callable[[Country], Array]] = {
    "heroin_entering": lambda m: m.now["entering"],
    "heroin_seized": lambda m: m.now["seized"],
    "heroin_seized_by": lambda m: m.now["seized_by"],
    "heroin_met": lambda m: m.now["met_by"],
    "seizure_willingness": lambda m: willingness(m),
    "seizure_honesty": lambda m: m.now["honesty"],
    "heroin_seized_reported": lambda m: m.now["reported"],
    "shelter": lambda m: m.shelter,
    "drug_rents": lambda m: m.now["drug_rents"],
    "heroin_leaving": lambda m: m.now["leaving"],
    "heroin_used": lambda m: m.now["used"],
    "heroin_stock": lambda m: total(m.networks.stock),
    "heroin_resold": lambda m: m.now["resold"],
    "heroin_price": lambda m: m.now["price_border"],
    "seizure_probability": lambda m: ratio(m.now["seized"], m.now["entering"]),
    "interception": lambda m: ratio(total(m.now["seized_by"]), total(m.now["entering"])),
    "arranged_share": lambda m: ratio(m.now["arranged"], m.now["entering"]),
    "section_guard": lambda m: m.guard_strength,
    "tolls": lambda m: m.now["tolls"],
    "extortion": lambda m: m.now["extortion"],
    "resale": lambda m: m.now["resale"],
    "network_margin": lambda m: m.now["network_margin"],
    "drug_income": lambda m: m.now["drug_income"],
    "drug_income_share": lambda m: ratio(m.now["drug_income"], m.now["output"]),
    "rents_commander": lambda m: m.now["rents_commander"],
    "rents_regime": lambda m: m.now["rents_regime"],
    "rents_to_commander": lambda m: m.now["rents_to_commander"],
    "rents_to_regime": lambda m: m.now["rents_to_regime"],
    "rents_kept": lambda m: m.now["rents_kept"],
    "fees_commander": lambda m: m.now["fees_commander"],
    "fees_regime": lambda m: m.now["fees_regime"],
    "patronage": lambda m: m.now["patronage"],
    "regime_kept": lambda m: m.now["regime_kept"],
    "rent_shortfall": lambda m: m.regime.shortfall,
    "collusion": lambda m: m.agencies.collusion,
    "strength": lambda m: m.agencies.strength,
    "quality": lambda m: m.agencies.quality,
    "pay": lambda m: m.agencies.pay,
    "budget": lambda m: m.now["revenue"],
    "output": lambda m: m.now["output"],
    "foreign_debt": lambda m: m.values.debt_to_russia + m.other_debt,
    "instalment_paid": lambda m: m.regime.instalment,
    "aid_pledged": lambda m: m.now["pledged"],
    "aid_delivered": lambda m: m.now["delivered"],
    "aid_diverted": lambda m: m.now["diverted"],
    "aid_received": lambda m: m.now["aid_received"],
    "aid_freed": lambda m: m.now["aid_freed"],
    "aid_duplicated": lambda m: m.now["duplicated"],
    "own_effort": lambda m: m.regime.effort,
    "visible_effort": lambda m: m.regime.shown,
    "donor_dismay": lambda m: m.regime.dismay,
    "outside_provision": lambda m: m.regime.task_provision,
    "provision": lambda m: np.swapaxes(m.powers.provision, 0, 1),
    "provision_by_power": lambda m: m.powers.carried / len(TASKS),
    "gap": lambda m: m.regime.gap,
    "survival_weight": lambda m: m.regime.weight,
    "dependence": lambda m: dependence(m.regime.task_provision, m.regime.effort),
    "alignment": lambda m: m.alignment,
    "guarantee": lambda m: m.guarantee,
    "reliance_on_patron": lambda m: m.reliance,
    "search_for_partners": lambda m: m.search,
    "sovereignty_demand": lambda m: m.regime.demand,
    "threat_overstated": lambda m: m.told,
    "partner_trust": lambda m: 1.0 - m.powers.burnt,
    "land_cleared": lambda m: m.cleared,
    "investment": lambda m: m.invested,
    "loyalty_in_place": lambda m: (
        total(m.commanders.loyalty * m.commanders.in_place)
        / np.maximum(total(m.commanders.in_place), 1.0)
    ),
    "commander_loyalty": lambda m: m.commanders.loyalty * m.commanders.in_place,
    "commander_fear": lambda m: m.commanders.fear * m.commanders.in_place,
    "commander_state": lambda m: m.commanders.status,
    "purges": lambda m: m.now["purges"],
    "bargains": lambda m: m.now["bargains"],
    "mutinies": lambda m: m.now["mutinies"],
    "defections": lambda m: m.now["defections"],
    "trust": lambda m: m.regime.trust,
    "civilian_control": lambda m: m.regime.civilian_control,
    "security_ministry_rank": lambda m: m.regime.rank,
    "killings": lambda m: m.now["killings"],
    "operations": lambda m: m.now["operations"],
    "riots": lambda m: m.now["riots"],
    "grievance": lambda m: m.regions.grievance,
    "fear": lambda m: m.regions.fear,
    "voice": lambda m: m.regions.voice,
    "hardship": lambda m: m.regions.hardship,
    "protest": lambda m: m.now["protest"],
    "state_control": lambda m: m.regions.control,
    "country_control": lambda m: m.mean_control,
    "migrants": lambda m: m.migrants,
    "migrants_returning": lambda m: total(np.maximum(-m.now["left_country"], 0.0)),
    "idle_returnees": lambda m: total(m.regions.idle),
    "remittances": lambda m: m.now["remittances"],
    "remittances_share": lambda m: ratio(m.now["remittances"], m.now["output"]),
    "repression_step": lambda m: m.regime.ladder,
    "channel": lambda m: m.absorbed,
    "underground_members": lambda m: total(total(m.movements.members) * (1.0 - m.movements.legal)),
    "party_members": lambda m: total(m.movement["irpt"].members),
    "banned_members": lambda m: m.movement["hizb_ut_tahrir"].members,
    "arrests": lambda m: m.now["arrests"],
    "exiles": lambda m: m.people["exiles"],
    "incidents": lambda m: m.now["incidents"],
    "crime": lambda m: m.crime,
    "hostility": lambda m: m.hostility,
    "hardening": lambda m: m.hardening,
    "mafia": lambda m: m.mafia,
    "migrant_terms": lambda m: m.outside.terms,
    "violent_members": lambda m: m.people["violent"],
    "radicalised": lambda m: m.now["radicalised"],
    "fighters_abroad": lambda m: m.people["fighters_abroad"],
    "fighters_joined": lambda m: m.joined,
    "underworld_informers": lambda m: m.underworld,
    "prisoners": lambda m: m.people["prisoners"],
    "militant_fighters": lambda m: m.militants.fighters,
    "incursions": lambda m: m.now["attempts"],
    "militants_inside": lambda m: m.militants_inside,
    "militant_camps": lambda m: m.camps,
    "militants_onward": lambda m: m.now["went_on"],
    "base_forward_share": lambda m: m.forward,
    "deaths": lambda m: m.now["deaths"],
    "weapons_seized": lambda m: m.now["weapons_seized"],
    "purge_drive": lambda m: m.regime.drive,
    "ruler_ready": lambda m: m.regime.ready,
    "heir_named": lambda m: m.regime.heir,
    "succession_settled": lambda m: m.regime.settled,
    "succession_doubt": lambda m: m.regime.doubt,
    "ruler_left": lambda m: m.regime.left,
    "ending": lambda m: m.regime.ending,
    "ending_calm": lambda m: 1.0 * (m.regime.left * (m.regime.ending != CONTESTED)),
    "ending_contested": lambda m: 1.0 * (m.regime.ending == CONTESTED),
    "elite_behind": lambda m: m.regime.behind,
    "strain": lambda m: m.regime.strain,
    "polity": lambda m: m.regime.polity,
    "state_failed": lambda m: m.regime.failed,
    "failed_month": lambda m: m.regime.failed_month,
}


def measured(country: Country, name: str) -> Array:
    """Return one outcome, ``dimensions + (run,)``; nan where a body of no person is described.

    What stands of such a body in the state is a number, as rules go on reading it.
    """
    found = MEASURES[name](country)
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

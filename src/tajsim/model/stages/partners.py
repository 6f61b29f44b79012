"""What the regime makes of its partners: reliance, search for others, a threat told larger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import SECTIONS, TASKS, total
from tajsim.model.stages.agencies import recruit
from tajsim.rules.outsourcing.dependence import dependence, reliance
from tajsim.rules.outsourcing.search import search, unease
from tajsim.rules.outsourcing.sovereignty import grant_chance, sovereignty_demand
from tajsim.rules.powers.guarantee import displeasure
from tajsim.rules.powers.overstated import believed, looked_away, overstatement

if TYPE_CHECKING:
    from tajsim.axes import Array
    from tajsim.model.country import Country

#: Sections in the order in which they were handed over (matveeva-2004:159).
ORDER_OF_HANDOVER = (1, 0, 2, 3, 4)


def look_for_partners(country: Country) -> None:
    """Work out how far the regime relies on its patron, and how widely it looks for others."""
    regime, powers = country.regime, country.powers
    whole = dependence(regime.task_provision, regime.effort)
    country.reliance = reliance(whole, powers.carried, powers.moscow)
    regime.unease = country.ask(unease, country.reliance)
    country.search = country.ask(search, regime.weakness, regime.unease)
    country.displeasure = displeasure(country.leverage, country.reliance)
    tell_threat(country)
    # What the regime looked for and told in early 2004 stands in the budgets of that year. The
    # telling earns from the second month on, when aid has come in.
    if country.months_run == 0:
        country.search_start = country.search
    if country.months_run <= 1:
        country.told_start = country.told


def tell_threat(country: Country) -> None:
    """The regime and its patron tell of militants by what the telling earns them."""
    aid, revenue = total(country.last["delivered"]), country.last["revenue"]
    earned = aid / np.maximum(aid + revenue, 1.0)
    party = country.regime.party_threat
    own = country.ask(overstatement, earned, party / (1.0 + party))
    patron = country.ask(overstatement, country.west_share, np.zeros(country.run_count))
    country.told = country.ask(believed, own, patron)


def excused(country: Country, tolerance: Array) -> Array:
    """Return how far a partner of that tolerance looks away from repression, 0 to 1, ``(run,)``."""
    return country.ask(looked_away, tolerance, country.told)


def ask_for_border(country: Country) -> None:
    """The regime may ask for the border that foreign troops hold; their principal answers."""
    regime = country.regime
    threat = regime.perceived[TASKS.index("border")]
    threat = threat + regime.perceived[TASKS.index("militancy")]
    guard = country.agency["russian_border_troops"]
    holds = (total(guard.guarded_km) > 0.0).astype(float)
    regime.demand = holds * country.ask(sovereignty_demand, regime.unease, threat)
    chance = country.ask(grant_chance, regime.demand)
    if chance.any():
        month = country.calendar_month
        hand_over_next(country, country.draws.happens("grant", "russia", month, chance))


def hand_over_next(country: Country, granted: Array) -> None:
    """Hand the next section to the country's own guards where ``granted`` is 1."""
    guard, own = country.agency["russian_border_troops"], country.agency["border_troops"]
    left, before = granted, np.maximum(total(guard.guarded_km), 1e-9)
    for section in ORDER_OF_HANDOVER:
        length = guard.guarded_km[section] * left
        left = left * (length <= 0.0)
        guard.guarded_km[section] = guard.guarded_km[section] - length
        own.guarded_km[section] = own.guarded_km[section] + length
        own.extra_km = own.extra_km + length
        country.note(
            "handover",
            length > 0.0,
            actor="border_troops",
            target=SECTIONS[section],
            size=length,
            cause="sovereignty",
        )
    # Who stood there leaves with the section. Who holds none any more leaves as he was told to.
    joining = country.agencies.zeros()
    joining[guard.rank] = -guard.strength * granted * (1.0 - total(guard.guarded_km) / before)
    recruit(country, joining)

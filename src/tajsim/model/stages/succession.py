"""Part of stages 3 and 10: the end of the ruler's term, before it comes and when it comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tajsim.agents.agency_tasks import OWN
from tajsim.agents.commander import BOUGHT_OFF, MUTINIED
from tajsim.axes import REPRESSION_STEPS, Array, total
from tajsim.inputs.dates import month_number
from tajsim.model.notes.elite import note_contest
from tajsim.rules.state.contest import bargain_chance, kind_of_ending, ranks_behind
from tajsim.world import TERM_END

if TYPE_CHECKING:
    from tajsim.model.country import Country

#: Part of an agency that goes with its head.
WITH_THE_HEAD = 0.5


def look_ahead(country: Country) -> None:
    """The ruler and the elite weigh what comes. Writes: readiness, heir, settlement, doubt."""
    regime = country.regime
    to_go = month_number(TERM_END) - country.calendar_month
    if to_go < 0:
        regime.remember_contest()
    else:
        here = country.commanders.in_place
        count, held = total(here), total(here * country.commanders.loyalty)
        # Where no commander is left the apparatus is all there is to trust.
        loyal = np.where(count > 0.0, held / np.maximum(count, 1.0), regime.trust)
        chance = regime.weigh_leaving(float(to_go), loyal, len(REPRESSION_STEPS))
        named = country.draws.happens("heir", "regime", country.calendar_month, chance)
        new = named * (1.0 - regime.heir)
        regime.name_heir(named, loyal)
        country.note("heir_named", new, actor="regime", size=regime.doubt)
    country.commanders.doubt = regime.doubt + country.commanders.zeros()


@dataclass
class Sides:
    """Who stands where, each 0 or 1, ``(commander, run)``."""

    behind: Array
    bargains: Array
    fights: Array
    apart: Array


def contest(country: Country) -> None:
    """At the end of the term all decide. Writes: sides, bargains, mutinies, trust, the ending."""
    if country.calendar_month != month_number(TERM_END):
        return
    regime = country.regime
    month, standing = country.calendar_month, 1.0 - regime.failed
    leaves = standing * country.draws.happens("leave", "regime", month, regime.ready)
    # What stands behind a ruler who stays is only that nobody is unsure who rules.
    staying = 1.0 - country.values.staying_doubt
    settled = np.where(leaves > 0.5, regime.settled, staying)
    sides = take_sides(country, leaves, settled)
    share = strength_behind(country, sides.behind + sides.bargains, settled)
    act(country, sides)
    kind = kind_of_ending(leaves, share, total(sides.bargains), total(sides.fights))
    regime.end_term(kind * standing, share, leaves)
    note_contest(country, sides, kind * standing, share)


def take_sides(country: Country, leaves: Array, settled: Array) -> Sides:
    """Let each commander stand behind the arrangement, bargain, fight or keep apart."""
    commanders, month = country.commanders, country.calendar_month
    here = commanders.in_place * (1.0 - country.regime.failed)
    chance = commanders.chance_to_follow(leaves, settled, country.guarantee)
    behind = here * (country.draws.uniform_each("side", commanders.names, month) < chance)
    against = here - behind
    share = strength_behind(country, behind, settled)
    taken = country.ask(bargain_chance, share, country.regime.shortfall, country.leverage, settled)
    bargains = against * (country.draws.uniform_each("settle", commanders.names, month) < taken)
    will = commanders.chance_to_fight(commanders.fear, country.guarantee)
    rest = against - bargains
    fights = rest * (country.draws.uniform_each("rise", commanders.names, month) < will)
    return Sides(behind, bargains, fights, rest - fights)


def strength_behind(country: Country, behind: Array, settled: Array) -> Array:
    """Return the armed strength behind the arrangement over that of both sides, ``(run,)``.

    Who waits stands on neither side. Where nobody takes a side the share is 1.
    """
    agencies, commanders = country.agencies, country.commanders
    away = (WITH_THE_HEAD * commanders.heads * (1.0 - behind)[:, None]).max(axis=0)
    force = OWN * agencies.strength * agencies.quality
    ranks = ranks_behind(country.regime.trust, agencies.collusion, settled)
    found, against = total(force * ranks * (1.0 - away)), total(force * away)
    men = commanders.men * commanders.in_place
    for ours, theirs in zip(men * behind, men * (1.0 - behind), strict=True):
        found, against = found + ours, against + theirs
    share: Array = 1.0 - against / np.maximum(found + against, 1.0)
    return share


def act(country: Country, sides: Sides) -> None:
    """Carry out what the commanders decided."""
    commanders, bought = country.commanders, sides.bargains > 0.5
    commanders.status = np.where(bought, float(BOUGHT_OFF), commanders.status)
    commanders.remove(sides.fights, MUTINIED)
    # Open defiance is remembered, by him and by whoever rules.
    commanders.grudge = np.where(bought | (sides.apart > 0.5), 1.0, commanders.grudge)
    commanders.loyalty = commanders.loyalty * (1.0 - sides.apart)
    for place, lost in zip(commanders.place, commanders.power * sides.apart, strict=True):
        country.regions[place].control = country.regions[place].control * (1.0 - lost)
    country.now["bargains"] += sides.bargains
    country.now["mutinies"] += sides.fights

"""Part of stages 3 and 10: the end of the ruler's term, before it comes and when it comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tajsim.agents.agency_tasks import OWN
from tajsim.agents.commander import BOUGHT_OFF, MUTINIED, NO_POST
from tajsim.axes import REGIONS, REPRESSION_STEPS, Array, total
from tajsim.inputs.dates import month_number
from tajsim.model.notes.elite import note_contest
from tajsim.model.posts import heads
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
        here = np.stack([c.in_place for c in country.commanders])
        held = total(here * np.stack([c.loyalty for c in country.commanders]))
        # Where no commander is left the apparatus is all there is to trust.
        loyal = np.where(total(here) > 0.0, held / np.maximum(total(here), 1.0), regime.trust)
        chance = regime.weigh_leaving(float(to_go), loyal, len(REPRESSION_STEPS))
        named = country.draws.happens("heir", "regime", country.calendar_month, chance)
        new = named * (1.0 - regime.heir)
        regime.name_heir(named, loyal)
        country.note("heir_named", new, actor="regime", size=regime.doubt)
    for commander in country.commanders:
        commander.doubt = regime.doubt


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
    staying = 1.0 - country.values["staying_doubt"]
    settled = np.where(leaves > 0.5, regime.settled, staying)
    sides = take_sides(country, leaves, settled)
    share = strength_behind(country, sides.behind + sides.bargains, settled)
    act(country, sides)
    kind = kind_of_ending(leaves, share, total(sides.bargains), total(sides.fights))
    regime.end_term(kind * standing, share, leaves)
    note_contest(country, sides, kind * standing, share)


def take_sides(country: Country, leaves: Array, settled: Array) -> Sides:
    """Let each commander stand behind the arrangement, bargain, fight or keep apart."""
    month, names = country.calendar_month, [c.name for c in country.commanders]
    here = np.stack([c.in_place for c in country.commanders]) * (1.0 - country.regime.failed)
    chance = [c.chance_to_follow(leaves, settled, country.guarantee) for c in country.commanders]
    behind = here * (country.draws.uniform_each("side", names, month) < np.stack(chance))
    against = here - behind
    share = strength_behind(country, behind, settled)
    taken = country.ask(bargain_chance, share, country.regime.shortfall, country.leverage, settled)
    bargains = against * (country.draws.uniform_each("settle", names, month) < taken)
    will = [c.chance_to_fight(c.fear, country.guarantee) for c in country.commanders]
    rest = against - bargains
    fights = rest * (country.draws.uniform_each("rise", names, month) < np.stack(will))
    return Sides(behind, bargains, fights, rest - fights)


def strength_behind(country: Country, behind: Array, settled: Array) -> Array:
    """Return the armed strength behind the arrangement over that of both sides, ``(run,)``.

    Who waits stands on neither side. Where nobody takes a side the share is 1.
    """
    agencies = country.agencies
    away = (WITH_THE_HEAD * heads(country) * (1.0 - behind)[:, None]).max(axis=0)
    force = OWN * agencies.strength * agencies.quality
    ranks = ranks_behind(country.regime.trust, agencies.collusion, settled)
    found, against = total(force * ranks * (1.0 - away)), total(force * away)
    for j, commander in enumerate(country.commanders):
        men = commander.men * commander.in_place
        found, against = found + men * behind[j], against + men * (1.0 - behind[j])
    share: Array = 1.0 - against / np.maximum(found + against, 1.0)
    return share


def act(country: Country, sides: Sides) -> None:
    """Carry out what the commanders decided."""
    for i, commander in enumerate(country.commanders):
        bought, up, apart = sides.bargains[i] > 0.5, sides.fights[i] > 0.5, sides.apart[i]
        commander.status = np.where(bought, float(BOUGHT_OFF), commander.status)
        commander.status = np.where(up, float(MUTINIED), commander.status)
        commander.post = np.where(up, float(NO_POST), commander.post)
        # Open defiance is remembered, by him and by whoever rules.
        commander.grudge = np.where(bought | (apart > 0.5), 1.0, commander.grudge)
        commander.loyalty = commander.loyalty * (1.0 - apart)
        region = country.regions[REGIONS.index(commander.facts.region)]
        region.control = region.control * (1.0 - commander.power * apart)
        country.now["bargains"][i] += sides.bargains[i]
        country.now["mutinies"][i] += sides.fights[i]

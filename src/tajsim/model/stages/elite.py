"""Stage 10, elite: loyalty and fear; who obeys, bargains, is arrested, mutinies, defects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tajsim.agents.commander import (
    ARRESTED,
    BOUGHT_OFF,
    DEFECTED,
    MUTINIED,
    NO_POST,
)
from tajsim.axes import Array, total
from tajsim.rules.elite.purge import cheapest_post

if TYPE_CHECKING:
    from tajsim.agents.commander import Commander
    from tajsim.model.country import Country


def elite(country: Country) -> None:
    """Commanders decide. Writes: loyalty, fear, status, posts, breaks."""
    feel(country)
    post = post_for_bargains(country)
    for i, commander in enumerate(country.commanders):
        obey_or_bargain(country, commander, i, post)
        face_arrest(country, commander, i)
        break_away(country, commander, i)
        commander.following = commander.following * np.where(commander.in_place > 0.5, 1.0, 0.98)
        commander.dismissal_order = np.zeros(country.run_count)
        commander.arrest_order = np.zeros(country.run_count)
    broken = total(country.now["mutinies"]) + total(country.now["defections"])
    country.regime.judge_apparatus(broken)
    country.regime.breaks = country.regime.breaks * 0.95 + broken


def feel(country: Country) -> None:
    """Let every commander's fear and loyalty follow last month's blows."""
    struck = country.last["purges"]
    closed = 1.0 - country.standing
    for commander in country.commanders:
        side, other = np.zeros(country.run_count), np.zeros(country.run_count)
        for j, peer in enumerate(country.commanders):
            if peer is commander:
                continue
            if peer.facts.opposition == commander.facts.opposition:
                side = side + struck[j]
            else:
                other = other + struck[j]
        commander.feel(side, other, closed, country.creed)
    for region in country.regions:
        region.struck = np.zeros(country.run_count)
        for j, commander in enumerate(country.commanders):
            if commander.facts.region == region.name:
                region.struck = region.struck + struck[j]


def post_for_bargains(country: Country) -> NDArray[np.intp]:
    """Return the agency whose head's post costs the regime least, ``(run,)``."""
    use, interest = [], []
    for agency in country.agencies:
        use.append(
            agency.effort_on_tasks(country.regime.weight) + (10.0 if agency.foreign else 0.0)
        )
        # Outsiders care for an agency by the money they give for each of its people.
        given = agency.aid / np.maximum(agency.strength, 1.0)
        interest.append(given / (given + 50.0))
    return cheapest_post(np.stack(use), np.stack(interest))


def obey_or_bargain(country: Country, commander: Commander, i: int, post: NDArray[np.intp]) -> None:
    """A commander told to go obeys, or resists and is bought off with another post."""
    order = commander.dismissal_order * commander.in_place
    draw = country.draws.uniform("resist", commander.name, country.calendar_month)
    resists = order * commander.resist(country.guarantee, draw)
    goes = order * (1.0 - resists)
    commander.status = np.where(resists > 0.5, float(BOUGHT_OFF), commander.status)
    commander.post = np.where(resists > 0.5, post, commander.post)
    commander.grudge = np.where(resists > 0.5, 1.0, commander.grudge)
    remove(commander, goes, ARRESTED)
    country.now["purges"][i] += goes
    country.now["bargains"][i] += resists


def face_arrest(country: Country, commander: Commander, i: int) -> None:
    """A commander about to be arrested gives in or fights."""
    order = commander.arrest_order * commander.in_place
    draw = country.draws.uniform("fight", commander.name, country.calendar_month)
    # Expecting the worst is part of being told: fear is at its height.
    fear = commander.fear
    commander.fear = np.where(order > 0.5, np.maximum(fear, 0.5), fear)
    fights = order * (draw < commander.chance_to_fight())
    remove(commander, fights, MUTINIED)
    remove(commander, order * (1.0 - fights), ARRESTED)
    country.now["mutinies"][i] += fights
    country.now["purges"][i] += order * (1.0 - fights)


def break_away(country: Country, commander: Commander, i: int) -> None:
    """A commander mutinies or defects of his own accord."""
    mutiny, defection = commander.breaks(country.creed)
    draw = country.draws.uniform("break", commander.name, country.calendar_month)
    mutinies = (draw < mutiny) * commander.in_place * (commander.following > 0.0)
    defects = ((draw >= mutiny) & (draw < mutiny + defection)) * commander.in_place
    remove(commander, mutinies.astype(float), MUTINIED)
    remove(commander, defects.astype(float), DEFECTED)
    country.now["mutinies"][i] += mutinies
    country.now["defections"][i] += defects


def remove(commander: Commander, where: Array, status: int) -> None:
    """Take a commander out of his post where ``where`` is 1."""
    commander.status = np.where(where > 0.5, float(status), commander.status)
    commander.post = np.where(where > 0.5, float(NO_POST), commander.post)

"""Stage 10, elite: loyalty and fear; who obeys, bargains, is arrested, mutinies, defects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tajsim.agents.agency_tasks import OWN, TASK_COUNT, over_tasks
from tajsim.agents.commander import (
    ARRESTED,
    BOUGHT_OFF,
    DEFECTED,
    KILLED,
    MUTINIED,
)
from tajsim.axes import AGENCIES, Array, column, total
from tajsim.model.notes.elite import note_decisions
from tajsim.model.stages.succession import contest
from tajsim.rules.elite.aftermath import broadcast_step, skill_carried
from tajsim.rules.elite.drive import dread_of_custody
from tajsim.rules.elite.followers import rejoining
from tajsim.rules.elite.purge import cheapest_post
from tajsim.world import UNDER_PRESIDENT

if TYPE_CHECKING:
    from tajsim.model.country import Country

#: Closure of a post that another holds: no veto is as high.
NOT_TO_BE_HAD = 1000.0

#: Closure of each agency's post that nobody holds, ``(agency, 1)``.
VETO = np.where(OWN > 0.0, column(name not in UNDER_PRESIDENT for name in AGENCIES), NOT_TO_BE_HAD)

#: Who does the one and who the other, each 0 or 1, ``(commander, run)``.
Pair = tuple[Array, Array]


def elite(country: Country) -> None:
    """Commanders decide. Writes: loyalty, fear, status, posts, breaks."""
    faith = pressure_on_faith(country)
    feel(country, faith)
    gather_old_fighters(country)
    # Nobody sees what another decides this month, so that all answer at once.
    told, seized = answer_dismissal(country), answer_arrest(country)
    broke = break_away(country, faith)
    if told or seized or broke:
        note_decisions(country, told, seized, broke, faith)
    country.commanders.keep_following()
    contest(country)
    go_over(country)
    broken = total(country.now["mutinies"]) + total(country.now["defections"])
    country.regime.judge_apparatus(total(country.now["purges"]), broken)
    country.regime.breaks = country.regime.breaks * 0.95 + broken


def feel(country: Country, faith: Array) -> None:
    """Let every commander's fear and loyalty follow last month's blows."""
    commanders = country.commanders
    beaten = country.last["mutinies"] * (commanders.status == KILLED)
    struck = country.last["purges"] + beaten
    commanders.feel(struck, beaten, 1.0 - country.standing, faith)
    country.regions.struck = here = country.regions.zeros()
    for place, blow in zip(commanders.place, struck, strict=True):
        here[place] += blow


def pressure_on_faith(country: Country) -> Array:
    """Return the pressure on the faith of commanders, 0 to 1, louder after a defector's appeal."""
    return np.minimum(country.creed * (1.0 + country.broadcast), 1.0)


def gather_old_fighters(country: Country) -> None:
    """Work out whom of the fallen commanders' men each commander could call on."""
    commanders = country.commanders
    men, _ = commanders.by_side(commanders.following * commanders.fallen)
    grievance = country.regions.grievance[commanders.place]
    commanders.rejoining = country.ask(rejoining, men, grievance)


def post_for_bargains(country: Country) -> NDArray[np.intp]:
    """Return the agency whose head's post costs the regime least, ``(run,)``."""
    use = over_tasks(country.regime.weight) / TASK_COUNT
    taken = total(country.commanders.heads) > 0.5
    closed = np.where(taken, NOT_TO_BE_HAD, VETO)
    return country.ask(cheapest_post, use, country.agencies.outside_interest, closed)


def answer_dismissal(country: Country) -> tuple[Array, Array, NDArray[np.intp]] | None:
    """Let who is told to go obey, or resist and be bought off with another post.

    Returns:
        Who obeys and who resists, 0 or 1, ``(commander, run)``, and the post, ``(run,)``.
    """
    commanders = country.commanders
    # Most months bring no order in any run: then there is nothing to decide.
    if not commanders.dismissal_order.any():
        return None
    order = commanders.dismissal_order * commanders.in_place
    commanders.dismissal_order = commanders.zeros()
    post = post_for_bargains(country)
    draw = country.draws.uniform_each("resist", commanders.names, country.calendar_month)
    resists = order * commanders.resist(country.guarantee, draw)
    obeys = order * (1.0 - resists)
    bought = resists > 0.5
    commanders.status = np.where(bought, float(BOUGHT_OFF), commanders.status)
    commanders.post = np.where(bought, post, commanders.post)
    commanders.grudge = np.where(bought, 1.0, commanders.grudge)
    commanders.remove(obeys, ARRESTED)
    country.now["purges"] += obeys
    country.now["bargains"] += resists
    return obeys, resists, post


def answer_arrest(country: Country) -> Pair | None:
    """Let who is about to be arrested fight or give in; return who fights and who gives in."""
    commanders = country.commanders
    if not commanders.arrest_order.any():
        return None
    order = commanders.arrest_order * commanders.in_place
    commanders.arrest_order = commanders.zeros()
    draw = country.draws.uniform_each("fight", commanders.names, country.calendar_month)
    # Expecting the worst is part of being told.
    fear = country.ask(dread_of_custody, commanders.fear, commanders.no_way_back)
    fights = order * (draw < commanders.chance_to_fight(fear, country.guarantee))
    yields = order * (1.0 - fights)
    commanders.remove(fights, MUTINIED)
    commanders.remove(yields, ARRESTED)
    country.now["mutinies"] += fights
    country.now["purges"] += yields
    return fights, yields


def break_away(country: Country, faith: Array) -> Pair | None:
    """Mutiny or defect of one's own accord; return who does which."""
    commanders = country.commanders
    mutiny, defection = commanders.breaks(faith, country.guarantee)
    draw = country.draws.uniform_each("break", commanders.names, country.calendar_month)
    breaks = draw < mutiny + defection
    if not breaks.any():
        return None
    mutinies = ((draw < mutiny) & (commanders.following > 0.0)).astype(float)
    defects = (breaks & (draw >= mutiny)).astype(float)
    commanders.remove(mutinies, MUTINIED)
    commanders.remove(defects, DEFECTED)
    country.now["mutinies"] += mutinies
    country.now["defections"] += defects
    return mutinies, defects


def go_over(country: Country) -> None:
    """Let defectors appeal to those at home and bring their skill to the fighters abroad."""
    gone = country.now["defections"]
    country.broadcast = country.ask(broadcast_step, country.broadcast, total(gone))
    if not gone.any():
        return
    group = country.militant_group["northern_afghanistan"]
    for i, commander in enumerate(country.commanders):
        quality = country.agencies[commander.home_post].quality
        group.readiness = country.ask(skill_carried, group.readiness, gone[i], quality)

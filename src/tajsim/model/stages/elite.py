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
    NO_POST,
)
from tajsim.axes import AGENCIES, REGIONS, Array, total
from tajsim.model.notes.elite import note_answer, note_break
from tajsim.model.posts import heads
from tajsim.model.stages.succession import contest
from tajsim.rules.elite.aftermath import broadcast_step, skill_carried
from tajsim.rules.elite.drive import dread_of_custody
from tajsim.rules.elite.followers import rejoining
from tajsim.rules.elite.purge import cheapest_post
from tajsim.world import UNDER_PRESIDENT

if TYPE_CHECKING:
    from tajsim.agents.commander import Commander
    from tajsim.model.country import Country

#: Closure of a post that another holds: no veto is as high.
NOT_TO_BE_HAD = 1000.0

#: Closure of each agency's post that nobody holds, ``(agency, 1)``.
VETO = np.array([[0.0 if name in UNDER_PRESIDENT else 1.0] for name in AGENCIES])
VETO[OWN == 0.0] = NOT_TO_BE_HAD


def elite(country: Country) -> None:
    """Commanders decide. Writes: loyalty, fear, status, posts, breaks."""
    feel(country)
    gather_old_fighters(country)
    post = post_for_bargains(country) if ordered(country, "dismissal_order") else None
    arrests = ordered(country, "arrest_order")
    for i, commander in enumerate(country.commanders):
        # Most months bring no order in any run: then there is nothing to decide.
        if post is not None:
            obey_or_bargain(country, commander, i, post)
        if arrests:
            face_arrest(country, commander, i)
        break_away(country, commander, i)
        commander.keep_following()
        commander.dismissal_order = np.zeros(country.run_count)
        commander.arrest_order = np.zeros(country.run_count)
    contest(country)
    go_over(country)
    broken = total(country.now["mutinies"]) + total(country.now["defections"])
    country.regime.judge_apparatus(total(country.now["purges"]), broken)
    country.regime.breaks = country.regime.breaks * 0.95 + broken


def ordered(country: Country, order: str) -> bool:
    """Return whether an order is out against any commander in any run."""
    return any(getattr(c, order).any() for c in country.commanders)


def feel(country: Country) -> None:
    """Let every commander's fear and loyalty follow last month's blows."""
    beaten = [
        country.last["mutinies"][j] * (c.status == KILLED) for j, c in enumerate(country.commanders)
    ]
    struck = [country.last["purges"][j] + lost for j, lost in enumerate(beaten)]
    all_struck, all_beaten = by_side(country, struck), by_side(country, beaten)
    closed = 1.0 - country.standing
    creed = pressure_on_faith(country)
    for j, commander in enumerate(country.commanders):
        side = commander.facts.opposition
        commander.feel(
            all_struck[side] - struck[j],
            all_struck[not side],
            all_beaten[side] - beaten[j],
            closed,
            creed,
        )
    struck_here = country.regions.zeros()
    for j, commander in enumerate(country.commanders):
        struck_here[REGIONS.index(commander.facts.region)] += struck[j]
    country.regions.struck = struck_here


def by_side(country: Country, values: list[Array]) -> dict[bool, Array]:
    """Return sums over the commanders of each wartime side: True is the opposition's."""
    found = {True: np.zeros(country.run_count), False: np.zeros(country.run_count)}
    for commander, value in zip(country.commanders, values, strict=True):
        found[commander.facts.opposition] = found[commander.facts.opposition] + value
    return found


def pressure_on_faith(country: Country) -> Array:
    """Return the pressure on the faith of commanders, 0 to 1, louder after a defector's appeal."""
    return np.minimum(country.creed * (1.0 + country.broadcast), 1.0)


def gather_old_fighters(country: Country) -> None:
    """Work out whom of the fallen commanders' men each commander could call on."""
    left = by_side(country, [c.following * c.fallen for c in country.commanders])
    grievance = dict(zip(REGIONS, country.regions.grievance, strict=True))
    for commander in country.commanders:
        men = left[commander.facts.opposition]
        commander.rejoining = country.ask(rejoining, men, grievance[commander.facts.region])


def post_for_bargains(country: Country) -> NDArray[np.intp]:
    """Return the agency whose head's post costs the regime least, ``(run,)``."""
    use = over_tasks(country.regime.weight) / TASK_COUNT
    closed = np.where(total(heads(country)) > 0.5, NOT_TO_BE_HAD, VETO)
    return country.ask(cheapest_post, use, country.agencies.outside_interest, closed)


def obey_or_bargain(country: Country, commander: Commander, i: int, post: NDArray[np.intp]) -> None:
    """A commander told to go obeys, or resists and is bought off with another post."""
    order = commander.dismissal_order * commander.in_place
    if not order.any():
        return
    draw = country.draws.uniform("resist", commander.name, country.calendar_month)
    resists = order * commander.resist(country.guarantee, draw)
    goes = order * (1.0 - resists)
    commander.status = np.where(resists > 0.5, float(BOUGHT_OFF), commander.status)
    commander.post = np.where(resists > 0.5, post, commander.post)
    commander.grudge = np.where(resists > 0.5, 1.0, commander.grudge)
    remove(commander, goes, ARRESTED)
    note_answer(country, commander, goes, resists, post)
    country.now["purges"][i] += goes
    country.now["bargains"][i] += resists


def face_arrest(country: Country, commander: Commander, i: int) -> None:
    """A commander about to be arrested gives in or fights."""
    order = commander.arrest_order * commander.in_place
    if not order.any():
        return
    draw = country.draws.uniform("fight", commander.name, country.calendar_month)
    # Expecting the worst is part of being told.
    fear = country.ask(dread_of_custody, commander.fear, commander.no_way_back)
    fights = order * (draw < commander.chance_to_fight(fear, country.guarantee))
    remove(commander, fights, MUTINIED)
    remove(commander, order * (1.0 - fights), ARRESTED)
    men = commander.men + commander.rejoining
    country.note("mutiny", fights, actor=commander.name, size=men, cause="arrest")
    country.note("arrested", order * (1.0 - fights), actor=commander.name, size=commander.men)
    country.now["mutinies"][i] += fights
    country.now["purges"][i] += order * (1.0 - fights)


def break_away(country: Country, commander: Commander, i: int) -> None:
    """A commander mutinies or defects of his own accord."""
    faith = pressure_on_faith(country)
    mutiny, defection = commander.breaks(faith, country.guarantee)
    draw = country.draws.uniform("break", commander.name, country.calendar_month)
    mutinies = (draw < mutiny) * commander.in_place * (commander.following > 0.0)
    defects = ((draw >= mutiny) & (draw < mutiny + defection)) * commander.in_place
    note_break(country, commander, "mutiny", mutinies, faith)
    note_break(country, commander, "defection", defects, faith)
    remove(commander, mutinies.astype(float), MUTINIED)
    remove(commander, defects.astype(float), DEFECTED)
    country.now["mutinies"][i] += mutinies
    country.now["defections"][i] += defects


def go_over(country: Country) -> None:
    """Let defectors appeal to those at home and bring their skill to the fighters abroad."""
    gone = country.now["defections"]
    country.broadcast = country.ask(broadcast_step, country.broadcast, total(gone))
    if not gone.any():
        return
    group = country.militants[0]
    for i, commander in enumerate(country.commanders):
        quality = country.agencies[commander.home_post].quality
        group.readiness = country.ask(skill_carried, group.readiness, gone[i], quality)


def remove(commander: Commander, where: Array, status: int) -> None:
    """Take a commander out of his post where ``where`` is 1."""
    commander.status = np.where(where > 0.5, float(status), commander.status)
    commander.post = np.where(where > 0.5, float(NO_POST), commander.post)

"""Notes on commanders: who obeys, bargains, is arrested, rises, goes over, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tajsim.axes import AFGHAN_SECTIONS, AGENCIES, MILITANT_GROUPS, REGIONS, Array
from tajsim.model.chronicle import Pick
from tajsim.rules.elite.reasons import (
    disloyalty_reasons,
    obedience_reasons,
    resistance_reasons,
)
from tajsim.rules.militants.reasons import crossing_reasons

if TYPE_CHECKING:
    from tajsim.agents.commander import Commander
    from tajsim.model.country import Country
    from tajsim.model.stages.elite import Pair
    from tajsim.model.stages.succession import Sides

RESISTING = ("too_strong", "own_fear")
OBEYING = ("too_weak", "deterred")
DISLOYAL = ("rents", "own_fear", "creed", "humiliation", "doubt")
ENDINGS = ("kept", "orderly", "bargained", "contested")
OPENING = ("few_guards", "crisis", "allies")


def note_decisions(
    country: Country,
    told: tuple[Array, Array, NDArray[np.intp]] | None,
    seized: Pair | None,
    broke: Pair | None,
    faith: Array,
) -> None:
    """Note what each commander did this month, commander by commander.

    Args:
        told: who obeyed and who resisted, told to go, and the post given for it.
        seized: who fought and who gave in, told of his arrest.
        broke: who mutinied and who went over of his own accord.
        faith: pressure on the faith of all, 0 to 1, ``(run,)``.
    """
    for i, commander in enumerate(country.commanders):
        if told:
            note_answer(country, commander, told[0][i], told[1][i], told[2])
        if seized:
            note_arrest(country, commander, seized[0][i], seized[1][i])
        if broke:
            note_break(country, commander, "mutiny", broke[0][i], faith)
            note_break(country, commander, "defection", broke[1][i], faith)


def note_answer(
    country: Country, commander: Commander, obeys: Array, resists: Array, post: NDArray[np.intp]
) -> None:
    """Note what a commander told to go does, each 0 or 1, ``(run,)``, and the post he is given."""
    if not (obeys.any() or resists.any()):
        return
    power, fear, backing = commander.power, commander.fear, country.guarantee
    country.note(
        "dismissed",
        obeys,
        actor=commander.name,
        size=commander.men,
        cause=country.reason(OBEYING, obedience_reasons, power, backing, fear),
    )
    country.note(
        "bargain",
        resists,
        actor=commander.name,
        target=Pick(AGENCIES, post),
        size=commander.men,
        cause=country.reason(RESISTING, resistance_reasons, power, fear),
    )


def note_arrest(country: Country, commander: Commander, fights: Array, yields: Array) -> None:
    """Note what a commander told of his arrest does, each 0 or 1, ``(run,)``."""
    if not (fights.any() or yields.any()):
        return
    men = commander.men + commander.rejoining
    country.note("mutiny", fights, actor=commander.name, size=men, cause="arrest")
    country.note("arrested", yields, actor=commander.name, size=commander.men)


def note_break(
    country: Country, commander: Commander, kind: str, where: Array, creed: Array
) -> None:
    """Note a mutiny or a defection of his own accord.

    Args:
        where: where it happens, ``(run,)``.
        creed: pressure on the faith of all, 0 to 1, ``(run,)``.
    """
    if not where.any():
        return
    pressure = creed * commander.creed_weight
    state = commander.rent_ratio, commander.fear, pressure, commander.grudge, commander.doubt
    country.note(
        kind,
        where,
        actor=commander.name,
        size=commander.men + commander.rejoining if kind == "mutiny" else commander.loyalty,
        cause=country.reason(DISLOYAL, disloyalty_reasons, *state),
    )


def note_contest(country: Country, sides: Sides, kind: Array, share: Array) -> None:
    """Note how the ruler's term ends, and who is bought off, rises or keeps apart over it.

    Args:
        sides: who stands where, 0 or 1, ``(commander, run)``.
        kind: kind of the ending, 0 where there is none, ``(run,)``.
        share: armed strength behind it, 0 to 1, ``(run,)``.
    """
    for i, commander in enumerate(country.commanders):
        for name, where in (
            ("settled", sides.bargains[i]),
            ("mutiny", sides.fights[i]),
            ("stands_apart", sides.apart[i]),
        ):
            men = commander.men + commander.rejoining * (name == "mutiny")
            country.note(name, where, actor=commander.name, size=men, cause="succession")
    ending = Pick(("", *ENDINGS), kind.astype(np.intp))
    country.note("term_end", kind > 0.5, actor="regime", target=ending, size=share)


def note_battle(country: Country, commander: Commander, up: Array, wins: Array) -> None:
    """Note how a mutiny ends, each 0 or 1, ``(run,)``."""
    lost = up - wins
    country.note("mutiny_beaten", lost, actor=commander.name, size=0.2 * commander.following)
    men = commander.men + commander.rejoining
    country.note("coup", wins, actor=commander.name, size=men)


def note_business(country: Country, killed: NDArray[np.bool_], riots: NDArray[np.bool_]) -> None:
    """Note killings over rents and riots over arrests, each ``(commander, run)``."""
    for i in np.flatnonzero((killed | riots).any(axis=1)):
        name, region = country.commanders[i].name, country.commanders[i].facts.region
        at_stake = country.now["rents_commander"][i]
        country.note("killing", killed[i], actor=name, target=region, size=at_stake)
        country.note("riot", riots[i], actor=name, target=region)


def note_operation(country: Country, sent: Array) -> None:
    """Note punitive operations, 0 or 1, ``(region, run)``."""
    control = country.regions.control
    for r, region in enumerate(REGIONS):
        country.note("operation", sent[r], target=region, size=control[r], cause="killing")


def note_punished(country: Country, commander: Commander, where: Array) -> None:
    """Note that a strongman is to be arrested for a killing, 0 or 1, ``(run,)``."""
    country.note(
        "arrest_order",
        where,
        actor="regime",
        target=commander.name,
        size=commander.threat,
        cause="killing",
    )


def note_alliance(country: Country, called: Array, inside: Array) -> None:
    """Note where the allies are called against militants inside the country.

    Args:
        called: readiness that they add, 0 to 1, ``(run,)``.
        inside: militants in the country, persons, ``(run,)``.
    """
    crossed = country.watch.crossings("alliance", called)
    if crossed:
        country.note("intervention", crossed[0], actor="russia", size=inside)


def note_crossings(
    country: Country,
    attempt: Array,
    inside: Array,
    weakest: NDArray[np.intp],
    opening: tuple[Array, Array, Array],
) -> None:
    """Note crossings of militants.

    Args:
        attempt: 1 where a group tries, ``(group, run)``.
        inside: persons who get in, ``(group, run)``.
        weakest: the weakest section of the Afghan line, index, ``(run,)``.
        opening: weakness of the guard, ``(group, run)``, crisis of the state, sympathisers,
            ``(run,)``, as the rule reads them.
    """
    weakness, *others = opening
    for i in np.flatnonzero(attempt.any(axis=1)):
        name = MILITANT_GROUPS[i]
        line = Pick(AFGHAN_SECTIONS, weakest) if name == "northern_afghanistan" else "uzbek_border"
        cause = country.reason(OPENING, crossing_reasons, weakness[i], *others)
        country.note("crossing", attempt[i], actor=name, target=line, size=inside[i], cause=cause)

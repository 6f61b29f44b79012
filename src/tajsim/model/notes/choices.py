"""Notes on the regime's choices: offers, backing, position, blows, steps of repression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tajsim.axes import POWERS, REPRESSION_STEPS, TASKS, Array, total
from tajsim.inputs.chronicle import OFFER_COUNTS
from tajsim.model.chronicle import Pick, largest
from tajsim.model.notes.ways import end_of_quarter
from tajsim.rules.elite.reasons import blow_reasons
from tajsim.rules.outsourcing.reasons import refusal_reasons, taking_reasons
from tajsim.rules.society.reasons import repression_reasons

if TYPE_CHECKING:
    from tajsim.model.country import Country

TAKING = ("relief", "backing")
REFUSING = ("less_offered", "autonomy", "conditions", "objection")
BLOW = ("threat", "safe_blow", "defiance", "drive")
REPRESSION = ("appeal", "incidents", "uncontrolled", "voice", "seats")


def note_offers(country: Country, relief: Array, terms: tuple[Array, ...], exposure: Array) -> None:
    """Note where the regime opens a task to a power or closes it, by the thresholds of mandates.

    Args:
        relief: offer over the cost of doing the task at home, ratio, ``(task, power, run)``.
        terms: backing, intrusion, conditions felt and objection of each power, ``(power, run)``.
        exposure: how much the regime fears the opening, 0 to 1, ``(run,)``.
    """
    if not end_of_quarter(country):
        return
    powers, weights = country.powers, country.regime.weight * len(TASKS)
    offer = np.swapaxes(powers.offer, 0, 1)
    crossed = country.watch.crossings("mandate", np.swapaxes(powers.mandate, 0, 1))
    for where, kind in zip(crossed or (), ("offer_taken", "offer_given_up"), strict=False):
        noted = where & (offer >= OFFER_COUNTS)
        for i, t in np.argwhere(noted.any(axis=-1)):
            backing, intrusion, condition, objection = (term[i] for term in terms)
            cost = weights[t], intrusion, condition, exposure, objection
            country.note(
                kind,
                noted[i, t],
                actor=powers.names[i],
                target=TASKS[t],
                size=offer[i, t],
                cause=country.reason(TAKING, taking_reasons, relief[t, i], backing)
                if kind == "offer_taken"
                else country.reason(REFUSING, refusal_reasons, relief[t, i], *cost),
            )


def note_position(country: Country) -> None:
    """Note where the regime turns between the camps, and where Moscow's backing comes and goes."""
    position = country.alignment
    crossed = country.watch.crossings("alignment", position)
    if crossed:
        for where, kind, cause in zip(
            crossed,
            ("turn_to_moscow", "away_from_moscow"),
            ("moscows_part", "western_aid"),
            strict=True,
        ):
            country.note(kind, where, actor="regime", size=position, cause=cause)
    size, word = country.guarantee, country.values.power_guarantee[POWERS.index("russia")]
    crossed = country.watch.crossings("backing", size)
    if not crossed:
        return
    given, lost = crossed
    country.note(
        "backing_given",
        given,
        actor="russia",
        size=size,
        cause=lambda here: largest(("word", "presence"), (word[here], (size - word)[here])),
    )
    country.note(
        "backing_lost",
        lost,
        actor="russia",
        size=size,
        cause=lambda here: largest(
            ("western_aid", "fewer_troops"),
            ((1.0 - np.maximum(position, 0.0))[here], (1.0 - country.base_presence)[here]),
        ),
    )


def note_blows(country: Country, strikes: NDArray[np.bool_], urge: Array) -> None:
    """Note whom the regime strikes at of its own accord.

    Args:
        strikes: where it strikes at whom, ``(commander, run)``.
        urge: growth of the drive to remove rivals since early 2004, ratio, ``(run,)``.
    """
    for i in np.flatnonzero(strikes.any(axis=1)):
        commander, where = country.commanders[i], strikes[i]
        state = commander.threat, commander.power, country.guarantee, commander.grudge, urge
        arrest = where & (commander.grudge > 0.0)
        for kind, here in (("arrest_order", arrest), ("dismissal_order", where & ~arrest)):
            country.note(
                kind,
                here,
                actor="regime",
                target=commander.name,
                size=commander.threat,
                cause=country.reason(BLOW, blow_reasons, *state),
            )


def note_ladder(country: Country, taken: Array, standing_before: Array, seats: Array) -> None:
    """Note a step of repression that the regime takes, and the closing of the legal party.

    Args:
        taken: 1 where a step is taken, ``(run,)``.
        standing_before: legal standing of the party last month, 0 to 1, ``(run,)``.
        seats: share of the seats that the party held, 0 to 1, ``(run,)``.
    """
    regime, irpt = country.regime, country.movement["irpt"]
    if taken.any():
        state = (
            country.values.party_appeal,
            seats,
            regime.incidents,
            1.0 - country.mean_control,
            country.mean_voice,
        )
        parts = country.ask(repression_reasons, *state)
        country.note(
            "repression_step",
            taken,
            actor="regime",
            target=Pick(REPRESSION_STEPS, np.maximum(regime.ladder - 1.0, 0.0).astype(np.intp)),
            size=sum(parts),
            cause=largest(REPRESSION, parts),
        )
    closed = (standing_before > 0.0) & (country.standing <= 0.0)
    country.note(
        "party_closed",
        closed,
        actor="irpt",
        size=lambda here: total(irpt.members)[here],
        cause="ladder",
    )

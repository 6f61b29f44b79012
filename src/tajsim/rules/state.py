"""The state: its force, control of regions, strain on the regime, failure and recovery."""

from typing import NamedTuple

import numpy as np

from tajsim.axes import Array


class Lost(NamedTuple):
    """What takes control of a region away, by cause, each ``(run,)``."""

    strongmen: Array
    militants: Array
    voice: Array


class Strain(NamedTuple):
    """The causes of strain, in the order in which they weigh; ratios or pushes, each ``(run,)``.

    The order is that of the documents: people and men in arms first, then what they call critical
    for stability, a return of migrants; ground that was never held has long been lived with
    (matveeva-2004:19, 251, icg-2016:21, 35, 287).
    """

    voice: Array
    armed: Array
    idle: Array
    uncontrolled: Array
    unpaid: Array
    succession: Array
    breaks: Array
    unbacked: Array
    mafia: Array


def part_of(part: Array, other: Array) -> Array:
    """Return one quantity over itself and another of the same kind, 0 to 1, ``(run,)``.

    Equation:
        part_of = part / max(part + other, 1)

    Args:
        part, other: men, or USD/month.

    Mechanisms: E19, M54.
    """
    return part / np.maximum(part + other, 1.0)


def forces(people: Array, quality: Array, trust: Array) -> Array:
    """Return the force of each service that the state can count on, persons, ``(agency, run)``.

    It is weaker than it looks on paper.

    Equation:
        forces = people * quality * trust

    Args:
        trust: share of the apparatus that obeys, 0 to 1.

    Mechanisms: S25.
    """
    return people * quality * trust


def at_hand(forces: Array, effort: Array, *, force_ready: Array) -> Array:
    """Return the force that can be sent to a place at once, persons, ``(run,)``.

    Equation:
        at_hand = force_ready * forces * effort

    Args:
        effort: own effort on order and control over that at the start.

    Mechanisms: S07, S12.
    """
    return force_ready * forces * effort


def lost_control(
    strongmen: Array, militants: Array, garrison: Array, voice: Array, *, control_gain: Array
) -> Lost:
    """Return what loosens the centre's hold of a region, by cause, each ``(run,)``.

    Equation:
        men = max(strongmen + militants + garrison, 1)
        by_strongmen = control_gain * strongmen / men
        by_militants = control_gain * militants / men
        by_voice = control_gain * voice

    Args:
        strongmen: men of commanders there who are not loyal, persons.
        militants: and members of violent groups there, persons.
        garrison: the state's force there, persons.

    Mechanisms: S14, S17, M34.
    """
    each = control_gain / np.maximum(strongmen + militants + garrison, 1.0)
    return Lost(each * strongmen, each * militants, control_gain * voice)


def control_step(
    control: Array, lost: Array, collapsed: Array, *, control_base: Array, clock_year: Array
) -> Array:
    """Return next month's control of a region, 0 to 1, ``(run,)``.

    Equation:
        aim = control_base * exp(-lost) * (1 - 0.5 * collapsed)
        control_next = control + (aim - control) / clock_year

    Mechanisms: S17.
    """
    aim = control_base * np.exp(-lost) * (1.0 - 0.5 * collapsed)
    return control + (aim - control) / clock_year


def strain_terms(
    voice: Array,
    armed: Array,
    idle: Array,
    uncontrolled: Array,
    unpaid: Array,
    succession: Array,
    breaks: Array,
    unbacked: Array,
    mafia: Array,
    *,
    strain_decline: Array,
) -> Strain:
    """Return what each cause adds to the push on the state, in the order of the arguments.

    The state is challenged as much as it can answer where a ratio is one half; a push of 1 is
    that everywhere. Each cause weighs ``strain_decline`` times as much as the one before it.

    Equation:
        d = strain_decline
        whole = 1 + d + d**2 + d**3 + d**4 + d**5 + d**6 + d**7 + d**8
        by_voice = 2 * voice / whole
        by_armed = 2 * armed * d / whole
        by_idle = 2 * idle * d**2 / whole
        by_uncontrolled = 2 * uncontrolled * d**3 / whole
        by_unpaid = 2 * unpaid * d**4 / whole
        by_succession = 2 * succession * d**5 / whole
        by_breaks = 2 * breaks * d**6 / whole
        by_unbacked = 2 * unbacked * d**7 / whole
        by_mafia = 2 * mafia * d**8 / whole

    Args:
        voice: mean voiced discontent, 0 to 1.
        armed: men in arms against the state over them and the force at hand, 0 to 1.
        idle: returned migrants without work over all migrants, 0 to 1.
        uncontrolled: share of people outside control.
        unpaid: clients' claims left unpaid, share.
        succession: how contested the succession is, 0 to 1.
        breaks: mutinies and defections of late over them and the posts, 0 to 1.
        unbacked: what is missing of a patron's full backing, 0 to 1.
        mafia: drug income over itself and the revenue of the state, 0 to 1.

    Mechanisms: E19, E22, P07, P21, P24, S27, M17, M40, M54, M113, X20.
    """
    causes = voice, armed, idle, uncontrolled, unpaid, succession, breaks, unbacked, mafia
    weights = [strain_decline**k for k in range(len(causes))]
    whole = sum(weights[1:], weights[0])
    return Strain(*(2.0 * w / whole * cause for w, cause in zip(weights, causes, strict=True)))


def strain_step(strain: Array, push: Array, *, clock_year: Array) -> Array:
    """Return next month's strain, 0 to 1, ``(run,)``.

    Equation:
        strain_next = strain + (1 - exp(-push) - strain) / clock_year

    Mechanisms: E19.
    """
    return strain + (1.0 - np.exp(-push) - strain) / clock_year


def failure_chance(strain: Array, *, failure_threshold: Array, clock_year: Array) -> Array:
    """Return the probability that the state fails this month, ``(run,)``.

    A state at full strain fails within about a year.

    Equation:
        excess = max(strain - failure_threshold, 0) / (1 - failure_threshold)
        failure_chance = 1 - exp(-excess / clock_year)

    Mechanisms: E19, E22, P24.
    """
    excess = np.maximum(strain - failure_threshold, 0.0) / (1.0 - failure_threshold)
    return 1.0 - np.exp(-excess / clock_year)


def recovery_level(*, strained_from: Array, failure_threshold: Array) -> Array:
    """Return the strain below which a failed state stands again, share, ``(run,)``.

    It lies halfway between that above which a state may fail and that below which it no longer
    counts as strained: what broke is not mended as soon as the causes ease, but a state that is
    only strained stands.

    Equation:
        recovery_level = (strained_from + failure_threshold) / 2

    Mechanisms: E19.
    """
    return 0.5 * (strained_from + failure_threshold)


def collapsed_step(collapsed: Array, fails: Array, strain: Array, recovers: Array) -> Array:
    """Return 1 while the state has failed, else 0, ``(run,)``.

    Equation:
        still = collapsed if strain > recovers else 0
        collapsed_next = max(still, fails)

    Args:
        recovers: strain below which it stands again, share.

    Mechanisms: E19.
    """
    return np.maximum(collapsed * (strain > recovers), fails)


#: Ways in which a regime falls, by number; 0 where it does not.
FALLS = ("", "coup", "contest", "rising")
COUP, CONTEST, RISING = range(1, len(FALLS))

#: The states of the polity, in order.
STATES = ("stable", "strained", "failing", "failed")


def polity(
    strain: Array, collapsed: Array, *, strained_from: Array, failure_threshold: Array
) -> Array:
    """Return the state of the polity as a number, ``(run,)``: 0 stable, ... 3 failed.

    Equation:
        level = (strain > strained_from) + (strain > failure_threshold)
        polity = 3 if collapsed > 0.5 else min(level, 2)

    Mechanisms: E19.
    """
    level = (strain > strained_from).astype(float) + (strain > failure_threshold)
    return np.where(collapsed > 0.5, 3.0, np.minimum(level, 2.0))

"""What the regime does itself: survival weight, own effort, dependence, alignment, compliance."""

import numpy as np

from tajsim.axes import Array, shares, total


def coordinated(quality: Array, bodies: Array, alarm: Array, *, coordination_cost: Array) -> Array:
    """Return the quality that an agency brings to bear, share, ``(run,)``.

    In quiet months nothing is lost; when much happens at once, bodies with one task get in each
    other's way.

    Equation:
        coordinated = quality / (1 + coordination_cost * (bodies - 1) * alarm)

    Args:
        quality: that of its staff, share.
        bodies: mean number of agencies with its tasks, at least 1.
        alarm: violence that calls for their work at once, 0 to 1.

    Mechanisms: S19, S20, S24, M67.
    """
    return quality / (1.0 + coordination_cost * (bodies - 1.0) * alarm)


def threat_of_ideas(members: Array, violent: Array, *, idea_fear: Array, arms_fear: Array) -> Array:
    """Return the threat that the regime sees in banned and armed groups, 0 to 1, ``(run,)``.

    A movement without borders denies the nation state itself, though it only hands out leaflets.

    Equation:
        felt = idea_fear * members + arms_fear * violent
        threat_of_ideas = felt / (1 + felt)

    Args:
        members: of the banned movement without arms, thousand persons.
        violent: members of violent groups at home, thousand persons.

    Mechanisms: M89, M53.
    """
    felt = idea_fear * members + arms_fear * violent
    return felt / (1.0 + felt)


def perceived_threats(
    voice: Array, ideas: Array, rival: Array, sheltered: Array, crossings: Array, at_war: Array,
    hostility: Array,
) -> tuple[Array, Array, Array, Array, Array, Array]:  # fmt: skip
    """Return the threat the regime perceives on each task, in their order, index, ``(run,)``.

    Two crossings in a month weigh as much as full discontent, and so do as many men in arms
    against it as it has at hand. Those who aim at others it does not see, and drugs hurt others.

    Equation:
        order = voice + ideas
        elite = rival + sheltered
        border = 0.5 * crossings
        drugs = 0 * crossings
        militancy = 2 * at_war
        defence = hostility

    Args:
        rival: the most dangerous of the commanders, 0 to 1; sheltered: opponents abroad, 0 to 1.
        at_war: militants who fight the state over them and the force at hand, 0 to 1.

    Mechanisms: M53, M97, M114, M115.
    """
    none = 0.0 * crossings
    return voice + ideas, rival + sheltered, 0.5 * crossings, none, 2.0 * at_war, hostility


def fear_of_opening(voice: Array, strain: Array) -> Array:
    """Return how much a ruler fears an opening, 0 to 1, ``(run,)``: the more the less firm he sits.

    Equation:
        fear_of_opening = min(voice + 0.5 * strain, 1)

    Mechanisms: M109.
    """
    return np.minimum(voice + 0.5 * strain, 1.0)


def survival_weights(
    perceived: Array, *, survival_weight: Array, threat_sensitivity: Array
) -> Array:
    """Return the weight of each task, ``(task, run)``, adding to 1.

    The base weights rank order at home and control of the elite first, and what partners fear
    most last.

    Equation:
        weight = shares(survival_weight * (1 + threat_sensitivity * perceived), "task")

    Args:
        perceived: threat that the regime perceives on each task, index, ``(task, run)``.

    Mechanisms: M01, M07, M08, M12, M13, M53.
    """
    return shares(survival_weight * (1.0 + threat_sensitivity * perceived))


def instalment_paid(weight: Array, leverage: Array, *, free_riding: Array) -> Array:
    """Return the part of its due instalment that the regime pays, share, ``(run,)``.

    Nobody enforces the treaty, so the regime pays in proportion to what the task is worth to its
    own survival.

    Equation:
        instalment_paid = min(weight * (1 - free_riding) * (1 + leverage), 1)

    Args:
        weight: survival weight of the task, share of all tasks.
        leverage: what the power can do to the regime, 0 to 1.

    Mechanisms: M57.
    """
    return np.minimum(weight * (1.0 - free_riding) * (1.0 + leverage), 1.0)


def effort_aim(
    weight: Array, provision: Array, gap: Array, *, crowding_out: Array, gap_response: Array
) -> Array:
    """Return the share of own effort the regime wants on each task, ``(task, run)``.

    What others do need not be done at home, what is left open by all is worth more, and what does
    not bear on survival is not done at home anyway.

    Equation:
        left = (1 - crowding_out * provision) * (1 + gap_response * gap)
        effort_aim = shares(weight * left, "task")

    Args:
        weight: survival weight of each task, ``(task, run)``.
        provision: share of the task that outsiders carry, ``(task, run)``, 0 to 1.
        gap: share of the task that nobody carries, ``(task, run)``, 0 to 1.

    Mechanisms: M01, M02, M05, M11, M14.
    """
    return shares(weight * (1.0 - crowding_out * provision) * (1.0 + gap_response * gap))


def effort_step(effort: Array, aim: Array, *, effort_speed: Array) -> Array:
    """Return next month's effort: budgets and posts follow the aim slowly, ``(task, run)``.

    Equation:
        effort_next = effort + effort_speed * (aim - effort)

    Mechanisms: M05, X07, M74.
    """
    return effort + effort_speed * (aim - effort)


def dependence(provision: Array, own: Array) -> Array:
    """Return the share of all security work done by outsiders, ``(run,)``, 0 to 1.

    Equation:
        outside = sum(provision, "task")
        dependence = outside / max(outside + sum(own, "task"), 1e-9)

    Args:
        provision: share of each task that outsiders carry, ``(task, run)``.
        own: share of each task that own agencies can do, ``(task, run)``.

    Mechanisms: M06.
    """
    outside = total(provision)
    return outside / np.maximum(outside + total(own), 1e-9)


def alignment(by_power: Array, west: Array, moscow: Array) -> Array:
    """Return the regime's position, -1 (West) to 1 (Moscow), ``(run,)``.

    Equation:
        to_moscow = sum(by_power * moscow, "power")
        to_west = sum(by_power * west, "power")
        alignment = (to_moscow - to_west) / max(to_moscow + to_west, 1e-9)

    Args:
        by_power: provision summed over tasks, ``(power, run)``.
        west: 1 for Western powers, ``(power, 1)``.
        moscow: 1 for Russia, ``(power, 1)``.

    Mechanisms: M110, O13.
    """
    to_moscow, to_west = total(by_power * moscow), total(by_power * west)
    return (to_moscow - to_west) / np.maximum(to_moscow + to_west, 1e-9)


def reliance(dependence: Array, by_power: Array, patron: Array) -> Array:
    """Return the share of all security work that the patron does, ``(run,)``, 0 to 1.

    Equation:
        part = sum(by_power * patron, "power") / max(sum(by_power, "power"), 1e-9)
        reliance = dependence * part

    Args:
        dependence: share of all security work done by outsiders, 0 to 1, ``(run,)``.
        by_power: provision summed over tasks, ``(power, run)``.
        patron: 1 for Russia, ``(power, 1)``.

    Mechanisms: M120, O10, O15.
    """
    return dependence * total(by_power * patron) / np.maximum(total(by_power), 1e-9)

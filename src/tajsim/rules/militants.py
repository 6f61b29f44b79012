"""Militants: they gather, choose a place, cross or are stopped, and are driven out."""

from typing import NamedTuple

import numpy as np

from tajsim.axes import Array, shares, total


class Opening(NamedTuple):
    """What makes a try more likely: logarithms of the causes, each ``(run,)`` or by section."""

    few_guards: Array
    crisis: Array
    allies: Array


def pressure_from_exile(pressure: Array, hostility: Array) -> Array:
    """Return the pressure of rebels sheltered by a hostile neighbour, 1 = as in 2004, ``(run,)``.

    Equation:
        pressure_from_exile = pressure * (0.5 + hostility)

    Args:
        pressure: what the scenario sets, 1 = as in 2004.
        hostility: of the neighbour, index, 0.5 in 2004.

    Mechanisms: M103, M12.
    """
    return pressure * (0.5 + hostility)


def fighters_step(
    fighters: Array, pressure: Array, *, militant_fighters: Array, clock_season: Array
) -> Array:
    """Return next month's fighters of a group near the border, persons, ``(run,)``.

    Equation:
        fighters_next = fighters + (militant_fighters * pressure - fighters) / clock_season

    Args:
        pressure: 1 = as many as ``militant_fighters``.

    Mechanisms: X09, X10, M99, X15.
    """
    return fighters + (militant_fighters * pressure - fighters) / clock_season


def ground(hosts: Array, usual: Array) -> Array:
    """Return how far others can gather across the line, 1 = as in 2004, ``(run,)``.

    Foreign fighters live on ground that the Taliban hold; half of them find another.

    Equation:
        held = hosts / max(usual, 1e-9)
        ground = 0.5 + held / (1 + held)

    Args:
        hosts, usual: Taliban near the border, now and at ordinary pressure, persons.

    Mechanisms: X10, X15.
    """
    held = hosts / np.maximum(usual, 1e-9)
    return 0.5 + held / (1.0 + held)


def readiness_step(
    readiness: Array,
    fighters: Array,
    *,
    militant_fighters: Array,
    buildup_months: Array,
    clock_season: Array,
) -> Array:
    """Return readiness to cross next month, 0 to 1, ``(run,)``.

    Those who gather prepare for years; when they are fewer the plan is given up in a season.

    Equation:
        gathered = fighters / max(militant_fighters, 1e-9)
        change = gathered / (1 + gathered) - readiness
        readiness_next = readiness + change / (buildup_months if change > 0 else clock_season)

    Mechanisms: X14.
    """
    gathered = fighters / np.maximum(militant_fighters, 1e-9)
    change = gathered / (1.0 + gathered) - readiness
    return readiness + change / np.where(change > 0.0, buildup_months, clock_season)


def place_of_tries(
    guard: Array,
    distance: Array,
    length: Array,
    terrain: Array,
    *,
    near: Array,
    terrain_cross: Array,
    weak: Array,
) -> Array:
    """Return the shares of the sections in what is tried on the line, ``(section, run)``.

    Militants cross near where they gather, where the ground lets them, and where the guard is
    thin. With all three strengths at zero every kilometre is tried alike.

    Equation:
        pull = length * exp(-near * distance - weak * guard) * terrain ** (-terrain_cross)
        place_of_tries = shares(pull, "section")

    Args:
        guard: honest strength of the guard, 0 to 1.
        distance: from where they gather, as a share of the line.
        length: km.
        terrain: difficulty of the ground, 1 = a plain.

    Mechanisms: X10, X16.
    """
    pull = length * np.exp(-near * distance - weak * guard) * terrain**-terrain_cross
    return shares(pull)


def opening(
    guard: Array, strain: Array, friends: Array, *, weak: Array, window: Array, strained_from: Array
) -> Opening:
    """Return what opens a border to those who wait beyond it: logarithms, each ``(run,)``.

    Zero for a guard at half of its strength, a state that is about to be strained, and no friends.

    Equation:
        few_guards = weak * (0.5 - guard)
        crisis = window * (strain - strained_from)
        allies = ln(1 + friends)

    Args:
        guard: honest strength of the guard at the place, 0 to 1, of any shape.
        strain: of the state, 0 to 1.
        friends: men at home who would join, over them and one party, 0 to 1.

    Mechanisms: X11, X13, X16, X20, X23, M10, M100.
    """
    return Opening(weak * (0.5 - guard), window * (strain - strained_from), np.log(1.0 + friends))


def deterrence(
    base: Array, forward: Array, guarantee: Array, *, base_half: Array, deters: Array
) -> Array:
    """Return how far attack from outside is deterred, 0 to 1, ``(run,)``.

    It works against outsiders only; no rule for enemies inside reads it. Troops at the capital
    count for half.

    Equation:
        met = base * (0.5 + 0.5 * forward)
        held = met / (met + base_half)
        deterrence = deters * (1 - (1 - held) * (1 - guarantee))

    Args:
        base: the patron's troops, persons.
        forward: share of them near the border, 0 to 1.
        guarantee: the patron's backing, 0 to 1.

    Mechanisms: X01, X02, X05, X06, M130, M12.
    """
    met = base * (0.5 + 0.5 * forward)
    return deters * (1.0 - (1.0 - met / (met + base_half)) * (1.0 - guarantee))


def urge_to_cross(
    fighters: Array,
    readiness: Array,
    deterrence: Array,
    *,
    militant_fighters: Array,
    crossing_rate: Array,
) -> Array:
    """Return a group's tries a month at an ordinary opening, number, ``(run,)``.

    Equation:
        gathered = fighters / max(militant_fighters, 1e-9)
        urge_to_cross = crossing_rate * gathered * readiness * (1 - deterrence)

    Mechanisms: X09, X14.
    """
    usual = np.maximum(militant_fighters, 1e-9)
    return crossing_rate * fighters / usual * readiness * (1.0 - deterrence)


def crossing_chance(urge: Array, few_guards: Array, crisis: Array, allies: Array) -> Array:
    """Return the probability of a try this month, ``(run,)``.

    Equation:
        crossing_chance = 1 - exp(-urge * exp(few_guards + crisis + allies))

    Args:
        urge: tries a month at an ordinary opening, at this place.
        few_guards: logarithm of what the guard adds; the others likewise.

    Mechanisms: X11, X13, X16.
    """
    return 1.0 - np.exp(-urge * np.exp(few_guards + crisis + allies))


def crossing_result(
    tries: Array, fighters: Array, guard: Array, *, crossing_party: Array
) -> tuple[Array, Array]:
    """Return ``(persons who get in, persons killed)`` at a place, ``(run,)``.

    Equation:
        party = tries * crossing_party * fighters
        inside = party * (1 - guard)
        killed = party * guard * 0.5

    Args:
        guard: honest strength of the guard, 0 to 1.

    Mechanisms: X05, X16.
    """
    party = tries * crossing_party * fighters
    return party * (1.0 - guard), party * guard * 0.5


def called(
    inside: Array, alignment: Array, stands: Array, *, alliance_half: Array, alliance_force: Array
) -> Array:
    """Return the troops of called allies against militants inside, persons, ``(run,)``.

    A small party is left to the country; a large one brings the rapid reaction force, if the
    country stands with Moscow.

    Equation:
        likely = inside / (inside + alliance_half) * max(alignment, 0)
        called = alliance_force * likely * stands

    Args:
        inside: militants in the country, persons.
        alignment: position of the regime, -1 West to 1 Moscow.
        stands: how much of the deal on the rapid reaction force stands, 0 to 1.

    Mechanisms: X04.
    """
    likely = inside / (inside + alliance_half) * np.maximum(alignment, 0.0)
    return alliance_force * likely * stands


def where_inside(control: Array) -> Array:
    """Return the shares of the regions in the militants inside, ``(region, run)``.

    Equation:
        where_inside = shares(1 - control, "region")

    Args:
        control: the centre's control, 0 to 1.

    Mechanisms: M94.
    """
    return shares(1.0 - control)


def inside_step(
    inside: Array, passes: Array, troops: Array, reach: Array, *, clock_season: Array
) -> tuple[Array, Array]:
    """Return militants inside next month, and those killed this month, persons, ``(group, run)``.

    Who is on the way to the Ferghana valley goes on within a season.

    Equation:
        met = troops / max(troops + sum(inside, "group"), 1)
        left = inside * (1 - reach * met / clock_season)
        gone = left * passes / clock_season
        inside_next = left - gone if left - gone >= 1 else 0
        killed = inside - left + (left - gone - inside_next)

    Args:
        passes: part of each group that only passes through, 0 to 1.
        troops: army, patron and called allies, persons.
        reach: the centre's control where the militants are, 0 to 1.

    Mechanisms: X04, X08, X12, S07, M94, M119.
    """
    met = troops / np.maximum(troops + total(inside), 1.0)
    left = inside * (1.0 - reach * met / clock_season)
    gone = left * passes / clock_season
    stays = (left - gone) * (left - gone >= 1.0)
    return stays, inside - left + (left - gone - stays)


def posture_step(
    forward: Array, strain: Array, *, base_forward: Array, clock_season: Array
) -> Array:
    """Return next month's share of the base near the border, 0 to 1, ``(run,)``.

    The more the state is strained, the more the patron sees its danger at the capital.

    Equation:
        aim = base_forward * (1 - strain)
        forward_next = forward + (aim - forward) / clock_season

    Mechanisms: X06.
    """
    return forward + (base_forward * (1.0 - strain) - forward) / clock_season


def near_capital(backing: Array, forward: Array) -> Array:
    """Return the patron's help inside, weighted by where its troops stand, 0 to 1, ``(run,)``.

    Equation:
        near_capital = backing * (1 - 0.5 * forward)

    Args:
        forward: share of the base near the border, 0 to 1.

    Mechanisms: X06.
    """
    return backing * (1.0 - 0.5 * forward)


def weapons_seized(weapons: Array, guard: Array) -> Array:
    """Return arms seized at the border this month, items, ``(run,)``.

    Equation:
        weapons_seized = sum(weapons * guard, "section")

    Args:
        weapons: items on each section, ``(section, run)``.
        guard: honest strength of the guard, 0 to 1, ``(section, run)``.

    Mechanisms: M59, M71.
    """
    return total(weapons * guard)

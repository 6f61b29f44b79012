"""Whether militants cross, where, and what becomes of them."""

import numpy as np

from tajsim.axes import Array


def deterrence(base: Array, guarantee: Array, *, base_half: Array, alliance_deters: Array) -> Array:
    """Return how far attack from outside is deterred, 0 to 1, ``(run,)``.

    It works against outsiders only; no rule for enemies inside reads it.

    Equation:
        held = base / (base + base_half)
        deterrence = 1 - (1 - held) * (1 - alliance_deters * guarantee)

    Args:
        base: the patron's troops, those far from the border counted in part, persons.
        guarantee: the patron's backing, 0 to 1.

    Mechanisms: X01, X02, X05, M130, M12.
    """
    return 1.0 - (1.0 - base / (base + base_half)) * (1.0 - alliance_deters * guarantee)


def crossing_chance(
    fighters: Array,
    readiness: Array,
    weakness: Array,
    window: Array,
    allies: Array,
    deterrence: Array,
    *,
    crossing_rate: Array,
    ally_effect: Array,
) -> Array:
    """Return the probability that a group tries to cross this month, ``(run,)``.

    Equation:
        opening = weakness * (1 + window) * (1 + ally_effect * allies)
        push = fighters / 1000 * readiness * opening
        crossing_chance = 1 - exp(-crossing_rate * push * (1 - deterrence))

    Args:
        weakness: 1 - strength of the weakest section, 0 to 1.
        window: crisis of the state that opens a window, 0 to 1.
        allies: violent sympathisers at home, thousand persons.

    Mechanisms: X11, X13, X16, X23, M100, X20, M10.
    """
    push = fighters / 1000.0 * readiness * weakness * (1.0 + window) * (1.0 + ally_effect * allies)
    return 1.0 - np.exp(-crossing_rate * push * (1.0 - deterrence))


def crossing_result(
    fighters: Array, opposition: Array, *, crossing_party: Array, force_half: Array
) -> tuple[Array, Array]:
    """Return ``(persons who get in, persons killed)`` of one attempt, ``(run,)``.

    A party meets the guard, who stops part of it; a third of those are killed.

    Equation:
        party = crossing_party * fighters
        stopped = opposition / (opposition + force_half)
        inside = party * (1 - stopped)
        killed = party * stopped / 3

    Args:
        opposition: guards per km times quality on the chosen section.

    Mechanisms: X05, X16.
    """
    party = crossing_party * fighters
    stopped = opposition / (opposition + force_half)
    return party * (1.0 - stopped), party * stopped / 3.0


def militants_inside_step(
    inside: Array, arrived: Array, force: Array, *, expulsion_speed: Array
) -> tuple[Array, Array]:
    """Return ``(militants in the country next month, killed)``, persons, ``(run,)``.

    A share of those inside is killed or driven out each month.

    Equation:
        gone = min(expulsion_speed * force, 1) * inside
        inside_next = inside - gone + arrived
        killed = gone

    Args:
        force: readiness of army, police and patron to act, 0 to 1.

    Mechanisms: X04, S07.
    """
    gone = np.minimum(expulsion_speed * force, 1.0) * inside
    return inside - gone + arrived, gone

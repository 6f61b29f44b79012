"""Arrests of people who broke no peace: members of banned movements."""

from tajsim.axes import Array


def underground_arrested(
    members: Array, skill: Array, effort: Array, *, underground_arrests: Array
) -> Array:
    """Return members of a banned movement arrested this month, persons, shape of ``members``.

    The less the services know of real threats, the more they count leaflets. The number says
    little of how large the movement is.

    Equation:
        zeal = (1 - skill) * effort / (1 + effort)
        underground_arrested = underground_arrests * zeal * members

    Args:
        members: persons, ``(region, ..., run)``.
        skill: of the services against real threats, 0 to 1, ``(run,)``.
        effort: own effort on order over that at the start, ``(run,)``.

    Mechanisms: M89, M90, M91.
    """
    found: Array = members * (underground_arrests * (1.0 - skill) * effort / (1.0 + effort))
    return found


def released(prisoners: Array, *, prison_release: Array) -> Array:
    """Return prisoners who come home this month, persons, ``(run,)``.

    Equation:
        released = prison_release * prisoners

    Mechanisms: M90.
    """
    return prisoners * prison_release

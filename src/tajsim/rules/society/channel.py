"""Members of movements: how they spread by contact, and what a closed channel sheds."""

import numpy as np

from tajsim.axes import Array, total


def members_step(
    members: Array,
    open_ears: Array,
    people: Array,
    *,
    contact_rate: Array,
    contact_reach: Array,
) -> Array:
    """Return persons who join this month, shape of ``members``.

    Members win members, mostly around them, a few elsewhere, so a movement starts somewhere and
    spreads; who could be won runs out.

    Equation:
        heard = (1 - contact_reach) * members + contact_reach * mean(members, "region")
        joining = contact_rate * heard * max(open_ears - members / people, 0)

    Args:
        members: persons, ``(region, ..., run)``.
        open_ears: devout share times grievance, 0 to 1, ``(region, ..., run)``.
        people: at home, persons, ``(region, ..., run)``.

    Mechanisms: M87, M88, M102.
    """
    elsewhere = total(members) / len(members)
    heard = (1.0 - contact_reach) * members + contact_reach * elsewhere
    left = np.maximum(open_ears - members / people, 0.0)
    joining: Array = contact_rate * heard * left
    return joining


def shed(
    members: Array,
    closed: Array,
    *,
    shedding: Array,
    violent_share: Array,
    underground_share: Array,
    exile_share: Array,
) -> tuple[Array, Array, Array, Array]:
    """Split members lost by a closed movement: ``(violent, underground, exile, passive)`` persons.

    Only some turn to violence, some go underground, some flee abroad before they are arrested,
    most fall silent.

    Equation:
        lost = members * shedding * closed
        violent = lost * violent_share
        underground = lost * underground_share
        exile = lost * exile_share
        passive = max(lost - violent - underground - exile, 0)

    Args:
        members: persons, ``(region, run)``.
        closed: 1 where the movement is closed, 0 to 1, ``(run,)``.

    Mechanisms: P02, M101, P16.
    """
    lost = members * (shedding * closed)
    violent, underground = lost * violent_share, lost * underground_share
    exile = lost * exile_share
    return violent, underground, exile, np.maximum(lost - violent - underground - exile, 0.0)

"""Which offers the regime takes, against their price in autonomy."""

import numpy as np

from tajsim.axes import Array


def acceptance_aim(
    relief: Array,
    guarantee: Array,
    weight: Array,
    intrusion: Array,
    condition: Array,
    exposure_to_overthrow: Array,
    objection: Array,
    search: Array,
    displeasure: Array,
    *,
    relief_value: Array,
    guarantee_value: Array,
    autonomy_price: Array,
    condition_price: Array,
    objection_price: Array,
    search_value: Array,
    displeasure_price: Array,
) -> Array:
    """Return how far the regime opens a task to a power, share, ``(task, run)``.

    A logistic of what the offer is worth less what it costs. The tasks on which survival rests
    are kept, those that matter to others are let. Dependence pulls both ways: by unease it opens
    the regime to others, and what the patron can do makes their offers dearer.

    Equation:
        opened = guarantee_value * guarantee + search_value * search
        worth = relief_value * relief + opened
        autonomy = autonomy_price * intrusion * weight
        opening = condition_price * condition * exposure_to_overthrow
        cost = autonomy + opening + objection_price * objection + displeasure_price * displeasure
        acceptance_aim = 1 / (1 + exp(-(worth - cost)))

    Args:
        relief: offer over the cost of doing the task at home, ratio, ``(task, run)``.
        guarantee: the power's backing of the ruler, 0 to 1, ``(run,)``.
        weight: survival weight of the task over the mean weight, ``(task, run)``.
        intrusion: how far the power's people would hold the task themselves, 0 to 1, ``(run,)``.
        condition: political conditions attached, 0 to 1, ``(run,)``.
        exposure_to_overthrow: how much the regime fears the opening, 0 to 1, ``(run,)``.
        objection: how strongly the leading patron objects to this power, 0 to 1, ``(run,)``.
        search: how widely the regime looks for others than its patron, 0 to 1, ``(task, run)``.
        displeasure: what the patron can make this power's offer cost, 0 to 1, ``(run,)``.

    Mechanisms: M02, M03, M06, M104, M109, M110, M120, M123, O09, O10, O12, O13, O17.
    """
    worth = relief_value * relief + guarantee_value * guarantee + search_value * search
    cost = autonomy_price * intrusion * weight
    cost = cost + condition_price * condition * exposure_to_overthrow
    cost = cost + objection_price * objection + displeasure_price * displeasure
    return 1.0 / (1.0 + np.exp(-(worth - cost)))


def mandate_step(mandate: Array, aim: Array, *, mandate_speed: Array) -> Array:
    """Return next month's mandate of a power on each task, share, ``(task, run)``.

    Equation:
        mandate_next = mandate + mandate_speed * (aim - mandate)

    Mechanisms: M05.
    """
    return mandate + mandate_speed * (aim - mandate)

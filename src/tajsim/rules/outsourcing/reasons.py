"""What weighed most where an offer is taken or given up: the terms of the regime's choice."""

import numpy as np

from tajsim.axes import Array


def taking_reasons(
    relief: Array, guarantee: Array, *, relief_value: Array, guarantee_value: Array
) -> tuple[Array, Array]:
    """Return the worth of an offer: ``(relief, backing)``, each ``(task, run)``.

    Equation:
        from_relief = relief_value * relief
        from_backing = guarantee_value * guarantee

    Args:
        relief: offer over the cost of doing the task at home, ratio, ``(task, run)``.
        guarantee: the power's backing of the ruler, 0 to 1, ``(run,)``.

    Mechanisms: M02, M104.
    """
    return relief_value * relief, np.broadcast_to(guarantee_value * guarantee, relief.shape)


def refusal_reasons(
    relief: Array,
    weight: Array,
    intrusion: Array,
    condition: Array,
    exposure_to_overthrow: Array,
    objection: Array,
    *,
    relief_value: Array,
    autonomy_price: Array,
    condition_price: Array,
    objection_price: Array,
) -> tuple[Array, Array, Array, Array]:
    """Return what speaks against an offer, each ``(task, run)``.

    They are ``(little is offered, autonomy, conditions, the patron's objection)``: the prices of
    the regime's choice, and what the offer lacks of the whole cost of the task.

    Equation:
        lack = relief_value * max(1 - relief, 0)
        autonomy = autonomy_price * intrusion * weight
        conditions = condition_price * condition * exposure_to_overthrow
        objected = objection_price * objection

    Args:
        relief: offer over the cost of doing the task at home, ratio, ``(task, run)``.
        weight: survival weight of the task over the mean weight, ``(task, run)``.
        intrusion: how far the power's people would hold the task themselves, 0 to 1, ``(run,)``.
        condition: political conditions attached, 0 to 1, ``(run,)``.
        exposure_to_overthrow: how much the regime fears the opening, 0 to 1, ``(run,)``.
        objection: how strongly the leading patron objects to this power, 0 to 1, ``(run,)``.

    Mechanisms: M03, M109, O09, O12.
    """
    whole = np.zeros(relief.shape)
    return (
        relief_value * np.maximum(1.0 - relief, 0.0),
        autonomy_price * intrusion * weight,
        whole + condition_price * condition * exposure_to_overthrow,
        whole + objection_price * objection,
    )

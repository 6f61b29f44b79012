"""What money, training and equipment do for an agency's quality."""

import numpy as np

from tajsim.axes import Array


def quality_aim(
    pay_ratio: Array,
    aid_per_head: Array,
    best_drawn_off: Array,
    dialogue: Array,
    *,
    agency_quality: Array,
    pay_quality: Array,
    training_yield: Array,
    first_pick_loss: Array,
    dialogue_need: Array,
) -> Array:
    """Return the quality an agency moves to, share of a fully effective one, ``(run,)``.

    Equipment multiplies what is there and cannot replace it, and it yields less where nobody
    speaks about what the force is for.

    Equation:
        paid = agency_quality * min(max(pay_ratio, 0.1), 50) ** pay_quality
        learnt = training_yield * (1 - dialogue_need * (1 - dialogue))
        trained = 1 + learnt * ln(1 + aid_per_head)
        quality_aim = min(paid * trained * (1 - first_pick_loss * best_drawn_off), 1)

    Args:
        pay_ratio: pay and top-ups over the pay at the start, at least 0.1.
        aid_per_head: useful aid, USD/person/month.
        best_drawn_off: share of the draft that a better-paying foreign service takes first.
        dialogue: share of the aid whose giver speaks about politics too, 0 to 1.

    Mechanisms: M47, M48, M49, M50, M62, M63, M65, M126, E20, O24, S18.
    """
    bounded = np.minimum(np.maximum(pay_ratio, 0.1), 50.0)
    value = agency_quality * bounded**pay_quality
    learnt = training_yield * (1.0 - dialogue_need * (1.0 - dialogue))
    value = value * (1.0 + learnt * np.log1p(aid_per_head))
    return np.minimum(value * (1.0 - first_pick_loss * best_drawn_off), 1.0)


def quality_step(quality: Array, aim: Array, *, quality_speed: Array) -> Array:
    """Return next month's quality, ``(run,)``: forces are built slowly.

    Equation:
        quality_next = quality + quality_speed * (aim - quality)

    Mechanisms: M74, M126.
    """
    return quality + quality_speed * (aim - quality)


def without_staff(quality: Array, replaced: Array, *, political_head_loss: Array) -> Array:
    """Return the quality of an agency part of whose staff a political head replaced, ``(run,)``.

    Equation:
        without_staff = quality * (1 - political_head_loss * replaced)

    Args:
        quality: that of the professional staff, share.
        replaced: share of the staff he has replaced, 0 to 1.

    Mechanisms: M23, M24.
    """
    return quality * (1.0 - political_head_loss * replaced)

"""Fear of the authorities."""

import numpy as np

from tajsim.axes import Array


def fear_aim(
    policing: Array, step: Array, collusion: Array, *, fear_of_police: Array, fear_of_step: Array
) -> Array:
    """Return the fear people move to, 0 to 1, ``(run,)``.

    ``1 - exp(-(of_police * policing * (0.5 + 0.5 * brutality) + of_step * step / 6))``.

    Args:
        policing: police per head times own effort on order, over that at the start.
        step: step on the repression ladder, 0 to 6.
        collusion: corrupt share of the police, which stands for its brutality.

    Mechanisms: M32, M33, M37, M41, M43, P18, P19.
    """
    push = fear_of_police * policing * (0.5 + 0.5 * collusion) + fear_of_step * step / 6.0
    return 1.0 - np.exp(-push)


def fear_step(fear: Array, aim: Array, *, fear_speed: Array) -> Array:
    """Return next month's fear, 0 to 1, ``(run,)``.

    Mechanisms: M32, M37.
    """
    return fear + fear_speed * (aim - fear)

"""Fear of the authorities."""

import numpy as np

from tajsim.axes import Array


def fear_aim(
    policing: Array,
    step: Array,
    collusion: Array,
    incidents: Array,
    *,
    fear_of_police: Array,
    fear_of_step: Array,
    fear_of_incidents: Array,
    fear_in_silence: Array,
    civic_space: Array,
) -> Array:
    """Return the fear people move to, 0 to 1, ``(run,)``.

    Violent incidents revive the fear of civil war, and where nobody may report, people trust
    nobody.

    Equation:
        police = fear_of_police * policing * (0.5 + 0.5 * collusion)
        state = police + fear_of_step * step / 6
        silence = fear_in_silence * (1 - civic_space)
        fear_aim = 1 - exp(-(state + fear_of_incidents * incidents + silence))

    Args:
        policing: police per head times own effort on order, over that at the start.
        step: step on the repression ladder, 0 to 6.
        collusion: corrupt share of the police, which stands for its brutality.
        incidents: violent incidents of late, index.

    Mechanisms: M32, M37, M43, P18, P19, X19.
    """
    push = fear_of_police * policing * (0.5 + 0.5 * collusion) + fear_of_step * step / 6.0
    push = push + fear_of_incidents * incidents + fear_in_silence * (1.0 - civic_space)
    return 1.0 - np.exp(-push)


def fear_step(fear: Array, aim: Array, *, fear_speed: Array) -> Array:
    """Return next month's fear, 0 to 1, ``(run,)``.

    Equation:
        fear_next = fear + fear_speed * (aim - fear)

    Mechanisms: M32, M37.
    """
    return fear + fear_speed * (aim - fear)

"""Where the patron's base stands: near the border or near the capital."""

import numpy as np

from tajsim.axes import Array


def forward_aim(strain: Array, *, base_forward: Array, capital_pull: Array) -> Array:
    """Return the share of the base that its power wants near the border, 0 to 1, ``(run,)``.

    The more the state is strained, the more the patron sees its danger at the capital.

    Equation:
        forward_aim = base_forward * (1 - min(capital_pull * strain, 1))

    Args:
        strain: of the state, 0 to 1.

    Mechanisms: X06.
    """
    return base_forward * (1.0 - np.minimum(capital_pull * strain, 1.0))


def forward_step(forward: Array, aim: Array, *, posture_speed: Array) -> Array:
    """Return next month's share of the base near the border, 0 to 1, ``(run,)``.

    Equation:
        forward_next = forward + posture_speed * (aim - forward)

    Mechanisms: X06.
    """
    return forward + posture_speed * (aim - forward)


def at_border(troops: Array, forward: Array, *, depth_worth: Array) -> Array:
    """Return the base's troops as attackers from outside meet them, persons, ``(run,)``.

    Equation:
        at_border = troops * (forward + depth_worth * (1 - forward))

    Args:
        troops: of the base, persons.
        forward: share of them near the border, 0 to 1.

    Mechanisms: X05, X06.
    """
    return troops * (forward + depth_worth * (1.0 - forward))


def near_capital(backing: Array, forward: Array, *, depth_worth: Array) -> Array:
    """Return the patron's help inside, weighted by where its troops stand, 0 to 1, ``(run,)``.

    Equation:
        near_capital = backing * (1 - forward + depth_worth * forward)

    Args:
        backing: readiness to act against enemies inside, 0 to 1.
        forward: share of the base near the border, 0 to 1.

    Mechanisms: X06.
    """
    return backing * (1.0 - forward + depth_worth * forward)

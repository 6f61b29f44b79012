"""Token compliance: what outsiders are shown, and what it spares the regime."""

import numpy as np

from tajsim.axes import Array


def token_effort(effort: Array, demand: Array, *, token_share: Array) -> Array:
    """Return the effort that outsiders see on each task, share, ``(task, run)``.

    Laws, memberships, units and orders without a plan cost little and change little; no rule of
    capability reads this.

    Equation:
        shown = effort + token_share * demand * (1 - effort)

    Args:
        effort: the regime's own effort, share, ``(task, run)``.
        demand: how much outsiders ask for the task, 0 to 1, ``(task, run)``.

    Mechanisms: M09, M53, S21, S26.
    """
    return effort + token_share * demand * (1.0 - effort)


def condition_felt(
    condition: Array,
    demand: Array,
    dismay: Array,
    alternatives: Array,
    *,
    token_share: Array,
    dismay_weight: Array,
    play_off: Array,
    donor_coordination: Array,
) -> Array:
    """Return the political conditions that a donor's offer still carries, 0 to 1, ``(run,)``.

    Token compliance meets part of them; donors who were dismayed cut no aid but ask for more;
    who has rivals for the same task cannot insist, unless they have agreed among themselves.

    Equation:
        asked = condition * (1 + dismay_weight * dismay)
        played_off = play_off * alternatives * (1 - donor_coordination)
        felt = asked * (1 - token_share * demand) * (1 - played_off)
        condition_felt = min(felt, 1)

    Args:
        condition: conditions that the power attaches, 0 to 1.
        demand: how much outsiders ask for their tasks, mean, 0 to 1.
        dismay: donors' dismay, 0 to 1.
        alternatives: share of what is offered for the power's tasks that comes from others.

    Mechanisms: M09, M31, M58, M104.
    """
    felt = condition * (1.0 - token_share * demand) * (1.0 + dismay_weight * dismay)
    felt = felt * (1.0 - play_off * alternatives * (1.0 - donor_coordination))
    return np.minimum(felt, 1.0)


def dismay_step(
    dismay: Array, head: Array, outside_interest: Array, *, dismay_speed: Array
) -> Array:
    """Return donors' dismay next month, 0 to 1, ``(run,)``.

    A warlord at the head of what they pay for dismays them, slowly.

    Equation:
        dismay_next = dismay + dismay_speed * (head * outside_interest - dismay)

    Args:
        head: 1 where an agency has a political head, else 0.
        outside_interest: outsiders' share of its work, 0 to 1.

    Mechanisms: M31.
    """
    return dismay + dismay_speed * (head * outside_interest - dismay)

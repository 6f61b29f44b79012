"""Voice: grievance that fear and departure have not silenced."""

import numpy as np

from tajsim.axes import Array


def voiced(
    grievance: Array,
    fear: Array,
    abroad_share: Array,
    *,
    fear_silences: Array,
    breaking_point: Array,
    exit_drains: Array,
) -> Array:
    """Return voiced discontent, 0 to 1, ``(run,)``.

    Fear hides grievance until there is too much of it; the most active leave.

    Equation:
        held = fear_silences * fear / (1 + (grievance / breaking_point) ** 8)
        voiced = grievance * (1 - held) * exp(-exit_drains * abroad_share)

    Args:
        abroad_share: migrants over all people of the region.

    Mechanisms: M32, M37, M38, M43, P18, P20, M41.
    """
    held = fear_silences * fear / (1.0 + (grievance / breaking_point) ** 8)
    return grievance * (1.0 - held) * np.exp(-exit_drains * abroad_share)


def protest_chance(
    voice: Array,
    struck_here: Array,
    unchecked: Array,
    *,
    protest_rate: Array,
    local_protest: Array,
    escalation: Array,
) -> Array:
    """Return the probability of a protest in a region this month, ``(run,)``.

    The arrest of a local strongman brings his close supporters out, nobody else; a protest that
    went unchecked is followed by the next.

    Equation:
        push = protest_rate * voice**2 + local_protest * struck_here + escalation * unchecked
        protest_chance = 1 - exp(-push)

    Args:
        struck_here: commanders of the region struck last month.
        unchecked: last month's protest times what fear did not check of it, 0 to 1.

    Mechanisms: M27, M34, M37, S13.
    """
    push = protest_rate * voice**2 + local_protest * struck_here + escalation * unchecked
    return 1.0 - np.exp(-push)

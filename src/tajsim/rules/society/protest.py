"""Voice: grievance that fear and departure have not silenced."""

import numpy as np

from tajsim.axes import Array


def voiced(
    grievance: Array, fear: Array, abroad_share: Array, *, fear_silences: Array, exit_drains: Array
) -> Array:
    """Return voiced discontent, 0 to 1, ``(run,)``.

    ``grievance * (1 - silences * fear) * exp(-drains * abroad_share)``: the most active leave.

    Args:
        abroad_share: migrants over all people of the region.

    Mechanisms: M32, M37, M38, M43, P18.
    """
    return grievance * (1.0 - fear_silences * fear) * np.exp(-exit_drains * abroad_share)


def protest_chance(
    voice: Array, struck_here: Array, *, protest_rate: Array, local_protest: Array
) -> Array:
    """Return the probability of a protest in a region this month, ``(run,)``.

    ``1 - exp(-(rate * voice**2 + local * struck_here))``: the arrest of a local strongman brings
    his close supporters out, nobody else.

    Args:
        struck_here: commanders of the region struck last month.

    Mechanisms: M27, M34, M37, S13.
    """
    return 1.0 - np.exp(-(protest_rate * voice**2 + local_protest * struck_here))

"""What becomes of a load where it meets the guards: arranged, seized or let through."""

import numpy as np

from tajsim.axes import Array


def clear(
    load: Array,
    detection: Array,
    collusion: Array,
    access: Array,
    luck: Array,
) -> tuple[Array, Array]:
    """Split loads into ``(arranged, seized)`` kg; the rest slips through.

    ``arranged = load * collusion * access``; ``seized = (load - arranged) * min(1, detection *
    luck)``.

    Args:
        load: kg sent, ``(section, run)`` or ``(exit, run)``.
        detection: probability that an honest guard meets a load, same shape.
        collusion: share of the guards who collude, same shape.
        access: share of them who sell to this network, ``(run,)``.
        luck: multiplies the detection of this network this month, mean 1, ``(run,)``.

    Mechanisms: M60, M61, E09, E12.
    """
    arranged = load * (collusion * access)
    seized = (load - arranged) * np.minimum(detection * luck, 1.0)
    return arranged, seized


def luck_of_month(normal: Array, *, seizure_spread: Array) -> Array:
    """Return a log-normal factor of mean 1, ``(run,)``: few large loads make seizures uneven.

    Args:
        normal: a standard normal draw of this network and month.

    Mechanisms: M60.
    """
    return np.exp(seizure_spread * normal - 0.5 * seizure_spread**2)

"""What becomes of a load where it meets the guards: arranged, seized or let through."""

import numpy as np

from tajsim.axes import Array


def clear(
    load: Array,
    detection: Array,
    collusion: Array,
    access: Array,
    luck: Array,
    sheltered: Array,
) -> tuple[Array, Array, Array]:
    """Split loads into ``(met, arranged, seized)`` kg; what is not seized goes through.

    What is met is what guards would seize if none sold passage and none was told to look away.
    Officers on the take are paid by the sheltered too.

    Equation:
        met = load * min(detection * luck, 1)
        arranged = load * collusion * access
        seized = met * (1 - collusion * access) * (1 - sheltered)

    Args:
        load: kg sent, ``(section, run)`` or ``(exit, run)``.
        detection: probability that an honest guard meets a load, same shape.
        collusion: share of the guards who collude, same shape.
        access: share of them who sell to this network, ``(run,)``.
        luck: multiplies the detection of this network this month, mean 1, ``(run,)``.
        sheltered: share of its loads that those above have let pass, ``(run,)``.

    Mechanisms: M60, M61, E09, E12, E10.
    """
    met = load * np.minimum(detection * luck, 1.0)
    sold = collusion * access
    return met, load * sold, met * ((1.0 - sold) * (1.0 - sheltered))


def luck_of_month(normal: Array, *, seizure_spread: Array) -> Array:
    """Return a log-normal factor of mean 1, ``(run,)``: few large loads make seizures uneven.

    Equation:
        luck = exp(seizure_spread * normal - seizure_spread**2 / 2)

    Args:
        normal: a standard normal draw of this network and month.

    Mechanisms: M60.
    """
    return np.exp(seizure_spread * normal - 0.5 * seizure_spread**2)

"""What abuse of conscripts takes from a service."""

from tajsim.axes import Array


def hazed(quality: Array, conscript: Array, *, hazing_loss: Array, civic_space: Array) -> Array:
    """Return the quality of a service some of whose conscripts are abused, share, ``(run,)``.

    Without a layer of sergeants nobody looks after recruits; where nobody may report it, a
    trial now and then is for show.

    Equation:
        hazed = quality * (1 - hazing_loss * conscript * (1 - civic_space))

    Args:
        quality: share of a fully trained and equipped force.
        conscript: 1 for a service of conscripts, else 0.

    Mechanisms: S18, M42.
    """
    return quality * (1.0 - hazing_loss * conscript * (1.0 - civic_space))

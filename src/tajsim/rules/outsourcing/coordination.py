"""Many bodies with one task, and too much to do."""

from tajsim.axes import Array


def coordinated(quality: Array, bodies: Array, alarm: Array, *, coordination_cost: Array) -> Array:
    """Return the quality that an agency brings to bear, share, ``(run,)``.

    In quiet months nothing is lost; when much happens at once, bodies with one task get in each
    other's way.

    Equation:
        coordinated = quality / (1 + coordination_cost * (bodies - 1) * alarm)

    Args:
        quality: that of its staff, share.
        bodies: mean number of agencies with its tasks, at least 1.
        alarm: violence that calls for their work at once, 0 to 1.

    Mechanisms: S19, S20, S24, M67.
    """
    return quality / (1.0 + coordination_cost * (bodies - 1.0) * alarm)

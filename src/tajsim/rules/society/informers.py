"""Whom the services know: the underworld or believers."""

from tajsim.axes import Array


def underworld_step(
    underworld: Array,
    crime: Array,
    incidents: Array,
    *,
    incident_pull: Array,
    informer_speed: Array,
) -> Array:
    """Return next month's share of informers who come from the underworld, 0 to 1, ``(run,)``.

    The services keep the agents they have, with whom they trade favours, and turn to believers
    as violence shows itself.

    Equation:
        aim = crime / (crime + incident_pull * incidents)
        underworld_next = underworld + informer_speed * (aim - underworld)

    Args:
        crime: 1 = as in 2004, above 0.
        incidents: violent incidents of late, index.

    Mechanisms: M92.
    """
    aim = crime / (crime + incident_pull * incidents)
    return underworld + informer_speed * (aim - underworld)

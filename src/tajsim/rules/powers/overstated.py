"""A threat told larger than it is: who gains by it, who believes it, what it excuses."""

from tajsim.axes import Array


def overstatement(earned: Array, excuse: Array, *, overstatement_limit: Array) -> Array:
    """Return the part of the threat told that is not there, 0 to 1, ``(run,)``.

    Whoever tells of the threat adds to it by what the telling earns him.

    Equation:
        overstatement = overstatement_limit * (1 - (1 - earned) * (1 - excuse))

    Args:
        earned: what the threat earns the teller: of the regime's means the part that is aid, of
            the patron's influence the part that rivals hold, 0 to 1.
        excuse: what the teller wants to do in its name, 0 to 1.

    Mechanisms: O23.
    """
    return overstatement_limit * (1.0 - (1.0 - earned) * (1.0 - excuse))


def believed(regime: Array, patron: Array, *, donor_monitoring: Array) -> Array:
    """Return what partners believe of what is overstated, 0 to 1, ``(run,)``.

    Two tellers bear each other out, and who looks for himself is not taken in.

    Equation:
        told = 1 - (1 - regime) * (1 - patron)
        believed = told * (1 - donor_monitoring)

    Args:
        regime: the regime's overstatement, 0 to 1.
        patron: the patron's, 0 to 1.

    Mechanisms: O23.
    """
    return (1.0 - (1.0 - regime) * (1.0 - patron)) * (1.0 - donor_monitoring)


def looked_away(
    tolerance: Array, told: Array, *, donor_coordination: Array, platform_effect: Array
) -> Array:
    """Return how far a partner looks away from repression, 0 to 1, ``(run,)``.

    A threat excuses; partners who speak with one voice excuse less, as none can be turned to
    instead.

    Equation:
        away = 1 - (1 - tolerance) * (1 - told)
        looked_away = away * (1 - platform_effect * donor_coordination)

    Args:
        tolerance: how far the partner looks away by itself, 0 to 1.
        told: what it believes of an overstated threat, 0 to 1.

    Mechanisms: M58, O23.
    """
    away = 1.0 - (1.0 - tolerance) * (1.0 - told)
    return away * (1.0 - platform_effect * donor_coordination)

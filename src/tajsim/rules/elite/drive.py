"""The drive to remove rivals, and the peace that once held it back."""

from tajsim.axes import Array


def drive_step(drive: Array, struck: Array, *, purge_momentum: Array, purge_relief: Array) -> Array:
    """Return the momentum of the drive to remove rivals next month, 0 to 1, ``(run,)``.

    Each removal without a fight takes it part of the way to 1, because it showed that it can be
    done; a quiet month takes part of it.

    Equation:
        kept = drive * (1 - purge_relief * (struck < 0.5))
        drive_next = 1 - (1 - kept) * (1 - purge_momentum) ** struck

    Args:
        struck: commanders removed without a fight this month.

    Mechanisms: P12.
    """
    kept = drive * (1.0 - purge_relief * (struck < 0.5))
    return 1.0 - (1.0 - kept) * (1.0 - purge_momentum) ** struck


def urge_to_strike(drive: Array, clinging: Array, *, drive_worth: Array) -> Array:
    """Return the growth of the purge rate, ratio, ``(run,)``.

    The drive of early 2004 gathers pace with success, and with the end of the term for a ruler
    who will not go.

    Equation:
        urge = 1 + drive_worth * (1 - (1 - drive) * (1 - clinging))

    Args:
        clinging: nearness of the end of the term times the will to stay, 0 to 1.

    Mechanisms: P12, P24.
    """
    return 1.0 + drive_worth * (1.0 - (1.0 - drive) * (1.0 - clinging))


def kept_peace(past: Array, standing: Array, *, peace_shield: Array) -> Array:
    """Return what is left of the will to strike at a commander, share, ``(run,)``.

    The settlement of 1997 makes a blow to a former opponent costly as long as it is kept; once it
    is undone he is a target.

    Equation:
        kept_peace = 1 - peace_shield * past * standing

    Args:
        past: 1 for the former opposition, else 0.
        standing: legal standing of the party, 0 to 1.

    Mechanisms: P13, P25, S28.
    """
    return 1.0 - peace_shield * past * standing


def dread_of_custody(fear: Array, no_way_back: Array, *, custody_dread: Array) -> Array:
    """Return what a commander who is told of his arrest expects, 0 to 1, ``(run,)``.

    Torture in custody is known to all; where the party of his past is banned and its people are
    hunted nothing else awaits him.

    Equation:
        told = 1 - (1 - custody_dread) * (1 - no_way_back)
        dread = max(fear, told)

    Args:
        no_way_back: how far the channel of his past is closed to him, 0 to 1.

    Mechanisms: S01, S23, S28.
    """
    told = 1.0 - (1.0 - custody_dread) * (1.0 - no_way_back)
    return fear + (told - fear) * (told > fear)

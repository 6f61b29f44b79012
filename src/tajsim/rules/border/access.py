"""Who can buy passage."""

from tajsim.axes import Array


def access(protection: Array, *, open_access: Array) -> Array:
    """Return the share of colluding officers who sell to a network, ``(run,)``.

    Protected networks reach all of them, an unprotected one only the share ``open_access``.

    Equation:
        access = protection + (1 - protection) * open_access

    Args:
        protection: how well the network is connected, share, ``(run,)``.

    Mechanisms: E11.
    """
    return protection + (1.0 - protection) * open_access


def protection_step(
    protection: Array, profit_ratio: Array, lost: Array, *, protection_growth: Array
) -> Array:
    """Return next month's protection of a network, share, ``(run,)``.

    Who has friends makes more of them with the profit, a stranger finds none.

    Equation:
        gained = protection_growth * profit_ratio * (1 - protection) * protection
        protection_next = protection + gained - lost * protection

    Args:
        profit_ratio: profit margin over the usual one, 0 and up.
        lost: share lost this month with a patron or by arrests, 0 to 1.

    Mechanisms: E07, E11, M54, E12.
    """
    gained = protection_growth * profit_ratio * (1.0 - protection) * protection
    return protection + gained - lost * protection

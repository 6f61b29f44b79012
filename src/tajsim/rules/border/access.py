"""Who can buy passage."""

from tajsim.axes import Array


def access(protection: Array, *, open_access: Array) -> Array:
    """Return the share of colluding officers who sell to a network, ``(run,)``.

    Protected networks reach all of them, an unprotected one only the share ``open_access``.

    Args:
        protection: how well the network is connected, share, ``(run,)``.

    Mechanisms: E11, M52.
    """
    return protection + (1.0 - protection) * open_access

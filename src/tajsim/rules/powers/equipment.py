"""What equipment does in the hands of those who abuse people."""

import numpy as np

from tajsim.axes import Array


def equipped_reach(aid_per_head: Array, collusion: Array, *, equipment_abuse: Array) -> Array:
    """Return what equipment multiplies a service's reach over people by, 1 and up, ``(run,)``.

    A vehicle given against drugs also takes policemen to villages; how they use it is for those
    who sit in it.

    Equation:
        equipped_reach = 1 + equipment_abuse * collusion * ln(1 + aid_per_head)

    Args:
        aid_per_head: useful aid, USD/person/month.
        collusion: corrupt share of the service, 0 to 1.

    Mechanisms: O02.
    """
    return 1.0 + equipment_abuse * collusion * np.log1p(aid_per_head)

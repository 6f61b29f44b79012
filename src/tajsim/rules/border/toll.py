"""What an arranged passage costs a network."""

import numpy as np

from tajsim.axes import Array


def toll(detection: Array, price: Array, *, toll_share: Array, loss_multiple: Array) -> Array:
    """Return the toll of an arranged passage in USD/kg, shape of ``detection``.

    The officer takes a share of the loss that the network avoids, so protection is dearest where
    honest guards would be good.

    Equation:
        toll = toll_share * min(loss_multiple * detection, 1) * price

    Args:
        detection: probability that an honest guard meets the load.
        price: value of the drug at that point, USD/kg, ``(run,)``.

    Mechanisms: E09, E12, M51, M60.
    """
    return toll_share * np.minimum(loss_multiple * detection, 1.0) * price

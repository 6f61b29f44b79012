"""What the regime hands out to keep its clients, and what a shortfall does."""

import numpy as np

from tajsim.axes import Array


def patronage_paid(purse: Array, need: Array, *, patronage_spending: Array) -> Array:
    """Return what the regime pays its clients this month, USD, ``(run,)``.

    The smaller of the need and a share of the patronage purse.

    Equation:
        patronage_paid = min(need, patronage_spending * max(purse, 0))

    Mechanisms: M17, M56.
    """
    return np.minimum(need, patronage_spending * np.maximum(purse, 0.0))


def shortfall(paid: Array, need: Array) -> Array:
    """Return the share of the clients' claims left unpaid, 0 to 1, ``(run,)``.

    Where nobody claims anything nothing is left unpaid.

    Equation:
        shortfall = 1 - min(paid / max(need, 1e-9), 1) if need > 0 else 0

    Mechanisms: M17.
    """
    return np.where(need > 0.0, 1.0 - np.minimum(paid / np.maximum(need, 1e-9), 1.0), 0.0)


def client_need(following: Array, *, patronage_claim: Array) -> Array:
    """Return what a commander expects a month, USD, ``(run,)``.

    The more men, the larger the claim.

    Equation:
        client_need = patronage_claim * (20 + following)

    Args:
        following: armed men who follow him in person.

    Mechanisms: M17, S08, S14.
    """
    return patronage_claim * (20.0 + following)

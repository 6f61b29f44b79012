"""The alliance that is called when militants push in."""

import numpy as np

from tajsim.axes import Array


def alliance_force(
    inside: Array, alignment: Array, *, alliance_half: Array, alliance_help: Array
) -> Array:
    """Return the readiness that called allies add, 0 to 1, ``(run,)``.

    A small party is left to the country; a large one brings the rapid reaction force, if the
    country stands with Moscow.

    Equation:
        called = inside / (inside + alliance_half)
        alliance_force = alliance_help * called * max(alignment, 0)

    Args:
        inside: militants in the country, persons.
        alignment: position of the regime, -1 West to 1 Moscow.

    Mechanisms: X04.
    """
    return alliance_help * inside / (inside + alliance_half) * np.maximum(alignment, 0.0)

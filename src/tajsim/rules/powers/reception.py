"""How migrants are received abroad."""

import numpy as np

from tajsim.axes import Array


def reception(
    presence: Array,
    presence_start: Array,
    carried: Array,
    *,
    base_for_terms: Array,
    transit_stigma: Array,
) -> Array:
    """Return the terms that migrants meet in Russia, 1 = as in 2004, ``(run,)``.

    Between 0.3 and 2: rights for the base are paid with easier migration; a name for drugs and
    crime is paid for by all who travel.

    Equation:
        favour = base_for_terms * (presence - presence_start)
        terms = 1 + favour - transit_stigma * (carried - 1)
        reception = min(max(terms, 0.3), 2)

    Args:
        presence: how much of the tasks of defence the base holds, 0 to 1.
        presence_start: the same at the start.
        carried: drugs carried by migrants and air over those of the start.

    Mechanisms: M70, M112, M133.
    """
    terms = 1.0 + base_for_terms * (presence - presence_start) - transit_stigma * (carried - 1.0)
    return np.minimum(np.maximum(terms, 0.3), 2.0)

"""Who heads which agency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import AGENCIES, COMMANDERS, Array
from tajsim.world import COMMANDER_FACTS

if TYPE_CHECKING:
    from tajsim.model.country import Country

_NUMBERS = np.arange(len(AGENCIES))[:, None]

# 0 at the agency of a commander's own trade, else 1, (commander, agency, 1).
_ELSEWHERE = np.array(
    [[[float(a != COMMANDER_FACTS[name].post)] for a in AGENCIES] for name in COMMANDERS]
)


def heads(country: Country) -> Array:
    """Return 1 where a commander in place heads an agency, else 0, ``(commander, agency, run)``."""
    post = np.stack([c.post for c in country.commanders])
    here = np.stack([c.in_place for c in country.commanders])
    found: Array = (post[:, None] == _NUMBERS) * here[:, None]
    return found


def political_heads(country: Country) -> Array:
    """Return 1 where a commander heads an agency not of his own trade, ``(agency, run)``."""
    found: Array = (heads(country) * _ELSEWHERE).max(axis=0)
    return found

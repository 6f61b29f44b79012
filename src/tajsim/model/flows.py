"""What flows in one month: made anew each month, read by later stages and by the record."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from tajsim.axes import DIMENSIONS, Array

#: Flow -> its dimensions before ``run``. Units stand with the outcomes that record them.
FLOWS: dict[str, tuple[str, ...]] = {
    "entering": ("section",),
    "seized": ("section",),
    "seized_by": ("agency",),
    "met_by": ("agency",),
    "honesty": ("agency",),
    "reported": ("agency",),
    "resale": ("agency",),
    "arranged": ("section",),
    "leaving": ("exit",),
    "resold": (),
    "used": (),
    "tolls": ("agency",),
    "extortion": ("agency",),
    "price_border": (),
    "rents_commander": ("commander",),
    "rents_regime": (),
    "rents_to_commander": ("agency",),
    "rents_to_regime": ("agency",),
    "rents_kept": ("agency",),
    "fees_commander": ("commander",),
    "fees_regime": (),
    "patronage": ("commander",),
    "regime_kept": (),
    "network_margin": (),
    "drug_income": (),
    "drug_rents": (),
    "pledged": ("power",),
    "delivered": ("power",),
    "diverted": ("power",),
    "duplicated": ("task",),
    "aid_received": ("agency",),
    "aid_freed": (),
    "remittances": (),
    "output": (),
    "revenue": (),
    "left_country": ("region",),
    "protest": ("region",),
    "radicalised": (),
    "arrests": (),
    "incidents": (),
    "purges": ("commander",),
    "mutinies": ("commander",),
    "defections": ("commander",),
    "bargains": ("commander",),
    "killings": ("region",),
    "operations": ("region",),
    "riots": ("region",),
    "attempts": ("militant_group",),
    "crossed": ("militant_group",),
    "went_on": (),
    "deaths": (),
    "weapons_seized": (),
}


class Flows:
    """Arrays ``dimensions + (run,)`` by name, all zero at the start of the month."""

    def __init__(self, runs: int) -> None:
        shapes: dict[str, tuple[int, ...]] = defaultdict(tuple)
        for name, dimensions in FLOWS.items():
            shapes[name] = (*(len(DIMENSIONS[d]) for d in dimensions), runs)
        self._arrays = {name: np.zeros(shape) for name, shape in shapes.items()}

    def __getitem__(self, name: str) -> Array:
        """Return the array of a flow; change it in place."""
        return self._arrays[name]

    def __setitem__(self, name: str, value: Array) -> None:
        """Replace the values of a flow; the shape stays."""
        self._arrays[name][...] = value

    def state(self) -> dict[str, Array]:
        """Return every flow by name."""
        return self._arrays

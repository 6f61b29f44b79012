"""The chronicle of results as arrays: one entry per event, names instead of codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tajsim.errors import UserError

Texts = NDArray[np.str_]


@dataclass(frozen=True)
class Noted:
    """Events ``(event,)`` in order of time; ``month`` counts from the first of the results.

    What happened before it, in results put side by side with later ones, has a month below 0.
    """

    scenario: Texts
    run: NDArray[np.int64]
    month: NDArray[np.int64]
    kind: Texts
    actor: Texts
    target: Texts
    size: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.run)

    def where(self, mask: NDArray[np.bool_]) -> Noted:
        """Return the events of a mask ``(event,)``."""
        return Noted(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))


_TABLES = {
    "scenario": "event_scenarios",
    "kind": "event_kinds",
    "actor": "event_names",
    "target": "event_names",
}


def has_events(dataset: xr.Dataset) -> bool:
    """Tell whether results hold a chronicle."""
    return "event_kind" in dataset.variables


def noted(dataset: xr.Dataset) -> Noted:
    """Return the events of the scenarios and runs that the results still hold, up to their end.

    Raises:
        UserError: if the results hold no events.
    """
    if not has_events(dataset):
        raise UserError(
            "these results hold no events, as old versions of tajsim kept none; of several results "
            "put side by side, each must hold them"
        )
    texts = {
        name: dataset[table].values.astype(str)[dataset[f"event_{name}"].values]
        for name, table in _TABLES.items()
    }
    months = dataset["month"].values.astype("datetime64[M]")
    when = dataset["event_month"].values.astype("datetime64[M]")
    found = Noted(
        texts["scenario"],
        dataset["event_run"].values.astype(np.int64),
        (when - months[0]).astype(np.int64),
        texts["kind"],
        texts["actor"],
        texts["target"],
        dataset["event_size"].values.astype(np.float64),
    )
    inside = (when <= months[-1]) & np.isin(found.scenario, dataset["scenario"].values.astype(str))
    return found.where(inside & np.isin(found.run, dataset["run"].values))

"""Which sections Russian troops hold, run by run: from the start, and the handovers noted."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tajsim.axes import SECTIONS
from tajsim.plots.noted import has_events, noted

#: The name under which it is drawn.
GUARD = "russian_guard"
#: Held by the country's own troops from the start (matveeva-2004:157; the Chinese border by
#: assumption).
OWN_FROM_START = ("early_transfer", "murghab")


def with_guard(dataset: xr.Dataset) -> xr.Dataset:
    """Return results with `GUARD`: 1 where Russian troops hold a section; as is without events.

    ``(scenario, section, month, run)``; what is drawn is the share of runs.
    """
    if not has_events(dataset) or GUARD in dataset:
        return dataset
    events = noted(dataset)
    events = events.where((events.kind == "handover") & np.isin(events.target, SECTIONS))
    names = [str(name) for name in dataset["scenario"].values]
    runs = {int(run): place for place, run in enumerate(dataset["run"].values)}
    held = np.ones((len(names), len(SECTIONS), dataset.sizes["month"], len(runs)), np.float32)
    held[:, [SECTIONS.index(s) for s in OWN_FROM_START]] = 0.0
    for i in range(len(events)):
        place = names.index(events.scenario[i]), SECTIONS.index(events.target[i])
        after = slice(max(0, int(events.month[i])), None)
        held[(*place, after, runs[int(events.run[i])])] = events.actor[i] == "russian_border_troops"
    attrs = {"label": "Russian troops hold the section", "unit": "share of runs"}
    dimensions = ("scenario", "section", "month", "run")
    coordinates = {name: dataset[name].values for name in dimensions if name != "section"}
    held_by = xr.DataArray(
        held, {**coordinates, "section": list(SECTIONS)}, dimensions, GUARD, attrs
    )
    return dataset.assign({GUARD: held_by})

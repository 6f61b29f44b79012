"""What an outcome of results is, by the attributes that the results hold."""

from __future__ import annotations

import xarray as xr


def yes_or_no(outcome: xr.DataArray, windowed: bool = False) -> bool:
    """Tell whether an outcome is 1 (yes) or 0 (no) in each run: by its unit, never by its values.

    Args:
        outcome: ``(..., month, run)`` or a number per run, with its attributes.
        windowed: over a window of months, in which a mean of yes and no is a share of the months.
    """
    whole = not windowed or outcome.attrs.get("aggregate") in ("last", "maximum")
    return whole and outcome.attrs.get("unit") == "0 or 1"

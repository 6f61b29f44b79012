"""How much of a result rests on documents and how much on assumptions."""

from __future__ import annotations

from collections import Counter

import xarray as xr

from tajsim.analysis.windows import attribute


def basis_counts(dataset: xr.Dataset) -> Counter[str]:
    """Count the parameters in force by basis: documented, derived, assumption, scenario.

    A parameter that any of the scenarios sets counts as ``scenario``, whatever its basis was.
    """
    chosen = {name for settings in attribute(dataset, "settings").values() for name in settings}
    pairs = zip(dataset["parameter"].values, dataset["basis"].values, strict=True)
    return Counter("scenario" if str(name) in chosen else str(basis) for name, basis in pairs)


def basis_statement(dataset: xr.Dataset) -> str:
    """Return one or two sentences on what the parameters in force rest on."""
    counts = basis_counts(dataset)
    parts = [
        f"{counts['documented']} are documented",
        f"{counts['derived']} derived from documented figures",
        f"{counts['assumption']} assumed",
    ]
    if counts["scenario"]:
        parts.append(f"{counts['scenario']} set by a scenario")
    uncertain = int((dataset["role"].values == "uncertainty").sum())
    drawn = {
        "posterior": "Each run took one row of the calibrated sample, and what was not calibrated "
        f"of the {uncertain} uncertain ones was drawn from its range.",
        "prior": f"The {uncertain} uncertain ones were drawn for each run from their ranges.",
    }.get(str(dataset.attrs.get("parameters_mode")), "All were held at their values.")
    listed = f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"Of {sum(counts.values())} parameters in force {listed}. {drawn}"

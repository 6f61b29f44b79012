"""Read a sweep back: labelled tables, whether it is finished or not.

This is the interface that sensitivity, discovery, robustness and plots build on::

    sweep = load_sweep("out/pay")
    sweep.points     # one row a point: index "point" (id), "scenario", then a column per factor
    sweep.results    # one row a run: "point", "run", then a column per kept summary
    sweep.failures   # one row a failed run: "point", "run", "cause"
    sweep.columns    # index "column": outcome, where, window_start, window_end, unit, label, ...
    sweep.factors    # index "factor": parameter, unit, low, high, values, spread, role, basis
    sweep.kind       # grid, points, latin-hypercube, sobol or morris; sweep.options its options
    sweep.design     # one row a row of the design, in its order: "scenario", "point", and the
                     # place of each factor between 0 and 1 in a column of its name
    sweep.problem    # the problem for SALib: num_vars, names, bounds (all 0 to 1, as in design)
    sweep.about      # title, question, seed, mode of the parameters, start, end, version, runs
    sweep.means      # one row a point: the mean over its runs; sweep.table(): all runs, tidy

Two rows of a design may be one point (a walk that comes back, values that round to the same), so
analyses that need an answer for every row take ``sweep.answers(column, scenario)``: an array
``(row,)`` in the order of the design, the mean over runs, or one run of each. Two points with the
same run number share every draw (common random numbers), so differences between points are pairs.
``sweep.drawn()`` gives the uncertain parameters of each run number that are no factors.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tajsim.ensemble.fingerprint import model_version
from tajsim.errors import UserError, unknown
from tajsim.sweeps.disk import Disk
from tajsim.sweeps.folder import DESIGN, MANIFEST, POINTS, fingerprints, read_manifest
from tajsim.sweeps.shards import read_all
from tajsim.sweeps.table import read_table

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Sweep:
    """The tables of a sweep; see the module for what they hold."""

    folder: Path
    points: pd.DataFrame
    results: pd.DataFrame
    failures: pd.DataFrame
    columns: pd.DataFrame
    factors: pd.DataFrame
    kind: str
    options: dict[str, Any]
    about: dict[str, Any]
    unfit: tuple[str, ...]

    def _repr_html_(self) -> str:
        """Return the sweep as a notebook shows it."""
        from tajsim.sweeps.read_html import sweep_html

        return sweep_html(self)

    @cached_property
    def design(self) -> pd.DataFrame:
        """The rows of the design in their order; see the module."""
        return read_table(Disk().read(self.folder / DESIGN).decode())

    @property
    def problem(self) -> dict[str, Any]:
        """The problem as SALib wants it; the bounds are those of ``design``, all 0 to 1."""
        names = list(self.factors.index)
        return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}

    @cached_property
    def means(self) -> pd.DataFrame:
        """The mean over runs of each column, one row a point in the order of ``points``."""
        runs = self.results.drop(columns="run").groupby("point", sort=False)
        return runs.mean().reindex(self.points.index)

    def answers(
        self, column: str, scenario: str | None = None, run: int | None = None
    ) -> NDArray[np.float64]:
        """Return a column for every row of the design, ``(row,)``, ``nan`` where it is missing.

        Args:
            column: a kept summary.
            scenario: which scenario; may be left out where there is one.
            run: the number of a run; by default the mean over runs.

        Raises:
            UserError: for an unknown column or scenario.
        """
        if column not in self.columns.index:
            raise UserError(unknown("column", column, self.columns.index))
        rows = self.rows(scenario)
        if run is None:
            values = self.means[column]
        else:
            chosen = self.results[self.results["run"] == run]
            values = chosen.set_index("point")[column]
        return values.reindex(rows["point"]).to_numpy(dtype=float)

    def rows(self, scenario: str | None = None) -> pd.DataFrame:
        """Return the rows of the design of one scenario, in the order of the design.

        Raises:
            UserError: for an unknown scenario, or none where there are several.
        """
        names = list(dict.fromkeys(self.design["scenario"]))
        if scenario is None and len(names) == 1:
            scenario = names[0]
        if scenario not in names:
            raise UserError(unknown("scenario", str(scenario), names))
        return self.design[self.design["scenario"] == scenario].reset_index(drop=True)

    def table(self) -> pd.DataFrame:
        """Return one row a run: point, scenario, factors, run, columns (tidy)."""
        joined = self.results.join(self.points, on="point")
        first = ["point", *self.points.columns, "run"]
        return joined[[*first, *self.columns.index]]

    def dataset(self) -> xr.Dataset:
        """Return the columns as ``(point, run)``, ``nan`` where a run is missing, with units."""
        wide = self.results.set_index(["point", "run"]).to_xarray()
        wide = wide.reindex(point=list(self.points.index))
        for name, row in self.columns.iterrows():
            if name in wide:
                wide[name].attrs |= {key: str(value) for key, value in row.items()}
        factors = {name: ("point", self.points[name].to_numpy()) for name in self.points.columns}
        result: xr.Dataset = wide.assign_coords(factors)
        result.attrs = {"tajsim_sweep": 1, **{k: str(v) for k, v in self.about.items()}}
        return result

    def series(self, outcome: str) -> xr.DataArray:
        """Return the stored months of an outcome: ``(cell, own dimensions..., month)``, float32.

        The coordinates ``point`` and ``run`` say which run a cell is.

        Raises:
            UserError: if the experiment did not store the series.
        """
        from tajsim.sweeps.series import read_series

        return read_series(self.folder, outcome, str(self.about["start"]), list(self.points.index))

    def drawn(self) -> pd.DataFrame:
        """Return the parameters in force at the start of each run number, but for the factors.

        The index is ``run``, the columns are full parameter names. They depend on the seed, the
        number of the run and the mode alone, so they are made again here.
        """
        from tajsim.draws import Draws
        from tajsim.inputs.values import ParameterValues

        runs = np.unique(self.results["run"].to_numpy(dtype=np.int64))
        draws = Draws(int(self.about["seed"]), runs)
        names, values = ParameterValues(draws, {}, str(self.about["parameters"])).table()
        table = pd.DataFrame(values.T, columns=names, index=pd.Index(runs, name="run"))
        return table.drop(columns=[p for p in self.factors["parameter"] if p in table])


def load_sweep(folder: str | Path) -> Sweep:
    """Read the folder of a sweep, finished or not; shards that do not fit are named and left out.

    Raises:
        UserError: if there is no sweep in the folder, or one of another model.
    """
    place, disk = Path(folder), Disk()
    if not (place / MANIFEST).is_file():
        raise UserError(f"{folder}: no sweep is there (no {MANIFEST})")
    manifest = read_manifest(disk, place)
    if (made := manifest["about"].get("model", "unknown")) != (here := model_version()):
        raise UserError(f"{folder}: a sweep of model {made}, and this is {here}; sweep it again")
    factors = pd.DataFrame(manifest["factors"]).set_index("factor")
    columns = pd.DataFrame(manifest["columns"]).set_index("column")
    points = _points(disk.read(place / POINTS).decode(), manifest)
    marks = fingerprints(manifest)
    results, failures, unfit = read_all(disk, place, list(points.index), list(columns.index), marks)
    return Sweep(
        folder=place,
        points=points,
        results=results,
        failures=failures,
        columns=columns,
        factors=factors,
        kind=manifest["design"]["kind"],
        options=manifest["design"]["options"],
        about=manifest["about"],
        unfit=tuple(unfit),
    )


def _points(text: str, manifest: dict[str, Any]) -> pd.DataFrame:
    """Return the table of points, in the order of the design."""
    texts = [
        factor["factor"]
        for factor in manifest["factors"]
        if any(isinstance(value, str) for value in factor["values"])
    ]
    return read_table(text, ("point", "scenario", *texts)).set_index("point")

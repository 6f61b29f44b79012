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
    sweep.about      # title, question, labels, seed, mode of the parameters, start, end, runs
    sweep.means      # one row a point: the mean over its runs; sweep.table(): all runs, tidy

Two rows of a design may be one point (a walk that comes back, values that round to the same), so
analyses that need an answer for every row take ``sweep.answers(column, scenario)``. Two points with
the same run number share every draw, so differences between points are pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

import tajsim.sweeps.store as store
from tajsim.display import Printed
from tajsim.ensemble.fingerprint import model_version
from tajsim.errors import UserError, check_names, library
from tajsim.results import numbers, select
from tajsim.sweeps.design import salib_problem

#: More factors than this are not written out beside a point.
_FEW = 6


@dataclass(frozen=True)
class Sweep(Printed):
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

    def __str__(self) -> str:
        """Return how far it is; for each column the points with the lowest and highest mean."""
        done, failed = self.results["point"].nunique(), len(self.failures)
        rows = []
        for column, unit in self.columns["unit"].items():
            means = self.means[str(column)].astype(float)
            ends = [str(means.idxmin()), str(means.idxmax())] if means.notna().any() else []
            cells = [cell for end in ends for cell in (f"{means[end]:,.4g}", self.named(end))]
            rows.append([str(column), str(unit), *(cells or ["-", ""] * 2)])
        head = ("kept", "unit", "lowest mean", "at", "highest mean", "at")
        out = f"; {len(self.unfit):,} files left out that are damaged or of another sweep"
        return (
            f"{self.about['title']}\n{self.about['question']}\n"
            f"{self.kind} of {len(self.points):,} points, {done:,} of them with runs; "
            f"{len(self.results):,} runs{f', {failed:,} failed' * bool(failed)}"
            f"{out * bool(self.unfit)}\n\n{numbers.text_table(head, rows, left=(0, 1, 3, 5))}"
        )

    def named(self, point: Any) -> str:
        """Return the values of the factors at a point; where they are many, its id."""
        row, factors = self.points.loc[point], list(self.factors.index)
        if len(factors) > _FEW:
            return str(point)
        values = row[factors].items()
        cells = [f"{n}={v}" if isinstance(v, str) else f"{n}={v:.4g}" for n, v in values]
        scenario = [str(row["scenario"])] if self.points["scenario"].nunique() > 1 else []
        return " ".join([*scenario, *cells])

    def plot(self, **chosen: Any) -> Any:
        """Return the picture of the response to one factor, see `tajsim.plots.sweep`."""
        from tajsim.plots.sweep import sweep_figure

        return sweep_figure(self, **chosen)

    @cached_property
    def design(self) -> pd.DataFrame:
        """The rows of the design in their order; see the module."""
        manifest = store.read_manifest(self.folder)
        return store.read_table(store.read_part(self.folder, manifest, store.DESIGN))

    @property
    def problem(self) -> dict[str, Any]:
        """The problem as SALib wants it; the bounds are those of ``design``, all 0 to 1."""
        return salib_problem(list(self.factors.index))

    @cached_property
    def means(self) -> pd.DataFrame:
        """The mean over runs of each column, one row a point in the order of ``points``."""
        runs = self.results.drop(columns="run").groupby("point", sort=False)
        return runs.mean().reindex(self.points.index)

    def answers(self, column: str, scenario: str | None = None) -> np.ndarray:
        """Return the mean of a column over runs for every row of the design, ``(row,)``.

        It is ``nan`` where it is missing; the scenario may be left out where there is one. Unknown
        names are refused.
        """
        check_names("column", [column], self.columns.index)
        return self.means[column].reindex(self.rows(scenario)["point"]).to_numpy(dtype=float)

    def rows(self, scenario: str | None = None) -> pd.DataFrame:
        """Return the rows of the design of one scenario, in their order; it may not be unknown."""
        names = list(dict.fromkeys(self.design["scenario"]))
        chosen = names[0] if scenario is None and len(names) == 1 else str(scenario)
        check_names("scenario", [chosen], names)
        return self.design[self.design["scenario"] == chosen].reset_index(drop=True)

    def table(self) -> pd.DataFrame:
        """Return one row a run: point, scenario, factors, run, columns (tidy)."""
        first = ["point", *self.points.columns, "run"]
        return self.results.join(self.points, on="point")[[*first, *self.columns.index]]

    def dataset(self) -> xr.Dataset:
        """Return the columns as ``(point, run)``, ``nan`` where a run is missing, with units."""
        wide = self.results.set_index(["point", "run"]).to_xarray()
        wide = wide.reindex(point=list(self.points.index))
        for name, row in self.columns.iterrows():
            if name in wide:
                wide[name].attrs |= {key: str(value) for key, value in row.items()}
        factors = {name: ("point", self.points[name].to_numpy()) for name in self.points.columns}
        about = {"tajsim_sweep": 1, **{k: str(v) for k, v in self.about.items()}}
        return wide.assign_coords(factors).assign_attrs(about)


def load_sweep(folder: str | Path) -> Sweep:
    """Read the folder of a sweep, finished or not; shards that do not fit are named and left out.

    Raises:
        UserError: if there is no sweep in the folder, or one of another model, unless `mixed` of
            `tajsim.results.select` is set; its title names that model then.
    """
    place = Path(folder)
    if not (place / store.MANIFEST).is_file():
        raise UserError(f"{folder}: no sweep is there (no {store.MANIFEST})")
    manifest = store.read_manifest(place)
    about = manifest["about"]
    if (made := about.get("model", "unknown")) != (here := model_version()):
        if not select.mixed.get():
            said = f"a sweep of model {made}, and this is {here}"
            raise UserError(f"{folder}: {said}; sweep it again, or insist with --mixed")
        about["title"] += f" (made by another model, {made})"
    factors = pd.DataFrame(manifest["factors"]).set_index("factor")
    columns = pd.DataFrame(manifest["columns"]).set_index("column")
    of_texts = [any(isinstance(value, str) for value in values) for values in factors["values"]]
    texts = ("point", "scenario", *factors.index[of_texts])
    listed = store.read_part(place, manifest, store.POINTS)
    points = store.read_table(listed, texts).set_index("point")
    held = list(points.index), list(columns.index)
    results, failures, unfit = store.read_all(place, *held, manifest["marks"])
    tables = place, points, results, failures, columns, factors
    return Sweep(*tables, **manifest["design"], about=about, unfit=tuple(unfit))


PARQUET = ".parquet"


def write_tidy(sweep: Sweep, path: Path, name: str) -> None:
    """Write the table of runs to a path in the format of the name; Parquet tells units, labels."""
    table = sweep.table()
    if Path(name).suffix != PARQUET:
        table.to_csv(path, index=False)
        return
    arrow = library("pyarrow", "parquet")
    found = arrow.Table.from_pandas(table, preserve_index=False)
    said = {
        str(name): {key: str(row[key]) for key in about}
        for rows, about in ((sweep.factors, ["unit"]), (sweep.columns, ["unit", "label"]))
        for name, row in rows.iterrows()
    }
    fields = [f.with_metadata(said.get(f.name)) for f in found.schema]
    schema = arrow.schema(fields, found.schema.metadata)
    library("pyarrow.parquet", "parquet").write_table(found.cast(schema), path)


def opened(sweep: Sweep | str | Path) -> Sweep:
    """Return a sweep, read from its folder if need be, of which some runs must be finished."""
    found = sweep if isinstance(sweep, Sweep) else load_sweep(sweep)
    if found.results.empty:
        raise UserError(f"{found.folder}: no run of this sweep is finished")
    return found


def scenarios_of(sweep: Sweep, scenario: str | None) -> list[str]:
    """Return the scenarios that are meant: the one named, which must be known, or all."""
    names = [str(name) for name in dict.fromkeys(sweep.points["scenario"])]
    check_names("scenario", chosen := names if scenario is None else [scenario], names)
    return chosen


def value_text(value: object) -> str:
    """Return the value of a factor as one says it."""
    return value if isinstance(value, str) else numbers.table_number(float(str(value)))


def label_of(row: pd.Series[Any]) -> str:
    """Return what a column is, and where. ``row`` is of `Sweep.columns`."""
    places = [part.partition("=")[::2] for part in row["where"].split(";") if part]
    texts = [f"all {d}s" if n == "all" else n for d, n in places]
    return f"{row['label']} ({', '.join(texts).replace('_', ' ')})" if texts else str(row["label"])


def heading(sweep: Sweep, column: str) -> str:
    """Return a column as a heading: what it is, where, over which months, in which unit."""
    row = sweep.columns.T[column]
    months = f"{row['window_start']} to {row['window_end']}"
    return f"{column}: {label_of(row)}, {months} ({row['unit']})"

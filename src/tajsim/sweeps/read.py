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
analyses that need an answer for every row take ``sweep.answers(column, scenario)``: an array
``(row,)`` in the order of the design, the mean over runs, or one run of each. Two points with the
same run number share every draw (common random numbers), so differences between points are pairs.
``sweep.drawn()`` gives the uncertain parameters of each run number that are no factors.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

import tajsim.sweeps.store as store
from tajsim.axes import DIMENSIONS
from tajsim.display import element, fold, table, whole
from tajsim.ensemble.fingerprint import model_version
from tajsim.errors import UserError, check_names, library, unknown
from tajsim.inputs import outcomes, toml
from tajsim.results.effect import t_quantile
from tajsim.sweeps.design import salib_problem

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
        return sweep_html(self)

    def plot(self, **chosen: Any) -> Figure:
        """Return the picture of the response to one factor or two, see `tajsim.plots.sweep`."""
        from tajsim.plots.sweep import sweep_figure

        return sweep_figure(self, **chosen)

    @cached_property
    def design(self) -> pd.DataFrame:
        """The rows of the design in their order; see the module."""
        disk = store.Disk()
        manifest = store.read_manifest(disk, self.folder)
        return store.read_table(store.read_part(disk, self.folder, manifest, store.DESIGN))

    @property
    def problem(self) -> dict[str, Any]:
        """The problem as SALib wants it; the bounds are those of ``design``, all 0 to 1."""
        return salib_problem(list(self.factors.index))

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
        check_names("column", [column], self.columns.index)
        values = self.means[column]
        if run is not None:
            values = self.results[self.results["run"] == run].set_index("point")[column]
        return values.reindex(self.rows(scenario)["point"]).to_numpy(dtype=float)

    def rows(self, scenario: str | None = None) -> pd.DataFrame:
        """Return the rows of the design of one scenario, in the order of the design.

        Raises:
            UserError: for an unknown scenario, or none where there are several.
        """
        names = list(dict.fromkeys(self.design["scenario"]))
        chosen = names[0] if scenario is None and len(names) == 1 else str(scenario)
        check_names("scenario", [chosen], names)
        return self.design[self.design["scenario"] == chosen].reset_index(drop=True)

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
    place, disk = Path(folder), store.Disk()
    if not (place / store.MANIFEST).is_file():
        raise UserError(f"{folder}: no sweep is there (no {store.MANIFEST})")
    manifest = store.read_manifest(disk, place)
    if (made := manifest["about"].get("model", "unknown")) != (here := model_version()):
        raise UserError(f"{folder}: a sweep of model {made}, and this is {here}; sweep it again")
    factors = pd.DataFrame(manifest["factors"]).set_index("factor")
    columns = pd.DataFrame(manifest["columns"]).set_index("column")
    of_texts = [any(isinstance(value, str) for value in values) for values in factors["values"]]
    texts = ("point", "scenario", *factors.index[of_texts])
    listed = store.read_part(disk, place, manifest, store.POINTS)
    points = store.read_table(listed, texts).set_index("point")
    results, failures, unfit = store.read_all(
        disk, place, list(points.index), list(columns.index), store.fingerprints(manifest)
    )
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


def sweep_html(sweep: Sweep) -> str:
    """Return a sweep as HTML; points without a run yet count as open."""
    about, causes = sweep.about, sweep.failures["cause"].value_counts()
    done = sweep.results["point"].nunique()
    left_out = "files left out that are damaged or of another sweep"
    parts = [
        f"{sweep.kind} of {len(sweep.points):,} points, {done:,} of them with runs",
        f"{len(sweep.results):,} runs",
        f"{len(sweep.failures):,} failed" * bool(len(sweep.failures)),
        f"{len(sweep.unfit):,} {left_out}" * bool(sweep.unfit),
        f"seed {about['seed']}" if "seed" in about else "",
    ]
    factors = [
        [name, row["unit"], _figure(row["low"]), _figure(row["high"]), row["basis"]]
        for name, row in sweep.factors.iterrows()
    ]
    ends = sweep.means[[*sweep.columns.index]].quantile([0.0, 0.5, 1.0])
    columns = [
        [name, row["unit"], *map(_figure, ends[name])] for name, row in sweep.columns.iterrows()
    ]
    kept = ("outcome", "unit", "lowest point", "median point", "highest point")
    failed = table(("cause", "runs"), [[c, f"{n:,}"] for c, n in causes.items()], numbers=(1,))
    return whole(
        element("h3", str(about.get("title") or sweep.folder.name)),
        element("p", str(about.get("question") or "")),
        element("p", "; ".join(filter(None, parts)), look="quiet"),
        element("h4", "What is varied"),
        table(("factor", "unit", "low", "high", "basis"), factors, numbers=(2, 3)),
        element("h4", "What was kept: means over the runs of each point"),
        table(kept, columns, numbers=(2, 3, 4)),
        *([fold("Why runs failed", failed)] if len(causes) else []),
    )


def _figure(value: Any) -> str:
    """Return a number in four digits, "-" where there is none, a text as it is."""
    if isinstance(value, str):
        return value
    return "-" if value is None or pd.isna(value) else f"{float(value):,.4g}"


def read_series(folder: Path, outcome: str, start: str, points: list[str]) -> xr.DataArray:
    """Return an outcome ``(cell, own dimensions..., month)``; shards that do not fit are left out.

    Raises:
        UserError: if the series is not there.
    """
    disk, parts, cells = store.Disk(), list[Any](), list[pd.DataFrame]()
    marks = store.fingerprints(store.read_manifest(disk, folder))
    stored: set[str] = set()
    for name, shard in store.shards(disk, folder, marks):
        if isinstance(shard, store.UnfitError) or "series_sha256" not in shard[0]:
            continue
        path = store.series_path(folder / store.FOLDER / name)
        with np.load(io.BytesIO(disk.read(path))) as arrays:
            stored |= set(arrays.files)
            if outcome in arrays.files:
                wanted = shard[1]["point"].isin(points).to_numpy()
                parts.append(np.moveaxis(arrays[outcome], -1, 0)[wanted])
                cells.append(shard[1][wanted])
    if not parts:
        raise UserError(unknown("stored series", outcome, sorted(stored)))
    registry = outcomes.load_outcomes()[outcome]
    values, listed = np.concatenate(parts), pd.concat(cells)
    first = toml.month_number(start)
    months = toml.month_dates([toml.month_text(first + i) for i in range(values.shape[-1])])
    coords = {name: ("cell", listed[name].to_list()) for name in ("point", "run")}
    return xr.DataArray(
        values,
        dims=("cell", *registry.dimensions, "month"),
        coords={**coords, "month": months, **{d: list(DIMENSIONS[d]) for d in registry.dimensions}},
        attrs=registry.attributes,
        name=outcome,
    )


Numbers = NDArray[np.float64]
#: Runs of every point before precision is judged.
LEAST_RUNS = 8


class Spread:
    """Counts, means and sums of squares of each point and column, ``(point, column)``.

    Runs are added as they come (Welford's update), so memory does not grow with their number.
    """

    def __init__(self, points: int, columns: int) -> None:
        self.count = np.zeros((points, columns))
        self.mean = np.zeros((points, columns))
        self.squares = np.zeros((points, columns))

    def add(self, points: NDArray[np.int64], numbers: Numbers) -> None:
        """Add runs: the number of the point ``(run,)`` and the kept numbers ``(run, column)``."""
        known = np.isfinite(numbers)
        values = np.where(known, numbers, 0.0)
        shape = self.count.shape
        count, total = np.zeros(shape), np.zeros(shape)
        np.add.at(count, points, known)
        np.add.at(total, points, values)
        mean = total / np.maximum(count, 1.0)
        squares = np.zeros(shape)
        np.add.at(squares, points, np.where(known, (values - mean[points]) ** 2, 0.0))
        whole = np.maximum(self.count + count, 1.0)
        apart = mean - self.mean
        self.squares += squares + apart**2 * self.count * count / whole
        self.mean += apart * count / whole
        self.count += count

    def widths(self) -> Numbers:
        """Return how uncertain the mean of each point is, ``(point, column)``.

        The half width of its 90 % interval over the standard deviation of the column over all
        points and runs; 0 for a column that never varies, infinite below two runs.
        """
        whole = self.count.sum(axis=0)
        centre = (self.count * self.mean).sum(axis=0) / np.maximum(whole, 1.0)
        between = (self.count * (self.mean - centre) ** 2).sum(axis=0)
        scale = np.sqrt((self.squares.sum(axis=0) + between) / np.maximum(whole - 1.0, 1.0))
        variance = self.squares / np.maximum(self.count - 1.0, 1.0)
        half = t_quantile(np.maximum(self.count - 1.0, 1.0))
        half = half * np.sqrt(variance / np.maximum(self.count, 1.0))
        # A column whose rounding errors are all that varies counts as one that does not.
        still = scale <= 1e-12 * np.maximum(np.abs(centre), 1e-300)
        widths = np.where(still, 0.0, half / np.where(still, 1.0, scale))
        return np.where((self.count < 2) & (whole > 0), np.inf, widths)

    def reached(self, width: float, left_out: NDArray[np.bool_]) -> bool:
        """Tell whether all intervals are at most so wide, but for points left out ``(point,)``."""
        return bool((self.widths()[~left_out] <= width).all())


PARQUET = ".parquet"


def check_tidy(name: str | None) -> None:
    """See that a table of this name can be written.

    Raises:
        UserError: if it is Parquet and pyarrow is missing.
    """
    if name is not None and Path(name).suffix == PARQUET:
        library("pyarrow", "parquet")


def write_tidy(sweep: Sweep, path: Path, name: str) -> None:
    """Write the table of runs (`Sweep.table`) to a path; the name says in which format."""
    table = sweep.table()
    if Path(name).suffix == PARQUET:
        table.to_parquet(path, engine="pyarrow", index=False)
    else:
        table.to_csv(path, index=False)


def opened(sweep: Sweep | str | Path) -> Sweep:
    """Return a sweep, read from its folder if need be.

    Raises:
        UserError: if there is none, or none of its runs is finished.
    """
    found = sweep if isinstance(sweep, Sweep) else load_sweep(sweep)
    if found.results.empty:
        raise UserError(f"{found.folder}: no run of this sweep is finished")
    return found


def columns_of(sweep: Sweep, names: Sequence[str] | None) -> list[str]:
    """Return the columns that are meant: by their own names, or all of an outcome.

    Raises:
        UserError: for each name that is neither.
    """
    own, outcomes = [str(name) for name in sweep.columns.index], sweep.columns["outcome"]
    check_names("outcome", names or (), list(dict.fromkeys([*own, *outcomes])))
    found = {
        name: [name] if name in own else outcomes.index[outcomes == name] for name in names or own
    }
    return list(dict.fromkeys(str(column) for columns in found.values() for column in columns))


def column_of(sweep: Sweep, name: str) -> str:
    """Return the one column that is meant.

    Raises:
        UserError: if there is none, or more than one.
    """
    found = columns_of(sweep, [name])
    if len(found) > 1:
        raise UserError(f"'{name}' is kept as {', '.join(found)}; name one of these columns")
    return found[0]


def scenarios_of(sweep: Sweep, scenario: str | None) -> list[str]:
    """Return the scenarios that are meant: the one named, or all.

    Raises:
        UserError: for an unknown one.
    """
    names = [str(name) for name in dict.fromkeys(sweep.points["scenario"])]
    check_names("scenario", [scenario] if scenario is not None else (), names)
    return names if scenario is None else [scenario]


def row_of(sweep: Sweep, column: str) -> pd.Series[Any]:
    """Return what is known of a column: outcome, where, window, unit, label, ..."""
    row: pd.Series[Any] = sweep.columns.T[column]
    return row


def label_of(row: pd.Series[Any]) -> str:
    """Return what a column is, and where. ``row`` is of `Sweep.columns`."""
    places = [part.partition("=")[::2] for part in row["where"].split(";") if part]
    texts = [f"all {d}s" if n == "all" else n for d, n in places]
    return f"{row['label']} ({', '.join(texts).replace('_', ' ')})" if texts else str(row["label"])


def heading(sweep: Sweep, column: str) -> str:
    """Return a column as a heading: what it is, where, over which months, in which unit."""
    row = row_of(sweep, column)
    months = f"{row['window_start']} to {row['window_end']}"
    return f"{column}: {label_of(row)}, {months} ({row['unit']})"

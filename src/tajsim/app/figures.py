"""What the page is sent of results: fans, table of differences, map, story."""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from tajsim.analysis.comparison import cells_of_difference
from tajsim.analysis.explain import explain
from tajsim.app.state import PageState, split_spec
from tajsim.app.workers import ScheduledJob
from tajsim.display import rows_of
from tajsim.ensemble.dataset import Store, build_dataset
from tajsim.ensemble.job import Job, Record
from tajsim.ensemble.plan import Plan
from tajsim.plots.fan import Series
from tajsim.results import answer, discrepancy, effect, select, window


def rounded(values: ArrayLike) -> Any:
    """Return nested lists of numbers to six digits; None for what is undefined."""
    array = np.asarray(values, np.float64)
    six = [plain(f"{number:.6g}") for number in array.ravel().tolist()]
    return np.array(six, object).reshape(array.shape).tolist()


def plain(value: float | str) -> float | None:
    """Return a number as JSON holds it; None for what is undefined."""
    number = float(value)
    return number if isfinite(number) else None


#: Months that one point of a fan stands for: those up to it.
SMOOTH = 12
#: So many quantiles stand for the runs where the discrepancy of the model is added to them.
_FEW = tuple((n + 0.5) / 40 for n in range(40))


def fan_of(dataset: xr.Dataset, spec: str) -> dict[str, Any] | None:
    """Return fans and difference of an outcome, as `tajsim.plots.fan` draws them smoothed by year.

    Args:
        dataset: results of the reference and of the scenario.
        spec: ``outcome`` or ``outcome@section=khorog``.

    Returns:
        ``lines`` by scenario: five quantiles over the runs, or mean, low and high where ``kind``
        is ``mean`` (shares of runs, rare counts); ``difference``: the mean paired difference with
        its 90 % interval; ``discrepancy``: the band of the reference with that of the model, empty
        for means. All ``(line, month)`` in ``unit``. None where there is no year.
    """
    name, where = split_spec(spec, dataset)
    places = {dimension: [name] for dimension, name in where.items()}
    if name not in dataset or dataset.sizes["month"] < SMOOTH:
        return None
    shown = Series(window.at_places(dataset, name, places), SMOOTH)
    wide: ArrayLike = []
    if not shown.mean:
        few = np.moveaxis(effect.quantiles(shown.values[0], _FEW), 0, -1)
        wide = discrepancy.band(few, name) / shown.factor
    return {
        "spec": spec,
        "title": window.titled(dataset, name, places),
        "unit": f"{shown.unit} (mean)" if shown.mean and not shown.share else shown.unit,
        "kind": "mean" if shown.mean else "bands",
        "months": [str(m) for m in shown.months.astype("datetime64[M]")],
        "lines": rounded(shown.lines[:, [2, 0, 4]] if shown.mean else shown.lines),
        "difference": rounded(effect.mean_interval(select.gap(*shown.values)) / shown.factor),
        "discrepancy": rounded(wide),
    }


def dataset_of(
    plan: Plan, pairs: Sequence[tuple[ScheduledJob, ...]], records: Sequence[Record]
) -> xr.Dataset:
    """Return the labelled results of chunks that are complete, as `run_many` would.

    Args:
        pairs: the jobs of each chunk, of the reference and the scenario, from run 0 on.
        records: the record of each job, in that order.
    """
    jobs = [each.job for pair in pairs for each in pair]
    part = replace(plan, runs=max(job.stop for job in jobs))
    store = Store(part)
    whole = {
        name: _side_by_side(jobs, [record.outcomes[name] for record in records], copied.shape)
        for name, copied in store.outcomes.items()
    }
    if all(array is not None for array in whole.values()):
        store.outcomes |= whole
        records = [replace(record, outcomes={}) for record in records]
    for job, record in zip(jobs, records, strict=True):
        store.put(job, record)
    return build_dataset(part, store)


def _side_by_side(
    jobs: Sequence[Job], chunks: Sequence[NDArray[np.float32]], shape: tuple[int, ...]
) -> Any:
    """Return chunks as one array of a shape if they stand so in memory: copying takes longer."""
    places = [values.__array_interface__["data"][0] for values in chunks]
    own, strides = places[[job.position for job in jobs].index(1)], chunks[0].strides
    due = [(own if j.position else places[0]) + chunks[0].itemsize * j.first for j in jobs]
    if due != places or any(values.strides != strides for values in chunks):
        return None
    view: dict[str, Any] = {"version": 3, "typestr": chunks[0].dtype.str, "shape": shape}
    view |= {"data": (places[0], False), "strides": (own - places[0], *strides)}
    # The array holds this, and this the chunks.
    return np.asarray(SimpleNamespace(__array_interface__=view, chunks=chunks))


def map_values(dataset: xr.Dataset, border: str, land: str) -> dict[str, Any]:
    """Return for border, land and ways out: label, unit and ``values[scenario][month][name]``."""
    layers = {"border": border, "land": land, "leaving": "heroin_leaving"}
    return {
        "months": [str(m) for m in dataset["month"].values.astype("datetime64[M]")],
        **{key: _layer(dataset[name]) for key, name in layers.items() if name in dataset},
    }


def _layer(variable: xr.DataArray) -> dict[str, Any]:
    """Return medians of the runs; flows and counts per year, as the map of `tajsim.plots` does."""
    own = next(d for d in variable.dims if d not in ("scenario", "month", "run"))
    rolled = variable.astype("float64").rolling(month=12, min_periods=1).mean()
    median = rolled.median("run", skipna=True).transpose("scenario", "month", own)
    return {
        "outcome": str(variable.name),
        "label": variable.attrs.get("label", str(variable.name)),
        "unit": window.unit_of(variable, windowed=True),
        "names": [str(name) for name in variable[own].values],
        "values": rounded(median.values * (12.0 if window.counted(variable) else 1.0)),
    }


_RAW = ("reference_median", "median", "difference", "low", "high", "share_sign")

#: What is sent of all runs, one message each; of the first runs only the first.
PARTS = ("fans", "table", "map", "story")


def shown_specs(dataset: xr.Dataset, state: PageState, card: answer.Card) -> list[str]:
    """Return what the fans show: what was chosen, or else what differs most."""
    if state.show:
        return list(state.show)
    leading = [change for change in card.leading if change.kind != "date"]
    names = [f"{c.outcome}@{c.where}" if c.where else c.outcome for c in leading]
    held = [spec for spec in state.begins_with if spec.partition("@")[0] in dataset]
    return list(dict.fromkeys([*names, *held]))[:4]


def as_shown(dataset: xr.Dataset, state: PageState) -> tuple[xr.Dataset, list[str]]:
    """Return results in which what the fans show are outcomes of their own, with their names."""
    specs = shown_specs(dataset, state, answer.card(dataset))
    found = {}
    for spec in specs:
        name, where = split_spec(spec, dataset)
        series = window.at_places(dataset, name, {d: [n] for d, n in where.items()})
        found[spec] = series.assign_attrs(label=window.titled(dataset, name, where))
    return dataset.drop_vars([spec for spec in specs if spec in dataset]).assign(found), specs


def part_of_view(part: str, dataset: xr.Dataset, state: PageState) -> dict[str, Any]:
    """Return one part of what the page shows; with the fans comes the card that heads it."""
    if part == "fans":
        card = answer.card(dataset)
        fans = [fan for spec in shown_specs(dataset, state, card) if (fan := fan_of(dataset, spec))]
        wide = [split_spec(fan["spec"], dataset)[0] for fan in fans if fan["discrepancy"]]
        said = f"{discrepancy.dashed(wide, ' of the reference')} " if wide else ""
        return {"card": card.as_dict(), "fans": fans, "bands": said + discrepancy.PAIRED}
    if part == "table":
        table = table_of(effect.compare_results(dataset))
        return {"table": table, "rests": effect.basis_statement(dataset)}
    if part == "map":
        return {"map": map_values(dataset, state.border, state.land)}
    return {"story": story_of(dataset, state)}


def table_of(compared: pd.DataFrame) -> dict[str, Any]:
    """Return the rows of a comparison: the texts that ``tajsim compare`` prints, and the numbers.

    ``first`` marks the rows that the command line prints without ``--all``; the largest differences
    beside the spread of the reference's runs come first.
    """
    first = set(select.first_of_comparison(compared).index)
    order = compared["size"].fillna(0.0).sort_values(ascending=False, kind="stable").index
    rows = rows_of(compared.assign(whole=select.is_whole(compared)).loc[order])
    return {
        "window": [rows[0].window_start, rows[0].window_end],
        "rows": [
            {
                "spec": row.outcome if row.whole else f"{row.outcome}@{row.where}",
                "label": row.label,
                "unit": row.unit,
                "first": row.Index in first,
                "same": row.share_tied == 1.0,
                "direction": row.direction,
                "texts": cells_of_difference(row),
                **{name: plain(getattr(row, name)) for name in _RAW},
            }
            for row in rows
        ],
    }


def story_of(dataset: xr.Dataset, state: PageState) -> dict[str, Any]:
    """Return the story of one run, and where it differs from the same run of the reference."""
    if state.run >= dataset.sizes["run"]:
        return {"run": state.run, "story": "", "difference": ""}
    reference, own = (str(name) for name in dataset["scenario"].values)
    return {
        "run": state.run,
        "story": explain(dataset, run=state.run, scenario=own).text,
        "difference": explain(dataset, run=state.run, scenario=own, against=reference).text,
    }

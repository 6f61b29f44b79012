"""Outcomes by year or month as a table for a paper: one statistic of the runs in each cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.errors import check_names
from tajsim.results import numbers, select, window
from tajsim.results.effect import Values, quantiles

#: Statistic -> what it takes of the values ``(..., run)``.
STATISTICS = {
    "median": lambda values: quantiles(values, (0.5,))[0],
    "mean": lambda values: np.nanmean(values, axis=-1),
    "p05": lambda values: quantiles(values, (0.05,))[0],
    "p95": lambda values: quantiles(values, (0.95,))[0],
}
BY = ("year", "month")


def yearly_table(
    dataset: xr.Dataset,
    outcome: select.Names = None,
    *,
    by: str = "year",
    stat: str = "median",
    places: Mapping[str, Any] | select.Names = None,
    chosen: select.Names = None,
    each: str | None = None,
) -> pd.DataFrame:
    """Return outcomes over time, a row a year or month, a column an outcome in each scenario.

    Args:
        dataset: results.
        outcome: names of outcomes; by default the headline ones.
        by: ``year`` (each calendar year brought to one number as the outcome says) or ``month``.
        stat: one of `STATISTICS`, or ``spread``: median and 90 % of the runs as text.
        places: coordinates, ``{"section": "khorog"}`` or ``"section=khorog"``; what is left of the
            own dimensions is added or averaged.
        chosen: scenarios; by default all.
        each: a dimension, such as ``agency``: a column for each of its places.

    Raises:
        UserError: for unknown names.
    """
    check_names("statistic", [stat], [*STATISTICS, "spread"])
    check_names("period", [by], BY)
    dataset = select.scenarios(dataset, select.as_names(chosen))
    names = select.outcomes(dataset, outcome, select.headline(dataset))
    where = select.selection(places)
    select.check_selection([dataset[name] for name in names], where)
    if each is not None:
        check_names(
            "dimension", [each], [d for n in names for d in select.own_dimensions(dataset[n])]
        )
    spans = _spans(dataset, by)
    several, columns = dataset.sizes["scenario"] > 1, dict[str, Sequence[Any]]()
    for name in names:
        own = each if each in select.own_dimensions(dataset[name]) else None
        given = select.as_names(where.get(own or "")) or map(
            str, dataset[own].values if own else ()
        )
        for place in [{**where, own: [one]} for one in given] if own else [where]:
            series = window.at_places(dataset, name, place)
            values = np.stack([window.over(series, span).values for span in spans])
            unit = window.unit_of(series, windowed=True)
            head = f"{window.titled(dataset, name, place)} ({unit})"
            for i, scenario in enumerate(select.names_of(dataset)):
                said = f"{scenario}: {head}" if several else head
                columns[said] = _statistic(values[:, i], stat)
    labels = [span[0] if by == "month" else span[0][:4] for span in spans]
    return pd.DataFrame(columns, index=pd.Index(labels, name=by))


def _spans(dataset: xr.Dataset, by: str) -> list[window.Window]:
    months = [str(m) for m in dataset["month"].values.astype("datetime64[M]")]
    if by == "month":
        return [(month, month) for month in months]
    years = dict.fromkeys(month[:4] for month in months)
    parts = [[month for month in months if month[:4] == year] for year in years]
    return [(part[0], part[-1]) for part in parts]


def _statistic(values: Values, stat: str) -> Sequence[Any]:
    """Return one statistic of ``(span, run)``; ``spread`` as text."""
    if stat != "spread":
        return [float(value) for value in STATISTICS[stat](values)]
    rows = quantiles(values).T
    return [f"{numbers.table_number(m)} ({numbers.interval(a, b)})" for a, m, b in rows]


def printed(table: pd.DataFrame, form: str) -> str:
    """Return a table as ``csv`` (numbers of six digits) or ``md`` (three)."""
    if form == "csv":
        return str(table.to_csv(float_format="%.6g"))
    cells = table.map(lambda c: c if isinstance(c, str) else numbers.table_number(float(c)))
    rows = [[str(label), *row] for label, row in zip(cells.index, cells.to_numpy(), strict=True)]
    return numbers.markdown_table([str(cells.index.name), *map(str, cells.columns)], rows) + "\n"

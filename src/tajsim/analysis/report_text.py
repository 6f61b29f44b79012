"""What ``run`` and ``compare`` print: tables of outcomes, and what they rest on."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.analysis.basis import basis_statement
from tajsim.analysis.choose_rows import first_of_comparison, first_of_summary
from tajsim.analysis.tables import factor, interval, number, percent, text_table
from tajsim.analysis.windows import attribute

WIDTH = 100

_OVER = "\nOver the window: flows by year, counts added, stocks at its end, all else its mean."


def summary_text(dataset: xr.Dataset, summary: pd.DataFrame, everything: bool = False) -> str:
    """Return the table of one scenario: median and 90 % of the runs, headline outcomes or all."""
    scenario = str(dataset["scenario"].values[0])
    shown = summary if everything else first_of_summary(summary)
    rows = [
        [row.label, row.unit, number(row.median), interval(row.p05, row.p95)]
        for row in _rows(shown)
    ]
    window = f"{summary['window_start'].iloc[0]} to {summary['window_end'].iloc[0]}"
    return "\n\n".join(
        [
            _heading(dataset, scenario, scenario),
            f"{_runs(dataset)}, {window}",
            text_table(("outcome", "unit", "median", "90 % of the runs"), rows, left=(0, 1))
            + _OVER
            + _left_out(len(summary) - len(shown)),
        ]
    )


def comparison_text(dataset: xr.Dataset, table: pd.DataFrame, everything: bool = False) -> str:
    """Return one table per scenario: medians, paired difference, interval, sign, pairing."""
    blocks = []
    for scenario, part in table.groupby("scenario", sort=False):
        reference = str(part["reference"].iloc[0])
        window = f"{part['window_start'].iloc[0]} to {part['window_end'].iloc[0]}"
        blocks += [
            _heading(dataset, str(scenario), f"{scenario} against {reference}"),
            f"{_runs(dataset, 'paired run')}, {window}",
            _comparison_table(part, part if everything else first_of_comparison(part)),
        ]
    return "\n\n".join(blocks)


def _comparison_table(part: pd.DataFrame, shown: pd.DataFrame) -> str:
    """Return the shown rows that differ in any run; count what is left out."""
    same = part["share_tied"] == 1.0
    shown = shown[shown["share_tied"] < 1.0]
    rows = [
        [
            row.label,
            row.unit,
            number(row.reference_median),
            number(row.median),
            number(row.difference, signed=True),
            interval(row.low, row.high, signed=True),
            row.direction,
            percent(row.share_sign),
            factor(row.pairing),
        ]
        for row in _rows(shown)
    ]
    header = (
        "outcome",
        "unit",
        "reference",
        "scenario",
        "difference",
        "90 % interval",
        "sign",
        "in runs",
        "pairing",
    )
    table = text_table(header, rows, left=(0, 1)) if rows else "Nothing to show differs."
    equal = f"\nThe same in every run: {int(same.sum())} rows." if same.any() else ""
    chance = "\nWhere nothing changes, one interval in ten is clear of zero by chance."
    return table + _OVER + chance + equal + _left_out(len(part) - int(same.sum()) - len(shown))


def _left_out(count: int) -> str:
    return f"\n{count} more rows with --all, and in the CSV files." if count > 0 else ""


def closing_text(dataset: xr.Dataset) -> str:
    """Return the sentences on what the result rests on, wrapped."""
    return textwrap.fill(basis_statement(dataset), WIDTH)


def _rows(table: pd.DataFrame) -> list[Any]:
    """Return the rows with their columns as attributes (of types that pandas does not tell)."""
    return list(table.itertuples())


def _heading(dataset: xr.Dataset, scenario: str, title: str) -> str:
    question = attribute(dataset, "questions").get(scenario, "")
    return "\n".join([title, *textwrap.wrap(question, WIDTH)])


def _runs(dataset: xr.Dataset, what: str = "run") -> str:
    count = int(dataset.sizes["run"])
    seed = dataset.attrs.get("seed", np.nan)
    return f"{count:,} {what}{'s' if count != 1 else ''}, seed {seed}"

"""The tables of levels and of paired differences as text, as ``run`` and ``compare`` print them."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.display.html import rows_of
from tajsim.results import effect, select
from tajsim.results.numbers import WIDTH, factor, interval, percent, table_number, text_table

COMPARISON_HEADER = (
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

_OVER = "Over the window: flows by year, counts added, stocks at its end, all else its mean."


def levels_text(dataset: xr.Dataset, summary: pd.DataFrame, everything: bool = False) -> str:
    """Return the table of one scenario: median and 90 % of the runs, headline outcomes or all."""
    scenario = str(dataset["scenario"].values[0])
    shown = summary if everything else select.first_of_summary(summary)
    rows = [
        [row.label, row.unit, table_number(row.median), interval(row.p05, row.p95)]
        for row in rows_of(shown)
    ]
    table = text_table(("outcome", "unit", "median", "90 % of the runs"), rows, left=(0, 1))
    window = f"{summary['window_start'].iloc[0]} to {summary['window_end'].iloc[0]}"
    return "\n\n".join(
        [
            heading(dataset, scenario, scenario),
            f"{runs_text(dataset)}, {window}",
            "\n".join([table, _OVER, *_left_out(len(summary) - len(shown))]),
        ]
    )


def comparison_text(dataset: xr.Dataset, table: pd.DataFrame, everything: bool = False) -> str:
    """Return one table per scenario: medians, paired difference, interval, sign, pairing."""
    blocks = []
    for scenario, part in table.groupby("scenario", sort=False):
        reference = str(part["reference"].iloc[0])
        window = f"{part['window_start'].iloc[0]} to {part['window_end'].iloc[0]}"
        blocks += [
            heading(dataset, str(scenario), f"{scenario} against {reference}"),
            f"{runs_text(dataset, 'paired run')}, {window}",
            _comparison_table(part, part if everything else select.first_of_comparison(part)),
        ]
    return "\n\n".join(blocks)


def _comparison_table(part: pd.DataFrame, shown: pd.DataFrame) -> str:
    """Return the shown rows that differ in any run, and what to know about them."""
    rows = comparison_rows(shown)
    table = text_table(COMPARISON_HEADER, rows, left=(0, 1)) if rows else "Nothing to show differs."
    return "\n".join([table, *notes(part, shown)])


def comparison_rows(shown: pd.DataFrame) -> list[list[str]]:
    """Return the cells, under `COMPARISON_HEADER`, of the rows that differ in any run."""
    rows = []
    for row in rows_of(shown[shown["share_tied"] < 1.0]):
        *numbers, share = cells_of_difference(row)
        rows.append([row.label, row.unit, *numbers, row.direction, share, factor(row.pairing)])
    return rows


def cells_of_difference(row: Any) -> list[str]:
    """Return cells of `compare_results`: medians, difference, interval, share of its sign."""
    return [
        table_number(row.reference_median),
        table_number(row.median),
        table_number(row.difference, signed=True),
        interval(row.low, row.high, signed=True),
        percent(row.share_sign),
    ]


_ELSEWHERE = "with --all, and in the CSV files"


def notes(part: pd.DataFrame, shown: pd.DataFrame, place: str = _ELSEWHERE) -> list[str]:
    """Return the lines below a table: how months become one number, chance, what is left out.

    ``place`` says where the rest of the rows can be seen.
    """
    same = int((part["share_tied"] == 1.0).sum())
    differ = int((shown["share_tied"] < 1.0).sum())
    lines = [_OVER, "Where nothing changes, one interval in ten is clear of zero by chance."]
    lines += [f"The same in every run: {same} row{'s' * (same != 1)}."] if same else []
    gone = part[part["headline"] & (part["runs"] == 0)]["label"]
    text = f"Not compared: {'; '.join(gone)}."
    lines += textwrap.wrap(text, WIDTH, break_on_hyphens=False) if len(gone) else []
    return lines + _left_out(len(part) - same - differ, place)


def _left_out(count: int, place: str = _ELSEWHERE) -> list[str]:
    return [f"{count} more rows {place}."] if count > 0 else []


def closing_text(dataset: xr.Dataset) -> str:
    """Return the sentences on what the result rests on, wrapped."""
    return textwrap.fill(effect.basis_statement(dataset), WIDTH)


def heading(dataset: xr.Dataset, scenario: str, title: str) -> str:
    """Return a title with the scenario's question below it, wrapped."""
    question = select.attribute(dataset, "questions").get(scenario, "")
    return "\n".join([title, *textwrap.wrap(question, WIDTH)])


def runs_text(dataset: xr.Dataset, what: str = "run") -> str:
    """Return the number of runs and the seed: ``200 runs, seed 1``."""
    count = int(dataset.sizes["run"])
    seed = dataset.attrs.get("seed", np.nan)
    return f"{count:,} {what}{'s' if count != 1 else ''}, seed {seed}"

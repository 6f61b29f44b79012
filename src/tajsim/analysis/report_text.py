"""What ``run`` and ``compare`` print: tables of outcomes and claims, and what they rest on."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.analysis.basis import basis_statement
from tajsim.analysis.claims import NOT_TESTED
from tajsim.analysis.tables import factor, interval, number, percent, text_table
from tajsim.analysis.windows import attribute

WIDTH = 100


def summary_text(dataset: xr.Dataset, summary: pd.DataFrame, everything: bool = False) -> str:
    """Return the table of one scenario: median and 90 % of the runs, headline outcomes or all."""
    scenario = str(dataset["scenario"].values[0])
    shown = summary if everything else summary[summary["headline"]]
    rows = [
        [row.label, row.unit, number(row.median), interval(row.p05, row.p95)]
        for row in _rows(shown)
    ]
    window = f"{summary['window_start'].iloc[0]} to {summary['window_end'].iloc[0]}"
    return "\n\n".join(
        [
            _heading(dataset, scenario, scenario),
            f"{_runs(dataset)}, {window}",
            text_table(("outcome", "unit", "median", "90 % of the runs"), rows, left=2),
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
            f"{_runs(dataset)} in pairs, {window}",
            _comparison_table(part if everything else part[part["headline"]]),
        ]
    return "\n\n".join(blocks)


def _comparison_table(part: pd.DataFrame) -> str:
    """Return the rows that differ in any run; count the others."""
    same = part["share_tied"] == 1.0
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
        for row in _rows(part[~same])
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
    lines = [text_table(header, rows, left=2)] if rows else []
    if same.any():
        lines.append(f"The same in every run: {int(same.sum())} more rows.")
    return "\n".join(lines)


def claims_text(claims: pd.DataFrame, untested: bool = True) -> str:
    """Return the table of claims with a count of verdicts; ``""`` if there are none."""
    if claims.empty:
        return ""
    tested = claims[claims["verdict"] != NOT_TESTED]
    blocks = []
    if not tested.empty:
        rows = [
            [
                row.verdict,
                percent(row.share),
                f"{number(row.effect, signed=True)} {row.unit}",
                interval(row.low, row.high, signed=True),
                row.expect,
                f"{row.claim} ({row.document}:{row.line})",
            ]
            for row in _rows(tested)
        ]
        header = ("claim", "of runs", "mean", "90 % interval", "expected", "id and source")
        counts = tested["verdict"].value_counts()
        said = ", ".join(f"{counts[v]} {v}" for v in counts.index)
        blocks.append(f"Claims of the documents: {said}.\n" + _left_right(header, rows))
    left_out = claims[claims["verdict"] == NOT_TESTED]
    if untested and not left_out.empty:
        blocks.append(
            "\n".join(f"Not tested: {row.claim}, {row.reason}." for row in _rows(left_out))
        )
    return "\n\n".join(blocks)


def _left_right(header: tuple[str, ...], rows: list[list[str]]) -> str:
    """Lay out claims: verdict left, numbers right, words left again."""
    widths = [max(len(row[i]) for row in (list(header), *rows)) for i in range(len(header))]
    aligned = [
        [cell.ljust(w) if i in (0, 4, 5) else cell.rjust(w) for i, (cell, w) in enumerate(pairs)]
        for pairs in (list(zip(row, widths, strict=True)) for row in rows)
    ]
    return text_table(header, aligned, left=len(header))


def closing_text(dataset: xr.Dataset) -> str:
    """Return the sentences on what the result rests on, wrapped."""
    return textwrap.fill(basis_statement(dataset), WIDTH)


def _rows(table: pd.DataFrame) -> list[Any]:
    """Return the rows with their columns as attributes (of types that pandas does not tell)."""
    return list(table.itertuples())


def _heading(dataset: xr.Dataset, scenario: str, title: str) -> str:
    question = attribute(dataset, "questions").get(scenario, "")
    return "\n".join([title, *textwrap.wrap(question, WIDTH)])


def _runs(dataset: xr.Dataset) -> str:
    count = int(dataset.sizes["run"])
    seed = dataset.attrs.get("seed", np.nan)
    return f"{count:,} run{'s' if count != 1 else ''}, seed {seed}"

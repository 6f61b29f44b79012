"""A comparison as a notebook shows it: the tables of the command line, the long ones folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from tajsim.analysis.choose_rows import first_of_comparison
from tajsim.analysis.claims import NOT_TESTED
from tajsim.analysis.claims_text import CLAIMS_HEADER, claim_cells, counts
from tajsim.analysis.report_text import (
    COMPARISON_HEADER,
    closing_text,
    comparison_rows,
    heading,
    notes,
    runs_text,
)
from tajsim.analysis.rests_text import rests_text
from tajsim.display.html import Html, element, fold, table, whole

if TYPE_CHECKING:
    from tajsim.analysis.comparison import Comparison


def comparison_html(found: Comparison) -> str:
    """Return a comparison as HTML: the headline rows of each scenario, claims, what it rests on."""
    parts: list[Html] = []
    for _, part in found.table.groupby("scenario", sort=False):
        parts += _scenario(found.dataset, part)
    for scenario, claims in found.claims.groupby("scenario") if len(found.claims) else ():
        parts += _claims(str(scenario), claims)
    rests = rests_text(found.dataset, found.table, found.variance, found.assumptions)
    if rests:
        parts.append(fold("How much rests on what", element("pre", rests)))
    return whole(*parts, element("p", closing_text(found.dataset), look="quiet"))


def _scenario(dataset: xr.Dataset, part: pd.DataFrame) -> list[Html]:
    first = part.iloc[0]
    title, *question = heading(
        dataset, first["scenario"], f"{first['scenario']} against {first['reference']}"
    ).splitlines()
    window = f"{first['window_start']} to {first['window_end']}"
    shown = first_of_comparison(part)
    rows = comparison_rows(shown)
    return [
        element("h3", title),
        element("p", " ".join(question)),
        element("p", f"{runs_text(dataset, 'paired run')}, {window}", look="quiet"),
        table(COMPARISON_HEADER, rows, numbers=(2, 3, 4, 5, 7, 8)) if rows else _nothing(),
        *(element("p", note, look="quiet") for note in notes(part, shown, "in its .table")),
    ]


def _nothing() -> Html:
    return element("p", "Nothing to show differs.")


def _claims(scenario: str, claims: pd.DataFrame) -> list[Html]:
    tested = claims[claims["verdict"] != NOT_TESTED]
    if tested.empty:
        return []
    rows = [claim_cells(row) for row in tested.itertuples()]
    title = f"Claims of {scenario}: {counts(tested)}"
    return [fold(title, table(CLAIMS_HEADER, rows, numbers=(1, 2, 3)))]

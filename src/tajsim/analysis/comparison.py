"""``compare``: simulate a reference and other scenarios in pairs, and say what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from tajsim.analysis import differences
from tajsim.analysis.claims import (
    CLAIMS_HEADER,
    claim_cells,
    claims_text,
    evaluate_claims,
)
from tajsim.analysis.variance import ASSUMPTIONS, VARIANCE, kept_table, rests_text, with_rests
from tajsim.analysis.verdicts import NOT_TESTED, counts
from tajsim.display.html import Html, element, fold, table, whole
from tajsim.ensemble.dataset import python_call
from tajsim.ensemble.run import prepare, simulate
from tajsim.errors import UserError
from tajsim.inputs.registry import DEFAULT_MODE
from tajsim.results import effect, select
from tajsim.results.window import Window, check_window, with_window

if TYPE_CHECKING:
    from tajsim.ensemble.run import Overrides, Progress, ScenarioLike


@dataclass(frozen=True)
class Comparison:
    """The results of paired ensembles and their tables; prints as the tables.

    Attributes:
        dataset: the results of all scenarios, the first being the reference.
        table: one row per scenario, outcome and coordinate, see `compare_results`.
        summary: medians and intervals of every scenario, see `summarise`.
        claims: one row per claim, see `evaluate_claims`.
        variance: how much of each difference's variance comes from documented, derived and
            assumed parameters and from chance, see `variance_shares`; empty if left out.
        assumptions: the assumptions that matter most, see `assumptions_that_matter`.
    """

    dataset: xr.Dataset
    table: pd.DataFrame
    summary: pd.DataFrame
    claims: pd.DataFrame
    variance: pd.DataFrame
    assumptions: pd.DataFrame

    def text(self, everything: bool = False) -> str:
        """Return the tables as text: headline outcomes, or all."""
        parts = [
            differences.comparison_text(self.dataset, self.table, everything),
            claims_text(self.claims),
            rests_text(self.dataset, self.table, self.variance, self.assumptions, everything),
            differences.closing_text(self.dataset),
        ]
        return "\n\n".join(part for part in parts if part)

    def __str__(self) -> str:
        """Return the tables of the headline outcomes."""
        return self.text()

    def _repr_html_(self) -> str:
        """Return the tables as a notebook shows them."""
        return comparison_html(self)


def compare(
    reference: ScenarioLike,
    *scenarios: ScenarioLike,
    runs: int = 200,
    seed: int = 1,
    parameters: str = DEFAULT_MODE,
    until: str | None = None,
    outcomes: Sequence[str] | None = None,
    workers: int = 1,
    chunk: int = 1000,
    progress: Progress | None = None,
    overrides: Overrides = (),
    window: Window | None = None,
    variance: bool = True,
) -> Comparison:
    """Simulate scenarios with the same draws and compare each with the reference.

    Args:
        reference: the scenario that the others are compared with.
        scenarios: one or more others.
        window: the months compared, see `compare_results`; the other arguments are those of
            `tajsim.ensemble.run_many`.
        variance: whether to find how much rests on what, which simulates as much again.

    Raises:
        UserError: for anything the caller can mend.
    """
    plan = prepare(
        [reference, *scenarios],
        runs,
        seed,
        parameters,
        until,
        outcomes,
        workers,
        chunk,
        overrides,
    )
    if len(plan.scenarios) < 2:
        raise UserError("a comparison needs a reference and at least one other scenario")
    if window:
        check_window((plan.start, plan.end), window)
    dataset = with_window(simulate(plan, progress), window)
    dataset.attrs["command"] = python_call(plan, window, compared=True)
    if variance:
        dataset = with_rests(plan, dataset, window, progress)
    return compare_dataset(dataset, window)


def compare_dataset(dataset: xr.Dataset, window: Window | None = None) -> Comparison:
    """Make the tables for results that are there already."""
    return Comparison(
        dataset,
        effect.compare_results(dataset, window),
        effect.summarise(dataset, window),
        evaluate_claims(dataset),
        kept_table(dataset, VARIANCE),
        kept_table(dataset, ASSUMPTIONS),
    )


def comparison_html(found: Comparison) -> str:
    """Return a comparison as HTML: the headline rows of each scenario, claims, what it rests on."""
    parts: list[Html] = []
    for _, part in found.table.groupby("scenario", sort=False):
        parts += _scenario(found.dataset, part)
    for scenario, claims in found.claims.groupby("scenario") if len(found.claims) else ():
        parts += _claims(str(scenario), claims)
    rests = rests_text(found.dataset, found.table, found.variance, found.assumptions)
    if rests:
        parts.append(fold("Sources of variance", element("pre", rests)))
    return whole(*parts, element("p", differences.closing_text(found.dataset), look="quiet"))


def _scenario(dataset: xr.Dataset, part: pd.DataFrame) -> list[Html]:
    first = part.iloc[0]
    title, *question = differences.heading(
        dataset, first["scenario"], f"{first['scenario']} against {first['reference']}"
    ).splitlines()
    window = f"{first['window_start']} to {first['window_end']}"
    shown = select.first_of_comparison(part)
    rows = differences.comparison_rows(shown)
    return [
        element("h3", title),
        element("p", " ".join(question)),
        element("p", f"{differences.runs_text(dataset, 'paired run')}, {window}", look="quiet"),
        table(differences.COMPARISON_HEADER, rows, numbers=(2, 3, 4, 5, 7, 8))
        if rows
        else _nothing(),
        *(
            element("p", note, look="quiet")
            for note in differences.notes(part, shown, "in its .table")
        ),
    ]


def _nothing() -> Html:
    return element("p", "Nothing to show differs.")


def _claims(scenario: str, claims: pd.DataFrame) -> list[Html]:
    tested = claims[claims["verdict"] != NOT_TESTED]
    if tested.empty:
        return []
    rows = [claim_cells(row) for row in tested.itertuples()]
    title = f"Claims of {scenario}: {counts(tested['verdict'])}"
    return [fold(title, table(CLAIMS_HEADER, rows, numbers=(1, 2, 3)))]

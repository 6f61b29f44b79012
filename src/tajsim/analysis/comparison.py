"""``compare``: simulate a reference and other scenarios in pairs, and say what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from tajsim.analysis.claims import evaluate_claims
from tajsim.analysis.claims_text import claims_text
from tajsim.analysis.paired import compare_results
from tajsim.analysis.report_text import closing_text, comparison_text
from tajsim.analysis.rests import ASSUMPTIONS, VARIANCE, kept_table, with_rests
from tajsim.analysis.rests_text import rests_text
from tajsim.analysis.summary import summarise
from tajsim.analysis.windows import Window, check_window, with_window
from tajsim.ensemble.provenance import python_call
from tajsim.ensemble.run import prepare, simulate
from tajsim.errors import UserError
from tajsim.inputs.modes import DEFAULT_MODE

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
            comparison_text(self.dataset, self.table, everything),
            claims_text(self.claims),
            rests_text(self.dataset, self.table, self.variance, self.assumptions, everything),
            closing_text(self.dataset),
        ]
        return "\n\n".join(part for part in parts if part)

    def __str__(self) -> str:
        """Return the tables of the headline outcomes."""
        return self.text()

    def _repr_html_(self) -> str:
        """Return the tables as a notebook shows them."""
        from tajsim.analysis.comparison_html import comparison_html

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
        compare_results(dataset, window),
        summarise(dataset, window),
        evaluate_claims(dataset),
        kept_table(dataset, VARIANCE),
        kept_table(dataset, ASSUMPTIONS),
    )

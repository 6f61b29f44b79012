"""``compare``: simulate a reference and others in pairs, and say what differs; tables of levels."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.analysis.claims import claims_text, evaluate_claims
from tajsim.analysis.variance import ASSUMPTIONS, VARIANCE, kept_table, rests_text, with_rests
from tajsim.display import element, fold, rows_of, whole
from tajsim.ensemble.dataset import python_call
from tajsim.ensemble.run import Overrides, Progress, ScenarioLike, Without, prepare, simulate
from tajsim.errors import UserError
from tajsim.inputs.registry import DEFAULT_MODE
from tajsim.results import answer, effect, select
from tajsim.results.numbers import WIDTH, factor, interval, percent, table_number, text_table
from tajsim.results.window import Window, check_window, with_window

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COMPARISON_HEADER = (
    "outcome", "unit", "reference", "scenario", "difference", "90 % interval", "sign", "in runs",
    "pairing",
)  # fmt: skip

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
        first, last = part["window_start"].iloc[0], part["window_end"].iloc[0]
        shown = part if everything else select.first_of_comparison(part)
        rows = comparison_rows(shown)
        told = text_table(COMPARISON_HEADER, rows, (0, 1)) if rows else "Nothing to show differs."
        blocks += [
            heading(dataset, str(scenario), f"{scenario} against {reference}"),
            f"{runs_text(dataset, 'paired run')}, {first} to {last}",
            "\n".join([told, *notes(part, shown)]),
        ]
    return "\n\n".join(blocks)


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
    lines += [wrapped(f"Not compared: {'; '.join(gone)}.")] if len(gone) else []
    return lines + _left_out(len(part) - same - differ, place)


def wrapped(text: str) -> str:
    """Return a text in lines that fit."""
    return textwrap.fill(text, WIDTH, break_on_hyphens=False)


def _left_out(count: int, place: str = _ELSEWHERE) -> list[str]:
    return [f"{count} more rows {place}."] if count > 0 else []


def closing_text(dataset: xr.Dataset) -> str:
    """Return the sentences on what the result rests on, wrapped."""
    return textwrap.fill(effect.basis_statement(dataset), WIDTH)


def heading(dataset: xr.Dataset, scenario: str, title: str) -> str:
    """Return a title with the scenario's question below it, wrapped, and what it is without."""
    question = select.attribute(dataset, "questions").get(scenario, "")
    held = ", ".join(select.attribute(dataset, "without").get(scenario, ()))
    said = [f"Without {held}: what its rules answer is held."] if held else []
    return "\n".join([title, *textwrap.wrap(question, WIDTH), *said])


def runs_text(dataset: xr.Dataset, what: str = "run") -> str:
    """Return the number of runs and the seed: ``200 runs, seed 1``."""
    count = int(dataset.sizes["run"])
    seed = dataset.attrs.get("seed", np.nan)
    return f"{count:,} {what}{'s' if count != 1 else ''}, seed {seed}"


@dataclass(frozen=True)
class Comparison:
    """The results of paired ensembles and their tables; prints as the answer.

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

    @cached_property
    def cards(self) -> list[answer.Card]:
        """The answer on each scenario."""
        return answer.cards(self.dataset)

    def plot(self, kind: str = "difference", **chosen: Any) -> Figure:
        """Return a picture: the differences, or another kind with its options (`tajsim.plots`)."""
        from tajsim.plots import figure

        return figure(kind, self.dataset, **chosen)

    def full_text(self, everything: bool = False) -> str:
        """Return the tables as text: headline outcomes, or all."""
        parts = [
            comparison_text(self.dataset, self.table, everything),
            claims_text(self.claims),
            rests_text(self.dataset, self.table, self.variance, self.assumptions, everything),
            closing_text(self.dataset),
        ]
        return "\n\n".join(part for part in parts if part)

    def __str__(self) -> str:
        """Return the answer as text."""
        return answer.several_text(self.cards)

    def _repr_html_(self) -> str:
        """Return the answer, with the tables as text folded below it, as HTML."""
        parts = [element("p", answer.most_sentence(self.cards))]
        parts += [part for card in self.cards for part in card.html()]
        return whole(*parts, fold("The tables", element("pre", self.full_text())))


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
    without: Without = (),
) -> Comparison:
    """Simulate scenarios with the same draws and compare each with the reference.

    With ``without`` and one scenario alone, the scenario as it is is the reference of itself.

    Args:
        reference: the scenario that the others are compared with.
        scenarios: one or more others.
        window: the months compared, see `compare_results`; the other arguments are those of
            `tajsim.ensemble.run_many`.
        variance: whether to find how much rests on what, which simulates as much again.

    Raises:
        UserError: for anything the caller can mend.
    """
    sides = [reference, *scenarios]
    chosen = (until, outcomes, workers, chunk, overrides)
    beside = not scenarios
    plan = prepare(sides, runs, seed, parameters, *chosen, without=without, beside=beside)
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

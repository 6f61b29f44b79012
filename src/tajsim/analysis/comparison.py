"""``compare``: simulate a reference and others in pairs, and say what differs; tables of levels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

import pandas as pd
import xarray as xr

import tajsim.analysis.variance as shares
from tajsim.analysis.claims import claims_text, evaluate_claims
from tajsim.display import element, whole
from tajsim.ensemble.dataset import python_call
from tajsim.ensemble.run import Options, ScenarioLike, prepare, simulate, using
from tajsim.errors import UserError
from tajsim.results import answer, effect, numbers, select
from tajsim.results.window import Window, check_window, with_window

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_OVER = "Over the window: flows by year, counts added, stocks at its end, all else its mean."
_CHANCE = "Where nothing changes, one interval in ten is clear of zero by chance."


def levels_text(dataset: xr.Dataset, summary: pd.DataFrame, everything: bool = False) -> str:
    """Return the table of one scenario: median and 90 % of the runs, headline outcomes or all."""
    shown = summary if everything else select.first_of_summary(summary)
    told = shown.assign(band=numbers.intervals(shown["p05"], shown["p95"]))
    table = numbers.frame_text(told, "outcome=label", "unit", "median", "90 % of the runs=band")
    window = summary["window_start"].iloc[0], summary["window_end"].iloc[0]
    scenario, left = str(dataset["scenario"].values[0]), len(summary) - len(shown)
    return _block(dataset, scenario, "run", window, "", table, left)


def comparison_text(dataset: xr.Dataset, table: pd.DataFrame, everything: bool = False) -> str:
    """Return one table per scenario: medians, paired difference, interval, sign, pairing."""
    blocks = []
    for scenario, part in table.groupby("scenario", sort=False):
        window = part["window_start"].iloc[0], part["window_end"].iloc[0]
        done = effect.reference_sentence(effect.done_by_reference(dataset, window), str(scenario))
        shown = part if everything else select.first_of_comparison(part)
        differ = shown[shown["share_tied"] < 1.0]
        told = differ.assign(
            interval=numbers.intervals(differ["low"], differ["high"], signed=True),
            pairing=[numbers.factor(value) for value in differ["pairing"]],
        )
        columns = ("reference=reference_median", "scenario=median", "+difference")
        more = ("90 % interval=interval", "sign=direction", "in runs=%share_sign", "pairing")
        text = numbers.frame_text(told, "outcome=label", "unit", *columns, *more)
        text = f"{text if len(told) else 'Nothing to show differs.'}\n{_CHANCE}"
        gone = part[part["headline"] & (part["runs"] == 0)]["label"]
        labels = "; ".join(gone)
        text += f"\n{numbers.wrapped(f'Not compared: {labels}.')}" if len(gone) else ""
        left = len(part) - len(differ)
        blocks.append(_block(dataset, str(scenario), "paired run", window, done, text, left))
    return "\n\n".join(blocks)


def _block(
    dataset: xr.Dataset, scenario: str, what: str, window: Window, said: str, table: str, left: int
) -> str:
    """Return a title with question, runs and months, a sentence, and the table with its notes."""
    reference = str(dataset["scenario"].values[0])
    title = scenario if scenario == reference else f"{scenario} against {reference}"
    held = ", ".join(select.attribute(dataset, "without").get(scenario, ()))
    question = select.attribute(dataset, "questions").get(scenario, "")
    taken = held and f"Without {held}: what its rules answer is held."
    head = [title, numbers.wrapped(question), taken]
    seed = dataset.attrs.get("seed", "nan")
    runs = numbers.counted(int(dataset.sizes["run"]), what)
    runs += f", seed {seed}, {window[0]} to {window[1]}"
    more = f"{left} more rows with --all, and in the CSV files." if left else ""
    parts = "\n".join(filter(None, head)), runs, numbers.wrapped(said)
    return "\n\n".join([*filter(None, parts), "\n".join(filter(None, [table, _OVER, more]))])


def cells_of_difference(row: Any) -> list[str]:
    """Return cells of `compare_results`: medians, difference, interval, share of its sign."""
    return [
        numbers.table_number(row.reference_median),
        numbers.table_number(row.median),
        numbers.table_number(row.difference, signed=True),
        numbers.interval(row.low, row.high, signed=True),
        numbers.percent(row.share_sign),
    ]


def closing_text(dataset: xr.Dataset) -> str:
    """Return the sentences on what the result rests on, wrapped."""
    return numbers.wrapped(effect.basis_statement(dataset))


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

    @property
    def done_by_reference(self) -> pd.DataFrame:
        """In how many runs the reference does to deals what scenarios do; see the function."""
        return effect.done_by_reference(self.dataset)

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
            shares.rests_text(self.table, self.variance, self.assumptions)
            or (shares.TOO_FEW if self.dataset.sizes["run"] < shares.FEWEST else ""),
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
        tables = element("summary", "The tables"), element("pre", self.full_text())
        return whole(*parts, element("details", *tables))


def compare(
    reference: ScenarioLike,
    *scenarios: ScenarioLike,
    runs: int = 200,
    window: Window | None = None,
    variance: bool = True,
    **options: Unpack[Options],
) -> Comparison:
    """Simulate scenarios with the same draws and compare each with the reference.

    With ``without`` and one scenario alone, the scenario as it is is the reference of itself.

    Args:
        reference: the scenario that the others are compared with.
        scenarios: one or more others.
        window: the months compared, see `compare_results`.
        variance: whether to find how much rests on what, which simulates as much again.
        options: further options of `tajsim.run`.

    Raises:
        UserError: for anything the caller can mend.
    """
    given = dict[str, Any](options)
    progress = given.pop("progress", None)
    with using(given.pop("engine", None)):
        plan = prepare([reference, *scenarios], runs, beside=not scenarios, **given)
        if len(plan.scenarios) < 2:
            raise UserError("a comparison needs a reference and at least one other scenario")
        if window:
            check_window((plan.start, plan.end), window)
        dataset = with_window(simulate(plan, progress), window)
        dataset.attrs["command"] = python_call(plan, window, compared=True)
        if variance:
            dataset = shares.with_rests(plan, dataset, window, progress)
    return compare_dataset(dataset, window)


def compare_dataset(dataset: xr.Dataset, window: Window | None = None) -> Comparison:
    """Make the tables for results that are there already."""
    kept = (shares.kept_table(dataset, name) for name in (shares.VARIANCE, shares.ASSUMPTIONS))
    table, summary = effect.compare_results(dataset, window), effect.summarise(dataset, window)
    return Comparison(dataset, table, summary, evaluate_claims(dataset), *kept)

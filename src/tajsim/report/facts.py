"""What a report is made from: results and every table on them, computed once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.analysis.aggregate import Cell, cells
from tajsim.analysis.assumptions_of_runs import assumptions_of_runs
from tajsim.analysis.basis import basis_counts
from tajsim.analysis.claims import evaluate_claims
from tajsim.analysis.paired import compare_results
from tajsim.analysis.redrawn import FEWEST
from tajsim.analysis.rests import ASSUMPTIONS, VARIANCE, kept_table
from tajsim.analysis.summary import summarise
from tajsim.analysis.windows import (
    Window,
    attribute,
    check_window,
    default_window,
    scenario_names,
    whole_period,
)
from tajsim.report.gather import Given
from tajsim.report.rests import fitting
from tajsim.report.wording import coordinate, small
from tajsim.results.pairs import gap

#: The last month that the documents speak of; later ones are projection.
DOCUMENTED_UNTIL = "2015-12"


@dataclass(frozen=True)
class Facts:
    """Results and the tables on them; each table is made when it is first asked for.

    Attributes:
        given: the results with the files they came from.
        asked: the window that was asked for; ``None`` for the default of each scenario.
    """

    given: Given
    asked: Window | None = None

    @property
    def dataset(self) -> xr.Dataset:
        """The results."""
        return self.given.dataset

    @cached_property
    def names(self) -> list[str]:
        """The scenarios; with more than one, the first is the reference."""
        return scenario_names(self.dataset)

    @property
    def reference(self) -> str:
        """The reference; of a single scenario, that one."""
        return self.names[0]

    @property
    def others(self) -> list[str]:
        """What is compared with the reference."""
        return self.names[1:]

    @property
    def runs(self) -> int:
        """The number of runs."""
        return int(self.dataset.sizes["run"])

    @property
    def continued(self) -> list[dict[str, str]]:
        """The saved histories that the results go on from: file, scenario, last month."""
        lines = str(self.dataset.attrs.get("continued_from", "")).splitlines()
        return [json.loads(line) for line in lines if line]

    @property
    def period(self) -> Window:
        """The first and last month of the results."""
        return whole_period(self.dataset)

    def window(self, scenario: str) -> Window:
        """Return the months over which a scenario is compared, or told."""
        chosen = self.asked or default_window(self.dataset, scenario)
        return check_window(self.period, chosen)

    @cached_property
    def comparison(self) -> pd.DataFrame:
        """One row per scenario, outcome and coordinate; empty for a single scenario."""
        return compare_results(self.dataset, self.asked) if self.others else pd.DataFrame()

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Medians and 90 % of the runs, for every scenario."""
        return summarise(self.dataset, self.asked)

    @cached_property
    def claims(self) -> pd.DataFrame:
        """One row per claim."""
        return evaluate_claims(self.dataset)

    @cached_property
    def kept_variance(self) -> pd.DataFrame:
        """The shares of variance that the results hold, over whatever window."""
        return kept_table(self.dataset, VARIANCE)

    @cached_property
    def variance(self) -> pd.DataFrame:
        """How much of each difference rests on what, where that was told over its window."""
        return fitting(self.kept_variance, {name: self.window(name) for name in self.others})

    @cached_property
    def assumptions(self) -> pd.DataFrame:
        """The assumptions that matter most: kept for every scenario, or told from the runs."""
        kept = kept_table(self.dataset, ASSUMPTIONS)
        told = set(kept["scenario"]) if len(kept) else set()
        fits = set(self.variance["scenario"]) if len(self.variance) else set()
        if told & fits >= set(self.others) or self.runs < FEWEST:
            return kept[kept["scenario"].isin(fits)] if len(kept) else kept
        return assumptions_of_runs(self.dataset, self.comparison)

    @cached_property
    def counts(self) -> dict[str, int]:
        """The parameters in force by basis; empty for results without parameters."""
        return dict(basis_counts(self.dataset)) if "parameter" in self.dataset.coords else {}

    def claimed(self, scenario: str) -> list[tuple[str, str]]:
        """Return the outcomes and coordinates that a scenario's claims are about, in order."""
        return [
            (claim["outcome"], ";".join(f"{d}={n}" for d, n in (claim.get("where") or {}).items()))
            for claim in attribute(self.dataset, "claims").get(scenario, ())
        ]

    @cached_property
    def _cells(self) -> dict[str, list[Cell]]:
        found = {}
        for position, name in enumerate(self.names):
            if position or not self.others:
                places = [0, position] if position else [0]
                found[name] = list(cells(self._bare.isel(scenario=places), self.window(name)))
        return found

    @property
    def _bare(self) -> xr.Dataset:
        """The outcomes alone."""
        return self.dataset[[n for n, v in self.dataset.data_vars.items() if "month" in v.dims]]

    def own_cells(self, scenario: str) -> list[Cell]:
        """Return every outcome of a scenario: ``values`` with the reference first, if there is."""
        return self._cells[scenario]

    def differences(self, scenario: str) -> Iterator[tuple[Cell, np.ndarray]]:
        """Yield every outcome with its paired differences ``(run,)``."""
        for cell in self._cells[scenario]:
            yield cell, gap(*cell.values)

    def equal(self, scenario: str) -> bool:
        """Tell whether every outcome is the same in every run, over the window."""
        return all(
            np.array_equal(c.values[0], c.values[1], equal_nan=True) for c in self._cells[scenario]
        )

    def cell(self, scenario: str, outcome: str, where: str) -> Cell:
        """Return one outcome at one coordinate: ``values`` holds the reference first."""
        found = (c for c in self._cells[scenario] if (c.outcome, c.where) == (outcome, where))
        return next(found)

    def spoken(self, outcome: str, where: str) -> str:
        """Return an outcome as it is called within a sentence: ``own effort (border)``."""
        label = small(str(self.dataset[outcome].attrs.get("label", outcome)))
        place = coordinate(where)
        return f"{label} ({place})" if place else label


def rows(table: pd.DataFrame) -> list[Any]:
    """Return the rows with their columns as attributes (of types that pandas does not tell)."""
    return list(table.itertuples())

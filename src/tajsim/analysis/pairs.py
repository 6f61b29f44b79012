"""Two scenarios whose runs are pairs: of one file of results, or of two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from tajsim.analysis.chronicle_table import check_chronicle, check_run, check_scenario
from tajsim.analysis.windows import scenario_names
from tajsim.errors import UserError
from tajsim.results.pairs import why_no_pairs


@dataclass(frozen=True)
class Pair:
    """A reference, A, and what is compared with it, B: results and scenario of each."""

    results_a: xr.Dataset
    scenario_a: str
    results_b: xr.Dataset
    scenario_b: str

    @property
    def runs(self) -> list[int]:
        """The numbers of the runs that both hold."""
        both = np.intersect1d(self.results_a["run"].values, self.results_b["run"].values)
        return [int(run) for run in both]

    def check_run(self, run: int) -> None:
        """Refuse a run that one of the two does not hold."""
        for results in (self.results_a, self.results_b):
            check_run(results, run)


def pair_in(dataset: xr.Dataset, against: str, scenario: str | None) -> Pair:
    """Return two scenarios of one file of results.

    Raises:
        UserError: if one is not there, or it is not clear which is meant.
    """
    check_chronicle(dataset)
    check_scenario(dataset, against, "--against")
    others = [name for name in scenario_names(dataset) if name != against]
    if scenario is None:
        if len(others) != 1:
            held = ", ".join(others) or "none besides it"
            raise UserError(f"which scenario against {against}? --scenario takes one of: {held}")
        scenario = others[0]
    check_scenario(dataset, scenario)
    if scenario == against:
        raise UserError(f"--against: {against} is the scenario itself; name another")
    return Pair(dataset, against, dataset, scenario)


def pair_of(
    first: xr.Dataset, second: xr.Dataset, against: str | None, scenario: str | None
) -> Pair:
    """Return a scenario of one file against a scenario of another.

    Raises:
        UserError: if it is not clear which are meant, or their runs are no pairs.
    """
    for dataset in (first, second):
        check_chronicle(dataset)
    pair = Pair(
        first, _only(first, against, "--against"), second, _only(second, scenario, "--scenario")
    )
    if reason := why_no_pairs([first, second]):
        raise UserError(reason)
    if not pair.runs:
        raise UserError("not pairs: the two share no run")
    return pair


def _only(dataset: xr.Dataset, name: str | None, option: str) -> str:
    """Return the scenario named, or the only one there is."""
    held = scenario_names(dataset)
    if name is not None:
        check_scenario(dataset, name, option)
        return name
    if len(held) > 1:
        raise UserError(f"which scenario? {option} takes one of: {', '.join(held)}")
    return held[0]

"""``explain``: one run as a story, or where two scenarios first differ and what followed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from tajsim.analysis.differences import (
    difference_story,
    differences_table,
    first_differences,
    frequencies,
    summary_text,
)
from tajsim.display.html import verbatim
from tajsim.ensemble.files import load_results
from tajsim.errors import UserError
from tajsim.results.chronicle import (
    Pair,
    check_chronicle,
    event_table,
    occurrences,
    pair_in,
    pair_of,
    sentence,
    story,
)
from tajsim.results.select import names_of

if TYPE_CHECKING:
    import xarray as xr

    Results = xr.Dataset | str | Path


@dataclass(frozen=True)
class Explanation:
    """A text, and the events behind it as a table; prints as the text."""

    text: str
    table: pd.DataFrame

    def __str__(self) -> str:
        """Return the text."""
        return self.text

    def _repr_html_(self) -> str:
        """Return the text as a notebook shows it."""
        return verbatim(self.text)


def explain(
    results: Results,
    other: Results | None = None,
    *,
    run: int | None = None,
    scenario: str | None = None,
    against: str | None = None,
    everything: bool = False,
) -> Explanation:
    """Tell one run as a dated story, or the first difference between two scenarios.

    Args:
        results: results, or the file or folder that holds them.
        other: results of a second scenario with the same seed and parameters.
        run: the number of the run; without it two scenarios are compared over all their runs.
        scenario: the scenario that is told, or that is B of two.
        against: the scenario that it is compared with, A of two.
        everything: leave nothing out.

    Returns:
        The text and a table: the events of the run, its differing events, or the first difference
        of every run.

    Raises:
        UserError: for anything the caller can mend.
    """
    first = _loaded(results)
    if other is not None:
        return _difference(pair_of(first, _loaded(other), against, scenario), run, everything)
    if against is not None:
        return _difference(pair_in(first, against, scenario), run, everything)
    check_chronicle(first)
    if run is None:
        last = int(first["run"].values.max())
        raise UserError(
            f"which run? --run N tells one (0 to {last}); "
            "--against SCENARIO or a second file compares two scenarios over all runs"
        )
    text = story(first, run, scenario, everything)
    name = scenario or names_of(first)[0]
    told = [sentence(event) for event in occurrences(first, name, run)]
    return Explanation(text, event_table(first, name, run).assign(told=told))


def _loaded(results: Results) -> xr.Dataset:
    return load_results(results) if isinstance(results, str | Path) else results


def _difference(pair: Pair, run: int | None, everything: bool) -> Explanation:
    if run is not None:
        return Explanation(difference_story(pair, run, everything), differences_table(pair, run))
    first, kinds = first_differences(pair), frequencies(pair)
    return Explanation(summary_text(pair, first, kinds, everything), first)

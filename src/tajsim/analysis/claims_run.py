"""``claims``: simulate what the claims of scenarios need, and test them all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from tajsim.analysis.claims import evaluate_claims
from tajsim.analysis.windows import attribute
from tajsim.ensemble.months import month_names
from tajsim.ensemble.plan import argument_errors
from tajsim.ensemble.run import prepare, simulate
from tajsim.errors import UserError
from tajsim.inputs.modes import DEFAULT_MODE
from tajsim.inputs.scenario import Scenario, load_scenario, scenario_names, scenario_path
from tajsim.inputs.scenario_folder import parent_path

if TYPE_CHECKING:
    from tajsim.ensemble.run import Progress


@dataclass(frozen=True)
class _Test:
    """A scenario whose claims are tested, and its reference if one of them needs one."""

    scenario: Scenario
    reference: Scenario | None

    @property
    def sides(self) -> list[Scenario]:
        """The scenarios to simulate, the reference first."""
        return [self.scenario] if self.reference is None else [self.reference, self.scenario]


@dataclass
class _Need:
    """How far, and with which outcomes, a scenario is simulated."""

    scenario: Scenario
    outcomes: set[str] = field(default_factory=set)
    until: str = ""

    @property
    def months(self) -> int:
        """The number of months to simulate."""
        return len(month_names(self.scenario.start, self.until))


def claims(
    *scenarios: str | Path,
    runs: int = 200,
    seed: int = 1,
    parameters: str = DEFAULT_MODE,
    workers: int = 1,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Test the claims of scenarios, each against the scenario that it extends.

    Every scenario is simulated once, only as far and only with the outcomes that claims need.

    Args:
        scenarios: names or paths; by default every shipped scenario with claims.
        runs: the number of runs of each scenario; the other arguments are those of
            `tajsim.ensemble.run_many`.

    Returns:
        One row per claim, see `evaluate_claims`, with its ``reference``, empty where none of the
        scenario's claims needs one.

    Raises:
        UserError: for anything the caller can mend, all mistakes at once.
    """
    wrong = argument_errors(runs, seed, parameters, None, workers, chunk=1000)
    tests, mistakes = _tests(scenarios)
    if wrong or mistakes:
        raise UserError(wrong + mistakes)
    order = [test.scenario.name for test in tests]
    settings = (runs, seed, parameters, workers)
    tables = dict(_simulate_and_test(tests, settings, progress))
    return pd.concat([tables[name] for name in order], ignore_index=True)


def _simulate_and_test(
    tests: list[_Test], settings: tuple[int, int, str, int], progress: Progress | None
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the table of each scenario as soon as what it needs is simulated."""
    runs, seed, parameters, workers = settings
    needs, waiting = _needs(tests), list(tests)
    kept: dict[str, xr.Dataset] = {}
    done, total = 0, runs * sum(need.months for need in needs)
    for batch in _batches(needs, workers):
        plan = prepare(
            [need.scenario for need in batch],
            runs,
            seed,
            parameters,
            until=max(need.until for need in batch),
            outcomes=sorted(set().union(*(need.outcomes for need in batch))),
            workers=workers,
        )
        size = runs * sum(need.months for need in batch)
        results = simulate(plan, _part_of(progress, done, size, total))
        done += size
        kept.update({need.scenario.name: _only(results, need) for need in batch})
        for test in [t for t in waiting if all(side.name in kept for side in t.sides)]:
            yield test.scenario.name, _evaluate(test, kept)
            waiting.remove(test)
        waited_for = {side.name for test in waiting for side in test.sides}
        kept = {name: dataset for name, dataset in kept.items() if name in waited_for}


def _only(results: xr.Dataset, need: _Need) -> xr.Dataset:
    """Return one scenario of a batch, with the outcomes needed of it."""
    return results[sorted(need.outcomes)].sel(scenario=[need.scenario.name])


def _part_of(progress: Progress | None, before: int, size: int, total: int) -> Progress | None:
    """Return a progress that tells a batch's part of the whole."""
    if progress is None:
        return None
    return lambda done, of: progress(before + round(size * done / of), total)


def _tests(names: Sequence[str | Path]) -> tuple[list[_Test], list[str]]:
    """Load what is to be tested; return the mistakes too."""
    tests: list[_Test] = []
    wrong: list[str] = []
    for name in names or scenario_names():
        try:
            scenario = load_scenario(name)
            if scenario.name in [test.scenario.name for test in tests]:
                raise UserError(f"scenario '{scenario.name}' is given twice; expected once")
            if scenario.claims:
                tests.append(_Test(scenario, _reference(name, scenario)))
            elif names:
                raise UserError(f"scenario '{scenario.name}' has no claims; nothing to test")
        except UserError as error:
            wrong += error.messages
    return tests, list(dict.fromkeys(wrong))


def _reference(name: str | Path, scenario: Scenario) -> Scenario | None:
    """Return the scenario that this one extends, if a claim is against the reference."""
    if scenario.extends is None or all(c.against != "reference" for c in scenario.claims):
        return None
    parent = load_scenario(parent_path(scenario.extends, scenario_path(name)))
    if parent.name == scenario.name:
        raise UserError(
            f"scenario '{scenario.name}' has the name of the one it extends; expected its own"
        )
    if parent.start != scenario.start:
        raise UserError(
            f"scenario '{scenario.name}' starts in {scenario.start} and its reference "
            f"'{parent.name}' in {parent.start}; expected the same month"
        )
    return parent


def _needs(tests: Sequence[_Test]) -> list[_Need]:
    """Return what is to be simulated: first the references, so that few results must wait."""
    needs: dict[str, _Need] = {}
    for test in sorted(tests, key=lambda test: test.reference is None):
        for side in test.sides:
            need = needs.setdefault(side.name, _Need(side))
            need.outcomes |= {claim.outcome for claim in test.scenario.claims}
            last = max(claim.window[1] for claim in test.scenario.claims)
            need.until = max(need.until, min(last, side.end))
    references = {test.reference.name for test in tests if test.reference}
    return sorted(needs.values(), key=lambda need: need.scenario.name not in references)


def _batches(needs: Sequence[_Need], size: int) -> Iterator[list[_Need]]:
    """Divide what is to be simulated into batches of one period, a scenario for each worker."""
    for _, part in groupby(needs, lambda need: (need.scenario.start, need.scenario.end)):
        alike = list(part)
        for first in range(0, len(alike), size):
            yield alike[first : first + size]


def _evaluate(test: _Test, kept: dict[str, xr.Dataset]) -> pd.DataFrame:
    """Test the claims of one scenario on its results and those of its reference."""
    name = test.scenario.name
    outcomes = sorted({claim.outcome for claim in test.scenario.claims})
    sides = [kept[side.name][outcomes] for side in test.sides]
    pair = xr.concat(sides, "scenario", join="inner", combine_attrs="override")
    own = attribute(kept[name], "claims")[name]
    table = evaluate_claims(pair.assign_attrs(claims=json.dumps({name: own})))
    table.insert(1, "reference", test.reference.name if test.reference else "")
    return table

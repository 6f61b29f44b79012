"""Which functions carry which mechanism: read from their docstrings, so that it cannot drift."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

import tajsim.agents
import tajsim.model
import tajsim.rules
from tajsim.axes import Array
from tajsim.draws import Draws
from tajsim.ensemble.plan import column_plan
from tajsim.ensemble.run import simulate
from tajsim.inputs.ledger import STATUSES, Mechanism, load_documents, load_mechanisms
from tajsim.inputs.outcomes import load_outcomes, with_weight
from tajsim.inputs.registry import REDRAWN, load_parameters
from tajsim.inputs.scenario_file import shipped_scenarios
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.inputs.values import ParameterValues
from tajsim.model.country import readers
from tajsim.results.numbers import text_table
from tajsim.results.select import names_of
from tajsim.results.window import (
    Cell,
    Window,
    cells,
    window_of,
)

if TYPE_CHECKING:
    from tajsim.ensemble.plan import Plan
    from tajsim.ensemble.run import Progress
    from tajsim.inputs.scenario_parts import Scenario


_ID = re.compile(r"\b[MPSEOX][0-9]{2,3}\b")


def ids_in(text: str) -> list[str]:
    """Return the ids of mechanisms that a text names, each once, in the order of the text."""
    return list(dict.fromkeys(found for found in _ID.findall(text) if found in load_mechanisms()))


def _functions(package: ModuleType) -> Iterator[tuple[str, str]]:
    """Return the place of every function of a package, and its docstring."""
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        module = import_module(info.name)
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.FunctionDef):
                where = f"{module.__name__.removeprefix('tajsim.')}.{node.name}"
                yield where, ast.get_docstring(node) or ""


@lru_cache
def mechanism_index() -> dict[str, tuple[str, ...]]:
    """Return, for each mechanism, the functions that name it, as ``package.module.function``.

    Rules come first, then agents and stages.
    """
    found: dict[str, list[str]] = {identity: [] for identity in load_mechanisms()}
    for package in (tajsim.rules, tajsim.agents, tajsim.model):
        for where, text in _functions(package):
            for identity in ids_in(text):
                if where not in found.setdefault(identity, []):
                    found[identity].append(where)
    return {identity: tuple(places) for identity, places in found.items()}


def parameters_of(functions: tuple[str, ...]) -> list[str]:
    """Return the families of parameters that these functions read, in the registry's order."""
    return [family for family, places in readers().items() if set(places) & set(functions)]


@lru_cache
def claims_by_mechanism() -> dict[str, tuple[str, ...]]:
    """Return, for each mechanism, the claims that test it, as ``scenario: claim``."""
    found: dict[str, list[str]] = {}
    for name in shipped_scenarios():
        for claim in load_scenario(name).claims:
            for identity in claim.mechanisms:
                found.setdefault(identity, []).append(f"{name}: {claim.id}")
    return {identity: tuple(claims) for identity, claims in found.items()}


_WIDTH = 100
_LABEL = 12

_HEAD = """\
# Mechanisms

What the five documents say about cause and effect, in our own words, and what became of each row.
`tajsim mechanisms ID` shows one row with the parameters and claims behind it. This page is made by
`python -m tajsim.analysis.mechanisms`; a test keeps it current. That a function carries a row
says that the effect is in the model, not that its size is known: see the basis of the parameters.
"""


def counts(mechanisms: Iterable[Mechanism]) -> str:
    """Return how many there are by status: ``230 modelled, 6 in a scenario, ...``."""
    statuses = [m.status for m in mechanisms]
    said = ", ".join(f"{statuses.count(status)} {status}" for status in STATUSES)
    return f"{len(statuses)} mechanisms: {said}"


def place(m: Mechanism) -> str:
    """Return where a mechanism is carried, in short; a reason where it is not."""
    if m.status == "in a scenario":
        return f"scenario {m.scenario}"
    if m.status != "modelled":
        return m.reason
    first, *others = (where.removeprefix("rules.") for where in mechanism_index()[m.id])
    return f"{first} and {len(others)} more" if others else first


def mechanism_table(mechanisms: Sequence[Mechanism]) -> str:
    """Return one line per mechanism, and the counts by status beneath."""
    rows = [[m.id, m.status, place(m), ", ".join(m.sources)] for m in mechanisms]
    table = text_table(("id", "status", "carried by, or why not", "source"), rows, left=range(4))
    return f"{table}\n\n{counts(mechanisms)}"


def mechanism_in_full(m: Mechanism) -> str:
    """Return everything about one mechanism: statement, sources, functions, parameters, claims."""
    functions = mechanism_index()[m.id]
    documents = load_documents()
    sources = [f"{s} ({documents[s.partition(':')[0]].title})" for s in m.sources]
    parts = {
        "status": [m.status],
        "reason": [m.reason] if m.reason else [],
        "scenario": [m.scenario] if m.scenario else [],
        "source": sources,
        "carried by": functions or ["no function"],
        "parameters": [", ".join(parameters_of(functions)) or "none"],
        "claims": claims_by_mechanism().get(m.id, ("no claim tests it",)),
    }
    lines = [m.id, *textwrap.wrap(m.statement, _WIDTH), ""]
    for label, entries in parts.items():
        wrapped = [line for entry in entries for line in textwrap.wrap(entry, _WIDTH - _LABEL)]
        lines += [f"{label if i == 0 else '':{_LABEL}}{line}" for i, line in enumerate(wrapped)]
    return "\n".join(lines)


def page() -> str:
    """Return the page of the documentation, in Markdown."""
    table = load_mechanisms().values()
    lines = [_HEAD, f"{counts(table)}.", ""]
    for status in STATUSES:
        rows = [m for m in table if m.status == status]
        if rows:
            lines += [f"## {status.capitalize()} ({len(rows)})", ""]
            lines += ["| id | statement | where or why | source |", "| --- | --- | --- | --- |"]
            lines += [f"| {m.id} | {m.statement} | {_cell(m)} | {_sources(m)} |" for m in rows]
            lines += [""]
    return "\n".join(lines)


def _cell(m: Mechanism) -> str:
    if m.status == "modelled":
        return ", ".join(f"`{where.removeprefix('rules.')}`" for where in mechanism_index()[m.id])
    return f"`{m.scenario}`" if m.scenario else m.reason


def _sources(m: Mechanism) -> str:
    return ", ".join(m.sources)


if __name__ == "__main__":
    print(page(), end="")


#: So many runs are made again with each group drawn anew; more would cost more than they tell.
MOST = 100
#: With fewer runs a share of variance is anybody's guess, and none is given.
FEWEST = 20
CHANCE = "chance"
#: Added to a run number, gives a run that no ensemble has: all its draws are its own.
_ELSEWHERE = 2**40

#: ``(column,)`` values by window, outcome and coordinate.
Values = dict[tuple[Window, str, str], Array]


@dataclass(frozen=True)
class Differences:
    """The paired difference of one outcome at one coordinate over a window.

    ``base`` ``(run,)`` is the comparison's; ``again`` has, for each group that was drawn anew,
    the ``(n,)`` differences of the first runs with nothing else changed. It is empty where no
    parameter is uncertain: all is chance then.
    """

    scenario: str
    cell: Cell
    window: Window
    base: Array
    again: Mapping[str, Array]


def drawn_again(scenario: Scenario, runs: int, seed: int, mode: str) -> dict[str, Array]:
    """Return ``(parameter, run)`` values: ``""`` as drawn, and for each group with it made anew.

    A group has no entry where nothing in force is uncertain.
    """

    def table(*redraw: str) -> Array:
        draws = Draws(seed, np.arange(runs))
        return ParameterValues(draws, scenario.settings, mode, redraw).table()[1]

    base = table()
    tables = {group: table(group) for group in REDRAWN if group != CHANCE}
    return {"": base} | {g: t for g, t in tables.items() if not np.array_equal(t, base)}


def kept_outcomes(plan: Plan) -> tuple[str, ...]:
    """Return the outcomes whose variance is told: the chosen ones, or of all the headline ones."""
    known = load_outcomes()
    everything = len(plan.outcomes) == len(known)
    return with_weight(n for n in plan.outcomes if known[n].headline or not everything)


def redraw_differences(
    plan: Plan, dataset: xr.Dataset, window: Window | None = None, progress: Progress | None = None
) -> list[Differences]:
    """Simulate the first runs of a comparison again, once with each group of draws made anew.

    Args:
        plan: the plan of the comparison; the first scenario is the reference.
        dataset: its results.
        window: the months, as in `compare_results`.
        progress: called with the run-months done and their total.

    Returns:
        The differences of every kept outcome at every coordinate, scenario by scenario.
    """
    windows = _windows(dataset, window)
    groups, parts = _simulate_again(plan, windows, progress)
    own = dataset[list(kept_outcomes(plan))]
    found: list[Differences] = []
    for position, (w, part) in enumerate(zip(windows, parts[1:], strict=True), start=1):
        for cell in cells(own.isel(scenario=[0, position]), w):
            again: dict[str, Array] = {}
            if groups:
                key = (w, cell.outcome, cell.where)
                again = dict(
                    zip(groups, np.split(part[key] - parts[0][key], len(groups)), strict=True)
                )
            base = cell.values[1] - cell.values[0]
            found.append(Differences(plan.scenarios[position].name, cell, w, base, again))
    return found


def _simulate_again(
    plan: Plan, windows: Sequence[Window], progress: Progress | None
) -> tuple[list[str], list[Values]]:
    """Return the groups drawn anew, and the values of all columns for each scenario."""
    runs = min(plan.runs, MOST)
    tables = [drawn_again(s, runs, plan.seed, plan.parameters) for s in plan.scenarios]
    if all(list(table) == [""] for table in tables):
        return [], [{} for _ in tables]
    groups = [g for g in REDRAWN if g == CHANCE or any(g in table for table in tables)]
    needed = [tuple(dict.fromkeys(windows)), *((w,) for w in windows)]
    parts: list[Values] = []
    for first in range(0, len(tables), plan.workers):
        batch = slice(first, first + plan.workers)
        again = column_plan(
            plan,
            plan.scenarios[batch],
            kept_outcomes(plan),
            _numbers(groups, runs),
            [_settings(table, groups) for table in tables[batch]],
        )
        results = simulate(again, _part(progress, first, len(again.scenarios), len(tables)))
        for position, own in enumerate(needed[batch]):
            parts.append(_collect(results.isel(scenario=[position]), own))
    return groups, parts


def _windows(dataset: xr.Dataset, window: Window | None) -> list[Window]:
    """Return the window of each scenario but the reference."""
    return [window_of(dataset, window, name) for name in names_of(dataset)[1:]]


def _settings(tables: Mapping[str, Array], groups: Sequence[str]) -> dict[str, Array]:
    """Return ``(column,)`` values by parameter, the runs of one group after those of another."""
    values = np.concatenate([tables.get(group, tables[""]) for group in groups], axis=1)
    return dict(zip(load_parameters(), values, strict=True))


def _numbers(groups: Sequence[str], runs: int) -> tuple[int, ...]:
    """Return the run number of each column: chance is drawn anew by a number of its own."""
    return tuple(
        run + (_ELSEWHERE if group == CHANCE else 0) for group in groups for run in range(runs)
    )


def _collect(dataset: xr.Dataset, windows: Sequence[Window]) -> Values:
    """Return ``(column,)`` values by window, outcome and coordinate; the months can be let go."""
    return {
        (window, cell.outcome, cell.where): cell.values[0]
        for window in windows
        for cell in cells(dataset, window)
    }


def _part(
    progress: Progress | None, before: int, now: int, count: int
) -> Callable[[int, int], None] | None:
    """Return a progress that tells the part that some scenarios are of the whole."""
    if progress is None:
        return None
    return lambda done, of: progress(before * (of // now) + done, count * (of // now))

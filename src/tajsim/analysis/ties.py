"""Which numbers that may vary are tied to anything: ties that turn included, false ones bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import chi2, false_discovery_control, norm, rankdata

from tajsim.analysis.assumptions import ranked
from tajsim.axes import Array
from tajsim.display import rows_of
from tajsim.draws import AT_START, Draws
from tajsim.ensemble.plan import argument_errors
from tajsim.ensemble.run import Progress, prepare, simulate
from tajsim.errors import UserError
from tajsim.inputs.registry import Parameter, load_parameters
from tajsim.inputs.scenario_parts import load_scenario, shipped_scenarios
from tajsim.inputs.values import prior_quantile
from tajsim.results.numbers import display_name, percent, text_table
from tajsim.results.window import DOCUMENTED_UNTIL, Cell, cells, window_of

#: The scenario whose levels are looked at, and how many times the runs of a pair it gets.
LEVELS, MORE_RUNS = "history", 5
#: Expected share of false ones among the parameters said to be tied (Benjamini and Hochberg 1995).
FALSE_SHARE = 0.05
#: A parameter is cut into so many equal groups of runs to see a tie of any shape.
GROUPS = 8
#: So many runs are simulated together, to bound the memory.
_BLOCK = 500
KINDS = ("rises or falls", "turns", "spreads")
COLUMNS = (
    "parameter", "role", "basis", "tied", "q", "share", "kind", "scenario", "outcome", "where",
)  # fmt: skip


def varying() -> list[Parameter]:
    """Return the parameters that a range is given for and no actor moves: uncertain and fixed."""
    return [p for p in load_parameters().values() if p.role in ("uncertainty", "fixed")]


def tests(parameters: Array, outcomes: Array) -> tuple[Array, Array]:
    """Test each parameter against each outcome by ranks, in three ways (`KINDS`).

    A rank correlation finds ties that rise or fall. Kruskal and Wallis' (1952) H between `GROUPS`
    groups of runs finds those that turn, and H of the distance from the median those that widen or
    narrow. A missing outcome counts as in the middle.

    Args:
        parameters: ``(parameter, run)``, each drawn independently.
        outcomes: ``(outcome, run)``.

    Returns:
        p-values and shares of the variance of ranks beyond chance, ``(kind, parameter, outcome)``.
    """
    runs = parameters.shape[1]
    middle = [
        np.median(row[np.isfinite(row)]) if np.isfinite(row).any() else 0.0 for row in outcomes
    ]
    levels, distances = ranked(outcomes), ranked(np.abs(outcomes - np.array(middle)[:, np.newaxis]))
    group = (rankdata(parameters, axis=1, method="ordinal") - 1) * GROUPS // runs
    correlation = (ranked(parameters) @ levels.T / runs) ** 2
    p, share = [2.0 * norm.sf(np.sqrt(correlation * (runs - 1)))], [_beyond(correlation, 1, runs)]
    for ranks in (levels, distances):
        between = np.zeros(correlation.shape)
        for number in range(GROUPS):
            member = group == number
            between += (member @ ranks.T) ** 2 / (runs * member.sum(axis=1, keepdims=True))
        p.append(chi2.sf(between * (runs - 1), GROUPS - 1))
        share.append(_beyond(between, GROUPS - 1, runs))
    return np.stack(p), np.stack(share)


def _beyond(share: Array, degrees: int, runs: int) -> Array:
    """Take from shares of variance what chance alone gives."""
    by_chance = degrees / (runs - 1.0)
    result: Array = np.maximum((share - by_chance) / (1.0 - by_chance), 0.0)
    return result


def combined(p: Array) -> Array:
    """Return a p-value for each row ``(parameter, test)``, valid for dependent tests (Simes)."""
    tries = p.shape[1]
    steps = np.sort(p, axis=1) * tries / np.arange(1, tries + 1)
    result: Array = np.minimum(steps.min(axis=1), 1.0)
    return result


def ties(
    runs: int = 200,
    seed: int = 1,
    scenarios: Sequence[str] = (),
    workers: int = 1,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Test every parameter that is uncertain or fixed against what the model is asked for.

    All of them are drawn from their ranges, those fixed too. Looked at are the headline outcomes
    of `LEVELS` up to 2015, at every place, and their paired differences between scenarios and what
    they extend.

    Args:
        runs: of each pair; `LEVELS` gets `MORE_RUNS` times as many.
        scenarios: those compared with what they extend; by default all that ship.
        workers: the number of processes.

    Returns:
        One row a parameter, the weakest first: ``tied``, with an expected share of `FALSE_SHARE`
        false ones among those tied, by the adjusted p-value ``q``; ``share``, of the variance of
        ranks of the outcome that it goes with most, which the other columns name.

    Raises:
        UserError: for a bad number or an unknown scenario.
    """
    if wrong := argument_errors(runs, seed, "prior", None, workers, _BLOCK):
        raise UserError(wrong)
    chosen = [load_scenario(name) for name in scenarios or shipped_scenarios()]
    pairs = [(s.extends, s.name) for s in chosen if s.extends]
    rows, done = varying(), 0
    total = runs * (MORE_RUNS + 2 * len(pairs))
    p_values, best = [], [(0.0, "", "", "", "")] * len(rows)
    for names, count in [((LEVELS,), MORE_RUNS * runs), *((pair, runs) for pair in pairs)]:
        drawn, found = _measured([str(n) for n in names], rows, count, seed, workers)
        p, share = tests(drawn, np.stack([cell.values for cell in found]))
        p_values.append(p.transpose(1, 0, 2).reshape(len(rows), -1))
        for i in range(len(rows)):
            kind, place = np.unravel_index(share[:, i].argmax(), share[:, i].shape)
            cell = found[place]
            mine = (float(share[kind, i, place]), KINDS[kind], names[-1], cell.outcome, cell.where)
            best[i] = max(best[i], mine)
        done += count * len(names)
        if progress:
            progress(done, total)
    q = false_discovery_control(combined(np.concatenate(p_values, axis=1)))
    table = pd.DataFrame(
        [
            (row.name, row.role, row.basis.kind, bool(own < FALSE_SHARE), float(own), *most)
            for row, own, most in zip(rows, q, best, strict=True)
        ],
        columns=list(COLUMNS),
    )
    return table.sort_values(["tied", "share"], kind="stable", ignore_index=True)


def _measured(
    names: Sequence[str], rows: Sequence[Parameter], runs: int, seed: int, workers: int
) -> tuple[Array, list[Cell]]:
    """Return the drawn parameters ``(parameter, run)``, and levels or differences ``(run,)``."""
    drawn, parts = [], []
    for first in range(0, runs, _BLOCK):
        numbers = np.arange(first, min(first + _BLOCK, runs))
        draws = Draws(seed, numbers)
        values = {
            p.name: prior_quantile(p, draws.uniform("parameter", p.name, AT_START)) for p in rows
        }
        until = DOCUMENTED_UNTIL if len(names) == 1 else None
        plan = prepare(names, len(numbers), seed, "prior", until, workers=workers)
        numbered = tuple(numbers.tolist())
        plan = replace(plan, numbers=numbered, settings=(values,) * len(names))
        results = simulate(plan)
        headline = [cell for cell in cells(results, window_of(results)) if cell.headline]
        drawn.append(np.stack([*values.values()]))
        parts.append(
            [
                replace(cell, values=np.diff(cell.values, axis=0)[0])
                if len(names) > 1
                else replace(cell, values=cell.values[0])
                for cell in headline
            ]
        )
    joined = [
        replace(same[0], values=np.concatenate([part.values for part in same]))
        for same in zip(*parts, strict=True)
    ]
    return np.concatenate(drawn, axis=1), joined


def ties_text(table: pd.DataFrame) -> str:
    """Return the table as text, and how many of each role are tied."""
    rows = [
        [
            row.parameter,
            row.role,
            "yes" if row.tied else "no",
            percent(row.share),
            row.kind,
            row.scenario,
            ", ".join(filter(None, [row.outcome, display_name(row.where)])),
        ]
        for row in rows_of(table)
    ]
    head = ("parameter", "role", "tied", "share", "kind", "scenario", "most tied to")
    counted = [
        f"{int(part['tied'].sum())} of {len(part)} of role '{role}'"
        for role, part in table.groupby("role")
    ]
    return (
        f"{text_table(head, rows, left=(0, 1, 2, 4, 5, 6))}\n\nTied to a headline outcome of "
        f"{LEVELS} or a paired difference: {', '.join(counted)}. Of those said to be tied "
        f"{percent(FALSE_SHARE)} are expected to be by chance alone."
    )

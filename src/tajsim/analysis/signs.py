"""Signs tested on any model: each change simulated in pairs with its reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

import tajsim.analysis.verdicts as verdicts
from tajsim.ensemble.fingerprint import model_version
from tajsim.ensemble.plan import argument_errors
from tajsim.ensemble.run import prepare, simulate
from tajsim.errors import UserError, unknown
from tajsim.inputs.outcomes import load_outcomes, with_weight
from tajsim.inputs.registry import DEFAULT_MODE
from tajsim.inputs.scenario_parts import Scenario
from tajsim.inputs.signs import Pair, Sign, Signs, Where, load_signs, read_signs
from tajsim.inputs.toml import month_names
from tajsim.results.effect import Values, effect
from tajsim.results.numbers import interval, table_number, text_table
from tajsim.results.select import gap
from tajsim.results.window import Window, at_places, over

if TYPE_CHECKING:
    from tajsim.ensemble.run import Progress

#: Scenarios simulated in one go for each worker.
_BATCH = 4


@dataclass(frozen=True)
class _Test:
    """A sign that can be tested: its pair, that whose effect is taken off, its months and runs."""

    sign: Sign
    pair: Pair
    other: Pair | None
    runs: int

    @property
    def window(self) -> Window:
        return self.pair.window(self.sign.window)

    @property
    def since(self) -> Window | None:
        return self.pair.window(self.sign.since) if self.sign.since else None

    @property
    def horizon(self) -> Window | None:
        """The months over which the sense must not turn; ``None`` if it may, or is a bound."""
        if self.sign.passing or self.sign.level or self.sign.sense not in ("higher", "lower"):
            return None
        return self.window[0], self.pair.scenario.end

    @property
    def until(self) -> str:
        """The last month that must be simulated."""
        return max(w[1] for w in (self.window, self.since, self.horizon) if w)

    @property
    def sides(self) -> list[Scenario]:
        """The scenarios to simulate."""
        if self.sign.level:
            return [self.pair.scenario]
        pairs = [self.pair, self.other] if self.other else [self.pair]
        return [s for pair in pairs for s in (pair.scenario, pair.reference) if s is not None]


@dataclass
class _Side:
    """A scenario to simulate with so many runs, and the tests that look at it."""

    scenario: Scenario
    runs: int
    tests: list[_Test]

    @property
    def until(self) -> str:
        return max(test.until for test in self.tests)

    @property
    def months(self) -> int:
        return len(month_names(self.scenario.start, self.until))


@dataclass(frozen=True)
class _Measured:
    """A sign's outcome on one side, ``(run,)``: over its window and the horizon; its level."""

    value: Values
    whole: Values
    level: Values


def signs(
    *ids: str,
    runs: int | None = None,
    seed: int = 1,
    parameters: str = DEFAULT_MODE,
    workers: int = 1,
    progress: Progress | None = None,
    file: str | Path | None = None,
) -> pd.DataFrame:
    """Test signs on the model as it is.

    Args:
        ids: signs or changes; by default all.
        runs: runs of every pair, in place of what each sign asks for.
        file: a file of signs in place of the shipped one.

    Returns:
        One row per sign: ``verdict`` (see `tajsim.analysis.verdicts`), with a ``reason`` where it
        is not tested; ``effect``, the mean paired difference (the level itself, where there is no
        reference), with its 90 % interval ``low`` to ``high``; ``smallest``, in the unit of the
        outcome; ``level`` and ``spread`` of the reference over runs and ``over_spread``, the effect
        over it; the sign's own words; and the ``model``.

    Raises:
        UserError: for anything the caller can mend, all mistakes at once.
    """
    wrong = argument_errors(2 if runs is None else runs, seed, parameters, None, workers, 1000)
    if wrong:
        raise UserError(wrong)
    known = read_signs(Path(file).read_text("utf-8"), str(file)) if file else load_signs()
    chosen = _chosen(known, ids)
    tests = [
        _Test(
            s,
            known.pairs[s.change],
            known.pairs.get(s.beyond),
            runs or s.asked,
        )
        for s in chosen
        if not known.missing(s)
    ]
    measured = _simulate(tests, seed, parameters, workers, progress)
    by_id = {test.sign.id: test for test in tests}
    rows = [_row(known, sign, by_id.get(sign.id), measured) for sign in chosen]
    return pd.DataFrame(rows).assign(model=model_version())


def _chosen(known: Signs, ids: tuple[str, ...]) -> list[Sign]:
    names = {*known.signs, *(sign.change for sign in known.signs.values())}
    if wrong := [unknown("sign or change", name, names) for name in ids if name not in names]:
        raise UserError(wrong)
    return [s for s in known.signs.values() if not ids or {s.id, s.change} & {*ids}]


def _simulate(
    tests: list[_Test], seed: int, parameters: str, workers: int, progress: Progress | None
) -> dict[tuple[str, str], _Measured]:
    """Simulate every side once for each number of runs; return what is measured, by sign, side."""
    found: dict[tuple[str, int], _Side] = {}
    for test in tests:
        for scenario in test.sides:
            side = found.setdefault((scenario.name, test.runs), _Side(scenario, test.runs, []))
            side.tests.append(test)
    sides = sorted(found.values(), key=lambda s: (s.runs, s.scenario.start, s.until))
    done, total = 0, sum(side.runs * side.months for side in sides)
    measured = {}
    for (runs, _, until), alike in groupby(sides, lambda s: (s.runs, s.scenario.start, s.until)):
        group = list(alike)
        for first in range(0, len(group), _BATCH * workers):
            batch = group[first : first + _BATCH * workers]
            asked = {test.sign.outcome for side in batch for test in side.tests}
            plan = prepare(
                [side.scenario for side in batch],
                runs,
                seed,
                parameters,
                until=until,
                outcomes=sorted(with_weight(asked)),
                workers=workers,
            )
            results = simulate(plan)
            for side in batch:
                one = results.sel(scenario=[side.scenario.name])
                for test in side.tests:
                    measured[test.sign.id, side.scenario.name] = _measure(one, test)
            done += sum(side.runs * side.months for side in batch)
            if progress:
                progress(done, total)
    return measured


def _measure(dataset: xr.Dataset, test: _Test) -> _Measured:
    """Return the outcome of a sign in results of one scenario."""
    sign = test.sign

    def at(window: Window, where: Where) -> Values:
        select = {d: [names] if isinstance(names, str) else names for d, names in where.items()}
        found = over(at_places(dataset, sign.outcome, select), window).values[0]
        return np.asarray(found if sign.above is None else np.where(found >= sign.above, 1.0, 0.0))

    def less(window: Window) -> Values:
        found = at(window, sign.where)
        return found if sign.than is None else gap(at(window, sign.than), found)

    value = less(test.window)
    level = at(test.window, sign.where)
    if sign.level and sign.than is not None:
        level = at(test.window, sign.than)
    if test.since:
        value = gap(less(test.since), value)
        level = at(test.since, sign.where) if sign.level else level
    return _Measured(value, less(test.horizon) if test.horizon else value, level)


def _row(
    known: Signs,
    sign: Sign,
    test: _Test | None,
    measured: Mapping[tuple[str, str], _Measured],
) -> dict[str, object]:
    """Return the row of a sign in the table."""
    said = {d: n if isinstance(n, str) else " ".join(n) for d, n in sign.where.items()}
    size, unit = known.size(sign)
    row: dict[str, object] = {
        "sign": sign.id,
        "change": sign.change,
        "verdict": verdicts.NOT_TESTED,
        "reason": known.missing(sign),
        "outcome": sign.outcome,
        "where": ";".join(f"{d}={names}" for d, names in said.items()),
        "sense": sign.sense,
        "asked": "" if size is None else f"{size:g} {unit}",
        "why": sign.why or (str(sign.smallest) if sign.smallest else "the default"),
        "document": sign.document,
        "line": sign.line,
        "mechanisms": " ".join(sign.mechanisms),
        "needs": sign.needs,
        "unit": _unit(sign),
        "signed": not sign.level or bool(sign.than or sign.since),
    }
    if test is None:
        return row
    values, whole, level = _paired(test, measured)
    smallest = verdicts.smallest_effect(level, size, unit)
    found, spread = effect(values), float(np.nanstd(level, ddof=1)) if level.size > 1 else np.nan
    horizon = whole if test.horizon else None
    return {
        **row,
        "verdict": verdicts.verdict(values, sign.sense, smallest, horizon),
        "window": " to ".join(test.window),
        "effect": found.mean,
        "low": found.low,
        "high": found.high,
        "smallest": smallest,
        "level": float(np.nanmean(level)),
        "spread": spread,
        "over_spread": found.mean / spread if row["signed"] and spread > 0.0 else np.nan,
        "whole": effect(whole).mean if test.horizon else np.nan,
        "runs": found.runs,
    }


def _unit(sign: Sign) -> str:
    outcome = load_outcomes().get(sign.outcome)
    if sign.yes_or_no:
        return "of runs"
    return outcome.window_unit if outcome else ""


def _paired(
    test: _Test, measured: Mapping[tuple[str, str], _Measured]
) -> tuple[Values, Values, Values]:
    """Return the effect over window and horizon, and the level that it is compared with."""
    sides = [measured[test.sign.id, scenario.name] for scenario in test.sides]
    if test.sign.level:
        return sides[0].value, sides[0].whole, sides[0].level
    ours, reference = sides[:2]
    values, whole = gap(reference.value, ours.value), gap(reference.whole, ours.whole)
    if test.other:
        values = values - gap(sides[3].value, sides[2].value)
        whole = whole - gap(sides[3].whole, sides[2].whole)
    return values, whole, reference.level


HEADER = ("verdict", "sign", "expected", "found", "90 % interval", "over spread", "source")


def signs_text(table: pd.DataFrame) -> str:
    """Return a line for each sign, and how many hold and fail; those that need deals apart."""
    lines = [text_table(HEADER, [_cells(row) for row in table.to_dict("records")], (0, 1, 2, 6))]
    tested = table[table["verdict"] != verdicts.NOT_TESTED]
    own = tested[tested["needs"] == ""]
    others = len(table) - len(tested)
    apart = f" Without those that need what is not built: {verdicts.counts(own['verdict'])}."
    lines.append(
        f"{len(table)} signs: {verdicts.counts(tested['verdict']) or 'none tested'}"
        + (f", {others} not tested." if others else ".")
        + (apart if len(own) < len(tested) else "")
    )
    return "\n\n".join(lines)


_WORDS = {"at_least": "at least", "at_most": "at most"}


def _cells(values: Mapping[Any, Any]) -> list[str]:
    source = f"{values['document']}:{values['line']}"
    sense = _WORDS.get(values["sense"], values["sense"])
    if values["verdict"] == verdicts.NOT_TESTED:
        return [values["verdict"], values["sign"], sense, "", "", "", values["reason"]]
    return [
        values["verdict"],
        values["sign"],
        f"{sense} {table_number(values['smallest'])}",
        f"{table_number(values['effect'], values['signed'])} {values['unit']}",
        interval(values["low"], values["high"], values["signed"]),
        table_number(values["over_spread"], signed=True),
        source,
    ]

"""Signs tested on the model as it is: each change simulated in pairs with its reference."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np
import pandas as pd
import xarray as xr

import tajsim.analysis.verdicts as verdicts
from tajsim.display import rows_of
from tajsim.ensemble.fingerprint import model_version
from tajsim.ensemble.run import Need, Sampling, Without, draw_errors, simulated
from tajsim.errors import refuse, unknown
from tajsim.inputs import outcomes, scenario_parts, switches
from tajsim.inputs.signs import RUNS, RUNS_OF_YES_OR_NO, Contrast, Sign, Signs, Where, load_signs
from tajsim.results.effect import Values, effect
from tajsim.results.numbers import frame_text, intervals, table_number
from tajsim.results.select import gap
from tajsim.results.window import Window, at_places, over


@dataclass(frozen=True)
class _Trial:
    """A sign that can be tested: its pair, that whose effect is taken off, and its runs."""

    sign: Sign
    pair: Contrast
    other: Contrast | None
    runs: int

    @property
    def horizon(self) -> Window | None:
        """The months over which the sense must not turn; ``None`` if it may, or is a bound."""
        if self.sign.passing or self.sign.level or self.sign.sense not in ("higher", "lower"):
            return None
        return self.pair.window(self.sign.window)[0], self.pair.scenario.end

    @property
    def until(self) -> str:
        """The last month that must be simulated."""
        windows = [self.pair.window(w) for w in (self.sign.window, self.sign.since) if w]
        return max(last for _, last in (*windows, self.horizon or windows[0]))

    @property
    def sides(self) -> list[scenario_parts.Scenario]:
        """The scenarios to simulate: changed and reference, and those of the other pair."""
        if self.sign.level:
            return [self.pair.scenario]
        pairs = [self.pair, self.other] if self.other else [self.pair]
        return [s for pair in pairs for s in (pair.scenario, pair.reference) if s is not None]


@dataclass(frozen=True)
class _Measured:
    """A sign's outcome on one side, ``(run,)``: over its window and the horizon; its level."""

    value: Values
    whole: Values
    level: Values


#: By the id of a sign and the name of a scenario.
_All = dict[tuple[str, str], _Measured]


def signs(*ids: str, runs: int | None = None, **draws: Unpack[Sampling]) -> pd.DataFrame:
    """Test signs on the model as it is.

    Those nearer to their smallest size than their interval is wide, from whichever side, are
    simulated once more, with as many runs as those of yes or no; the first runs are among them.

    Args:
        ids: signs or changes; by default all.
        runs: runs of every pair, in place of what each sign asks for.
        draws: further options of `tajsim.run`.

    Returns:
        One row per sign: ``verdict`` (see `tajsim.analysis.verdicts`), with a ``reason`` where it
        is not tested; ``effect``, the mean paired difference (the level, where there is no
        reference), with its 90 % interval ``low`` to ``high``; ``smallest`` (or the bound), in the
        unit of the outcome; ``whole``, the effect over the whole horizon; ``level`` and ``spread``
        of the reference over runs; ``over_spread``, the effect over that spread; the ``model``.

    Raises:
        UserError: for anything the caller can mend, all mistakes at once.
    """
    wrong, without = draw_errors(2 if runs is None else runs, draws), draws.get("without", ())
    known = load_signs()
    names = [*known.signs, *known.changes]
    wrong += [unknown("sign or change", name, names) for name in ids if name not in names]
    refuse(wrong)
    chosen = [s for s in known.signs.values() if not ids or {s.id, s.change} & {*ids}]
    pairs = {name: _holding(pair, without) for name, pair in known.pairs.items()}
    tests = {s.id: _Trial(s, pairs[s.change], pairs.get(s.beyond), runs or s.asked) for s in chosen}
    rows = _rows(known, tests, draws)
    few = [test for name, test in tests.items() if test.runs == RUNS and _close(rows[name])]
    if runs is None and few:
        more = {test.sign.id: replace(test, runs=RUNS_OF_YES_OR_NO) for test in few}
        rows |= _rows(known, more, draws)
    told = {"without": " ".join(switches.listed(without))} if without else {}
    return pd.DataFrame([*rows.values()]).assign(model=model_version(), **told)


def _close(row: Mapping[str, Any]) -> bool:
    """Tell whether an effect is nearer to its smallest size than its interval is wide."""
    found, size, low, high = (row.get(n, np.nan) for n in ("effect", "smallest", "low", "high"))
    if row["sense"] == "same":
        found = abs(found)
    return bool(abs(found - (-size if row["sense"] == "lower" else size)) < high - low)


def _rows(known: Signs, tests: Mapping[str, _Trial], draws: Sampling) -> dict[str, dict[str, Any]]:
    measured = _simulate([*tests.values()], draws)
    return {name: _row(known, test.sign, test, measured) for name, test in tests.items()}


def _holding(pair: Contrast, without: Without) -> Contrast:
    """Return a pair with something taken out of the model on both sides."""
    reference = pair.reference and pair.reference.holding(without)
    return replace(pair, scenario=pair.scenario.holding(without), reference=reference)


def _simulate(tests: list[_Trial], draws: Sampling) -> _All:
    """Simulate each scenario once for each number of runs, as far as a test looks; measure."""
    needs: dict[tuple[int, str, str], Need] = {}
    for test in tests:
        for side in test.sides:
            need = needs.setdefault((test.runs, side.start, side.name), Need(side, test.runs))
            need.add([test.sign.outcome], test.until)
    # The shortest first, so that few are simulated further than they are looked at.
    order = sorted(needs.items(), key=lambda i: (*i[0][:2], i[1].scenario.end, i[1].until))
    found = simulated([need for _, need in order], draws)
    return {
        (test.sign.id, need.scenario.name): _measure(one, test)
        for need, one in found
        for test in tests
        if test.runs == need.runs and need.scenario in test.sides
    }


def _measure(dataset: xr.Dataset, test: _Trial) -> _Measured:
    sign = test.sign

    def at(window: Window, where: Where) -> Values:
        found = over(at_places(dataset, sign.outcome, where), window).values[0]
        return np.asarray(found if sign.above is None else np.where(found >= sign.above, 1.0, 0.0))

    def less(window: Window) -> Values:
        found = at(window, sign.where)
        return found if sign.than is None else gap(at(window, sign.than), found)

    window = test.pair.window(sign.window)
    value, whole = less(window), less(test.horizon or window)
    base, places = window, sign.than if sign.level and sign.than else sign.where
    if sign.since:
        since = test.pair.window(sign.since)
        value, base = gap(less(since), value), since if sign.level else window
    return _Measured(value, whole, at(base, places))


def _row(known: Signs, sign: Sign, test: _Trial, measured: _All) -> dict[str, Any]:
    size, unit = known.size(sign)
    outcome = outcomes.load_outcomes()[sign.outcome]
    places = {d: n if isinstance(n, str) else " ".join(n) for d, n in sign.where.items()}
    row: dict[str, Any] = {
        "sign": sign.id,
        "change": sign.change,
        "verdict": verdicts.NOT_TESTED,
        "reason": "",
        "outcome": sign.outcome,
        "where": ";".join(f"{d}={names}" for d, names in places.items()),
        "sense": sign.sense,
        "asked": "by default" if size is None else f"{size:g} {unit}",
        "why": sign.why or str(sign.smallest or ""),
        **{name: getattr(sign, name) for name in ("document", "line")},
        "mechanisms": " ".join(sign.mechanisms),
        "unit": "of runs" if sign.yes_or_no else outcome.window_unit,
        "signed": not sign.level or bool(sign.than or sign.since),
    }
    values, whole, level = _paired(test, measured)
    if not np.isfinite(values).any():
        return {**row, "reason": "as nobody is left to measure"}
    smallest = verdicts.smallest_effect(level, size, unit)
    found, spread = effect(values), float(np.nanstd(level, ddof=1)) if level.size > 1 else np.nan
    return {
        **row,
        "verdict": verdicts.verdict(values, sign.sense, smallest, whole if test.horizon else None),
        "window": " to ".join(test.pair.window(sign.window)),
        "effect": found.mean,
        **{name: getattr(found, name) for name in ("low", "high")},
        "smallest": smallest,
        "whole": effect(whole).mean if test.horizon else np.nan,
        "level": float(np.nanmean(level)),
        "spread": spread,
        "over_spread": found.mean / spread if row["signed"] and spread > 0.0 else np.nan,
        "runs": found.runs,
    }


def _paired(test: _Trial, measured: _All) -> tuple[Values, Values, Values]:
    """Return the effect over window and horizon, and the level that it is compared with."""
    sides = [measured[test.sign.id, scenario.name] for scenario in test.sides]
    if test.sign.level:
        return sides[0].value, sides[0].whole, sides[0].level
    ours, reference, *other = sides
    values, whole = gap(reference.value, ours.value), gap(reference.whole, ours.whole)
    if other:
        values = values - gap(other[1].value, other[0].value)
        whole = whole - gap(other[1].whole, other[0].whole)
    return values, whole, reference.level


def signs_text(table: pd.DataFrame) -> str:
    """Return a line for each sign, and how many hold and fail."""
    numbers = ["smallest", "effect", "low", "high", "over_spread"]  # none if none is tested
    told = table.reindex(columns=[*dict.fromkeys([*table, *numbers])])
    rows = rows_of(told)
    told = told.assign(
        expected=[f"{r.sense.replace('_', ' ')} {table_number(r.smallest)}" for r in rows],
        found=[f"{table_number(r.effect, r.signed)} {r.unit}" for r in rows],
        interval=intervals(told["low"], told["high"], True),
        source=[r.reason or f"{r.document}:{r.line}" for r in rows],
    )
    columns = "expected", "found", "90 % interval=interval", "+over spread=over_spread", "source"
    text = frame_text(told, "verdict", "sign", *columns)
    tested = table[table["verdict"] != verdicts.NOT_TESTED]
    others = len(table) - len(tested)
    said = f"{len(table)} signs: {verdicts.counts(tested['verdict']) or 'none tested'}"
    return f"{text}\n\n{said}" + (f", {others} not tested." if others else ".")

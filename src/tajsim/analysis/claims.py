"""Claims of the documents about cause and effect, tested on simulated runs.

The quantity of a claim is one number per run: the outcome over the claim's window, less what it
is ``against`` (the same run of the reference, or the same run in an earlier window), or as it
stands (``level``); with ``relative``, in per cent of what it is against.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd
import xarray as xr

import tajsim.analysis.verdicts as verdicts
from tajsim.analysis.targets import quotient
from tajsim.display import rows_of
from tajsim.ensemble.run import Need, Sampling, Without, draw_errors, simulated
from tajsim.errors import UserError
from tajsim.inputs import scenario_parts as scenes
from tajsim.inputs.outcomes import with_weight
from tajsim.results import numbers, select
from tajsim.results.effect import Values, effect
from tajsim.results.window import Window, at_places, over, places_of, titled, unit_of, whole_period

Claim = dict[str, Any]
_DIRECTIONS = ("rises", "falls")


def evaluate_claims(dataset: xr.Dataset) -> pd.DataFrame:
    """Test every claim of every scenario of a Dataset.

    Returns:
        One row per claim: ``verdict``, ``share`` (the share of runs in which it holds),
        ``effect`` with its 90 % interval ``low`` to ``high`` (t interval of the mean), ``median``,
        ``unit``, ``runs``, and the claim's own words and place in its document.

        The verdict is one of `tajsim.analysis.verdicts`: a direction asks for ``smallest`` (in the
        unit) and is looked at over the window and from its first month to the end of the results;
        of ``between`` and ``unchanged`` the median decides. ``not tested`` has a ``reason``: a
        claim against the reference needs a pair, a window must lie in the results.
    """
    rows = [
        {"scenario": scenario, **_row(dataset, scenario, claim)}
        for scenario in select.names_of(dataset)
        for claim in select.attribute(dataset, "claims").get(scenario, ())
    ]
    return pd.DataFrame(rows)


def _row(dataset: xr.Dataset, scenario: str, claim: Claim) -> dict[str, Any]:
    reason = _obstacle(dataset, scenario, claim)
    row = {
        "claim": claim["id"],
        "verdict": verdicts.NOT_TESTED,
        "reason": reason,
        **{key: claim[key] for key in ("statement", "document", "line")},
        "mechanisms": " ".join(claim.get("mechanisms", ())),
        "outcome": claim["outcome"],
        "where": ";".join(f"{d}={name}" for d, name in claim.get("where", {}).items()),
        "window": " to ".join(claim["window"]),
        "expect": _expectation(claim),
    }
    if reason:
        return row
    values, base = _quantity(dataset, scenario, claim, tuple(claim["window"]))
    series = dataset[claim["outcome"]]
    if places_of(series) == "people" and not np.isfinite(values).any():
        gone = titled(dataset, claim["outcome"], claim.get("where") or {})
        return {**row, "reason": f"as nobody is left to measure: {gone}"}
    return {**row, **_judged(dataset, scenario, claim, values, base)}


def _obstacle(dataset: xr.Dataset, scenario: str, claim: Claim) -> str:
    """Say why a claim cannot be tested on these results; ``""`` if it can."""
    if claim["outcome"] not in dataset:
        return f"as {claim['outcome']} was not recorded"
    if claim["against"] == "reference":
        reference = reference_of(dataset, scenario)
        if reference == scenario:
            return "for want of a reference"
        if reference not in select.names_of(dataset):
            return f"as they are against {reference}, which is not among the results"
    first, last = whole_period(dataset)
    windows = [claim["window"], claim["before"]] if claim.get("before") else [claim["window"]]
    if any(not first <= month <= last for window in windows for month in window):
        return f"whose window reaches beyond the results ({first} to {last})"
    return ""


def reference_of(dataset: xr.Dataset, scenario: str) -> str:
    """Return the scenario that a claim against the reference is about: the one it extends.

    The first of the results where none is named, as in results of earlier versions.
    """
    return select.attribute(dataset, "extends").get(scenario) or select.names_of(dataset)[0]


def _quantity(
    dataset: xr.Dataset, scenario: str, claim: Claim, window: Window
) -> tuple[Values, Values]:
    """Return the quantity of a claim, nan relative to zero, and what it is against, ``(run,)``."""

    def at(name: str, window: Window) -> Values:
        where = {**(claim.get("where") or {}), "scenario": name}
        return np.asarray(over(at_places(dataset, claim["outcome"], where), window).values)

    values = at(scenario, window)
    if claim["against"] == "level":
        return values, values
    if claim["against"] == "before":
        base = at(scenario, tuple(claim["before"]))
    else:
        base = at(reference_of(dataset, scenario), window)
    if not claim.get("relative"):
        return select.gap(base, values), base
    return quotient(100.0 * select.gap(base, values), np.abs(base)), base


def _judged(
    dataset: xr.Dataset, scenario: str, claim: Claim, values: Values, base: Values
) -> dict[str, Any]:
    """Return the verdict on the quantity of a claim, and what it rests on."""
    found, known, rises = effect(values), values[np.isfinite(values)], claim["expect"] == "rises"
    if bounds := _bounds(claim):
        smallest, verdict = np.nan, verdicts.within(found, found.median, *bounds)
        holds = (known >= bounds[0]) & (known <= bounds[1])
    else:
        whole = None
        if claim["against"] == "reference":
            horizon = (claim["window"][0], whole_period(dataset)[1])
            whole, _ = _quantity(dataset, scenario, claim, horizon)
        smallest = verdicts.smallest_effect(base, claim.get("smallest"), claim.get("unit") or "")
        if claim.get("relative"):
            seen = np.abs(base[np.isfinite(base)])
            smallest = 100.0 * smallest / seen.mean() if seen.any() else 0.0
        verdict = verdicts.verdict(values, "higher" if rises else "lower", smallest, whole)
        holds = known > 0.0 if rises else known < 0.0
    return {
        "verdict": verdict,
        "smallest": smallest,
        "share": float(holds.mean()) if known.size else np.nan,
        "effect": found.mean,
        **{name: getattr(found, name) for name in ("low", "high", "median")},
        "unit": "%" if claim.get("relative") else unit_of(dataset[claim["outcome"]], windowed=True),
        "signed": claim["against"] != "level",
        "runs": found.runs,
    }


def _bounds(claim: Claim) -> tuple[float, float] | None:
    """Return the bounds within which a value must lie; ``None`` for a claim of direction."""
    if claim["expect"] in _DIRECTIONS:
        return None
    low, high = claim.get("low"), claim.get("high")
    if low is None and high is None:
        return 0.0, 0.0
    return -np.inf if low is None else low, np.inf if high is None else high


def _expectation(claim: Claim) -> str:
    before = f"against {' to '.join(claim.get('before') or ())}"
    said = {"reference": "against the reference", "level": "", "before": before}
    bounds = _bounds(claim)
    unit = " %" if claim.get("relative") else ""
    link = "and" if claim["expect"] == "between" else "to"
    size = "" if bounds is None else f" {bounds[0]:g} {link} {bounds[1]:g}{unit}"
    return f"{claim['expect']}{size} {said[claim['against']]}".strip()


_RULE = (
    "A direction holds where the interval of the mean effect is clear of zero on that side and the"
    "\nmean is not negligible; 'between' where the median lies between; 'in runs' is the share of"
    "\nruns in which it holds by itself."
)


def claims_text(claims: pd.DataFrame, untested: bool = True) -> str:
    """Return a table of the claims for each scenario; ``""`` if there are none."""
    blocks = []
    for scenario, part in claims.groupby("scenario", sort=False) if len(claims) else ():
        lines, skipped = [], part["verdict"] == verdicts.NOT_TESTED
        if len(tested := part[~skipped]):
            name = part["reference"].iloc[0] if "reference" in part else ""
            against = f" against {name}" if name else ""
            lines.append(f"Claims of {scenario}{against}: {verdicts.counts(tested['verdict'])}.")
            told = tested.assign(**_cells(tested))
            columns = ("in runs=%share", "effect", "90 % interval", "expected=expect", "claim")
            more = ("mechanism",) if "mechanism" in part else ()
            lines += [numbers.frame_text(told, "verdict", *columns, *more), _RULE]
        for reason, rows in part[skipped].groupby("reason", sort=False) if untested else ():
            said = f"Not tested for {scenario}, {reason}: {', '.join(rows['claim'])}."
            lines.append(numbers.wrapped(said))
        blocks += ["\n".join(lines)] if lines else []
    return "\n\n".join(blocks)


def _cells(tested: pd.DataFrame) -> dict[str, list[str]]:
    """Return the columns that are not told as they are; the median of claims that it decides."""
    found: dict[str, list[str]] = {"effect": [], "90 % interval": [], "claim": []}
    for row in rows_of(tested):
        mean, median = (numbers.table_number(v, row.signed) for v in (row.effect, row.median))
        decides = row.expect.startswith(("between", "unchanged"))
        found["effect"].append(f"{mean} {row.unit}" + f", median {median}" * decides)
        found["90 % interval"].append(numbers.interval(row.low, row.high, row.signed))
        found["claim"].append(f"{row.claim} ({row.document}:{row.line})")
    return found


def totals_text(claims: pd.DataFrame, runs: int) -> str:
    """Return how many claims have each verdict at this number of runs, and what they need."""
    tested = claims[claims["verdict"] != verdicts.NOT_TESTED]
    whole = numbers.counted(len(claims), "claim")
    of = numbers.counted(claims["scenario"].nunique(), "scenario")
    said = f"{whole} of {of}, {numbers.counted(runs, 'run')} each: "
    said += verdicts.counts(tested["verdict"]) or "none"
    others = len(claims) - len(tested)
    said += f", {others} not tested." if others else "."
    if "mechanism" in claims:
        words = [word for word in claims["mechanism"] if word]
        listed = ", ".join(f"{words.count(word)} '{word}'" for word in dict.fromkeys(words))
        said += f"\nOf those that hold: {listed or 'none can be told'}."
    return said


@dataclass(frozen=True)
class _Test:
    """A scenario whose claims are tested, and its reference if one of them needs one."""

    scenario: scenes.Scenario
    reference: scenes.Scenario | None

    @property
    def sides(self) -> list[scenes.Scenario]:
        """The scenarios to simulate, the reference first."""
        return [self.scenario] if self.reference is None else [self.reference, self.scenario]

    def holding(self, without: Without, claim: str = "") -> "_Test":
        """Return the test, of one claim or all, with something taken out on both sides."""
        some = tuple(c for c in self.scenario.claims if claim in ("", c.id))
        mark = f"-{hash(tuple(without))}" if claim else None  # names are for results that are kept
        held = replace(self.scenario, claims=some).holding(without, mark)
        return _Test(held, self.reference and self.reference.holding(without, mark))

    @property
    def until(self) -> str:
        """The last month that the claims look at: of a direction against the reference, all."""
        end = min(side.end for side in self.sides)
        whole = [c.against == "reference" and c.expect in _DIRECTIONS for c in self.scenario.claims]
        return end if any(whole) else min(end, max(c.window[1] for c in self.scenario.claims))


def claims(*scenarios: str | Path, runs: int = 200, **draws: Unpack[Sampling]) -> pd.DataFrame:
    """Test the claims of scenarios, each against the scenario that it extends.

    Every scenario is simulated once, only as far and only with the outcomes that claims need.

    Args:
        scenarios: names or paths; by default every shipped scenario with claims.
        runs: the number of runs of each scenario.
        draws: further options of `tajsim.run`.

    Returns:
        One row per claim, see `evaluate_claims`, with its ``reference``, empty where none of the
        scenario's claims needs one.

    Raises:
        UserError: for anything the caller can mend, all mistakes at once.
    """
    tests, mistakes = tests_of(scenarios)
    if wrong := draw_errors(runs, draws) + mistakes:
        raise UserError(wrong)
    held = [test.holding(draws.get("without", ())) for test in tests]
    return pd.concat(tested(held, runs, draws), ignore_index=True)


def tested(tests: Sequence[_Test], runs: int, draws: Sampling) -> list[pd.DataFrame]:
    """Return the table of each test; a scenario of several is simulated once."""
    waiting, kept, tables = [*enumerate(tests)], dict[str, xr.Dataset](), dict[int, pd.DataFrame]()
    for need, one in simulated(_needs(tests, runs), draws):
        kept[need.scenario.name] = one
        for place, test in [w for w in waiting if all(side.name in kept for side in w[1].sides)]:
            tables[place] = _evaluate(test, kept)
            waiting.remove((place, test))
        asked = {side.name for _, test in waiting for side in test.sides}
        kept = {name: results for name, results in kept.items() if name in asked}
    return [tables[place] for place in range(len(tests))]


def tests_of(names: Sequence[str | Path]) -> tuple[list[_Test], list[str]]:
    """Return the tests of scenarios, by default of the shipped ones, and every mistake."""
    tests: list[_Test] = []
    wrong: list[str] = []
    for name in names or scenes.shipped_scenarios():
        try:
            scenario = scenes.load_scenario(name)
            if scenario.name in [test.scenario.name for test in tests]:
                raise UserError(f"scenario '{scenario.name}' is given twice; expected once")
            if scenario.claims:
                tests.append(_Test(scenario, _parent(name, scenario)))
            elif names:
                raise UserError(f"scenario '{scenario.name}' has no claims; nothing to test")
        except UserError as error:
            wrong += error.messages
    return tests, list(dict.fromkeys(wrong))


def _parent(name: str | Path, scenario: scenes.Scenario) -> scenes.Scenario | None:
    """Return the scenario that this one extends, if a claim is against the reference."""
    if scenario.extends is None or all(c.against != "reference" for c in scenario.claims):
        return None
    parent = scenes.load_scenario(scenes.parent_path(scenario.extends, scenes.scenario_path(name)))
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


def _needs(tests: Sequence[_Test], runs: int) -> list[Need]:
    """Return what is to be simulated, each reference before what is tested against it."""
    needs: dict[str, Need] = {}
    for test in tests:
        for side in test.sides:
            need = needs.setdefault(side.name, Need(side, runs))
            need.add((claim.outcome for claim in test.scenario.claims), test.until)
    return [*needs.values()]


def _evaluate(test: _Test, kept: dict[str, xr.Dataset]) -> pd.DataFrame:
    name = test.scenario.name
    outcomes = sorted(with_weight(claim.outcome for claim in test.scenario.claims))
    sides = [kept[side.name][outcomes] for side in test.sides]
    pair = xr.concat(sides, "scenario", join="inner", combine_attrs="override")
    own = [claim.model_dump() for claim in test.scenario.claims]
    table = evaluate_claims(pair.assign_attrs(claims=json.dumps({name: own})))
    table.insert(1, "reference", test.reference.name if test.reference else "")
    return table

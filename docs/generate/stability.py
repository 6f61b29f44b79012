"""Measures of the model as a whole: ``python -m docs.generate.stability drift``.

``drift``: in a constant world, with nothing dated, the ninth and tenth year are compared with the
first two, for every headline outcome. ``ends``: in what share of runs a state lies at an end of its
scale for three years. ``failure``: how often the state fails by 2020 in each shipped scenario, by
how much more than in the status quo, and its commonest cause. ``deals``: whether deals move by
decision, what they rest on, and who the partners are. Prints a table, and writes it to
``docs/tables`` or to ``--out``.
"""

import argparse
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.analysis.verdicts import FAILS, HOLDS
from tajsim.display import table_csv
from tajsim.ensemble.fingerprint import model_version
from tajsim.ensemble.run import Sampling, part_of, run
from tajsim.errors import UserError
from tajsim.files import write_whole
from tajsim.inputs import outcomes, registry, scenario_parts
from tajsim.inputs.deals import load_deals
from tajsim.results.chronicle import event_table
from tajsim.results.effect import effect
from tajsim.results.numbers import frame_text
from tajsim.results.window import Window, at_places, months_in, over

TABLES = Path(__file__).parents[1] / "tables"
#: Years compared in a constant world: the first two and the ninth and tenth.
EARLY, LATE = ("2004-01", "2005-12"), ("2012-01", "2013-12")
#: A level may drift by so much of itself, or of its standard deviation over runs; and by so many
#: standard errors of the difference.
OF_LEVEL, OF_SPREAD, ERRORS = 0.1, 0.1, 2.0
#: A state is at an end of its scale below or above these, for so many months running.
LOW, HIGH, MONTHS = 0.05, 0.95, 36
#: At most this share of runs may have a state at an end.
AT_END = 0.5
#: The verdict of what fails for a reason that ``docs/tables/stability.toml`` names.
EXCEPTION = "exception"
#: Failure by 2020: at most this share of runs; a scenario raises it by at least so much.
MOST_FAIL = {"status-quo": 0.10, "history": 0.15}
RAISED, RAISERS = 0.05, 4


def drift(runs: int = 1000, **draws: Unpack[Sampling]) -> pd.DataFrame:
    """Simulate a constant world and compare its ninth and tenth year with its first two.

    What is known to move, and by which mechanism, stands in ``docs/tables/stability.toml``.

    All drivers are at their mean of 2003-04 and nothing dated happens. What only accumulates is
    compared by its rate. This and the other measures hand their ``draws`` on to `tajsim.run`.

    Returns:
        One row per headline outcome: ``early``, ``late`` and ``change``, means over runs;
        ``spread`` of the early level over runs; ``error``, the standard error of the change;
        ``allowed``, the largest drift; ``verdict``; ``reason`` of an exception; the ``model``.
    """
    chosen = [o for o in outcomes.load_outcomes().values() if o.headline and not o.adds_up]
    kept, constant = outcomes.with_weight(o.name for o in chosen), {"constant_world": 1.0}
    found = run("status-quo", runs, until=LATE[1], outcomes=kept, overrides=constant, **draws)
    return pd.DataFrame([_drift_row(found, o) for o in chosen]).assign(model=model_version())


def _drift_row(found: xr.Dataset, outcome: outcomes.Outcome) -> dict[str, Any]:
    early, late = (_level(found, outcome, window) for window in (EARLY, LATE))
    change = late - early
    seen = change[np.isfinite(change)]
    level, spread = float(np.nanmean(early)), float(np.nanstd(early, ddof=1))
    error = float(seen.std(ddof=1) / np.sqrt(seen.size)) if seen.size > 1 else np.nan
    allowed = max(OF_LEVEL * abs(level), OF_SPREAD * spread) + ERRORS * error
    moved = float(seen.mean()) if seen.size else np.nan
    return {
        "outcome": outcome.name,
        "unit": outcome.unit,
        "early": level,
        "late": float(np.nanmean(late)),
        "change": moved,
        "spread": spread,
        "error": error,
        "allowed": allowed,
        **_judged(abs(moved) <= allowed, exceptions()["drift"].get(outcome.name)),
    }


@cache
def exceptions() -> dict[str, dict[str, Any]]:
    """Return what the measures excuse: ``drift`` and ``ends`` -> outcome -> mechanism or source."""
    return tomllib.loads((TABLES / "stability.toml").read_text(encoding="utf-8"))


def _judged(holds: bool, excuse: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the verdict of a row and, where it is an exception, the reason with its source."""
    if holds or excuse is None:
        return {"verdict": HOLDS if holds else FAILS, "reason": ""}
    source = excuse.get("mechanism") or f"{excuse['document']}:{excuse['line']}"
    return {"verdict": EXCEPTION, "reason": f"{excuse['reason']} ({source})"}


def _level(found: xr.Dataset, outcome: outcomes.Outcome, window: Window) -> Any:
    """Return the mean level or rate of an outcome over a window, ``(run,)``."""
    series = at_places(found, outcome.name)
    if outcome.cumulative:
        series = series.diff("month", label="upper")
        window = (str(series["month"].values[0]), window[1]) if window is EARLY else window
    values: Any = series.isel(month=months_in(series, window)).mean("month").values[0]
    return values.astype(np.float64)


def ends(runs: int = 1000, **draws: Unpack[Sampling]) -> pd.DataFrame:
    """Say in what share of runs of `status-quo` a state lies at an end of its scale for years.

    Shares and indices between 0 and 1 count, place by place; not what is rare by nature, nor what
    nobody in the model decides (``rare`` in ``outcomes.toml``).

    Returns:
        One row per outcome and place: ``low`` and ``high``, shares of runs in which it lies below
        0.05 or above 0.95 for 36 months running; ``mean`` over months and runs; ``verdict``;
        ``reason`` of an exception.
    """
    chosen = [o for o in outcomes.load_outcomes().values() if o.unit == "share" and not o.rare]
    found = run("status-quo", runs, outcomes=[o.name for o in chosen], **draws)
    rows = []
    for o in chosen:
        values = found[o.name].isel(scenario=0).transpose(..., "month", "run").values
        names = [found[d].values for d in o.dimensions]
        for place in np.ndindex(*(len(n) for n in names)):
            here = values[place]
            if not np.isfinite(here).any():
                continue
            low, high = (_stays(side) for side in (here < LOW, here > HIGH))
            name = " ".join(str(n[i]) for n, i in zip(names, place, strict=True))
            excuse = exceptions()["ends"].get(o.name)
            if excuse and name not in excuse.get("places", [name]):
                excuse = None
            rows.append(
                {
                    "outcome": o.name,
                    "place": name,
                    "mean": float(np.nanmean(here)),
                    "low": low,
                    "high": high,
                    **_judged(max(low, high) <= AT_END, excuse),
                }
            )
    return pd.DataFrame(rows).assign(model=model_version())


def _stays(at_end: Any) -> float:
    """Return the share of runs that are at an end ``(month, run)`` for `MONTHS` running."""
    counted = np.cumsum(np.vstack([np.zeros((1, at_end.shape[1]), int), at_end]), axis=0)
    if len(counted) <= MONTHS:
        return 0.0
    return float((counted[MONTHS:] - counted[:-MONTHS] == MONTHS).any(axis=0).mean())


def failure(
    runs: int = 1000, scenarios: Sequence[str] = (), **draws: Unpack[Sampling]
) -> pd.DataFrame:
    """Say how often the state fails by 2020, by scenario, and to what that is owed.

    Returns:
        One row per scenario: ``failed``, the share of runs; ``raised`` with its 90 % interval
        ``low`` to ``high``, against `status-quo` run by run; ``cause``, the commonest largest
        cause of failures, and ``of_failures``, the share of them that it has; ``verdict``.
    """
    chosen = [*dict.fromkeys([*MOST_FAIL, *(scenarios or scenario_parts.shipped_scenarios())])]
    failed: dict[str, Any] = {}
    rows, progress = [], draws.get("progress")
    for place, name in enumerate(chosen):
        draws["progress"] = part_of(progress, place, len(chosen))
        end = scenario_parts.load_scenario(name).end
        found = run(name, runs, outcomes=["state_failed"], **draws)
        failed[name] = over(found["state_failed"], (end, end)).values[0]
        log = event_table(found)
        ended = (log["kind"] == "polity") & (log["target"] == "failed")
        causes = log.loc[ended, "cause"].value_counts(normalize=True)
        raised, share = effect(failed[name] - failed["status-quo"]), float(failed[name].mean())
        cause, most = next(iter(causes.items()), ("", 0.0))
        few = share < MOST_FAIL.get(name, 1.0) and (most <= 0.5 or name not in MOST_FAIL)
        change = raised.mean, raised.low, raised.high
        rows.append((name, share, *change, str(cause), float(most), HOLDS if few else FAILS))
    names = ["scenario", "failed", "raised", "low", "high", "cause", "of_failures", "verdict"]
    return pd.DataFrame(rows, columns=names).assign(model=model_version())


def drift_text(table: pd.DataFrame) -> str:
    """Return the drift of a constant world as text."""
    columns = ("verdict", "outcome", "years 1-2=early", "years 9-10=late", "+change", "allowed")
    return f"{frame_text(table, *columns)}\n\n{_counted(table, 'headline outcomes')}"


def ends_text(table: pd.DataFrame) -> str:
    """Return as text what lies at an end of its scale in more than half of the runs."""
    columns = ("outcome", "place", "mean", "below 0.05=%low", "above 0.95=%high")
    shown = frame_text(table[table["verdict"] == FAILS], *columns)
    return f"{shown}\n\n{_counted(table, 'states')}"


def failure_text(table: pd.DataFrame) -> str:
    """Return the failure of states by scenario as text."""
    columns = ("%failed", "%raised", "commonest cause=cause", "of failures=%of_failures")
    raisers = int((table["raised"] >= RAISED).sum())
    shown = frame_text(table, "verdict", "scenario", *columns)
    return f"{shown}\n\n{raisers} raise failure by 5 points or more."


def _counted(table: pd.DataFrame, what: str) -> str:
    held, excused = (int((table["verdict"] == verdict).sum()) for verdict in (HOLDS, EXCEPTION))
    also = f", {excused} are exceptions with a reason" if excused else ""
    return f"{held} of {len(table)} {what} hold{also}."


#: Least standard deviation over the months of a run, median over runs, of what outsiders cover.
WITHIN = {"border": 0.05, "drugs": 0.05, "militancy": 0.05}
DEPENDENCE_WITHIN, DEPENDENCE_BETWEEN, HELD_PART = 0.025, 0.05, 1.0 / 3.0
#: A decision counts that changes so much of a task's need; at most so many of them in a run.
COUNTS, MOST_DECISIONS = 0.1, 30.0
#: A move of a task's cover in a month counts from this size on; so many months later at most.
MOVE, SOON = 0.02, 3
#: In which part of the runs the guards or the base begin or end by decision.
GUARDS_OR_BASE = (0.1, 0.9)
#: What is taken out, one at a time: settings, or rules that are held.
TAKEN_OUT: dict[str, dict[str, Any]] = {
    "exposure": {"without": ["deals.benefit"]},
    "rents": {"overrides": {"rents_worth": 0.0}},
    "pressure": {"overrides": {"fear_of_pressure": 0.0, "pressing": 0.0}},
    "rivalry": {"overrides": {"rivalry": 0.0}},
}


def bargains(runs: int = 1000, **draws: Unpack[Sampling]) -> pd.DataFrame:
    """Say whether deals are alive, and not by noise, in `status-quo`.

    Returns:
        One row per measure: ``found``, ``asked`` (a bound, in words), ``verdict``; the ``model``.
    """
    kept = ["deals_in_force", "outside_provision", "dependence", "provision_by_power"]

    progress = draws.get("progress")

    def simulated(name: str | scenario_parts.Scenario, place: int, **more: Any) -> xr.Dataset:
        more = {**draws, **more, "progress": part_of(progress, place, 3 + len(TAKEN_OUT))}
        return run(name, runs, outcomes=kept, **more).isel(scenario=0)

    free = simulated("status-quo", 0)
    held = simulated(_all_held(), 1)
    halved = registry.load_parameters()["survival_weight.internal_order"].value / 2.0
    lighter = simulated("status-quo", 2, overrides={"survival_weight.internal_order": halved})
    rows = [*_movement(free, held), *_decisions(free), *_partners(free)]
    rows.append(_refusal(free, lighter))
    usual = float(_changes(free).sum("deal").mean())
    for place, (name, change) in enumerate(TAKEN_OUT.items(), start=3):
        rate = float(_changes(simulated("status-quo", place, **change)).sum("deal").mean())
        moved = abs(rate / max(usual, 1e-9) - 1.0)
        rows.append(_measured(f"rate of decisions without {name}", rate, moved >= OF_LEVEL,
                              f"not within 10 % of {usual:.1f}"))  # fmt: skip
    return pd.DataFrame(rows).assign(model=model_version())


def _all_held() -> scenario_parts.Scenario:
    """Return the status quo in which every deal is held as it is, in force or not."""
    found = scenario_parts.load_scenario("status-quo")
    events = [
        scenario_parts.Event(found.start, "deal", {"deal": name, "change": "hold"}, f"{name} held")
        for name in load_deals()
    ]
    return replace(found, events=(*events, *found.events))


def _measured(measure: str, found: float, holds: bool, asked: str) -> dict[str, Any]:
    verdict = HOLDS if holds else FAILS
    return {"measure": measure, "found": found, "asked": asked, "verdict": verdict}


def _within(series: xr.DataArray) -> float:
    """Return the median over runs of the standard deviation over months."""
    return float(series.std("month").median("run"))


def _movement(free: xr.Dataset, held: xr.Dataset) -> list[dict[str, Any]]:
    rows = []
    for task, least in WITHIN.items():
        here, there = (_within(x["outside_provision"].sel(task=task)) for x in (free, held))
        name = f"deviation within runs of what outsiders cover of {task}"
        part, name_held = there / max(here, 1e-9), f"{name}, deals held, over that"
        rows.append(_measured(name, here, here >= least, f"at least {least:g}"))
        rows.append(_measured(name_held, part, part < HELD_PART, "below a third"))
    months = [str(m)[:4] == "2015" for m in free["month"].values.astype("datetime64[M]")]
    between = free["dependence"].isel(month=months).mean("month").std("run")
    for name, found, least in (
        ("within runs of dependence", _within(free["dependence"]), DEPENDENCE_WITHIN),
        ("between runs of dependence in 2015", float(between), DEPENDENCE_BETWEEN),
    ):
        rows.append(_measured(f"deviation {name}", found, found >= least, f"at least {least:g}"))
    return rows


def _changes(found: xr.Dataset) -> xr.DataArray:
    return abs(found["deals_in_force"].diff("month")).sum("month")


def _decisions(free: xr.Dataset) -> list[dict[str, Any]]:
    deals = load_deals()
    large = [name for name, deal in deals.items() if deal.size >= COUNTS]
    changes = _changes(free)
    many = float(changes.sel(deal=large).sum("deal").mean())
    rows = [_measured("decisions a run that change a tenth of a task's need", many,
                      many < MOST_DECISIONS, f"below {MOST_DECISIONS:g}")]  # fmt: skip
    moves, told = 0.0, 0.0
    for task in free["task"].values:
        cover = abs(free["outside_provision"].sel(task=task).diff("month")) > MOVE
        decided: Any = False
        for name in (n for n, deal in deals.items() if deal.task == task):
            changed = abs(free["deals_in_force"].sel(deal=name).diff("month")) > 0.5
            span = max(SOON, deals[name].notice)
            decided = decided | (changed.rolling(month=span, min_periods=1).max() > 0.5)
        moves += float(cover.sum())
        told += float((cover & decided).sum())
    part = told / max(moves, 1.0)
    rows.append(_measured("part of moves of 0.02 while a deal comes or goes", part, part >= 0.5,
                          "at least a half"))  # fmt: skip
    gone = (changes.sel(deal=["russian_border_guards", "russian_base"]).sum("deal") > 0).mean()
    low, high = GUARDS_OR_BASE
    rows.append(_measured("part of runs in which guards or base begin or end", float(gone),
                          low <= float(gone) <= high, "a tenth to nine tenths"))  # fmt: skip
    return rows


def _partners(free: xr.Dataset) -> list[dict[str, Any]]:
    deals, force = load_deals(), free["deals_in_force"].mean(("month", "run"))
    counted: dict[str, float] = {}
    for name, deal in deals.items():
        payer = deal.payer or deal.power
        counted[payer] = counted.get(payer, 0.0) + float(force.sel(deal=name))
    first = sorted(counted, key=counted.__getitem__, reverse=True)[:3]
    expected = ["russia", "united_states", "european_union"]
    carried = free["provision_by_power"].mean(("month", "run"))
    russia = float(carried.sel(power="russia") / carried.sum())
    return [
        _measured("deals in force of Russia, by who pays", counted["russia"], first == expected,
                  "Russia, the United States, the European Union first"),
        _measured("part of what outsiders carry that Russia does", russia, russia > 0.5,
                  "by far the largest"),
    ]  # fmt: skip


def _refusal(free: xr.Dataset, lighter: xr.Dataset) -> dict[str, Any]:
    """Compare how far conditional offers for internal order are in force by its weight."""
    names = [n for n, d in load_deals().items() if d.task == "internal_order" and d.condition > 0.5]
    here, there = (float(x["deals_in_force"].sel(deal=names).mean()) for x in (free, lighter))
    asked = f"below a half, and less than at half the weight ({there:.2f})"
    name = "part of conditional deals for internal order in force"
    return _measured(name, here, here < 0.5 and here < there, asked)


def bargains_text(table: pd.DataFrame) -> str:
    """Return as text whether deals are alive."""
    shown = frame_text(table, "verdict", "measure", "found", "asked")
    return f"{shown}\n\n{_counted(table, 'measures')}"


#: What can be measured: how, and how it is told.
MEASURES: dict[str, tuple[Callable[..., pd.DataFrame], Callable[[pd.DataFrame], str]]] = {
    "drift": (drift, drift_text),
    "ends": (ends, ends_text),
    "failure": (failure, failure_text),
    "deals": (bargains, bargains_text),
}


def main(arguments: Sequence[str]) -> int:
    """Measure, print and write what is asked for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate.stability")
    parser.add_argument("what", choices=MEASURES)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args(arguments)
    measure, text = MEASURES[asked.what]
    try:
        table = measure(asked.runs, workers=asked.workers)
    except UserError as error:
        print(*error.messages, sep="\n", file=sys.stderr)
        return 2
    write_whole(asked.out or TABLES / f"{asked.what}.csv", table_csv(table))
    print(text(table))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

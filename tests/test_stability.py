"""Drift in a constant world, ends of scales, failure: the verdicts by hand, and small runs."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import docs.generate.stability as stability
from tajsim.analysis.verdicts import FAILS, HOLDS
from tajsim.axes import Array
from tajsim.ensemble.run import run
from tajsim.inputs.ledger import load_documents, load_mechanisms
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.toml import month_names
from tajsim.results.window import labelled

RUNS = 400


def of_months(name: str, values: Array) -> xr.Dataset:
    """Return results of ten years, from values that spread to ``(month, run)``."""
    months = month_names("2004-01", "2013-12")
    shaped = np.broadcast_to(values, (len(months), values.shape[-1]))
    return labelled({name: shaped}, months).expand_dims("scenario")


def steps(early: Array, late: Array) -> xr.Dataset:
    """Return an outcome that steps from one level to another after five years."""
    return of_months("budget", np.where(np.arange(120)[:, None] < 60, early, late))


@pytest.mark.parametrize(
    ("level", "spread", "step", "expected"),
    [
        (1.0, 0.0, 0.09, HOLDS),  # within a tenth of the level
        (1.0, 0.0, 0.11, FAILS),
        (1.0, 0.0, -0.11, FAILS),
        (0.1, 1.0, 0.09, HOLDS),  # within a tenth of the spread over runs
        (0.1, 1.0, 0.12, FAILS),
    ],
)
def test_drift_by_hand(level: float, spread: float, step: float, expected: str) -> None:
    early = level + spread * np.tile([-1.0, 1.0], RUNS // 2)
    row = stability._drift_row(steps(early, early + step), load_outcomes()["budget"])
    assert row["verdict"] == expected
    assert (row["change"], row["error"]) == pytest.approx((step, 0.0), abs=1e-9)  # all move alike


def test_drift_allows_for_chance_and_compares_what_accumulates_by_its_rate() -> None:
    late = 1.0 + 0.5 * np.tile([-1.0, 1.0, 1.0, 1.0], RUNS // 4)
    row = stability._drift_row(steps(np.ones(RUNS), late), load_outcomes()["budget"])
    allowed = 0.1 + 2.0 * late.std(ddof=1) / np.sqrt(RUNS)
    assert (row["change"], row["allowed"]) == pytest.approx((0.25, allowed))
    name = next(o.name for o in load_outcomes().values() if o.cumulative and not o.dimensions)
    grows = of_months(name, 3.0 * np.arange(120.0)[:, None] + np.zeros(RUNS))
    row = stability._drift_row(grows, load_outcomes()[name])
    assert (row["early"], row["late"], row["verdict"]) == (3.0, 3.0, HOLDS)


def test_only_months_in_a_row_count_as_staying_at_an_end() -> None:
    at_end = np.zeros((80, 4), bool)
    at_end[10:46, 0] = True  # 36 in a row
    at_end[10:45, 1] = True  # 35
    at_end[::2, 2] = True  # 40, never two in a row
    assert stability._stays(at_end) == 0.25
    assert stability._stays(at_end[:30]) == 0.0


def ends_in(patch: pytest.MonkeyPatch, month: str) -> None:
    """Let every scenario end in a month."""
    ends = SimpleNamespace(end=month)
    patch.setattr(stability.scenario_parts, "load_scenario", lambda name: ends)


@pytest.mark.parametrize(
    ("scenario", "share", "causes", "expected"),
    [
        ("status-quo", 0.09, ["mafia", "defections"], HOLDS),
        ("status-quo", 0.11, ["mafia", "defections"], FAILS),
        ("status-quo", 0.09, ["mafia", "mafia", "defections"], FAILS),  # one cause has most
        ("history", 0.14, ["mafia", "defections"], HOLDS),
        ("irpt-ban", 0.5, ["mafia"], HOLDS),  # a question may end in failure
    ],
)
def test_verdict_on_failure_by_hand(
    scenario: str, share: float, causes: list[str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def simulated(name: str, *_: Any, **__: Any) -> xr.Dataset:
        told.append(name)
        failed = np.arange(100) < round(100 * (share if name == scenario else 0.05))
        return of_months("state_failed", failed.astype(float))

    def events(_: xr.Dataset) -> pd.DataFrame:
        found = causes if told[-1] == scenario else ["mafia", "defections"]
        return pd.DataFrame({"kind": "polity", "target": "failed", "cause": found})

    monkeypatch.setattr(stability, "run", simulated)
    monkeypatch.setattr(stability, "event_table", events)
    ends_in(monkeypatch, "2013-12")
    table = stability.failure(scenarios=["irpt-ban"]).set_index("scenario")
    assert list(table.index) == ["status-quo", "history", "irpt-ban"] == told
    row = table.loc[scenario]
    assert (row["verdict"], row["failed"], row["cause"]) == (expected, share, causes[0])
    assert scenario == "status-quo" or row["raised"] == pytest.approx(share - 0.05)
    text = stability.failure_text(table.reset_index())
    assert f"{int(scenario != 'status-quo')} raise failure by 5 points or more." in text


def test_drift_and_ends_of_small_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "drift.csv"
    assert stability.main(["drift", "--runs", "20", "--out", str(file)]) == 0
    known = load_outcomes().values()
    table, chosen = pd.read_csv(file), [o.name for o in known if o.headline and not o.adds_up]
    assert table["outcome"].tolist() == chosen
    assert np.isfinite(table[["early", "late", "change", "allowed"]].to_numpy()).all()
    assert f"of {len(chosen)} headline outcomes hold" in capsys.readouterr().out


def test_exceptions_name_what_there_is_and_why() -> None:
    found = stability.exceptions()
    assert set(found) == {"drift", "ends"}
    for name, row in found["drift"].items():
        assert load_outcomes()[name].headline and row["mechanism"] in load_mechanisms()
    for name, row in found["ends"].items():
        assert load_outcomes()[name].unit == "share" and not load_outcomes()[name].rare
        assert row["document"] in load_documents() and row["line"] > 0
    assert all(row["reason"] for rows in found.values() for row in rows.values())


def test_ends_and_failure_of_small_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def soon(name: str, *given: Any, **options: Any) -> xr.Dataset:
        names = options.get("outcomes") or given[4]
        return run(name, 2, parameters="fixed", until="2007-06", outcomes=names)

    monkeypatch.setattr(stability, "run", soon)
    ends_in(monkeypatch, "2007-06")
    table = stability.ends()
    wanted = {o.name for o in load_outcomes().values() if o.unit == "share" and not o.rare}
    assert set(table["outcome"]) == wanted
    sides = table[["low", "high"]].max(axis=1)
    assert ((table["verdict"] == HOLDS) == (sides <= 0.5)).all()
    excused = table["verdict"] == stability.EXCEPTION
    assert excused.any() and table.loc[excused, "reason"].all()
    assert stability.ends_text(table).endswith(f"{excused.sum()} are exceptions with a reason.")
    failed = stability.failure(scenarios=["irpt-ban"])
    assert failed["failed"].between(0.0, 1.0).all()
    assert failed["raised"].iloc[0] == 0.0

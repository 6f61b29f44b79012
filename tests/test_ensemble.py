"""An ensemble does not depend on how it is divided, and holds nothing that it does not need."""

import json
import multiprocessing
import os
import re
import signal
import time
import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from conftest import refused

import tajsim.cli.lists as lists
import tajsim.ensemble.executor as executor
import tajsim.ensemble.plan as plan
import tajsim.model.model as model
from tajsim.analysis.explain import explain
from tajsim.axes import DIMENSIONS
from tajsim.cli import main
from tajsim.cli.verb import interrupt, progress_bar
from tajsim.ensemble import load_results, run, run_many, save
from tajsim.ensemble.fingerprint import model_version
from tajsim.errors import UserError
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.plots import draw, figure
from tajsim.report.facts import gather

REFERENCE, SCENARIO = "status-quo", "russian-border-withdrawal"
SHORT: dict[str, Any] = {"until": "2004-06", "outcomes": ["heroin_seized", "polity"]}
quickly = pytest.mark.usefixtures("soon")


def test_dataset_is_labelled(pair: xr.Dataset) -> None:
    for name, outcome in load_outcomes().items():
        variable = pair[name]
        assert variable.dims == ("scenario", *outcome.dimensions, "month", "run")
        assert variable.dtype == np.float32
        assert variable.attrs["unit"] == outcome.unit
        for dimension in outcome.dimensions:
            assert tuple(pair[dimension].values) == DIMENSIONS[dimension]
    assert pair.sizes["month"] == 18
    assert str(pair["month"].values[-1])[:10] == "2005-06-01"
    assert list(pair["parameter"].values) == list(load_parameters())
    assert pair["parameter_value"].dims == ("scenario", "parameter", "run")


def test_provenance(pair: xr.Dataset) -> None:
    assert [pair.attrs[n] for n in ("reference", "seed", "runs")] == [REFERENCE, 1, 6]
    assert "mesa" in json.loads(pair.attrs["versions"])
    texts = json.loads(pair.attrs["scenario_text"])
    assert texts[SCENARIO] == load_scenario(SCENARIO).text
    events = json.loads(pair.attrs["events"])
    assert {"month", "kind", "label", "figures"} <= set(events[SCENARIO][0])
    assert all(isinstance(value, str | int | float) for value in pair.attrs.values())


def test_chunks_and_workers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(REFERENCE, runs=3, **SHORT)
    assert whole.sizes["event"] > 3  # the chronicle too
    with monkeypatch.context() as patch:
        patch.setattr(plan, "CHUNK", 2)
        assert run(REFERENCE, runs=3, **SHORT).equals(whole)
    seen: list[tuple[int, int]] = []
    told = {"progress": lambda n, of: seen.append((n, of)), **SHORT}
    assert run(REFERENCE, runs=3, workers=2, **told).equals(whole)
    assert seen[-1] == (18, 18)


@quickly
def test_enlarging_keeps_the_runs_and_another_seed_does_not() -> None:
    small, large = run(REFERENCE, runs=2, **SHORT), run(REFERENCE, runs=4, **SHORT)
    events = np.flatnonzero(large["event_run"].values < 2)
    assert large.isel(run=slice(0, 2), event=events).equals(small)
    assert run(REFERENCE, runs=2, **SHORT).equals(small)
    assert not run(REFERENCE, runs=2, seed=4, **SHORT).equals(small)


def test_several_scenarios_equal_each_alone(pair: xr.Dataset) -> None:
    alone = run(SCENARIO, runs=6, seed=1, until="2005-06")
    ours, theirs = (  # without the chronicle
        found.drop_dims([d for d in found.dims if str(d).startswith("event")])
        for found in (pair.sel(scenario=[SCENARIO]), alone)
    )
    assert ours.equals(theirs)
    place = list(pair.scenario.values).index(SCENARIO)
    own = np.flatnonzero(pair["event_scenario"].values == place)
    for column in (name for name in alone.variables if alone[name].dims == ("event",)):
        if column != "event_scenario":
            np.testing.assert_array_equal(pair[column].values[own], alone[column].values)


def test_pairs_share_their_parameters(pair: xr.Dataset) -> None:
    chosen = set(load_scenario(SCENARIO).settings) | set(load_scenario(REFERENCE).settings)
    shared = [name for name in load_parameters() if name not in chosen]
    a, b = pair["parameter_value"].sel(parameter=shared)
    assert a.equals(b.assign_coords(scenario=a["scenario"]))


@quickly
def test_overrides_and_progress() -> None:
    lever = next(p for p in load_parameters().values() if p.role == "lever" and p.high > p.low)
    calls: list[tuple[int, int]] = []
    told = {"progress": lambda *n: calls.append(n), "engine": "numpy"}  # which tells of each month
    data = run(REFERENCE, runs=2, overrides={lever.name: lever.high}, **told, **SHORT)
    assert (data["parameter_value"].sel(parameter=lever.name) == lever.high).all()
    assert json.loads(data.attrs["settings"])[REFERENCE][lever.name] == lever.high
    assert calls == [(done, 12) for done in range(2, 13, 2)]


@quickly
def test_models_are_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    born: list[weakref.ref[Any]] = []

    class Watched(model.TajikistanModel):  # type: ignore[misc]
        def __init__(self, **options: Any) -> None:
            assert not [model for model in born if model() is not None]
            super().__init__(**options)
            born.append(weakref.ref(self))

    monkeypatch.setattr(model, "TajikistanModel", Watched)
    monkeypatch.setattr(plan, "CHUNK", 1)
    run_many([REFERENCE, SCENARIO], runs=3, **SHORT)
    assert len(born) == 6
    assert not [model for model in born if model() is not None]


def test_a_killed_worker_and_too_many_runs_are_one_line() -> None:
    refused(r"need [\d,]+ GB", run, REFERENCE, runs=10**9)

    def kill(done: int, total: int) -> None:
        for worker in multiprocessing.active_children():
            worker.kill()

    options = {"runs": 4, "workers": 2, "progress": kill, **SHORT}
    assert len(refused("a worker process was killed", run, REFERENCE, **options)) == 1


@pytest.mark.parametrize("copied", [True, False])
def test_work_beside_a_block_is_done_and_leaves_nothing_behind(
    copied: bool, pair: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "_alone", lambda: copied)
    plain, place = save(pair, tmp_path / "plain.nc").read_bytes(), tmp_path / "beside.nc"

    def beside(work: Callable[[], object], error: Exception | None = None) -> None:
        with executor.meanwhile(work):
            if error:
                raise error

    def told() -> None:  # by whom it was saved
        (tmp_path / "pid").write_text(str(os.getpid()))
        save(pair, place)

    beside(told)
    assert place.read_bytes() == plain
    assert (int((tmp_path / "pid").read_text()) == os.getpid()) is not copied
    assert len(refused("beside.nc: exists already", beside, partial(save, pair, place))) == 1
    if copied:
        refused("^mine$", beside, partial(time.sleep, 600), UserError("mine"))  # it ends at once
        refused("a worker process was killed", beside, partial(os._exit, 1))
    assert multiprocessing.active_children() == []
    assert {path.name for path in tmp_path.iterdir()} == {"plain.nc", "beside.nc", "pid"}


def test_a_swallowed_interrupt_ends_the_work_at_the_next_month() -> None:
    interrupt.asked = False
    with pytest.raises(KeyboardInterrupt):
        interrupt.note_and_raise(signal.SIGINT, None)
    with pytest.raises(KeyboardInterrupt), progress_bar("simulating") as progress:
        progress(1, 10)
    interrupt.asked = False
    with progress_bar("simulating") as progress:
        progress(1, 10)


def test_an_interrupt_that_a_library_turned_into_an_error_is_an_interrupt(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def loading(options: object) -> int:
        try:
            interrupt.note_and_raise(signal.SIGINT, None)
        except KeyboardInterrupt:
            raise ImportError("initialization failed") from None

    monkeypatch.setattr(lists.outcomes, "call", loading)
    assert main(["outcomes"]) == 130
    assert "interrupted" in capsys.readouterr().err
    interrupt.asked = False


def test_results_of_different_settings_are_no_pairs(tmp_path: Path) -> None:
    plain = run("status-quo", runs=4, until="2004-06")
    paid = run("irpt-ban", runs=3, until="2004-06", overrides=["agency_pay.border_troops=60"])
    said, place = "same --set, found nothing and agency_pay", tmp_path / "no.png"
    refused(said, draw, "difference", [plain, paid], place)
    assert not list(tmp_path.iterdir())


def test_results_of_two_models_or_of_an_unknown_one_are_not_put_side_by_side(
    pair: xr.Dataset, tmp_path: Path
) -> None:
    one, two = (pair.sel(scenario=[name]) for name in pair["scenario"].values)
    assert one.attrs["model"] == model_version()
    other, old = two.assign_attrs(model="0.1.0+other"), two.copy()
    del old.attrs["model"]
    save(old, tmp_path / "old.nc")
    old = load_results(tmp_path / "old.nc")
    assert figure("fan", old) and "2005" in explain(old, run=0).text  # alone it is shown
    for side, said in (
        (other, rf"different models \({re.escape(model_version())} and 0\.1\.0\+other\)"),
        (old, r"/old\.nc: holds no fingerprint of the model"),
    ):
        for beside in ((figure, "fan", [one, side]), (gather, [one, side])):
            assert len(refused(said, *beside)) == 1

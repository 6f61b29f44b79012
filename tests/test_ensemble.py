"""An ensemble does not depend on how it is divided, and holds nothing that it does not need."""

from __future__ import annotations

import json
import multiprocessing
import weakref
from typing import Any

import numpy as np
import pytest
import xarray as xr

import tajsim.model.model as model
from tajsim.axes import DIMENSIONS
from tajsim.ensemble import run, run_many
from tajsim.errors import UserError
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.scenario_parts import load_scenario

REFERENCE, SCENARIO = "status-quo", "russian-border-withdrawal"
SHORT: dict[str, Any] = {"until": "2004-06", "outcomes": ["heroin_seized", "polity"]}


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
    assert pair.attrs["reference"] == REFERENCE
    assert (pair.attrs["seed"], pair.attrs["runs"]) == (1, 6)
    assert "mesa" in json.loads(pair.attrs["versions"])
    texts = json.loads(pair.attrs["scenario_text"])
    assert texts[SCENARIO] == load_scenario(SCENARIO).text
    events = json.loads(pair.attrs["events"])
    assert {"month", "kind", "label", "figures"} <= set(events[SCENARIO][0])
    assert all(isinstance(value, str | int | float) for value in pair.attrs.values())


def test_chunks_and_workers_change_nothing() -> None:
    whole = run(REFERENCE, runs=5, **SHORT)
    assert run(REFERENCE, runs=5, chunk=2, **SHORT).equals(whole)
    assert run(REFERENCE, runs=5, chunk=1, **SHORT).equals(whole)
    seen: list[tuple[int, int]] = []
    workers = run(
        REFERENCE, runs=5, workers=2, progress=lambda n, of: seen.append((n, of)), **SHORT
    )
    assert workers.equals(whole)
    assert seen[-1] == (30, 30)


def test_enlarging_keeps_the_runs() -> None:
    small, large = run(REFERENCE, runs=2, **SHORT), run(REFERENCE, runs=4, **SHORT)
    events = np.flatnonzero(large["event_run"].values < 2)
    assert large.isel(run=slice(0, 2), event=events).equals(small)


def test_same_seed_same_results_other_seed_others() -> None:
    first = run(REFERENCE, runs=2, seed=3, **SHORT)
    assert run(REFERENCE, runs=2, seed=3, **SHORT).equals(first)
    assert not run(REFERENCE, runs=2, seed=4, **SHORT).equals(first)


def test_several_scenarios_equal_each_alone(pair: xr.Dataset) -> None:
    alone = run(SCENARIO, runs=6, seed=1, until="2005-06")
    assert outcomes(pair.sel(scenario=[SCENARIO])).equals(outcomes(alone))
    own = np.flatnonzero(
        pair["event_scenario"].values == list(pair.scenario.values).index(SCENARIO)
    )
    for column in (name for name in alone.variables if alone[name].dims == ("event",)):
        if column != "event_scenario":
            np.testing.assert_array_equal(pair[column].values[own], alone[column].values)


def outcomes(dataset: xr.Dataset) -> xr.Dataset:
    """Return the dataset without its chronicle."""
    return dataset.drop_dims([d for d in dataset.dims if str(d).startswith("event")])


def test_parameters_fixed_and_prior() -> None:
    uncertain = [p.name for p in load_parameters().values() if p.role == "uncertainty"]
    fixed, prior = (run(REFERENCE, runs=3, parameters=mode, **SHORT) for mode in ("fixed", "prior"))
    registry = [load_parameters()[name].value for name in uncertain]
    values = fixed["parameter_value"].sel(parameter=uncertain).values[0]
    np.testing.assert_array_equal(values, np.repeat(np.array(registry)[:, None], 3, axis=1))
    drawn = prior["parameter_value"].sel(parameter=uncertain).values[0]
    ranged = np.array([load_parameters()[n].high > load_parameters()[n].low for n in uncertain])
    assert (drawn[ranged].std(axis=1) > 0.0).all()


def test_pairs_share_their_parameters(pair: xr.Dataset) -> None:
    chosen = set(load_scenario(SCENARIO).settings) | set(load_scenario(REFERENCE).settings)
    shared = [name for name in load_parameters() if name not in chosen]
    a, b = pair["parameter_value"].sel(parameter=shared)
    assert a.equals(b.assign_coords(scenario=a["scenario"]))


def test_overrides_and_progress() -> None:
    lever = next(p for p in load_parameters().values() if p.role == "lever" and p.high > p.low)
    calls: list[tuple[int, int]] = []
    data = run(
        REFERENCE,
        runs=2,
        overrides={lever.name: lever.high},
        progress=lambda done, total: calls.append((done, total)),
        engine="numpy",  # which tells of each month
        **SHORT,
    )
    assert (data["parameter_value"].sel(parameter=lever.name) == lever.high).all()
    assert json.loads(data.attrs["settings"])[REFERENCE][lever.name] == lever.high
    assert calls == [(done, 12) for done in range(2, 13, 2)]


def test_models_are_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    born: list[weakref.ref[Any]] = []

    class Watched(model.TajikistanModel):  # type: ignore[misc]
        def __init__(self, **options: Any) -> None:
            assert not [model for model in born if model() is not None]
            super().__init__(**options)
            born.append(weakref.ref(self))

    monkeypatch.setattr(model, "TajikistanModel", Watched)
    run_many([REFERENCE, SCENARIO], runs=3, chunk=1, **SHORT)
    assert len(born) == 6
    assert not [model for model in born if model() is not None]


def test_killed_worker_is_one_line() -> None:
    def kill(done: int, total: int) -> None:
        for worker in multiprocessing.active_children():
            worker.kill()

    with pytest.raises(UserError, match="a worker process was killed") as error:
        run(REFERENCE, runs=4, workers=2, progress=kill, **SHORT)
    assert len(error.value.messages) == 1


def test_all_mistakes_at_once() -> None:
    with pytest.raises(UserError) as error:
        run("statsquo", runs=0, seed=2**70, parameters="none", outcomes=["heroin_sized"], workers=0)
    said = "\n".join(error.value.messages)
    assert len(error.value.messages) == 6
    for word in ("runs", "workers", "seed", "'none'", "heroin_seized", "status-quo"):
        assert word in said


@pytest.mark.parametrize("until", ["2003-12", "2004-13", "2099-01", "soon"])
def test_wrong_last_month(until: str) -> None:
    with pytest.raises(UserError, match="until"):
        run(REFERENCE, runs=1, until=until)


def test_results_that_cannot_fit_are_refused() -> None:
    with pytest.raises(UserError, match="GB"):
        run(REFERENCE, runs=10**9)


def test_one_name_twice() -> None:
    with pytest.raises(UserError, match="given twice"):
        run_many([REFERENCE, REFERENCE], runs=1)

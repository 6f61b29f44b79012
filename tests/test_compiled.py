"""The compiled month is the month of numpy, in any lane and tile; what cannot be is left."""

import ctypes
import gc
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from conftest import refused
from scipy.special import ndtri

from benchmarks.close_calls import close_calls
from tajsim import TajikistanModel, load_scenario
from tajsim.compiled import engine, program, tracer
from tajsim.compiled.program import Program
from tajsim.compiled.vectors import Writer, functions
from tajsim.ensemble import run_many
from tajsim.ensemble.job import Job, simulate
from tajsim.inputs.scenario_parts import Event
from tajsim.model.snapshot import put_back, take

pytest.importorskip("llvmlite")


@pytest.fixture(scope="module")
def compiled() -> Program:
    found = engine.program_for(TajikistanModel(runs=2, settled=False), "compiled")
    assert found
    return found


def build(scenario: str = "status-quo", runs: Any = 5, end: str = "2006-12") -> TajikistanModel:
    found = load_scenario(scenario)
    events = [event for event in found.events if event.month <= end]
    options = {"settings": found.settings, "events": events, "settled": False}
    return TajikistanModel(runs=runs, seed=3, end=end, **options)  # type: ignore[arg-type]


def state(model: TajikistanModel) -> dict[str, Any]:
    flows = {f"flow {name}": array for name, array in model.now._arrays.items()}
    return {path: vars(owner)[name] for path, owner, name in tracer.states(model)} | flows


def assert_near(found: TajikistanModel, wanted: TajikistanModel) -> None:
    """Within 1e-12 of the largest number of the array."""
    for path, array in state(wanted).items():
        scale = np.abs(array).max(initial=1e-9)
        assert np.abs(state(found)[path] - array).max(initial=0.0) <= 1e-12 * scale, path


def assert_close(found: Any, wanted: Any, rtol: float, atol: float = 1e-6) -> None:
    for name, values in wanted.items():
        np.testing.assert_allclose(found[name], values, rtol, atol, err_msg=str(name))


def advanced(model: TajikistanModel, by: Program | None, months: int) -> TajikistanModel:
    engine.advance(model, by, model.months_run + months)
    return model


@pytest.mark.parametrize("scenario", ["status-quo", "irpt-ban"])
def test_each_month_is_that_of_numpy(compiled: Program, scenario: str) -> None:
    ours, theirs = build(scenario, end="2020-12"), build(scenario, end="2020-12")
    engine.settle(theirs, None)
    for at in (0, 1, 26, 140):
        engine.advance(theirs, compiled, at)
        put_back(ours, take(theirs))
        advanced(ours, compiled, 1)
        advanced(theirs, None, 1)
        assert_near(ours, theirs)


def test_the_spin_up_is_that_of_numpy(compiled: Program) -> None:
    ours, theirs = build(runs=3), build(runs=3)
    engine.settle(ours, compiled)
    engine.settle(theirs, None)
    # 24 months of it: what is a difference of large numbers is less exact.
    assert_close(state(ours), state(theirs), 1e-9, 1e-7)
    assert ours.months_run == 0
    assert ours.watch._above.keys() == theirs.watch._above.keys()


@pytest.mark.parametrize("scenario", ["elite-purge", "russian-border-withdrawal"])
def test_outcomes_and_chronicle_are_those_of_numpy(scenario: str) -> None:
    ours = run_many([scenario], 12, seed=2, until="2009-12", engine="compiled")
    with close_calls() as calls:
        theirs = run_many([scenario], 12, seed=2, until="2009-12", engine="numpy")
    assert (ours.attrs["engine"], theirs.attrs["engine"]) == engine.ENGINES
    assert gc.get_freeze_count() == 0, "what was spared the garbage collection no longer is"
    assert calls.compared > 1000
    # A draw that meets its threshold within rounding may happen in one engine alone.
    sure = [run for run in range(12) if run not in calls.runs]
    of_runs = [name for name in theirs if "run" in theirs[name].dims]
    assert_close(*(made[of_runs].isel(run=sure) for made in (ours, theirs)), 1e-6)
    ours, theirs = (made.isel(event=np.isin(made["event_run"], sure)) for made in (ours, theirs))
    assert ours.sizes["event"] > 300
    np.testing.assert_allclose(ours["event_size"], theirs["event_size"], rtol=1e-6, atol=1e-6)
    for name in ("run", "month", "kind", "actor", "target", "cause"):
        assert (ours[f"event_{name}"].values == theirs[f"event_{name}"].values).all()


def test_runs_in_which_a_draw_is_close_to_its_threshold_are_counted() -> None:
    counted = []
    for within in (1e-9, 0.5e-3, 1.0):
        with close_calls(within) as calls:
            simulate(job(runs=tuple(range(8)), engine="numpy"))
        counted.append(len(calls.runs))
    assert counted[0] < counted[1] <= counted[2] == 8


def test_a_run_is_the_same_in_any_lane_tile_chunk_and_company(compiled: Program) -> None:
    several = [7, *range(20, 20 + compiled.about.lanes), 3, 7]
    models = [build("irpt-ban", runs, end="2005-12") for runs in ([7], several, [5, 7])]
    for model in models:
        engine.settle(model, compiled)
        advanced(model, compiled, 24)
    alone, many, two = models
    for name, series in alone.record.items():
        for found in (many.record[name][..., :1], many.record[name][..., -1:]):
            assert found.tobytes() == series.tobytes(), name
        assert two.record[name][..., 1:].tobytes() == series.tobytes(), name
    for path, array in state(alone).items():
        assert state(many)[path][..., -1:].tobytes() == array.tobytes(), path


def test_changed_parameters_and_events_act_as_in_numpy(compiled: Program) -> None:
    pay = {"parameter": "agency_pay.army", "value": 90.0, "months": 4}
    events = [
        Event("2004-05", "set", pay, "x"),
        Event("2004-07", "deal", {"deal": "russian_base", "change": "hold"}, "x"),
        Event("2004-07", "set", {"parameter": "constant_world", "value": 1.0}, "x"),
        Event("2004-11", "handover", {"section": "moskovskii", "agency": "border_troops"}, "x"),
    ]

    def model(by: Program | None) -> TajikistanModel:
        found = TajikistanModel(runs=6, seed=9, end="2005-12", events=events, settled=False)
        engine.settle(found, by)
        return advanced(found, by, 24)

    ours, theirs = model(compiled), model(None)
    assert_close(ours.record, theirs.record, 1e-6)
    assert ours.values["agency_pay.army"].tolist() == [90.0] * 6


@pytest.mark.parametrize(
    ("without", "start"),
    # The term ends in November 2020.
    [(("militants", "drug_market.volume"), "2004-01"), (("purges", "deals", "state"), "2020-05")],
)
def test_held_rules_are_held_as_in_numpy(without: Any, start: str) -> None:
    def held(name: str) -> TajikistanModel:
        model = TajikistanModel(
            runs=5, seed=4, start=start, end="2021-10", without=without, settled=False
        )
        by = engine.program_for(model, name)
        assert (by is None) == (name == "numpy")
        engine.settle(model, by)
        return advanced(model, by, 18)

    ours, theirs = map(held, engine.ENGINES)
    assert_close(ours.record, theirs.record, 1e-6)
    answers = theirs.values.switches.answers
    assert ours.values.switches.answers.keys() == answers.keys()
    for question, parts in answers.items():
        found = ours.values.switches.answers[question]
        assert_close(dict(enumerate(found)), dict(enumerate(parts)), 1e-9, 1e-7)


def job(**changes: Any) -> Job:
    given = {"outcomes": ("state_failed", "reliance_on_patron"), "parameters": "posterior"}
    usual = {"scenario": "x", "runs": (0, 1), "seed": 1, "start": "2004-01", "end": "2004-06"}
    return Job(**{**usual, **given, **changes})  # type: ignore[arg-type]


def test_progress_is_told_and_can_end_the_work() -> None:
    told: list[int] = []
    simulate(job(runs=tuple(range(40)), engine="compiled"), told.append)
    assert told == sorted(told) and told[-1] == 6

    def end(_months: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(job(engine="compiled"), end)


def worked_out(name: str, *given: Any) -> Any:
    """Return a function of the compiled code, of eight numbers at a time."""
    w = Writer(8)
    known = functions(w)
    w.begin()
    loaded = [w.load(place, w.real) for place in ("%a", "%b")[: len(given)]]
    w.store(w.call(name, *loaded), "%to", w.real)
    lines = "\n".join(w.lines)
    at = ", ".join(f"ptr {place}" for place in ("%a", "%b", "%to"))
    code = f"{known}\ndefine void @months({at}) {{\nentry:\n{lines}\nret void\n}}"
    code += "\ndefine void @fixed_rows(ptr %a) {\nret void\n}"
    made = program.linked(cast(Any, None), program.compiled(code))
    address = ctypes.cast(made.months, ctypes.c_void_p).value
    call = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3)(address or 0)
    raw = np.zeros(3 * 8 + 8)
    arrays = raw[(-raw.ctypes.data % 64) // 8 :][:24].reshape(3, 8)
    found = []
    for start in range(0, len(given[0]), 8):
        for row, values in zip(arrays, given, strict=False):
            row[:] = values[start : start + 8]
        call(*(row.ctypes.data for row in (arrays[0], arrays[1], arrays[2])))
        found.append(arrays[2].copy())
    return np.concatenate(found)


EDGES = [0.0, 1.0, 2.0, 0.5, np.inf, -np.inf, np.nan, 1e-300]
SPREAD = np.concatenate([EDGES, np.linspace(-700.0, 700.0, 1000), np.geomspace(1e-17, 600.0, 1000)])
SHARES = np.concatenate([[2.0**-53, 1e-14, 0.13, 0.14, 0.86, 0.87, 0.5, 1.0 - 2.0**-53],
                         np.linspace(0.001, 0.999, 1000)])  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        *((function, SPREAD) for function in (np.exp, np.expm1, np.tanh)),
        *((function, np.abs(SPREAD)) for function in (np.log, np.log1p)),
        (ndtri, SHARES),
    ],
)
def test_functions_are_those_of_numpy(wanted: Any, given: Any) -> None:
    with np.errstate(all="ignore"):
        expected, found = wanted(given), worked_out(wanted.__name__, given)
    np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-300)


def test_powers_are_those_of_numpy() -> None:
    base = np.concatenate([[0.0, 0.0, 1.0, 1.0, 3.0, 3.0, 3.0, 0.5], np.geomspace(1e-9, 1e9, 1000)])
    exponent = np.resize([0.0, 2.0, 0.0, 0.3, 1.0, 2.0, 0.0, -1.7], len(base))
    np.testing.assert_allclose(worked_out("power", base, exponent), base**exponent, rtol=2e-14)


def test_a_processor_without_fused_operations_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llvmlite.binding.get_host_cpu_features", lambda: {"fma": False})
    with pytest.raises(RuntimeError, match="fused"):
        program.compiled("")


def test_ctrl_c_ends_a_compilation_at_once(tmp_path: Path) -> None:
    chain = "\n".join(f"%x{i} = fmul double %x{i - 1}, %x{i // 2}" for i in range(1, 30_000))
    text = f"define double @f(double %x0) {{\n{chain}\nret double %x29999\n}}"
    (tmp_path / "long.ll").write_text(text, encoding="utf-8")
    call = "import sys; from tajsim.compiled.program import *; print(flush=True); compiled_apart("
    command = [sys.executable, "-c", f"{call}open(sys.argv[1]).read())", str(tmp_path / "long.ll")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"\n"
        time.sleep(2.0)
        process.send_signal(signal.SIGINT)
        assert process.wait(1.5) != 0 and process.stderr
        assert b"KeyboardInterrupt" in process.stderr.read()


# What is kept, and what is left alone.


def test_a_kept_program_is_read_only_if_it_is_whole_and_ones_own(
    tmp_path: Path, compiled: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kept" / "key.month"
    program.keep(path, "key", compiled.about, b"code")
    found = program.read(path, "key")
    assert found and found[1] == b"code"
    assert json.dumps(found[0].leaves) == json.dumps(compiled.about.leaves)
    program.keep(path, "key", *found)
    assert program.read(path, "key") == found
    assert [item.name for item in path.parent.iterdir()] == ["key.month"]
    assert program.read(path, "another") is None
    if os.name != "nt":
        for place, mode, usual in ((path, 0o620, 0o600), (path.parent, 0o777, 0o700)):
            place.chmod(mode)
            assert program.read(path, "key") is None
            place.chmod(usual)
        link = path.with_name("link.month")
        link.symlink_to(path)
        assert program.read(link, "key") is None
    for damaged in (path.read_bytes()[:-1], b"", path.read_bytes().replace(b"code", b"bode")):
        path.write_bytes(damaged)
        assert program.read(path, "key") is None
    # Where nothing can be kept nothing is lost.
    (tmp_path / "file").write_text("no folder")
    program.keep(tmp_path / "file" / "key.month", "key", compiled.about, b"code")
    assert program.read(tmp_path / "file" / "key.month", "key") is None
    *others, last = capsys.readouterr().err.splitlines()
    assert f"{tmp_path / 'file'} cannot be written (" in last and "TAJSIM_CACHE" in last
    assert os.name == "nt" or (len(others) == 1 and f"{path.parent} belongs to others" in others[0])


def grown(by: float) -> type[TajikistanModel]:
    """Return one of many classes of one name; of 0 one that branches on a number of a run."""

    def step(country: Any) -> None:
        if by > 0.0 or country.cronyism > 1.0:
            country.cronyism = country.cronyism * by

    class Grown(TajikistanModel):
        month = (("grown", step),)

    return Grown


def test_a_subclass_is_compiled_or_left_to_numpy_with_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = grown(0.0)(runs=3, settled=False)
    for _ in range(2):
        assert engine.program_for(model, "compiled") is None
    (said,) = capsys.readouterr().err.splitlines()
    assert "a branch on the value of an array" in said and "numpy simulates Grown" in said
    for by in (0.5, 2.0):  # another class of that name, and another
        model = grown(by)(runs=3, settled=False)
        before, found = model.cronyism.copy(), engine.program_for(model, "compiled")
        assert found
        engine.advance(model, found, 1)
        assert model.cronyism == pytest.approx(by * before)
    assert engine.used("compiled", held=True) == "compiled"
    monkeypatch.setitem(engine._KNOWN[TajikistanModel], (True, ()), None)
    assert [engine.used("compiled", held) for held in (False, True)] == ["compiled", "numpy"]


def test_engines_are_named_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(engine.VARIABLE, raising=False)
    assert engine.chosen() == "compiled"
    with engine.using("numpy"):
        assert engine.chosen() == job().engine == "numpy"
    assert engine.VARIABLE not in os.environ
    refused("did you mean 'numpy'", engine.chosen, "numpi")


@pytest.mark.parametrize("fault", ["ModuleNotFoundError", "OSError('no library')"])
def test_without_llvmlite_numpy_simulates(fault: str, tmp_path: Path) -> None:
    (tmp_path / "llvmlite.py").write_text(f"raise {fault}")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import tajsim\n"
        "data = tajsim.run('status-quo', runs=2, until='2004-02', outcomes=['state_failed'])\n"
        "print(data.attrs['engine'])\n"
        "try: tajsim.run('status-quo', runs=2, engine='compiled')\n"
        "except tajsim.errors.UserError as error: print(error)\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != engine.VARIABLE}
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    first, second = told.stdout.splitlines()
    assert first == "numpy" and "pip install 'tajsim[fast]'" in second
    assert ("OSError no library); numpy simulates" in told.stderr) == ("OSError" in fault)

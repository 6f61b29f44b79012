"""The same experiment in tajsim, the EMA Workbench and ``mesa.batch_run``, on one core and two.

All three simulate the same model, the same points of two factors, the same months and as many runs
of each point. The Workbench and ``batch_run`` call the model as their users would: one model a run.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from benchmarks.ratio import seconds
from tajsim.inputs.experiment import Experiment, load_experiment
from tajsim.model.model import TajikistanModel
from tajsim.sweeps import sweep

#: Factors of the experiment: short name -> parameter, least and greatest value.
FACTORS = {
    "pay": ("agency_pay.border_troops", 1.0, 40.0),
    "detection": ("detection_limit", 0.02, 0.1),
}
OUTCOME = "heroin_seized"

_TEXT = """
title = "Benchmark"
question = "How fast?"
scenarios = ["status-quo"]
runs = {runs}
end = "{end}"
parameters = "fixed"

[design]
kind = "latin-hypercube"
points = {points}

[[factors]]
name = "pay"
parameter = "agency_pay.border_troops"
low = 1
high = 40

[[factors]]
name = "detection"
parameter = "detection_limit"
low = 0.02
high = 0.1

[[keep]]
outcome = "heroin_seized"
where = {{ section = "all" }}
"""


def experiment(folder: Path, points: int, runs: int, end: str) -> Experiment:
    """Write the experiment of so many points and runs, and load it."""
    path = folder / f"benchmark-{points}-{runs}-{end}.toml"
    path.write_text(_TEXT.format(points=points, runs=runs, end=end), encoding="utf-8")
    return load_experiment(path)


def one_run(end: str, run: int, pay: float, detection: float) -> float:
    """Simulate one run of one point, as a function that knows nothing of runs side by side."""
    model = TajikistanModel(
        runs=[run],
        end=end,
        parameters="fixed",
        outcomes=[OUTCOME],
        settings={"agency_pay.border_troops": pay, "detection_limit": detection},
    )
    model.run_to_end()
    return float(model.record[OUTCOME].sum())


class BatchModel(TajikistanModel):
    """The model with keyword arguments that ``mesa.batch_run`` can vary."""

    def __init__(self, end: str, run: int, pay: float, detection: float, **rest: Any) -> None:
        super().__init__(
            runs=[int(run)],
            end=end,
            parameters="fixed",
            outcomes=[OUTCOME],
            settings={"agency_pay.border_troops": pay, "detection_limit": detection},
        )
        self.datacollector = mesa.DataCollector(model_reporters={"seized": seized})
        self.datacollector.collect(self)

    def step(self) -> None:
        """Simulate a month and collect, as ``batch_run`` expects."""
        super().step()
        self.datacollector.collect(self)


def seized(model: TajikistanModel) -> float:
    """Return the seizures so far."""
    return float(model.record[OUTCOME].sum())


def swept(one: Experiment, out: Path, **options: Any) -> None:
    """Sweep, and forget what is reported of it."""
    sweep(one, out, **options)


def report(points: int, runs: int, slow_points: int, slow_runs: int, end: str) -> None:
    """Print points times runs per second of each tool, on one core and on two.

    The tools that simulate run by run get fewer points and runs: their speed does not depend on
    the number.
    """
    print(f"\nThe same experiment, status quo to {end}, 2 factors; points x runs per second")
    print("(two cores: two worker processes, their start included; it weighs less with more runs)")
    print("                            one core  two cores  measured on")
    cores = os.cpu_count() or 1
    rows: dict[str, Callable[[int], float]] = {
        "tajsim sweep, with its store": lambda workers: _tajsim(points, runs, end, workers),
        "EMA Workbench": lambda workers: _workbench(slow_points, slow_runs, end, workers),
        "mesa.batch_run": lambda workers: _batch_run(slow_points, slow_runs, end, workers),
    }
    sizes = [points * runs, slow_points * slow_runs, slow_points * slow_runs]
    found: dict[str, list[float]] = {}
    for (name, measure), size in zip(rows.items(), sizes, strict=True):
        if name.startswith("EMA") and importlib.util.find_spec("ema_workbench") is None:
            print(f"  {name}: not installed (pip install ema_workbench)")
            continue
        found[name] = [size / measure(1)] + ([size / measure(2)] if cores > 1 else [])
        cells = [f"{speed:9.1f}" for speed in found[name]] + ["        -"] * (2 - len(found[name]))
        print(f"  {name:<24}{cells[0]:>12}  {cells[1]:>9}  {size} runs", flush=True)
    first, *others = found
    for name in others:
        ratios = [a / b for a, b in zip(found[first], found[name], strict=True)]
        print(f"  ratio to {name}: {', '.join(f'{ratio:.0f}' for ratio in ratios)}")
    print("  (a model of arrays costs about as much for one run as for fifty, so run by run it is")
    print("  slower than an ordinary one; the ratio to one of those is that of the border market)")


def _tajsim(points: int, runs: int, end: str, workers: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        one = experiment(Path(folder), points, runs, end)
        sweep(experiment(Path(folder), 2, 1, "2004-01"), Path(folder) / "warm", workers=1)
        return seconds(lambda: swept(one, Path(folder) / "out", workers=workers))


def _workbench(points: int, runs: int, end: str, workers: int) -> float:
    os.environ.setdefault("PYTHONWARNINGS", "ignore")  # for its workers, which warn at import
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ema: Any = importlib.import_module("ema_workbench")

        logging.disable(logging.WARNING)
        model = ema.ReplicatorModel("tajsim", function=one_run)
        model.replications = [{"run": run} for run in range(runs)]
        model.uncertainties = [
            ema.RealParameter(name, low, high) for name, (_, low, high) in FACTORS.items()
        ]
        model.constants = [ema.Constant("end", end)]
        model.outcomes = [ema.ArrayOutcome("seized")]
        model.function = _as_outcome

        def work() -> None:
            if workers == 1:
                evaluator = ema.SequentialEvaluator(model)
            else:
                evaluator = ema.MultiprocessingEvaluator(model, n_processes=workers)
            with evaluator as ready:
                ready.perform_experiments(scenarios=points, log_progress=True)

        try:
            return seconds(work)
        finally:
            logging.disable(logging.NOTSET)


def _as_outcome(end: str, run: int, pay: float, detection: float) -> dict[str, float]:
    return {"seized": one_run(end, run, pay, detection)}


def _batch_run(points: int, runs: int, end: str, workers: int) -> float:
    rows = max(1, round(points**0.5))
    grid = {
        "pay": list(np.linspace(1.0, 40.0, rows)),
        "detection": list(np.linspace(0.02, 0.1, -(-points // rows))),
    }
    count = len(grid["pay"]) * len(grid["detection"]) * runs

    def work() -> None:
        mesa.batch_run(
            BatchModel,
            {**grid, "end": [end], "run": range(runs)},
            number_processes=workers,
            data_collection_period=-1,
            max_steps=1000,
            display_progress=False,
        )

    # All combinations of the grid are simulated; the time is scaled to the points asked for.
    return seconds(work) * points * runs / count


if __name__ == "__main__":
    report(points=100, runs=4, slow_points=4, slow_runs=2, end="2006-12")

"""Shows that the sample that ships still belongs to the model, after its code was changed.

A change that makes the model faster or plainer, and moves no number, needs no new fit. A trace
of the sample ships with it: what ``history`` gave for some of its rows. If the model of today
gives the same to six digits, the sample is its sample.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tajsim.calibration.calibrate import SCENARIO, current_settings
from tajsim.calibration.histories import histories
from tajsim.ensemble.fingerprint import uncalibrated_version
from tajsim.errors import UserError
from tajsim.files import write_whole
from tajsim.inputs.posterior import about_posterior, load_posterior
from tajsim.inputs.scenario import load_scenario
from tajsim.inputs.targets import load_targets

TRACE, ORIGIN = "posterior_trace.csv", "posterior.toml"
#: Rows of the sample that are traced, evenly spread.
TRACED = 100
_DIGITS = 6

Values = NDArray[np.float64]


def trace(count: int = TRACED) -> Values:
    """Return the targets ``(target, row)`` that ``history`` gives for rows of the sample.

    Args:
        count: how many of the traced rows, from the first.
    """
    sample = load_posterior()
    rows = len(next(iter(sample.values())))
    chosen = (np.arange(TRACED) * rows // TRACED)[:count]
    settings = {name: values[chosen] for name, values in sample.items()}
    scenario, targets = load_scenario(SCENARIO), tuple(load_targets().values())
    with histories(scenario, targets, int(about_posterior()["seed"])) as simulate:
        return simulate(settings, np.arange(len(chosen), dtype=np.int64))


def trace_text(values: Values) -> str:
    """Return a trace as CSV: a column for each target, a row for each traced row."""
    file = io.StringIO()
    rows = [[f"{value:.{_DIGITS + 2}g}" for value in row] for row in values.T]
    csv.writer(file, lineterminator="\n").writerows([list(load_targets()), *rows])
    return file.getvalue()


def differing(folder: Path, count: int = TRACED) -> list[str]:
    """Return one line for each target that the model of today gives otherwise than traced.

    Args:
        folder: the data folder, with the trace.
        count: how many rows to simulate.
    """
    with (folder / TRACE).open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    if head != list(load_targets()):
        return ["the targets are not those of the trace"]
    kept, now = np.array(rows, dtype=float).T[:, :count], trace(count)
    off = ~np.isclose(now, kept, rtol=10.0**-_DIGITS, atol=10.0**-_DIGITS, equal_nan=True)
    return [
        f"{name}: {row.sum()} of {row.size} runs differ"
        for name, row in zip(head, off, strict=True)
        if row.any()
    ]


def confirm(folder: Path) -> None:
    """Write into ``posterior.toml`` that the sample belongs to the model of today.

    Raises:
        UserError: if it does not: targets, history or simulated numbers have changed.
    """
    about, now = about_posterior(), current_settings()
    other = [key for key in ("history", "targets") if about[key] != now[key]]
    if other:
        raise UserError(f"the sample was fitted to another {' and '.join(other)}: fit it anew")
    wrong = differing(folder)
    if wrong:
        raise UserError([*wrong, "the model has changed: fit the sample anew"])
    text = (folder / ORIGIN).read_text(encoding="utf-8")
    if "fitted_with" not in about:
        text += f'fitted_with = "{about["model"]}"  # gives the same numbers; see confirm.py\n'
    old, new = f'model = "{about["model"]}"', f'model = "{uncalibrated_version()}"'
    write_whole(folder / ORIGIN, text.replace(old, new, 1))

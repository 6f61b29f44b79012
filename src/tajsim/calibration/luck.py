"""Chance that met what happened: for each row of the sample the run that met most events."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tajsim.analysis.targets import standard_errors
from tajsim.calibration.calibrate import SCENARIO, histories
from tajsim.calibration.smc import log_kernel
from tajsim.ensemble.fingerprint import model_version
from tajsim.files import csv_text
from tajsim.inputs.conditioned import MODEL, RUN
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.inputs.targets import Target, load_targets
from tajsim.inputs.values import about_posterior, load_posterior

Values = NDArray[np.float64]
#: So many runs are tried for each row.
TRIES = 64
#: Run numbers from here on are used by nothing else.
_FIRST = 2 * 10**9


def worth(targets: Sequence[Target], simulated: Values) -> Values:
    """Return how well each history meets what happened ``(history,)``: events, then numbers.

    Each event that is met counts one; what the fitted numbers add is below one.

    Args:
        simulated: ``(target, history)``.
    """
    events = [i for i, t in enumerate(targets) if t.is_event]
    fitted = [i for i, t in enumerate(targets) if t.use == "fitted" and not t.is_event]
    seen = np.array([targets[i].observed for i in events])
    met = (simulated[events] == seen[:, np.newaxis]).sum(axis=0)
    near = log_kernel(np.array([standard_errors(targets[i], simulated[i]) for i in fitted]))
    result: Values = met + 1.0 / (1.0 + np.exp(-near))
    return result


def luck_text(
    workers: int = 1, *, tries: int = TRIES, progress: Callable[[str, int, int], None] | None = None
) -> str:
    """Try runs for each row of the sample; return the file of conditioned histories.

    Columns: the ``model``, the ``run`` with the greatest `worth`, and for each documented event
    whether it is met (1 or 0).
    """
    targets = tuple(load_targets().values())
    sample = load_posterior()
    rows = np.arange(len(next(iter(sample.values()))))
    best, runs = np.full(rows.size, -np.inf), np.zeros(rows.size, np.int64)
    kept = np.zeros((len(targets), rows.size))
    with histories(load_scenario(SCENARIO), targets, about_posterior()["seed"], workers) as found:
        for number in range(tries):
            numbers = _FIRST + number * rows.size + rows
            simulated = found(sample, numbers.astype(np.int64))
            value = worth(targets, simulated)
            better = value > best
            best, runs = np.where(better, value, best), np.where(better, numbers, runs)
            kept = np.where(better, simulated, kept)
            if progress:
                progress("luck", number + 1, tries)
    events = [(t, kept[i]) for i, t in enumerate(targets) if t.is_event]
    met = [(values == t.observed).astype(int) for t, values in events]
    head = [MODEL, RUN, *(t.id for t, _ in events)]
    return csv_text(head, zip([model_version()] * rows.size, runs, *met, strict=True))

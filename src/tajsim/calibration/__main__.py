"""Make the sample that ships again: ``python -m tajsim.calibration FOLDER [WORKERS]``.

Rounds are kept in FOLDER, so that a calibration that was ended goes on; the sample and its tables
go into the data of the package. ``tajsim calibrate`` does the same without touching the package.

``python -m tajsim.calibration --confirm`` shows, after a change of the code that moved no number,
that the sample still belongs to the model.
"""

import csv
import sys
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tajsim.calibration.calibrate import SCENARIO, calibrate, current_settings, histories
from tajsim.calibration.report import write_results
from tajsim.ensemble.fingerprint import uncalibrated_version
from tajsim.errors import UserError
from tajsim.files import csv_text, write_whole
from tajsim.inputs.registry import whole_number
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.inputs.targets import load_targets
from tajsim.inputs.values import about_posterior, load_posterior

TRACE, ORIGIN = "posterior_trace.csv", "posterior.toml"
#: Rows of the sample that are traced, evenly spread.
TRACED = 100
_DIGITS = 6

Values = NDArray[np.float64]


def trace(count: int = TRACED) -> Values:
    """Return the targets ``(target, row)`` that ``history`` gives for rows of the sample."""
    sample = load_posterior()
    rows = len(next(iter(sample.values())))
    chosen = (np.arange(TRACED) * rows // TRACED)[:count]
    settings = {name: values[chosen] for name, values in sample.items()}
    scenario, targets = load_scenario(SCENARIO), tuple(load_targets().values())
    with histories(scenario, targets, int(about_posterior()["seed"])) as simulate:
        return simulate(settings, np.arange(len(chosen), dtype=np.int64))


def trace_text(values: Values) -> str:
    """Return a trace as CSV: a column for each target, a row for each traced row."""
    return csv_text(load_targets(), ([f"{v:.{_DIGITS + 2}g}" for v in row] for row in values.T))


def differing(folder: Path, count: int = TRACED) -> list[str]:
    """Return one line for each target that the model of today gives otherwise than traced."""
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
        text += f'fitted_with = "{about["model"]}"  # --confirm: the same numbers\n'
    old, new = f'model = "{about["model"]}"', f'model = "{uncalibrated_version()}"'
    write_whole(folder / ORIGIN, text.replace(old, new, 1))


def main(arguments: Sequence[str]) -> int:
    """Calibrate with the settings of the shipped sample; return the exit status."""
    confirms = list(arguments) == ["--confirm"]
    # A misspelt option is no folder: the calibration would be made there.
    rounds, *workers = arguments or [""]
    try:
        count = whole_number((*workers, "1")[0])
    except ValueError:
        count = 0
    if not confirms and (rounds[:1] in ("", "-") or len(workers) > 1 or count < 1):
        print("usage: python -m tajsim.calibration FOLDER [WORKERS] | --confirm", file=sys.stderr)
        return 2
    said = ""

    def tell(what: str, done: int, total: int) -> None:
        nonlocal said
        if what != said:
            print(f"{what}: {total} runs", file=sys.stderr, flush=True)
            said = what

    try:
        with as_file(files("tajsim") / "data") as folder:
            if confirms:
                confirm(folder)
                print("the sample belongs to the model: the traced runs give the same numbers")
                return 0
            write_results(calibrate(rounds, workers=count, progress=tell), folder)
            # The sample is read again, from the file.
            load_posterior.cache_clear()
            write_whole(folder / TRACE, trace_text(trace()))
    except UserError as error:
        print(*error.messages, sep="\n", file=sys.stderr)
        return 1 if confirms else 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

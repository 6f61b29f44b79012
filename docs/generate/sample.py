"""What is made for the sample that ships, by ``python -m docs.generate.sample``.

``FOLDER [WORKERS]`` fits it again. Rounds are kept in FOLDER, so that a calibration that was ended
goes on; the sample and its tables go into the data of the package. ``tajsim calibrate`` does the
same without touching the package. ``--confirm`` shows, after a change of the code that moved no
number, that the sample still belongs to the model. ``--luck [WORKERS]`` finds for each row of the
sample chance that met the documented events (part of a fit).
"""

import csv
import sys
from collections.abc import Callable, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tajsim.analysis.targets import standard_errors
from tajsim.calibration import smc
from tajsim.calibration.calibrate import SCENARIO, calibrate, histories, settings_of
from tajsim.calibration.report import write_results
from tajsim.ensemble.fingerprint import model_version, uncalibrated_version
from tajsim.errors import UserError
from tajsim.files import csv_text, write_whole
from tajsim.inputs import conditioned, registry, scenario_parts
from tajsim.inputs.conditioned import FILE_NAME as LUCK
from tajsim.inputs.targets import Target, load_targets
from tajsim.inputs.values import about_posterior, load_posterior

TRACE, ORIGIN = "posterior_trace.csv", "posterior.toml"
USAGE = "usage: python -m docs.generate.sample FOLDER [WORKERS] | --confirm | --luck [WORKERS]"
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
    scenario, targets = scenario_parts.load_scenario(SCENARIO), tuple(load_targets().values())
    with histories(scenario, targets, int(about_posterior()["seed"])) as simulate:
        return simulate(settings, np.arange(len(chosen), dtype=np.int64))


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
        raise UserError(f"the sample was fitted to other {' and '.join(other)}: fit it anew")
    wrong = differing(folder)
    if wrong:
        raise UserError([*wrong, "the model has changed: fit the sample anew"])
    text = (folder / ORIGIN).read_text(encoding="utf-8")
    if "fitted_with" not in about:
        text += f'fitted_with = "{about["model"]}"  # --confirm: the same numbers\n'
    old, new = f'model = "{about["model"]}"', f'model = "{uncalibrated_version()}"'
    write_whole(folder / ORIGIN, text.replace(old, new, 1))


def current_settings() -> dict[str, Any]:
    """Return what a calibration made now, with the method of the shipped one, would depend on."""
    return settings_of(smc.Method(), 0, scenario_parts.load_scenario(SCENARIO))


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
    near = smc.log_kernel(np.array([standard_errors(targets[i], simulated[i]) for i in fitted]))
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
    with histories(
        scenario_parts.load_scenario(SCENARIO), targets, about_posterior()["seed"], workers
    ) as found:
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
    head = [conditioned.MODEL, conditioned.RUN, *(t.id for t, _ in events)]
    return csv_text(head, zip([model_version()] * rows.size, runs, *met, strict=True))


def main(arguments: Sequence[str]) -> int:
    """Do what is asked with the settings of the shipped sample; return the exit status."""
    # A misspelt option is no folder: the calibration would be made there.
    verb, *rest = arguments or [""]
    takes = {"--confirm": 0, "--luck": 1}.get(verb, 1 if verb[:1] not in ("", "-") else -1)
    try:
        counts = [registry.whole_number(word) for word in rest]
    except ValueError:
        counts = [0]
    if len(rest) > takes or min(counts, default=1) < 1:
        print(USAGE, file=sys.stderr)
        return 2
    said = ""

    def tell(what: str, done: int, total: int) -> None:
        nonlocal said
        if what != said:
            print(f"{what}: {total}", file=sys.stderr, flush=True)
            said = what

    try:
        with as_file(files("tajsim") / "data") as folder:
            if verb == "--confirm":
                confirm(folder)
                print("the sample belongs to the model: the traced runs give the same numbers")
            elif verb == "--luck":
                write_whole(folder / LUCK, luck_text(*counts, progress=tell))
            else:
                write_results(calibrate(verb, workers=(*counts, 1)[0], progress=tell), folder)
                # The sample is read again, from the file, and the model is another.
                for cached in (load_posterior, model_version):
                    cached.cache_clear()
                rows = ([f"{value:.{_DIGITS + 2}g}" for value in row] for row in trace().T)
                write_whole(folder / TRACE, csv_text(load_targets(), rows))
                write_whole(folder / LUCK, luck_text(*counts, progress=tell))
    except UserError as error:
        print(*error.messages, sep="\n", file=sys.stderr)
        return 1 if verb == "--confirm" else 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Make the sample that ships again: ``python -m tajsim.calibration FOLDER [WORKERS]``.

Rounds are kept in FOLDER, so that a calibration that was ended goes on; the sample and its tables
go into the data of the package. ``tajsim calibrate`` does the same without touching the package.

``python -m tajsim.calibration --confirm`` shows, after a change of the code that moved no number,
that the sample still belongs to the model.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.resources import as_file, files

from tajsim.calibration.calibrate import calibrate
from tajsim.calibration.confirm import TRACE, confirm, trace, trace_text
from tajsim.calibration.report import write_results
from tajsim.errors import UserError
from tajsim.files import write_whole
from tajsim.inputs.posterior import load_posterior
from tajsim.inputs.units_text import whole_number


def main(arguments: Sequence[str]) -> int:
    """Calibrate with the settings of the shipped sample; return the exit status."""
    if list(arguments) == ["--confirm"]:
        return _confirm()
    # A misspelt option is no folder: the calibration would be made there.
    rounds, *workers = arguments or [""]
    try:
        count = whole_number((*workers, "1")[0])
    except ValueError:
        count = 0
    if rounds[:1] in ("", "-") or len(workers) > 1 or count < 1:
        print("usage: python -m tajsim.calibration FOLDER [WORKERS] | --confirm", file=sys.stderr)
        return 2
    said = ""

    def tell(what: str, done: int, total: int) -> None:
        nonlocal said
        if what != said:
            print(f"{what}: {total} runs", file=sys.stderr, flush=True)
            said = what

    try:
        found = calibrate(rounds, workers=count, progress=tell)
        with as_file(files("tajsim") / "data") as folder:
            write_results(found, folder)
            # The sample is read again, from the file.
            load_posterior.cache_clear()
            write_whole(folder / TRACE, trace_text(trace()))
    except UserError as error:
        print(*error.messages, sep="\n", file=sys.stderr)
        return 2
    return 0


def _confirm() -> int:
    try:
        with as_file(files("tajsim") / "data") as folder:
            confirm(folder)
    except UserError as error:
        print(*error.messages, sep="\n", file=sys.stderr)
        return 1
    print("the sample belongs to the model: the traced runs give the same numbers")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

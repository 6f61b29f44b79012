"""The parser of the command line: errors in one line, and the options that verbs share."""

from __future__ import annotations

import argparse
import re
from typing import Any, NoReturn

from tajsim.errors import UserError, unknown
from tajsim.inputs.modes import DEFAULT_MODE, MODES
from tajsim.inputs.units_text import read_quantity, whole_number
from tajsim.version import __version__

_CHOICE = re.compile(r"argument (\S+): invalid choice: '(.*)' \(choose from (.*)\)")


class Parser(argparse.ArgumentParser):
    """A parser that reports a mistake as a `UserError`, without the usage text."""

    def __init__(self, **options: object) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """Raise the mistake; a wrong choice is told with the nearest valid one."""
        wrong = _CHOICE.match(message)
        if wrong:
            kind = "verb" if wrong[1] == "VERB" else f"value of {wrong[1]}"
            message = unknown(kind, wrong[2], re.findall(r"[\w.-]+", wrong[3]))
        raise UserError(f"{message}; see {self.prog} --help")


def common_options(parser: argparse.ArgumentParser, default: object) -> None:
    """Add ``--debug`` and ``--version``, which stand before or after the verb."""
    parser.add_argument(
        "--debug", action="store_true", default=default, help="show the trace of an error"
    )
    parser.add_argument("--version", action="version", version=f"tajsim {__version__}")


def whole(text: str) -> int:
    """Read a whole number; the limits are checked where it is used."""
    try:
        return whole_number(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def real(text: str) -> float:
    """Read a number."""
    try:
        return read_quantity(text, "")
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number") from None


def name_list(text: str) -> list[str]:
    """Read names separated by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


#: What is simulated where nothing is said.
USUAL: dict[str, Any] = {"runs": 200, "seed": 1, "parameters": DEFAULT_MODE}


def ensemble_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``run`` and ``compare``."""
    add = parser.add_argument
    runs, seed = USUAL["runs"], USUAL["seed"]
    add("--runs", type=whole, default=runs, metavar="N", help=f"runs (default {runs})")
    add("--seed", type=whole, default=seed, metavar="S", help=f"of draws (default {seed})")
    add("--out", metavar="DIR", help="a new folder for results.nc, the tables and the pictures")
    add("--overwrite", action="store_true", help="replace the results that DIR holds")
    add(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a parameter that wins over the scenarios; may be repeated",
    )
    add(
        "--parameters",
        choices=MODES,
        default=USUAL["parameters"],
        help="uncertain parameters: a row of the calibrated sample for each run (posterior), "
        f"drawn from their ranges (prior) or held (fixed); default {DEFAULT_MODE}",
    )
    add("--until", metavar="YYYY-MM", help="the last month (default: the end of the scenario)")
    add(
        "--outcomes",
        type=name_list,
        metavar="A,B",
        help="the outcomes to keep, separated by commas (default: all)",
    )
    add("--workers", type=whole, default=1, metavar="N", help="processes (default 1)")
    add("--all", action="store_true", help="print all outcomes and coordinates")
    add("--progress", action="store_true", help="show progress even if stderr is no terminal")
    add("--no-pictures", action="store_true", help="write no pictures to DIR")


def scoreboard_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``claims`` and ``validate``, which print and keep one table."""
    add = parser.add_argument
    runs, seed, mode = USUAL.values()
    add("--runs", type=whole, default=runs, metavar="N", help=f"runs (default {runs})")
    add("--seed", type=whole, default=seed, metavar="S", help=f"of draws (default {seed})")
    add("--out", metavar="FILE", help="a new file for the table: .csv")
    add("--overwrite", action="store_true", help="replace FILE if it exists")
    add(
        "--parameters",
        choices=MODES,
        default=mode,
        help=f"where uncertain parameters come from, as in tajsim run (default {mode})",
    )
    add("--workers", type=whole, default=1, metavar="N", help="processes (default 1)")
    add("--progress", action="store_true", help="show progress even if stderr is no terminal")


def everything(options: argparse.Namespace) -> bool:
    """Tell whether all rows are to be printed: on request, or for outcomes chosen by name."""
    return bool(options.all or options.outcomes)


def window(text: str) -> tuple[str, str]:
    """Read ``2006-01:2010-12``; the months are checked where they are used."""
    first, colon, last = text.partition(":")
    if not colon:
        raise argparse.ArgumentTypeError(f"'{text}' is not FROM:TO, such as 2006-01:2010-12")
    return first.strip(), last.strip()


def window_option(parser: argparse.ArgumentParser, default: str) -> None:
    """Add ``--window``."""
    parser.add_argument(
        "--window",
        type=window,
        metavar="FROM:TO",
        help=f"first and last month, YYYY-MM:YYYY-MM (default: {default})",
    )

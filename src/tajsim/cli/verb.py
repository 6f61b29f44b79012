"""What verbs are made of: help, options and a function; progress, Ctrl-C, places of results.

Results are checked before the work, filled beside their place, then put there whole.
"""

from __future__ import annotations

import argparse
import inspect
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tajsim.display import table_csv
from tajsim.errors import UserError, refuse
from tajsim.files import beside, check_file, place_of, telling, whole, write_whole

if TYPE_CHECKING:
    import pandas as pd

_FORM = "{desc}: {percentage:3.0f} %|{bar:40}| {elapsed} gone, {remaining} to go"


def _whole(text: str) -> int:
    from tajsim.inputs.registry import whole_number  # loads numpy, which help must not wait for

    try:
        return whole_number(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _real(text: str) -> float:
    from tajsim.inputs.registry import read_quantity

    try:
        return read_quantity(text, "")
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number") from None


def _named(*texts: str) -> list[str]:
    if found := [name.strip() for name in texts if name.strip()]:
        return found
    raise argparse.ArgumentTypeError("expected a name, found nothing")


def _window(text: str) -> tuple[str, str]:
    first, colon, last = text.partition(":")
    if not colon:
        raise argparse.ArgumentTypeError(f"'{text}' is not FROM:TO, such as 2006-01:2010-12")
    return first.strip(), last.strip()


#: How a value is read, by the word that stands for it in the help; any other is a text. Limits,
#: names and months are checked where they are used.
READERS: dict[str, Callable[[str], object]] = {
    "N": _whole,
    "MONTHS": _whole,
    "X": _real,
    "SHARE": _real,
    "FROM:TO": _window,
    **dict.fromkeys(("ID", "WORD"), lambda text: _named(text)[0]),
    "A,B": lambda text: _named(*text.split(",")),
}
#: What is simulated where nothing is said.
USUAL: dict[str, Any] = {"runs": 200, "seed": 1, "parameters": "posterior"}
#: Options that several verbs have, by the name that stands for them after ``@``.
GROUPS = {
    "work": """
--workers N|1  processes (default 1)
--progress  show progress even if stderr is no terminal
""",
    "without": """
--without ID...|  hold what the rules of a mechanism (M47), a theme (militants) or a rule
    (drug_market.volume) answer; may be repeated
""",
    "engine": """
--engine ENGINE:compiled/numpy  what simulates: compiled (default where llvmlite is installed) or
    numpy
""",
    "mixed": "--mixed  take results of different models together; what is made says so",
    "chance": f"""
--seed N  seed of the draws (default {USUAL["seed"]})
--parameters posterior/prior/fixed/wide/conditioned  uncertain parameters: a row of the calibrated
    sample for each run (posterior), drawn from their ranges (prior), held (fixed), as posterior
    with the fixed assumptions drawn too (wide), or rows with chance that met what happened
    (conditioned); default {USUAL["parameters"]}
@without
@work
""",
    "draws": f"""
--runs N  runs (default {USUAL["runs"]})
@chance
""",
    "ensemble": """
--out DIR^  a new folder for results.nc, the tables and the pictures
--no-pictures  write no pictures to DIR
@draws
--set>overrides KEY=VALUE...  a parameter that overrides the scenarios; may be repeated
--until YYYY-MM  the last month (default: the end of the scenario)
--outcomes A,B  the outcomes to keep, separated by commas (default: all)
--all  print all outcomes and coordinates
""",
}
_HEAD = re.compile(r"([\w-]+)(?:>(\w+))?(?: (.*?)(\^?)(!?)([?*+]?)(\.\.\.)?(?:\|(.*))?)?")


def _options(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the arguments of ``add_argument`` that lines of options say.

    A line is ``--name VALUE  help``, longer ones go on indented. ``--name>attribute`` is kept as
    another attribute, ``VALUE`` read as `READERS` say; ``a/b`` or ``VALUE:a/b`` are choices. After
    it ``^`` adds ``--overwrite``, ``!`` is required, ``?*+`` how many, ``...`` may be repeated,
    ``|x`` the default. ``@group`` stands for a group.
    """
    for line in re.sub(r"\n +", " ", text.strip()).split("\n"):
        if line[0] == "@":
            yield from _options(GROUPS[line[1:]])
            continue
        head, _, help = line.partition("  ")
        parts = _HEAD.fullmatch(head)
        assert parts, head
        name, attribute, value, replaces, required, number, several, default = parts.groups()
        more: dict[str, Any] = {"help": help.replace("%", "%%")}
        if value is None:
            more["action"] = "store_true"
        elif "/" in value:
            value, _, listed = value.rpartition(":")
            more |= {"choices": listed.split("/"), "metavar": value or None}
        else:
            more |= {"type": READERS.get(value, str), "metavar": value}
        given = {"dest": attribute, "required": bool(required), "nargs": number}
        more |= {key: what for key, what in given.items() if what}
        more |= {"default": default or []} if default is not None else {}
        yield name, more | ({"action": "append"} if several else {})
        if replaces:
            what = f"{value} if it exists" if value == "FILE" else f"the results that {value} holds"
            yield "--overwrite", {"action": "store_true", "help": f"replace {what}"}


class Verb:
    """A verb of the command line: a decorator of the function that does its work and prints it.

    Its name and line of help stand in `tajsim.cli.main`. The docstring of the function is the
    description that its own help shows; from ``example:`` on it says examples and options.

    Args:
        details: what is told before the example.
    """

    def __init__(self, call: Callable[[argparse.Namespace], None], details: str = "") -> None:
        self.call = call
        self.description, _, rest = inspect.cleandoc(call.__doc__ or "").partition("\n\nexample: ")
        example, _, rest = re.sub(r"\n    (?=\S)", " ", rest).partition("\n")
        while rest.startswith(" "):  # another example
            line, _, rest = rest.partition("\n")
            example += f"\n{line}"
        self.epilog, self._options = f"{details}example: {example}", rest

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Let a parser take the options."""
        options = [*_options(self._options)]
        if any(name == "--without" for name, _ in options):  # it simulates
            options += _options(GROUPS["engine"])
        for name, more in options:
            parser.add_argument(name, **more)


def given(options: argparse.Namespace, names: str) -> dict[str, Any]:
    """Return those of some options that were given; blanks separate their names."""
    return {name: value for name in names.split() if (value := getattr(options, name)) is not None}


def goes_with(options: argparse.Namespace, names: str, what: str) -> None:
    """Refuse options that were given without, or besides, what they go with."""
    refuse(f"{options.verb}: --{name} goes with {what}" for name in given(options, names))


def finish(options: argparse.Namespace, text: str, what: str) -> None:
    """Print a text, and where the rest is: ``tables are``, or as a sentence begins."""
    print(text)
    if options.out:
        print(f"\n{what if what[0].isupper() else f'The {what}'} in {options.out}.")


def terminal() -> tuple[int, bool]:
    """Return the columns of text, at most 80, and whether there is colour."""
    tty = sys.stdout.isatty()
    wide = shutil.get_terminal_size((80, 24)).columns if tty else 80
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return max(40, min(wide, 80)), tty and not plain


class Interrupt:
    """Whether Ctrl-C was pressed since the command began.

    Python raises KeyboardInterrupt wherever the program happens to be; raised inside a clean-up of
    the interpreter it is printed and forgotten. So the handler also leaves a note, which long work
    reads.
    """

    asked = False

    def note_and_raise(self, number: int, frame: object) -> NoReturn:
        """Handle SIGINT: remember it and raise KeyboardInterrupt."""
        self.asked = True
        raise KeyboardInterrupt

    def check(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C was pressed."""
        if self.asked:
            raise KeyboardInterrupt


interrupt = Interrupt()


@contextmanager
def progress_bar(title: str, forced: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Give a function ``(done, total)`` that moves a bar, and ends the work after a Ctrl-C.

    Where stderr is no terminal there is no bar, unless it is ``forced``.
    """
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # it has no thread: a process that has several is not copied
    hidden = False if forced else None  # None: as the terminal is
    form: Any = {"desc": title, "bar_format": _FORM, "leave": False, "disable": hidden}
    with tqdm(total=1, file=sys.stderr, **form) as bar:

        def move(done: int, total: int) -> None:
            interrupt.check()
            bar.total = total
            bar.update(done - bar.n)

        yield move
    interrupt.check()


#: A folder of results holds nothing but files of these kinds.
_OURS = (".nc", ".csv", ".png", ".svg", ".pdf", ".md", ".tex")


def write_table(table: pd.DataFrame, path: Path, model: str = "") -> None:
    """Write a table as CSV, with the model that it is of: this one if none is named."""
    from tajsim.ensemble.fingerprint import model_version

    write_whole(path, table_csv(table, model or model_version()))


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path, model: str = "") -> list[str]:
    """Write tables as CSV into a folder; return the names of the files."""
    for name, table in tables.items():
        write_table(table, folder / f"{name}.csv", model)
    return [f"{name}.csv" for name in tables]


@contextmanager
def table_file(
    out: str | None, overwrite: bool, endings: tuple[str, ...] = (".csv",)
) -> Iterator[Path | None]:
    """Give a path to write to; the file takes the place of ``out`` if the block ends well.

    Without ``out`` it gives None. It raises `UserError` before the block if ``out`` may not be
    written or replaced, and after it if it cannot be written.
    """
    if out is None:
        yield None
        return
    place = check_file(out, overwrite, endings=endings)
    with telling(out), whole(place) as begun:
        yield begun


@contextmanager
def result_folder(out: str | None, overwrite: bool) -> Iterator[Path | None]:
    """Give an empty folder to fill; it takes the place of ``out`` if the block ends without error.

    On an error or an interrupt the folder is removed and ``out`` is as it was. Without ``out`` it
    gives None. It raises `UserError` before the block if ``out`` may not be written or replaced.
    """
    if out is None:
        yield None
        return
    with telling(out):
        place = place_of(out).resolve()
        _check_folder(out, place, overwrite)
        made = [parent for parent in place.parents if not parent.exists()]
        begun, old = beside(place), beside(place)
        try:
            begun.mkdir(parents=True)
            yield begun
            try:
                if place.exists():
                    place.rename(old)
                begun.rename(place)
            except BaseException:
                with suppress(FileNotFoundError):
                    old.rename(place)
                raise
        except UserError as error:  # a message about a file in it names the place asked for
            raise UserError(m.replace(str(begun), out) for m in error.messages) from None
        finally:
            shutil.rmtree(begun, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)
            with suppress(OSError):  # they are not empty, as they should be
                for parent in made:
                    parent.rmdir()


def _check_folder(out: str, place: Path, overwrite: bool) -> None:
    """Refuse a place that holds something which must not be lost."""
    if place == Path.cwd() or place in Path.cwd().parents:
        raise UserError(
            f"{out or repr(out)}: is the current folder or above it; name a new folder in it"
        )
    if not place.exists():
        if place.suffix.lower() in (*_OURS, ".xlsx", ".html", ".zip", ".toml"):
            raise UserError(f"{out}: is the name of a file; name a folder")
        return
    if not place.is_dir():
        raise UserError(f"{out}: is a file; name a folder")
    if not os.access(place, os.W_OK):
        raise UserError(f"{out}: cannot be written (permission denied)")
    held = sorted(place.iterdir())
    if held and not overwrite:
        raise UserError(f"{out}: exists and is not empty; --overwrite replaces the results in it")
    if strange := [path.name for path in held if path.is_dir() or path.suffix not in _OURS]:
        raise UserError(
            f"{out}: holds '{strange[0]}', which is no result; --overwrite replaces folders of "
            "results only, name another folder"
        )

"""What verbs are made of: help, options and a function; progress, Ctrl-C, places of results.

Results are checked before the work, filled beside their place, then put there whole.
"""

from __future__ import annotations

import argparse
import inspect
import os
import shutil
import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from tajsim.display import table_csv
from tajsim.errors import UserError
from tajsim.files import beside, check_file, place_of, telling, whole, write_whole

if TYPE_CHECKING:
    import pandas as pd

_FORM = "{desc}: {percentage:3.0f} %|{bar:40}| {elapsed} gone, {remaining} to go"
#: Seconds between two texts of `progress_line`.
_PAUSE = 0.2


def whole_count(text: str) -> int:
    """Read a whole number; the limits are checked where it is used."""
    from tajsim.inputs.registry import whole_number  # loads numpy, which help must not wait for

    try:
        return whole_number(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def real(text: str) -> float:
    """Read a number; the limits are checked where it is used."""
    from tajsim.inputs.registry import read_quantity

    try:
        return read_quantity(text, "")
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is not a number") from None


def window(text: str) -> tuple[str, str]:
    """Read ``2006-01:2010-12``; the months are checked where they are used."""
    first, colon, last = text.partition(":")
    if not colon:
        raise ArgumentTypeError(f"'{text}' is not FROM:TO, such as 2006-01:2010-12")
    return first.strip(), last.strip()


def name_list(text: str) -> list[str]:
    """Read names separated by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


#: How a value is read, by the word that stands for it in the help; any other is a text.
READERS: dict[str, Callable[[str], object]] = {
    "N": whole_count,
    "MONTHS": whole_count,
    "X": real,
    "SHARE": real,
    "A,B": name_list,
    "FROM:TO": window,
}


class Option:
    """An argument of a verb, as `argparse.ArgumentParser.add_argument` takes it.

    Args:
        name: with two dashes, if it is no positional argument.
        help: what it means.
        metavar: the word for its value; without one, and without choices, it is given or not.
        more: further arguments of ``add_argument``.
    """

    def __init__(self, name: str, help: str, metavar: str | None = None, **more: Any) -> None:
        if metavar:
            more = {"type": READERS.get(metavar, str), "metavar": metavar, **more}
        elif "choices" not in more:
            more["action"] = "store_true"
        self.name = name
        self.more = {"help": help, **more}

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Let a parser take the argument."""
        parser.add_argument(self.name, **self.more)


class Verb:
    """A verb of the command line: a decorator of the function that does its work and prints it.

    Its name and line of help stand in `tajsim.cli.main`; the docstring of the function is the
    description that its own help shows.

    Args:
        example: a command, or several.
        options: what it takes.
        details: what the description does not say.
    """

    def __init__(self, example: str, *options: Option, details: str = "") -> None:
        self.epilog = f"{details}example: {example}"
        self.options = (*options, ENGINE) if WITHOUT in options else options

    def __call__(self, call: Callable[[Namespace], None]) -> Verb:
        """Take the function."""
        self.call = call
        self.description = inspect.cleandoc(call.__doc__ or "")
        return self


def file_options(what: str, required: bool = False) -> tuple[Option, Option]:
    """Return ``--out`` and ``--overwrite`` for one file."""
    out = Option("--out", what, "FILE", required=required)
    return out, Option("--overwrite", "replace FILE if it exists")


def folder_options(what: str, pictures: str = "pictures", metavar: str = "FOLDER") -> list[Option]:
    """Return ``--out``, ``--overwrite`` and ``--no-pictures`` for a folder of results."""
    return [
        Option("--out", what, metavar),
        Option("--overwrite", f"replace the results that {metavar} holds"),
        Option("--no-pictures", f"write no {pictures} to {metavar}"),
    ]


#: The option of every verb that simulates.
WITHOUT = Option(
    "--without",
    "hold what the rules of a mechanism (M47), a theme (militants) or a rule (drug_market.volume) "
    "answer; may be repeated",
    "ID",
    action="append",
    default=[],
)


ENGINE = Option(
    "--engine",
    "what simulates: compiled (default where llvmlite is installed) or numpy",
    "ENGINE",
    choices=("compiled", "numpy"),
)

#: The option of the verbs that read results.
MIXED = Option("--mixed", "take results of different models together; what is made says so")


def window_option(help: str) -> Option:
    """Return ``--window``."""
    return Option("--window", f"first and last month, YYYY-MM:YYYY-MM ({help})", "FROM:TO")


#: The options of long work.
WORK = (
    Option("--workers", "processes (default 1)", "N", default=1),
    Option("--progress", "show progress even if stderr is no terminal"),
)


def given(options: Namespace, names: str) -> dict[str, Any]:
    """Return those of some options that were given; blanks separate their names."""
    return {name: value for name in names.split() if (value := getattr(options, name)) is not None}


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

    def note_and_raise(self, number: int, frame: FrameType | None) -> NoReturn:
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
    with _bar(forced, desc=title, bar_format=_FORM) as bar:

        def move(done: int, total: int) -> None:
            interrupt.check()
            if bar is not None:
                bar.total = total
                bar.update(done - bar.n)

        yield move
    interrupt.check()


@contextmanager
def progress_line(forced: bool = False) -> Iterator[Callable[[object], None]]:
    """Give a function that shows its argument as one line, as `progress_bar` shows a bar."""
    with _bar(forced, bar_format="{desc}") as bar:
        shown = 0.0

        def show(progress: object) -> None:
            nonlocal shown
            interrupt.check()
            if bar is not None and monotonic() - shown > _PAUSE:
                shown = monotonic()
                bar.set_description_str(str(progress))

        yield show


@contextmanager
def _bar(forced: bool, **form: Any) -> Iterator[Any]:
    """Give a bar of tqdm, or None where nobody would see it."""
    if not (forced or sys.stderr.isatty()):
        yield None
        return
    from tqdm import tqdm

    with tqdm(total=1, file=sys.stderr, leave=False, **form) as bar:
        yield bar


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

    Without ``out`` it gives None.

    Raises:
        UserError: before the block, if ``out`` may not be written or replaced; after it, if it
            cannot be written.
    """
    if out is None:
        yield None
        return
    place = place_of(out)
    check_file(place, overwrite, endings=endings)
    with telling(out), whole(place) as begun:
        yield begun


@contextmanager
def result_folder(out: str | None, overwrite: bool) -> Iterator[Path | None]:
    """Give an empty folder to fill; it takes the place of ``out`` if the block ends without error.

    On an error or an interrupt the folder is removed and ``out`` is as it was. Without ``out`` it
    gives None.

    Raises:
        UserError: before the block, if ``out`` may not be written or replaced.
    """
    if out is None:
        yield None
        return
    with telling(out):
        place = place_of(out).resolve()
        _check_folder(out, place, overwrite)
        made = [parent for parent in place.parents if not parent.exists()]
        begun = beside(place)
        try:
            begun.mkdir(parents=True)
            yield begun
            _put_in_place(begun, place)
        except UserError as error:  # a message about a file in it names the place asked for
            raise UserError(m.replace(str(begun), out) for m in error.messages) from None
        finally:
            shutil.rmtree(begun, ignore_errors=True)
            with suppress(OSError):  # they are not empty, as they should be
                for parent in made:
                    parent.rmdir()


def _check_folder(out: str, place: Path, overwrite: bool) -> None:
    """Refuse a place that holds something which must not be lost."""
    if place == Path.cwd() or place in Path.cwd().parents:
        raise UserError(f"{out}: is the current folder or above it; name a new folder in it")
    if not place.exists() and place.suffix.lower() in (*_OURS, ".xlsx", ".html", ".zip", ".toml"):
        raise UserError(f"{out}: is the name of a file; name a folder")
    if not place.exists():
        return
    if not place.is_dir():
        raise UserError(f"{out}: is a file; name a folder")
    if not os.access(place, os.W_OK):
        raise UserError(f"{out}: cannot be written (permission denied)")
    held = sorted(place.iterdir())
    if held and not overwrite:
        raise UserError(f"{out}: exists and is not empty; --overwrite replaces the results in it")
    strange = [path.name for path in held if path.is_dir() or path.suffix not in _OURS]
    if strange:
        raise UserError(
            f"{out}: holds '{strange[0]}', which is no result; --overwrite replaces folders of "
            "results only, name another folder"
        )


def _put_in_place(begun: Path, place: Path) -> None:
    """Rename the finished folder to its place; what was there goes only after that."""
    if not place.exists():
        begun.rename(place)
        return
    old = beside(place)
    place.rename(old)
    try:
        begun.rename(place)
    except BaseException:
        old.rename(place)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)

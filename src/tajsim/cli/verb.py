"""What verbs are made of: help, options and a function; progress and Ctrl-C of long work."""

from __future__ import annotations

import argparse
import inspect
import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import Any, NoReturn

_FORM = "{desc}: {percentage:3.0f} %|{bar:40}| {elapsed} gone, {remaining} to go"
#: Seconds between two texts of `progress_line`.
_PAUSE = 0.2


def whole(text: str) -> int:
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
    "N": whole,
    "MONTHS": whole,
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
        self.options = options

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

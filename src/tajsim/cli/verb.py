"""What a verb is: its help, the options that it takes and the function that runs it."""

from __future__ import annotations

import argparse
import inspect
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable
from typing import Any


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

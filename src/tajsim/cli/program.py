"""Read the command line, call the verb, and turn every error into a clear line and a status."""

from __future__ import annotations

import argparse
import io
import os
import shlex
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from types import FrameType
from typing import Any

import tajsim.cli.interrupt as interrupt
from tajsim.cli.parser import Parser, common_options
from tajsim.errors import UserError
from tajsim.files import reason

#: The verbs in the order of ``tajsim --help``; each is a module of ``tajsim.cli.verbs``.
VERBS = (
    "scenarios",
    "new",
    "check",
    "run",
    "compare",
    "claims",
    "validate",
    "sweep",
    "sensitivity",
    "discover",
    "robust",
    "calibrate",
    "explain",
    "plot",
    "report",
    "app",
    "figures",
    "parameters",
    "outcomes",
    "mechanisms",
)

DONE, INTERNAL, USER, INTERRUPTED, TERMINATED, PIPE_CLOSED = 0, 1, 2, 130, 143, 141


class Terminated(BaseException):
    """The process was asked to end; files half written are removed on the way out."""


def build_parser() -> Parser:
    """Return the parser with all verbs. Verbs import what they need only when they are called."""
    parser = Parser(
        prog="tajsim",
        description="Simulate how a weak regime outsources its security: Tajikistan, 2004 to 2020.",
        epilog="example: tajsim compare status-quo russian-border-withdrawal --runs 200 "
        "--out withdrawal",
    )
    common_options(parser, default=False)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name in VERBS:
        verb: Any = import_module(f"tajsim.cli.verbs.{name}")
        sub = verbs.add_parser(
            name, help=verb.HELP, description=verb.DESCRIPTION, epilog=f"example: {verb.EXAMPLE}"
        )
        common_options(sub, default=argparse.SUPPRESS)
        verb.add_arguments(sub)
        sub.set_defaults(call=verb.call)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0 done, 2 something the user can mend (a line for each on stderr), 130 interrupted, 143
    terminated, 141 reader of the output gone, 1 a mistake in the program.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with _unwinding_termination():
            if wrong := [text for text in arguments if "\0" in text]:
                raise UserError(f"argument {wrong[0]!r}: expected a text without byte zero")
            options = build_parser().parse_args(arguments)
            said = shlex.join(["tajsim", *arguments])  # a file name need not be UTF-8
            options.command = said.encode("utf-8", "backslashreplace").decode()
            status: int = options.call(options)
            sys.stdout.flush()
            return status
    except BaseException as error:
        if debug and not isinstance(error, (SystemExit, BrokenPipeError)):
            traceback.print_exc()
        return _answer(error)


def _answer(error: BaseException) -> int:
    """Print what the user is to read about an error and return the exit status."""
    if isinstance(error, SystemExit):  # --help and --version
        return error.code if isinstance(error.code, int) else USER
    if isinstance(error, BrokenPipeError):
        # What is still in the buffer has no reader: keep the interpreter from writing it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    if isinstance(error, UserError):
        _say(*(line for message in error.messages for line in message.splitlines()))
        return USER
    # Ctrl-C while a library in C is loaded comes out as whatever that library makes of it.
    if isinstance(error, KeyboardInterrupt) or (
        interrupt.asked() and not isinstance(error, Terminated)
    ):
        _say("interrupted; nothing half written was left behind")
        return INTERRUPTED
    if isinstance(error, Terminated):
        _say("terminated; nothing half written was left behind")
        return TERMINATED
    if isinstance(error, OSError):
        # Where the output was to go nothing more fits: keep the interpreter from trying again.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        named = f"{error.filename}: " if error.filename else ""
        _say(f"{named}{reason(error)}")
        return USER
    if isinstance(error, MemoryError):
        _say("out of memory; ask for fewer runs, fewer outcomes or an earlier end")
        return USER
    _say(f"internal error: {_brief(error)}; run again with --debug")
    return INTERNAL


def _say(*lines: str) -> None:
    for line in lines:
        print(f"tajsim: {line}", file=sys.stderr)


def _brief(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


@contextmanager
def _unwinding_termination() -> Iterator[None]:
    """Let a request to terminate, or Ctrl-C, unwind the program and not get lost."""

    def unwind(number: int, frame: FrameType | None) -> None:
        raise Terminated

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    interrupt.forget()
    handlers = {
        signal.SIGTERM: signal.signal(signal.SIGTERM, unwind),
        signal.SIGINT: signal.signal(signal.SIGINT, interrupt.note_and_raise),
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)

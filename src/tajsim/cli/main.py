"""Read the command line, call the verb, and turn every error into a clear line and a status."""

import argparse
import io
import os
import re
import shlex
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from contextvars import copy_context
from importlib import import_module
from typing import Any, NoReturn, TextIO

from tajsim.cli.verb import Verb, interrupt
from tajsim.errors import UserError, nearest, printable, unknown
from tajsim.files import reason

#: The verbs in the order of ``tajsim --help``: the module that holds each, and its line of help.
VERBS = {
    "scenarios": ("lists", "list the shipped scenarios and experiments, or show one scenario"),
    "new": ("lists", "write a new scenario file"),
    "check": ("lists", "check a scenario or an experiment file"),
    "run": ("simulate", "simulate one scenario"),
    "compare": ("simulate", "compare scenarios with a reference, run by run"),
    "claims": ("simulate", "test the claims of the documents"),
    "signs": ("simulate", "test the effects that a single change must have"),
    "validate": ("simulate", "score the documented history against the documents"),
    "verify": ("simulate", "simulate runs of results again and compare"),
    "archive": ("simulate", "put results and all that they rest on into one file"),
    "sweep": ("explore", "simulate the points of an experiment"),
    "sensitivity": ("explore", "rank the factors that drive the outcomes of a sweep"),
    "discover": ("explore", "find the conditions under which an outcome happens"),
    "robust": ("explore", "find the choice that does well in most states of the world"),
    "seek": ("explore", "find which value of one factor gives a level of an outcome"),
    "atlas": ("explore", "show what every scenario changes, at a glance"),
    "calibrate": ("present", "fit uncertain parameters to the targets"),
    "explain": ("simulate", "tell one run as a story, or where two scenarios diverge"),
    "plot": ("present", "draw pictures of results"),
    "report": ("present", "write results as one page for readers"),
    "app": ("present", "open the dashboard in the browser"),
    "table": ("lists", "print outcomes by year as a table"),
    "find": ("lists", "find parameters, outcomes, figures, mechanisms and scenarios by a word"),
    "figures": ("lists", "show figures of the documents"),
    "parameters": ("lists", "show parameters and their basis"),
    "outcomes": ("lists", "show the outcomes that results hold"),
    "mechanisms": ("lists", "show what the documents say about cause and effect"),
}

#: Words that people try, and the verb that does it.
_TRIED = {
    "simulate": "run", "draw": "plot", "picture": "plot", "fit": "calibrate", "search": "find",
    "list": "scenarios", "show": "scenarios", "dashboard": "app", "ablate": "mechanisms",
}  # fmt: skip

DONE, INTERNAL, USER, INTERRUPTED, TERMINATED, PIPE_CLOSED = 0, 1, 2, 130, 143, 141
_CHOICE = re.compile(r"argument (\S+): invalid choice: '(.*)' \(choose from (.*)\)")


class Terminated(BaseException):
    """The process was asked to end; files half written are removed on the way out."""


class Parser(argparse.ArgumentParser):
    """A parser that reports a mistake as a `UserError`, without the usage text."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def parse_known_args(self, *given: Any, **more: Any) -> tuple[Any, list[str]]:
        """Parse; an option that is none of this verb's is told with the nearest that is."""
        found, rest = super().parse_known_args(*given, **more)
        if wrong := [word.partition("=")[0] for word in rest if word.startswith("--")]:
            names = [name[2:] for name in self._option_string_actions]
            near = nearest(wrong[0][2:], names).replace("mean '", "mean '--")
            self.error(f"unknown option '{wrong[0]}'{near}")
        if self.prog == "tajsim" and found.verb is None:
            self.error("the following arguments are required: VERB")
        return found, rest

    def error(self, message: str) -> NoReturn:
        """Raise the mistake; a wrong choice is told with the nearest valid one."""
        if wrong := _CHOICE.match(message):
            named = f"value of {wrong[1]}", dict[str, str]()
            kind, tried = ("verb", _TRIED) if wrong[1] == "VERB" else named
            message = unknown(kind, wrong[2], [*re.findall(r"[\w.-]+", wrong[3]), *tried])
            for word, verb in tried.items():
                message = message.replace(f"mean '{word}'", f"mean '{verb}'")
        raise UserError(f"{message}; see {self.prog} --help")


class _Version(argparse.Action):
    """Print the version, which takes longer to find out than the rest of the help."""

    def __call__(self, parser: argparse.ArgumentParser, *rest: object) -> NoReturn:
        from tajsim.version import __version__

        print(f"tajsim {__version__}")
        parser.exit()


def build_parser(called: Collection[str] = tuple(VERBS)) -> Parser:
    """Return the parser with all verbs; those that are not called take no arguments."""
    parser = Parser(
        prog="tajsim",
        description="Simulate how a weak regime outsources its security: Tajikistan, 2004 to 2020.",
        epilog="example: tajsim compare arrangement-of-2004 russian-border-withdrawal --runs 200 "
        "--out withdrawal",
    )
    _common_options(parser, default=False)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    for name, (home, help) in VERBS.items():
        sub = verbs.add_parser(name, help=help)
        if name in called:
            verb: Verb = getattr(import_module(f"tajsim.cli.{home}"), name)
            sub.description, sub.epilog = verb.description, verb.epilog
            _common_options(sub, default=argparse.SUPPRESS)
            verb.add_to(sub)
            sub.set_defaults(call=verb.call)
    return parser


def _common_options(parser: argparse.ArgumentParser, default: object) -> None:
    """Add ``--debug`` and ``--version``, which stand before or after the verb."""
    add = parser.add_argument
    add("--debug", action="store_true", default=default, help="show the trace of an error")
    add("--version", action=_Version, nargs=0, help="show program's version number and exit")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0 done, 2 something the user can mend (a line for each on stderr), 130 interrupted, 143
    terminated, 141 reader of the output gone, 1 a mistake in the program.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments
    sys.stdout = sys.stdout or io.StringIO()  # begun without one
    sys.stderr = sys.stderr or sys.stdout
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    clean: Any = _Clean(sys.stdout)
    try:
        with _unwinding_termination(), redirect_stdout(clean), warnings.catch_warnings():
            # Of ours or of a library, as one line.
            told = lambda text, *_: _say(f"warning: {' '.join(str(text).split())}")  # noqa: E731
            warnings.showwarning = told
            if wrong := [text for text in arguments if "\0" in text]:
                raise UserError(f"argument {wrong[0]!r}: expected a text without byte zero")
            # The options that stand before the verb take no value.
            verb = next((word for word in arguments if not word.startswith("-")), "")
            options = build_parser({verb}).parse_args(arguments)
            said = shlex.join(["tajsim", *_repeatable(arguments)])  # file names need not be UTF-8
            options.command = said.encode("utf-8", "backslashreplace").decode()
            copy_context().run(_call, options)
            sys.stdout.flush()
            return DONE
    except BaseException as error:
        if debug and not isinstance(error, (SystemExit, BrokenPipeError)):
            traceback.print_exc()
        return _answer(error)


def _call(options: argparse.Namespace) -> None:
    if getattr(options, "mixed", False):
        from tajsim.results import select

        select.mixed.set(True)
    if named := getattr(options, "engine", None):
        from tajsim.compiled.engine import using

        with using(named):
            options.call(options)
    else:
        options.call(options)


def _repeatable(arguments: Sequence[str]) -> Iterator[str]:
    """Yield a command without what its results do not depend on: where they go, how it is told."""
    words = iter(arguments)
    for word in words:
        if word in ("--out", "--save"):
            next(words, None)
        elif not word.startswith(("--out=", "--save=", "--overwrite", "--progress", "--debug")):
            yield word


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
    if isinstance(error, Terminated):
        _say("terminated; nothing half written was left behind")
        return TERMINATED
    # Ctrl-C while a library in C is loaded comes out as whatever that library makes of it.
    if isinstance(error, KeyboardInterrupt) or interrupt.asked:
        _say("interrupted; nothing half written was left behind")
        return INTERRUPTED
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
    text = " ".join([f"{type(error).__name__}:", *str(error).split()]).removesuffix(":")
    _say(f"internal error: {text}; run again with --debug")
    return INTERNAL


_LONGEST = 300  # characters of a line about an error
_COLOURED = re.compile("(\033\\[(?:1|33|36)m)([^\033\n]*)(\033\\[0m)")  # see `answer`


def _say(*lines: str) -> None:
    for line in lines:
        said = printable(f"tajsim: {line}")
        half = _LONGEST // 2 - 3
        short = said if len(said) <= _LONGEST else f"{said[:half]} ... {said[-half:]}"
        print(short, file=sys.stderr)


class _Clean:
    """A stream whose texts may come from files of others: nothing in them controls a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text; what we colour ourselves, within a line, stays coloured."""
        parts = enumerate(_COLOURED.split(text))
        return self._stream.write("".join(t if i % 2 else printable(t) for i, t in parts))

    def __getattr__(self, name: str) -> Any:
        """Return what else the stream has."""
        return getattr(self._stream, name)


@contextmanager
def _unwinding_termination() -> Iterator[None]:
    """Let Ctrl-C, a request to terminate or a closed terminal unwind the program."""

    def unwind(number: int, frame: object) -> None:
        raise Terminated

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    interrupt.asked = False
    handlers = {signal.SIGTERM: unwind, signal.SIGINT: interrupt.note_and_raise}
    if os.name == "posix" and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup wants
        handlers[signal.SIGHUP] = unwind
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

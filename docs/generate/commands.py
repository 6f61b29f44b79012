"""The command-line reference, from the parsers' own help."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager

from docs.generate.markdown import page
from tajsim.cli.main import build_parser


def commands_page() -> str:
    """Return the help of the program and of every verb."""
    with _columns(88):
        parser = build_parser()
        verbs = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
        helps = {"tajsim": parser.format_help()}
        helps |= {f"tajsim {name}": verb.format_help() for name, verb in verbs.choices.items()}
    blocks = [f"## {name}\n\n```text\n{text.rstrip()}\n```" for name, text in helps.items()]
    about = "Made from the program's own help: every verb prints its part with `--help`."
    return page("Command line", about, *blocks)


@contextmanager
def _columns(width: int) -> Iterator[None]:
    """Let help texts be wrapped at a width, whatever the terminal."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(width)
    try:
        yield
    finally:
        del os.environ["COLUMNS"]
        if before is not None:
            os.environ["COLUMNS"] = before

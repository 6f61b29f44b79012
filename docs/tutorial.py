"""The tutorial as a program: ``python -m docs.tutorial`` renews what it shows, and its notebook.

The page ``tutorial.md`` is the only source. Its blocks, by language: none, commands (those of
``tajsim`` are run, others are for the reader); ``toml``, the content of the scenario file, or one
line that replaces the line with the same key; ``python``, run in one namespace; ``text``, lines of
the output of the block before. The command runs them all, puts the lines that came out into the
``text`` blocks, and writes ``tutorial.ipynb``; with ``--notebook`` it only writes the notebook.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("tutorial.md")
NOTEBOOK = PAGE.with_suffix(".ipynb")
SCENARIO = "my-question.toml"
LEFT_OUT = "..."
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
#: What differs between two numbers of runs: figures with their sign, and the space around them.
_NUMBER = re.compile(r"[+-]?\d[\d,.]*(?:e-\d+)?(?: (?:m|bn)\b)?|[<>](?=\d)|-{2,}|(?<= )-(?= )")


@dataclass(frozen=True)
class Block:
    """A fenced block of the page: its language, its text, and where the text stands."""

    language: str
    code: str
    span: tuple[int, int]

    @property
    def commands(self) -> list[str]:
        """The lines that call tajsim."""
        lines = self.code.splitlines() if not self.language else []
        return [line for line in lines if line.startswith("tajsim ")]


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks in their order."""
    return [Block(m[1], m[2], m.span(2)) for m in _FENCE.finditer(page)]


def scenario_file(before: str, code: str) -> str:
    """Return the scenario file after a ``toml`` block: all of it, or one line replaced."""
    if "\n" in code.strip():
        return code
    key = code.split("=")[0].strip()
    text, count = re.subn(rf"^{re.escape(key)} *=.*\n", lambda _: code, before, flags=re.MULTILINE)
    if count != 1:
        raise ValueError(f"{key} stands on {count} lines of {SCENARIO}; expected one")
    return text


def executed(
    page: str, folder: Path, smaller: Callable[[str], str] = str
) -> Iterator[tuple[Block, str]]:
    """Run the blocks in a folder and yield each with what it printed.

    Args:
        page: the text of the page.
        folder: where files are written; the working folder meanwhile.
        smaller: what is done to code and commands before they are run.
    """
    names: dict[str, Any] = {}
    printed = ""
    every = blocks(page)
    with contextlib.chdir(folder):
        for block, after in zip(every, [*every[1:], None], strict=True):
            if block.language == "toml":
                file = Path(SCENARIO)
                file.write_text(scenario_file(file.read_text("utf-8"), block.code), "utf-8")
            elif block.language == "python":
                with _caught() as caught:
                    exec(compile(smaller(block.code), PAGE.name, "exec"), names)
                printed = caught.getvalue()
            elif block.commands:
                refused = after is not None and after.code.startswith("tajsim: ")
                printed = "".join(_called(smaller(line), refused) for line in block.commands)
            yield block, printed


def _called(line: str, refused: bool) -> str:
    """Run one command in this process and return what it printed, errors too.

    ``refused`` tells that the page shows the line with which it is refused.
    """
    from tajsim.cli.main import main

    with _caught() as caught:
        status = main(shlex.split(line)[1:])
    if status != (2 if refused else 0):
        raise RuntimeError(f"{line}: status {status}\n{caught.getvalue()}")
    return caught.getvalue()


@contextlib.contextmanager
def _caught() -> Iterator[io.StringIO]:
    caught = io.StringIO()
    with contextlib.redirect_stdout(caught), contextlib.redirect_stderr(caught):
        yield caught


def likeness(line: str) -> str:
    """Return a line without its numbers and layout, which differ with the number of runs."""
    return " ".join(_NUMBER.sub("#", line).split())


def shown_lines(excerpt: str, printed: str) -> str:
    """Return an excerpt with the lines that were printed.

    Raises:
        ValueError: if a line of the excerpt has no like in the output, in the same order.
    """
    rest = printed.splitlines()
    lines = []
    for line in excerpt.splitlines():
        if line != LEFT_OUT:
            places = [i for i, other in enumerate(rest) if likeness(other) == likeness(line)]
            if not places:
                raise ValueError(f"not in the output: {line}")
            line, rest = rest[places[0]], rest[places[0] + 1 :]
        lines.append(line)
    return "\n".join(lines) + "\n"


def renewed(page: str, folder: Path) -> str:
    """Return the page with the output of its commands as it is now."""
    parts, at = [], 0
    for block, printed in executed(page, folder):
        if block.language == "text":
            parts += [page[at : block.span[0]], shown_lines(block.code, printed)]
            at = block.span[1]
    return "".join([*parts, page[at:]])


def notebook(page: str) -> str:
    """Return the page as a Jupyter notebook without outputs: prose, commands, Python."""
    cells: list[dict[str, Any]] = []
    prose, at, file = "", 0, ""
    for match in _FENCE.finditer(page):
        prose += page[at : match.start()]
        at = match.end()
        (block,) = blocks(match[0])
        if block.language == "text" or not (block.language or block.commands):
            prose += match[0]
            continue
        if block.language == "toml":
            file = scenario_file(file, block.code)
        prose = _cell(cells, "markdown", prose)
        _cell(cells, "code", _code(block, file))
    _cell(cells, "markdown", prose + page[at:])
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _code(block: Block, file: str) -> str:
    if block.language == "toml":
        return f"%%writefile {SCENARIO}\n{file}"
    return block.code if block.language else "\n".join(f"!{line}" for line in block.commands)


def _cell(cells: list[dict[str, Any]], kind: str, text: str) -> str:
    """Add a cell unless it is empty; return ``""``."""
    text = text.strip("\n")
    if text:
        more = dict[str, Any](execution_count=None, outputs=[]) if kind == "code" else {}
        source = text.splitlines(keepends=True)
        name = f"cell-{len(cells) + 1}"
        cells.append({"cell_type": kind, "id": name, "metadata": {}, **more, "source": source})
    return ""


def main(arguments: Sequence[str]) -> None:
    """Renew the page and the notebook, or with ``--notebook`` only that."""
    page = PAGE.read_text("utf-8")
    if "--notebook" not in arguments:
        os.environ.setdefault("MPLBACKEND", "Agg")
        with tempfile.TemporaryDirectory() as folder:
            page = renewed(page, Path(folder))
        PAGE.write_text(page, "utf-8")
    NOTEBOOK.write_text(notebook(page), "utf-8")
    print(f"{PAGE.name} and {NOTEBOOK.name} are as they should be")


if __name__ == "__main__":
    main(sys.argv[1:])

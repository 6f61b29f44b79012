"""A progress bar on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import tajsim.cli.interrupt as interrupt


@contextmanager
def progress_bar(title: str, forced: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Give a function ``(done, total)`` that moves a bar, and ends the work after a Ctrl-C.

    Where stderr is no terminal there is no bar.
    """

    def watch(done: int, total: int) -> None:
        interrupt.check()

    if not (forced or sys.stderr.isatty()):
        yield watch
        interrupt.check()
        return
    from tqdm import tqdm

    form = "{desc}: {percentage:3.0f} %|{bar:40}| {elapsed} gone, {remaining} to go"
    with tqdm(total=1, desc=title, file=sys.stderr, bar_format=form, leave=False) as bar:

        def move(done: int, total: int) -> None:
            interrupt.check()
            bar.total = total
            bar.update(done - bar.n)

        yield move
    interrupt.check()

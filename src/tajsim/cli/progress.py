"""Long work: how far it is, shown on stderr, and a Ctrl-C that cannot get lost."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import Any, NoReturn

_FORM = "{desc}: {percentage:3.0f} %|{bar:40}| {elapsed} gone, {remaining} to go"
#: Seconds between two texts of `progress_line`.
_PAUSE = 0.2


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

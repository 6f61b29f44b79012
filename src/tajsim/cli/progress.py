"""A progress bar on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(title: str, forced: bool = False) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function ``(done, total)`` that moves a bar; ``None`` where stderr is no terminal."""
    if not (forced or sys.stderr.isatty()):
        yield None
        return
    from tqdm import tqdm

    form = "{desc}: {percentage:3.0f} %|{bar:40}| {elapsed} gone, {remaining} to go"
    with tqdm(total=1, desc=title, file=sys.stderr, bar_format=form, leave=False) as bar:

        def move(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield move

"""A file for a table: checked before the work, written beside its place, then put there whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tajsim.files import check_file, place_of, telling, whole


@contextmanager
def table_file(out: str, overwrite: bool, endings: tuple[str, ...] = (".csv",)) -> Iterator[Path]:
    """Give a path to write to; the file takes the place of ``out`` if the block ends well.

    Raises:
        UserError: before the block, if ``out`` may not be written or replaced; after it, if it
            cannot be written.
    """
    place = place_of(out)
    check_file(place, overwrite, endings=endings)
    with telling(out), whole(place) as begun:
        yield begun

"""A file for a table: checked before the work, written beside its place, then put there whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tajsim.errors import UserError


@contextmanager
def table_file(out: str, overwrite: bool, endings: tuple[str, ...] = (".csv",)) -> Iterator[Path]:
    """Give a path to write to; the file takes the place of ``out`` if the block ends well.

    On an error or an interrupt it is removed and ``out`` is as it was.

    Raises:
        UserError: before the block, if ``out`` may not be written or replaced.
    """
    place = Path(out).expanduser()
    if place.suffix not in endings:
        expected = " or ".join(endings)
        raise UserError(f"{out}: not a table; expected a name that ends in {expected}")
    if place.is_dir():
        raise UserError(f"{out}: is a folder; name a file")
    if place.exists() and not overwrite:
        raise UserError(f"{out}: exists already; --overwrite replaces it")
    if not place.absolute().parent.is_dir():
        raise UserError(f"{out}: there is no folder {place.parent}")
    begun: Path | None = None
    try:
        number, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.absolute().parent)
        os.close(number)
        begun = Path(name)
        yield begun
        # A temporary file is its owner's alone; the table is like any other new file.
        mask = os.umask(0)
        os.umask(mask)
        begun.chmod(0o666 & ~mask)
        begun.replace(place)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UserError(f"{out}: cannot be written ({reason})") from None
    finally:
        if begun:
            begun.unlink(missing_ok=True)

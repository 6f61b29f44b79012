"""Where results go: checked before the work, filled beside that place, then put there whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tajsim.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

#: A folder of results holds nothing but files of these kinds.
_OURS = (".nc", ".csv", ".png", ".svg", ".pdf")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, its numbers with six digits."""
    table.to_csv(path, index=False, float_format="%.6g")


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[str]:
    """Write tables as CSV into a folder; return the names of the files."""
    for name, table in tables.items():
        write_table(table, folder / f"{name}.csv")
    return [f"{name}.csv" for name in tables]


def check_file(path: Path, overwrite: bool) -> None:
    """Refuse a place where a file cannot go, before the work and not after it.

    Raises:
        UserError: if a file or a folder is there, or its folder is not.
    """
    if path.is_dir():
        raise UserError(f"{path}: is a folder; name a file")
    if path.exists() and not overwrite:
        raise UserError(f"{path}: exists already; --overwrite replaces it")
    if not path.absolute().parent.is_dir():
        raise UserError(f"{path}: there is no folder {path.parent}")


@contextmanager
def table_file(
    out: str | None, overwrite: bool, endings: tuple[str, ...] = (".csv",)
) -> Iterator[Path | None]:
    """Give a path to write to; the file takes the place of ``out`` if the block ends well.

    On an error or an interrupt it is removed and ``out`` is as it was. Without ``out`` it gives
    None.

    Raises:
        UserError: before the block, if ``out`` may not be written or replaced.
    """
    if out is None:
        yield None
        return
    place = Path(out).expanduser()
    if place.suffix not in endings:
        expected = " or ".join(endings)
        raise UserError(f"{out}: not a table; expected a name that ends in {expected}")
    check_file(place, overwrite)
    begun: Path | None = None
    with _telling(out):
        try:
            number, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.absolute().parent)
            os.close(number)
            begun = Path(name)
            yield begun
            # A temporary file is its owner's alone; the table is like any other new file.
            begun.chmod(0o666 & ~_umask())
            begun.replace(place)
        finally:
            if begun:
                begun.unlink(missing_ok=True)


@contextmanager
def result_folder(out: str | None, overwrite: bool) -> Iterator[Path | None]:
    """Give an empty folder to fill; it takes the place of ``out`` if the block ends without error.

    On an error or an interrupt the folder is removed and ``out`` is as it was. Without ``out`` it
    gives None.

    Raises:
        UserError: before the block, if ``out`` may not be written or replaced.
    """
    if out is None:
        yield None
        return
    place = Path(out).expanduser().resolve()
    _check_folder(out, place, overwrite)
    made = [parent for parent in place.parents if not parent.exists()]
    with _telling(out):
        place.parent.mkdir(parents=True, exist_ok=True)
        begun = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
        try:
            yield begun
            begun.chmod(0o777 & ~_umask())
            _put_in_place(begun, place)
        finally:
            shutil.rmtree(begun, ignore_errors=True)
            with suppress(OSError):  # they are not empty, as they should be
                for parent in made:
                    parent.rmdir()


def _check_folder(out: str, place: Path, overwrite: bool) -> None:
    """Refuse a place that holds something which must not be lost."""
    if place == Path.cwd() or place in Path.cwd().parents:
        raise UserError(f"{out}: is the current folder or above it; name a new folder in it")
    if not place.exists():
        return
    if not place.is_dir():
        raise UserError(f"{out}: is a file; name a folder")
    if not os.access(place, os.W_OK):
        raise UserError(f"{out}: cannot be written (permission denied)")
    held = sorted(place.iterdir())
    if held and not overwrite:
        raise UserError(f"{out}: exists and is not empty; --overwrite replaces the results in it")
    strange = [path.name for path in held if path.is_dir() or path.suffix not in _OURS]
    if strange:
        raise UserError(
            f"{out}: holds '{strange[0]}', which is no result; --overwrite replaces folders of "
            "results only, name another folder"
        )


def _put_in_place(begun: Path, place: Path) -> None:
    """Rename the finished folder to its place; what was there goes only after that."""
    if not place.exists():
        begun.rename(place)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{place.name}.old.", dir=place.parent))
    place.rename(old / place.name)
    try:
        begun.rename(place)
    except BaseException:
        (old / place.name).rename(place)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _telling(out: str) -> Iterator[None]:
    """Turn an error of the system into the line for a user that ``out`` cannot be written."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UserError(f"{out}: cannot be written ({reason})") from None


def _umask() -> int:
    """Return the mask of permissions (it can only be read by setting it)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask

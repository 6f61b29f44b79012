"""Where results go: checked before the work, filled beside that place, then put there whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tajsim.errors import UserError
from tajsim.files import beside, check_file, place_of, telling, whole

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


@contextmanager
def table_file(
    out: str | None, overwrite: bool, endings: tuple[str, ...] = (".csv",)
) -> Iterator[Path | None]:
    """Give a path to write to; the file takes the place of ``out`` if the block ends well.

    Without ``out`` it gives None.

    Raises:
        UserError: before the block, if ``out`` may not be written or replaced; after it, if it
            cannot be written.
    """
    if out is None:
        yield None
        return
    place = place_of(out)
    check_file(place, overwrite, endings=endings)
    with telling(out), whole(place) as begun:
        yield begun


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
    with telling(out):
        place = place_of(out).resolve()
        _check_folder(out, place, overwrite)
        made = [parent for parent in place.parents if not parent.exists()]
        begun = beside(place)
        try:
            begun.mkdir(parents=True)
            yield begun
            _put_in_place(begun, place)
        except UserError as error:  # a message about a file in it names the place asked for
            raise UserError(m.replace(str(begun), out) for m in error.messages) from None
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
    old = beside(place)
    place.rename(old)
    try:
        begun.rename(place)
    except BaseException:
        old.rename(place)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)

"""The folder of results: checked before the work, filled beside its place, then put there whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tajsim.errors import UserError
from tajsim.files import beside, place_of, telling

#: A folder of results holds nothing but files of these kinds.
_OURS = (".nc", ".csv", ".png", ".svg", ".pdf")


@contextmanager
def result_folder(out: str, overwrite: bool) -> Iterator[Path]:
    """Give an empty folder to fill; it takes the place of ``out`` if the block ends without error.

    On an error or an interrupt the folder is removed and ``out`` is as it was.

    Raises:
        UserError: before the block, if ``out`` may not be written or replaced.
    """
    with telling(out):
        place = place_of(out).resolve()
        _check(out, place, overwrite)
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


def _check(out: str, place: Path, overwrite: bool) -> None:
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

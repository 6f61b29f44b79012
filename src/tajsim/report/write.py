"""Write a report: the file appears whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tajsim.analysis.windows import Window
from tajsim.errors import UserError
from tajsim.report.page import Results, report


def write_report(
    results: Results | Sequence[Results],
    out: str | Path,
    *,
    window: Window | None = None,
    overwrite: bool = False,
) -> Path:
    """Write the report on results as one HTML file and return its path.

    Args:
        results: a dataset, a result file or folder, or several whose runs are pairs.
        out: the file, ``.html``.
        window: the months, see `tajsim.report.page.report`.
        overwrite: whether an existing file is replaced.

    Raises:
        UserError: as `report`; for another suffix; if the file exists or cannot be written.
    """
    path = Path(out).expanduser()
    check_place(path, overwrite, "overwrite=True")
    text = report(results, window)
    begun = path.with_name(f".{path.name}.begun")
    try:
        begun.write_text(text, encoding="utf-8")
        begun.replace(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UserError(f"{path}: cannot be written ({reason})") from None
    finally:
        begun.unlink(missing_ok=True)
    return path


def check_place(path: Path, overwrite: bool, how: str) -> None:
    """Refuse a place where a report cannot go, before any work.

    Raises:
        UserError: for another suffix, an existing file, a folder that is not there.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise UserError(f"{path}: expected a name that ends in .html")
    if path.is_dir():
        raise UserError(f"{path}: is a folder; name a file")
    if path.exists() and not overwrite:
        raise UserError(f"{path}: exists already; {how} replaces it")
    if not path.absolute().parent.is_dir():
        raise UserError(f"{path}: there is no folder {path.parent}")

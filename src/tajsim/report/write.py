"""Write a report: the file appears whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tajsim.analysis.windows import Window
from tajsim.files import check_file, place_of, write_whole
from tajsim.report.page import Results, report

ENDINGS = (".html", ".htm")


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
    path = place_of(out)
    check_file(path, overwrite, "overwrite=True", ENDINGS)
    write_whole(path, report(results, window))
    return path

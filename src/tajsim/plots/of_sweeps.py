"""Pictures of a sweep by their kind, as `tajsim.plots` has those of results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

import tajsim.plots.style as style
from tajsim.errors import UserError, unknown
from tajsim.files import check_file
from tajsim.plots.levers import levers
from tajsim.plots.ridges import curves, ridges
from tajsim.plots.save import SUFFIXES, save
from tajsim.plots.scatter import scatter
from tajsim.plots.swept import Swept

#: Name of each kind of picture of a sweep -> the function that makes it.
SWEEP_KINDS: dict[str, Callable[..., Figure]] = {
    "ridges": ridges,
    "curves": curves,
    "levers": levers,
    "scatter": scatter,
}
OPTIONS = ("outcome", "by", "scenarios", "title")


def sweep_figure(kind: str, sweep: Swept, **chosen: Any) -> Figure:
    """Return one picture of a sweep as a matplotlib Figure.

    Args:
        kind: one of `SWEEP_KINDS`.
        sweep: the tables of a sweep (`tajsim.load_sweep`).
        chosen: ``outcome``, ``by``, ``scenarios``, ``title``; see the function of the kind.

    Raises:
        UserError: for an unknown kind, option, factor, scenario or outcome.
    """
    if kind not in SWEEP_KINDS:
        raise UserError(unknown("kind of picture", kind, SWEEP_KINDS))
    wrong = [unknown(f"option of {kind}", name, OPTIONS) for name in chosen if name not in OPTIONS]
    if wrong:
        raise UserError(wrong)
    with style.look():
        return SWEEP_KINDS[kind](sweep, **chosen)


def draw_sweep(kind: str, sweep: Swept, path: str | Path, **chosen: Any) -> list[Path]:
    """Write one picture of a sweep; the suffix of ``path`` decides between PNG, SVG and PDF.

    Raises:
        UserError: as `sweep_figure`; for another suffix; if the file cannot be written.
    """
    check_file(Path(path), overwrite=True, endings=SUFFIXES)
    save(sweep_figure(kind, sweep, **chosen), Path(path))
    return [Path(path)]

"""Writing a picture to a file: whole or not at all, the same picture the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

import tajsim.plots.style as style
from tajsim.files import check_file, telling, whole

SUFFIXES = (".png", ".svg", ".pdf")


def save(picture: Figure, path: Path) -> None:
    """Write a picture; the suffix of ``path`` decides between PNG, SVG and PDF.

    Raises:
        UserError: for another suffix, or if the file cannot be written.
    """
    check_file(path, overwrite=True, endings=SUFFIXES)
    form = path.suffix.lower()[1:]
    stamp = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[form]
    with telling(path), whole(path) as begun, style.look(), settled(picture):
        picture.savefig(begun, format=form, metadata=stamp)


@contextmanager
def settled(picture: Figure) -> Iterator[Figure]:
    """Hold the panels where the layout puts them, rounded, while the picture is written.

    The layout differs in its last bit from time to time, and with the dots an inch of the format;
    places held so give the same bytes each time and the same picture in every format.
    """
    engine, dots = picture.get_layout_engine(), picture.dpi
    if not isinstance(engine, ConstrainedLayoutEngine):  # held already
        yield picture
        return
    picture.set_dpi(style.DPI)
    picture.draw_without_rendering()
    picture.set_layout_engine("none")
    for ax in picture.axes:
        left, low, wide, tall = (
            round(float(part), 5) for part in ax.get_position(original=True).bounds
        )
        ax.set_position((left, low, wide, tall))
    try:
        yield picture
    finally:
        picture.set_layout_engine(engine)
        picture.set_dpi(dots)

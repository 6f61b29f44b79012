"""The tables of the page on calibration, made from the sample that ships."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

from tajsim.calibration.report import (
    ORIGIN,
    PARAMETERS,
    TARGETS,
    Rows,
    markdown,
    parameter_table,
    rows_of,
    target_table,
)  # fmt: skip
from tajsim.files import data_text, write_whole
from tajsim.inputs.targets import load_targets, read_targets, target_text

_MARK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def fitted_only_table(rows: Rows) -> str:
    """Return the names of the fitted parameters that stay at their prior, in one line."""
    names = [f"`{r['parameter']}`" for r in rows if r["fitted"] == "1" and r["informed"] == "0"]
    return (", ".join(names) or "none") + "\n"


def split_table() -> str:
    """Return which targets are fitted and which only check, with the reasons."""
    return markdown(
        ("target", "figure", "use", "why"),
        (
            (
                t.id,
                f"`{t.figure.id}`",
                t.use + (" (but looked at)" if t.looked_at and t.use == "checked" else ""),
                t.reason,
            )
            for t in load_targets().values()
        ),
    )


def left_out_table() -> str:
    """Return the target figures of the ledger that no outcome can be compared with."""
    left_out = read_targets(target_text()).not_comparable
    return markdown(("figure", "why not"), ((f"`{f}`", why) for f, why in left_out.items()))


def origin_table() -> str:
    """Return where the shipped sample comes from."""
    origin = tomllib.loads(data_text(ORIGIN))
    return markdown(("setting", "value"), ((key, str(value)) for key, value in origin.items()))


TABLES: dict[str, Callable[[], str]] = {
    "split": split_table,
    "left_out": left_out_table,
    "origin": origin_table,
    "parameters": lambda: parameter_table(rows_of(data_text(PARAMETERS))),
    "at_prior": lambda: fitted_only_table(rows_of(data_text(PARAMETERS))),
    "targets": lambda: target_table(rows_of(data_text(TARGETS))),
}


def filled(page: str) -> str:
    """Return a page with its marked tables made again from the data."""
    return _MARK.sub(lambda m: f"{m[1]}\n{TABLES[m[2]]()}\n{m[3]}", page)


if __name__ == "__main__":
    for place in map(Path, sys.argv[1:]):
        write_whole(place, filled(place.read_text(encoding="utf-8")))

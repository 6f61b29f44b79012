"""The tables of the page on calibration, made from the sample that ships."""

from __future__ import annotations

import csv
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tajsim.calibration.report import ORIGIN, PARAMETERS, TARGETS
from tajsim.files import data_text, write_whole
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.targets import load_targets, read_targets, target_text

_MARK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


Rows = list[dict[str, str]]


def rows_of(text: str) -> Rows:
    """Return the rows of a table of a calibration."""
    return list(csv.DictReader(text.splitlines()))


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def parameter_table(rows: Rows) -> str:
    """Return the parameters that the data inform, the most contracted first."""
    told = [row for row in rows if row["informed"] == "1"]
    told.sort(key=lambda row: (-float(row["contraction"]), row["parameter"]))
    head = ("parameter", "unit", "most tied to", "prior", "posterior", "contraction", "shift")
    cells = []
    for row in told:
        unit, ranges = load_parameters()[row["parameter"]].unit, _ranges(row, _range)
        found = (row["target"], *ranges, row["contraction"], row["shift"])
        cells.append((f"`{row['parameter']}`", unit, *found))
    return markdown(head, cells)


def target_table(rows: Rows) -> str:
    """Return observed against simulated, before and after the fit, the fitted targets first."""
    heads = ("target", "use", "observed", "unit", "prior", "posterior", "near: prior", "posterior")
    told = []
    for row in sorted(rows, key=lambda row: row["use"] != "fitted"):
        near = (f"{float(row[name]):.0%}" for name in ("prior_near", "near"))
        found = (plain(row["observed"]), row["unit"], *_ranges(row, _simulated), *near)
        told.append((row["target"], row["use"], *found))
    return markdown(heads, told)


def _ranges(row: dict[str, str], told: Callable[[dict[str, str], str], str]) -> tuple[str, str]:
    """Return what is told of the prior and of the posterior."""
    return told(row, "prior_"), told(row, "")


def _range(row: dict[str, str], prefix: str) -> str:
    low, median, high = (plain(row[f"{prefix}{name}"]) for name in ("low", "median", "high"))
    return f"{median} ({low} to {high})"


def plain(number: str) -> str:
    """Return a number of the tables without an exponent where it is at least one thousand."""
    value = float(number)
    return f"{value:,.0f}" if abs(value) >= 1000.0 else number


def _simulated(row: dict[str, str], prefix: str) -> str:
    """Return median and 90 % interval; for an event the share of runs in which it is seen."""
    if row["unit"] == "0 or 1":
        return f"in {float(row[prefix + 'mean']):.0%} of runs"
    return _range(row, prefix)


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

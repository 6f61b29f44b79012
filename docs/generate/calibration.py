"""The tables of the page on calibration, made from the sample that ships."""

from __future__ import annotations

import csv
import math
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from tajsim.axes import Array
from tajsim.calibration.report import ORIGIN, PARAMETERS, TARGETS
from tajsim.files import data_text, write_whole
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.targets import load_targets, read_targets, target_text
from tajsim.inputs.values import load_posterior, prior_quantile

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
            (t.id, f"`{t.figure.id}`", t.use + " (looked at)" * t.looked_at, t.reason)
            for t in load_targets().values()
        ),
    )


Values = Mapping[str, Array]
#: Quantiles from which the prior is drawn, one order for each parameter.
_DRAWS = 20_000
#: Rank correlations from here on are called large.
LARGE = 0.3


def _margin(values: Values) -> Array:
    return values["price_exit"] - values["price_border"]


def _honest(values: Values) -> Array:
    """Return the chance that honest guards as dense as the Russian ones meet a load on a plain."""
    return values["detection_limit"] * (1.0 - 0.5 ** (8.7 / values["detection_half_density"]))


#: Parameters that the products are made of.
PARTS = (
    *("market_demand", "price_exit", "price_border"),
    *("detection_limit", "detection_half_density", "output_start"),
)
#: What only a product is printed of: its name, unit, and how it is worked out; parts come first.
PRODUCTS: dict[str, tuple[str, Callable[[Values], Array]]] = {
    "flow": ("tonnes/year", lambda v: v["market_demand"] * 0.012),
    "margin": ("USD/kg", _margin),
    "interception": ("share", _honest),
    "flow x margin": ("million USD/year", lambda v: v["market_demand"] * 12e-6 * _margin(v)),
    "flow x margin / output": (
        "share",
        lambda v: v["market_demand"] * 12.0 * _margin(v) / v["output_start"],
    ),
    "flow x interception": ("tonnes/year", lambda v: v["market_demand"] * 0.012 * _honest(v)),
}


def product_table() -> str:
    """Return prior, posterior and contraction of products and their parts, on a log scale."""
    known, chance = load_parameters(), np.random.default_rng(1)

    def drawn(names: Iterable[str], count: int) -> dict[str, Array]:
        grid = (np.arange(count) + 0.5) / count
        return {name: prior_quantile(known[name], chance.permutation(grid)) for name in names}

    fitted = load_posterior()
    prior = drawn(sorted({*fitted, *PARTS}), _DRAWS)
    # A part that no figure is tied to was not fitted, and is at its prior.
    count = len(next(iter(fitted.values())))
    sample = {**fitted, **drawn((name for name in PARTS if name not in fitted), count)}
    rows = []
    for name, (unit, made) in PRODUCTS.items():
        before, after = made(prior), made(sample)
        gone = 1.0 - np.log(after).var() / np.log(before).var()
        rows.append((name, unit, _middle(before), _middle(after), f"{gone:.2f}"))
    return markdown(("what", "unit", "prior", "posterior", "contraction"), rows)


def _middle(values: Array) -> str:
    low, median, high = (plain(f"{v:.3g}") for v in np.quantile(values, (0.05, 0.5, 0.95)))
    return f"{median} ({low} to {high})"


def together_table() -> str:
    """Return the largest rank correlations of the sample, and in words whether any is large."""
    sample = load_posterior()
    found, names = np.asarray(spearmanr(np.array([*sample.values()]).T).statistic), [*sample]
    pairs = [(i, j) for i in range(len(names)) for j in range(i)]
    pairs.sort(key=lambda pair: -abs(found[pair]))
    rows = [(f"`{names[j]}`", f"`{names[i]}`", f"{found[i, j]:+.2f}") for i, j in pairs[:6]]
    large = sum(abs(found[pair]) >= LARGE for pair in pairs)
    said = f"{large} of {len(pairs)} pairs are" if large else f"None of {len(pairs)} pairs is"
    chance = 2.0 / math.sqrt(len(next(iter(sample.values()))))
    return (
        f"{said} correlated by {LARGE} or more in rank; {chance:.2f} is what two independent "
        "parameters pass in one case of twenty.\n\n"
        + markdown(("parameter", "and", "rank correlation"), rows)
    )


def looked_at_table() -> str:
    """Return for each looked-at target how near runs were before the fit and after."""
    fit = {row["target"]: row for row in rows_of(data_text(TARGETS))}
    learnt = [row for row in rows_of(data_text(PARAMETERS)) if row["informed"] == "1"]
    rows = []
    for target in (t for t in load_targets().values() if t.looked_at):
        row = fit[target.id]
        near = (f"{float(row[name]):.0%}" for name in ("prior_near", "near"))
        tied = [f"`{r['parameter']}`" for r in learnt if r["target"] == target.id]
        moved = ", ".join(tied) or ("none" if target.use == "fitted" else "not fitted")
        rows.append((target.id, target.use, *near, moved))
    return markdown(("target", "use", "near: prior", "posterior", "parameters that moved"), rows)


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
    "products": product_table,
    "together": together_table,
    "looked_at": looked_at_table,
    "targets": lambda: target_table(rows_of(data_text(TARGETS))),
}


def filled(page: str) -> str:
    """Return a page with its marked tables made again from the data."""
    return _MARK.sub(lambda m: f"{m[1]}\n{TABLES[m[2]]()}\n{m[3]}", page)


if __name__ == "__main__":
    for place in map(Path, sys.argv[1:]):
        write_whole(place, filled(place.read_text(encoding="utf-8")))

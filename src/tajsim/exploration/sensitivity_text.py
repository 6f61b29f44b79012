"""The text of a sensitivity analysis: a table for each column, sums by basis, and chance."""

from __future__ import annotations

import math

import pandas as pd

from tajsim.analysis.tables import interval, number, percent, text_table
from tajsim.exploration.choice import said
from tajsim.exploration.sensitivity import RANKS, Sensitivity

#: Index -> how the head of its column reads, in the order of columns.
HEADS = {
    "first": "first order",
    "total": "total",
    "mu_star": "mu*",
    "mu": "mu",
    "sigma": "sigma",
    "coefficient": "coefficient",
}
#: Method -> the index by which factors are ordered.
LEADING = {"Sobol indices": "total", "Morris screening": "mu_star", RANKS: "coefficient"}
_BASES = {
    "documented": "documented",
    "derived": "derived",
    "assumption": "assumption",
    "decision": "decisions",
    "together": "joint effects",
    "unexplained": "unexplained",
}
_OF = {
    "Sobol indices": "First-order indices",
    "Morris screening": "Squares of mu* (a rough share of variance)",
    RANKS: "Share of the variance of ranks",
}
_FEW = 10


def ordered(found: Sensitivity, scenario: str, column: str) -> pd.DataFrame:
    """Return the indices of one column as ``(factor, index)`` columns, the leading factor first."""
    mine = found.indices
    mine = mine[(mine["scenario"] == scenario) & (mine["column"] == column)]
    lead = mine[mine["index"] == LEADING[found.method]].set_index("factor")["value"].abs()
    order = list(lead.sort_values(ascending=False, kind="stable").index)
    return mine.set_index(["factor", "index"]).loc[order]


def sensitivity_text(found: Sensitivity, everything: bool = False) -> str:
    """Return the whole text; ten factors for each column, or all."""
    parts = [_heading(found)]
    for scenario, column in dict.fromkeys(
        zip(found.indices["scenario"], found.indices["column"], strict=True)
    ):
        parts.append(_column(found, scenario, column, everything))
    return "\n\n".join([*parts, _footing(found)])


def _heading(found: Sensitivity) -> str:
    sweep = found.sweep
    runs = found.chance["runs_a_point"].max()
    text = f"{found.method[0].upper()}{found.method[1:]}: {len(sweep.factors)} factors, "
    text += f"{len(sweep.points):,} points, {number(float(runs))} runs each (means of points). "
    text += f"{sweep.about['title']}."
    if found.method == RANKS:
        text += (
            f"\nThe design ({sweep.kind}) has no indices of its own: these are standardised "
            "coefficients of a regression of ranks on ranks."
        )
    return text


def _column(found: Sensitivity, scenario: str, column: str, everything: bool) -> str:
    table = ordered(found, scenario, column)
    factors = list(dict.fromkeys(table.index.get_level_values("factor")))
    shown = factors if everything else factors[:_FEW]
    heads = [index for index in HEADS if index in set(table.index.get_level_values("index"))]
    rows = [[f, str(table.loc[(f, heads[0]), "basis"]), *_cells(table, f, heads)] for f in shown]
    head = ["factor", "basis"]
    for index in heads:
        head += [HEADS[index]] + (["90 % interval"] if index not in ("mu", "sigma") else [])
    lines = [f"{scenario}, {said(found.sweep, column)}", text_table(head, rows, left=(0, 1))]
    if len(shown) < len(factors):
        lines.append(f"... and {len(factors) - len(shown)} more; --all shows them.")
    lines += [_bases(found, scenario, column), _chance(found, scenario, column, table)]
    return "\n".join(lines)


def _cells(table: pd.DataFrame, factor: str, heads: list[str]) -> list[str]:
    cells = []
    mine = table.xs(factor, level="factor")
    values, low, high = (mine[name].to_dict() for name in ("value", "low", "high"))
    for index in heads:
        signed = index in ("mu", "coefficient")
        cells.append(number(float(values[index]), signed))
        if index not in ("mu", "sigma"):
            cells.append(interval(float(low[index]), float(high[index]), signed))
    return cells


def _bases(found: Sensitivity, scenario: str, column: str) -> str:
    rows = found.bases
    rows = rows[(rows["scenario"] == scenario) & (rows["column"] == column)]
    parts = []
    for _, row in rows.iterrows():
        name = _BASES[row["basis"]] + (f" ({row['factors']:.0f})" if row["factors"] else "")
        span = interval(float(row["low"]), float(row["high"]))
        parts.append(f"{name} {number(float(row['share']))} ({span})")
    return f"{_OF[found.method]} summed by basis: {', '.join(parts)}."


def _chance(found: Sensitivity, scenario: str, column: str, table: pd.DataFrame) -> str:
    rows = found.chance
    row = rows[(rows["scenario"] == scenario) & (rows["column"] == column)].iloc[0]
    if math.isnan(row["factors"]):
        return "Chance cannot be told from the factors: that needs two runs or more at each point."
    text = (
        f"Of the variance over points and runs {percent(row['factors'])} goes with the factors, "
        f"{percent(row['alike'])} with luck that acts alike at every point, "
        f"{percent(row['apart'])} with luck that acts differently. "
        f"Of the variance of the means {percent(row['floor'])} is chance"
    )
    floors = table.xs(LEADING[found.method], level="index")["chance"]
    floor = float(floors.iloc[0])
    if found.method == "Sobol indices":
        return (
            f"{text}: a total index of {number(floor)} is none, and first-order indices are "
            "smaller by that share than without it."
        )
    if found.method == RANKS:
        return f"{text}."
    return f"{text}: a mu* of {number(floor)} is none."


def _footing(found: Sensitivity) -> str:
    lines = [
        "All points share their draws: run 3 has the same luck at every point. So what that luck "
        "does alike at all points",
        "is in no index, and only luck that acts differently blurs them; with independent draws at "
        "each point, both would.",
        f"The luck holds the uncertain parameters that are no factors (mode "
        f"'{found.sweep.about['parameters']}'). Intervals: bootstrap, 90 %.",
    ]
    return "\n".join([*lines, *found.notes])

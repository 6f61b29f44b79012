"""The text of a comparison of portfolios: a table, the recommended one, and where it fails."""

from __future__ import annotations

import pandas as pd

from tajsim.analysis.tables import number, percent, text_table
from tajsim.exploration.discovery_text import boxes_text
from tajsim.exploration.robustness import Robustness

_FEW = 12


def robustness_text(found: Robustness, everything: bool = False) -> str:
    """Return the whole text; twelve portfolios, or all."""
    table = found.table
    order = ["regret_max", "regret_mean"]
    if found.rule == "satisfy":
        table = table.assign(missed=-table["satisfied"])
        order = ["missed", "regret_max"]
    table = table.sort_values(order, kind="stable")
    count = len(table)
    shown = table if everything else table.head(_FEW)
    goals = " and ".join(f"{g.column} {g.way}" for g in found.goals)
    parts = [
        f"{count} portfolios of {', '.join(found.worlds.levers)} in the same "
        f"{len(found.worlds.worlds):,} worlds (run numbers"
        f"{_others(found)}). Wanted: {goals}. "
        f"Satisfied where {' and '.join(level.text for level in found.levels)}.",
        _table(found, shown),
    ]
    if len(shown) < count:
        parts[-1] += f"\n... and {count - len(shown)} more; --all shows them."
    parts.append(
        f"Regret: how far behind the best portfolio of the same world ({found.regret_unit}"
        + (", of the worse goal" if len(found.goals) > 1 else "")
        + "). worst: a tenth of worlds are worse. chosen: share of resampled worlds in which it is "
        "recommended. *: no other portfolio is better in the mean of every goal."
    )
    return "\n\n".join([*parts, recommendation(found), *_failing(found), *found.notes])


def _others(found: Robustness) -> str:
    names = [n for n in found.worlds.worlds.columns if n not in ("run", "scenario")]
    if found.worlds.worlds.get("scenario") is not None:
        names += ["scenario"] if found.worlds.worlds["scenario"].nunique() > 1 else []
    return f" and {', '.join(names)}" if names else ""


def _table(found: Robustness, table: pd.DataFrame) -> str:
    head = ["", *found.worlds.levers]
    for goal in found.goals:
        head += [f"{goal.column} mean", "worst"]
    head += ["regret max", "90 %", "mean", "satisfied", "chosen"]
    rows = []
    for i, row in table.iterrows():
        mark = ("> " if i == found.recommended else "") + ("*" if row["undominated"] else "")
        cells = [said(row[name]) for name in found.worlds.levers]
        for goal in found.goals:
            cells += [number(row[f"{kind}_{goal.column}"]) for kind in ("mean", "worst")]
        cells += [number(row[f"regret_{kind}"]) for kind in ("max", "90", "mean")]
        rows.append([mark, *cells, percent(row["satisfied"]), percent(row["chosen"])])
    return text_table(head, rows, left=(0,))


def said(value: object) -> str:
    """Return the value of a lever."""
    return number(float(value)) if isinstance(value, int | float) else str(value)


def portfolio_text(found: Robustness, row: int) -> str:
    """Return a portfolio as one says it: ``border_pay=40, aid_a_year=0``."""
    levers = found.worlds.portfolios.iloc[row]
    return ", ".join(f"{name}={said(levers[name])}" for name in found.worlds.levers)


def recommendation(found: Robustness) -> str:
    """Return the sentence that recommends a portfolio."""
    row = found.table.iloc[found.recommended]
    why = {
        "regret": f"its largest regret, {number(row['regret_max'])}, is the smallest of all",
        "satisfy": f"it reaches the levels in most worlds, {percent(row['satisfied'])}",
    }[found.rule]
    text = (
        f"Recommended: {portfolio_text(found, found.recommended)}, because {why}; it is "
        f"recommended in {percent(row['chosen'])} of resampled worlds"
    )
    other = found.table["satisfied"] if found.rule == "regret" else -found.table["regret_max"]
    rival = int(other.to_numpy().argmax())
    mine = float(other.iloc[found.recommended])
    if mine >= float(other.iloc[rival]):
        return f"{text}, and the other rule agrees."
    what = "satisfies more often" if found.rule == "regret" else "has the smallest largest regret"
    return f"{text}. But {portfolio_text(found, rival)} {what}."


def _failing(found: Robustness) -> list[str]:
    share = float(found.fails.mean())
    if share in (0.0, 1.0):
        how = "never misses a level" if share == 0.0 else "misses a level in every world"
        return [f"The recommended portfolio {how}."]
    text = f"It misses a level in {percent(share)} of {len(found.fails):,} worlds."
    if not found.boxes:
        return [text]
    return [text, *boxes_text("The recommended portfolio fails", found.boxes, "worlds")]

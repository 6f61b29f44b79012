"""What ``compare`` prints about how much rests on what."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import pandas as pd
import xarray as xr

from tajsim.analysis.assumptions import NAMED, TOGETHER
from tajsim.analysis.choose_rows import first_of_comparison, is_whole
from tajsim.analysis.influence import FALSE_SHARE
from tajsim.analysis.redrawn import FEWEST
from tajsim.analysis.tables import interval, number, percent, text_table
from tajsim.inputs.modes import REDRAWN

WIDTH = 100
_HEADS = ("documented", "derived", "assumed", "chance")


def rests_text(
    dataset: xr.Dataset,
    comparison: pd.DataFrame,
    variance: pd.DataFrame,
    assumptions: pd.DataFrame,
    everything: bool = False,
) -> str:
    """Return, scenario by scenario, the shares of variance and the assumptions that matter most.

    One row for each headline outcome that differs clearly, or every row that varies. Empty where
    it was left out; a sentence where there were too few runs to tell.
    """
    runs = int(dataset.sizes["run"])
    if variance.empty:
        few = f"How much rests on what is told from {FEWEST} runs on."
        return few if runs < FEWEST else ""
    blocks = []
    for scenario, part in variance.groupby("scenario", sort=False):
        own = comparison[comparison["scenario"] == scenario]
        title = f"How much of {scenario} against {own['reference'].iloc[0]} rests on what"
        shown = part.dropna(subset="chance") if everything else _first(part, own)
        blocks.append("\n".join([title, *_said(_preface(part, runs))]))
        blocks.append(_shares(shown) if len(shown) else "Nothing differs clearly.")
        mine = assumptions[assumptions["scenario"] == scenario] if len(assumptions) else assumptions
        blocks.append(_most(mine[mine["outcome"] == TOGETHER]) if len(mine) else _none(dataset))
    return "\n\n".join(blocks)


def _preface(part: pd.DataFrame, runs: int) -> str:
    again = int(part["runs"].iloc[0])
    first = "" if again == runs else " the first"
    return (
        f"Share of the variance of the paired difference over runs that goes with each group of "
        f"draws, with its 90 % interval. From{first} {again:,} runs, made again with one group "
        "drawn anew: uncertain parameters by their basis, and chance, which is every other draw."
    )


def _first(part: pd.DataFrame, comparison: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each outcome with a clear sign: the whole, or the clearest coordinate."""
    shown = first_of_comparison(comparison)
    shown = shown[shown["direction"] != ""]
    clear = shown["difference"].abs() / (shown["high"] - shown["low"]).clip(lower=1e-300)
    clear = clear.where(~is_whole(shown), math.inf)
    best = shown.loc[clear.groupby(shown["outcome"], sort=False).idxmax()]
    wanted = set(zip(best["outcome"], best["where"], strict=True))
    kept = [pair in wanted for pair in zip(part["outcome"], part["where"], strict=True)]
    return part[kept].dropna(subset="chance")


def _shares(shown: pd.DataFrame) -> str:
    rows = [
        [str(row["label"]), *(_share(row, group) for group in REDRAWN)]
        for _, row in shown.iterrows()
    ]
    idle = [h for h, g in zip(_HEADS, REDRAWN, strict=True) if (shown[f"{g}_high"] == 0.0).all()]
    notes = "What a group does only together with others counts for each of them, so that a row "
    notes += "may add to more than 100 %."
    if idle:
        notes += f" No share goes with {' or '.join(idle)} parameters: those in force are held, or "
        notes += "do not matter here."
    table = text_table(("outcome", *_HEADS), rows, left=(0,))
    return "\n".join([table, *_said(notes)])


def _share(row: pd.Series[Any], group: str) -> str:
    share, low, high = (float(row[f"{group}{end}"]) for end in ("", "_low", "_high"))
    ends = f"{100.0 * low:.0f}", f"{100.0 * high:.0f}"
    if ends[0] == ends[1]:
        return percent(share)
    return f"{percent(share)} ({ends[0]} to {ends[1]})"


def _most(rows: pd.DataFrame) -> str:
    """Return the numbered list of assumptions: range, share, direction and reason."""
    standing = int(rows["stands_out"].astype(bool).sum())
    sets = int(rows["sets"].iloc[0])
    said = (
        f"{_named(standing, len(rows))}, of all that were drawn: the share of the "
        "variance (of ranks) that goes with the parameter alone, on average over the outcomes that "
        f"differ clearly, with its 90 % interval; from {sets:,} parameter sets."
    )
    if rows["posterior_low"].notna().any():
        said += " A calibrated one counts for those that move with it in the calibrated sample too."
    if not standing:
        said += " None of them stands out from chance at this number of runs: more runs may name"
        said += " others."
    elif standing < len(rows):
        said += f" Only {standing} of {len(rows)} stand out from chance at this number of runs"
        said += f" (at most {percent(FALSE_SHARE)} false ones expected)."
    lines = _said(said)
    for row in rows.itertuples():
        lines += _assumption(row)
    return "\n".join(lines)


def _named(standing: int, count: int) -> str:
    """Return the heading: none is said to matter where none stands out from chance."""
    if standing:
        return f"The {NAMED} assumptions that matter most"
    return f"The {count} assumptions most tied to the differences in these runs"


def _assumption(row: Any) -> list[str]:
    unit = "" if row.unit in ("number", "ratio", "index") else f" {row.unit}"
    drawn = f"{number(row.value)}{unit}, drawn from {interval(row.range_low, row.range_high)}"
    if not math.isnan(row.posterior_low):
        calibrated = interval(row.posterior_low, row.posterior_high)
        drawn += f"; 90 % of the calibrated sample is {calibrated}"
    way = f"a higher value moves the difference {'up' if row.correlation > 0 else 'down'}"
    doubt = "" if row.stands_out else " Not told from chance."
    head = f"{row.rank}. {row.parameter}: {row.meaning}"
    body = (
        f"{drawn}. Share {percent(row.share)} ({100.0 * row.low:.0f} to {100.0 * row.high:.0f}); "
        f"most in {row.most_in} (correlation {row.correlation:+.2f}: {way}).{doubt}"
    )
    return [
        *textwrap.wrap(head, WIDTH, subsequent_indent="   "),
        *textwrap.wrap(body, WIDTH, initial_indent="   ", subsequent_indent="   "),
        *textwrap.wrap(
            f"Assumed: {row.reason}", WIDTH, initial_indent="   ", subsequent_indent="   "
        ),
    ]


def _none(dataset: xr.Dataset) -> str:
    if dataset.attrs.get("parameters_mode") == "fixed":
        return "All parameters were held at their values, so that all variance is chance."
    return "No difference varies over the runs, so that no assumption can be named."


def _said(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)

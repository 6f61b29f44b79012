"""Which rows a reader sees first. Every row stands in the CSV files and in ``--all``."""

from __future__ import annotations

import pandas as pd

#: How many coordinates of one outcome stand in a comparison.
MOST = 3
#: A difference of less than this share of the medians is not among the rows shown first.
NOTICEABLE = 0.01


def is_whole(table: pd.DataFrame) -> pd.Series:
    """Tell which rows stand for an outcome as a whole: without dimensions, or added over them."""
    return (table["where"] == "") | table["where"].str.endswith("=all")


def first_of_summary(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the headline outcomes of one scenario: the whole, or else the extreme coordinates.

    An outcome that cannot be added over its dimension (a share, an index) is shown where its
    median is highest and where it is lowest, and its label says so.
    """
    shown = summary[summary["headline"]]
    kept = []
    for _, rows in shown.groupby("outcome", sort=False):
        whole = rows[is_whole(rows)]
        if len(whole):
            kept.append(whole)
            continue
        rows = rows.dropna(subset="median")
        if rows.empty:
            continue
        kept.append(_extremes(rows.sort_values("median", ascending=False, kind="stable")))
    return pd.concat(kept) if kept else shown


def _extremes(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the first and last of sorted rows, or the first for all if their medians are equal."""
    equal = rows["median"].nunique() < 2
    ends = rows.iloc[[0]] if equal else rows.iloc[[0, -1]]
    said = [f" (and {len(rows) - 1} more alike)"] if equal else [" (highest)", " (lowest)"]
    return ends.assign(label=ends["label"] + pd.Series(said[: len(ends)], index=ends.index))


def first_of_comparison(part: pd.DataFrame) -> pd.DataFrame:
    """Return the headline outcomes as a whole, and the coordinates that differ most clearly.

    Of the coordinates of one outcome, those whose interval is clear of zero are shown, at most
    `MOST`, the ones with the largest difference against the width of its interval first. Pairing
    finds effects far too small to matter; those below `NOTICEABLE` are left out.
    """
    size = part[["reference_median", "median"]].abs().max(axis=1)
    shown = part[part["headline"] & ~(part["difference"].abs() < NOTICEABLE * size)]
    clear = shown[~is_whole(shown) & (shown["direction"] != "")]
    width = (clear["high"] - clear["low"]).clip(lower=1e-300)
    order = (clear["difference"].abs() / width).sort_values(ascending=False, kind="stable").index
    best = clear.loc[order].groupby("outcome", sort=False).head(MOST)
    return shown[is_whole(shown) | shown.index.isin(best.index)]

"""Numbers and tables as a reader sees them."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from tajsim.display import table_csv
from tajsim.results.numbers import factor, interval, percent, table_number, text_table
from tajsim.results.select import first_of_comparison, first_of_summary


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (12345.6, "12,346"),
        (123.4, "123"),
        (1.0, "1"),
        (0.03214, "0.0321"),
        (-0.5, "-0.5"),
        (0.000012, "1.2e-05"),
        (-2.2e-16, "0"),
        (np.nan, "-"),
        (np.inf, "inf"),
    ],
)
def test_three_significant_digits(value: float, text: str) -> None:
    assert table_number(value) == text


def test_signs_intervals_shares_and_factors() -> None:
    assert table_number(2.0, signed=True) == "+2"
    assert interval(-1.0, 2.5, signed=True) == "-1 to +2.5"
    assert interval(np.nan, 1.0) == "-"
    assert [percent(s) for s in (0.0, 0.001, 0.5, 0.999, 1.0, np.nan)] == [
        "0 %",
        "<1 %",
        "50 %",
        ">99 %",
        "100 %",
        "-",
    ]
    assert [factor(f) for f in (1.04, 33.33, np.inf, np.nan)] == ["1", "33.3", ">1e6", "-"]


def test_columns_are_aligned() -> None:
    assert text_table(("a", "bb"), [("xxx", "1")]) == "a    bb\n---  --\nxxx   1"


def rows(**columns: list[object]) -> pd.DataFrame:
    """Return headline rows of outcome x."""
    count = len(next(iter(columns.values())))
    return pd.DataFrame({"outcome": ["x"] * count, "headline": [True] * count, **columns})


def test_a_summary_starts_with_wholes_and_extremes() -> None:
    added = rows(where=["a=all", "a=1"], median=[3.0, 2.0], label=["x, all", "x, 1"])
    assert list(first_of_summary(added)["label"]) == ["x, all"]
    share = rows(where=["a=1", "a=2", "a=3"], median=[2.0, 1.0, np.nan], label=["1", "2", "3"])
    assert list(first_of_summary(share)["label"]) == ["1 (highest)", "2 (lowest)"]
    alike = rows(where=["a=1", "a=2"], median=[1.0, 1.0], label=["1", "2"])
    assert list(first_of_summary(alike)["label"]) == ["1 (and 1 more alike)"]


def test_a_comparison_starts_with_clear_and_noticeable_differences() -> None:
    table = rows(
        where=["a=all", "a=1", "a=2", "a=3", "a=4", "a=5", "a=6"],
        reference_median=[10.0] * 7,
        median=[10.0] * 7,
        difference=[1.0, 5.0, 0.01, 2.0, 3.0, 4.0, 5.0],
        low=[-1.0, -1.0, 0.009, 1.0, 2.0, 3.0, 4.0],
        high=[3.0, 11.0, 0.011, 3.0, 4.0, 5.0, 6.0],
        direction=["", "", "rises", "rises", "rises", "rises", "rises"],
    )
    assert list(first_of_comparison(table)["where"]) == ["a=all", "a=4", "a=5", "a=6"]


def test_a_table_fits_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ("heroin seized on the line", "12", "34", "who says so, and where")
    head = ("outcome", "low", "high", "source")
    monkeypatch.setenv("COLUMNS", "40")
    whole = text_table(head, [row], left=(0, 3)).splitlines()
    assert len(whole) == 3, "files and pipes get whole rows"

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    assert len(text_table(head, [row], left=(0, 3)).splitlines()) == 3
    monkeypatch.setenv("COLUMNS", "40")
    assert text_table(head, [row], left=(0, 3)).splitlines() == [
        "outcome",
        "low  high  source",
        "---  ----  ----------------------",
        "heroin seized on the line",
        " 12    34  who says so, and where",
    ]
    monkeypatch.setenv("COLUMNS", "38")
    named = text_table(head, [("seized", *row[1:])], left=(0, 3)).splitlines()
    assert named[-2:] == ["seized    12    34", "    who says so, and where"]


def test_tables_read_alike_everywhere() -> None:
    table = pd.DataFrame({"a": [0.0, 1.5, np.nan], "n": [1, 2, 3], "b": [True, False, True]})
    assert table_csv(table, "0.1+x").splitlines() == [
        "a,n,b,model",
        "0.0,1,true,0.1+x",
        "1.5,2,false,0.1+x",
        ",3,true,0.1+x",
    ]
    assert table_csv(table.assign(model="other"), "0.1+x").splitlines()[1] == "0.0,1,true,other"

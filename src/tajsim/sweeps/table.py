"""CSV tables read so that every number comes back to the bit, whatever the version of pandas."""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd


def read_table(text: str, texts: Collection[str] = ("point", "scenario")) -> pd.DataFrame:
    """Return a table; a column is of whole numbers, of numbers, or (also those named) of texts.

    Raises:
        ValueError: if there is no header, or a row is of another length.
    """
    rows = csv.reader(text.splitlines())
    header = next(rows, [])
    if not header:
        raise ValueError("the table has no header")
    columns = list(zip(*rows, strict=True)) or [()] * len(header)
    if len(columns) != len(header):
        raise ValueError("a row is too short or too long")
    values = {
        name: list(column) if name in texts else _numbers(column)
        for name, column in zip(header, columns, strict=True)
    }
    return pd.DataFrame(values)


def _numbers(column: Sequence[str]) -> Any:
    for kind in (np.int64, np.float64):
        try:
            return np.array([int(v) if kind is np.int64 else float(v) for v in column], dtype=kind)
        except (ValueError, OverflowError):
            continue
    return list(column)

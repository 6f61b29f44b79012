"""One row a run, for other tools: CSV, or Parquet where pyarrow is installed."""

from __future__ import annotations

from pathlib import Path

from tajsim.sweeps.design import library
from tajsim.sweeps.read import Sweep

PARQUET = ".parquet"


def check_tidy(name: str | None) -> None:
    """See that a table of this name can be written.

    Raises:
        UserError: if it is Parquet and pyarrow is missing.
    """
    if name is not None and Path(name).suffix == PARQUET:
        library("pyarrow", "parquet")


def write_tidy(sweep: Sweep, path: Path, name: str) -> None:
    """Write the table of runs (`Sweep.table`) to a path; the name says in which format."""
    table = sweep.table()
    if Path(name).suffix == PARQUET:
        table.to_parquet(path, engine="pyarrow", index=False)
    else:
        table.to_csv(path, index=False)

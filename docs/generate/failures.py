"""What the calibrated history misses: from the report of the calibration, with what may lack."""

from __future__ import annotations

import tomllib
from pathlib import Path

from docs.generate.basis import figure
from docs.generate.calibration import rows_of
from docs.generate.markdown import number, plain, table
from tajsim.calibration.report import TARGETS
from tajsim.files import data_text
from tajsim.inputs.targets import load_targets

MISSING = Path(__file__).parents[1] / "tables" / "missing.toml"
#: A target is missed where fewer runs than this come near it.
SHARE = 0.5


def explanations() -> dict[str, str]:
    """Return, by target, the mechanism that may be missing."""
    return tomllib.loads(MISSING.read_text(encoding="utf-8"))


def failures_text() -> str:
    """Return the targets that fewer than half of the calibrated runs come near."""
    rows = rows_of(data_text(TARGETS))
    missed = sorted((row for row in rows if float(row["near"]) < SHARE), key=_nearness)
    head = ("target", "use", "observed", "simulated", "near", "what may be missing")
    told = f"Of {len(rows)} targets, {len(missed)} are missed by half of the runs or more:"
    return "\n\n".join([told, table(head, [_row(row) for row in missed], "failures")])


def _nearness(row: dict[str, str]) -> float:
    return float(row["near"])


def _row(row: dict[str, str]) -> list[str]:
    event = row["unit"] == "0 or 1"
    happened = "it happened" if float(row["observed"]) else "it did not happen"
    low, median, high = (number(float(row[name])) for name in ("low", "median", "high"))
    return [
        f"{plain(row['target'])}: {figure(load_targets()[row['target']].figure.id)}",
        row["use"],
        happened if event else f"{number(float(row['observed']))} {plain(row['unit'])}",
        f"in {float(row['mean']):.0%} of runs" if event else f"{median} ({low} to {high})",
        f"{float(row['near']):.0%}",
        plain(explanations().get(row["target"], "not known")),
    ]

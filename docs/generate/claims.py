"""The scoreboard of claims, from a table that ``tajsim claims`` wrote, if one is there."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

from docs.generate.markdown import plain, table
from tajsim.analysis.verdicts import HOLDS, NOT_TESTED, counts

TABLES = Path(__file__).parents[1] / "tables"
TABLE, MISSING = TABLES / "claims.csv", TABLES / "missing_claims.toml"
COMMAND = "tajsim claims --runs 200 --out docs/tables/claims.csv --overwrite"


def explanations() -> dict[tuple[str, str], str]:
    """Return, by scenario and claim, the mechanism that may be missing."""
    read = tomllib.loads(MISSING.read_text(encoding="utf-8"))
    return {(scenario, claim): text for scenario, of in read.items() for claim, text in of.items()}


def claims_text(path: Path = TABLE) -> str:
    """Return how many claims hold and fail, and each that does not hold."""
    if not path.exists():
        return f"No table of claims is at hand; `{COMMAND}` makes it."
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = [row["verdict"] for row in rows]
    counted = counts(told)
    if NOT_TESTED in told:
        counted += f", {told.count(NOT_TESTED)} not tested"
    others = [row for row in rows if row["verdict"] not in (HOLDS, NOT_TESTED)]
    head = (
        "scenario",
        "claim",
        "verdict",
        "expected",
        "mean effect",
        "in runs",
        "what may be missing",
    )
    made = f"{len(rows)} claims: {counted}. Made by `{COMMAND}`. Those that do not hold:"
    if not others:
        return made
    return "\n\n".join([made, table(head, [_row(row) for row in others], "failing")])


def _row(row: dict[str, str]) -> list[str]:
    effect = f"{_effect(float(row['effect']))} {row['unit']}" if row.get("effect") else ""
    share = f"{100 * float(row['share']):.0f} %" if row.get("share") else ""
    claim = f"{row['statement']} ({row['document']}:{row['line']})"
    expected = row["expect"].removesuffix(" against the reference")
    cells = (row["scenario"], claim, row["verdict"], expected)
    missing = explanations().get((row["scenario"], row["claim"]), "")
    return [*map(plain, (*cells, effect, share, missing))]


def _effect(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"

"""How to make the results again: command, versions, seed, checksums."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from tajsim.analysis.windows import attribute
from tajsim.report.facts import Facts


@dataclass(frozen=True)
class Recipe:
    """Everything that is needed: ``facts`` are (name, value), sums are (name, SHA-256)."""

    commands: list[str]
    facts: list[tuple[str, str]]
    versions: list[tuple[str, str]]
    files: list[tuple[str, str]]
    texts: list[tuple[str, str]]


def recipe(facts: Facts) -> Recipe:
    """Return how to make the results of a report again."""
    attrs = facts.dataset.attrs
    texts = attribute(facts.dataset, "scenario_text")
    return Recipe(
        commands=[c for c in str(attrs.get("command", "")).splitlines() if c] or ["not kept"],
        facts=[
            ("tajsim", str(attrs.get("tajsim_version", "unknown"))),
            ("seed", str(attrs.get("seed", "unknown"))),
            ("runs", f"{facts.runs:,}"),
            ("parameters", str(attrs.get("parameters_mode", "unknown"))),
            ("months simulated", " to ".join(facts.period)),
            ("results made", str(attrs.get("created", "unknown"))),
        ],
        versions=sorted(json.loads(attrs.get("versions") or "{}").items()),
        files=[(name, checksum or "cannot be read") for name, checksum in facts.given.files],
        texts=[(name, text_checksum(texts[name])) for name in facts.names if name in texts],
    )


def text_checksum(text: str) -> str:
    """Return the SHA-256 of the text of a scenario with its parents, as the results hold it."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()

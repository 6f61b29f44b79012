"""One event as a sentence that a reader follows who knows nothing of the code."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tajsim.analysis.tables import number, percent
from tajsim.inputs.chronicle import load_causes, load_kinds
from tajsim.inputs.chronicle_names import spoken
from tajsim.inputs.parameters import load_parameters

#: Units of sizes and how they are said.
_SAID = {"USD/month": "USD a month", "kg/month": "kg a month"}


@dataclass(frozen=True)
class Happening:
    """An event of a run; several actors where the same befell them in one month.

    ``label`` is what the scenario calls it, "" if it is no event of a scenario.
    """

    month: str
    kind: str
    actors: tuple[str, ...]
    target: str
    cause: str
    size: float
    label: str = ""

    @property
    def weight(self) -> int:
        """How telling it is, 1 to 3."""
        return load_kinds()[self.kind].weight


def sentence(event: Happening) -> str:
    """Return the sentence, with the cause, the size and its unit, and no full stop."""
    kind = load_kinds()[event.kind]
    text = kind.text
    if math.isnan(event.size):
        text = re.sub(r" \([^()]*\{size\}[^()]*\)", "", text)
    told = text.format(
        actor=_together(event.actors), target=spoken(event.target), size=_size(event, kind.unit)
    )
    told = told if event.kind == "setting" else told[0].upper() + told[1:]
    if event.cause == "scenario":
        return _scheduled(event, told)
    cause = load_causes().get(event.cause, "")
    return f"{told}, {cause}" if cause else told


def _scheduled(event: Happening, told: str) -> str:
    """Return the sentence after the scenario's own label."""
    if not event.label:
        return told
    if event.kind == "setting":
        return f"{event.label} ({told})"
    plain = told.split()[0] in ("The", "Withdrawal")
    return f"{event.label}: {told[0].lower() if plain else told[0]}{told[1:]}"


def _size(event: Happening, unit: str) -> str:
    if math.isnan(event.size):
        return ""
    if unit == "parameter":
        row = load_parameters().get(event.target)
        unit = row.unit if row else ""
        unit = "" if unit == "index" else unit
        return f"{number(event.size)} {unit}".strip()
    if unit == "share":
        return percent(event.size)
    if unit == "index":
        return f"{event.size:.2f}"
    digits = max(0, math.floor(math.log10(max(abs(event.size), 1.0))) - 2)
    return f"{number(float(round(event.size, -digits)))} {_SAID.get(unit, unit)}"


def _together(actors: Sequence[str]) -> str:
    """Return names joined as one says them: network 1, 4 and 7 together are networks."""
    if len(actors) > 1 and all(name.startswith("network_") for name in actors):
        return "networks " + _joined([str(int(name.removeprefix("network_"))) for name in actors])
    return _joined([spoken(name) for name in actors])


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

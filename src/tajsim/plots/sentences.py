"""Events of the chronicle in a few words, for the key of a picture."""

from __future__ import annotations

import json
import re

import xarray as xr

from tajsim.inputs.chronicle import load_kinds
from tajsim.plots.labels import spoken
from tajsim.plots.noted import Noted

_SIZE = re.compile(r"\s*\([^()]*\{size\}[^()]*\)|\{size\}")


def short_sentence(events: Noted, place: int, labels: dict[tuple[str, str], str]) -> str:
    """Return what happened, without its size: the scenario's own label where it has one."""
    kind = events.kind[place]
    actor, target = str(events.actor[place]), str(events.target[place])
    month = int(events.month[place])
    if kind in ("setting", "handover", "withdrawal", "seats"):
        label = labels.get((str(month), target)) or labels.get((str(month), actor))
        if label:
            return label
        if kind == "setting":
            return f"{spoken(target.replace('.', ' '))} changes"
    text = _SIZE.sub("", load_kinds()[kind].text)
    return text.format(actor=_named(actor), target=_named(target)).strip()


def scheduled_labels(dataset: xr.Dataset, scenario: str) -> dict[tuple[str, str], str]:
    """Return the labels of a scenario's events by month (counted from the first) and by name."""
    table = json.loads(dataset.attrs.get("events") or "{}")
    months = [str(m) for m in dataset["month"].values.astype("datetime64[M]")]
    found = {}
    for event in table.get(scenario, []):
        if event["month"] in months:
            for value in event.get("arguments", {}).values():
                found[str(months.index(event["month"])), str(value)] = str(event["label"])
    return found


def _named(name: str) -> str:
    """Return a name within a sentence: own names with a capital, others without."""
    if not name:
        return "somebody"
    said = spoken(name)
    return said.lower() if name in _COMMON else said


_COMMON = {
    "regime", "stable", "strained", "failing", "failed", "kept", "orderly", "bargained",
    "contested", "migrants", "restricted", "seats_lost", "status_lost", "designated_terrorist",
    "leaders_arrested", "lawyers_arrested", "internal_order", "elite_control", "border", "drugs",
    "militancy", "external_defence",
}  # fmt: skip

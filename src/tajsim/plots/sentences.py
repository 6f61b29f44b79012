"""Events of the chronicle in a few words, for the key of a picture."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import xarray as xr

from tajsim.inputs.chronicle import load_kinds
from tajsim.inputs.chronicle_names import labels_of
from tajsim.plots.labels import spoken
from tajsim.plots.noted import Noted

_SIZE = re.compile(r"\s*\([^()]*\{size\}[^()]*\)|\{size\}")


def short_sentence(events: Noted, place: int, labels: Mapping[tuple[int, str, str], str]) -> str:
    """Return what happened, without its size: the scenario's own label where it has one."""
    kind = str(events.kind[place])
    actor, target = str(events.actor[place]), str(events.target[place])
    month = int(events.month[place])
    if kind in ("setting", "handover", "withdrawal", "seats"):
        label = labels.get((month, kind, target)) or labels.get((month, kind, actor))
        if label:
            return label
        if kind == "setting":
            return f"{spoken(target.replace('.', ' '))} changes"
    text = _SIZE.sub("", load_kinds()[kind].text)
    return text.format(actor=_named(actor), target=_named(target)).strip()


def scheduled_labels(dataset: xr.Dataset, scenario: str) -> dict[tuple[int, str, str], str]:
    """Return the labels of a scenario's events by month (counted from the first), kind and name."""
    labels = labels_of(json.loads(dataset.attrs.get("events") or "{}").get(scenario, []))
    months = [str(m) for m in dataset["month"].values.astype("datetime64[M]")]
    return {
        (months.index(month), kind, name): label
        for (month, kind, name), label in labels.items()
        if month in months
    }


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

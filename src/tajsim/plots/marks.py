"""The dated events of the scenarios, numbered, and their key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xarray as xr

import tajsim.plots.style as style
from tajsim.inputs.figures import printed_in
from tajsim.plots.choose import names_of
from tajsim.plots.key import Entry
from tajsim.plots.labels import month_text
from tajsim.plots.series import year_of


@dataclass(frozen=True)
class Mark:
    """One or more events of a month, under one number; ``owners`` are the scenarios with them."""

    number: int
    month: str
    text: str
    owners: tuple[str, ...]
    colour: str
    sections: tuple[str, ...] = ()

    @property
    def year(self) -> float:
        """The month as a decimal year."""
        return year_of(self.month)


def marks(
    dataset: xr.Dataset, events: bool | Sequence[str], usual: Sequence[str] | None = None
) -> list[Mark]:
    """Return the events of the scenarios by date, those of one month and owner under one number.

    ``events`` are the kinds of event to keep; ``False`` keeps none, ``True`` the ``usual`` kinds
    of the picture (``None`` for all).
    """
    if events is False:
        return []
    kinds = usual if events is True else [events] if isinstance(events, str) else events
    names = names_of(dataset)
    months = [str(m) for m in dataset["month"].values.astype("datetime64[M]")]
    table: Mapping[str, list[dict[str, Any]]] = json.loads(dataset.attrs.get("events") or "{}")
    owners: dict[tuple[str, str, str, str], list[str]] = {}
    for name in names:
        for event in table.get(name, []):
            if (kinds is None or event["kind"] in kinds) and event["month"] in months:
                section = str(event.get("arguments", {}).get("section", ""))
                places = event.get("sources") or printed_in(event.get("figures", ()))
                what = (event["month"], event["label"], section, source(places))
                holders = owners.setdefault(what, [])
                if name not in holders:
                    holders.append(name)
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[str, str, str]]] = {}
    for (month, *part), holders in owners.items():
        groups.setdefault((month, tuple(holders)), []).append((part[0], part[1], part[2]))
    found = []
    for number, ((month, who), parts) in enumerate(sorted(groups.items()), start=1):
        text = _joined([(label, where) for label, _, where in parts])
        sections = tuple(dict.fromkeys(section for _, section, _ in parts if section))
        found.append(Mark(number, month, text, who, _colour(names, who), sections))
    return found


def source(places: Sequence[str]) -> str:
    """Return documents with their lines, ``icg-2016:35, 83``, of ``document:line``; "" of none."""
    lines: dict[str, list[str]] = {}
    for document, _, line in (place.rpartition(":") for place in dict.fromkeys(places)):
        lines.setdefault(document, []).append(line)
    return "; ".join(f"{name}:{', '.join(found)}" for name, found in lines.items())


def _joined(parts: Sequence[tuple[str, str]]) -> str:
    """Return labels with their sources, a source that several share once, after the last."""
    groups: dict[str, list[str]] = {}
    for label, where in dict.fromkeys(parts):
        groups.setdefault(where, []).append(label)
    said = (
        f"{'; '.join(own)} ({where})" if where else "; ".join(own) for where, own in groups.items()
    )
    return "; ".join(said)


def _colour(names: Sequence[str], owners: Sequence[str]) -> str:
    """Return the colour of the only scenario with an event; grey for one that several share."""
    own = len(owners) == 1 and len(names) > 1 and owners[0] != names[0]
    return style.scenario_look(names.index(owners[0])).colour if own else style.QUIET


def key(found: Sequence[Mark], names: Sequence[str]) -> list[Entry]:
    """Return the key of the marks, under a heading per set of scenarios if there are several."""
    entries: list[Entry] = []
    for owners in dict.fromkeys(mark.owners for mark in found):
        own = [mark for mark in found if mark.owners == owners]
        if len(names) > 1:
            where = "all scenarios" if len(owners) == len(names) else ", ".join(owners)
            entries.append(Entry(f"Events in {where}", colour=own[0].colour))
        entries += [Entry(f"{month_text(m.month)}: {m.text}", str(m.number), m.colour) for m in own]
    return entries

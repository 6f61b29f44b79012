"""What a scenario changes, a sentence for each setting and event, with document and line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tajsim.analysis.tables import number
from tajsim.analysis.windows import attribute
from tajsim.inputs.chronicle_names import spoken
from tajsim.inputs.parameters import load_parameters
from tajsim.inputs.scenario_settings import COMMAND_LINE
from tajsim.report.facts import Facts
from tajsim.report.places import cited, event_places, setting_remark
from tajsim.report.wording import capital, listed, month


@dataclass(frozen=True)
class Change:
    """One thing that a scenario has otherwise.

    Attributes:
        sentence: what it is.
        sources: what stands behind it: documents with their lines, or that there is none.
        where: file and line of the scenario, or the command line.
        remark: the reason that the scenario's file gives.
    """

    sentence: str
    sources: str
    where: str = ""
    remark: str = ""


def changes(facts: Facts, scenario: str) -> list[Change]:
    """Return what a scenario has otherwise than the reference, settings first, events by month.

    For the reference itself, or a single scenario, everything that it sets and schedules.
    """
    alone = scenario == facts.reference
    base: dict[str, Any] = (
        {} if alone else attribute(facts.dataset, "settings").get(facts.reference, {})
    )
    own = attribute(facts.dataset, "settings").get(scenario, {})
    text = attribute(facts.dataset, "scenario_text").get(scenario, "")
    origins = attribute(facts.dataset, "origins").get(scenario, {})
    found = [
        _setting(name, own.get(name), base.get(name), str(origins.get(name, "")), text)
        for name in dict.fromkeys([*own, *base])
        if own.get(name) != base.get(name)
    ]
    events = attribute(facts.dataset, "events")
    ours = list(events.get(scenario, ()))
    theirs = [] if alone else list(events.get(facts.reference, ()))
    left = {_deed(event) for event in theirs}
    kept = {_deed(event) for event in ours}
    found += [_event(event, text) for event in ours if _deed(event) not in left]
    found += [_dropped(event, facts.reference) for event in theirs if _deed(event) not in kept]
    return found


def _deed(event: Mapping[str, Any]) -> str:
    """Return what an event does, without its label and the figures behind it."""
    return json.dumps([event["month"], event["kind"], event.get("arguments")], sort_keys=True)


def _setting(name: str, value: float | None, base: float | None, origin: str, text: str) -> Change:
    row = load_parameters().get(name)
    unit = "" if row is None or row.unit in ("index", "number", "0 or 1") else f" {row.unit}"
    usual = base if base is not None else row.value if row else None
    meaning = f"{row.meaning.rstrip('.')} ({name})" if row else name
    if value is None:
        said = f"{capital(meaning)} keeps the value of the registry, {_figure(usual)}{unit}."
        return Change(said, _basis(name), origin)
    drawn = " at its middle" if row and row.role == "uncertainty" and base is None else ""
    figures = _figure(value), _figure(usual)
    if usual is not None and figures[0] == figures[1]:
        figures = f"{value:.10g}", f"{usual:.10g}"
    instead = f" instead of {figures[1]}{drawn}" if usual is not None else ""
    said = f"{capital(meaning)} is set to {figures[0]}{unit}{instead}."
    if origin == COMMAND_LINE:
        return Change(said, "no document; chosen on the command line", origin)
    remark = setting_remark(text, origin)
    return Change(said, _sources(cited(remark)), origin, remark)


def _figure(value: float | None) -> str:
    return "unknown" if value is None else number(value)


def _basis(name: str) -> str:
    row = load_parameters().get(name)
    if row is None:
        return _sources([])
    return _sources(cited("", row.basis.figures))


def _event(event: Mapping[str, Any], text: str) -> Change:
    places = [
        place
        for place in event_places(text)
        if (place.month, place.kind) == (event["month"], event["kind"])
        and place.label in ("", event.get("label"))
    ]
    place = next(
        (p for p in places if p.where == event.get("where")), places[0] if places else None
    )
    remark = place.remark if place else ""
    label = str(event.get("label") or "")
    told = _told(event["kind"], event.get("arguments", {}))
    said = (
        f"{month(event['month'])}: {label} ({told})."
        if label
        else f"{month(event['month'])}: {told}."
    )
    where = event.get("where") or (place.where if place else "")
    return Change(said, _sources(_behind(event, remark)), str(where), remark)


def _behind(event: Mapping[str, Any], remark: str = "") -> list[str]:
    """Return documents and lines behind an event: those that the results hold, or the ledger's."""
    kept = event.get("sources")
    found = cited(remark, () if kept else event.get("figures", ()))
    return list(dict.fromkeys([*(kept or ()), *found]))


def _dropped(event: Mapping[str, Any], reference: str) -> Change:
    label = event.get("label") or _told(event["kind"], event.get("arguments", {}))
    said = f"{month(event['month'])}: “{label}”, which {reference} has, does not take place."
    return Change(said, _sources(_behind(event)), str(event.get("where") or ""))


def _told(kind: str, arguments: Mapping[str, Any]) -> str:
    """Return what an event does, in words."""
    if kind == "set":
        name = str(arguments.get("parameter"))
        row = load_parameters().get(name)
        unit = f" {row.unit}" if row and row.unit not in ("index", "number", "0 or 1") else ""
        months = int(arguments.get("months", 1))
        over = f" over {months} months" if months > 1 else ""
        return f"{name} goes to {_figure(arguments.get('value'))}{unit}{over}"
    named = {key: spoken(str(value)) for key, value in arguments.items()}
    months = int(arguments.get("months", 1))
    forms = {
        "handover": "the guard of {section} passes to {agency}",
        "appoint": "{commander} is put at the head of {agency}",
        "dismiss": "the regime tries to dismiss {commander}",
        "arrest": "the regime orders the arrest of {commander}",
        "repression_step": "the regime takes a step of repression: {step}",
        "seats": "{movement} holds {seats} seats",
        "withdraw_agency": "{agency} leave" + (f" over {months} months" if months > 1 else ""),
    }
    try:
        return forms[kind].format(**named)
    except KeyError:
        return f"{kind.replace('_', ' ')}: {listed([f'{k} {v}' for k, v in named.items()])}"


def _sources(places: list[str]) -> str:
    """Return the documents behind a change, or that none is named."""
    return listed(places) if places else "no document; the scenario's own assumption"

"""A scenario as a notebook shows it: question, changes, timeline of events, claims."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from tajsim.display.html import Html, element, short, table, whole
from tajsim.inputs.figures import load_figures
from tajsim.inputs.parameters import load_parameters
from tajsim.inputs.scenario_settings import COMMAND_LINE

if TYPE_CHECKING:
    from tajsim.inputs.scenario_parts import Claim, Event, Scenario


def scenario_html(scenario: Scenario) -> str:
    """Return a scenario as HTML; what it inherits is pale."""
    extends = f", extends {scenario.extends}" if scenario.extends else ""
    about = f"{scenario.name}{extends}; {scenario.start} to {scenario.end}"
    return whole(
        element("h3", scenario.title),
        element("p", about, look="quiet"),
        element("p", scenario.question),
        *_settings(scenario),
        *_events(scenario),
        *_claims(scenario.claims),
    )


def _settings(scenario: Scenario) -> list[Html]:
    rows: list[list[str]] = []
    pale: list[int] = []
    for name, value in scenario.settings.items():
        where = scenario.origins.get(name, "")
        known = load_parameters().get(name)
        pale += [len(rows)] if _inherited(scenario, where) else []
        before = f"{known.value:.10g}" if known else ""
        rows.append([name, f"{value:.10g}", before, known.unit if known else "", where])
    if not rows:
        return []
    header = ("parameter", "value", "otherwise", "unit", "written in")
    return [element("h4", "Settings"), table(header, rows, numbers=(1, 2), quiet=pale)]


def _events(scenario: Scenario) -> list[Html]:
    if not scenario.events:
        return [element("p", "No events are scheduled.")]
    rows = [
        [short(event.month), event.label, _change(event), _sources(event.figures), event.where]
        for event in scenario.events
    ]
    pale = [i for i, event in enumerate(scenario.events) if _inherited(scenario, event.where)]
    header = ("month", "event", "change", "documented in", "written in")
    own = len(rows) - len(pale)
    told = element("h4", f"Events: {own} of its own, {len(pale)} inherited")
    return [told, table(header, rows, quiet=pale)]


def _claims(claims: Sequence[Claim]) -> list[Html]:
    rows = [
        [
            claim.statement,
            f"{claim.document}:{claim.line}",
            _test(claim),
            ", ".join(claim.mechanisms),
        ]
        for claim in claims
    ]
    if not rows:
        return []
    header = ("claim", "document", "test", "mechanisms")
    return [element("h4", "Claims"), table(header, rows)]


def _inherited(scenario: Scenario, where: str) -> bool:
    """Tell whether a place (``path:line``) is in the file of a parent."""
    path = PurePath(where.rpartition(":")[0])
    return where != COMMAND_LINE and bool(path.name) and path.stem != scenario.name


def _change(event: Event) -> str:
    """Return what an event does: ``pay_topup.army = 20 USD/month``, ``handover: khorog, ...``."""
    named = dict(event.arguments)
    months = named.get("months", 1)
    ramp = f", over {months:.10g} months" if isinstance(months, float | int) and months > 1 else ""
    if event.kind == "set":
        known = load_parameters().get(str(named["parameter"]))
        value, unit = named["value"], f" {known.unit}" if known else ""
        amount = value if isinstance(value, str) else f"{value:.10g}{unit}"
        return f"{named['parameter']} = {amount}{ramp}"
    said = [
        value if isinstance(value, str) else f"{key} {value:.10g}"
        for key, value in named.items()
        if key != "months"
    ]
    return f"{event.kind}: {', '.join(said)}{ramp}"


def _sources(figures: Sequence[str]) -> str:
    """Return the place of each figure: ``border-handover-start (matveeva-2004:159)``."""
    ledger = load_figures()
    return "; ".join(
        f"{name} ({ledger[name].document}:{ledger[name].line})" if name in ledger else name
        for name in figures
    )


def _test(claim: Claim) -> str:
    where = "".join(f", {dimension}={name}" for dimension, name in claim.where.items())
    ends = [f"{end:.10g}" for end in (claim.low, claim.high) if end is not None]
    bounds = f" {' and '.join(ends)}" if ends else ""
    unit = " %" if claim.relative and ends else ""
    against = {"reference": " against the reference", "level": ""}.get(claim.against)
    if against is None:
        against = f" against {' to '.join(claim.before or ())}"
    window = " to ".join(claim.window)
    return f"{claim.outcome}{where}, {window}: {claim.expect}{bounds}{unit}{against}"

"""The page of scenarios, and the events of history."""

from __future__ import annotations

from docs.generate.basis import figure
from docs.generate.markdown import code, link, number, page, plain, table, target
from tajsim.inputs.scenario_parts import Claim, Event, Scenario, load_scenario, shipped_scenarios


def scenarios_page() -> str:
    """Return every scenario with its question, what it changes, its events and claims."""
    scenarios = [load_scenario(name) for name in shipped_scenarios()]
    rows = [
        [link(s.name, f"scenario-{s.name}"), plain(s.question), s.extends or "", str(len(s.claims))]
        for s in scenarios
    ]
    overview = table(("scenario", "question", "extends", "claims"), rows)
    about = (
        "Each scenario asks one question and changes one thing against the scenario that it"
        " extends, so that a difference can be attributed. It sets what is true at the start and"
        " what is decided when; it never sets an outcome."
    )
    return page("Scenarios", about, overview, *(scenario_text(s) for s in scenarios))


def scenario_text(s: Scenario) -> str:
    """Return one scenario; events that it inherits are not repeated."""
    blocks = [
        f"{target(f'scenario-{s.name}')}\n## {s.name}",
        f"*{plain(s.title)}.* {plain(s.question)}",
    ]
    parent = load_scenario(s.extends) if s.extends else None
    inherited = parent.events if parent else ()
    settings = parent.settings if parent else {}
    changed = {k: v for k, v in s.settings.items() if settings.get(k) != v}
    if changed:
        told = (f"{code(name)} = {number(value)}" for name, value in changed.items())
        blocks.append(f"It sets {', '.join(told)}.")
    own = [event for event in s.events if not any(event.deed == old.deed for old in inherited)]
    if own:
        blocks.append(events_table(own))
    if s.claims:
        head = ("claim", "what the document says", "source", "outcome", "window", "expected")
        blocks.append(table(head, [_claim(c) for c in s.claims], "claims"))
    return "\n\n".join(blocks)


def history_events() -> str:
    """Return all dated events of the scenario ``history``."""
    return events_table(load_scenario("history").events)


def events_table(events: tuple[Event, ...] | list[Event]) -> str:
    """Return events: month, what happens, the figures that document it."""
    rows = []
    for e in events:
        what = ", ".join(
            f"{k} {number(v) if isinstance(v, float) else v}"
            for k, v in e.arguments.items()
            if (k, v) != ("months", 1)
        )
        figures = ", ".join(figure(f) for f in e.figures) or "assumption"
        rows.append([e.month, plain(e.label), f"{code(e.kind)}: {plain(what)}", figures])
    return table(("month", "event", "what it does", "source"), rows, "events")


def _claim(c: Claim) -> list[str]:
    where = "".join(f", {name.replace('_', ' ')}" for name in c.where.values())
    against = {"before": f", against {' to '.join(c.before or ())}", "level": ", level"}
    limits = " to ".join(f"{limit:g}" for limit in (c.low, c.high) if limit is not None)
    return [
        plain(c.id),
        plain(c.statement),
        f"{c.document}:{c.line}",
        link(plain(c.outcome), f"outcome-{c.outcome}") + plain(where),
        " to ".join(c.window) + against.get(c.against, ""),
        f"{c.expect} {limits}{' %' if c.relative and limits else ''}".strip(),
    ]

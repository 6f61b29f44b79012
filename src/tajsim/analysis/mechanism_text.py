"""The table of mechanisms as text: a list, one row in full, and the page of the documentation.

``python -m tajsim.analysis.mechanism_text > docs/mechanisms.md`` writes the page again.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from tajsim.analysis.carriers import carriers, claims_by_mechanism, parameters_of
from tajsim.analysis.tables import text_table
from tajsim.inputs.figures import load_documents
from tajsim.inputs.mechanisms import STATUSES, Mechanism, load_mechanisms

_WIDTH = 100
_LABEL = 12

_HEAD = """\
# Mechanisms

What the five documents say about cause and effect, in our own words, and what became of each row.
`tajsim mechanisms ID` shows one row with the parameters and claims behind it. This page is made by
`python -m tajsim.analysis.mechanism_text`; a test keeps it current. That a function carries a row
says that the effect is in the model, not that its size is known: see the basis of the parameters.
"""


def counts(mechanisms: Iterable[Mechanism]) -> str:
    """Return how many there are by status: ``230 modelled, 6 in a scenario, ...``."""
    statuses = [m.status for m in mechanisms]
    said = ", ".join(f"{statuses.count(status)} {status}" for status in STATUSES)
    return f"{len(statuses)} mechanisms: {said}"


def place(m: Mechanism) -> str:
    """Return where a mechanism is carried, in short; a reason where it is not."""
    if m.status == "in a scenario":
        return f"scenario {m.scenario}"
    if m.status != "modelled":
        return m.reason
    first, *others = (where.removeprefix("rules.") for where in carriers()[m.id])
    return f"{first} and {len(others)} more" if others else first


def mechanism_table(mechanisms: Sequence[Mechanism]) -> str:
    """Return one line per mechanism, and the counts by status beneath."""
    rows = [[m.id, m.status, place(m), ", ".join(m.sources)] for m in mechanisms]
    table = text_table(("id", "status", "carried by, or why not", "source"), rows, left=range(4))
    return f"{table}\n\n{counts(mechanisms)}"


def mechanism_in_full(m: Mechanism) -> str:
    """Return everything about one mechanism: statement, sources, functions, parameters, claims."""
    functions = carriers()[m.id]
    documents = load_documents()
    sources = [f"{s} ({documents[s.partition(':')[0]].title})" for s in m.sources]
    parts = {
        "status": [m.status],
        "reason": [m.reason] if m.reason else [],
        "scenario": [m.scenario] if m.scenario else [],
        "source": sources,
        "carried by": functions or ["no function"],
        "parameters": [", ".join(parameters_of(functions)) or "none"],
        "claims": claims_by_mechanism().get(m.id, ("no claim tests it",)),
    }
    lines = [m.id, *textwrap.wrap(m.statement, _WIDTH), ""]
    for label, entries in parts.items():
        wrapped = [line for entry in entries for line in textwrap.wrap(entry, _WIDTH - _LABEL)]
        lines += [f"{label if i == 0 else '':{_LABEL}}{line}" for i, line in enumerate(wrapped)]
    return "\n".join(lines)


def page() -> str:
    """Return the page of the documentation, in Markdown."""
    table = load_mechanisms().values()
    lines = [_HEAD, f"{counts(table)}.", ""]
    for status in STATUSES:
        rows = [m for m in table if m.status == status]
        if rows:
            lines += [f"## {status.capitalize()} ({len(rows)})", ""]
            lines += ["| id | statement | where or why | source |", "| --- | --- | --- | --- |"]
            lines += [f"| {m.id} | {m.statement} | {_cell(m)} | {_sources(m)} |" for m in rows]
            lines += [""]
    return "\n".join(lines)


def _cell(m: Mechanism) -> str:
    if m.status == "modelled":
        return ", ".join(f"`{where.removeprefix('rules.')}`" for where in carriers()[m.id])
    return f"`{m.scenario}`" if m.scenario else m.reason


def _sources(m: Mechanism) -> str:
    return ", ".join(m.sources)


if __name__ == "__main__":
    print(page(), end="")

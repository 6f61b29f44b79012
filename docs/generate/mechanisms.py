"""The page of mechanisms: what the documents say about cause and effect, by grade."""

from __future__ import annotations

from tajsim.analysis.mechanisms import counts, mechanism_index, shown_by
from tajsim.inputs.ledger import GRADES, Mechanism, load_mechanisms

_HEAD = """\
# Mechanisms

What the five documents say about cause and effect, in our own words, and what became of each row.
`tajsim mechanisms ID` shows one row with the parameters and claims behind it. This page is made by
`python3 dev.py renew`; a test keeps it current.

Each row has one of four grades. In a **choice** an actor decides, for reasons that the rule
weighs. A **rule** follows from the state of the country without a decision. **By omission** a row
is true because nothing in the model contradicts it: it is given, or left out on purpose. A
**label** is only named, or computed with no effect that can be measured
(`tajsim parameters --ties`). The last two grades have a reason. That a function carries a row says
that the effect is in the model, not that its size is known: see the basis of the parameters.
*Shown by* names the signs and claims that cite a row, or else a sign, a claim, a target or a tied
parameter in which it can be seen.
"""
#: What an outside reading of the first edition found, in per cent of the rows.
OUTSIDE_READING = (("true", 52), ("partial", 34), ("nominal", 12), ("wrong", 2))


def page() -> str:
    """Return the page of the documentation, in Markdown."""
    table = load_mechanisms().values()
    graded = ", ".join(
        f"{grade} {100.0 * sum(m.grade == grade for m in table) / len(table):.0f} %"
        for grade in GRADES
    )
    read = ", ".join(f"{name} {share} %" for name, share in OUTSIDE_READING)
    lines = [
        _HEAD,
        f"{counts(table)} ({graded}). An outside reading of the first edition had found: {read}. "
        "The grades here are our own reading of our own code, and the two scales differ.",
        "",
    ]
    for grade in GRADES:
        rows = [m for m in table if m.grade == grade]
        lines += [f"## {grade.capitalize()} ({len(rows)})", ""]
        lines += ["| id | statement | where, or why not more | shown by | source |"]
        lines += ["| --- | --- | --- | --- | --- |"]
        for m in rows:
            shown = ", ".join(f"`{name}`" for name in shown_by(m.id)[:3])
            source = ", ".join(m.sources)
            lines += [f"| {m.id} | {m.statement} | {_cell(m)} | {shown} | {source} |"]
        lines += [""]
    return "\n".join(lines)


def _cell(m: Mechanism) -> str:
    functions = [f"`{where.removeprefix('rules.')}`" for where in mechanism_index()[m.id]]
    scenario = [f"`{m.scenario}`"] if m.scenario else []
    return "; ".join(filter(None, [m.reason, ", ".join(functions + scenario)]))


if __name__ == "__main__":
    print(page(), end="")

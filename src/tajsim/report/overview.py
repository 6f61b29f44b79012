"""Several scenarios against one reference in one table: what each changes most."""

from __future__ import annotations

from tajsim.analysis.paired import effect
from tajsim.analysis.tables import percent
from tajsim.report.answer import FEWEST, leading
from tajsim.report.facts import Facts
from tajsim.report.tables import Table
from tajsim.report.wording import capital, told

#: So many differences of each scenario.
EACH = 2


def overview(facts: Facts) -> Table | None:
    """Return the differences told first of every scenario; ``None`` with too few runs."""
    if facts.runs < FEWEST:
        return None
    body = []
    for name in facts.others:
        found = leading(facts, name)[:EACH]
        for number, key in enumerate(found):
            cell = facts.cell(name, *key)
            own = effect(cell.values[1] - cell.values[0])
            size, ends = told(own.mean, own.low, own.high, cell.unit)
            shown = name if number == 0 else f"{name}, also"
            outcome = capital(facts.spoken(*key))
            body.append([shown, outcome, size, ends, percent(own.share_sign)])
        if not found:
            nothing = "nothing" if facts.equal(name) else "nothing by 1 % with a clear interval"
            body.append([name, nothing, "-", "-", "-"])
    return Table(
        f"What each scenario changes first, against {facts.reference}",
        ["Scenario", "Outcome", "Mean paired difference", "90 % interval", "In runs"],
        body,
        [""] * len(body),
        f"Of each at most {EACH} differences with a direction: those that its claims are about "
        "before the others, the largest beside the spread of the runs first, none that goes with "
        "one before it.",
    )

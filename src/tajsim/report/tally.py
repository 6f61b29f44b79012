"""Of how many headline outcomes a direction is stated, of which none is, and how many are equal."""

from __future__ import annotations

from tajsim.analysis.choose_rows import NOTICEABLE, is_whole
from tajsim.report.facts import Facts, rows
from tajsim.report.wording import listed

#: So many outcomes without a direction are named.
NAMED = 4


def tally(facts: Facts, left: int) -> list[str]:
    """Return one sentence on all headline totals; none where nothing differs.

    Args:
        facts: results of a comparison.
        left: how many scenarios the answer does not tell of.
    """
    table = facts.comparison
    table = table[table["headline"] & is_whole(table)]
    if table.empty or (table["share_tied"] == 1.0).all():
        return []
    same = table["share_tied"] == 1.0
    moves = (table["direction"] != "") & ~same
    unsure = (table["direction"] == "") & ~same & table["low"].notna()
    size = table[["reference_median", "median"]].abs().max(axis=1)
    slight = int((moves & (table["difference"].abs() < NOTICEABLE * size)).sum())
    names = [facts.spoken(row.outcome, row.where) for row in rows(table[unsure])]
    named = f" ({listed(list(dict.fromkeys(names)), NAMED)})"
    covers = f"an interval that covers zero, so that no direction is stated{named}"
    little = _slight(slight, int(moves.sum()))
    parts = [
        (int(moves.sum()), f"differs in a direction{little}", f"differ in a direction{little}"),
        (int(unsure.sum()), f"has {covers}", f"have {covers}"),
        (int(same.sum()), "is the same in every run", "are the same in every run"),
        (int((~same & ~moves & ~unsure).sum()), "is undefined", "are undefined"),
    ]
    if len(table) == 1:
        if moves.all():
            return []  # the sentence before has said so
        (said,) = (one for count, one, _ in parts if count)
        return [f"The one headline total {said}."]
    told = [f"{n} {one if n == 1 else several}" for n, one, several in parts if n]
    where = f", over {len(facts.others)} scenarios," if len(facts.others) > 1 else ""
    more = f"; the other {left} scenarios stand in the tables" if left else ""
    return [f"Of {len(table)} headline totals{where} {listed(told)}{more}."]


def _slight(part: int, whole: int) -> str:
    """Return how many of those with a direction hardly move, "" for none."""
    if not part:
        return ""
    who = "" if part == whole == 1 else "all of them " if part == whole else f"{part} of them "
    return f" ({who}by less than {100 * NOTICEABLE:g} %)"

"""What the results cannot tell: the limits of the model, and those of these results."""

from __future__ import annotations

from tajsim.analysis.claims import FAILS, NOT_TESTED, UNDECIDED
from tajsim.report.facts import Facts

_ALWAYS = (
    "It does not foretell. Named commanders, powers and movements follow general rules with drawn "
    "luck; who acts, and when, is luck in it.",
    "An interval says how sure the model is of its own mean at this number of runs, not how sure "
    "one may be about the country.",
    "Differences between scenarios deserve more trust than levels, and directions more than sizes: "
    "what is wrong in both scenarios of a pair often cancels.",
    "The five documents see the country from outside, with information up to 2004, 2007 and "
    "January 2016. What they do not mention is not in the model.",
    "The documents that gave the causes also gave most of what the results are compared with. That "
    "a claim holds shows that the model says what they say.",
    "The form of a rule is an assumption without a range. Afghan harvests, the Russian economy and "
    "Western attention do not react to the country.",
)


def limits(facts: Facts) -> list[str]:
    """Return the limits, those that these results show first."""
    return [*_own(facts), *_ALWAYS]


def _own(facts: Facts) -> list[str]:
    said = []
    claims = facts.claims
    if len(claims):
        tested = claims[claims["verdict"] != NOT_TESTED]
        wrong = [str(name) for name in tested[tested["verdict"] == FAILS]["claim"]]
        if wrong:
            said.append(f"The model contradicts what the documents say in: {', '.join(wrong)}.")
        unsure = int((tested["verdict"] == UNDECIDED).sum())
        if unsure:
            said.append(
                f"{unsure} of {len(tested)} claims cannot be decided at {facts.runs:,} runs."
            )
    if facts.others:
        said.append(
            "Where nothing changes, one interval in ten is clear of zero by chance; with many rows "
            "in a table some directions are chance."
        )
    assumed, whole = facts.counts.get("assumption", 0), sum(facts.counts.values())
    if whole:
        said.append(
            f"{assumed:,} of {whole:,} parameters in force are assumptions; one may be wrong "
            "beyond its range."
        )
    return said

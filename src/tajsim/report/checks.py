"""What limits a conclusion: assumptions that would reverse it, inputs out of range, the model."""

from __future__ import annotations

import numpy as np

import tajsim.report.tables as tables
import tajsim.report.wording as wording
from tajsim.analysis import assumptions, verdicts
from tajsim.display import rows_of
from tajsim.inputs.registry import load_parameters
from tajsim.report.facts import Facts
from tajsim.results import numbers, turns, window
from tajsim.results.effect import Effect
from tajsim.results.turns import FEWEST, Reversal
from tajsim.version import __version__

#: So many of the first differences are looked at.
DIFFERENCES = 8
#: So many pairs stand in the table.
SHOWN = 8


def reversals(facts: Facts, scenario: str) -> list[Reversal]:
    """Return every leading difference with each of the assumptions that matter most for it.

    Those that the results name for it and for all together; else those whose ranks go with it.
    """
    found = []
    known = facts.assumptions
    own = known[known["scenario"] == scenario] if len(known) else known
    for outcome, where in facts.leading(scenario)[:DIFFERENCES]:
        cell, named = facts.cell(scenario, outcome, where), []
        if len(own):
            same = (own["outcome"] == outcome) & (own["where"] == where)
            rows = own[same | (own["outcome"] == assumptions.TOGETHER)]
            named = [row.parameter for row in rows_of(rows.sort_values("share", ascending=False))]
        tried = list(dict.fromkeys(named))[: 2 * turns.ASSUMED]
        words = facts.in_words(outcome, where)
        found += turns.reversals(facts.dataset, *cell.values, words, cell.unit, tried)
    return found


def reversal_sentences(facts: Facts, scenario: str) -> list[str]:
    """Say which assumptions would reverse a conclusion, with numbers, or that none was found."""
    if facts.runs < 3 * FEWEST:
        return [
            f"Whether an assumption would reverse a conclusion is judged from {3 * FEWEST} runs on."
        ]
    found = reversals(facts, scenario)
    if not found:
        return ["No difference has a direction and varies with an assumption: nothing to test."]
    outcomes = len({one.outcome for one in found})
    pairs = f"{len(found)} pair{'s' if len(found) > 1 else ''}"
    many = f"{outcomes} difference{'s' if outcomes > 1 else ''}"
    tried = f"{pairs} of a difference and an assumption ({many})"
    sure = [one for one in found if one.reverses(len(found))]
    lines = [_reversed(one, facts.runs) for one in sure]
    if sure:
        lines.insert(0, f"{len(sure)} of {tried} would reverse beyond chance:")
    else:
        lines = [
            f"None found at this number of runs: in none of {tried} does the mean paired "
            "difference have the opposite sign, beyond chance, in the lowest or the highest third "
            f"of the assumption's values ({facts.runs // 3} runs in a third)."
        ]
    hints = [one for one in found if one.opposite and one not in sure]
    if hints:
        lines.append(
            f"In {len(hints)} the 90 % interval of a third lies on the other side of zero, which "
            f"chance can give among {pairs}: more runs would decide."
        )
    faded = sum(one.fades for one in found)
    if faded:
        lines.append(
            f"For {faded} of these pairs the interval covers zero in one of the thirds, which have "
            "fewer runs than the whole: the conclusion depends on the assumption, or the runs are "
            "too few."
        )
    return lines


def reversal_table(facts: Facts, scenario: str) -> tables.Table | None:
    """Return the pairs that reverse, and those whose interval covers zero in a third."""
    found = reversals(facts, scenario)
    shown = [one for one in found if one.opposite] + [one for one in found if one.fades]
    if not shown:
        return None
    body = [
        [
            numbers.capital(one.outcome),
            one.parameter,
            wording.with_interval(one.whole.mean, one.whole.low, one.whole.high, one.unit)[0],
            f"at most {wording.plain(one.cuts[0])}: {_third(one.low, one.unit)}",
            f"at least {wording.plain(one.cuts[1])}: {_third(one.high, one.unit)}",
        ]
        for one in shown[:SHOWN]
    ]
    left = len(shown) - len(body)
    return tables.Table(
        f"{scenario}: mean paired difference where an assumption is low, and where it is high",
        ["Outcome", "Assumption", "All runs", "Lowest third", "Highest third"],
        body,
        ["fails" if one.opposite else "" for one in shown[:SHOWN]],
        f"{left} more pairs are not shown." if left else "",
    )


def _reversed(one: Reversal, runs: int) -> str:
    low, high = one.low, one.high
    whole = wording.with_interval(one.whole.mean, one.whole.low, one.whole.high, one.unit)[0]
    return (
        f"{numbers.capital(one.outcome)}: over all runs {whole}, but "
        f"where {one.parameter} is at most {wording.plain(one.cuts[0])} (lowest third, "
        f"{wording.in_runs(low.runs, runs).removeprefix('in ')}) it is {_third(low, one.unit)}, "
        f"and where it is at least {wording.plain(one.cuts[1])} (highest third) "
        f"{_third(high, one.unit)}."
    )


def _third(found: Effect, unit: str) -> str:
    size, ends = wording.with_interval(found.mean, found.low, found.high, unit)
    return f"{size} (90 % interval {ends})"


#: With fewer runs than this the page says that they are few.
FEW = 100


def checks(facts: Facts) -> list[str]:
    """Return a sentence for each thing that limits what the results can be used for."""
    return [
        *out_of_registry(facts),
        *out_of_calibration(facts),
        *_mode(facts),
        *_continued(facts),
        *_runs(facts),
        *_projection(facts),
        *_version(facts),
    ]


def out_of_registry(facts: Facts) -> list[str]:
    """Say which inputs lie outside the range that the registry gives the parameter."""
    known = load_parameters()
    lines = []
    for scenarios, name, value in turns.inputs_set(facts.dataset):
        row = known.get(name)
        if row and not row.low <= value <= row.high:
            least = numbers.interval(row.low, row.high)
            lines.append(
                f"{_who(scenarios)} {name} to {numbers.table_number(value)}, outside its "
                f"documented or assumed range of {least}: the rules were not made for that."
            )
    if "parameter_value" in facts.dataset:
        values = facts.dataset["parameter_value"]
        ends = values.min(("scenario", "run")).values, values.max(("scenario", "run")).values
        chosen = {name for _, name, _ in turns.inputs_set(facts.dataset)}
        for name, low, high in zip(values["parameter"].values, *ends, strict=True):
            row = known.get(str(name))
            slack = 1e-9 * max(abs(row.low), abs(row.high)) if row else 0.0
            outside = row and (low < row.low - slack or high > row.high + slack)
            if outside and row and str(name) not in chosen:
                lines.append(
                    f"Runs have {name} from {numbers.interval(low, high)}, outside its range of "
                    f"{numbers.interval(row.low, row.high)}."
                )
    return list(dict.fromkeys(lines))


def out_of_calibration(facts: Facts) -> list[str]:
    """Say which inputs lie outside what the calibrated sample holds of the parameter."""
    lines = [
        f"{_who(scenarios)} {name} to {numbers.table_number(value)}, outside the calibrated "
        f"range of {numbers.interval(low, high)}: it was not checked there against the documents."
        for scenarios, name, value, low, high in turns.outside_sample(facts.dataset)
    ]
    return list(dict.fromkeys(lines))


def _who(scenarios: list[str]) -> str:
    return f"{wording.listed(scenarios, 3)} set{'s' if len(scenarios) == 1 else ''}"


def _mode(facts: Facts) -> list[str]:
    mode = str(facts.dataset.attrs.get("parameters_mode", ""))
    if mode == "prior":
        lines = "The uncertain parameters were drawn from their whole ranges, not from the "
        return [lines + "calibrated sample: these runs were not fitted to the documents."]
    if mode == "fixed":
        lines = "All parameters were held at their values: the intervals show chance alone, and "
        return [lines + "not the uncertainty of the assumptions."]
    return []


def _continued(facts: Facts) -> list[str]:
    return [
        f"The months up to {wording.month(one['until'])} are those of a saved history of "
        f"{one['scenario']}: other settings of a scenario take effect in the month after."
        for one in facts.continued
    ]


def _runs(facts: Facts) -> list[str]:
    if facts.runs >= FEW:
        return []
    if facts.runs == 1:
        return ["There is only one run: it is one possible history, and there is no interval."]
    return [
        f"There are only {facts.runs} runs: rare events may not have occurred, and intervals are "
        "wide."
    ]


def _projection(facts: Facts) -> list[str]:
    windows = [facts.window(name) for name in (facts.others or [facts.reference])]
    ends = [w for w in windows if w[1] > window.DOCUMENTED_UNTIL]
    if not ends:
        return []
    months = int(
        np.datetime64(max(w[1] for w in ends), "M") - np.datetime64(window.DOCUMENTED_UNTIL, "M")
    )
    first, last = max(min(w[0] for w in ends), "2016-01"), max(w[1] for w in ends)
    return [
        f"The months from {wording.month(first)} to {wording.month(last)} ({months} of them) are "
        "projection: no document covers them, and outside pressures continue as scheduled."
    ]


def _version(facts: Facts) -> list[str]:
    made = str(facts.dataset.attrs.get("tajsim_version", "unknown"))
    if made == __version__:
        return []
    return [
        f"The results were made by version {made}, this report by {__version__}: names and "
        "ranges are those of the report's version."
    ]


_ALWAYS = (
    "It is not a forecast. Named commanders, powers and movements follow general rules and "
    "random draws; who acts, and when, is chance.",
    "An interval shows how precisely the model's own mean is known at this number of runs, not how "
    "certain one can be about the country.",
    "Differences between scenarios deserve more trust than levels, and directions more than sizes: "
    "what is wrong in both scenarios of a pair often cancels.",
    "The five documents view the country from outside, with information up to 2004, 2007 and "
    "January 2016. What they do not mention is not in the model.",
    "The documents that supplied the mechanisms also supplied most of the figures for comparison. "
    "If a claim holds, this shows only that the model agrees with them.",
    "The form of a rule is an assumption without a range. Afghan harvests, the Russian economy and "
    "Western attention do not react to the country.",
)


def limits(facts: Facts) -> list[str]:
    """Return the limits, those that these results show first."""
    return [*_own(facts), *_ALWAYS]


def _own(facts: Facts) -> list[str]:
    lines = []
    if len(facts.claims):
        tested = facts.claims[facts.claims["verdict"] != verdicts.NOT_TESTED]
        wrong = [str(name) for name in tested[tested["verdict"] == verdicts.FAILS]["claim"]]
        if wrong:
            lines.append(f"The model contradicts what the documents say in: {', '.join(wrong)}.")
        thin = tested["verdict"].isin([verdicts.NEGLIGIBLE, verdicts.TURNS])
        if weak := [str(name) for name in tested[thin]["claim"]]:
            lines.append(f"The effect is negligible, or turns later, in: {', '.join(weak)}.")
        unsure = int((tested["verdict"] == verdicts.UNDECIDED).sum())
        if unsure:
            lines.append(
                f"{unsure} of {len(tested)} claims cannot be decided at {facts.runs:,} runs."
            )
    if facts.others:
        lines.append(
            "Where nothing changes, one interval in ten is clear of zero by chance; with many rows "
            "in a table some directions are chance."
        )
    assumed, whole = facts.counts.get("assumption", 0), sum(facts.counts.values())
    if whole:
        lines.append(
            f"{assumed:,} of {whole:,} parameters in force are assumptions; true values may "
            "lie outside their ranges."
        )
    return lines

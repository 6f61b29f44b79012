"""What limits a conclusion: assumptions that would reverse it, inputs out of range, the model."""

import numpy as np

import tajsim.results.effect as effects
from tajsim.analysis import verdicts
from tajsim.inputs.registry import load_parameters
from tajsim.report.facts import Facts
from tajsim.results import numbers, window
from tajsim.version import __version__

#: With fewer runs than this the page says that they are few.
FEW = 100


def checks(facts: Facts) -> list[str]:
    """Return a sentence for each thing that limits what the results can be used for."""
    mode = str(facts.dataset.attrs.get("parameters_mode", ""))
    continued = [
        f"The months up to {numbers.month_text(one['until'])} are those of a saved history of "
        f"“{called}”: other settings of a scenario take effect in the month after."
        for one in facts.continued
        for called in [facts.called.get(one["scenario"], one["scenario"])]
    ]
    found = [*out_of_registry(facts), *out_of_calibration(facts), _MODES.get(mode, ""), *continued]
    if facts.runs == 1:
        found.append("There is only one run: it is one possible history, and there is no interval.")
    elif facts.runs < FEW:
        rare = "rare events may not have occurred, and intervals are wide."
        found.append(f"There are only {facts.runs} runs: {rare}")
    found.append(_projection(facts))
    made = str(facts.dataset.attrs.get("tajsim_version", "unknown"))
    if made != __version__:
        found.append(
            f"The results were made by version {made}, this report by {__version__}: names and "
            "ranges are those of the report's version."
        )
    return list(filter(None, found))


_MODES = {
    "prior": "The uncertain parameters were drawn from their whole ranges, not from the calibrated "
    "sample: these runs were not fitted to the documents.",
    "fixed": "All parameters were held at their values: the intervals show chance alone, and not "
    "the uncertainty of the assumptions.",
    "conditioned": "The chance of each run was chosen so that it met documented events: what they "
    "say of these events tests nothing.",
}


def out_of_registry(facts: Facts) -> list[str]:
    """Say which inputs lie outside the range that the registry gives the parameter."""
    known = load_parameters()
    lines = []
    for scenarios, name, value in effects.inputs_set(facts.dataset):
        row = known.get(name)
        if row and not row.low <= value <= row.high:
            least = numbers.interval(row.low, row.high)
            lines.append(
                f"{_who(facts, scenarios, name, value)}, outside its documented or assumed range "
                f"of {least}: the rules were not made for that."
            )
    return list(dict.fromkeys(lines))


def out_of_calibration(facts: Facts) -> list[str]:
    """Say which inputs lie outside what the calibrated sample holds of the parameter."""
    lines = [
        f"{_who(facts, scenarios, name, value)}, outside the calibrated range of "
        f"{numbers.interval(low, high)}: it was not checked there against the documents."
        for scenarios, name, value, low, high in effects.outside_sample(facts.dataset)
    ]
    return list(dict.fromkeys(lines))


def _who(facts: Facts, scenarios: list[str], parameter: str, value: float) -> str:
    called = numbers.listed([f"“{facts.called[name]}”" for name in scenarios], 3)
    sets = "sets" if len(scenarios) == 1 else "set"
    name = numbers.parameter_name(parameter)
    return f"{called} {sets} “{name}” to {numbers.table_number(value)}"


def _projection(facts: Facts) -> str:
    windows = [facts.window(name) for name in (facts.others or [facts.reference])]
    ends = [w for w in windows if w[1] > window.DOCUMENTED_UNTIL]
    if not ends:
        return ""
    first, last = max(min(w[0] for w in ends), "2016-01"), max(w[1] for w in ends)
    months = int(np.datetime64(last, "M") - np.datetime64(window.DOCUMENTED_UNTIL, "M"))
    span = f"{numbers.month_text(first)} to {numbers.month_text(last)} ({months} of them)"
    return (
        f"The months from {span} are projection: no document covers them, and outside pressures "
        "continue as scheduled."
    )


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
    lines = []
    if len(facts.claims):
        tested = facts.claims[facts.claims["verdict"] != verdicts.NOT_TESTED]
        claim = tested["claim"].map(lambda name: f"“{numbers.small(numbers.words(name))}”")
        verdict = tested["verdict"]
        if wrong := ", ".join(claim[verdict == verdicts.FAILS]):
            lines.append(f"The model contradicts what the documents say in: {wrong}.")
        if weak := ", ".join(claim[verdict.isin([verdicts.NEGLIGIBLE, verdicts.TURNS])]):
            lines.append(f"The effect is negligible, or turns later, in: {weak}.")
        if unsure := int((verdict == verdicts.UNDECIDED).sum()):
            told = f"cannot be decided at {facts.runs:,} runs."
            lines.append(f"{unsure} of {len(tested)} claims {told}")
    if facts.others:
        lines.append(
            "Where nothing changes, one interval in ten is clear of zero by chance; with many rows "
            "in a table some directions are chance."
        )
    if whole := sum(facts.counts.values()):
        lines.append(
            f"{facts.counts.get('assumption', 0):,} of {whole:,} parameters in force are "
            "assumptions; true values may lie outside their ranges."
        )
    return [*lines, *_ALWAYS]

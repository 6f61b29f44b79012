"""The tables of a report, how its results can be made again, and what to be careful about."""

import json
import shlex
from dataclasses import dataclass
from typing import Any

import numpy as np

from tajsim.analysis import verdicts
from tajsim.display import rows_of
from tajsim.ensemble.dataset import chain_texts
from tajsim.inputs import registry, scenario_parts
from tajsim.report.facts import Facts
from tajsim.results import answer, discrepancy, effect, numbers, select, window
from tajsim.results.numbers import capital, listed, month_text, percent, small
from tajsim.version import __version__


@dataclass(frozen=True)
class Table:
    """A table with its caption, heads and rows; the first column names the row.

    ``marks`` holds a word for each row by which its look is chosen, besides what it says;
    ``numbers`` says that all but the first two columns are short.
    """

    caption: str
    heads: list[str]
    rows: list[list[str]]
    marks: list[str]
    note: str = ""
    numbers: bool = False


def theme(facts: Facts, scenario: str, stake: str) -> Table | None:
    """Return what becomes of the outcomes of one theme; ``None`` where nothing differs.

    Rows are what has a direction and what the scenario sets; with too few histories, what differs.
    """
    card, few = facts.cards[scenario], facts.runs < answer.ENOUGH
    own = [c for c in card.changes if c.stake == stake and c.verdict not in ("same", "undefined")]
    rows = own if few else [c for c in own if c.told or c.verdict == "set"]
    body = []
    for c in rows:
        way = "set by the scenario" if c.verdict == "set" else c.verdict
        way = "too few histories" if few and c.verdict != "set" else way
        beside = max(abs(c.before), abs(c.after)) if c.kind == "level" else 0.0
        mean = answer.with_unit(c.found.mean, c.found.low, c.found.high, c.unit, beside=beside)
        by, _ = answer.scale(c.unit, beside)
        ends = [numbers.short(v * by, 2) for v in discrepancy.band(c.values[0], c.outcome)]
        wide = " to ".join(ends) if c.kind == "level" else "-"
        body.append([capital(c.label), c.unit_text, *c.levels, wide, c.spread or "-", mean, way])
    heads = ["Outcome", "Unit", card.other, card.label, f"{BAND}: {card.other}"]
    heads += ["9 of 10 histories", "Mean difference [90 % interval of the mean]", "Direction"]
    marks = ["" if c.told and not few else "open" for c in rows]
    rest = listed([small(c.label) for c in own if c not in rows])
    note = f"No effect that can be told: {rest}." if rest else ""
    many = f"{facts.runs:,} paired histories" if facts.runs > 1 else "one pair of histories"
    caption = f"{capital(stake)}: {many}, {' to '.join(map(month_text, facts.window(scenario)))}"
    return Table(caption, heads, body, marks, note, True) if own else None


def levels(facts: Facts) -> Table:
    """Return the headline outcomes of a single scenario."""

    def level(value: float, unit: str) -> str:
        if np.isnan(value):
            return "undefined"
        by, said = answer.scale(unit, abs(value))
        return f"{numbers.short(value * by)} {said}".rstrip()

    shown = select.first_of_summary(effect.summarise(facts.dataset, facts.asked))
    found = list(window.cells(facts.dataset, window.window_of(facts.dataset, facts.asked)))
    body = [
        [row.label, *(level(v, row.unit) for v in (row.median, row.p05, row.p95, *ends))]
        for row in rows_of(shown)
        for ends in [discrepancy.band(found[row.Index].values[0], row.outcome)]
    ]
    return Table(
        f"{facts.runs:,} runs, {' to '.join(map(month_text, facts.window(facts.reference)))}",
        ["Outcome", "Median", "5 % of the runs are below", "5 % are above", f"{BAND}: from", "to"],
        body,
        [""] * len(body),
        "Over the window flows are by year, counts added, stocks at its end, all else its mean.",
    )


def claims(facts: Facts, scenario: str) -> Table | None:
    """Return the tested claims of the documents about a scenario; ``None`` if it has none."""
    part = facts.claims
    if len(part):
        part = part[(part["scenario"] == scenario) & (part["verdict"] != verdicts.NOT_TESTED)]
    if part.empty:
        return None
    body = []
    for row in rows_of(part):
        found = answer.with_unit(row.effect, row.low, row.high, row.unit, bool(row.signed))
        said = f"{row.statement} ({row.document}:{row.line})"
        body.append([said, capital(row.verdict), row.expect, found, percent(row.share)])
    marks = [str(verdict).replace(" ", "-") for verdict in part["verdict"]]
    return Table(
        f"Claims of the documents about “{facts.called[scenario]}”",
        ["Claim and source", "Verdict", "Expected", "Mean effect [90 %]", "Holds in runs"],
        body,
        marks,
    )


def claims_sentence(facts: Facts) -> str:
    """Return how many claims hold, fail and are undecided."""
    if facts.claims.empty:
        return "No claim of a document is attached to these scenarios."
    tested = facts.claims[facts.claims["verdict"] != verdicts.NOT_TESTED]
    left = len(facts.claims) - len(tested)
    more = f"; {left} could not be tested" if left else ""
    if tested.empty:
        return f"None of the {left} claims of the documents can be tested on these results."
    return (
        f"Of {len(tested)} claims tested: {verdicts.counts(tested['verdict'])}{more}. A "
        "claim of direction holds where the interval of the mean effect is clear of zero on that "
        "side and the mean is not negligible, and fails where it is clear on the other or leaves "
        "no room for the smallest effect that counts."
    )


def recipe(facts: Facts) -> dict[str, Any]:
    """Return how to make the results of a report again, and then the report.

    ``commands``; ``notes``, sentences on what they need besides themselves; ``own``, the texts of
    files that do not come with tajsim; ``facts`` and
    ``versions``, (name, value); ``files``, (name, SHA-256).
    """
    attrs, texts = facts.dataset.attrs, select.attribute(facts.dataset, "scenario_text")
    shipped = {f"scenarios/{name}.toml" for name in scenario_parts.shipped_scenarios()}
    files = dict(file for name in facts.names for file in chain_texts(texts.get(name, "")))
    own = {path: text for path, text in files.items() if path not in shipped}
    usual = "of each scenario from its first difference on" if facts.others else "all months"
    named = {"tajsim": "tajsim_version", "model": "model", "seed": "seed"}
    return {
        "commands": commands(facts),
        "notes": _notes(facts, [*own]),
        "own": own,
        "facts": [
            *((name, str(attrs.get(key, "unknown"))) for name, key in named.items()),
            ("runs", f"{facts.runs:,}"),
            ("parameters", str(attrs.get("parameters_mode", "unknown"))),
            ("months simulated", " to ".join(window.whole_period(facts.dataset))),
            ("window of the numbers", " to ".join(facts.asked) if facts.asked else usual),
            *([("source", str(attrs["source"]))] if attrs.get("source") else []),
        ],
        "versions": sorted(json.loads(attrs.get("versions") or "{}").items()),
        "files": facts.files,
    }


def commands(facts: Facts) -> list[str]:
    """Return the commands that make the results, then the one that makes the report of them."""
    made = [c for c in str(facts.dataset.attrs.get("command", "")).splitlines() if c]
    if not made:
        return ["not kept"]
    steps = [_step(c, f"-{i}" if len(made) > 1 else "") for i, c in enumerate(made, start=1)]
    places = [place for _, place in steps]
    places += ["--window", ":".join(facts.asked)] if facts.asked else []
    last = shlex.join(["tajsim", "report", *places, "--out", "report.html"])
    return [*(command for command, _ in steps), last]


def _step(command: str, number: str) -> tuple[str, str]:
    """Return a command that writes its results, and where it writes them."""
    folder = f"results{number}"
    call = command.removeprefix("tajsim.ensemble.")
    if call.startswith(("run_many(", "tajsim.compare(")):
        call += ".dataset" * call.startswith("tajsim.compare(")
        lines = ("import tajsim", "from tajsim.ensemble import run_many, save")
        return "\n".join([*lines, f"save({call}, '{folder}.nc')"]), f"{folder}.nc"
    words = shlex.split(command)
    if "--out" in words[:-1]:
        return command, words[words.index("--out") + 1]
    if given := [word for word in words if word.startswith("--out=")]:
        return command, given[0].removeprefix("--out=")
    return shlex.join([*words, "--out", folder]), folder


def _notes(facts: Facts, own: list[str]) -> list[str]:
    """Say which scenario files do not ship, and of what saved history this is a continuation."""
    verb, text = ("does", "its text is") if len(own) == 1 else ("do", "their texts are")
    said = [f"{listed(own)} {verb} not come with tajsim; {text} given below."] if own else []
    return said + [
        f"The results continue {one['file']}, a saved state of {one['scenario']} up to "
        f"{one['until']}, which tajsim run with --save makes."
        for one in facts.continued
    ]


#: With fewer runs than this the page says that they are few.
FEW = 100
BAND = "90 % band with the discrepancy of the model"


def checks(facts: Facts) -> list[str]:
    """Return a sentence for each thing that limits what the results can be used for."""
    mode = str(facts.dataset.attrs.get("parameters_mode", ""))
    continued = [
        f"The months up to {month_text(one['until'])} are those of a saved history of "
        f"“{called}”: other settings of a scenario take effect in the month after."
        for one in facts.continued
        for called in [facts.called.get(one["scenario"], one["scenario"])]
    ]
    found = [*out_of_range(facts), _MODES.get(mode, ""), *continued]
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


def out_of_range(facts: Facts) -> list[str]:
    """Say which inputs lie outside the range of the registry, or that of the calibrated sample."""
    lines = []
    for scenarios, name, value in effect.inputs_set(facts.dataset):
        row = registry.load_parameters().get(name)
        if row and not row.low <= value <= row.high:
            least = numbers.interval(row.low, row.high)
            lines.append(
                f"{_who(facts, scenarios, name, value)}, outside its documented or assumed range "
                f"of {least}: the rules were not made for that."
            )
    lines += [
        f"{_who(facts, scenarios, name, value)}, outside the calibrated range of "
        f"{numbers.interval(low, high)}: it was not checked there against the documents."
        for scenarios, name, value, low, high in effect.outside_sample(facts.dataset)
    ]
    return list(dict.fromkeys(lines))


def _who(facts: Facts, scenarios: list[str], parameter: str, value: float) -> str:
    called = listed([f"“{facts.called[name]}”" for name in scenarios], 3)
    sets = "sets" if len(scenarios) == 1 else "set"
    what = f"“{numbers.parameter_name(parameter)}” to {numbers.table_number(value)}"
    return f"{called} {sets} {what}"


def _projection(facts: Facts) -> str:
    windows = [facts.window(name) for name in (facts.others or [facts.reference])]
    ends = [w for w in windows if w[1] > window.DOCUMENTED_UNTIL]
    if not ends:
        return ""
    first, last = max(min(w[0] for w in ends), "2016-01"), max(w[1] for w in ends)
    months = int(np.datetime64(last, "M") - np.datetime64(window.DOCUMENTED_UNTIL, "M"))
    span = f"{month_text(first)} to {month_text(last)} ({months} of them)"
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
    unpaired = "" if facts.others else discrepancy.PAIRED
    return [*lines, discrepancy.statement().removesuffix(unpaired).strip(), *_ALWAYS]

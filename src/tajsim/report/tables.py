"""The tables of a report as rows of text, and how its results can be made again."""

import hashlib
import json
import re
import shlex
from dataclasses import dataclass

from tajsim.analysis import assumptions, variance
from tajsim.analysis.verdicts import NOT_TESTED, counts
from tajsim.display import rows_of
from tajsim.inputs.scenario_parts import shipped_scenarios
from tajsim.report.facts import Facts, digits_of, level, plain, unit_of_row, with_interval
from tajsim.results.answer import ENOUGH
from tajsim.results.effect import done_by_reference, reference_sentence, summarise
from tajsim.results.numbers import Digits, capital, listed, month_text, percent
from tajsim.results.select import attribute, first_of_comparison, first_of_summary, is_whole
from tajsim.results.window import whole_period

#: Of so many differences the shares of variance are shown.
MOST_SHARES = 10


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


#: What is said of an outcome whose direction is not told.
_NOT_TOLD = {
    "set": "set by the scenario",
    "negligible": "too small to tell",
    "unclear": "not clear",
    "same": "the same",
    "undefined": "not measured",
}


def theme(facts: Facts, scenario: str, stake: str) -> Table | None:
    """Return what becomes of the outcomes of one theme; ``None`` where nothing differs."""
    card = facts.cards[scenario]
    rows = [c for c in card.changes if c.stake == stake and c.verdict != "same"]
    if not rows:
        return None
    few = facts.runs < ENOUGH
    body, marks = [], []
    for c in rows:
        size, ends = with_interval(c.found.mean, c.found.low, c.found.high, c.unit)
        told = "too few histories" if few and c.told else _NOT_TOLD.get(c.verdict, c.verdict)
        mean = f"{size} ({ends})"
        body.append([capital(c.label), c.unit_text, *c.levels, c.spread or "-", mean, told])
        marks.append(c.verdict if c.told and not few else "open")
    heads = ["Outcome", "Unit", card.other, card.label, "9 of 10 histories",
             "Mean difference (90 % interval of the mean)", "Direction"]  # fmt: skip
    same = sum(c.stake == stake and c.verdict == "same" for c in card.changes)
    note = f"The same in every history: {same} more." if same else ""
    return Table(f"{capital(stake)}: {_over(facts, scenario)}", heads, body, marks, note, True)


def _over(facts: Facts, scenario: str) -> str:
    many = f"{facts.runs:,} paired histories" if facts.runs > 1 else "one pair of histories"
    return f"{many}, {' to '.join(map(month_text, facts.window(scenario)))}"


def places(facts: Facts, scenario: str) -> Table | None:
    """Return single sections, agencies, powers and regions that differ most clearly."""
    part = facts.comparison[facts.comparison["scenario"] == scenario]
    shown = first_of_comparison(part)
    shown = shown[(shown["share_tied"] < 1.0) & ~is_whole(shown)]
    if shown.empty or facts.runs < ENOUGH:
        return None
    body = []
    for row in rows_of(shown):
        own = digits_of(row.difference, row.low, row.high, row.unit)
        body.append([
            capital(facts.in_words(row.outcome, row.where)),
            unit_of_row(own, row.unit),
            _median(own, row.reference_median, row.unit),
            _median(own, row.median, row.unit),
            own(row.difference, True),
            own.span(row.low, row.high, True),
            row.direction or "none stated",
        ])  # fmt: skip
    card = facts.cards[scenario]
    heads = ["Outcome", "Unit", card.other, card.label, "Mean difference",
             "90 % interval of the mean", "Direction"]  # fmt: skip
    note = "Medians of the histories. At most three places of each outcome. " + reference_sentence(
        done_by_reference(facts.dataset, facts.window(scenario)), scenario
    )
    marks = [row.direction or "open" for row in rows_of(shown)]
    return Table(f"Single places: {_over(facts, scenario)}", heads, body, marks, note, True)


def _median(own: Digits, value: float, unit: str) -> str:
    """Return a median in the digits of its row; a whole number of things without decimals."""
    return plain(value) if unit == "number" and value == round(value) else own(value)


def levels(facts: Facts) -> Table:
    """Return the headline outcomes of a single scenario."""
    shown = first_of_summary(summarise(facts.dataset, facts.asked))
    body = [
        [row.label, level(row.median, row.unit), level(row.p05, row.unit), level(row.p95, row.unit)]
        for row in rows_of(shown)
    ]
    return Table(
        f"{facts.reference}: {facts.runs:,} runs, {' to '.join(facts.window(facts.reference))}",
        ["Outcome", "Median of the runs", "5 % of the runs are below", "5 % are above"],
        body,
        [""] * len(body),
        "Over the window flows are by year, counts added, stocks at its end, all else its mean.",
    )


def claims(facts: Facts, scenario: str) -> Table | None:
    """Return the claims of the documents about a scenario; ``None`` if it has none."""
    part = facts.claims
    part = part[part["scenario"] == scenario] if len(part) else part
    if part.empty:
        return None
    body = []
    for row in rows_of(part):
        cells = [f"{row.statement} ({row.document}:{row.line})"]
        if row.verdict == NOT_TESTED:
            why = row.reason.replace("whose ", "its ", 1)
            cells += [f"Not tested: {why}", row.expect, "-", "-", "-"]
        else:
            found = with_interval(row.effect, row.low, row.high, row.unit, bool(row.signed))
            cells += [capital(row.verdict), row.expect, *found, percent(row.share)]
        body.append(cells)
    marks = [str(verdict).replace(" ", "-") for verdict in part["verdict"]]
    return Table(
        f"Claims of the documents about {scenario}",
        [
            "Claim and source",
            "Verdict",
            "Expected",
            "Mean effect",
            "90 % interval",
            "Holds in runs",
        ],
        body,
        marks,
        "A claim of direction holds where the interval of the mean effect is clear of zero on that "
        "side and the mean is not negligible, and fails where it is clear on the other or leaves "
        "no room for the smallest effect that counts.",
    )


def claims_sentence(facts: Facts) -> str:
    """Return how many claims hold, fail and are undecided."""
    if facts.claims.empty:
        return "No claim of a document is attached to these scenarios."
    tested = facts.claims[facts.claims["verdict"] != NOT_TESTED]
    left = len(facts.claims) - len(tested)
    more = f"; {left} could not be tested" if left else ""
    return f"Of {len(tested)} claims tested: {counts(tested['verdict']) or 'none'}{more}."


def shares(facts: Facts, scenario: str) -> Table | None:
    """Return how much of each clear difference's variance goes with which group of draws."""
    table = facts.variance
    if table.empty:
        return None
    part = table[table["scenario"] == scenario].dropna(subset="chance")
    found = {(row.outcome, row.where): row for row in rows_of(part)}
    wanted = facts.leading(scenario)[:MOST_SHARES]
    body = [
        [
            capital(facts.in_words(*key)),
            *(variance.share_text(found[key], g) for g in variance.GROUPS),
        ]
        for key in wanted
        if key in found
    ]
    if not body:
        return None
    runs = int(part["runs"].iloc[0])
    return Table(
        f"{scenario}: share of the variance of each paired difference, with its 90 % interval",
        ["Outcome", "Assumed", "Chance"],
        body,
        [""] * len(body),
        f"From {runs:,} runs repeated with one group of draws renewed: what is assumed, and "
        "chance, which is every other draw. What both do together counts for each, so that a row "
        "may add up to more than 100 %.",
    )


def assumed(facts: Facts, scenario: str) -> Table | None:
    """Return the assumptions that matter most over all clear differences of a scenario."""
    part = facts.assumptions
    if len(part):
        part = part[(part["scenario"] == scenario) & (part["outcome"] == assumptions.TOGETHER)]
    if part.empty:
        return None
    body = [
        [
            f"{row.parameter}: {row.meaning}",
            variance.range_text(row),
            f"{percent(row.share)} ({100.0 * row.low:.0f} to {100.0 * row.high:.0f})"
            + ("" if row.stands_out else "; may be chance"),
            row.reason,
        ]
        for row in rows_of(part)
    ]
    marks = ["" if row.stands_out else "open" for row in rows_of(part)]
    return Table(
        f"{scenario}: the assumptions that matter most",
        ["Assumption", "Value and range", "Share of variance", "Reason given"],
        body,
        marks,
        f"Share of the variance (of ranks) due to the parameter alone, on average over the "
        f"outcomes that differ clearly; from {int(part['sets'].iloc[0]):,} parameter sets.",
    )


_OWN_FILE = re.compile(r"^# (\S+\.toml)$", re.MULTILINE)


@dataclass(frozen=True)
class Recipe:
    """Everything that is needed: ``facts`` are (name, value), sums are (name, SHA-256).

    ``notes`` are sentences on what the commands need besides themselves.
    """

    commands: list[str]
    notes: list[str]
    facts: list[tuple[str, str]]
    versions: list[tuple[str, str]]
    files: list[tuple[str, str]]
    texts: list[tuple[str, str]]


def recipe(facts: Facts) -> Recipe:
    """Return how to make the results of a report again, and then the report."""
    attrs = facts.dataset.attrs
    texts = attribute(facts.dataset, "scenario_text")
    return Recipe(
        commands=commands(facts),
        notes=_notes(facts, texts),
        facts=[
            ("tajsim", str(attrs.get("tajsim_version", "unknown"))),
            ("model", str(attrs.get("model", "unknown"))),
            ("seed", str(attrs.get("seed", "unknown"))),
            ("runs", f"{facts.runs:,}"),
            ("parameters", str(attrs.get("parameters_mode", "unknown"))),
            ("months simulated", " to ".join(whole_period(facts.dataset))),
            ("window of the numbers", _windows(facts)),
            *([("source", str(attrs["source"]))] if attrs.get("source") else []),
        ],
        versions=sorted(json.loads(attrs.get("versions") or "{}").items()),
        files=list(facts.given.files),
        texts=[
            (name, hashlib.sha256(texts[name].encode()).hexdigest())
            for name in facts.names
            if name in texts
        ],
    )


def commands(facts: Facts) -> list[str]:
    """Return the commands that make the results, then the one that makes the report of them."""
    made = [c for c in str(facts.dataset.attrs.get("command", "")).splitlines() if c]
    if not made:
        return ["not kept"]
    steps = [_step(c, f"-{i}" if len(made) > 1 else "") for i, c in enumerate(made, start=1)]
    window = ["--window", ":".join(facts.asked)] if facts.asked else []
    places = [place for _, place in steps]
    last = shlex.join(["tajsim", "report", *places, *window, "--out", "report.html"])
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


def _windows(facts: Facts) -> str:
    """Return which months the numbers are of, and why these."""
    if facts.asked:
        return f"{' to '.join(facts.asked)}, as asked for"
    if not facts.others:
        return f"{' to '.join(facts.window(facts.reference))}, all months"
    whose: dict[str, list[str]] = {}
    for name in facts.others:
        whose.setdefault(facts.window(name)[0], []).append(name)
    why = "from the first difference in settings or events to the end"
    if len(whose) == 1:
        return f"{' to '.join(facts.window(facts.others[0]))}, {why}"
    starts = [f"{month_text(start)} ({listed(whose[start], 3)})" for start in sorted(whose)]
    return f"for each scenario {why}: {'; '.join(starts)}"


def _notes(facts: Facts, texts: dict[str, str]) -> list[str]:
    """Say which scenario files do not ship, and of what saved history this is a continuation."""
    shipped = {f"scenarios/{name}.toml" for name in shipped_scenarios()}
    files = [f for name in facts.names for f in _OWN_FILE.findall(texts.get(name, ""))]
    own = [file for file in dict.fromkeys(files) if file not in shipped]
    verb, text = ("does", "its text is") if len(own) == 1 else ("do", "their texts are")
    said = [f"{listed(own)} {verb} not come with tajsim; {text} given below."] if own else []
    return said + [
        f"The results continue {one['file']}, a saved state of {one['scenario']} up to "
        f"{one['until']}, which tajsim run with --save makes."
        for one in facts.continued
    ]

"""The tables of a report as rows of text, and how its results can be made again."""

import hashlib
import json
import re
import shlex
from dataclasses import dataclass

from tajsim.analysis.verdicts import NOT_TESTED, counts
from tajsim.display import rows_of
from tajsim.inputs.scenario_parts import shipped_scenarios
from tajsim.report.facts import Facts, level
from tajsim.results.answer import ENOUGH, with_unit
from tajsim.results.effect import summarise
from tajsim.results.numbers import capital, listed, month_text, percent, small
from tajsim.results.select import attribute, first_of_summary
from tajsim.results.window import whole_period


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
    card, few = facts.cards[scenario], facts.runs < ENOUGH
    own = [c for c in card.changes if c.stake == stake and c.verdict not in ("same", "undefined")]
    rows = own if few else [c for c in own if c.told or c.verdict == "set"]
    body = []
    for c in rows:
        way = "set by the scenario" if c.verdict == "set" else c.verdict
        way = "too few histories" if few and c.verdict != "set" else way
        mean = with_unit(c.found.mean, c.found.low, c.found.high, c.unit)
        body.append([capital(c.label), c.unit_text, *c.levels, c.spread or "-", mean, way])
    heads = ["Outcome", "Unit", card.other, card.label, "9 of 10 histories",
             "Mean difference [90 % interval of the mean]", "Direction"]  # fmt: skip
    marks = ["" if c.told and not few else "open" for c in rows]
    rest = listed([small(c.label) for c in own if c not in rows])
    note = f"No effect that can be told: {rest}." if rest else ""
    caption = f"{capital(stake)}: {_over(facts, scenario)}"
    return Table(caption, heads, body, marks, note, True) if own else None


def _over(facts: Facts, scenario: str) -> str:
    many = f"{facts.runs:,} paired histories" if facts.runs > 1 else "one pair of histories"
    return f"{many}, {' to '.join(map(month_text, facts.window(scenario)))}"


def levels(facts: Facts) -> Table:
    """Return the headline outcomes of a single scenario."""
    shown = first_of_summary(summarise(facts.dataset, facts.asked))
    body = [
        [row.label, level(row.median, row.unit), level(row.p05, row.unit), level(row.p95, row.unit)]
        for row in rows_of(shown)
    ]
    return Table(
        f"{facts.runs:,} runs, {' to '.join(map(month_text, facts.window(facts.reference)))}",
        ["Outcome", "Median of the runs", "5 % of the runs are below", "5 % are above"],
        body,
        [""] * len(body),
        "Over the window flows are by year, counts added, stocks at its end, all else its mean.",
    )


def claims(facts: Facts, scenario: str) -> Table | None:
    """Return the tested claims of the documents about a scenario; ``None`` if it has none."""
    part = facts.claims
    if len(part):
        part = part[(part["scenario"] == scenario) & (part["verdict"] != NOT_TESTED)]
    if part.empty:
        return None
    body = []
    for row in rows_of(part):
        found = with_unit(row.effect, row.low, row.high, row.unit, bool(row.signed))
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
    tested = facts.claims[facts.claims["verdict"] != NOT_TESTED]
    left = len(facts.claims) - len(tested)
    more = f"; {left} could not be tested" if left else ""
    return (
        f"Of {len(tested)} claims tested: {counts(tested['verdict']) or 'none'}{more}. A claim of "
        "direction holds where the interval of the mean effect is clear of zero on that side and "
        "the mean is not negligible, and fails where it is clear on the other or leaves no room "
        "for the smallest effect that counts."
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
    usual = "of each scenario from its first difference on" if facts.others else "all months"
    window = " to ".join(facts.asked) if facts.asked else usual
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
            ("window of the numbers", window),
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

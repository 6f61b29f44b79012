"""The report as one page of HTML that needs nothing but itself, with its pictures as SVG.

On a dark page the style sheet inverts the pictures; here only coloured text is made dark enough.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

import tajsim.plots.style as styles
import tajsim.report.answer as answer
import tajsim.report.checks as checks
import tajsim.report.tables as tables
import tajsim.report.wording as wording
import tajsim.results.window as windows
from tajsim.analysis import variance
from tajsim.errors import UserError
from tajsim.files import check_file, place_of, write_whole
from tajsim.inputs.ledger import load_documents
from tajsim.plots import KINDS, figure
from tajsim.report.facts import Facts, changes, gather, narrative, title_of, why_not, without
from tajsim.results import effect, select

if TYPE_CHECKING:
    from jinja2 import Template

Results = xr.Dataset | str | Path

#: The parts of the page: the name of its place and what it is called in the contents.
SECTIONS = (
    ("question", "Question"),
    ("answer", "Answer"),
    ("changed", "What was changed"),
    ("figures", "Figures"),
    ("differences", "Outcomes"),
    ("claims", "Claims"),
    ("rests", "Evidence and assumptions"),
    ("story", "One run"),
    ("limits", "Limits"),
    ("again", "Reproduce it"),
)
#: With more scenarios than this against the reference, each is folded, without a picture of a run.
FOLDED = 3
#: The page may show what it carries and load nothing.
POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)


def report(results: Results | Sequence[Results], window: windows.Window | None = None) -> str:
    """Return the report on results as the text of an HTML page.

    The same results give the same text.

    Args:
        results: a dataset, a result file or folder, or several whose runs are pairs.
        window: first and last month; by default that of the results, if they were compared over
            one, or else, for each scenario, from the first month in which it differs from the
            reference to the end.

    Raises:
        UserError: if jinja2 is missing, or the results cannot be read or are no pairs.
    """
    page = template()
    several = [results] if isinstance(results, xr.Dataset | str | Path) else list(results)
    given = gather(several)
    asked = window or windows.kept_window(given.dataset)
    if asked:
        windows.check_window(windows.whole_period(given.dataset), asked)
    return page.render(contents(Facts(given, asked)))


def template() -> Template:
    """Return the template of the page.

    Raises:
        UserError: if jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError:
        raise UserError(
            "the report needs jinja2, an optional extra; pip install 'tajsim[report]'"
        ) from None
    folder = files("tajsim.report") / "templates"
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = (folder / "report.css").read_text(encoding="utf-8")
    environment.globals["style"] = style
    environment.filters["firm"] = firm
    return environment.from_string((folder / "report.html").read_text(encoding="utf-8"))


def firm(text: str) -> str:
    """Return a text in which no line ends between a number and its per cent sign."""
    return re.sub(r"([0-9]) %", "\\1\N{NO-BREAK SPACE}%", text)


def contents(facts: Facts) -> dict[str, Any]:
    """Return everything that the template places, as texts and tables."""
    compared = facts.others or [facts.reference]
    many = len(compared) > FOLDED
    questions = select.attribute(facts.dataset, "questions")
    stories = [(name, story) for name in compared if (story := narrative(facts, name))]
    title = f"{len(compared)} scenarios" if many else wording.listed(compared)
    return {
        "policy": POLICY,
        "title": f"{title} against {facts.reference}" if facts.others else title,
        "heading": _heading(facts) or title,
        "reference": facts.reference if facts.others else "",
        "questions": [(name, questions.get(name, "")) for name in compared],
        "facts_line": _line(facts),
        "checks": checks.checks(facts),
        "answer": answer.answer(facts),
        "changes": [(name, changes(facts, name)) for name in compared],
        "base_changes": changes(facts, facts.reference) if facts.others else [],
        "pictures": pictures(facts),
        "folded": many,
        "overview": tables.overview(facts) if len(facts.others) > 1 else None,
        "differences": [(name, tables.differences(facts, name)) for name in facts.others]
        or [("", [tables.levels(facts)])],
        "meanings": [
            (str(facts.dataset[name].attrs.get("label", name)), meaning)
            for name in select.headline(facts.dataset)
            if (meaning := str(facts.dataset[name].attrs.get("meaning", "")))
        ],
        "claims_sentence": tables.claims_sentence(facts),
        "claims": [(name, t) for name in facts.names if (t := tables.claims(facts, name))],
        "claims_picture": claims_picture(facts),
        "assumptions_picture": assumptions_picture(facts),
        "basis": effect.basis_statement(facts.dataset) if facts.counts else "",
        "rests": [_rests(facts, name) for name in facts.others],
        "stories": stories,
        "sections": [row for row in SECTIONS if stories or row[0] != "story"],
        "limits": checks.limits(facts),
        "recipe": tables.recipe(facts),
        "texts": [
            (name, text)
            for name, text in select.attribute(facts.dataset, "scenario_text").items()
            if name in facts.names
        ],
        "documents": [(key, d.citation) for key, d in load_documents().items()],
    }


def _rests(facts: Facts, scenario: str) -> tuple[Any, ...]:
    """Return what the comparison of one scenario rests on, in the order of the page."""
    return (
        scenario,
        tables.shares(facts, scenario),
        _no_shares(facts, scenario),
        checks.reversal_sentences(facts, scenario),
        checks.reversal_table(facts, scenario),
        tables.assumed(facts, scenario),
    )


def _no_shares(facts: Facts, scenario: str) -> str:
    """Say why a scenario has no shares of variance, "" where they are."""
    if len(facts.variance) and scenario in set(facts.variance["scenario"]):
        return f"No difference of {scenario} has a direction, so there is no variance to divide."
    return why_not(facts.kept_variance, facts.reference, scenario, facts.runs)


def _heading(facts: Facts) -> str:
    """Return the title that the file of the only scenario in question gives it, or ""."""
    if len(facts.others) > 1:
        return ""
    texts = select.attribute(facts.dataset, "scenario_text")
    return title_of(texts.get((facts.others or facts.names)[0], ""))


def _line(facts: Facts) -> str:
    """Return one line on what was simulated."""
    word = "paired runs" if facts.others else "runs"
    word = word if facts.runs != 1 else word[:-1]
    months = {facts.window(name) for name in facts.others or [facts.reference]}
    start, end = min(months)
    own = ", of each scenario from its first difference on" if len(months) > 1 else ""
    later = ", from Jan 2016 on projection" if end > windows.DOCUMENTED_UNTIL else ""
    return (
        f"{facts.runs:,} {word}, seed {facts.dataset.attrs.get('seed', 'unknown')}; "
        f"outcomes over {wording.month(start)} to {wording.month(end)}{own}{later}"
    )


ENDINGS = (".html", ".htm")


def write_report(
    results: Results | Sequence[Results],
    out: str | Path,
    *,
    window: windows.Window | None = None,
    overwrite: bool = False,
) -> Path:
    """Write the report on results as one HTML file and return its path.

    Args:
        results: a dataset, a result file or folder, or several whose runs are pairs.
        out: the file, ``.html``.
        window: the months, see `tajsim.report.page.report`.
        overwrite: whether an existing file is replaced.

    Raises:
        UserError: as `report`; for another suffix; if the file exists or cannot be written.
    """
    path = place_of(out)
    check_file(path, overwrite, "overwrite=True", ENDINGS)
    write_whole(path, report(results, window))
    return path


#: More scenarios than this make a picture of many panels unreadable.
MOST_SCENARIOS = 4
#: With more scenarios than this against the reference, each has a small panel of its own.
MANY = 2
#: With more claims than this their tables say it better than a picture.
MOST_CLAIMS = 40
#: A vector picture larger than this (bytes) is put in as PNG.
LARGEST = 1_200_000
_OUTSIDE = re.compile(rb"<metadata>.*?</metadata>|<!DOCTYPE.*?>", re.DOTALL)
_POINTS = re.compile(rb' d="[^"]*"')
_DECIMALS = re.compile(rb"(\.[0-9]{2})[0-9]+")


@dataclass(frozen=True)
class Shot:
    """One picture to be made: its kind, heading and options."""

    kind: str
    heading: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """A finished picture: ``source`` is a data URI, ``text`` says what it shows."""

    heading: str
    source: str
    text: str
    width: int
    height: int


def pictures(facts: Facts) -> list[Picture]:
    """Return every picture for which the results hold what it needs."""
    shots = (*_overview(facts), *_country(facts))
    return [picture for shot in shots if (picture := _if_drawn(facts, shot))]


def _overview(facts: Facts) -> Iterator[Shot]:
    shown = select.headline(facts.dataset)
    window = {"window": facts.asked} if facts.asked else {}
    few = {"scenarios": facts.names[:MOST_SCENARIOS]}
    yield Shot("providers", "Who provides security, and for what price", few)
    if facts.others:
        yield Shot("difference", "Paired differences", window)
    if len(facts.others) > MANY:
        most = windows.most_moved(facts.dataset, shown, 1)
        yield Shot("scenarios", "Scenario by scenario", {"outcome": most})
    moved = windows.most_moved(facts.dataset, shown, 6, facts.asked)
    smooth = {"smooth": 12} if facts.dataset.sizes["month"] > 24 else {}
    yield Shot("fan", "Outcomes over time", {"outcome": moved, **smooth})
    spread = [name for name in shown if windows.is_spread(facts.dataset, name)]
    chosen = windows.most_moved(facts.dataset, spread, 4, facts.asked)
    yield Shot("distribution", "Spread over the runs", {"outcome": chosen, **window})


def _country(facts: Facts) -> Iterator[Shot]:
    few = {"scenarios": facts.names[:MOST_SCENARIOS]}
    whole = {**few, "window": facts.asked} if facts.asked else few
    yield Shot("border", "The border, section by section", few)
    yield Shot("map", "Border and regions", few)
    yield Shot("money", "Who gets the money", whole)
    if _about_commanders(facts):
        yield Shot("elite", "Commanders", few)


def _about_commanders(facts: Facts) -> bool:
    """Tell whether a scenario schedules what befalls a commander."""
    events = select.attribute(facts.dataset, "events")
    kinds = {event["kind"] for name in facts.names for event in events.get(name, ())}
    return bool(kinds & {"dismiss", "arrest", "appoint"})


def claims_picture(facts: Facts) -> Picture | None:
    """Return the scoreboard of the claims; ``None`` without claims."""
    if facts.claims.empty or len(facts.claims) > MOST_CLAIMS:
        return None
    return _if_drawn(facts, Shot("claims", "Claims at a glance", {"table": facts.claims}))


def assumptions_picture(facts: Facts) -> Picture | None:
    """Return the assumptions that matter most; ``None`` if the results do not hold them."""
    if facts.assumptions.empty or len(facts.names) > MOST_SCENARIOS:
        return None
    bare = without(facts.dataset, variance.ASSUMPTIONS)
    shot = Shot("tornado", "The assumptions that matter most")
    return _if_drawn(
        facts, shot, variance.keep_table(bare, variance.ASSUMPTIONS, facts.assumptions)
    )


def _if_drawn(facts: Facts, shot: Shot, dataset: xr.Dataset | None = None) -> Picture | None:
    """Return a picture; ``None`` if this version or these results have no means for it."""
    try:
        return _picture(facts, shot, dataset) if shot.kind in KINDS else None
    except UserError:
        return None


def _picture(facts: Facts, shot: Shot, dataset: xr.Dataset | None) -> Picture:
    drawn = figure(shot.kind, facts.dataset if dataset is None else dataset, **shot.options)
    wide, high = drawn.get_size_inches()
    with styles.look(), styles.settled(drawn):
        data, kind = _bare(styles.svg(drawn)), "svg+xml"
        if len(data) > LARGEST:
            buffer = io.BytesIO()
            drawn.savefig(buffer, format="png", metadata={"Software": None}, dpi=200)
            data, kind = buffer.getvalue(), "png"
    return Picture(
        shot.heading,
        f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}",
        alternative(facts, shot),
        round(96 * wide),
        round(96 * high),
    )


def _bare(svg: bytes) -> bytes:
    """Return a picture without the parts that name addresses on the network.

    Points of lines are written to a hundredth of 1/72 inch: more cannot be seen.
    """
    return _POINTS.sub(lambda found: _DECIMALS.sub(rb"\1", found[0]), _OUTSIDE.sub(b"", svg))


_SHOWS = {
    "difference": "Forest of the mean paired differences of outcomes, each with its 90 % interval.",
    "fan": "Lines over the months: the median of the runs in bands that hold 50 % and 90 % of "
    "them, a panel for each outcome.",
    "distribution": "Curves of how an outcome over the whole window is spread over the runs, with "
    "median and 90 % of the runs below.",
    "map": "Map of the country in the last year of the results: border sections coloured by the "
    "heroin seized, regions by the control of the centre.",
    "border": "Heat maps of border section against month: heroin entering, the share of loads "
    "seized, who guards, and loads with bought passage.",
    "providers": "Stacked areas over the months, a panel for each security task: what own "
    "agencies, each outside power and nobody cover, with the deals begun and ended; below them "
    "lines of the price: autonomy, alignment, pressure expected, conditions, concessions, payment.",
    "money": "Ribbons from drug networks, people and donors to the agencies that take tolls and "
    "extortion, and from these to officers, commanders and the ruling circle, which pays "
    "commanders and keeps the rest.",
    "elite": "A lane for each commander: in which share of the runs he serves, is removed or "
    "breaks away, and his loyalty.",
    "scenarios": "A small panel for each scenario: the median over time of the outcome that "
    "differs most, against the reference.",
    "claims": "A row for each claim of the documents: verdict, share of the runs in which it holds "
    "and mean effect with its 90 % interval.",
    "tornado": "Bars for the assumptions that matter most: the share of the variance of the "
    "differences that each explains alone.",
}


def alternative(facts: Facts, shot: Shot) -> str:
    """Return what a picture shows: how, then of which scenarios, outcomes, months and runs."""
    dataset = facts.dataset
    names = shot.options.get("scenarios", facts.names)
    labels = [str(dataset[n].attrs.get("label", n)) for n in shot.options.get("outcome", ())]
    shown = f" shows {wording.listed(labels)};" if labels else ""
    first, last = windows.window_of(dataset, facts.asked)
    runs = f"{facts.runs:,} run{'s' if facts.runs != 1 else ''}"
    return (
        f"{_SHOWS.get(shot.kind, f'Picture of the kind “{shot.kind}”.')} It{shown} holds {runs} of "
        f"{wording.listed(names, MOST_SCENARIOS)}, {wording.month(first)} to "
        f"{wording.month(last)}; the tables of the page have the numbers."
    )

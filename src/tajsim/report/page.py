"""The report as one page of HTML that needs nothing but itself, with its pictures as SVG.

On a dark page the style sheet inverts the pictures; here only coloured text is made dark enough.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr
from matplotlib.figure import Figure

import tajsim.report.tables as tables
from tajsim.errors import UserError, library
from tajsim.files import check_file, write_whole
from tajsim.inputs.ledger import load_documents
from tajsim.inputs.outcomes import STAKES
from tajsim.plots import figure, style as styles
from tajsim.plots.answer import charts
from tajsim.report.facts import Facts, changes, gather
from tajsim.results import answer, effect, numbers, select, window as windows

if TYPE_CHECKING:
    from jinja2 import Template

Results = xr.Dataset | str | Path

#: The parts of the page: the name of its place and what it is called in the contents.
SECTIONS = (
    ("answer", "Answer"),
    ("evidence", "Evidence"),
    ("limits", "Limits"),
    ("appendix", "Appendix"),
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
    dataset, read = gather([results] if isinstance(results, Results) else list(results))
    page = template()
    asked = window or windows.kept_window(dataset)
    if asked:
        windows.check_window(windows.whole_period(dataset), asked)
    return page.render(contents(Facts(dataset, asked, read)))


def template() -> Template:
    """Return the template of the page.

    Raises:
        UserError: if jinja2 is not installed.
    """
    jinja2 = library("jinja2", "report")
    folder = files("tajsim.report") / "templates"
    told = {"autoescape": True, "undefined": jinja2.StrictUndefined}
    environment = jinja2.Environment(**told, trim_blocks=True, lstrip_blocks=True)
    environment.globals["style"] = (folder / "report.css").read_text(encoding="utf-8")
    environment.filters["firm"] = firm
    page: Template = environment.from_string((folder / "report.html").read_text(encoding="utf-8"))
    return page


def firm(text: str) -> str:
    """Return a text in which no line ends between a number and its per cent sign, or -fold."""
    text = text.replace("-fold", "\N{NON-BREAKING HYPHEN}fold")
    return re.sub(r"([0-9]) %", "\\1\N{NO-BREAK SPACE}%", text)


_KICKER = "Outsourcing of security, Tajikistan: a simulation, not a forecast"


def contents(facts: Facts) -> dict[str, Any]:
    """Return everything that the template places, as texts and tables."""
    compared = facts.others or [facts.reference]
    many = len(compared) > FOLDED
    titles = {name: select.title_of(facts.dataset, name) for name in facts.names}
    cards = list(facts.cards.values())
    several = f"{len(compared)} scenarios"
    title = several if many else numbers.listed([titles[name] for name in compared])
    texts = select.attribute(facts.dataset, "scenario_text")
    counted = numbers.counted(facts.runs, "paired run" if facts.others else "run")
    seed = facts.dataset.attrs.get("seed", "unknown")
    # The finding; of several which differs most, of one scenario alone its title.
    heading = answer.most_sentence(cards) or titles[facts.reference]
    return {
        "policy": POLICY,
        "title": f"{title} against {titles[facts.reference]}" if facts.others else title,
        "heading": f"{cards[0].finding}." if len(cards) == 1 else heading,
        "kicker": (cards[0].question if len(cards) == 1 else "") or _KICKER,
        "facts_line": cards[0].about if len(cards) == 1 else f"{counted}, seed {seed}",
        "cards": [
            (card, charts_of(facts, card, [card.chart]) if card.chart and not many else None)
            for card in cards
        ],
        "level_table": None if cards else tables.levels(facts),
        "checks": tables.checks(facts),
        "changes": [(titles[name], changes(facts, name)) for name in compared],
        "reference": titles[facts.reference] if facts.others else "",
        "base_changes": changes(facts, facts.reference) if facts.others else [],
        "themes": [(titles[name], list(_themes(facts, name))) for name in facts.others],
        "pictures": pictures(facts),
        "folded": many,
        "meanings": [
            (str(facts.dataset[name].attrs.get("label", name)), meaning)
            for name in select.headline(facts.dataset)
            if (meaning := str(facts.dataset[name].attrs.get("meaning", "")))
        ],
        "claims_sentence": tables.claims_sentence(facts),
        "claims": [(titles[name], t) for name in facts.names if (t := tables.claims(facts, name))],
        "basis": effect.basis_statement(facts.dataset) if facts.counts else "",
        "sections": SECTIONS,
        "limits": tables.limits(facts),
        "recipe": tables.recipe(facts),
        "texts": [(name, text) for name, text in texts.items() if name in facts.names],
        "documents": [(key, d.citation) for key, d in load_documents().items()],
    }


def _themes(facts: Facts, scenario: str) -> Iterator[tuple[str, tables.Table, Picture | None]]:
    """Yield what a theme is told as, its table, and its picture if something in it differs."""
    card = facts.cards[scenario]
    for stake in STAKES:
        if (table := tables.theme(facts, scenario, stake)) is None:
            continue
        told = [c for c in card.told if c.stake == stake]
        found = [c for c in told if c.striking]
        more = f"; {len(told) - 1} more" if len(told) > 1 else ""
        slight = "small changes" if told else "nothing that can be told"
        said = f"{found[0].clause()}{more}" if found else slight
        drawn = [c for c in (found or told) if c.kind != "date" and c is not card.chart][:2]
        picture = charts_of(facts, card, drawn) if drawn and len(facts.others) == 1 else None
        yield f"{numbers.capital(stake)}: {said}", table, picture


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
    path = check_file(out, overwrite, "overwrite=True", ENDINGS)
    write_whole(path, report(results, window))
    return path


#: More scenarios than this make a picture of many panels unreadable.
MOST_SCENARIOS = 4
#: What names addresses on the network.
_OUTSIDE = re.compile(rb"<metadata>.*?</metadata>|<!DOCTYPE.*?>", re.DOTALL)
_POINTS = re.compile(rb' d="[^"]*"')
_DECIMALS = re.compile(rb"(\.[0-9]{2})[0-9]+")


@dataclass(frozen=True)
class Picture:
    """A finished picture: ``source`` is a data URI, ``text`` says what it shows."""

    heading: str
    source: str
    text: str
    width: int
    height: int


def pictures(facts: Facts) -> list[Picture]:
    """Return the pictures of what differs, or of what a claim is about."""
    found = []
    for kind, heading, options in _shots(facts):
        with suppress(UserError):  # these results have no means for it
            drawn = figure(kind, facts.dataset, **options)
            found.append(_embedded(heading, drawn, f"{heading}. {_told_of(facts)}"))
    return found


#: Kinds of pictures with a heading, and the outcomes of which one differs if it is drawn.
_ABOUT = {
    "providers": (
        "Who provides security, and for what price",
        {"outside_provision", "dependence", "alignment", "autonomy", "deals_made", "own_effort"},
    ),
    "border": (
        "The border, section by section",
        {"heroin_entering", "heroin_seized", "seizure_probability"},
    ),
    "map": ("Border and regions", {"state_control", "country_control", "heroin_seized"}),
    "stacks": ("Who gets the money", {"drug_income", "aid_delivered", "aid_diverted", "collusion"}),
}


def _shots(facts: Facts) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield kind, heading and options of each picture."""
    if len(facts.others) > MOST_SCENARIOS:
        shown = windows.most_moved(facts.dataset, select.headline(facts.dataset), 1)
        yield "fan", "Scenario by scenario", {"outcome": shown}
        return
    few = {"scenarios": facts.names[:MOST_SCENARIOS]}
    told = {change.outcome for card in facts.cards.values() for change in card.told}
    claimed = set(facts.claims["outcome"]) if len(facts.claims) else set()
    for kind, (heading, outcomes) in _ABOUT.items():
        if outcomes & (told | claimed):
            yield kind, heading, few


def charts_of(facts: Facts, card: answer.Card, changes: Sequence[answer.OutcomeChange]) -> Picture:
    """Return the course of some changes of a card over time."""
    labels = numbers.listed([change.label for change in changes])
    text = f"{labels} over the months: means, and nine in ten runs. {_told_of(facts)}"
    wide, tall = (5.0, 3.1) if changes[0] is card.chart else (8.6, 2.5)
    return _embedded(labels, charts(facts.dataset, card, changes, wide, tall), text)


def _embedded(heading: str, drawn: Figure, text: str) -> Picture:
    with styles.look(), styles.settled(drawn):
        svg = _OUTSIDE.sub(b"", styles.svg(drawn))
    # Points of lines to a hundredth of 1/72 inch: more cannot be seen.
    data = _POINTS.sub(lambda found: _DECIMALS.sub(rb"\1", found[0]), svg)
    source = f"data:image/svg+xml;base64,{base64.b64encode(data).decode('ascii')}"
    wide, high = (round(96 * inches) for inches in drawn.get_size_inches())
    return Picture(heading, source, text, wide, high)


def _told_of(facts: Facts) -> str:
    """Return of which scenarios, months and runs a picture is."""
    names = numbers.listed([f"“{name}”" for name in facts.called.values()], MOST_SCENARIOS)
    months = " to ".join(map(numbers.month_text, windows.window_of(facts.dataset, facts.asked)))
    runs = f"{facts.runs:,} run{'s' if facts.runs != 1 else ''}"
    return f"A picture of {runs} of {names}, {months}; the tables of the page have the numbers."

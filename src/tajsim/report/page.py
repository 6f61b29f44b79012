"""The report as one page of HTML that needs nothing but itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from tajsim.errors import UserError
from tajsim.files import check_file, place_of, write_whole
from tajsim.inputs.ledger import load_documents
from tajsim.report import checks, pictures, tables, wording
from tajsim.report.answer import answer
from tajsim.report.facts import Facts, changes, narrative, title_of
from tajsim.report.gather import gather, why_not
from tajsim.results import effect, select
from tajsim.results.window import DOCUMENTED_UNTIL, Window, check_window, kept_window, whole_period

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


def report(results: Results | Sequence[Results], window: Window | None = None) -> str:
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
    asked = window or kept_window(given.dataset)
    if asked:
        check_window(whole_period(given.dataset), asked)
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
    stories = [
        (name, story, None if many else pictures.run_picture(facts, name, story.run))
        for name in compared
        if (story := narrative(facts, name))
    ]
    title = f"{len(compared)} scenarios" if many else wording.listed(compared)
    return {
        "policy": POLICY,
        "title": f"{title} against {facts.reference}" if facts.others else title,
        "heading": _heading(facts) or title,
        "reference": facts.reference if facts.others else "",
        "questions": [(name, questions.get(name, "")) for name in compared],
        "facts_line": _line(facts),
        "checks": checks.checks(facts),
        "answer": answer(facts),
        "changes": [(name, changes(facts, name)) for name in compared],
        "base_changes": changes(facts, facts.reference) if facts.others else [],
        "pictures": pictures.pictures(facts),
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
        "claims_picture": pictures.claims_picture(facts),
        "assumptions_picture": pictures.assumptions_picture(facts),
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
    windows = {facts.window(name) for name in facts.others or [facts.reference]}
    start, end = min(windows)
    own = ", of each scenario from its first difference on" if len(windows) > 1 else ""
    later = ", from Jan 2016 on projection" if end > DOCUMENTED_UNTIL else ""
    return (
        f"{facts.runs:,} {word}, seed {facts.dataset.attrs.get('seed', 'unknown')}; "
        f"outcomes over {wording.month(start)} to {wording.month(end)}{own}{later}"
    )


ENDINGS = (".html", ".htm")


def write_report(
    results: Results | Sequence[Results],
    out: str | Path,
    *,
    window: Window | None = None,
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

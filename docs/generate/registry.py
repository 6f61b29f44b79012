"""Pages of the registries: parameters, outcomes, figures, documents."""

from __future__ import annotations

from collections import Counter

from docs.generate.basis import FULL_HEAD, in_full
from docs.generate.markdown import anchor, link, number, page, plain, table, target
from docs.generate.submodels import theme_title, themes
from tajsim.inputs.ledger import Figure, load_documents, load_figures
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.registry import (
    Family,
    holder,
    load_families,
    load_parameters,
    number_count,
    unit_cost,
)
from tajsim.model.country import readers


def counts() -> str:
    """Return how many numbers there are by basis: ``16 documented, 16 derived, ...``."""
    kinds = Counter({p.row: p.basis.kind for p in load_parameters().values()}.values())
    words = {"documented": "documented", "derived": "derived from figures", "assumption": "assumed"}
    return ", ".join(f"{kinds[kind]} {word}" for kind, word in words.items())


def parameters_page() -> str:
    """Return every parameter, by the feedback whose rules read it first."""
    families = load_families()
    groups: dict[str, list[Family]] = {}
    for name, family in families.items():
        groups.setdefault(_home(readers()[name]), []).append(family)
    blocks = [
        f"{len(families)} quantities, {number_count()} numbers: {counts()}. A quantity that several"
        " actors have has a value for each, written `agency_pay.border_troops`; a number may hold"
        " for several of them."
        " They stand under the feedback whose rules read them first; `tajsim parameters NAME`"
        " prints one with all its readers and the figures behind it."
    ]
    for home in [*themes(), "start"]:
        if home in groups:
            title = theme_title(home) if home != "start" else "Start, actors and stages"
            rows = [row for family in groups[home] for row in in_full(family)]
            blocks += [f"## {title}", table(FULL_HEAD, rows, "basis")]
    return page("Parameters", *blocks)


def levers_table() -> str:
    """Return every lever with who holds it and what a unit of it costs a year."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for p in load_parameters().values():
        if p.role == "lever":
            cost = f"{unit_cost(p):,.0f} USD a year" if unit_cost(p) else ""
            row = (holder(p).replace("moscow", "Moscow"), p.meaning, p.unit, cost)
            rows.setdefault(row, []).append(p.name)
    found = [
        [who, ", ".join(f"`{name}`" for name in names), plain(meaning), plain(unit), cost]
        for (who, meaning, unit, cost), names in sorted(rows.items())
    ]
    return table(("held by", "lever", "meaning", "unit", "a unit costs"), found)


def _home(places: list[str]) -> str:
    found = [place.split(".")[1] for place in places if place.startswith("rules.")]
    return found[0] if found else "start"


def outcomes_page() -> str:
    """Return every outcome with label, unit, dimensions, aggregation and meaning."""
    rows = [
        [
            anchor(plain(o.name), f"outcome-{o.name}"),
            plain(o.label) + (r" \*" if o.headline else ""),
            plain(o.unit),
            ", ".join(o.dimensions).replace("_", " "),
            o.aggregate,
            plain(o.meaning),
            ", ".join(o.mechanisms),
        ]
        for o in load_outcomes().values()
    ]
    head = ("outcome", "label", "unit", "dimensions", "over time", "meaning", "mechanisms")
    about = (
        "What a run records, month by month. *Over time* says how months become one number over a"
        " window: `yearly` sums and divides by the years, `mean` averages, `last` takes the last"
        " month, `total` sums, `maximum` takes the highest. A star marks those that the tables of"
        " the command line show unless others are asked for."
    )
    return page("Outcomes", about, table(head, rows, "outcomes"))


def figures_page() -> str:
    """Return the ledger, by document and in the order of its lines."""
    figures = list(load_figures().values())
    blocks = [
        f"{len(figures)} figures, each printed in a document, in our own words. The documents are"
        " not quoted. *Role*: an input gives a parameter its value, a target is compared with an"
        " outcome, an event has a date, context is neither."
    ]
    for key, document in load_documents().items():
        rows = sorted((f for f in figures if f.document == key), key=lambda f: f.line)
        blocks.append(f"## {plain(document.title)} ({len(rows)})")
        head = ("figure", "value", "date", "role", "what it says", "line")
        blocks.append(table(head, [_row(f) for f in rows], "figures"))
    return page("Figures", *blocks)


def _row(f: Figure) -> list[str]:
    clash = f" In conflict with {link(f.conflict, f'figure-{f.conflict}')}." if f.conflict else ""
    return [
        anchor(f.id, f"figure-{f.id}"),
        _value(f),
        plain(f.as_of),
        f.role,
        plain(f.what) + clash,
        str(f.line),
    ]


def _value(f: Figure) -> str:
    if f.unit == "date":
        return plain(f.text)
    value = number(f.value) if f.value is not None else ""
    if f.low is not None and f.high is not None and f.low != f.high:
        value += f" ({number(f.low)} to {number(f.high)})"
    return f"{value} {plain(f.unit)}".strip()


def documents_page() -> str:
    """Return the bibliography, with how many figures come from each document."""
    counted = Counter(f.document for f in load_figures().values())
    blocks = [
        f"{target(f'document-{key}')}\n## {key}\n\n{plain(d.citation)}.\n\n"
        f"{counted[key]} figures of the ledger come from it."
        for key, d in load_documents().items()
    ]
    about = (
        "The sources of figures, events and claims. A citation such as `icg-2016:85` is the key of"
        " a document and a line of the text that was used."
    )
    return page("Documents", about, *blocks)

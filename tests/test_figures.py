"""The ledger of figures is well-formed, and its functions find, refuse and print."""

import calendar
import csv
import re
from datetime import date
from importlib.resources import files

import pytest

import tajsim.inputs.ledger as ledger

ROLES = {"input", "target", "event", "context"}
SUBJECTS = {
    *("agency", "border", "economy", "militants", "network"),
    *("opposition", "population", "power", "regime"),
}
LINES = {
    **{"matveeva-2004": 289, "edm-2004-09": 15, "icg-2016": 294},
    **{"edm-2007-04": 19, "edm-2007-03": 21},
    **dict.fromkeys(("unodc-opium-survey", "unodc-opium-revised", "world-bank-wdi"), 1),
}
FIGURES = list(ledger.load_figures().values())


def one_period(text: str) -> tuple[date, date]:
    """Return the first and last day of a year, month, day or decade."""
    if re.fullmatch(r"\d{3}0s", text):
        return date(int(text[:4]), 1, 1), date(int(text[:4]) + 9, 12, 31)
    year, month, day = (*map(int, re.fullmatch(r"\d{4}(-\d\d){0,2}", text)[0].split("-")), 0, 0)[:3]
    last_day = day or calendar.monthrange(year, month or 12)[1]
    return date(year, month or 1, day or 1), date(year, month or 12, last_day)


def period(text: str) -> tuple[date, date]:
    """Return the first and last day of a date or of a span ``from/to``."""
    parts = [one_period(part) for part in text.split("/")]
    assert len(parts) <= 2
    assert parts[0][0] <= parts[-1][1], text
    return parts[0][0], parts[-1][1]


def test_ids_are_unique_and_plain() -> None:
    text = files("tajsim").joinpath("data/figures.csv").read_text(encoding="utf-8")
    ids = [row["id"] for row in csv.DictReader(text.splitlines())]
    assert len(ids) >= 360
    assert len(ids) == len(set(ids)) == len(FIGURES)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", identity) for identity in ids)
    assert ids == list(ledger.load_figures())


def test_documents_are_known_and_complete() -> None:
    documents = ledger.load_documents()
    assert set(documents) == set(LINES) == {f.document for f in FIGURES}
    for key, document in documents.items():
        assert document.key == key
        assert document.title and document.author and document.citation
        period(document.date)


@pytest.mark.parametrize("f", FIGURES, ids=lambda f: f.id)
def test_a_row_is_well_formed(f: ledger.Figure) -> None:
    assert f.role in ROLES and f.subject in SUBJECTS
    assert 1 <= f.line <= LINES[f.document]
    assert f.unit and f.what and f.what == f.what.strip()
    period(f.as_of)
    if f.unit == "date":
        assert (f.value, f.low, f.high) == (None, None, None)
        first, last = period(f.text)
        earliest, latest = period(f.earliest or f.text), period(f.latest or f.text)
        assert first <= earliest[0] and latest[1] <= last
        assert earliest[0] <= latest[1]
    else:
        assert (f.earliest, f.latest) == ("", "")
        present = [x for x in (f.low, f.value, f.high) if x is not None]
        assert present and present == sorted(present)
        assert f.value is not None or (f.low is not None and f.high is not None)
        if f.unit.startswith(("percent ", "share")):
            assert 0 <= (f.value or 0) <= (1 if f.unit.startswith("share") else 100)


def test_seats_add_up_and_a_value_inside_its_range_is_a_declared_midpoint() -> None:
    parties = ("pdpt", "apt", "pert", "cpt", "spt", "dpt")
    seats = sum(ledger.figure(f"seats-{party}-2015").value or 0 for party in parties)
    assert seats == ledger.figure("lower-house-seats").value
    middles = [f for f in FIGURES if "midpoint" in f.what]
    assert middles
    assert [f.id for f in middles if f.value != ((f.low or 0.0) + (f.high or 0.0)) / 2] == []
    inside = [f for f in FIGURES if f.value is not None and f.value not in (f.low, f.high)]
    ranged = [f for f in inside if f.low is not None or f.high is not None]
    assert all("midpoint" in f.what for f in ranged)


def test_conflicts_and_occurrences_that_are_told_twice_name_each_other() -> None:
    pairs = [(f, ledger.figure(f.conflict)) for f in FIGURES if f.conflict]
    assert pairs
    for f, other in pairs:
        assert (other.conflict, other.unit) == (f.id, f.unit)
        assert other.text != f.text
    repeats = [f for f in FIGURES if "same occurrence as" in f.what]
    assert {f.role for f in repeats} == {"context"}
    named = [re.search(r"\[same occurrence as ([a-z0-9-]+);", f.what)[1] for f in repeats]
    assert "context" not in {ledger.figure(name).role for name in named}


@pytest.mark.parametrize("width", [72, 160])
def test_table_keeps_to_the_width_and_shows_every_figure(width: int) -> None:
    table = ledger.format_figures(FIGURES, width=width)
    assert max(map(len, table.splitlines())) <= width
    assert table.splitlines()[0].split() == ["id", "value", "date", "role", "source"]
    assert table.count("\n") >= 2 * len(FIGURES)
    for f in FIGURES:
        assert f"{f.document}:{f.line}" in table

"""What a report is made from: results and every table on them, computed once."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.analysis.assumptions import assumptions_of_runs
from tajsim.analysis.claims import evaluate_claims
from tajsim.analysis.mechanisms import FEWEST
from tajsim.analysis.variance import ASSUMPTIONS, VARIANCE, kept_table
from tajsim.inputs.ledger import load_documents, load_figures, printed_in
from tajsim.inputs.registry import actor_name, load_parameters
from tajsim.inputs.scenario_parts import COMMAND_LINE
from tajsim.inputs.toml import event_month
from tajsim.report.gather import Given, fitting
from tajsim.report.wording import capital, coordinate, listed, month, small
from tajsim.results.effect import basis_counts, compare_results, summarise
from tajsim.results.numbers import table_number
from tajsim.results.select import NOTICEABLE, attribute, gap, is_whole, names_of
from tajsim.results.window import (
    Cell,
    Window,
    cells,
    whole_period,
    window_of,
)

#: The last month that the documents speak of; later ones are projection.
DOCUMENTED_UNTIL = "2015-12"


@dataclass(frozen=True)
class Facts:
    """Results and the tables on them; each table is made when it is first asked for.

    Attributes:
        given: the results with the files they came from.
        asked: the window that was asked for; ``None`` for the default of each scenario.
    """

    given: Given
    asked: Window | None = None

    @property
    def dataset(self) -> xr.Dataset:
        """The results."""
        return self.given.dataset

    @cached_property
    def names(self) -> list[str]:
        """The scenarios; with more than one, the first is the reference."""
        return names_of(self.dataset)

    @property
    def reference(self) -> str:
        """The reference; of a single scenario, that one."""
        return self.names[0]

    @property
    def others(self) -> list[str]:
        """What is compared with the reference."""
        return self.names[1:]

    @property
    def runs(self) -> int:
        """The number of runs."""
        return int(self.dataset.sizes["run"])

    @property
    def continued(self) -> list[dict[str, str]]:
        """The saved histories that the results go on from: file, scenario, last month."""
        lines = str(self.dataset.attrs.get("continued_from", "")).splitlines()
        return [json.loads(line) for line in lines if line]

    @property
    def period(self) -> Window:
        """The first and last month of the results."""
        return whole_period(self.dataset)

    def window(self, scenario: str) -> Window:
        """Return the months over which a scenario is compared, or told."""
        return window_of(self.dataset, self.asked, scenario)

    @cached_property
    def comparison(self) -> pd.DataFrame:
        """One row per scenario, outcome and coordinate; empty for a single scenario."""
        return compare_results(self.dataset, self.asked) if self.others else pd.DataFrame()

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Medians and 90 % of the runs, for every scenario."""
        return summarise(self.dataset, self.asked)

    @cached_property
    def claims(self) -> pd.DataFrame:
        """One row per claim."""
        return evaluate_claims(self.dataset)

    @cached_property
    def kept_variance(self) -> pd.DataFrame:
        """The shares of variance that the results hold, over whatever window."""
        return kept_table(self.dataset, VARIANCE)

    @cached_property
    def variance(self) -> pd.DataFrame:
        """How much of each difference rests on what, where that was told over its window."""
        return fitting(self.kept_variance, {name: self.window(name) for name in self.others})

    @cached_property
    def assumptions(self) -> pd.DataFrame:
        """The assumptions that matter most: kept for every scenario, or told from the runs."""
        kept = kept_table(self.dataset, ASSUMPTIONS)
        told = set(kept["scenario"]) if len(kept) else set()
        fits = set(self.variance["scenario"]) if len(self.variance) else set()
        if told & fits >= set(self.others) or self.runs < FEWEST:
            return kept[kept["scenario"].isin(fits)] if len(kept) else kept
        return assumptions_of_runs(self.dataset, self.comparison)

    @cached_property
    def counts(self) -> dict[str, int]:
        """The parameters in force by basis; empty for results without parameters."""
        return dict(basis_counts(self.dataset)) if "parameter" in self.dataset.coords else {}

    def claimed(self, scenario: str) -> list[tuple[str, str]]:
        """Return the outcomes and coordinates that a scenario's claims are about, in order."""
        return [
            (claim["outcome"], ";".join(f"{d}={n}" for d, n in (claim.get("where") or {}).items()))
            for claim in attribute(self.dataset, "claims").get(scenario, ())
        ]

    @cached_property
    def _cells(self) -> dict[str, list[Cell]]:
        found = {}
        for position, name in enumerate(self.names):
            if position or not self.others:
                places = [0, position] if position else [0]
                found[name] = list(cells(self._bare.isel(scenario=places), self.window(name)))
        return found

    @property
    def _bare(self) -> xr.Dataset:
        """The outcomes alone."""
        return self.dataset[[n for n, v in self.dataset.data_vars.items() if "month" in v.dims]]

    def own_cells(self, scenario: str) -> list[Cell]:
        """Return every outcome of a scenario: ``values`` with the reference first, if there is."""
        return self._cells[scenario]

    def differences(self, scenario: str) -> Iterator[tuple[Cell, np.ndarray]]:
        """Yield every outcome with its paired differences ``(run,)``."""
        for cell in self._cells[scenario]:
            yield cell, gap(*cell.values)

    def equal(self, scenario: str) -> bool:
        """Tell whether every outcome is the same in every run, over the window."""
        return all(
            np.array_equal(c.values[0], c.values[1], equal_nan=True) for c in self._cells[scenario]
        )

    def cell(self, scenario: str, outcome: str, where: str) -> Cell:
        """Return one outcome at one coordinate: ``values`` holds the reference first."""
        found = (c for c in self._cells[scenario] if (c.outcome, c.where) == (outcome, where))
        return next(found)

    def spoken(self, outcome: str, where: str) -> str:
        """Return an outcome as it is called within a sentence: ``own effort (border)``."""
        label = small(str(self.dataset[outcome].attrs.get("label", outcome)))
        place = coordinate(where)
        return f"{label} ({place})" if place else label


def rows(table: pd.DataFrame) -> list[Any]:
    """Return the rows with their columns as attributes (of types that pandas does not tell)."""
    return list(table.itertuples())


_FILE = re.compile(r"^# (\S+\.toml)$")


@dataclass(frozen=True)
class EventPlace:
    """One event of a scenario file.

    Attributes:
        where: file and line, ``scenarios/x.toml:17``.
        month, kind, label: those of the event.
        remark: the comment above it, which says why, as one line.
    """

    where: str
    month: str
    kind: str
    label: str
    remark: str


def split(text: str) -> list[tuple[str, str]]:
    """Return path and text of each file of a chain of scenarios, parents first."""
    parts: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        found = _FILE.match(line)
        if found:
            parts.append((found[1], []))
        elif parts:
            parts[-1][1].append(line)
    return [(path, "\n".join(lines)) for path, lines in parts]


def title_of(text: str) -> str:
    """Return the title that the last file of a chain of scenarios gives, "" if it gives none."""
    for _, part in reversed(split(text)):
        try:
            return str(tomllib.loads(part).get("title", ""))
        except ValueError:
            return ""
    return ""


@lru_cache(maxsize=64)
def event_places(text: str) -> tuple[EventPlace, ...]:
    """Return every event of a chain of scenario files with its place; what is no TOML has none."""
    found: list[EventPlace] = []
    for path, part in split(text):
        try:
            tables = tomllib.loads(part).get("events", [])
        except ValueError:
            continue
        lines = part.splitlines()
        starts = [i for i, line in enumerate(lines) if line.strip().startswith("[[events]]")]
        if len(starts) != len(tables):
            continue
        for start, table in zip(starts, tables, strict=True):
            date = str(table.get("date", ""))
            found.append(
                EventPlace(
                    f"{path}:{start + 1}",
                    event_month(date) or date,
                    str(table.get("kind", "")),
                    str(table.get("label", "")),
                    _above(lines, start),
                )
            )
    return tuple(found)


def setting_remark(text: str, origin: str) -> str:
    """Return the comment above the line ``path:line`` of a chain of scenario files."""
    path, _, line = origin.rpartition(":")
    if not re.fullmatch("[0-9]{1,7}", line):
        return ""
    for own, part in split(text):
        lines = part.splitlines()
        if own == path and int(line) <= len(lines):
            return _above(lines, int(line) - 1)
    return ""


def _above(lines: Sequence[str], place: int) -> str:
    """Return the comment lines that end right above a line, as one line."""
    kept: list[str] = []
    for line in reversed(lines[:place]):
        text = line.strip()
        if not text.startswith("#") or text.startswith("#:"):
            break
        kept.append(text.lstrip("# "))
    return " ".join(reversed(kept))


def cited(remark: str, figures: Sequence[str] = ()) -> list[str]:
    """Return ``document:line`` of everything that a remark or figure ids cite, each once."""
    return list(dict.fromkeys([*printed_in(figures), *_in_text(remark)]))


def _in_text(remark: str) -> Iterator[str]:
    """Yield the places that a text names: ``icg-2016:131, 141`` and ids of figures."""
    keys = "|".join(re.escape(key) for key in load_documents())
    for found in re.finditer(rf"({keys}):([0-9]+(?:, [0-9]+)*)", remark):
        for line in found[2].split(", "):
            yield f"{found[1]}:{line}"
    ledger = load_figures()
    for word in re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", remark):
        if word in ledger:
            yield f"{ledger[word].document}:{ledger[word].line}"


@dataclass(frozen=True)
class ScenarioChange:
    """One thing that a scenario has otherwise.

    Attributes:
        sentence: what it is.
        sources: what stands behind it: documents with their lines, or that there is none.
        where: file and line of the scenario, or the command line.
        remark: the reason that the scenario's file gives.
    """

    sentence: str
    sources: str
    where: str = ""
    remark: str = ""


def changes(facts: Facts, scenario: str) -> list[ScenarioChange]:
    """Return what a scenario has otherwise than the reference, settings first, events by month.

    For the reference itself, or a single scenario, everything that it sets and schedules.
    """
    alone = scenario == facts.reference
    base: dict[str, Any] = (
        {} if alone else attribute(facts.dataset, "settings").get(facts.reference, {})
    )
    own = attribute(facts.dataset, "settings").get(scenario, {})
    text = attribute(facts.dataset, "scenario_text").get(scenario, "")
    origins = attribute(facts.dataset, "origins").get(scenario, {})
    found = [
        _setting(name, own.get(name), base.get(name), str(origins.get(name, "")), text)
        for name in dict.fromkeys([*own, *base])
        if own.get(name) != base.get(name)
    ]
    events = attribute(facts.dataset, "events")
    ours = list(events.get(scenario, ()))
    theirs = [] if alone else list(events.get(facts.reference, ()))
    left = {_event_key(event) for event in theirs}
    kept = {_event_key(event) for event in ours}
    found += [_event(event, text) for event in ours if _event_key(event) not in left]
    found += [_dropped(event, facts.reference) for event in theirs if _event_key(event) not in kept]
    return found


def _event_key(event: Mapping[str, Any]) -> str:
    """Return what an event does, without its label and the figures behind it."""
    return json.dumps([event["month"], event["kind"], event.get("arguments")], sort_keys=True)


def _setting(
    name: str, value: float | None, base: float | None, origin: str, text: str
) -> ScenarioChange:
    row = load_parameters().get(name)
    unit = "" if row is None or row.unit in ("index", "number", "0 or 1") else f" {row.unit}"
    usual = base if base is not None else row.value if row else None
    meaning = f"{row.meaning.rstrip('.')} ({name})" if row else name
    if value is None:
        said = f"{capital(meaning)} keeps the value of the registry, {_figure(usual)}{unit}."
        return ScenarioChange(said, _basis(name), origin)
    drawn = " at its middle" if row and row.role == "uncertainty" and base is None else ""
    figures = _figure(value), _figure(usual)
    if usual is not None and figures[0] == figures[1]:
        figures = f"{value:.10g}", f"{usual:.10g}"
    instead = f" instead of {figures[1]}{drawn}" if usual is not None else ""
    said = f"{capital(meaning)} is set to {figures[0]}{unit}{instead}."
    if origin == COMMAND_LINE:
        return ScenarioChange(said, "no document; chosen on the command line", origin)
    remark = setting_remark(text, origin)
    return ScenarioChange(said, _sources(cited(remark)), origin, remark)


def _figure(value: float | None) -> str:
    return "unknown" if value is None else table_number(value)


def _basis(name: str) -> str:
    row = load_parameters().get(name)
    if row is None:
        return _sources([])
    return _sources(cited("", row.basis.figures))


def _event(event: Mapping[str, Any], text: str) -> ScenarioChange:
    places = [
        place
        for place in event_places(text)
        if (place.month, place.kind) == (event["month"], event["kind"])
        and place.label in ("", event.get("label"))
    ]
    place = next(
        (p for p in places if p.where == event.get("where")), places[0] if places else None
    )
    remark = place.remark if place else ""
    label = str(event.get("label") or "")
    told = _told(event["kind"], event.get("arguments", {}))
    said = (
        f"{month(event['month'])}: {label} ({told})."
        if label
        else f"{month(event['month'])}: {told}."
    )
    where = event.get("where") or (place.where if place else "")
    return ScenarioChange(said, _sources(_behind(event, remark)), str(where), remark)


def _behind(event: Mapping[str, Any], remark: str = "") -> list[str]:
    """Return documents and lines behind an event: those that the results hold, or the ledger's."""
    kept = event.get("sources")
    found = cited(remark, () if kept else event.get("figures", ()))
    return list(dict.fromkeys([*(kept or ()), *found]))


def _dropped(event: Mapping[str, Any], reference: str) -> ScenarioChange:
    label = event.get("label") or _told(event["kind"], event.get("arguments", {}))
    said = f"{month(event['month'])}: “{label}”, which {reference} has, does not take place."
    return ScenarioChange(said, _sources(_behind(event)), str(event.get("where") or ""))


def _told(kind: str, arguments: Mapping[str, Any]) -> str:
    """Return what an event does, in words."""
    if kind == "set":
        name = str(arguments.get("parameter"))
        row = load_parameters().get(name)
        unit = f" {row.unit}" if row and row.unit not in ("index", "number", "0 or 1") else ""
        months = int(arguments.get("months", 1))
        over = f" over {months} months" if months > 1 else ""
        return f"{name} goes to {_figure(arguments.get('value'))}{unit}{over}"
    named = {key: actor_name(str(value)) for key, value in arguments.items()}
    months = int(arguments.get("months", 1))
    forms = {
        "handover": "the guard of {section} passes to {agency}",
        "appoint": "{commander} is put at the head of {agency}",
        "dismiss": "the regime tries to dismiss {commander}",
        "arrest": "the regime orders the arrest of {commander}",
        "repression_step": "the regime takes a step of repression: {step}",
        "seats": "{movement} holds {seats} seats",
        "withdraw_agency": "{agency} leave" + (f" over {months} months" if months > 1 else ""),
    }
    try:
        return forms[kind].format(**named)
    except KeyError:
        return f"{kind.replace('_', ' ')}: {listed([f'{k} {v}' for k, v in named.items()])}"


def _sources(places: list[str]) -> str:
    """Return the documents behind a change, or that none is named."""
    return listed(places) if places else "no document; the scenario's own assumption"


#: So many outcomes without a direction are named.
NAMED = 4


def counts(facts: Facts, left: int) -> list[str]:
    """Return one sentence on all headline totals; none where nothing differs.

    Args:
        facts: results of a comparison.
        left: how many scenarios the answer does not tell of.
    """
    table = facts.comparison
    table = table[table["headline"] & is_whole(table)]
    if table.empty or (table["share_tied"] == 1.0).all():
        return []
    same = table["share_tied"] == 1.0
    moves = (table["direction"] != "") & ~same
    unsure = (table["direction"] == "") & ~same & table["low"].notna()
    size = table[["reference_median", "median"]].abs().max(axis=1)
    slight = int((moves & (table["difference"].abs() < NOTICEABLE * size)).sum())
    names = [facts.spoken(row.outcome, row.where) for row in rows(table[unsure])]
    named = f" ({listed(list(dict.fromkeys(names)), NAMED)})"
    covers = f"an interval that covers zero, so that no direction is stated{named}"
    little = _slight(slight, int(moves.sum()))
    parts = [
        (int(moves.sum()), f"differs in a direction{little}", f"differ in a direction{little}"),
        (int(unsure.sum()), f"has {covers}", f"have {covers}"),
        (int(same.sum()), "is the same in every run", "are the same in every run"),
        (int((~same & ~moves & ~unsure).sum()), "is undefined", "are undefined"),
    ]
    if len(table) == 1:
        if moves.all():
            return []  # the sentence before has said so
        (said,) = (one for count, one, _ in parts if count)
        return [f"The one headline total {said}."]
    told = [f"{n} {one if n == 1 else several}" for n, one, several in parts if n]
    where = f", over {len(facts.others)} scenarios," if len(facts.others) > 1 else ""
    more = f"; the other {left} scenarios stand in the tables" if left else ""
    return [f"Of {len(table)} headline totals{where} {listed(told)}{more}."]


def _slight(part: int, whole: int) -> str:
    """Return how many of those with a direction hardly move, "" for none."""
    if not part:
        return ""
    who = "" if part == whole == 1 else "all of them " if part == whole else f"{part} of them "
    return f" ({who}by less than {100 * NOTICEABLE:g} %)"

"""What a report is made from: results, the tables on them, what was changed, numbers in words."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.analysis import variance as shares
from tajsim.analysis.assumptions import assumptions_of_runs
from tajsim.analysis.claims import evaluate_claims
from tajsim.ensemble.dataset import FILE_NAME, load_results
from tajsim.errors import UserError
from tajsim.inputs import registry
from tajsim.inputs.deals import load_deals
from tajsim.inputs.ledger import load_documents, load_figures, printed_in
from tajsim.inputs.scenario_parts import COMMAND_LINE
from tajsim.results import answer, numbers, select, window
from tajsim.results.effect import basis_counts, compare_results, summarise
from tajsim.results.numbers import listed, month_text
from tajsim.results.window import Window

#: Units and how they are written after a difference.
_UNITS = {
    "share": "percentage points",
    "0 or 1": "percentage points of the runs",
    "number": "",
    "number/year": "a year",
    "index": "index points",
    "ratio": "",
}
_SHARES = ("share", "0 or 1")


def with_interval(
    value: float, low: float, high: float, unit: str, signed: bool = True
) -> tuple[str, str]:
    """Return a difference, or a level if not signed, with its unit, and its interval alike."""
    own = digits_of(value, low, high, unit)
    return _with_unit(own(value, signed), own, unit, not signed), own.span(low, high, signed)


def digits_of(value: float, low: float, high: float, unit: str) -> numbers.Digits:
    """Return how the numbers of an effect in a unit are written."""
    return numbers.digits(value, low, high, unit in _SHARES)


def _with_unit(number: str, own: numbers.Digits, unit: str, level: bool = False) -> str:
    """Return a number of `digits_of` with its unit: ``1,677 kg a year``, ``25 %`` of a level."""
    if level and unit in _SHARES:
        return f"{number} %" if unit == "share" else f"{number} % of the runs"
    return " ".join(filter(None, (number, own.word, _unit(unit))))


def _unit(unit: str) -> str:
    return _UNITS.get(unit, unit.replace("/year", " a year").replace("/month", " a month"))


def unit_of_row(own: numbers.Digits, unit: str) -> str:
    """Return the unit of a table's row: shares in per cent, large sums in millions."""
    if unit in _SHARES:
        return "%" if unit == "share" else "% of runs"
    return f"{own.word} {_unit(unit) or {'number': 'count'}.get(unit, unit)}".strip()


def level(value: float, unit: str) -> str:
    """Return a level with its unit: a share in per cent."""
    if math.isnan(value):
        return "undefined"
    number = numbers.table_number(100.0 * value if unit in _SHARES else value)
    number = number.replace(" m", " million").replace(" bn", " billion").replace("-", numbers.MINUS)
    after = "%" if unit in _SHARES else "" if unit == "index" else _unit(unit)
    return f"{number} {after}".strip()


def level_sentence(name: str, unit: str, median: float, low: float, high: float, runs: int) -> str:
    """Return the median of an outcome with the range of 90 % of the runs."""
    if low == high:
        most = f"in at least 90 % of {runs:,} runs"
        return f"{numbers.capital(name)} is {level(median, unit)} {most}."
    own = digits_of(median, low, high, unit)
    middle, upper = (_with_unit(own(value), own, unit, level=True) for value in (median, high))
    return (
        f"For {name} the median of {runs:,} runs is {middle}, and 90 % of them lie "
        f"between {own(low)} and {upper}."
    )


def plain(value: float, signed: bool = False) -> str:
    """Return a number with a true minus sign, ``-`` for what is undefined."""
    number = numbers.table_number(value, signed)
    return number if number == "-" else number.replace("-", numbers.MINUS)


TABLES = (shares.VARIANCE, shares.ASSUMPTIONS)


def with_tables(joined: xr.Dataset, datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """Return joined results with the tables of all that were compared with the same reference.

    What one file found against another reference says nothing here and is left out.
    """
    reference, *others = select.names_of(joined)
    for name in TABLES:
        parts = []
        for dataset, own in _owners(datasets, reference, others):
            table = shares.kept_table(dataset, name)
            parts.append(table[table["scenario"].isin(own)] if len(table) else table)
        held = [part for part in parts if len(part)]
        if held:
            joined = shares.keep_table(joined, name, pd.concat(held, ignore_index=True))
    return joined


def _owners(
    datasets: Sequence[xr.Dataset], reference: str, others: Sequence[str]
) -> list[tuple[xr.Dataset, list[str]]]:
    """Return the results that compare with the reference, each with the scenarios it has tables on.

    A scenario that several hold counts for the first that has a table on it.
    """
    left, found = list(others), []
    for dataset in datasets:
        if select.names_of(dataset)[0] != reference:
            continue
        table = shares.kept_table(dataset, shares.VARIANCE)
        held = set(table["scenario"]) if len(table) else set()
        own = [name for name in left if name in held]
        left = [name for name in left if name not in own]
        found.append((dataset, own))
    return found


def without(dataset: xr.Dataset, name: str) -> xr.Dataset:
    """Return results without one of the tables."""
    return dataset.drop_dims(f"{name}_row", errors="ignore")


def fitting(table: pd.DataFrame, windows: dict[str, Window]) -> pd.DataFrame:
    """Return the rows of shares that are over the window of their scenario."""
    if table.empty:
        return table
    own = zip(table["window_start"].astype(str), table["window_end"].astype(str), strict=True)
    same = [
        windows.get(str(name)) == window
        for name, window in zip(table["scenario"], own, strict=True)
    ]
    return table[np.array(same, bool)]


def why_not(table: pd.DataFrame, reference: str, scenario: str, runs: int) -> str:
    """Say why the shares of variance of a scenario are missing, and what would give them.

    Args:
        table: the shares that the results hold, of any window.
        reference, scenario: the names.
        runs: the number of runs.
    """
    lead = f"The decomposition of variance for each difference of {scenario}"
    if runs < shares.FEWEST:
        return f"{lead} is estimated from {shares.FEWEST} runs on."
    own = table[table["scenario"] == scenario] if len(table) else table
    if len(own):
        start, end = own["window_start"].iloc[0], own["window_end"].iloc[0]
        return (
            f"{lead} was estimated over {start} to {end}, which is not the window of this report: "
            f"tajsim compare with the same --window estimates it."
        )
    return (
        f"{lead} is not in these results: it needs runs repeated with one group of "
        f"draws renewed, which tajsim compare {reference} {scenario} does (without "
        "--no-variance) and tajsim run does not."
    )


#: What a folder of a sweep holds.
SWEEP_FILE = "sweep.json"


@dataclass(frozen=True)
class Given:
    """Results with where they come from: ``files`` holds (name, SHA-256) of each file read."""

    dataset: xr.Dataset
    files: tuple[tuple[str, str], ...] = ()


def gather(results: Sequence[xr.Dataset | str | Path]) -> Given:
    """Read results and put them side by side.

    The first scenario of the first is the reference. A scenario that several hold with the same
    values stands once.

    Args:
        results: datasets, result files, or folders that hold one.

    Raises:
        UserError: if there is none, one cannot be read, or their runs are no pairs.
    """
    if not results:
        raise UserError("no results to report on; give at least one")
    files = tuple(
        (_called(item), _checksum(_file(item)))
        for item in results
        if not isinstance(item, xr.Dataset)
    )
    datasets = [item if isinstance(item, xr.Dataset) else _load(item) for item in results]
    names = [
        f"results {number}" if isinstance(item, xr.Dataset) else str(item)
        for number, item in enumerate(results, start=1)
    ]
    return Given(join(datasets, names), files)


def _load(place: str | Path) -> xr.Dataset:
    """Read results; a folder of another kind is named for what it is."""
    if (Path(place) / SWEEP_FILE).is_file():
        raise UserError(
            f"{place}: is a sweep; a report needs the results of tajsim run or compare; a sweep "
            "is read by tajsim plot, sensitivity, discover and robust"
        )
    return load_results(place)


def join(datasets: Sequence[xr.Dataset], names: Sequence[str] = ()) -> xr.Dataset:
    """Put the scenarios of several results along one axis.

    Args:
        datasets: the results.
        names: what each is called in messages.

    Raises:
        UserError: if they differ in seed, mode, version, months, runs or outcomes, or hold
            different results under one name.
    """
    called = names or [f"results {number}" for number in range(1, len(datasets) + 1)]
    first = datasets[0]
    if reason := select.why_no_pairs(datasets):
        raise UserError(reason)
    for other, place in zip(datasets[1:], called[1:], strict=True):
        _check_axes(first, other, f"{called[0]} and {place} are no pairs")
    joined = select.join(datasets, called)
    if joined.sizes["scenario"] == first.sizes["scenario"]:
        return first
    return with_tables(joined, datasets)


def _check_axes(first: xr.Dataset, other: xr.Dataset, lead: str) -> None:
    for axis in ("month", "run"):
        if not np.array_equal(first[axis].values, other[axis].values):
            sizes = " and ".join(f"{d.sizes[axis]:,}" for d in (first, other))
            raise UserError(f"{lead}: they do not hold the same {axis}s ({sizes})")
    if set(select.outcome_names(first)) != set(select.outcome_names(other)):
        raise UserError(f"{lead}: they do not hold the same outcomes")


def _file(place: str | Path) -> Path:
    path = Path(place)
    return path / FILE_NAME if path.is_dir() else path


def _called(place: str | Path) -> str:
    """Return the name of a file, with that of its folder where the folder was given."""
    path = Path(place)
    return f"{path.resolve().name}/{FILE_NAME}" if path.is_dir() else path.name


def _checksum(path: Path) -> str:
    """Return the SHA-256 of a file, "" if it cannot be read (reading it says why)."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


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
        return select.names_of(self.dataset)

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
        return window.whole_period(self.dataset)

    def window(self, scenario: str) -> Window:
        """Return the months over which a scenario is compared, or summarised."""
        return window.window_of(self.dataset, self.asked, scenario)

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
        return shares.kept_table(self.dataset, shares.VARIANCE)

    @cached_property
    def variance(self) -> pd.DataFrame:
        """The shares of variance of the differences, where they are over the report's window."""
        return fitting(self.kept_variance, {name: self.window(name) for name in self.others})

    @cached_property
    def assumptions(self) -> pd.DataFrame:
        """The assumptions that matter most: kept for every scenario, or found from the runs."""
        kept = shares.kept_table(self.dataset, shares.ASSUMPTIONS)
        named = set(kept["scenario"]) if len(kept) else set()
        fits = set(self.variance["scenario"]) if len(self.variance) else set()
        if named & fits >= set(self.others) or self.runs < shares.FEWEST:
            return kept[kept["scenario"].isin(fits)] if len(kept) else kept
        return assumptions_of_runs(self.dataset, self.comparison)

    @cached_property
    def counts(self) -> dict[str, int]:
        """The parameters in force by basis; empty for results without parameters."""
        return dict(basis_counts(self.dataset)) if "parameter" in self.dataset.coords else {}

    @cached_property
    def cards(self) -> dict[str, answer.Card]:
        """The answer on each scenario that is compared."""
        return {name: answer.card(self.dataset, name, self.asked) for name in self.others}

    def leading(self, scenario: str) -> list[tuple[str, str]]:
        """Return what the answer states first, as outcome and coordinate of `comparison`."""
        found = []
        for change in self.cards[scenario].leading:
            own = select.own_dimensions(self.dataset[change.outcome])
            if change.where or len(own) < 2:
                found.append((change.outcome, change.where or (f"{own[0]}=all" if own else "")))
        return found

    def in_words(self, outcome: str, where: str) -> str:
        """Return an outcome as it stands within a sentence: ``own effort (border)``."""
        label = numbers.small(str(self.dataset[outcome].attrs.get("label", outcome)))
        names = (part.split("=")[1] for part in where.split(";") if "=" in part)
        place = ", ".join(numbers.place_name(name) for name in names if name != "all")
        return f"{label} ({place})" if place else label


_FILE = re.compile(r"^# (\S+\.toml)$")


def _files(text: str) -> list[tuple[str, str]]:
    """Return path and text of each file of a chain of scenarios, parents first."""
    parts: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        found = _FILE.match(line)
        if found:
            parts.append((found[1], []))
        elif parts:
            parts[-1][1].append(line)
    return [(path, "\n".join(lines)) for path, lines in parts]


def remark_at(text: str, origin: str) -> str:
    """Return the comment above the line ``path:line`` of a chain of scenario files."""
    path, _, number = origin.rpartition(":")
    lines = dict(_files(text)).get(path, "").splitlines()
    kept: list[str] = []
    if re.fullmatch("[0-9]{1,7}", number) and int(number) <= len(lines):
        for line in reversed(lines[: int(number) - 1]):
            if not line.strip().startswith("#") or line.strip().startswith("#:"):
                break
            kept.append(line.strip().lstrip("# "))
    return " ".join(reversed(kept))


def _labelled(text: str, label: str) -> str:
    """Return ``path:line`` of the event with a label, which older results do not hold; or ""."""
    for path, part in reversed(_files(text)):
        start = 0
        for number, line in enumerate(part.splitlines(), start=1):
            start = number if line.strip().startswith("[[events]]") else start
            if label and line.startswith("label") and json.dumps(label, ensure_ascii=False) in line:
                return f"{path}:{start}"
    return ""


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
        {} if alone else select.attribute(facts.dataset, "settings").get(facts.reference, {})
    )
    own = select.attribute(facts.dataset, "settings").get(scenario, {})
    text = select.attribute(facts.dataset, "scenario_text").get(scenario, "")
    origins = select.attribute(facts.dataset, "origins").get(scenario, {})
    found = [
        _setting(name, own.get(name), base.get(name), str(origins.get(name, "")), text)
        for name in dict.fromkeys([*own, *base])
        if own.get(name) != base.get(name)
    ]
    held = select.attribute(facts.dataset, "without")
    known = () if alone else held.get(facts.reference, ())
    found += [
        ScenarioChange(
            f"Without {name}: what its rules answer is held.",
            "no document; a switch",
            str(origins.get(f"without {name}", "")),
        )
        for name in held.get(scenario, ())
        if name not in known
    ]
    events = select.attribute(facts.dataset, "events")
    ours = list(events.get(scenario, ()))
    theirs = [] if alone else list(events.get(facts.reference, ()))
    left = {_event_key(event) for event in theirs}
    kept = {_event_key(event) for event in ours}
    new = [event for event in ours if _event_key(event) not in left]
    held_deals = [e for e in new if e.get("arguments", {}).get("change") == "hold"]
    # The file's own events come before those that it inherits.
    file = _files(text)[-1][0] if _files(text) else ""
    rest = [e for e in new if e not in held_deals]
    rest.sort(key=lambda e: str(e.get("where") or "").rpartition(":")[0] != file)
    found += [_event(event, text) for event in rest]
    found += [_holds(held_deals)] if held_deals else []
    found += [_dropped(event, facts.reference) for event in theirs if _event_key(event) not in kept]
    return found


def _holds(events: Sequence[Mapping[str, Any]]) -> ScenarioChange:
    """Return one line on all deals that are held."""
    deals = [load_deals()[str(event["arguments"]["deal"])].label for event in events]
    what = f"{len(deals)} deals are" if len(deals) > 1 else f"“{deals[0]}” is"
    named = f": {listed(deals)}" if len(deals) > 1 else ""
    places = [place for event in events for place in _behind(event)]
    where = str(events[0].get("where") or "")
    month = month_text(min(str(event["month"]) for event in events))
    return ScenarioChange(
        f"From {month}: {what} held by both sides{named}.",
        _sources(list(dict.fromkeys(places))),
        where,
    )


def _event_key(event: Mapping[str, Any]) -> str:
    """Return what an event does, without its label and the figures behind it."""
    return json.dumps([event["month"], event["kind"], event.get("arguments")], sort_keys=True)


def _setting(
    name: str, value: float | None, base: float | None, origin: str, text: str
) -> ScenarioChange:
    row = registry.load_parameters().get(name)
    unit = "" if row is None or row.unit in ("index", "number", "0 or 1") else f" {row.unit}"
    usual = base if base is not None else row.value if row else None
    meaning = f"{row.meaning.rstrip('.')} ({name})" if row else name
    if value is None:
        line = (
            f"{numbers.capital(meaning)} keeps the value of the registry, {_figure(usual)}{unit}."
        )
        return ScenarioChange(line, _basis(name), origin)
    drawn = " at its middle" if row and row.role == "uncertainty" and base is None else ""
    figures = _figure(value), _figure(usual)
    if usual is not None and figures[0] == figures[1]:
        figures = f"{value:.10g}", f"{usual:.10g}"
    instead = f" instead of {figures[1]}{drawn}" if usual is not None else ""
    line = f"{numbers.capital(meaning)} is set to {figures[0]}{unit}{instead}."
    if origin == COMMAND_LINE:
        return ScenarioChange(line, "no document; chosen on the command line", origin)
    remark = remark_at(text, origin)
    return ScenarioChange(line, _sources(cited(remark)), origin, remark)


def _figure(value: float | None) -> str:
    return "unknown" if value is None else numbers.table_number(value)


def _basis(name: str) -> str:
    row = registry.load_parameters().get(name)
    if row is None:
        return _sources([])
    return _sources(cited("", row.basis.figures))


def _event(event: Mapping[str, Any], text: str) -> ScenarioChange:
    label = str(event.get("label") or "")
    where = str(event.get("where") or _labelled(text, label))
    remark = remark_at(text, where)
    effect = _effect_of(event["kind"], event.get("arguments", {}))
    what = f"{label} ({effect})" if label else effect
    return ScenarioChange(
        f"{month_text(event['month'])}: {what}.", _sources(_behind(event, remark)), where, remark
    )


def _behind(event: Mapping[str, Any], remark: str = "") -> list[str]:
    """Return documents and lines behind an event: those that the results hold, or the ledger's."""
    kept = event.get("sources")
    found = cited(remark, () if kept else event.get("figures", ()))
    return list(dict.fromkeys([*(kept or ()), *found]))


def _dropped(event: Mapping[str, Any], reference: str) -> ScenarioChange:
    label = event.get("label") or _effect_of(event["kind"], event.get("arguments", {}))
    line = f"{month_text(event['month'])}: “{label}”, which {reference} has, does not take place."
    return ScenarioChange(line, _sources(_behind(event)), str(event.get("where") or ""))


#: What an event does to a deal, in words.
DEAL_CHANGES = {
    "begin": "is agreed",
    "end": "ends",
    "close": "ends and is offered no more",
    "hold": "is held by both sides",
    "free": "is held no longer",
}


def _effect_of(kind: str, arguments: Mapping[str, Any]) -> str:
    """Return what an event does, in words."""
    if kind == "set":
        name = str(arguments.get("parameter"))
        row = registry.load_parameters().get(name)
        unit = f" {row.unit}" if row and row.unit not in ("index", "number", "0 or 1") else ""
        months = int(arguments.get("months", 1))
        over = f" over {months} months" if months > 1 else ""
        return f"{name} goes to {_figure(arguments.get('value'))}{unit}{over}"
    if kind == "deal":
        deal, change = str(arguments.get("deal")), str(arguments.get("change"))
        return f"“{load_deals()[deal].label}” {DEAL_CHANGES[change]}"
    named = {key: numbers.actor_name(str(value)) for key, value in arguments.items()}
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

"""What a report is made from: results, the tables on them, what was changed, numbers in words."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from tajsim.analysis.claims import evaluate_claims
from tajsim.ensemble.dataset import FILE_NAME, load_results
from tajsim.inputs import ledger, registry
from tajsim.inputs.deals import load_deals
from tajsim.results import answer, effect, numbers, select, window
from tajsim.results.window import Window

Files = tuple[tuple[str, str], ...]


def gather(results: Sequence[xr.Dataset | str | Path]) -> tuple[xr.Dataset, Files]:
    """Read results and put them side by side; return them with name and SHA-256 of each file.

    The first scenario of the first is the reference. A scenario that several hold with the same
    values stands once.

    Args:
        results: datasets, result files, or folders that hold one.

    Raises:
        UserError: if there is none, one cannot be read, or their runs are no pairs.
    """
    files, datasets = [], []
    for item in results:
        if isinstance(item, xr.Dataset):
            datasets.append(item)
            continue
        path = Path(item)
        datasets.append(load_results(path))
        folder = f"{path.resolve().name}/" if path.is_dir() else ""
        file = path / FILE_NAME if path.is_dir() else path
        files.append((f"{folder}{file.name}", hashlib.sha256(file.read_bytes()).hexdigest()))
    return select.join(datasets), tuple(files)


@dataclass(frozen=True)
class Facts:
    """Results and the tables on them; each table is made when it is first asked for.

    Attributes:
        dataset: the results.
        asked: the window that was asked for; ``None`` for the default of each scenario.
        files: name and SHA-256 of each file they were read from.
    """

    dataset: xr.Dataset
    asked: Window | None = None
    files: Files = ()

    @cached_property
    def names(self) -> list[str]:
        """The scenarios; with more than one, the first is the reference."""
        return select.names_of(self.dataset)

    @cached_property
    def called(self) -> dict[str, str]:
        """What each scenario is called, by name."""
        return select.labels_of(self.dataset)

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

    def window(self, scenario: str) -> Window:
        """Return the months over which a scenario is compared, or summarised."""
        return window.window_of(self.dataset, self.asked, scenario)

    @cached_property
    def claims(self) -> pd.DataFrame:
        """One row per claim."""
        return evaluate_claims(self.dataset)

    @cached_property
    def counts(self) -> dict[str, int]:
        """The parameters in force by basis; empty for results without parameters."""
        return dict(effect.basis_counts(self.dataset)) if "parameter" in self.dataset.coords else {}

    @cached_property
    def cards(self) -> dict[str, answer.Card]:
        """The answer on each scenario that is compared."""
        return {name: answer.card(self.dataset, name, self.asked) for name in self.others}


@dataclass(frozen=True)
class ScenarioChange:
    """One thing that a scenario has otherwise.

    Attributes:
        sentence: what it is.
        sources: the documents with their lines behind it, "" where none is named.
        where: file and line of the scenario, or the command line.
    """

    sentence: str
    sources: str
    where: str = ""


def changes(facts: Facts, scenario: str) -> list[ScenarioChange]:
    """Return what a scenario has otherwise than the reference, settings first, events by month.

    For the reference itself, or a single scenario, everything that it sets and schedules.
    """
    data, other = facts.dataset, "" if scenario == facts.reference else facts.reference
    held = {n: select.attribute(data, n) for n in ("settings", "without", "origins", "events")}
    origins = held["origins"].get(scenario) or {}
    set_here, set_there = (held["settings"].get(one) or {} for one in (scenario, other))
    left_out, left_out_there = (held["without"].get(one) or () for one in (scenario, other))
    new, dropped = held["events"].get(scenario, []), list[Mapping[str, Any]]()
    if other:
        new = window.own_events(data, scenario, other)
        dropped = window.own_events(data, other, scenario)
    found = [
        _setting(name, set_here.get(name), set_there.get(name), str(origins.get(name, "")))
        for name in dict.fromkeys([*set_here, *set_there])
        if set_here.get(name) != set_there.get(name)
    ]
    for name in (name for name in left_out if name not in left_out_there):
        where = str(origins.get(f"without {name}", ""))
        found.append(ScenarioChange(f"Without {name}: what its rules answer is held.", "", where))
    held_deals = [e for e in new if e.get("arguments", {}).get("change") == "hold"]
    found += [_event(event, "") for event in new if event not in held_deals]
    found += [_holds(held_deals)] if held_deals else []
    return found + [_event(event, ", which the reference has, is left out") for event in dropped]


def _holds(events: Sequence[Mapping[str, Any]]) -> ScenarioChange:
    """Return one line on all deals that are held."""
    deals = [load_deals()[str(event["arguments"]["deal"])].label for event in events]
    what = f"{len(deals)} deals are" if len(deals) > 1 else f"“{deals[0]}” is"
    named = f": {numbers.listed(deals)}" if len(deals) > 1 else ""
    places = dict.fromkeys(place for event in events for place in _behind(event))
    month = numbers.month_text(min(str(event["month"]) for event in events))
    said = f"From {month}: {what} held by both sides{named}."
    return ScenarioChange(said, numbers.listed(list(places)), str(events[0].get("where") or ""))


def _setting(name: str, value: float | None, base: float | None, origin: str) -> ScenarioChange:
    row = registry.load_parameters().get(name)
    usual = base if base is not None else row.value if row else None
    unit = f" {row.unit}" if row and row.unit not in ("index", "number", "0 or 1") else ""
    texts = [numbers.table_number(v) if v is not None else "unknown" for v in (value, usual)]
    if value is not None and usual is not None and texts[0] == texts[1]:
        texts = [f"{v:.10g}" for v in (value, usual)]
    now = texts[0] if value is not None else "as usual"
    drawn = " at its middle" if row and row.role == "uncertainty" and base is None else ""
    meaning = f" ({row.meaning.rstrip('.')})" if row else ""
    what = numbers.capital(numbers.parameter_name(name))
    return ScenarioChange(f"{what}: {now}{unit} instead of {texts[1]}{drawn}{meaning}.", "", origin)


def _event(event: Mapping[str, Any], more: str) -> ScenarioChange:
    label = str(event.get("label") or event["kind"].replace("_", " "))
    said = f"{numbers.month_text(event['month'])}: {label}{more}."
    return ScenarioChange(said, numbers.listed(_behind(event)), str(event.get("where") or ""))


def _behind(event: Mapping[str, Any]) -> list[str]:
    """Return documents and lines behind an event: those that the results hold, or the ledger's."""
    return list(event.get("sources") or ledger.printed_in(event.get("figures", ())))

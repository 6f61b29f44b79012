"""Saved states: an ensemble stopped at a month, to be continued or forked into many futures.

A file holds arrays only (``.npz``, nothing pickled): the state of each chunk of runs, what was
recorded so far, and a header in JSON that says what it is a state of.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tajsim.ensemble.fingerprint import model_version
from tajsim.errors import UserError
from tajsim.files import exists, telling, whole
from tajsim.inputs.parameters import load_parameters
from tajsim.model.snapshot import Snapshot, packed, unpacked

if TYPE_CHECKING:
    from tajsim.ensemble.plan import Plan
    from tajsim.inputs.scenario import Scenario

_FORMAT = 1


@dataclass(frozen=True)
class Part:
    """The state of the runs ``first`` to ``stop - 1``."""

    first: int
    stop: int
    snapshot: Snapshot


@dataclass(frozen=True)
class SavedState:
    """A saved ensemble: what was simulated (``head``) and the state of its chunks of runs."""

    path: str
    head: Mapping[str, Any]
    parts: tuple[Part, ...]

    @property
    def months(self) -> int:
        """How many months were simulated."""
        return self.parts[0].snapshot.months

    def changed(self, scenario: Scenario) -> dict[str, float]:
        """Return the settings of a scenario that the saved history did not have."""
        known = load_parameters()
        before = {**{name: known[name].value for name in scenario.settings}, **self.head["set"]}
        after = {**{name: known[name].value for name in before}, **scenario.settings}
        return {name: value for name, value in after.items() if value != before[name]}

    def problems(self, scenario: Scenario) -> list[str]:
        """Return why a scenario cannot go on from here: one line each, none if it can.

        A scenario may change levers, from the month after the state on. Its events up to that
        month must be those of the saved history, and no uncertain parameter may be another.
        """
        until, where = self.head["until"], f"{self.path}: scenario '{scenario.name}'"
        wrong = []
        if scenario.start != self.head["start"]:
            wrong.append(f"{where} starts in {scenario.start}, the state in {self.head['start']}")
        if scenario.end <= until:
            wrong.append(f"{where} ends in {scenario.end}, and the state is of {until}")
        had = [_deed(*event) for event in self.head["events"]]
        has = [_deed(e.month, e.kind, e.arguments) for e in scenario.events if e.month <= until]
        wrong += [f"{where} has an event that the state has not: {e}" for e in has if e not in had]
        wrong += [f"{where} lacks an event of the state: {e}" for e in had if e not in has]
        known = load_parameters()
        return wrong + [
            f"{where} sets {name}, which is no lever; a history can change levers on the way only"
            for name in self.changed(scenario)
            if known[name].role != "lever"
        ]


def _deed(month: str, kind: str, arguments: Mapping[str, Any]) -> str:
    told = ", ".join(f"{name} = {value}" for name, value in sorted(arguments.items()))
    return f"{month} {kind} {told}"


def save_state(path: str | Path, plan: Plan, states: list[tuple[int, int, Snapshot]]) -> Path:
    """Write the states of all chunks of one scenario; the file appears whole or not at all.

    Raises:
        UserError: if it cannot be written.
    """
    path, (scenario,) = Path(path), plan.scenarios
    head = {
        "format": _FORMAT,
        "model": model_version(),
        "scenario": scenario.name,
        "set": dict(scenario.settings),
        "events": [
            (e.month, e.kind, dict(e.arguments)) for e in scenario.events if e.month <= plan.end
        ],
        "start": plan.start,
        "until": plan.end,
        "runs": plan.runs,
        "seed": plan.seed,
        "parameters": plan.parameters,
        "redraw": list(plan.redraw),
        "outcomes": list(plan.outcomes),
        "parts": [(first, stop) for first, stop, _ in sorted(states, key=lambda row: row[0])],
    }
    arrays: dict[str, Any] = {"head": np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)}
    for number, (_, _, snapshot) in enumerate(sorted(states, key=lambda row: row[0])):
        arrays.update({f"{number}/{name}": array for name, array in packed(snapshot).items()})
    with telling(path), whole(path) as begun, begun.open("wb") as file:
        np.savez(file, **arrays)
    return path


def load_state(path: str | Path) -> SavedState:
    """Read a saved state.

    Raises:
        UserError: if there is no such file, it is damaged or no state, or of another model.
    """
    path = Path(path)
    if not (exists(path) and path.is_file()):
        raise UserError(f"{path}: no such file")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        head = json.loads(arrays["head"].tobytes())
        parts = tuple(_part(arrays, i, *span) for i, span in enumerate(head["parts"]))
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        raise UserError(f"{path}: not a saved state of tajsim, or a damaged one") from None
    if head.get("format") != _FORMAT or head.get("model") != model_version():
        raise UserError(
            f"{path}: a state of model {head.get('model', 'unknown')}, and this is "
            f"{model_version()}; only the model that saved a state can continue it: save it again"
        )
    return SavedState(str(path), head, parts)


def _part(arrays: Mapping[str, Any], number: int, first: int, stop: int) -> Part:
    own = f"{number}/"
    named = {n.removeprefix(own): array for n, array in arrays.items() if n.startswith(own)}
    return Part(first, stop, unpacked(named))

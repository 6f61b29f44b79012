"""Conditioned histories: rows of the calibrated sample, each with chance that met what happened.

Draws are keyed, so that a history is told by its row and the number of the run whose chance it
has. ``posterior_luck.csv`` keeps for each row the run number, of several tried, whose `history` met
most of the documented events; ``python -m docs.generate.sample --luck`` makes it.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tajsim.draws import AT_START, Draws
from tajsim.errors import UserError, messages_of
from tajsim.inputs import scenario_parts, targets
from tajsim.inputs.values import about_posterior, load_posterior

#: The mode of the parameters, beside those of `tajsim.inputs.registry.MODES`.
MODE = "conditioned"
#: The scenario in which everything documented happens, and the file.
HISTORY, FILE_NAME = "history", "posterior_luck.csv"
MODEL, RUN = "model", "run"
_MAKE = "in a checkout python -m docs.generate.sample --luck makes it"


@dataclass(frozen=True)
class Luck:
    """By row of the calibrated sample: the ``runs`` whose chance it has, ``met`` events (1 or 0).

    ``model`` is the version of the model with which they were met.
    """

    model: str
    runs: np.ndarray
    met: Mapping[str, np.ndarray]


@cache
def load_luck() -> Luck:
    """Return the file. Raises `UserError` if it is missing or not of the sample."""
    source = Path(__file__).parents[1] / "data" / FILE_NAME
    if not source.is_file():
        raise UserError(f"{FILE_NAME} is missing; {_MAKE}")
    rows = list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))
    if len(rows) != len(next(iter(load_posterior().values()))):
        raise UserError(f"{FILE_NAME} is not of the calibrated sample; {_MAKE} again")
    events = [name for name in rows[0] if name not in (MODEL, RUN)]
    runs = np.array([int(row[RUN]) for row in rows], np.int64)
    met = {name: np.array([float(row[name]) for row in rows]) for name in events}
    return Luck(rows[0][MODEL], runs, met)


def problems(runs: int, model: str) -> list[str]:
    """Return why so many conditioned runs of a model cannot be had, a line each."""
    if wrong := messages_of(load_luck):
        return wrong
    luck = load_luck()
    if runs > (rows := len(luck.runs)):
        wrong.append(f"parameters {MODE}: the sample has {rows} rows; expected at most {rows} runs")
    if luck.model != model:
        wrong.append(f"{FILE_NAME} was made with model {luck.model}, here is {model}; {_MAKE} anew")
    return wrong


def rows_of(seed: int, runs: Sequence[int]) -> np.ndarray:
    """Return the row of the sample ``(run,)`` of each run: a random order of all rows."""
    rows = len(load_luck().runs)
    draws = Draws(seed, np.arange(rows)).uniform("conditioned row", "row", AT_START)
    return np.argsort(draws)[np.asarray(runs, dtype=np.intp)]


def drawn(seed: int, runs: Sequence[int]) -> tuple[int, tuple[int, ...], dict[str, np.ndarray]]:
    """Return seed and run numbers whose chance runs have, and their parameters ``(run,)``.

    Uncertain parameters that are not calibrated are those that the run of the number draws.
    """
    rows = rows_of(seed, runs)
    numbers = tuple(load_luck().runs[rows].tolist())
    settings = {name: values[rows] for name, values in load_posterior().items()}
    return int(about_posterior()["seed"]), numbers, settings


def met_before(month: str, runs: int, seed: int) -> dict[str, float]:
    """Return the share of runs that meet each documented event that ends before a month."""
    rows = rows_of(seed, range(runs))
    before = {t.id for t in targets.load_targets().values() if t.is_event and t.window[1] < month}
    return {n: float(m[rows].mean()) for n, m in load_luck().met.items() if n in before}


def parted(settings: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> str:
    """Return the first month in which a scenario differs from `history`, by settings and events.

    Its first month, where a setting differs; "9999-12" where nothing does.
    """
    history = scenario_parts.load_scenario(HISTORY)
    if dict(settings) != dict(history.settings):
        return history.start
    ours = [scenario_parts.deed(e["month"], e["kind"], e["arguments"]) for e in events]
    return scenario_parts.first_apart(ours, [e.deed for e in history.events]) or "9999-12"

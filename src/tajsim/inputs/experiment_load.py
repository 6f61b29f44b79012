"""Load and check experiments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tajsim.errors import UserError
from tajsim.inputs.experiment_check import (
    check_design,
    check_events,
    check_references,
    file_points,
)
from tajsim.inputs.experiment_factors import file_factors
from tajsim.inputs.experiment_folder import experiment_path, scenario_of
from tajsim.inputs.experiment_format import OPTIONS, DesignTable
from tajsim.inputs.experiment_keep import file_keep
from tajsim.inputs.experiment_parts import Design, Experiment
from tajsim.inputs.experiment_source import ExperimentSource, read_experiment
from tajsim.inputs.modes import DEFAULT_MODE
from tajsim.inputs.scenario_load import load_scenario
from tajsim.inputs.scenario_parts import Scenario

#: Options that a file need not give.
_DEFAULTS = {"blocks": 1, "second_order": False, "levels": 4}


def load_experiment(name_or_path: str | Path) -> Experiment:
    """Return an experiment by the name of a shipped one or by the path of its file.

    Raises:
        UserError: with one message for each error in the file and in its scenarios.
    """
    source = read_experiment(experiment_path(name_or_path))
    scenarios, messages = _scenarios(source)
    start, end = _period(source, scenarios)
    events = check_references(source)
    kind = source.design.kind if source.design else ""
    factors = file_factors(source, events, kind)
    rows = file_points(source, kind, factors) if source.design else []
    whole = len(factors) > 0 and all(len(row) == len(factors) for row in rows)
    if source.design:
        check_design(source, source.design, factors)
        check_events(source, events, factors, rows if whole else [], start, end)
    keep = file_keep(source, start, end)
    for name in {factor.name for factor in factors} & {one.column for one in keep}:
        text = f"'{name}' is a factor and a kept column; expected another name for one of them"
        source.problems.add(("keep",), text)
    messages += source.problems.messages()
    if messages or source.design is None:
        raise UserError(messages)
    top = source.top
    return Experiment(
        name=source.path.stem,
        title=top["title"],
        question=top["question"],
        scenarios=tuple(scenarios),
        factors=tuple(factors),
        design=_design(source.design),
        events=events,
        keep=tuple(keep),
        series=tuple(dict.fromkeys(top.get("series", ()))),
        runs=top["runs"],
        seed=top.get("seed", 1),
        parameters=top.get("parameters", DEFAULT_MODE),
        start=start,
        end=end,
        rows=tuple(rows),
        text=source.text,
    )


def check_experiment(name_or_path: str | Path) -> list[str]:
    """Return every message about a file and its scenarios, one line each; none if all is well."""
    try:
        load_experiment(name_or_path)
    except UserError as error:
        return error.messages
    return []


def _design(table: DesignTable) -> Design:
    options: dict[str, Any] = {}
    for name in OPTIONS[table.kind]:
        given = getattr(table, name)
        options[name] = _DEFAULTS.get(name) if given is None else given
    return Design(table.kind, options)


def _scenarios(source: ExperimentSource) -> tuple[list[Scenario], list[str]]:
    """Return the scenarios that could be loaded, and the messages about files of the others."""
    found: list[Scenario] = []
    messages: list[str] = []
    names = source.top.get("scenarios", [])
    for i, name in enumerate(names):
        key = ("scenarios", i)
        try:
            path = scenario_of(name, source.path)
        except UserError as error:
            source.problems.add(key, str(error))
            continue
        try:
            scenario = load_scenario(path)
        except UserError as error:
            messages += error.messages
            continue
        if scenario.name in [other.name for other in found]:
            text = f"a scenario named '{scenario.name}' stands twice; expected once"
            source.problems.add(key, text)
        found.append(scenario)
    if len({scenario.start for scenario in found}) > 1:
        starts = ", ".join(sorted({scenario.start for scenario in found}))
        source.problems.add(("scenarios",), f"they start in different months: {starts}")
    return found, messages


def _period(source: ExperimentSource, scenarios: list[Scenario]) -> tuple[str, str]:
    """Return the first and the last month, empty where unknown."""
    start = scenarios[0].start if scenarios else ""
    latest = min((scenario.end for scenario in scenarios), default="")
    end: str = source.top.get("end", latest)
    if latest and not start <= end <= latest:
        text = f"{end} is outside the scenarios; expected a month from {start} to {latest}"
        source.problems.add(("end",), text)
        return start, latest
    return start, end

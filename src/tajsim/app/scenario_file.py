"""The scenario of a state as a file, and both scenarios loaded as the command line loads them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tajsim.app.event_moves import written_out
from tajsim.app.state import State
from tajsim.ensemble.plan import Plan
from tajsim.ensemble.run import prepare
from tajsim.errors import UserError
from tajsim.files import write_whole
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.scenario import Event, Scenario
from tajsim.inputs.units_text import read_quantity


def file_name(state: State) -> str:
    """Return the name of the scenario file."""
    return f"{state.name}.toml"


def scenario_text(state: State) -> str:
    """Return the TOML of the user's scenario: what it extends, levers and events moved.

    Raises:
        UserError: if it moves an event that the scenario has not.
    """
    base = written_out(state.scenario, state.moves)
    lines = [
        f"# Made with 'tajsim app'. Check it with:   tajsim check {file_name(state)}",
        f"# Compare it with: {command(state)}",
        "",
        f"title = {_text(f'{state.name}: a variant of {Path(state.scenario).stem}'[:120])}",
        f"question = {_text(_question(state))}",
    ]
    if base.extends:
        lines.append(f"extends = {_text(base.extends)}")
    if base.period:
        lines += [f"start = {_text(base.period[0])}", f"end = {_text(base.period[1])}"]
    settings = {name: repr(value) for name, value in (base.settings or {}).items()}
    if not state.since:
        settings |= {name: _value(value) for name, value in state.levers}
    if settings:
        lines += ["", "[set]", *(f"{_text(n)} = {value}" for n, value in settings.items())]
    for event in base.events:
        lines += _event_lines(event)
    for name, value in state.levers if state.since else ():
        lines += [
            "",
            "[[events]]",
            f"date = {_text(state.since)}",
            'kind = "set"',
            f"parameter = {_text(name)}",
            f"value = {_value(value)}",
            f"label = {_text(f'{name} = {value}'[:60])}",
        ]
    return "\n".join(lines) + "\n"


def _event_lines(event: Event) -> list[str]:
    given = {"date": event.month, "kind": event.kind, **event.arguments, "label": event.label}
    lines = ["", "[[events]]"]
    lines += [f"{k} = {_text(v) if isinstance(v, str) else repr(v)}" for k, v in given.items()]
    return lines + ([f"figures = {_list(event.figures)}"] if event.figures else [])


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def command(state: State, outcomes: bool = False) -> str:
    """Return the command that simulates the same from the scenario file."""
    parts = ["tajsim compare", state.reference, file_name(state)]
    parts += [f"--runs {state.runs} --seed {state.seed} --parameters {state.parameters}"]
    parts += [f"--until {state.until}"] if state.until else []
    parts += [f"--outcomes {','.join(kept_outcomes(state))}"] if outcomes else []
    return " ".join([*parts, "--no-variance --out results"])


def kept_outcomes(state: State) -> tuple[str, ...]:
    """Return the outcomes that are simulated: the headline ones and what is shown besides."""
    shown = {spec.partition("@")[0] for spec in state.show} | {state.border, state.land}
    shown |= {"heroin_leaving"}
    return tuple(n for n, o in load_outcomes().items() if o.headline or n in shown)


def plan_of(state: State, folder: Path) -> Plan:
    """Return the plan of reference and scenario, checked by what checks the command line's.

    Args:
        state: what is asked for.
        folder: a folder of our own, for the scenario file.

    Raises:
        UserError: all mistakes, in the words of ``tajsim check`` and ``tajsim compare``.
    """
    path = folder / file_name(state)
    write_whole(path, scenario_text(state))
    try:
        plan = prepare(
            [state.reference, path],
            runs=state.runs,
            seed=state.seed,
            parameters=state.parameters,
            until=state.until or None,
            outcomes=kept_outcomes(state),
        )
    except UserError as error:
        ours = f"{folder}/"
        raise UserError(message.replace(ours, "") for message in error.messages) from None
    reference, own = plan.scenarios
    if not 0 <= state.run < state.runs:
        raise UserError(f"run {state.run} is not among the results; expected 0 to {state.runs - 1}")
    return replace(plan, scenarios=(reference, _without_folder(own, folder)))


def _without_folder(scenario: Scenario, folder: Path) -> Scenario:
    """Let the scenario say where its parts come from as if it had been loaded from beside it."""
    ours = f"{folder}/"

    def plain(texts: Mapping[str, str]) -> dict[str, str]:
        return {key: text.replace(ours, "") for key, text in texts.items()}

    events = tuple(replace(e, where=e.where.replace(ours, "")) for e in scenario.events)
    text = scenario.text.replace(ours, "")
    return replace(scenario, text=text, events=events, origins=plain(scenario.origins))


def _question(state: State) -> str:
    since = f" from {state.since}" if state.since else ""
    levers = ", ".join(f"{name} = {value}" for name, value in state.levers)
    told = [f"{levers}{since}"] if levers else []
    told += [f"{key} moved to {month}" for key, month in state.moves]
    return (
        f"What differs with {' and '.join(told)}?" if told else "What differs from the reference?"
    )


def _text(text: str) -> str:
    """Return a TOML string: those of JSON are, but for the character 127."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(text: str) -> str:
    """Return a number as a number, and anything else as a text, for the check to judge."""
    try:
        return repr(read_quantity(text, ""))
    except ValueError:
        return _text(text)

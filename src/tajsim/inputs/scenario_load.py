"""Load and check scenarios: the files of a chain of ``extends`` become one scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tajsim.errors import UserError
from tajsim.inputs.claim_check import file_claims
from tajsim.inputs.event_check import file_events
from tajsim.inputs.parameters import load_parameters
from tajsim.inputs.scenario_chain import read_chain
from tajsim.inputs.scenario_folder import scenario_path
from tajsim.inputs.scenario_parts import Claim, Event, Scenario
from tajsim.inputs.scenario_settings import COMMAND_LINE, command_settings, file_settings
from tajsim.inputs.scenario_source import Source
from tajsim.inputs.scenario_window import check_window

Overrides = Mapping[str, float | str] | Sequence[str]


@dataclass
class _Whole:
    """What a chain of files adds up to so far."""

    start: str = ""
    end: str = ""
    settings: dict[str, float] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)

    def add(self, source: Source) -> None:
        """Lay one file over its parents; what is wrong goes to the source's problems."""
        for key in ("start", "end"):
            if key in source.top:
                setattr(self, key, source.top[key])
                self.origins[key] = source.problems.where((key,))
        for name, (value, where) in file_settings(source).items():
            self.settings[name] = value
            self.origins[name] = where
        self.events = check_window(source, self.start, self.end, self.events)
        own = file_events(source, self.start, self.end, self.events)
        self.events = sorted([*self.events, *own], key=lambda event: event.month)
        self.claims = file_claims(source, self.start, self.end)


def load_scenario(name_or_path: str | Path, overrides: Overrides = ()) -> Scenario:
    """Return a scenario by the name of a shipped one or by the path of its file.

    ``overrides`` are settings on top of the files: ``{"agency_pay.army": 5}`` or
    ``["agency_pay.army=5"]``.

    Raises:
        UserError: with one message for each error in the file, its parents and the overrides.
    """
    chain, messages = read_chain(scenario_path(name_or_path))
    whole = _Whole(origins=dict.fromkeys(load_parameters(), "registry"))
    for source in chain:
        whole.add(source)
        messages += source.problems.messages()
    settings, more = command_settings(overrides)
    if messages or more:
        raise UserError([*messages, *more])
    last = chain[-1]
    return Scenario(
        name=last.path.stem,
        title=last.top["title"],
        question=last.top["question"],
        extends=last.top.get("extends"),
        start=whole.start,
        end=whole.end,
        settings={**whole.settings, **settings},
        events=tuple(whole.events),
        claims=tuple(whole.claims),
        origins={**whole.origins, **dict.fromkeys(settings, COMMAND_LINE)},
        text="\n".join(f"# {source.problems.shown_path}\n{source.text}" for source in chain),
    )


def check_scenario(name_or_path: str | Path) -> list[str]:
    """Return every message about a file and its parents, one line each; none if all is well."""
    try:
        load_scenario(name_or_path)
    except UserError as error:
        return error.messages
    return []

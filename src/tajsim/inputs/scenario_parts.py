"""A scenario as the model and the analysis see it: settings, events and claims, all checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Event:
    """A dated change of state or policy; ``arguments`` are those of its kind (event_kinds)."""

    month: str
    kind: str
    arguments: Mapping[str, str | float]
    label: str
    figures: tuple[str, ...] = ()
    where: str = ""

    def same_as(self, other: Event) -> bool:
        """Return whether both do the same in the same month, whatever their labels."""
        return (self.month, self.kind, self.arguments) == (
            other.month,
            other.kind,
            other.arguments,
        )


@dataclass(frozen=True)
class Claim:
    """What a document says about an effect, as a test on runs.

    ``against`` says what the outcome over ``window`` is compared with: the ``reference`` scenario
    in the same run, the same run over the window ``before``, or nothing (``level``). ``low`` and
    ``high`` bound the difference (in per cent where ``relative``) or the level.
    """

    id: str
    statement: str
    document: str
    line: int
    mechanisms: tuple[str, ...]
    outcome: str
    where: Mapping[str, str]
    window: tuple[str, str]
    expect: str
    low: float | None
    high: float | None
    against: str
    before: tuple[str, str] | None = None
    relative: bool = False


@dataclass(frozen=True)
class Scenario:
    """A checked scenario with everything that it inherits.

    ``settings`` holds what differs from the registry, ``origins`` the place from which every
    parameter and the start and end come. ``events`` are in the order of their months, those of a
    parent first; ``claims`` are the scenario's own. ``text`` is the TOML of the chain of files,
    parents first.
    """

    name: str
    title: str
    question: str
    extends: str | None
    start: str
    end: str
    settings: Mapping[str, float] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    claims: tuple[Claim, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    text: str = ""

    def _repr_html_(self) -> str:
        """Return the scenario as a notebook shows it."""
        from tajsim.inputs.scenario_html import scenario_html

        return scenario_html(self)

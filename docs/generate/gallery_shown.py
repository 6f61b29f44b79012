"""The pictures that the gallery shows: of results and of sweeps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """A picture: its kind, the results it shows, further options, and what to look for."""

    kind: str
    results: str
    options: tuple[str, ...]
    text: str

    @property
    def command(self) -> list[str]:
        """What makes the picture, as words behind ``tajsim``."""
        named = ["plot", self.results, "--kind", self.kind]
        return [*named, *self.options, "--out", f"{self.kind}.png"]


#: Of results.
SHOWN = (
    Shown(
        "answer",
        "withdrawal",
        (),
        "The answer: the finding, the outcome that matters most over time with the scenario's own "
        "events, and the numbers before and after with nine in ten histories.",
    ),
    Shown(
        "providers",
        "withdrawal",
        (),
        "Who covers each task (own agencies, each power, nobody), and what the regime pays: "
        "autonomy, alignment, fear of pressure, conditions and concessions. Of a comparison: the "
        "tasks that are carried otherwise.",
    ),
    Shown(
        "fan",
        "withdrawal",
        (),
        "Outcomes over time, those that differ most: the median of the runs within the bands that "
        "hold 50 % and 90 % of them. For what is counted, and for what is 0 or 1, the mean or "
        "the share of runs. Of many scenarios one outcome, a small panel for each.",
    ),
    Shown(
        "stacks",
        "withdrawal",
        (),
        "Outcomes divided over agencies, powers or other parts: here what agencies take, and where "
        "it goes.",
    ),
    Shown(
        "difference",
        "withdrawal",
        (),
        "The ten largest paired differences of a comparison beside the spread of the runs; hollow "
        "where nothing can be told, or it is too small to matter.",
    ),
    Shown(
        "atlas",
        "all",
        (),
        "All scenarios against outcomes in groups; `tajsim atlas` makes it with its table.",
    ),
    Shown(
        "map",
        "withdrawal",
        ("--at", "2005,2014"),
        "Border sections and regions, each coloured by what changes there, with exits and "
        "garrisons; of one scenario by its levels.",
    ),
    Shown(
        "border",
        "withdrawal",
        (),
        "The border as a strip, section by section over the years: what passes, what is seized, "
        "how much passage is bought, and how long Russian troops hold each section.",
    ),
    Shown(
        "targets",
        "history",
        (),
        "What was observed, with document and line, against what is simulated where everything "
        "documented happens. Only the checked targets test the model.",
    ),
)

#: Of sweeps.
OF_SWEEPS = (
    Shown(
        "response",
        "pay",
        ("--outcome", "heroin_seized", "--by", "border_pay"),
        "An outcome over one factor: the median over histories within the bands of 50 % and 90 %. "
        "`tajsim seek` draws the same with a level and the values that give it.",
    ),
)

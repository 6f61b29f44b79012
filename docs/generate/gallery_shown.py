"""The pictures that the gallery shows: of results, of sweeps, and of what is found in sweeps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """A picture: its kind, the results it shows, further options, and what to look for.

    ``verb`` is the command that draws it; what verbs other than ``plot`` write into a folder has
    the name ``file`` there.
    """

    kind: str
    results: str
    options: tuple[str, ...]
    text: str
    verb: str = "plot"
    file: str = ""

    @property
    def command(self) -> list[str]:
        """What makes the picture, as words behind ``tajsim``."""
        named = ["--kind", self.kind] if self.verb == "plot" else []
        out = f"{self.kind}.png" if self.verb == "plot" else self.verb
        return [self.verb, self.results, *named, *self.options, "--out", out]


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
        "The first picture of a run: who covers each task (own agencies, each power, nobody), "
        "which deals are begun and ended, and what the regime pays: autonomy, alignment, fear of "
        "pressure, conditions and concessions.",
    ),
    Shown(
        "fan",
        "withdrawal",
        ("--smooth", "12"),
        "Outcomes over time: the median of the runs within the bands that hold 50 % and 90 % of "
        "them. For what is counted, and for what is 0 or 1, the mean or the share of runs.",
    ),
    Shown(
        "distribution",
        "withdrawal",
        ("--outcome", "heroin_seized,fighters_joined"),
        "An outcome over the runs: the share of runs at or below each value, and their histogram.",
    ),
    Shown(
        "difference",
        "withdrawal",
        (),
        "The paired differences of a comparison as a forest, the largest beside the spread of the "
        "runs first; hollow where the interval covers zero.",
    ),
    Shown(
        "scenarios",
        "all",
        ("--outcome", "heroin_seized"),
        "One outcome in every scenario, each in a panel beside the status quo.",
    ),
    Shown(
        "map",
        "withdrawal",
        ("--at", "2004,2008,2014"),
        "Border sections and regions, each coloured by an outcome, with exits and garrisons.",
    ),
    Shown(
        "border",
        "withdrawal",
        (),
        "The border as a strip, section by section over time: what passes, what is seized, who "
        "guards, and how much passage is bought.",
    ),
    Shown(
        "money",
        "withdrawal",
        ("--window", "2006-01:2015-12", "--scenarios", "russian-border-withdrawal"),
        "The money from its source to the top: who pays agencies, what officers keep, what "
        "is passed up to commanders and the ruling circle, and what the circle pays out.",
    ),
    Shown(
        "elite",
        "history",
        (),
        "What becomes of each commander, in which share of the runs, and how loyal he is.",
    ),
    Shown(
        "network",
        "history",
        ("--at", "2004-01,2006,2010,2015"),
        "The network of the elite at dates: who holds which post, in which share of the runs, how "
        "many of the largest networks he protects, and who has fallen and how.",
    ),
    Shown(
        "lanes",
        "history",
        ("--run", "17"),
        "One run told as lanes: who did or suffered what, and when. Other runs differ; "
        "`tajsim explain` tells one at length.",
    ),
    Shown(
        "claims",
        "all",
        ("--scenarios", "drug-crackdown,elite-purge,western-turn,withdrawal-with-western-aid"),
        "What the documents claim of cause and effect, with document and line, and in how many "
        "runs it holds.",
    ),
    Shown(
        "targets",
        "history",
        (),
        "What was observed, with document and line, against what is simulated where everything "
        "documented happens. Only the checked targets test the model.",
    ),
    Shown(
        "tornado",
        "withdrawal",
        (),
        "The assumptions that move the differences of a comparison most.",
    ),
)

#: Of sweeps, and of what is found in them.
OF_SWEEPS = (
    Shown(
        "ridges",
        "pay",
        ("--outcome", "heroin_seized", "--by", "border_pay"),
        "An outcome over points and runs, a ridge for each value of a factor.",
    ),
    Shown(
        "curves",
        "market",
        ("--outcome", "heroin_seized"),
        "The share of runs at or below each value of an outcome, a curve for each value or band of "
        "a factor.",
    ),
    Shown(
        "levers",
        "pay",
        ("--outcome", "heroin_seized", "--by", "border_pay,aid_a_year"),
        "Two factors against the mean of an outcome, with lines of equal values.",
    ),
    Shown(
        "scatter",
        "market",
        ("--outcome", "heroin_seized"),
        "The factors against each other and, on the diagonal, against an outcome.",
    ),
    Shown(
        "indices",
        "market",
        (),
        "What the outcomes depend on: how much of their variance is due to each factor, with its "
        "interval and what chance alone shows.",
        "sensitivity",
        "indices.png",
    ),
    Shown(
        "bases",
        "market",
        (),
        "How much of the variance is due to documented figures, derived ones, assumptions and "
        "decisions.",
        "sensitivity",
        "bases.png",
    ),
    Shown(
        "swings",
        "market",
        (),
        "The tornado of a sweep: the mean of an outcome at the low and at the high end of each "
        "factor.",
        "sensitivity",
        "tornado.png",
    ),
    Shown(
        "boxes",
        "market",
        ("--outcome", "heroin_seized", "--lowest", "0.25"),
        "Within which limits of the factors an outcome happens often; `robust` draws the same for "
        "the states in which its choice fails.",
        "discover",
        "boxes.png",
    ),
    Shown(
        "tradeoff",
        "pay",
        ("--goal", "heroin_seized=high", "--goal", "aid_diverted=low"),
        "What a choice gains on one goal and gives up on another, over the same futures.",
        "robust",
        "tradeoff.png",
    ),
)

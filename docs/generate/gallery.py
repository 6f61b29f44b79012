"""Makes the gallery: ``python -m docs.generate.gallery`` draws every kind of picture and the page.

The results come from small ensembles, simulated once for each version of the model and kept in
``out/gallery``; ``--runs`` takes another number of runs than 100. Each picture is drawn by the
command that stands below it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from docs.generate.markdown import page
from tajsim.cli.program import main
from tajsim.ensemble.fingerprint import model_version
from tajsim.errors import UserError

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "gallery.md"
PICTURES = ROOT / "docs" / "pictures" / "gallery"
KEPT = ROOT / "out" / "gallery"

#: Folder of results -> the command that makes it, without runs, seed and place.
RESULTS: dict[str, tuple[str, ...]] = {
    "withdrawal": ("compare", "status-quo", "russian-border-withdrawal"),
    "history": ("run", "history"),
    "all": ("compare", "status-quo", "--no-variance"),
}
#: Scenarios that are no single change to the status quo.
_NOT_SINGLE = ("status-quo", "history")


@dataclass(frozen=True)
class Shown:
    """A picture: its kind, the results it shows, further options, and what to look for."""

    kind: str
    results: str
    options: tuple[str, ...]
    text: str


SHOWN = (
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
        "Border sections and regions, each coloured by an outcome, with ways out and garrisons.",
    ),
    Shown(
        "border",
        "withdrawal",
        (),
        "The border as a strip, section by section over time: what passes, what is caught, who "
        "guards, and how much passage is bought.",
    ),
    Shown(
        "providers",
        "withdrawal",
        (),
        "Who carries each task: own agencies, each power, nobody. The dashed line is the task's "
        "share of the regime's own effort.",
    ),
    Shown(
        "money",
        "withdrawal",
        ("--window", "2006-01:2015-12", "--scenarios", "russian-border-withdrawal"),
        "The money from its first hands to the top: who pays agencies, what officers keep, what "
        "climbs to commanders and the ruling circle, and what the circle pays out.",
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
        "many of the largest networks he shields, and who has fallen in which way.",
    ),
    Shown(
        "position",
        "history",
        (),
        "The regime between Moscow and the West, year by year, against what outsiders do for it.",
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

#: The picture of README.md, of the first page of the site and of the tutorial.
FIRST_PICTURE = ROOT / "docs" / "pictures" / "withdrawal.png"
FIRST = Shown(
    "fan",
    "withdrawal",
    (
        *("--outcome", "heroin_seized,outside_provision,own_effort,collusion"),
        *("--select", "agency=border_troops", "--select", "task=border"),
        *("--title", "Russian border troops leave: border against status quo"),
    ),
    "The Russian border withdrawal against the status quo.",
)


def draw_all(runs: int) -> list[Path]:
    """Simulate what is not kept yet, and draw every picture."""
    kept = KEPT / f"{model_version()}-{runs}"
    for name, command in RESULTS.items():
        if not (kept / name / "results.nc").exists():
            few = runs if name != "all" else max(20, runs // 3)
            others = [s for s in _scenarios() if s not in _NOT_SINGLE] if name == "all" else []
            _call(*command, *others, "--runs", str(few), "--seed", "1", "--no-pictures",
                  "--overwrite", "--out", str(kept / name))  # fmt: skip
    PICTURES.mkdir(parents=True, exist_ok=True)
    pictures = [(shown, PICTURES / f"{shown.kind}.png") for shown in SHOWN]
    for shown, path in (*pictures, (FIRST, FIRST_PICTURE)):
        _call("plot", str(kept / shown.results), "--kind", shown.kind, *shown.options,
              "--out", str(path), "--overwrite")  # fmt: skip
        _shrink(path)
    return [FIRST_PICTURE, *(path for _, path in pictures)]


def _shrink(path: Path) -> None:
    """Keep 256 colours, rare ones too: a third of the bytes."""
    with Image.open(path) as whole:
        few = whole.convert("RGB").quantize(
            256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
    few.save(path, optimize=True)


def _scenarios() -> list[str]:
    return sorted(path.stem for path in (ROOT / "scenarios").glob("*.toml"))


def _call(*command: str) -> None:
    """Run a command of tajsim and keep what it prints to ourselves.

    Raises:
        UserError: if it fails.
    """
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main(list(command))
    if code:
        raise UserError(f"tajsim {' '.join(command)}: {said.getvalue().strip()}")


def gallery_page() -> str:
    """Return the page, with the commands that make its results and every picture."""
    about = (
        "Every kind of picture that `tajsim plot` draws. The colours of tasks, agencies and powers "
        "are the same in all of them and stay apart for the colour-blind; lightness, lines "
        "and hatches tell them apart without any colour. Each picture states its runs, seed and "
        "interval; numbered events are told below it with document and line. The suffix of `--out` "
        "decides between `.png`, `.svg` and `.pdf`."
    )
    how = "\n".join(
        f"tajsim {' '.join(command)}{' ...' if name == 'all' else ''} --out {name}"
        for name, command in RESULTS.items()
    )
    source = f"The results behind them:\n\n```sh\n{how}\n```"
    blocks = [_block(shown) for shown in SHOWN]
    made = (
        "`python -m docs.generate.gallery` makes this page and its pictures. Pictures of sweeps "
        "stand with [experiments](experiments.md)."
    )
    return page("Gallery", about, source, *blocks, made)


def _block(shown: Shown) -> str:
    command = " ".join(
        ["tajsim plot", shown.results, "--kind", shown.kind, *shown.options,
         "--out", f"{shown.kind}.png"]
    )  # fmt: skip
    return (
        f"## {shown.kind}\n\n{shown.text}\n\n"
        f"![{_alternative(shown)}](pictures/gallery/{shown.kind}.png)\n\n```sh\n{command}\n```"
    )


def _alternative(shown: Shown) -> str:
    """Return the text that stands for a picture where it cannot be seen."""
    return f"Picture of the kind {shown.kind}: {shown.text.split('.')[0].split(':')[0].lower()}"


def write(runs: int) -> list[Path]:
    """Draw all pictures and write the page."""
    written = draw_all(runs)
    PAGE.write_text(gallery_page(), encoding="utf-8")
    return [*written, PAGE]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    for made in write(parser.parse_args().runs):
        print(made)

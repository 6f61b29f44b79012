"""Makes the gallery: ``python -m docs.generate.gallery`` draws every kind of picture and the page.

The results come from small ensembles, simulated once for each version of the model and kept in
``out/gallery``; ``--runs`` takes another number of runs than 100. Each picture is drawn by the
command that stands below it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from docs.generate.gallery_shown import OF_SWEEPS, SHOWN, Shown
from docs.generate.markdown import page
from tajsim.cli.main import main
from tajsim.ensemble.fingerprint import model_version
from tajsim.errors import UserError
from tajsim.inputs.scenario_parts import single_changes

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "gallery.md"
PICTURES = ROOT / "docs" / "pictures" / "gallery"
KEPT = ROOT / "out" / "gallery"
#: The atlas of all shipped scenarios: its table, and the picture of the first page of the site.
ATLAS = ROOT / "docs" / "tables" / "atlas.csv"
ATLAS_PICTURE = ROOT / "docs" / "pictures" / "atlas.svg"

#: Folder of results -> the command that makes it, without runs, seed and place.
RESULTS: dict[str, tuple[str, ...]] = {
    "withdrawal": ("compare", "arrangement-of-2004", "russian-border-withdrawal"),
    "history": ("run", "history"),
    "all": ("compare", "status-quo", "--no-variance"),
}
#: Folder of a sweep -> the command that makes it, without its place.
SWEEPS: dict[str, tuple[str, ...]] = {"pay": ("sweep", "border-pay-or-aid", "--runs", "20")}
#: Pictures with scales of colour, which few colours would cut into bands.
_SHADED = ("map", "border", "atlas")


#: The picture of README.md, of the first page of the site and of the tutorial.
FIRST_PICTURE = ROOT / "docs" / "pictures" / "withdrawal.png"
FIRST = Shown("answer", "withdrawal", (), "The answer on the Russian border withdrawal.")


def draw_all(runs: int) -> list[Path]:
    """Simulate what is not kept yet, and draw every picture."""
    kept = KEPT / f"{model_version()}-{runs}"
    for name, command in RESULTS.items():
        if not (kept / name / "results.nc").exists():
            others = single_changes() if name == "all" else []
            _call(*command[:2], *others, *command[2:], "--runs", str(runs), "--seed", "1",
                  "--no-pictures", "--overwrite", "--out", str(kept / name))  # fmt: skip
    for name, command in SWEEPS.items():
        if not (kept / name / "sweep.json").exists():
            _call(*command, "--out", str(kept / name))
    PICTURES.mkdir(parents=True, exist_ok=True)
    pictures = [(shown, PICTURES / f"{shown.kind}.png") for shown in (*SHOWN, *OF_SWEEPS)]
    _draw_plots([(FIRST, FIRST_PICTURE), *pictures], kept)
    return [FIRST_PICTURE, *(path for _, path in pictures), *_keep_atlas(kept / "all")]


def _keep_atlas(results: Path) -> list[Path]:
    """Write the table of the atlas, with the model's digest, and its picture for the first page."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "atlas"
        _call("atlas", str(results), "--out", str(made))
        return [
            Path(shutil.copyfile(made / "atlas.csv", ATLAS)),
            Path(shutil.copyfile(made / "atlas.svg", ATLAS_PICTURE)),
        ]


def _draw_plots(pictures: Sequence[tuple[Shown, Path]], kept: Path) -> None:
    """Draw each by its command."""
    for shown, path in pictures:
        _call("plot", str(kept / shown.results), "--kind", shown.kind, *shown.options,
              "--out", str(path), "--overwrite")  # fmt: skip
        _shrink(path)


def _shrink(path: Path) -> None:
    """Keep 256 colours, rare ones too: a third of the bytes; where shades mean amounts keep all."""
    if path.stem in _SHADED:
        return
    with Image.open(path) as whole:
        few = whole.convert("RGB").quantize(
            256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
    few.save(path, optimize=True)


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
        "are the same in all of them and remain distinct to the colour-blind; lightness, lines "
        "and hatches distinguish them without colour. Each picture states its runs, seed and "
        "interval; numbered events are listed below it with document and line. The suffix of "
        "`--out` decides between `.png`, `.svg` and `.pdf`."
    )
    how = "\n".join(
        f"tajsim {' '.join(command)}{' ...' if name == 'all' else ''} --out {name}"
        for name, command in RESULTS.items()
    )
    source = f"The results behind them:\n\n```\n{how}\n```"
    sweeps = "\n".join(
        f"tajsim {' '.join(command)} --out {name}" for name, command in SWEEPS.items()
    )
    of_sweeps = (
        "## Sweeps\n\nThese come from a small sweep, 25 points of 20 runs, some seconds:\n\n"
        f"```\n{sweeps}\n```"
    )
    made = (
        "`python -m docs.generate.gallery` makes this page, its pictures and the table of the "
        "atlas. For sweeps see [what a sweep shows](exploring.md)."
    )
    blocks = [*map(_block, SHOWN), of_sweeps, *(_block(shown, "###") for shown in OF_SWEEPS)]
    return page("Gallery", about, source, *blocks, made)


def _block(shown: Shown, level: str = "##") -> str:
    return (
        f"{level} {shown.kind}\n\n{shown.text}\n\n"
        f"![{_alternative(shown)}](pictures/gallery/{shown.kind}.png)\n\n"
        f"```\ntajsim {' '.join(shown.command)}\n```"
    )


def _alternative(shown: Shown) -> str:
    """Return the text that stands for a picture where it cannot be seen."""
    says = shown.text.split(".")[0].split(":")[0]
    return f"Picture of the kind {shown.kind}: {says[0].lower()}{says[1:]}"


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

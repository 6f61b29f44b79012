"""Pictures of results: kinds in files by subject, on common panels and one look; no model.

Every kind works on labelled results (xarray) alone. `draw` writes one picture, `figure` returns it
as a matplotlib Figure (for notebooks), `standard_pictures` writes the usual set into a folder.
"""

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from tajsim.errors import UserError, check_names
from tajsim.files import check_file, telling
from tajsim.plots import panels, style
from tajsim.plots.answer import answer
from tajsim.plots.atlas import atlas
from tajsim.plots.border import border
from tajsim.plots.fan import MOST_TOGETHER, fan
from tajsim.plots.intervals import difference, targets
from tajsim.plots.map import map_of
from tajsim.plots.stacks import GAP, OUTSIDE, PRICE, PROVISION, providers, stacks
from tajsim.plots.style import SUFFIXES
from tajsim.results import select

__all__ = ["KINDS", "SUFFIXES", "draw", "figure", "options", "standard_pictures"]

#: Name of each kind of picture -> the function that makes it.
KINDS: dict[str, Callable[..., Figure]] = {
    "answer": answer,
    "atlas": atlas,
    "fan": fan,
    "difference": difference,
    "providers": providers,
    "stacks": stacks,
    "border": border,
    "map": map_of,
    "targets": targets,
}

#: So many scenarios have room in a picture of a kind; the others grow with their number.
MOST_SCENARIOS = {"difference": 12, "border": 4, "providers": 4, "stacks": 4, "map": 9}

Results = xr.Dataset | Sequence[xr.Dataset]


def options(kind: str) -> list[str]:
    """Return the names of the options of a kind of picture.

    Raises:
        UserError: if there is no such kind.
    """
    check_names("kind of picture", [kind], KINDS)
    return [*list(inspect.signature(KINDS[kind]).parameters)[1:], "scenarios"]


def figure(kind: str, dataset: Results, **chosen: Any) -> Figure:
    """Return one picture as a matplotlib Figure, which no global list holds open.

    Args:
        kind: one of `KINDS`.
        dataset: results, or several results to be put side by side.
        chosen: options of the kind, and ``scenarios``, the ones to keep. Of more than have room the
            first are drawn, and the foot line says so.

    Several kinds have these options; what is particular to one its function says.

    - ``outcome``: a name or several; by default the headline ones that differ most.
    - ``select``: coordinates, ``{"section": "khorog"}`` or ``"section=khorog"``; what is left of
      the own dimensions is added or averaged.
    - ``window``: ``"2006-01:2010-12"`` or a pair; by default from the first difference of a
      scenario from the reference to the end, the whole time of one alone.
    - ``smooth``: rolling window in months, 12 where there are more than 24; flows are then yearly.
    - ``title``: the heading; made from what is drawn by default.

    Raises:
        UserError: for an unknown kind, option, scenario, outcome or coordinate.
    """
    valid = options(kind)
    check_names(f"option of {kind}", chosen, valid)
    if "table" in valid and "table" not in chosen:
        raise UserError(f"the picture of {kind} shows a table; table= takes it, see its function")
    datasets = [dataset] if isinstance(dataset, xr.Dataset) else list(dataset)
    names = select.as_names(chosen.pop("scenarios", None))
    kept = select.scenarios(select.join(datasets), names)
    given, most = kept.sizes["scenario"], MOST_SCENARIOS.get(kind)
    if most and given > most:
        kept = kept.isel(scenario=slice(0, most)).assign_attrs({panels.GIVEN: given})
    with style.look():
        return style.make_readable(KINDS[kind](kept, **chosen))


def draw(kind: str, datasets: Results, path: str | Path, **chosen: Any) -> list[Path]:
    """Write one picture; the suffix of ``path`` decides between PNG, SVG and PDF.

    The file appears whole or not at all. The same results give the same bytes.

    Returns:
        The path written, in a list.

    Raises:
        UserError: as `figure`; for another suffix; if the file cannot be written.
    """
    path = Path(path)
    check_file(path, overwrite=True, endings=SUFFIXES)
    style.save(figure(kind, datasets, **chosen), path)
    return [path]


def standard_pictures(dataset: xr.Dataset, folder: str | Path, suffix: str = ".png") -> list[Path]:
    """Write the usual pictures of one scenario or of a comparison, as far as there are data.

    Raises:
        UserError: if the folder cannot be written.
    """
    folder, written = Path(folder), []
    with telling(folder):
        folder.mkdir(parents=True, exist_ok=True)
    names = set(select.outcome_names(dataset))
    kinds = ["providers", "fan", "border"]
    if dataset.sizes["scenario"] > MOST_TOGETHER:  # plates of so many overlap
        kinds = ["atlas", "fan"]
    elif dataset.sizes["scenario"] > 1:
        kinds = ["answer", *kinds[:2], "difference", *kinds[2:]]
    needed = {
        "border": {"heroin_entering", "seizure_probability"},
        "providers": {OUTSIDE, GAP, PROVISION, *PRICE},
    }
    for kind in kinds:
        if needed.get(kind, set()) <= names:
            written += draw(kind, dataset, folder / f"{kind}{suffix}")
    return written

"""The pictures of sensitivity, discovery and robustness: what was found, handed to the plots."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from tajsim.analysis.tables import percent

if TYPE_CHECKING:
    from tajsim.exploration import Discovery, Robustness, Sensitivity
    from tajsim.exploration.boxes import FoundBox
    from tajsim.exploration.cases import Cases
    from tajsim.sweeps import Sweep

#: Panels of one picture.
_PANELS = 12


def draw_sensitivity(found: Sensitivity, folder: Path) -> None:
    """Write ``indices.png``, ``bases.png`` and ``tornado.png``."""
    import tajsim.plots.style as style
    from tajsim.exploration.choice import label_of, row_of
    from tajsim.plots.indices import bases, indices
    from tajsim.plots.save import save
    from tajsim.plots.swings import swings

    pairs = list(
        dict.fromkeys(zip(found.indices["scenario"], found.indices["column"], strict=True))
    )
    several = len({scenario for scenario, _ in pairs}) > 1
    headings = []
    for scenario, column in pairs[:_PANELS]:
        row = row_of(found.sweep, column)
        text = f"{label_of(row)}, {scenario}" if several else label_of(row)
        headings.append((scenario, column, text, str(row["unit"])))
    about = found.sweep.about
    foot = f"{about['title']}. {pairs[0][0] if not several else 'Several scenarios'}; "
    foot += f"{len(found.sweep.points):,} points, means over runs, seed {about['seed']}."
    method = f"{found.method[0].upper()}{found.method[1:]}"
    with style.look():
        picture = indices(found.indices, headings, method, foot)
        sums = bases(found.bases, headings, f"{method} by basis", foot)
        swing = swings(found.swings, headings, "From the low to the high end of each factor", foot)
    save(picture, folder / "indices.png")
    save(sums, folder / "bases.png")
    save(swing, folder / "tornado.png")


def draw_boxes(found: Discovery, folder: Path) -> None:
    """Write ``boxes.png`` if there is a box."""
    about = found.sweep.about
    foot = f"{about['title']}. {found.cases.values.shape[1]:,} rows, "
    foot += f"{len(found.sweep.results):,} runs, seed {about['seed']}."
    names = _with_units(found.cases.names, found.sweep)
    path = folder / "boxes.png"
    _draw_boxes(found.happening.text, found.cases, names, found.boxes, foot, path)


def _with_units(names: Sequence[str], sweep: Sweep) -> list[str]:
    """Return the names of inputs with their units: factors of a sweep, or parameters."""
    from tajsim.inputs.parameters import load_parameters

    parameters = load_parameters()
    units = {name: row.unit for name, row in parameters.items()} | dict(sweep.factors["unit"])
    return [f"{name} ({units[name]})" if units.get(name) else name for name in names]


def _draw_boxes(
    what: str,
    cases: Cases,
    names: Sequence[str],
    found: tuple[FoundBox, ...],
    foot: str,
    path: Path,
) -> None:
    import tajsim.plots.style as style
    from tajsim.exploration.boxes import DOUBT
    from tajsim.plots.boxes import DrawnBox, boxes
    from tajsim.plots.save import save

    if not found:
        return
    drawn = []
    for one in found:
        doubt = one.chance > DOUBT
        text = f"{percent(one.density)} inside against {percent(one.elsewhere)} elsewhere, "
        text += f"{percent(one.coverage)} of cases"
        if not isnan(one.held_density):
            text += f"; held out {percent(one.held_density)}"
        kept = {
            i: frozenset(range(len(cases.texts[i]))) - codes for i, codes in one.box.without.items()
        }
        text += " (chance explains it)" if doubt else ""
        surest = sorted(zip(one.limits, one.box.inputs, strict=True), key=lambda p: p[0].chance)
        inputs = [i for _, i in surest]
        drawn.append(DrawnBox(one.box.low, one.box.high, kept, inputs, text, doubt))
    with style.look():
        picture = boxes(names, cases.values, cases.texts, cases.happens, drawn, what, foot)
    save(picture, path)


def draw_robustness(found: Robustness, folder: Path) -> None:
    """Write ``tradeoff.png`` (two goals, or one and its regret) and ``fails.png``."""
    import tajsim.plots.style as style
    from tajsim.exploration.choice import label_of, row_of
    from tajsim.plots.save import save
    from tajsim.plots.swept import said
    from tajsim.plots.tradeoff import tradeoff

    axes = []
    for goal in found.goals[:2]:
        row = row_of(found.sweep, goal.column)
        label = f"{label_of(row)}: {goal.way} is wanted"
        unit = str(row["unit"])
        axes.append((f"mean_{goal.column}", f"worst_{goal.column}", label, unit))
    if len(axes) == 1:
        axes.append(("regret_max", "", "largest regret: low is wanted", found.regret_unit))
    names = [
        ", ".join(f"{lever} {said(row[lever])}" for lever in found.worlds.levers)
        for row in found.worlds.portfolios.to_dict("records")
    ]
    levels = " and ".join(level.text for level in found.levels)
    about = found.sweep.about
    foot = f"{about['title']}. {len(found.table)} portfolios, {len(found.worlds.worlds):,} worlds, "
    foot += f"seed {about['seed']}."
    title = f"Portfolios of {', '.join(found.worlds.levers)}"
    with style.look():
        picture = tradeoff(
            found.table, names, axes, found.recommended, title,
            f"Means over the same worlds. It satisfies where {levels}.", foot,
        )  # fmt: skip
    save(picture, folder / "tradeoff.png")
    if found.cases is not None:
        what = f"Where {names[found.recommended]} fails"
        inputs = _with_units(found.cases.names, found.sweep)
        _draw_boxes(what, found.cases, inputs, found.boxes, foot, folder / "fails.png")

"""The verbs about many points: run a sweep, and say what drives its outcomes and what is robust."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

import tajsim
import tajsim.cli.verb as verb
from tajsim.errors import UserError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from tajsim.exploration import Discovery, Robustness, Sensitivity
    from tajsim.exploration.boxes import Cases, FoundBox
    from tajsim.sweeps import Report, Sweep


#: More factors than this are not written out beside a point, nor more causes of failures.
_FEW = 6
#: Panels of one picture.
_PANELS = 12
SWEEP = verb.Option("sweep", "the folder of a sweep", "DIR")


@verb.Verb(
    "tajsim sweep border-pay-or-aid --out results/pay --workers 2 --progress",
    verb.Option("experiment", "a shipped experiment or a file", "EXPERIMENT"),
    verb.Option("--out", "the folder of the sweep, new or begun", "DIR", required=True),
    verb.Option("--runs", "runs of every point (default: the file's)", "N"),
    verb.Option("--cluster", "a Dask scheduler, such as tcp://127.0.0.1:8786", "ADDRESS"),
    verb.Option(
        "--until-precision",
        "stop when the 90 %% interval of each point's mean is, to either side, at most X "
        "standard deviations of that outcome over all points and runs; --runs is the limit",
        "X",
    ),
    verb.Option("--retry", "try again the runs that failed before"),
    verb.Option("--tidy", "also write one row a run to a new file: .csv or .parquet", "FILE"),
    verb.file_options("")[1],
    verb.WITHOUT,
    *verb.WORK,
)
def sweep(options: Namespace) -> None:
    """Simulate every point of an experiment, and store the runs in DIR as they are finished.

    However a sweep was stopped, the same command resumes it: nothing that is stored is computed
    again. With more --runs, or more points in the file, it adds what is missing.
    """
    with verb.table_file(options.tidy, options.overwrite, (".csv", ".parquet")) as file:
        from tajsim.sweeps.read import check_tidy, write_tidy

        check_tidy(options.tidy)
        chosen = verb.given(options, "runs workers cluster until_precision retry without")
        try:
            with verb.progress_line(options.progress) as tell:
                report = tajsim.sweep(options.experiment, options.out, progress=tell, **chosen)
        except BaseException as error:
            if not isinstance(error, Exception):  # interrupted or terminated
                print(f"tajsim: what is finished is kept in {options.out}", file=sys.stderr)
            raise
        found = tajsim.load_sweep(options.out)
        if file:
            write_tidy(found, file, options.tidy)
    print(f"{_text(found)}\n\n{_said(report, found)}")
    if options.tidy:
        print(f"The table of runs is in {options.tidy}.")


def _said(report: Report, found: Sweep) -> str:
    """Return what the sweep did, in a few lines."""
    lines = [
        f"{report.points:,} points, {report.runs:,} runs: {report.kept:,} were there, "
        f"{report.computed:,} computed in {report.seconds:,.1f} s."
    ]
    lines += [f"Set aside and computed again: {line}" for line in report.aside]
    if report.failed:
        lines.append(f"{report.failed:,} runs failed; --retry tries again:")
        causes = found.failures.groupby("cause", sort=False).size()
        lines += [f"  {runs:,} runs: {cause}" for cause, runs in causes.head(_FEW).items()]
    if report.precise is not None:
        reached = "is reached" if report.precise else "is not reached with this number of runs"
        lines.append(f"The requested precision {reached}.")
    lines.append(f"All of it is in {report.folder}; tajsim.load_sweep reads it.")
    return "\n".join(lines)


def _text(found: Sweep) -> str:
    """Return, for each kept number, the points with the lowest and the highest mean."""
    from tajsim.results.numbers import text_table

    rows = []
    for column in found.columns.index:
        means = found.means[column].astype(float).dropna()
        if means.empty:
            continue
        low, high = means.idxmin(), means.idxmax()
        unit = found.columns.loc[column, "unit"]
        cells = [f"{means[low]:.4g}", _at(found, low), f"{means[high]:.4g}", _at(found, high)]
        rows.append([column, str(unit), *cells])
    header = ("kept", "unit", "lowest mean", "at", "highest mean", "at")
    return text_table(header, rows, left=(0, 1, 3, 5)) if rows else "No run is finished."


def _at(found: Sweep, point: Any) -> str:
    row = found.points.loc[point]
    factors = list(found.factors.index)
    if len(factors) > _FEW:
        return str(point)
    said = [
        f"{n}={row[n]:.4g}" if isinstance(row[n], int | float) else f"{n}={row[n]}" for n in factors
    ]
    scenario = [str(row["scenario"])] if found.points["scenario"].nunique() > 1 else []
    return " ".join([*scenario, *said])


@verb.Verb(
    "tajsim sensitivity results/screening --outcome interception --out results/indices",
    SWEEP,
    verb.Option("--outcome", "kept columns or outcomes (default: all)", "A,B"),
    verb.Option("--scenario", "one scenario (default: all, each by itself)", "NAME"),
    *verb.folder_options("a new folder for tables (CSV) and pictures"),
    verb.Option("--all", "print all factors, not ten for each outcome"),
)
def sensitivity(options: Namespace) -> None:
    """Rank the factors that drive the kept outcomes of a sweep.

    Uses Sobol indices for a Saltelli design, Morris screening for a Morris design (both need the
    extra 'analysis'), rank regression for any other. Prints, for each outcome: an index for every
    factor with its 90 % interval, the sums by basis, and how much of the variance is chance.
    """

    def work() -> tuple[str, dict[str, pd.DataFrame], Pictures]:
        found = tajsim.sensitivity(options.sweep, options.outcome, options.scenario)
        return found.text(options.all), found.tables(), lambda: _draw_sensitivity(found)

    _explore(options, work, "tables and pictures are")


@verb.Verb(
    "tajsim discover results/succession --outcome state_failed --out results/failure",
    SWEEP,
    verb.Option("--outcome", "a kept column, or an outcome kept once", "NAME", required=True),
    verb.Option("--above", "it happens at X or more", "X"),
    verb.Option("--below", "it happens at X or less", "X"),
    verb.Option(
        "--highest",
        "it happens in this share of the runs, those with the highest values (default: 0.25, but "
        "at 1 for an outcome of 0 or 1)",
        "SHARE",
    ),
    verb.Option("--lowest", "the same with the lowest values", "SHARE"),
    verb.Option("--scenario", "one scenario (default: it is one of the inputs)", "NAME"),
    verb.Option("--inputs", "only these factors (default: all)", "A,B"),
    verb.Option("--drawn", "also the uncertain parameters that each run draws"),
    verb.Option("--boxes", "the most boxes to report (default 3)", "N", default=3),
    verb.Option(
        "--least", "fewest points in a box (default: a twentieth, at least 5 or a quarter)", "N"
    ),
    *verb.folder_options("a new folder for the table (CSV) and the picture", "picture"),
)
def discover(options: Namespace) -> None:
    """Find boxes in the space of the factors of a sweep in which an outcome happens often.

    They are found by patient rule induction. Prints, for each box: a sentence, its limits, how
    often it happens inside and elsewhere, also on points held out, and what chance explains.
    """
    if options.boxes < 1:
        raise UserError(f"boxes {options.boxes}: expected at least 1")

    def work() -> tuple[str, dict[str, pd.DataFrame], Pictures]:
        names = "above below highest lowest scenario inputs drawn boxes least"
        chosen = verb.given(options, names)
        found = tajsim.discover(options.sweep, options.outcome, **chosen)
        return str(found), found.tables(), lambda: _draw_discovery(found)

    _explore(options, work, "table and the picture are")


def _goal(text: str) -> tuple[str, str]:
    from tajsim.exploration.robustness import split_goal

    try:
        return split_goal(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


@verb.Verb(
    "tajsim robust results/pay --goal heroin_seized=high --goal aid_diverted=low "
    "--satisfy 'heroin_seized>=500'",
    SWEEP,
    verb.Option(
        "--goal",
        "a kept column that should be high or low; may be repeated",
        "NAME=WAY",
        action="append",
        required=True,
        type=_goal,
    ),
    verb.Option(
        "--satisfy",
        "a level to be reached, 'heroin_seized>=500'; may be repeated (default: the median of "
        "each goal)",
        "LEVEL",
        action="append",
    ),
    verb.Option(
        "--levers", "factors, or scenario, to choose among (default: the decisions)", "A,B"
    ),
    verb.Option(
        "--rule",
        "recommend the smallest largest regret (default), or most states satisfied",
        choices=("regret", "satisfy"),
    ),
    *verb.folder_options("a new folder for the tables (CSV) and the pictures"),
    verb.Option("--all", "print all portfolios, not twelve"),
)
def robust(options: Namespace) -> None:
    """Compare the portfolios of a sweep (choices of levers) in the same states of the world.

    Prints the regret, the share of states in which given levels are reached, the recommended
    portfolio, and the conditions under which it fails. A state is a run number with its draws
    and its uncertain parameters, and a value for each factor that is not a lever.
    """

    def work() -> tuple[str, dict[str, pd.DataFrame], Pictures]:
        chosen = verb.given(options, "satisfy levers rule")
        found = tajsim.robust(options.sweep, dict(options.goal), **chosen)
        return found.text(options.all), found.tables(), lambda: _draw_robustness(found)

    _explore(options, work, "tables and pictures are")


#: Makes the pictures of what was found, by the name of their file.
Pictures = Callable[[], Mapping[str, "Figure"]]


def _explore(
    options: Namespace,
    work: Callable[[], tuple[str, dict[str, pd.DataFrame], Pictures]],
    what: str,
) -> None:
    """Do the work, keep its tables and pictures if a folder is named, and print its text."""
    with verb.result_folder(options.out, options.overwrite) as folder:
        text, tables, pictures = work()
        if folder:
            verb.write_tables(tables, folder)
        if folder and not options.no_pictures:
            import tajsim.plots.style as style
            from tajsim.plots.style import save

            with style.look():
                drawn = pictures()
            for name, picture in drawn.items():
                save(picture, folder / f"{name}.png")
    print(text)
    if options.out:
        print(f"\nThe {what} in {options.out}.")


def _draw_sensitivity(found: Sensitivity) -> dict[str, Figure]:
    """Return the pictures of indices, of their sums by basis and of the swings of factors."""
    from tajsim.plots.intervals import bases, indices, swings
    from tajsim.sweeps.read import label_of, row_of

    pairs = list(
        dict.fromkeys(zip(found.indices["scenario"], found.indices["column"], strict=True))
    )
    several = len({scenario for scenario, _ in pairs}) > 1
    headings = []
    for scenario, column in pairs[:_PANELS]:
        row = row_of(found.sweep, column)
        text = f"{label_of(row)}, {scenario}" if several else label_of(row)
        headings.append((scenario, column, text, str(row["unit"])))
    what = "Several scenarios" if several else pairs[0][0]
    foot = _foot(found.sweep, f"{what}; {len(found.sweep.points):,} points, means over runs")
    method = f"{found.method[0].upper()}{found.method[1:]}"
    ends = "From the low to the high end of each factor"
    return {
        "indices": indices(found.indices, headings, method, foot),
        "bases": bases(found.bases, headings, f"{method} by basis", foot),
        "tornado": swings(found.swings, headings, ends, foot),
    }


def _draw_discovery(found: Discovery) -> dict[str, Figure]:
    """Return the picture of the boxes, if there is one."""
    rows = found.cases.values.shape[1]
    foot = _foot(found.sweep, f"{rows:,} rows, {len(found.sweep.results):,} runs")
    picture = _draw_boxes(found.threshold.text, found.cases, found.sweep, found.boxes, foot)
    return {"boxes": picture} if picture else {}


def _draw_robustness(found: Robustness) -> dict[str, Figure]:
    """Return the picture of two goals, or one and its regret, and that of the failures."""
    from tajsim.plots.sweep import tradeoff
    from tajsim.plots.sweep_table import value_text
    from tajsim.sweeps.read import label_of, row_of

    axes = []
    for goal in found.goals[:2]:
        row = row_of(found.sweep, goal.column)
        label = f"{label_of(row)}: {goal.way} is preferred"
        axes.append((f"mean_{goal.column}", f"worst_{goal.column}", label, str(row["unit"])))
    if len(axes) == 1:
        axes.append(("regret_max", "", "largest regret: low is preferred", found.regret_unit))
    portfolios = [
        ", ".join(f"{lever} {value_text(row[lever])}" for lever in found.states.levers)
        for row in found.states.portfolios.to_dict("records")
    ]
    states = len(found.states.table)
    foot = _foot(found.sweep, f"{len(found.table)} portfolios, {states:,} states of the world")
    levels = " and ".join(level.text for level in found.levels)
    about = f"Means over the same states of the world. Satisfied where {levels}."
    title = f"Portfolios of {', '.join(found.states.levers)}"
    drawn = tradeoff(found.table, portfolios, axes, found.recommended, title, about, foot)
    pictures = {"tradeoff": drawn}
    if found.cases is not None:
        what = f"Where {portfolios[found.recommended]} fails"
        if boxes := _draw_boxes(what, found.cases, found.sweep, found.boxes, foot):
            pictures["fails"] = boxes
    return pictures


def _draw_boxes(
    what: str, cases: Cases, sweep: Sweep, found: Sequence[FoundBox], foot: str
) -> Figure | None:
    """Return the picture of boxes, or None if there is none."""
    from tajsim.exploration.prim import DOUBT
    from tajsim.plots.sweep import DrawnBox, boxes
    from tajsim.results.numbers import percent

    if not found:
        return None
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
        order = [i for _, i in surest]
        drawn.append(DrawnBox(one.box.low, one.box.high, kept, order, text, doubt))
    inputs = _with_units(cases.names, sweep)
    return boxes(inputs, cases.values, cases.texts, cases.happens, drawn, what, foot)


def _with_units(names: Sequence[str], sweep: Sweep) -> list[str]:
    """Return the names of inputs with their units: factors of a sweep, or parameters."""
    from tajsim.inputs.registry import load_parameters

    parameters = load_parameters()
    units = {name: row.unit for name, row in parameters.items()} | dict(sweep.factors["unit"])
    return [f"{name} ({units[name]})" if units.get(name) else name for name in names]


def _foot(sweep: Sweep, what: str) -> str:
    """Return the line under a picture of a sweep."""
    return f"{sweep.about['title']}. {what}, seed {sweep.about['seed']}."

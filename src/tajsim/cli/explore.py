"""The verbs about many points: run a sweep, and say what drives its outcomes and what is robust."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable
from typing import Any

import tajsim
import tajsim.cli.verb as verb
from tajsim.errors import library
from tajsim.files import check_file, write_whole

#: More causes of failures than this are not told.
_FEW = 6


@verb.Verb
def sweep(options: Namespace) -> None:
    """Simulate every point of an experiment, and store the runs in DIR as they are finished.

    The same command resumes it; with more --runs, or more points in the file, it adds what is
    missing.

    example: tajsim sweep border-pay-or-aid --out results/pay --workers 2 --progress
    experiment EXPERIMENT  a shipped experiment or a file
    --out DIR!  the folder of the sweep, new or begun
    --runs N  runs of every point (default: the file's)
    --cluster ADDRESS  a Dask scheduler, such as tcp://127.0.0.1:8786
    --retry  try again the runs that failed before
    --tidy FILE^  also write one row a run to a new file: .csv or .parquet
    @without
    @work
    """
    with verb.table_file(options.tidy, options.overwrite, (".csv", ".parquet")) as file:
        from tajsim.sweeps.read import PARQUET, write_tidy

        if options.tidy and options.tidy.endswith(PARQUET):
            library("pyarrow", "parquet")  # or it is told that it is missing
        chosen = verb.given(options, "runs workers cluster retry without")
        try:
            with verb.progress_bar("simulating", options.progress) as tell:
                report = tajsim.sweep(options.experiment, options.out, progress=tell, **chosen)
        except BaseException as error:
            if not isinstance(error, Exception):  # interrupted or terminated
                print(f"tajsim: what is finished is kept in {options.out}", file=sys.stderr)
            raise
        found = tajsim.load_sweep(options.out)
        if file:
            write_tidy(found, file, options.tidy)
    lines = [
        f"{found}\n",
        f"{report.points:,} points, {report.runs:,} runs: {report.kept:,} were there, "
        f"{report.computed:,} computed in {report.seconds:,.1f} s.",
        *(f"Set aside and computed again: {line}" for line in report.aside),
    ]
    if report.failed:
        lines.append(f"{report.failed:,} runs failed; --retry tries again:")
        causes = found.failures.groupby("cause", sort=False).size()
        lines += [f"  {runs:,} runs: {cause}" for cause, runs in causes.head(_FEW).items()]
    lines.append(f"All of it is in {report.folder}; tajsim.load_sweep reads it.")
    if options.tidy:
        lines.append(f"The table of runs is in {options.tidy}.")
    print("\n".join(lines))


@verb.Verb
def sensitivity(options: Namespace) -> None:
    """Rank the factors that drive the kept outcomes of a sweep.

    By Sobol indices for a Saltelli design, Morris screening for a Morris design (both need the
    extra 'analysis'), rank correlations for any other; and how much of the variance is chance.

    example: tajsim sensitivity results/screening --outcome interception --out results/indices
    sweep DIR  the folder of a sweep
    @mixed
    --outcome A,B  kept columns or outcomes (default: all)
    --scenario NAME  one scenario (default: all, each by itself)
    --out FOLDER^  a new folder for the tables (CSV)
    """
    chosen = options.sweep, options.outcome, options.scenario
    _explore(options, lambda: tajsim.sensitivity(*chosen))


@verb.Verb
def discover(options: Namespace) -> None:
    """Find boxes in the space of the factors of a sweep in which an outcome happens often.

    By patient rule induction; each is judged on points held out, and by what chance explains.

    example: tajsim discover results/succession --outcome state_failed --out results/failure
    sweep DIR  the folder of a sweep
    @mixed
    --outcome NAME!  a kept column, or an outcome kept once
    --above X  it happens at X or more
    --below X  it happens at X or less
    --highest SHARE  it happens in this share of the runs, those with the highest values
        (default: 0.25, but at 1 for an outcome of 0 or 1)
    --lowest SHARE  the same with the lowest values
    --scenario NAME  one scenario (default: it is one of the inputs)
    --inputs A,B  only these factors (default: all)
    --out FOLDER^  a new folder for the table (CSV)
    """
    chosen = verb.given(options, "above below highest lowest scenario inputs")
    _explore(options, lambda: tajsim.discover(options.sweep, options.outcome, **chosen))


@verb.Verb
def robust(options: Namespace) -> None:
    """Compare the portfolios of a sweep (choices of levers) in the same states of the world.

    Prints the regret of each, the recommended portfolio, and how sure that is.

    example: tajsim robust results/pay --goal heroin_seized=high --goal aid_diverted=low
    sweep DIR  the folder of a sweep
    @mixed
    --goal NAME=WAY!...  a kept column that should be high or low; may be repeated
    --levers A,B  factors, or scenario, to choose among (default: the decisions)
    --out FOLDER^  a new folder for the table (CSV)
    """
    goals, levers = dict(options.goal), options.levers
    _explore(options, lambda: tajsim.robust(options.sweep, goals, levers=levers))


def _pair(text: str, expected: str = "NAME=high or NAME=low") -> tuple[str, str]:
    """Read name and value of ``heroin_seized=high``; the name itself may hold an equals sign."""
    name, equals, value = text.rpartition("=")
    if not equals or not name:
        raise ArgumentTypeError(f"'{text}' is not {expected}")
    return name.strip(), value.strip()


def _held(text: str) -> tuple[str, float | str]:
    name, value = _pair(text, "FACTOR=VALUE")
    try:
        return name, float(value)
    except ValueError:
        return name, value


verb.READERS |= {"NAME=WAY": _pair, "FACTOR=VALUE": _held}


@verb.Verb
def seek(options: Namespace) -> None:
    """Find which value of one factor of an experiment gives a level of an outcome.

    Prints the value at which half of the histories reach it (Brent's method), how the value that
    each history needs varies, and what was found at every value tried.

    example: tajsim seek border-pay-or-aid --outcome heroin_seized --level 50%of:status-quo
    experiment EXPERIMENT  a shipped experiment or a file
    --outcome NAME!  a kept column or an outcome
    --level LEVEL!  a number, or such as 50%of:status-quo, run by run
    --factor NAME  which one is varied (default: the first of numbers)
    --at FACTOR=VALUE...  where another factor is held (default: its first value); may be
        repeated
    --scenario NAME  one of the experiment's (default: the first)
    --runs N  paired runs at each value (default: the file's)
    --picture FILE  a new file for the response: .png, .svg or .pdf
    --out FOLDER^  a new folder for the table (CSV)
    @without
    @work
    """
    from tajsim.plots.style import SUFFIXES, look, save

    if options.picture:
        picture = check_file(options.picture, options.overwrite, endings=SUFFIXES)

    def work() -> Any:
        chosen = verb.given(options, "factor scenario runs workers without")
        chosen["at"], what = dict(options.at or ()), (options.experiment, options.outcome)
        with verb.progress_bar("simulating", options.progress) as tell:
            found = tajsim.seek(*what, options.level, progress=tell, **chosen)
        if options.picture:
            with look():
                save(found.plot(), picture)
        return found

    _explore(options, work)


@verb.Verb
def atlas(options: Namespace) -> None:
    """Show what every scenario changes against the status quo, outcome by outcome, at a glance.

    A cell is empty where nothing can be told. In the picture it is coloured by the size of the
    change beside the spread of the histories, and leads to the card of its scenario.

    example: tajsim atlas --runs 100 --out atlas
             tajsim atlas results/all --outcomes state_failed,grievance
    results RESULTS?  a comparison (default: the shipped scenarios that change one thing are
        simulated)
    --outcomes A,B  the outcomes, separated by commas (default: of all themes)
    --out FOLDER^  a new folder for picture (.svg, .png) and table (.csv, .md, .tex)
    @draws
    """
    from tajsim.ensemble.run import run_many
    from tajsim.inputs.scenario_parts import single_changes
    from tajsim.plots import draw
    from tajsim.results.atlas import GROUPS, atlas_table, latex, markdown
    from tajsim.results.select import names_of

    outcomes = options.outcomes or ()
    named: dict[str, Any] = {"outcome": list(outcomes)} if outcomes else {}
    with verb.result_folder(options.out, options.overwrite) as folder:
        if options.results:
            verb.goes_with(options, "runs seed parameters", "no RESULTS")
            dataset = tajsim.load_results(options.results)
        else:  # each that changes one thing of the status quo, against it
            usual = [name for group in GROUPS.values() for name in group]
            kept = [*(outcomes or usual), "strength"]  # agencies count by their people
            chosen = {**verb.USUAL, **verb.given(options, "runs seed parameters workers without")}
            names = ["status-quo", *single_changes()]
            with verb.progress_bar("simulating", options.progress) as progress:
                dataset = run_many(names, outcomes=kept, progress=progress, **chosen)
        table = atlas_table(dataset, outcomes)
        if folder:
            verb.write_table(table, folder / "atlas.csv")
            write_whole(folder / "atlas.md", f"{markdown(table)}\n")
            write_whole(folder / "atlas.tex", latex(table))
            draw("atlas", dataset, folder / "atlas.svg", links="card-{scenario}.svg", **named)
            draw("atlas", dataset, folder / "atlas.png", **named)
            reference, *others = names_of(dataset)
            for name in others:
                card = folder / f"card-{name}.svg"
                draw("answer", dataset, card, scenarios=[reference, name])
    verb.finish(options, markdown(table), "Picture and tables are")


def _explore(options: Namespace, work: Callable[[], Any]) -> None:
    """Do the work, keep its tables if a folder is named, and print its text."""
    with verb.result_folder(options.out, options.overwrite) as folder:
        found = work()
        if folder:
            sweep = getattr(found, "sweep", None)
            verb.write_tables(found.tables(), folder, sweep.about.get("model", "") if sweep else "")
    verb.finish(options, str(found), "tables are")

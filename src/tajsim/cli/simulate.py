"""The verbs that simulate scenarios or tell what was simulated: run, compare, claims and others."""

from __future__ import annotations

import textwrap
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tajsim
import tajsim.cli.verb as verb
from tajsim.errors import UserError, unknown
from tajsim.files import check_file

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


#: From results: what is printed, by the files written, and the tables to write by name.
Tables = Callable[["xr.Dataset"], "tuple[Callable[[dict[str, str]], str], dict[str, pd.DataFrame]]"]


@verb.Verb
def run(options: Namespace) -> None:
    """Simulate one scenario, print medians and 90 % of its runs, and keep the results.

    Another scenario may continue a saved state too, if it differs in levers or later events only.

    example: tajsim run status-quo --runs 200 --seed 1 --out results/status-quo
             tajsim run status-quo --until 2004-10 --save october.npz
             tajsim run russian-border-withdrawal --from october.npz
    scenario SCENARIO  a shipped scenario or a file
    @ensemble
    --window FROM:TO  first and last month, YYYY-MM:YYYY-MM (default: the whole period)
    --save STATE  a new file for the state after the last month, see --until
    --from>resume STATE  continue a saved state with its runs, to the bit as without a break
    """
    state = None
    if options.resume is not None:
        from tajsim.ensemble.dataset import load_state

        state = load_state(options.resume)
    if options.save:
        check_file(options.save, options.overwrite)

    def tables(dataset: xr.Dataset) -> tuple[Any, dict[str, pd.DataFrame]]:
        from tajsim.analysis import evaluate_claims, summarise
        from tajsim.analysis.claims import claims_text
        from tajsim.analysis.comparison import closing_text, levels_text
        from tajsim.analysis.variance import kept_table
        from tajsim.results.discrepancy import TABLE as BANDS

        summary, claims = summarise(dataset, options.window), evaluate_claims(dataset)
        parts = [
            levels_text(dataset, summary, bool(options.all or options.outcomes)),
            claims_text(claims, untested=False),
            closing_text(dataset),
        ]
        text, bands = "\n\n".join(filter(None, parts)), kept_table(dataset, BANDS)
        return lambda written: text, {"summary": summary, "claims": claims, "bands": bands}

    _simulate_and_keep(options, [options.scenario], tables, state=state)


@verb.Verb
def compare(options: Namespace) -> None:
    """Simulate a reference and one scenario or more with the same draws, and print the answer.

    The answer is one sentence with the outcomes behind it: before, after, and where nine in ten of
    the paired histories lie. A direction is told where the mean paired difference is clear of zero
    and large enough to matter.

    example: tajsim compare arrangement-of-2004 russian-border-withdrawal --runs 200
        --out withdrawal
             tajsim compare status-quo --scenarios all --runs 60 --no-variance
             tajsim compare status-quo --without M47
    reference REFERENCE  a shipped scenario or a file
    scenarios SCENARIO*  what is compared with the reference (default, with --without: itself,
        without ID)
    @ensemble
    --scenarios>pattern A,B  more shipped ones: all, or patterns such as 'irpt-*'
    --full  print tables: medians, mean differences with 90 % intervals, claims, variance
    --json  print the answer for machines
    --quiet  print the files that were written, nothing else
    --window FROM:TO  first and last month, YYYY-MM:YYYY-MM (default: that of the question, else
        from the first difference to the end)
    --no-variance  leave out the sources of variance, which take about as long again
    """
    from fnmatch import fnmatchcase

    from tajsim.inputs.scenario_parts import shipped_scenarios

    offered = [name for name in shipped_scenarios() if name != options.reference]
    chosen = [*options.scenarios]
    for pattern in options.pattern or ():
        fits = [n for n in offered if pattern == "all" or fnmatchcase(n, pattern)]
        if not fits:
            raise UserError(f"--scenarios {pattern}: {unknown('scenario', pattern, offered)}")
        chosen += [name for name in fits if name not in chosen]
    if not (chosen or options.without):
        said = f"'{options.reference}' is the reference; name a SCENARIO after it, or --without ID"
        raise UserError(f"compare: {said}")
    if options.full + options.json + options.quiet > 1:
        raise UserError("compare: --full, --json and --quiet exclude each other")
    if options.quiet and not options.out:
        raise UserError("compare: --quiet prints the files that are written; name a place by --out")

    _simulate_and_keep(
        options,
        [options.reference, *chosen],
        lambda dataset: _compared(options, dataset),
        with_variance=not options.no_variance,
        beside=not chosen,
        silent=options.quiet or options.json,
    )


def _compared(
    options: Namespace, dataset: xr.Dataset
) -> tuple[Callable[[dict[str, str]], str], dict[str, pd.DataFrame]]:
    """Return what ``compare`` prints, by the files that are written, and its tables."""
    from tajsim.analysis.comparison import compare_dataset
    from tajsim.results import answer

    found = compare_dataset(dataset, options.window)

    def told(written: dict[str, str]) -> str:
        if options.quiet:
            return "\n".join(written.values())
        if options.json:
            return answer.json_text(found.cards, written)
        if options.full or options.all:
            return found.full_text(bool(options.all or options.outcomes))
        return answer.several_text(found.cards, *verb.terminal())

    parts = ("summary", "table", "claims", "variance", "assumptions")
    return told, {n.replace("table", "comparison"): getattr(found, n) for n in parts}


@verb.Verb
def claims(options: Namespace) -> None:
    """Test every claim of the documents on scenarios and what they extend, simulated in pairs.

    Prints, for each claim: the verdict (holds, right sign but negligible, turns later, undecided at
    this number of runs, fails, or not tested), the share of runs in which it holds, the mean paired
    difference with its 90 % interval, what is expected, and document and line.

    example: tajsim claims --runs 100 --out claims.csv
    scenarios SCENARIO*  a shipped scenario or a file (default: all shipped ones with claims)
    --without-mechanism  tell of each that holds whether it needs what it cites, holds without,
        restates one rule or holds by construction; takes ten times as long
    --out FILE^  a new file for the table: .csv
    @draws
    """
    if options.without and options.without_mechanism:
        raise UserError("claims: give --without or --without-mechanism, not both")

    def work(**draws: Any) -> tuple[str, pd.DataFrame]:
        from tajsim.analysis.ablation import needed
        from tajsim.analysis.claims import claims_text, totals_text

        table = tajsim.claims(*options.scenarios, **draws)
        if options.without_mechanism:
            del draws["without"]
            table = needed(table, options.scenarios, **draws)
        return f"{claims_text(table)}\n\n{totals_text(table, draws['runs'])}", table

    _score(options, work, "table")


@verb.Verb
def signs(options: Namespace) -> None:
    """Test the effects that the model as a whole must show when one thing is changed.

    Prints, for each sign: the verdict (holds, right sign but negligible, turns later over the whole
    horizon, undecided at this number of runs, fails, or not tested where the model lacks what it
    names), the smallest effect expected, the mean effect with its 90 % interval, and its source.
    Where 200 runs come near the smallest effect, and --runs says no number, 1,000 are asked.

    example: tajsim signs --runs 100 --workers 2
    ids ID*  a sign or a change (default: all)
    --out FILE^  a new file for the table: .csv
    --runs N  runs of every pair (default: what each sign requires)
    @chance
    """

    def work(**draws: Any) -> tuple[str, pd.DataFrame]:
        from tajsim.analysis.signs import signs as test_signs, signs_text

        table = test_signs(*options.ids, **{**draws, "runs": options.runs})
        return signs_text(table), table

    _score(options, work, "table")


@verb.Verb
def validate(options: Namespace) -> None:
    """Simulate the scenario in which everything documented happens, and print a scoreboard.

    Each target, fitted or only checked, stands against the simulated distribution; series of years
    are scored by coverage, width, rank and probability score against the last value and the mean.

    example: tajsim validate --runs 200 --out validation.csv
             tajsim validate --against observed.csv
    --against FILE.csv  a CSV file of your own series: outcome, place, year, value, unit, source
    --out FILE^  a new file for the table: .csv
    @draws
    """

    def work(**draws: Any) -> tuple[str, pd.DataFrame]:
        found = tajsim.validate(**draws, against=options.against)
        return str(found), found.series if options.against else found.table

    _score(options, work, "table of series" if options.against else "scoreboard")


@verb.Verb
def verify(options: Namespace) -> None:
    """Simulate a sample of the runs again and compare every outcome in every month.

    They are equal to the bit, equal within tolerance (1e-4 of the largest value: as another machine
    or library has it) or not, which ends with status 2 and says what is otherwise than before.

    example: tajsim verify withdrawal
    results RESULTS  a results.nc, its folder, or an archive of it
    --runs N|8  runs that are simulated again (default 8)
    @work
    """
    from tajsim.analysis import verify as verifying

    with verb.progress_bar("simulating", options.progress) as progress:
        found = verifying.verify(options.results, options.runs, options.workers, progress)
    if found.verdict == verifying.DIFFERENT:
        raise UserError([f"{options.results}: {line}" for line in str(found).splitlines()])
    print(found)


@verb.Verb
def archive(options: Namespace) -> None:
    """Put results, tables and pictures with all that they rest on into one file for reviewers.

    It is an RO-Crate: scenarios with their parents, rows of the ledger, citations, command,
    environment and the description of the model. 'tajsim verify FILE.zip' simulates from it again.

    example: tajsim archive withdrawal --out withdrawal.zip
    results RESULTS  a results.nc or the folder that holds it
    --out FILE^!  a new file: .zip
    """
    from tajsim.analysis.verify import archive as write

    print(write(options.results, options.out, options.overwrite))


@verb.Verb
def explain(options: Namespace) -> None:
    """Tell one run as a story, or where two scenarios diverge and what followed.

    Decisions that change the course of a run are in the results with month, actor, cause and size.
      tajsim explain RESULTS --run 17                  tells run 17 as a dated story
      tajsim explain RESULTS --against NAME --run 17   names the first event in which run 17 differs
                                                       between two scenarios, and what followed
    NAME is A there, the other scenario B.

    example: tajsim explain withdrawal --against arrangement-of-2004 --run 17
    results RESULTS  a results.nc or the folder that holds it
    --run N  the number of the run
    --scenario NAME  which scenario, where the results hold several
    --against NAME  the scenario with which it is compared
    --all  leave nothing out
    --out FILE^  a new file for the events behind the text: .csv
    """
    with verb.table_file(options.out, options.overwrite) as file:
        chosen = verb.given(options, "run scenario against")
        found = tajsim.explain(options.results, everything=options.all, **chosen)
        if file:
            verb.write_table(found.table, file, found.model)
    verb.finish(options, found.text, "events are")


def _draws(options: Namespace, state: Any = None) -> dict[str, Any]:
    """Return the arguments of all that simulate: as said, as the state has, or usual."""
    said = verb.given(options, "runs seed parameters")
    more = {"workers": options.workers, "without": options.without}
    if not state:
        return {**verb.USUAL, **said, **more}
    held = {name: state.head[name] for name in verb.USUAL}
    if wrong := [name for name in said if said[name] != held[name]]:
        raise UserError(
            f"--{name} {said[name]}: the state {options.resume} has {held[name]}; leave it out"
            for name in wrong
        )
    return {**held, **more}


def _score(options: Namespace, work: Callable[..., tuple[str, pd.DataFrame]], what: str) -> None:
    """Simulate, print the text and keep the table if a file is named."""
    with verb.table_file(options.out, options.overwrite) as file:
        with verb.progress_bar("simulating", options.progress) as progress:
            text, table = work(**_draws(options), progress=progress)
        if file:
            verb.write_table(table, file)
    verb.finish(options, text, f"{what} is")
    if not options.out:
        print(f"\nNothing was saved; --out FILE keeps the {what}.")


def _simulate_and_keep(
    options: Namespace,
    scenarios: list[str],
    tables: Tables,
    state: Any = None,
    with_variance: bool = False,
    beside: bool = False,
    silent: bool = False,
) -> None:
    """Simulate, write results, tables and pictures if a folder is named, print the text.

    With ``beside`` the scenarios as they are come before those without what is taken out;
    ``silent`` says not where things are.
    """
    draws = _draws(options, state) | verb.given(options, "until outcomes overrides")
    written: list[str] = []
    failure: Exception | None = None
    with verb.result_folder(options.out, options.overwrite) as folder:
        from tajsim.ensemble.dataset import FILE_NAME, save
        from tajsim.ensemble.executor import meanwhile
        from tajsim.ensemble.run import prepare, simulate
        from tajsim.results.discrepancy import with_bands
        from tajsim.results.window import check_window, with_window

        # All that can be checked is checked before the first month is simulated.
        plan = prepare(scenarios, resume=state, beside=beside, **draws)
        if options.window:
            check_window((plan.start, plan.end), options.window)
        with verb.progress_bar("simulating", options.progress) as progress:
            dataset = simulate(plan, progress, save_to=getattr(options, "save", None))
        if with_variance:
            from tajsim.analysis.variance import with_rests

            with verb.progress_bar("drawing anew", options.progress) as progress:
                dataset = with_rests(plan, dataset, options.window, progress)
        dataset = with_window(with_bands(dataset), options.window)
        dataset.attrs["command"] = options.command
        say, found = tables(dataset)
        if folder:
            with meanwhile(partial(save, dataset, folder / FILE_NAME)):  # while pictures are drawn
                full = {name: table for name, table in found.items() if not table.empty}
                written += [FILE_NAME, *verb.write_tables(full, folder, dataset.attrs["model"])]
                try:
                    if not options.no_pictures:
                        from tajsim.plots import standard_pictures as draw

                        written += [path.name for path in draw(dataset, folder)]
                except Exception as error:
                    failure = error  # the results are kept all the same
    print(say({name: str(Path(options.out) / name) for name in written}))
    if not silent:
        said = f"In {options.out}: {', '.join(written)}."
        nothing = "Nothing was saved; --out DIR keeps the results, the tables and pictures."
        whole: Any = {"break_long_words": False, "break_on_hyphens": False}
        print("\n" + textwrap.fill(said if written else nothing, 80, **whole))
    if failure:
        raise failure

"""The verbs whose results are looked at: pictures, the report, the dashboard, the calibration."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Sequence
from functools import partial
from typing import Any

import tajsim
from tajsim.cli.verb import GROUPS, Verb, given, progress_bar
from tajsim.errors import UserError, library, refuse
from tajsim.files import check_file

#: Kinds of pictures of results: the options that each takes beside `_ALWAYS`, and what it shows.
KINDS = {
    "answer": ("outcome window", "what a scenario changes: the outcome that matters most, numbers"),
    "atlas": ("outcome", "all scenarios against outcomes in groups, coloured by size"),
    "fan": ("outcome select smooth", "outcomes over time: median and bands, scenarios together"),
    "difference": ("outcome select window", "paired differences to the first scenario, a forest"),
    "providers": ("select", "who carries each task, and the price over time"),
    "stacks": ("outcome select", "who has how much of outcomes over time: by default rents"),
    "border": ("outcome", "what passes, is seized and is bought on each section, who guards it"),
    "map": ("outcome at", "border sections and regions at one date or several"),
    "targets": ("", "observed against simulated figures (results of history)"),
}
#: The kind of picture of the folder of a sweep.
SWEEP_KINDS = {"response": ("outcome by", "an outcome over one factor, with bands")}
#: The options that every kind takes.
_ALWAYS = "scenarios title"
#: The options of each kind, by their names.
_ALL = {**KINDS, **SWEEP_KINDS}.items()
TAKES = {kind: f"{takes} {_ALWAYS}".split() for kind, (takes, _) in _ALL}


def _of(option: str) -> str:
    """Return the kinds that take an option, as its help names them."""
    return "of " + ", ".join(kind for kind, takes in TAKES.items() if option in takes)


_LISTED = "".join(
    f"{head}:\n" + "".join(f"  {kind:<13} {about}\n" for kind, (_, about) in kinds.items())
    for head, kinds in (("kinds", KINDS), ("kind of a sweep", SWEEP_KINDS))
)

GROUPS["plot"] = f"""
results RESULTS+  a results.nc, its folder, or a sweep
@mixed
--kind {"/".join(TAKES)}!  which picture
--out FILE^!  the picture: .png, .svg or .pdf
--outcome A,B  what to draw (default: by kind), {_of("outcome")}
--by NAME  factor of a sweep (default: the strongest), {_of("by")}
--scenarios A,B  only these scenarios
--select DIMENSION=NAME...  only this section, agency, ..., {_of("select")}; may be repeated
--smooth MONTHS  rolling window {_of("smooth")}
--at A,B  years or months {_of("at")}: 2006,2012-06
--title TEXT  the heading of the picture
--window FROM:TO  first and last month, YYYY-MM:YYYY-MM ({_of("window")}; default: that of the
    comparison, else from the first difference on)
"""


@partial(Verb, details=f"{_LISTED}\n")
def plot(options: Namespace) -> None:
    """Draw a picture of results, or of several results side by side.

    example: tajsim plot withdrawal --kind fan --outcome heroin_seized --out seized.png
    @plot
    """
    from tajsim.plots import SUFFIXES, draw, style

    chosen = given(options, f"outcome by select smooth at window {_ALWAYS}")
    takes = ", ".join(f"--{name}" for name in TAKES[options.kind])
    said = f"no option of the kind {options.kind}, which takes {takes}"
    refuse(f"--{name}: {said}" for name in chosen if name not in TAKES[options.kind])
    path = check_file(options.out, options.overwrite, endings=SUFFIXES)
    if options.kind in SWEEP_KINDS:
        from tajsim.plots.sweep import sweep_figure

        if (count := len(options.results)) > 1:
            raise UserError(f"{options.kind}: shows one sweep; {count} folders are given")
        style.save(sweep_figure(tajsim.load_sweep(options.results[0]), **chosen), path)
    else:
        datasets = [tajsim.load_results(results) for results in options.results]
        draw(options.kind, datasets, path, **chosen, **_table(options.kind, datasets))
    print(path)


def _table(kind: str, datasets: Sequence[Any]) -> dict[str, Any]:
    if kind != "targets":
        return {}
    from tajsim.analysis.validation import validate_dataset
    from tajsim.inputs.targets import load_targets

    return {"table": validate_dataset(datasets[0], tuple(load_targets().values())).table}


@Verb
def report(options: Namespace) -> None:
    """Write one HTML file that needs no network.

    It begins with the answer: the finding, a chart, numbers before and after, how sure they are.
    Then come the evidence by theme, the claims of the documents, what limits it, and how to make it
    again. Several results stand side by side if their runs are pairs (same seed and parameters),
    with the runs and months that all hold; the first scenario is the reference.

    example: tajsim report withdrawal --out withdrawal.html
    results RESULTS+  a results.nc or the folder that holds it
    @mixed
    --out FILE^!  the page: .html
    --window FROM:TO  first and last month, YYYY-MM:YYYY-MM (default: that of the results, or
        from the first difference to the end)
    """
    from tajsim.report.page import ENDINGS, write_report

    check_file(options.out, options.overwrite, endings=ENDINGS)
    window, overwrite = options.window, options.overwrite
    print(write_report(options.results, options.out, window=window, overwrite=overwrite))


#: One worker for each core: more than four would have too few runs each.
_USUAL_WORKERS = min(max(os.cpu_count() or 2, 2), 4)


@Verb
def app(options: Namespace) -> None:
    """Open a page in the browser on which you choose a scenario and a reference and move levers.

    It is served on this machine's loopback address only and needs no internet. What the page shows
    can be saved as a scenario file or as a link. Ctrl-C ends it.

    example: tajsim app --scenario russian-border-withdrawal --reference status-quo
    --scenario A  what levers change: a shipped scenario or a file
    --reference B  what it is compared with: a shipped scenario or a file
    --port N|8417  port (default 8417)
    --host ADDRESS|127.0.0.1  loopback address (default 127.0.0.1)
    --workers N  processes (default: one for each core, 2 to 4)
    @without
    --no-browser  print the address only
    """
    library("tornado", "app")
    import asyncio
    import webbrowser
    from threading import Thread

    from tajsim.app.server import bind, serve
    from tajsim.app.state import OPENS_ON, PageState, offered_scenarios
    from tajsim.inputs.switches import held_rules, listed

    workers = _USUAL_WORKERS if options.workers is None else options.workers
    if not 1 <= workers <= 16:
        raise UserError(f"--workers {workers}: expected 1 to 16")
    named = given(options, "scenario reference").values()
    for name in named:
        tajsim.load_scenario(name)
    offered = offered_scenarios(*named)
    sockets = bind(options.host, options.port)
    scenario = options.scenario or OPENS_ON
    parent = tajsim.load_scenario(scenario).extends or ""
    chosen = scenario, options.reference or (parent if parent in offered else offered[0])
    without = listed(options.without)
    held_rules(without)
    usual = PageState(*chosen, without=",".join(without))

    def ready(address: str, once: str) -> None:
        chosen = usual.query()
        said = "It serves this machine only, and whoever has this address. Ctrl-C ends it."
        print(f"The dashboard is at {address}&{chosen}\n{said}", flush=True)
        if not options.no_browser:
            # In a thread: some browsers return only when they are closed.
            Thread(target=webbrowser.open, args=(f"{once}&{chosen}",), daemon=True).start()

    asyncio.run(serve(sockets, offered, workers, ready))


@Verb
def calibrate(options: Namespace) -> None:
    """Fit the uncertain assumptions of the scenario 'history' to the targets kept for fitting.

    Numbers that are not given are those of the sample that ships with tajsim, which is not changed.
    Finished rounds are kept in the folder: the same command resumes where it was ended.

    example: tajsim calibrate --out my-calibration --workers 2
    --out FOLDER!  the folder of rounds, sample and tables
    --particles N  how many parameter sets are fitted together
    --prior-runs N  runs that screen the parameters and start the fit
    --seed N  seed of the draws
    @without
    @work
    """
    import tajsim.calibration.report as made
    from tajsim.calibration.calibrate import PRIOR_RUNS, calibrate
    from tajsim.calibration.smc import Method

    method = Method(**given(options, "particles seed"))
    prior_runs = PRIOR_RUNS if options.prior_runs is None else options.prior_runs
    with progress_bar("calibrating", options.progress) as progress:
        tell, workers = (lambda _, *counts: progress(*counts)), options.workers
        found = calibrate(options.out, method, prior_runs, workers, tell, options.without)
    made.write_results(found, options.out)
    print(made.tables_text(options.out))
    print(f"Sample and tables are in {options.out}.")

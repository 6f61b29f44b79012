"""The verbs that list what ships, check scenario files or begin one: no run is simulated."""

from __future__ import annotations

import shutil
import textwrap
from argparse import Namespace
from collections.abc import Sequence, Sized

import tajsim
from tajsim.cli.verb import Verb, finish, given, goes_with, progress_bar, table_file, write_table
from tajsim.errors import UserError, check_names, refuse
from tajsim.files import check_file, write_whole
from tajsim.inputs import experiment, ledger, outcomes as known_outcomes, registry, scenario_parts
from tajsim.results.numbers import WIDTH, counted, hanging, text_table

Loaded = scenario_parts.Scenario | experiment.Experiment
#: So many of each kind are listed.
_FOUND = 12


@Verb
def scenarios(options: Namespace) -> None:
    """List the shipped scenarios and experiments with their questions, or show one scenario.

    For one scenario: what it extends, its settings and events with the line that each comes from,
    and how many claims it has.

    example: tajsim scenarios irpt-ban
    scenario NAME?  a shipped one, or a file
    """
    if options.scenario:
        found = tajsim.load_scenario(options.scenario)
        extends = f", extends {found.extends}" if found.extends else ""
        print(f"{found.name}: {found.title}\n\n{textwrap.fill(found.question, WIDTH)}\n")
        print(f"{found.start} to {found.end}{extends}, {len(found.claims)} claims of its own")
        for name, columns, rows in scenario_parts.parts_of(found):
            if name != "Claims":
                print(f"\n{_table(columns, rows)}")
        return
    room = _terminal_width(60)
    for head, loaded in _shipped().items():
        print(head)
        indent = max(map(len, loaded)) + 4
        for name, one in loaded.items():
            print("\n".join(hanging(f"  {name}".ljust(indent), one.question, room)))


def _shipped() -> dict[str, dict[str, Loaded]]:
    """Return all that ships by name, under a heading for each kind."""
    ready, swept = scenario_parts.shipped_scenarios(), experiment.experiment_names()
    return {
        "Scenarios (tajsim run, compare, explain)": {n: tajsim.load_scenario(n) for n in ready},
        "\nExperiments (tajsim sweep)": {n: tajsim.load_experiment(n) for n in swept},
    }


def _terminal_width(least: int) -> int:
    return max(least, shutil.get_terminal_size((WIDTH, 24)).columns)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of words as text."""
    return text_table(head, rows, left=range(len(head)))


@Verb
def new(options: Namespace) -> None:
    """Write a commented scenario file that extends another, to be changed and run.

    example: tajsim new my-scenario.toml --from status-quo
    file FILE  the file to write; it must not exist
    --from>parent SCENARIO|status-quo  the scenario that it extends (default status-quo)
    """
    scenario_parts.new_scenario(options.file, options.parent)
    print(f"{options.file} is written; change it, then: tajsim check {options.file}")


@Verb
def check(options: Namespace) -> None:
    """Report every mistake of scenario and experiment files at once.

    Each is reported with its line, its key and what is expected.

    example: tajsim check my-scenario.toml
    files FILE+  a file or a shipped scenario or experiment
    """
    found: dict[str, Loaded] = {}
    wrong: list[str] = []
    for file in options.files:
        try:
            swept = experiment.is_experiment(file)
            found[file] = tajsim.load_experiment(file) if swept else tajsim.load_scenario(file)
        except UserError as error:
            wrong += error.messages
    refuse(wrong)
    for file, one in found.items():
        parts: dict[str, Sized]
        if isinstance(one, scenario_parts.Scenario):
            each, parts = "", {"setting": one.settings, "event": one.events, "claim": one.claims}
        else:
            parts = {"scenario": one.scenarios, "factor": one.factors, "kept number": one.keep}
            parts["run"], each = range(one.runs), f" of every point, design {one.design.kind}"
        told = ", ".join(counted(len(part), what) for what, part in parts.items())
        print(f"{file}: no mistakes; {one.start} to {one.end}, {told}{each}")


@Verb
def figures(options: Namespace) -> None:
    """Show one figure, or those of a subject or a role, with document, line and what uses them.

    example: tajsim figures --subject border
    figure ID?  one figure, in full
    --subject S  only figures of this subject
    --role R  only figures of this role
    """
    if options.figure and (options.subject or options.role):
        raise UserError("figures: give an ID, or --subject and --role, not both")
    # The names are checked before the model is read.
    one = ledger.figure(options.figure) if options.figure else None
    chosen = ledger.select(options.subject, options.role)

    from tajsim.analysis.mechanisms import figure_uses

    if one:
        print(ledger.format_figure(one, figure_uses()))
    else:
        print(ledger.format_figures(chosen, _terminal_width(72), figure_uses()))


@Verb
def parameters(options: Namespace) -> None:
    """Show parameters, or one in full with the figures behind it and the rules that read it.

    example: tajsim parameters agency_pay.border_troops
             tajsim parameters --ties --runs 400 --out ties.csv
    name NAME?  a parameter or a family of them
    --role uncertainty/fixed/lever/constant  of this role
    --basis documented/derived/assumption  of this basis
    --ties  draw each uncertain or fixed number from its range and test it against the headline
        outcomes of history and the paired differences of the scenarios; takes long
    --pairs A,B  scenarios whose differences --ties looks at (default: all)
    --out FILE^  a file for the table of --ties: .csv
    --runs N  runs of each pair of scenarios (default 200)
    --seed N  seed of the draws (default 1)
    @work
    """
    if options.ties:
        from tajsim.analysis.assumptions import ties, ties_text

        if options.name or options.role or options.basis:
            raise UserError("parameters: --ties goes with no NAME, --role or --basis")
        with table_file(options.out, options.overwrite) as file:
            with progress_bar("testing ties", options.progress) as progress:
                chosen = given(options, "runs seed workers")
                table = ties(scenarios=options.pairs or (), progress=progress, **chosen)
            if file:
                write_table(table, file)
        finish(options, ties_text(table), "table is")
        return
    goes_with(options, "pairs out runs seed", "--ties")
    known, families = registry.load_parameters(), registry.load_families()
    if options.name in known:
        print(_parameter_in_full(known[options.name]))
        return
    check_names("parameter", filter(None, [options.name]), [*known, *families])
    rows = [
        [p.name, f"{p.value:,.10g}", p.unit, _range(p), p.role, p.basis.kind, registry.holder(p)]
        for p in known.values()
        if options.name in (None, p.family)
        and options.role in (None, p.role)
        and options.basis in (None, p.basis.kind)
    ]
    head = ("parameter", "value", "unit", "range", "role", "basis", "held by")
    print(_table(head, rows))
    if options.name is None and options.basis is None:
        shared = "; one may hold for several actors"
        print(f"\n{len(rows)} values, {registry.number_count(options.role)} numbers{shared}.")


def _range(p: registry.Parameter) -> str:
    return f"{p.low:,.10g} to {p.high:,.10g}"


def _parameter_in_full(p: registry.Parameter) -> str:
    from tajsim.model.country import readers

    said = [p.basis.kind, *filter(None, [p.basis.arithmetic or p.basis.reason])]
    cited = (ledger.load_figures()[identity] for identity in dict.fromkeys(p.basis.figures))
    figures = [f"{f.id}: {f.text} {f.unit}, {f.what} ({f.document}:{f.line})" for f in cited]
    room = WIDTH - 7
    parts = {
        "value": [f"{p.value:,.10g} {p.unit}"],
        "range": [f"{_range(p)} ({p.spread})"],
        "role": [", ".join(filter(None, [p.role, registry.held_text(p)]))],
        "basis": textwrap.wrap(": ".join(said), room),
        "from": [line for f in figures for line in textwrap.wrap(f, room, subsequent_indent="  ")],
        "rules": [", ".join(readers().get(p.family, [])) or "no rule reads it"],
    }
    rows = [(name if i == 0 else "", line) for name in parts for i, line in enumerate(parts[name])]
    shown = [f"{name:7}{line}" for name, line in rows]
    return "\n".join([p.name, *textwrap.wrap(p.meaning, WIDTH), "", *shown])


@Verb
def outcomes(options: Namespace) -> None:
    """List the outcomes: label, unit, dimensions, and how months become one number.

    example: tajsim outcomes heroin_seized
    outcome NAME?  one outcome, in full
    """
    if options.outcome:
        one = known_outcomes.outcome(options.outcome)
        rows = [
            *([name, getattr(one, name)] for name in ("name", "label", "unit")),
            ["dimensions", ", ".join((*one.dimensions, "month", "run"))],
            ["over a window", f"{one.aggregate}, in {one.window_unit}"],
            *([["over places", one.places]] if one.places else []),
            ["meaning", one.meaning],
            ["mechanisms", ", ".join(one.mechanisms)],
        ]
        print(_table(("outcome", ""), rows))
        return
    rows = [
        [o.name, o.unit, ", ".join(o.dimensions), o.aggregate, o.places, o.label]
        for o in known_outcomes.load_outcomes().values()
    ]
    print(_table(("outcome", "unit", "dimensions", "window", "places", "label"), rows))


@Verb
def table(options: Namespace) -> None:
    """Print outcomes of results over time as a table, such as annual medians for a paper.

    Each year is brought to one number as the outcome says: flows are added, levels averaged.

    example: tajsim table withdrawal --outcome heroin_seized,rents_kept --by year --format md
    results RESULTS  a results.nc or the folder that holds it
    --outcome A,B  the outcomes (default: the headline ones)
    --by year/month  a row for each year (default) or month
    --stat median/mean/p05/p95/spread  of the runs: median (default), mean, p05, p95, or spread
        (median and 90 % of the runs)
    --each DIMENSION  a column for each place of a dimension, such as agency
    --select DIMENSION=NAME...  only this section, agency, ...; may be repeated
    --scenarios A,B  only these scenarios
    --format csv/md  csv or md, a table of Markdown (default: as FILE ends, else csv)
    --out FILE^  a file for the table (default: it is printed)
    """
    from tajsim.results.atlas import printed, yearly_table

    chosen = {"places": options.select, "chosen": options.scenarios}
    chosen |= given(options, "by stat each")
    found = yearly_table(tajsim.load_results(options.results), options.outcome, **chosen)
    ends = (f".{options.format}",) if options.format else (".csv", ".md")
    with table_file(options.out, options.overwrite, ends) as file:
        text = printed(found, options.format or (file.suffix[1:].lower() if file else "csv"))
        if file:
            write_whole(file, text)
    print(f"The table is in {options.out}." if options.out else text.rstrip())


@Verb
def find(options: Namespace) -> None:
    """Find parameters, outcomes, figures, mechanisms and scenarios by name, label and meaning.

    What has the word in its name comes first.

    example: tajsim find heroin
    word WORD  a word or a part of one
    """
    every, word = _named(), options.word.casefold()
    found: dict[str, list[tuple[str, str]]] = {}
    for kind, rows in every.items():
        held = [row for row in rows if word in f"{row[0]} {row[1]}".casefold()]
        # The name itself, names with the word, then texts with it.
        held.sort(key=lambda row: (row[0] != word, word not in row[0].casefold()))
        found |= {kind: held} if held else {}
    if not found:
        check_names("word", [options.word], [n for rows in every.values() for n, _ in rows])
    for kind, held in found.items():
        print(kind.format(len(held)))
        for name, text in held[:_FOUND]:
            room = max(_terminal_width(60) - len(name) - 4, 20)
            print(f"  {name}  {textwrap.shorten(text, room, placeholder=' ...')}")
        print(f"  ... and {len(held) - _FOUND} more\n" if len(held) > _FOUND else "")


def _named() -> dict[str, list[tuple[str, str]]]:
    """Return name and text of everything, by a heading for the number and the verb of each kind."""
    return {
        "Scenarios and experiments ({}): tajsim scenarios NAME": [
            (name, f"{one.title}: {one.question}")
            for loaded in _shipped().values()
            for name, one in loaded.items()
        ],
        "Outcomes ({}): tajsim outcomes NAME": [
            (o.name, f"{o.label} ({o.unit}): {o.meaning}")
            for o in known_outcomes.load_outcomes().values()
        ],
        "Parameters ({}): tajsim parameters NAME": [
            (p.name, f"{p.meaning} ({p.value:,.10g} {p.unit})")
            for p in registry.load_parameters().values()
        ],
        "Mechanisms ({}): tajsim mechanisms ID": [
            (m.id, f"{m.statement} ({m.status})") for m in ledger.load_mechanisms().values()
        ],
        "Figures ({}): tajsim figures ID": [
            (f.id, f"{f.text} {f.unit}, {f.what} ({f.document}:{f.line})")
            for f in ledger.load_figures().values()
        ],
    }


@Verb
def mechanisms(options: Namespace) -> None:
    """Show the statements of the documents about cause and effect, with their grades, or one.

    With --ablate the answers of the rules of each theme, and of each mechanism that rules carry,
    are held in turn, over 50 runs unless said otherwise. Told is which headline outcomes of
    status-quo move (by 5 % of their level or a fifth of their spread over runs), which signs,
    claims and targets change their verdict, and which mechanisms carry nothing. All take an hour.

    example: tajsim mechanisms M47
             tajsim mechanisms --ablate --only M47,militants --out ablation.csv
    mechanism ID?  one mechanism, in full
    --status S  only those of this status: modelled, 'in a scenario', 'left out' or open
    --ablate  hold each theme and each mechanism in turn, and tell what that changes
    --only A,B  hold these alone: mechanisms, themes or rules
    --out FILE^  a file for the table of --ablate, written after each: .csv; goes on with it
    --runs N  runs (default 50)
    @chance
    """
    if options.ablate:
        from tajsim.analysis.ablation import ablate, ablation_text

        if options.mechanism or options.status or options.without:
            raise UserError("mechanisms: --ablate goes with --only, not ID, --status or --without")
        place = options.out and check_file(options.out, True, endings=(".csv",))
        if place and options.overwrite:
            place.unlink(missing_ok=True)
        draws = given(options, "runs seed parameters workers")
        with progress_bar("holding", options.progress) as progress:  # FILE is kept whatever happens
            table = ablate(*(options.only or ()), progress=progress, out=place, **draws)
        finish(options, ablation_text(table), "table is")
        return
    goes_with(options, "only out runs seed parameters", "--ablate")
    if options.mechanism and options.status:
        raise UserError("mechanisms: give an ID or --status, not both")
    # The names are checked before the model is read.
    one = ledger.mechanism(options.mechanism) if options.mechanism else None
    chosen = ledger.with_status(options.status)

    from tajsim.analysis.mechanisms import mechanism_in_full, mechanism_table

    print(mechanism_in_full(one) if one else mechanism_table(chosen))

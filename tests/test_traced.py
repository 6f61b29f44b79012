"""The month can be traced: one static graph is the model's own month, to the bit, in every run."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from month_check import MonthCheck

from benchmarks.digests import states
from tajsim import TajikistanModel, load_scenario
from tajsim.agents.commander import SERVING
from tajsim.compiled import engine, tracer
from tajsim.compiled.traced import OPERATIONS, RUNS, Input, TraceError
from tajsim.inputs.outcomes import load_outcomes

pytestmark = pytest.mark.usefixtures("compiled_runs")

#: Scenario -> the months in which it is held against the graph.
SAMPLE = {
    "status-quo": (2, 17, 60),
    "irpt-ban": (14, 60, 130),
    "russian-border-withdrawal": (14, 32, 60),
    "elite-purge": (14, 36, 60),
}


def build(scenario: str = "status-quo", runs: Any = 8) -> TajikistanModel:
    found = load_scenario(scenario)
    return TajikistanModel(runs=runs, seed=1, settings=found.settings, events=found.events)


def later(model: TajikistanModel, months: int) -> TajikistanModel:
    engine.advance(model, engine.program_for(model, engine.chosen()), months)
    return model


def in_month(model: TajikistanModel, month: int = 14) -> TajikistanModel:
    """Return a model as if so many months were simulated: a trace asks for no numbers."""
    model.months_run = month
    return model


@cache
def gate() -> MonthCheck:
    """One month, traced once, of another scenario and other runs than it is held against."""
    return MonthCheck(in_month(build("history", runs=range(50, 63))))


def test_one_graph_is_the_month_of_any_scenario() -> None:
    for scenario, months in SAMPLE.items():
        model = build(scenario)
        for month in months:
            missed = gate().step(later(model, month))
            assert not missed, f"{scenario}, month {month}: {missed}"
    model = later(build(), 2)
    model.commanders.status[:, 0] = SERVING  # somebody waits for a post in every run so far
    assert gate().step(model) == []
    # What is entered because one run needs it has left others as they are.
    assert gate().untried == set()


def test_one_graph_is_the_month_in_which_the_term_ends() -> None:
    model = later(TajikistanModel(runs=8, start="2020-05"), 2)
    assert [gate().step(model) for _ in range(3)] == [[], [], []]
    assert model.regime.ending.all() and len({*model.regime.ending}) > 1


@pytest.mark.parametrize("runs", [[3], [7, 3], 100])
def test_one_graph_is_the_month_of_any_number_of_runs(runs: Any) -> None:
    assert gate().step(later(build(runs=runs), 9)) == []


def test_a_model_is_left_as_it_was() -> None:
    model, other = later(build(), 4), later(build(), 4)
    tracer.trace(model)
    model.step()
    other.step()
    assert dict(states(model, "", set())) == dict(states(other, "", set()))


def test_the_graph_holds_what_a_generator_of_code_needs() -> None:
    graph = gate().graph
    nodes = graph.nodes()
    assert {node.op for node in nodes} <= OPERATIONS.keys() | {"input", "constant", "spread"}
    assert graph.outcomes.keys() == load_outcomes().keys()
    assert {"commanders.loyalty", "outside.harvest", "price_in", "money"} <= graph.states.keys()
    dates = ("calendar.to_term_end", "calendar.harvest_in", "calendar.term_ends")
    asked = {Input("draw", "harvest", ("afghanistan",)), Input("parameter", "agency_pay.army")}
    assert asked.union(Input("state", date) for date in dates) <= {*graph.inputs()}
    # The run axis comes last, or the node is the same in all runs; each node follows its own.
    assert all(not node.shape or node.shape[-1] in (RUNS, 1) for node in nodes)
    place = {id(node): i for i, node in enumerate(nodes)}
    assert all(place[id(arg)] < place[id(node)] for node in nodes for arg in node.args)
    assert all(Path(node.place.rpartition(":")[0]).suffix == ".py" for node in nodes)


KEPT = np.linspace(0.0, 1.0, 13)
PLANTED = Path(__file__).with_name("data") / "planted.txt"
#: Number of a line of the file -> the code of a stage, and what is said of it.
LINES = {
    number: line.split("  #")
    for number, line in enumerate(PLANTED.read_text(encoding="utf-8").splitlines(), 1)
    if line and line[0] != "#"
}
*REFUSED, NEUTRAL, LOOSE, LOOSE_ROWS = LINES


def planted(number: int) -> TajikistanModel:
    """Return a model whose months are the stage of a line."""
    code = compile("\n" * (number - 1) + LINES[number][0], str(PLANTED), "exec")

    class Planted(TajikistanModel):
        month = (("planted", lambda c: exec(code, {"np": np, "KEPT": KEPT, "c": c})),)

    return in_month(Planted(runs=13, seed=1, outcomes=[], settled=False))


def hold_line(error: pytest.ExceptionInfo[TraceError], number: int) -> None:
    """Hold that a line is named and shown, and what is said of it besides."""
    line = "  #".join(LINES[number]).strip()
    said, shown, rest = str(error.value).partition(f"`{line}`")
    assert f"{PLANTED.name}:{number}: " in said
    assert LINES[number][1].strip() in said
    assert shown and "\n" not in rest


@pytest.mark.parametrize("number", REFUSED)
def test_what_cannot_be_traced_is_refused_with_its_line(number: int) -> None:
    with pytest.raises(TraceError) as error:
        tracer.trace(planted(number))
    hold_line(error, number)


def test_a_guarded_block_that_is_not_neutral_is_refused_with_its_line() -> None:
    MonthCheck(planted(NEUTRAL)).step(planted(NEUTRAL))
    for number in (LOOSE, LOOSE_ROWS):
        with pytest.raises(TraceError) as error:
            MonthCheck(planted(number)).step(planted(number))
        hold_line(error, number)

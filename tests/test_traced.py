"""The month can be traced: one static graph is the model's own month, to the bit, in every run."""

import inspect
from collections.abc import Callable
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
from tajsim.model.country import Country

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
    # Somebody waits for a post in every run so far.
    model = later(build(), 2)
    model.commanders.status[:, 0] = SERVING
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
    asked = graph.inputs()
    assert Input("draw", "harvest", ("afghanistan",)) in asked
    assert Input("parameter", "agency_pay.army") in asked
    dates = {"calendar.to_term_end", "calendar.harvest_in", "calendar.term_ends"}
    assert dates <= {i.name for i in asked if i.kind == "state"}
    # The run axis comes last, or the node is the same in all runs; each node follows its own.
    assert all(not node.shape or node.shape[-1] in (RUNS, 1) for node in nodes)
    place = {id(node): i for i, node in enumerate(nodes)}
    assert all(place[id(arg)] < place[id(node)] for node in nodes for arg in node.args)
    assert all(Path(node.place.rpartition(":")[0]).suffix == ".py" for node in nodes)


def branch(country: Country) -> None:
    if country.cronyism > 1.0:
        country.cronyism = country.cronyism * 0.5


def number(country: Country) -> None:
    country.barrier = country.barrier * float(country.cronyism)


def whole(country: Country) -> None:
    country.barrier = country.barrier / country.cronyism.max()


def truth(country: Country) -> None:
    country.barrier = country.barrier * bool(country.fall)


def mask(country: Country) -> None:
    country.regions.grievance[country.regions.grievance > 0.5] = 0.5


def rows(country: Country) -> None:
    angry = country.regions.grievance > 0.5
    country.barrier = country.barrier + country.regions.grievance[angry].sum()


def one_run(country: Country) -> None:
    country.barrier = country.barrier + country.cronyism[0]


def june(country: Country) -> None:
    if country.calendar_month % 12 == 5:
        country.barrier = country.barrier + 1.0


KEPT = np.linspace(0.0, 1.0, 13)


def elsewhere(country: Country) -> None:
    country.barrier = country.barrier + KEPT[: country.run_count]


def unknown(country: Country) -> None:
    country.barrier = np.sinc(country.barrier)


def made_outside(country: Country) -> None:
    KEPT[:] = country.barrier


def neutral(country: Country) -> None:
    if (country.barrier > 1.0).any():
        country.barrier = country.barrier + (country.barrier > 1.0)


def not_neutral(country: Country) -> None:
    if (country.barrier > 1.0).any():
        country.barrier = country.barrier + 0.001


def rows_not_neutral(country: Country) -> None:
    for _ in np.flatnonzero((country.regions.protest > 0.5).any(axis=1)):
        country.cronyism = country.cronyism * 1.001


def planted(stage: Callable[[Country], None]) -> TajikistanModel:
    """Return a model whose months are one stage."""

    class Planted(TajikistanModel):
        month = (("planted", stage),)

    return in_month(Planted(runs=13, seed=1, outcomes=[], settled=False))


def line_of(stage: Callable[[Country], None]) -> int:
    return inspect.getsourcelines(stage)[1] + 1 + (stage is rows)


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (branch, "a branch on the value of an array"),
        (number, "one number is taken"),
        (truth, "a branch on the value of an array"),
        (whole, "runs are put together"),
        (mask, "a mask that may differ by run"),
        (rows, "a mask that may differ by run"),
        (one_run, "some runs are singled out"),
        (june, "a branch on the month"),
        (elsewhere, "numbers of runs that are no state"),
        (unknown, "cannot be traced"),
        (made_outside, "made outside it"),
    ],
)
def test_what_cannot_be_traced_is_refused_with_its_line(
    stage: Callable[[Country], None], said: str
) -> None:
    with pytest.raises(TraceError) as error:
        tracer.trace(planted(stage))
    assert f"{Path(__file__).name}:{line_of(stage)}: " in str(error.value)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_guarded_block_that_is_not_neutral_is_refused_with_its_line() -> None:
    MonthCheck(planted(neutral)).step(planted(neutral))
    for stage in (not_neutral, rows_not_neutral):
        with pytest.raises(TraceError, match="in which the condition does not hold") as error:
            MonthCheck(planted(stage)).step(planted(stage))
        assert f"{Path(__file__).name}:{line_of(stage)}: " in str(error.value)

"""Every shipped scenario runs, and differs from its parent only from its own first event on."""

from functools import cache

import numpy as np
import pytest
from conftest import finished

from tajsim.agents.agency import MEETS_TRAFFICKERS
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.scenario_parts import Scenario, load_scenario, shipped_scenarios
from tajsim.inputs.toml import month_names

RUNS, SEED = 3, 1
#: So many months are run, from the January of the year before a scenario's first own event.
MONTHS = 32
pytestmark = pytest.mark.usefixtures("all_soon", "compiled_runs")
#: What answers a rare event needs longer until it can differ.
RARE = {"khorog-talks": 120, "peace-without-foreign-fighters": 72}
#: What does the same as its parent in other months.
MOVED = {"irpt-banned-in-2010"}
NAMES = [name for name in shipped_scenarios() if load_scenario(name).extends]
Record = dict[str, np.ndarray]

SAME = "not one outcome of {name} differs from {parent} after {month}"
#: Shares that are missing where there is nothing of these.
WHOLES = {"seizure_willingness": "heroin_met", "seizure_honesty": "heroin_seized_by"}


def first_own_event(scenario: Scenario, parent: Scenario) -> str:
    """Return the month from which a scenario may differ: of its first event, or its start."""
    if scenario.settings != parent.settings:
        return scenario.start
    own = [e for e in scenario.events if not any(e.deed == other.deed for other in parent.events)]
    return min(event.month for event in own)


@cache
def simulated(name: str, start: str, months: int) -> Record:
    """Return every outcome of a scenario from a month on; a parent once, for all its children."""
    scenario = load_scenario(name)
    end = month_names(start, scenario.end)[:months][-1]
    events = [event for event in scenario.events if event.month >= start]
    options = {"settings": scenario.settings, "events": events}
    return finished(runs=RUNS, seed=SEED, start=start, end=end, **options).record


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_and_differs_from_its_parent_from_its_first_event_on(name: str) -> None:
    scenario = load_scenario(name)
    parent = load_scenario(scenario.extends or "")
    month = first_own_event(scenario, parent)
    start = max(scenario.start, f"{int(month[:4]) - 1}-01")
    until = month_names(start, scenario.end).index(month)
    many = RARE.get(name, MONTHS)
    ours, theirs = simulated(name, start, many), simulated(parent.name, start, many)
    outcomes, strength = load_outcomes(), ours["strength"]
    assert set(ours) == set(outcomes)
    changed = []
    for outcome, series in ours.items():
        there = strength >= 1.0 if outcomes[outcome].places == "people" else True
        if outcome == "collusion":  # of those who meet traffickers
            there = there & (MEETS_TRAFFICKERS > 0.0)[..., None]
        found = np.isfinite(series)
        if outcome in WHOLES:  # a share of what an agency meets, or seizes
            np.testing.assert_array_equal(found, there & (ours[WHOLES[outcome]] > 0.0), outcome)
        elif outcomes[outcome].missing:
            assert found.any(), outcome
        else:
            assert (found == there).all(), outcome
        other = theirs[outcome]
        same = (series == other) | (np.isnan(series) & np.isnan(other))
        assert same[..., :until, :].all(), f"{outcome} differs before {month}"
        if not same.all():
            changed.append(outcome)
    assert len(changed) > 1, SAME.format(name=name, parent=parent.name, month=month)


def test_a_scenario_changes_nothing_but_what_it_says() -> None:
    """Scenarios other than history add few events, all of one purpose, to those of the parent."""
    for name in NAMES:
        # The deals that a file holds stand in place of those that its parents hold.
        ours = [e for e in load_scenario(name).events if not e.holds]
        parent = load_scenario(load_scenario(name).extends or "")
        theirs = [e for e in parent.events if not e.holds]
        kept = [e for e in theirs if any(e.deed == own.deed for own in ours)]
        if name in MOVED:
            done = [(own.kind, own.arguments) for own in ours]
            kept = [e for e in theirs if (e.kind, e.arguments) in done]
        assert len(kept) == len(theirs), f"{name} loses an event of {parent.name}"
        assert name == "history" or len(ours) - len(kept) <= 6

"""Rules move the way that the statements of the documents say they do.

For each row: with everything else drawn anywhere in its range, one argument of a rule goes from
the low to the high end of its range. The result must nowhere move against the sign, and must move
with it in some runs. What rules answer at single points are expressions that must be true.
"""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import finished
from rule_inputs import Rule, all_rules, answer, between, parameters_of, state_range, states

from tajsim.analysis.mechanisms import mechanism_index
from tajsim.axes import AGENCIES, TASKS, Array
from tajsim.inputs.registry import load_families, load_parameters
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.model.model import TajikistanModel
from tajsim.model.stages.partners import perceived_threats

pytestmark = pytest.mark.usefixtures("compiled_runs")

#: Rules by ``function`` and by ``file.function``, where two files have one of that name.
RULES = {
    short: (name, rule)
    for name, rule in all_rules().items()
    for short in (name.rpartition(".")[2], name)
}
RUNS = 2000

DATA = Path(__file__).with_name("data")
#: Rows of statements with their mechanism, of what only docstrings say, and of what is absent.
_, WORDS, _, MORE, _, ABSENT = map(
    str.split, (DATA / "rule-signs.txt").read_text(encoding="utf-8").strip().split("\n\n")
)
ROWS = list(zip(WORDS[::4], WORDS[1::4], WORDS[2::4], WORDS[3::4], strict=True))
TRIED = [row[1:] for row in ROWS] + list(zip(MORE[::3], MORE[1::3], MORE[2::3], strict=True))
NEUTRAL = list(zip(ABSENT[::4], ABSENT[1::4], ABSENT[2::4], ABSENT[3::4], strict=True))
FACTS = (DATA / "rule-facts.txt").read_text(encoding="utf-8").splitlines()


def ends_of(name: str, rule: Rule) -> tuple[float, float]:
    """Return the low and the high end of the range of an argument."""
    if name not in parameters_of(rule):
        return state_range(rule, name)
    rows = [p for p in load_parameters().values() if p.family == load_families()[name].name]
    return min(p.low for p in rows), max(p.high for p in rows)


def asked(place: str, argument: str, value: float) -> tuple[Array, dict[str, Array]]:
    """Return what a rule answers with one argument at a value, and the parameters it reads."""
    name, _, index = place.rstrip("]").partition("[")
    _, rule = RULES[name]
    random = np.random.default_rng(7)
    given, read = states(rule, RUNS, random), between(rule, RUNS, random)
    holder = read if argument in read else given
    holder[argument] = np.full_like(holder[argument], value)
    found = rule(*given.values(), **read)
    return (found[int(index)] if index else found), read


@pytest.mark.parametrize(("place", "argument", "sign"), TRIED)
def test_the_rule_moves_as_the_statement_says(place: str, argument: str, sign: str) -> None:
    ends = ends_of(argument, RULES[place.partition("[")[0]][1])
    low, high = (asked(place, argument, end)[0] for end in ends)
    change = (high - low) * (1.0 if sign == "+" else -1.0)
    scale = np.abs(high) + np.abs(low)
    assert (change >= -1e-9 * scale).all()
    assert (change > 1e-9 * scale).any()


@pytest.mark.parametrize(("place", "argument", "value", "left"), NEUTRAL)
def test_a_mechanism_can_be_absent(place: str, argument: str, value: str, left: str) -> None:
    found, read = asked(place, argument, float(value))
    np.testing.assert_allclose(found, read[left] if left in read else float(left), rtol=1e-7)


def in_numbers(rule: Rule) -> Callable[..., Any]:
    """Return a rule that takes and gives numbers; parameters not named are at their values."""

    def ask(*state: float, **given: float) -> Any:
        found = answer(rule, *state, **given)
        if not isinstance(found, tuple):
            return float(found.item())
        parts = [float(part.item()) for part in found]
        return type(found)(*parts) if hasattr(found, "_fields") else tuple(parts)

    return ask


@pytest.mark.parametrize("fact", [line for line in FACTS if line and line[0] != "#"])
def test_what_a_rule_answers_at_a_point(fact: str) -> None:
    themes: dict[str, Any] = defaultdict(SimpleNamespace)
    for name, rule in all_rules().items():
        theme, _, short = name.partition(".")
        setattr(themes[theme], short, in_numbers(rule))
    assert eval(fact, {"near": pytest.approx, **themes})


def test_the_rules_tried_carry_their_rows() -> None:
    places = {(row[0], RULES[row[1].partition("[")[0]][0]) for row in ROWS}
    assert len(ROWS) > 100 and {row[3] for row in ROWS} == {"+", "-"}
    assert [p for p in places if f"rules.{p[1]}" not in mechanism_index()[p[0]]] == []


def test_the_regime_ranks_tasks_by_its_survival() -> None:
    """M08, M53: what partners fear most, drugs and militants from abroad, weighs least at home."""
    weight = {task: load_parameters()[f"survival_weight.{task}"] for task in TASKS}
    for home in ("internal_order", "elite_control"):
        for abroad in ("drugs", "militancy"):
            assert weight[home].low > weight[abroad].high


def simulated(end: str, **options: Any) -> TajikistanModel:
    events = load_scenario("russian-border-withdrawal").events
    return finished(runs=2, seed=1, end=end, events=events, **options)


def test_what_is_pledged_does_not_all_arrive() -> None:
    """O16: of what deals promise, the delivered share arrives."""
    half, all_of_it = (
        simulated("2004-02", settings={"delivery": share, "delivery_moscow": share}).record
        for share in (0.5, 1.0)
    )
    assert (all_of_it["aid_delivered"] > 0.0).any()
    first = 0.5 * all_of_it["aid_delivered"][:, 0]
    np.testing.assert_allclose(half["aid_delivered"][:, 0], first, rtol=1e-3)


def test_what_leaving_guards_hand_over_helps_their_successors() -> None:
    """M75: with a larger exit package the Tajik guards who take over are better."""
    calm = {"purge_rate": 0.0, "break_rate": 0.0}
    quality = [
        simulated("2007-12", settings=calm | {"exit_package": worth}).record["quality"]
        for worth in (load_parameters()["exit_package"].low, load_parameters()["exit_package"].high)
    ]
    own = AGENCIES.index("border_troops")
    assert (quality[1][own, -1] > quality[0][own, -1]).all()
    np.testing.assert_array_equal(quality[1][own, 0], quality[0][own, 0])


def test_fighters_who_stay_abroad_do_not_alarm_the_regime() -> None:
    """M97: what counts is who is inside and means the regime; who passes through is left alone."""
    model = simulated("2004-02")
    militancy = TASKS.index("militancy")
    before = perceived_threats(model)
    for group in model.militants:
        group.fighters = group.fighters * 10.0
    seen = []
    for name in ("imu", "islamic_state"):
        group = model.militant_group[name]
        group.inside = group.inside + 100.0
        seen.append(perceived_threats(model)[militancy] - before[militancy])
        group.inside = group.inside - 100.0
    assert (seen[0] > 0.0).all() and (seen[0] < seen[1]).all()
    model.militants.inside = model.militants.inside + 100.0
    assert (perceived_threats(model)[militancy] > before[militancy]).all()

"""Rules move the way that the statements of the documents say they do.

For each row: with everything else drawn anywhere in its range, one argument of a rule goes from
the low to the high end of its range. The result must nowhere move against the sign, and must move
with it in some runs.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rule_inputs import all_rules, between, parameters_of, state_range, states

from tajsim.analysis.mechanisms import mechanism_index
from tajsim.axes import AGENCIES, TASKS, Array
from tajsim.inputs.registry import load_families, load_parameters, parameter
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

_TEXT = (Path(__file__).with_name("data") / "rule-signs.txt").read_text(encoding="utf-8")
#: Rows of statements with their mechanism, and rows of what only docstrings say.
_, WORDS, _, MORE = map(str.split, _TEXT.strip().split("\n\n"))
ROWS = list(zip(WORDS[::4], WORDS[1::4], WORDS[2::4], WORDS[3::4], strict=True))
TRIED = [row[1:] for row in ROWS] + list(zip(MORE[::3], MORE[1::3], MORE[2::3], strict=True))


def ends_of(name: str, rule_name: str, like: Array) -> tuple[Array, Array]:
    """Return the argument at the low and at the high end of its range, in its own shape."""
    rule = RULES[rule_name][1]
    if name not in parameters_of(rule):
        low, high = state_range(rule, name)
    else:
        rows = [p for p in load_parameters().values() if p.family == load_families()[name].name]
        low, high = min(p.low for p in rows), max(p.high for p in rows)
    return np.full_like(like, low), np.full_like(like, high)


@pytest.mark.parametrize(("place", "argument", "sign"), TRIED)
def test_the_rule_moves_as_the_statement_says(place: str, argument: str, sign: str) -> None:
    name, _, index = place.rstrip("]").partition("[")
    _, rule = RULES[name]
    random = np.random.default_rng(7)
    given, read = states(rule, RUNS, random), between(rule, RUNS, random)
    holder = read if argument in read else given
    found = []
    for end in ends_of(argument, name, holder[argument]):
        holder[argument] = end
        result = rule(*given.values(), **read)
        found.append(result[int(index)] if index else result)
    change = (found[1] - found[0]) * (1.0 if sign == "+" else -1.0)
    scale = np.abs(found[1]) + np.abs(found[0])
    assert (change >= -1e-9 * scale).all()
    assert (change > 1e-9 * scale).any()


def test_the_rules_tried_carry_their_rows() -> None:
    places = {(row[0], RULES[row[1].partition("[")[0]][0]) for row in ROWS}
    assert [p for p in places if f"rules.{p[1]}" not in mechanism_index()[p[0]]] == []


def test_the_regime_ranks_tasks_by_its_survival() -> None:
    """M08, M53: what partners fear most, drugs and militants from abroad, weighs least at home."""
    weight = {task: parameter(f"survival_weight.{task}") for task in TASKS}
    for home in ("internal_order", "elite_control"):
        for abroad in ("drugs", "militancy"):
            assert weight[home].low > weight[abroad].high


def simulated(end: str, **options: Any) -> TajikistanModel:
    events = load_scenario("russian-border-withdrawal").events
    model = TajikistanModel(runs=2, seed=1, end=end, events=events, **options)
    model.run_to_end()
    return model


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
        for worth in (parameter("exit_package").low, parameter("exit_package").high)
    ]
    own = AGENCIES.index("border_troops")
    assert (quality[1][own, -1] > quality[0][own, -1]).all()
    np.testing.assert_array_equal(quality[1][own, 0], quality[0][own, 0])


def test_fighters_who_stay_abroad_do_not_alarm_the_regime() -> None:
    """M97: what counts is who is inside; fighters with other aims are left alone."""
    model = simulated("2004-02")
    militancy = TASKS.index("militancy")
    before = perceived_threats(model)
    for group in model.militants:
        group.fighters = group.fighters * 10.0
    np.testing.assert_array_equal(perceived_threats(model), before)
    model.militants_inside = model.militants_inside + 100.0
    assert (perceived_threats(model)[militancy] > before[militancy]).all()


def test_the_table_is_read_in_full() -> None:
    assert len(WORDS) % 4 == 0
    assert {row[3] for row in ROWS} == {"+", "-"}
    assert len(ROWS) > 100

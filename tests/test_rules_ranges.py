"""Every rule, at every corner of its parameters' ranges and over its states' ranges."""

import re

import numpy as np
import pytest
import rule_inputs

from tajsim.axes import Array

RULES = rule_inputs.all_rules()
RUNS = 4096
#: Rules whose results may be negative: flows that go both ways, profits, logarithms, positions.
SIGNED = frozenset(
    """
    attention_step benefit better_terms gains mood_step prices autoregressive better_off_step
    threat_parts margin growth_after_record boom_step alignment loyalty_aim
    migration_flow price_of_post strength_change opening package_gains
""".split()  # noqa: SIM905
)
_SHARE = re.compile(r"\b(share|shares|probability|0 to 1|0 to below 1)\b")


def results(rule: rule_inputs.Rule, seed: int) -> tuple[Array, ...]:
    """Return what a rule answers, as a tuple."""
    random = np.random.default_rng(seed)
    found = rule(
        *rule_inputs.states(rule, RUNS, random).values(), **rule_inputs.corners(rule, RUNS, random)
    )
    return found if isinstance(found, tuple) else (found,)


def answers_a_share(rule: rule_inputs.Rule) -> bool:
    """Return whether the first paragraph of the docstring promises a share or probability."""
    first = (rule.__doc__ or "").split("\n\n")[0]
    steps_a_share = (
        rule.__name__.endswith("_step") and rule_inputs.state_names(rule)[0] in rule_inputs.SHARES
    )
    return bool(_SHARE.search(first)) or steps_a_share


@pytest.mark.parametrize("name", RULES)
def test_finite_and_in_range(name: str) -> None:
    rule = RULES[name]
    assert 2 ** len(rule_inputs.parameters_of(rule)) <= RUNS, "all corners are tried"
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        found = [result for seed in (1, 2) for result in results(rule, seed)]
    for result in found:
        assert np.isfinite(result).all()
        assert result.shape[-1] == RUNS, "the last axis is run"
        if rule.__name__ not in SIGNED:
            assert result.min() >= -1e-12
        if answers_a_share(rule):
            assert result.max() <= 1.0 + 1e-12


def test_no_range_is_left_over() -> None:
    used = {
        (rule.__name__, name) for rule in RULES.values() for name in rule_inputs.state_names(rule)
    }
    names = {name for _, name in used}
    assert set(rule_inputs.SHARES) | set(rule_inputs.RANGES) <= names
    assert set(rule_inputs.SPECIAL) <= {".".join(pair) for pair in used}
    assert {(rule, name) for rule, shapes in rule_inputs.SHAPES.items() for name in shapes} <= used

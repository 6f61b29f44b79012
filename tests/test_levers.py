"""Each lever moves an outcome: all of them tried at once, a block of runs for each value.

The runs of every block have the same numbers, so they share every draw, and a difference between
the block with a lever at its low end and the block with it at its high end is the lever's doing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tajsim.axes import COMMANDERS
from tajsim.inputs.parameters import load_parameters, parameter
from tajsim.inputs.values import ParameterValues
from tajsim.model import model as model_module
from tajsim.model.model import TajikistanModel

RUNS, SEED, END = 4, 1, "2007-12"
LEVERS = [name for name, p in load_parameters().items() if p.role == "lever"]

#: The least change between the ends of the range that counts, relative to the outcome's size.
VISIBLE = 1e-3

#: Outcomes that only repeat the lever of the family.
ECHOES = {
    "agency_strength": "strength",
    "agency_pay": "pay",
    "pay_topup": "pay",
    "debt_to_russia": "foreign_debt",
}

REPRESSION = {"party_appeal": "high", "ladder_rate": "high"}
#: Mutinies that the state may lose; one month's fighting decides each.
FIGHTING = {
    "mutiny_rate": "high",
    "mutiny_edge": "low",
    "loyalty_base": "low",
    "loyalty_start": "low",
    "agency_strength.interior_ministry": "low",
    **{f"commander_following.{name}": "high" for name in COMMANDERS},
}
#: Levers that matter in a situation only, and the other parameters that bring it about.
SITUATIONS: dict[str, dict[str, str]] = {
    "moscow_tolerance": REPRESSION,
    "west_priority": REPRESSION,
    "internal_backing": {**FIGHTING, "power_guarantee.russia": "high"},
    "agency_strength.army": FIGHTING,
    "agency_strength.presidential_guard": FIGHTING,
    "agency_pay.presidential_guard": FIGHTING,
    "power_attention.uzbekistan": {"power_budget.uzbekistan": "high"},
}


def at(end: str, name: str) -> float:
    """Return the low or high end of a parameter's range."""
    found: float = getattr(parameter(name), end)
    return found


@dataclass(frozen=True)
class Block:
    """Runs 0 to RUNS - 1 with these settings."""

    settings: Mapping[str, float]


def block(lever: str, end: str) -> Block:
    situation = SITUATIONS.get(lever, {})
    settings = {name: at(other_end, name) for name, other_end in situation.items()}
    return Block({**settings, lever: at(end, lever)})


class ValuesOfBlocks(ParameterValues):
    """Parameter values with other settings in each block of runs."""

    blocks: tuple[Block, ...] = ()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for i, one in enumerate(self.blocks):
            for name, value in one.settings.items():
                changed = self[name].copy()
                changed[i * RUNS : (i + 1) * RUNS] = value
                self.set(name, changed)


def simulate(blocks: list[Block], end: str = END) -> list[dict[str, np.ndarray[Any, Any]]]:
    """Return the record of each block, ``dimensions + (month, run)`` by outcome."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ValuesOfBlocks, "blocks", tuple(blocks))
        patch.setattr(model_module, "ParameterValues", ValuesOfBlocks)
        model = TajikistanModel(runs=[*range(RUNS)] * len(blocks), seed=SEED, end=end)
        model.run_to_end()
    parts = [slice(i * RUNS, (i + 1) * RUNS) for i in range(len(blocks))]
    return [{name: found[..., part] for name, found in model.record.items()} for part in parts]


@pytest.fixture(scope="module")
def ends() -> dict[str, tuple[Any, Any]]:
    """For each lever, the record with it at its low and at its high end."""
    records = iter(simulate([block(lever, end) for lever in LEVERS for end in ("low", "high")]))
    return dict(zip(LEVERS, zip(records, records, strict=True), strict=True))


def moved(low: Mapping[str, Any], high: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Return outcomes that differ, with the mean difference over the mean size."""
    for name in low:
        one, other = low[name].astype(float), high[name].astype(float)
        size = 0.5 * np.mean(np.abs(one) + np.abs(other))
        if size > 0.0:
            yield name, float(np.mean(np.abs(one - other)) / size)


def test_a_block_equals_a_model_of_its_own() -> None:
    lever = "agency_pay.border_troops"
    _, together = simulate([block("party_appeal", "low"), block(lever, "high")], end="2004-06")
    settings = {lever: at("high", lever)}
    alone = TajikistanModel(runs=RUNS, seed=SEED, end="2004-06", settings=settings)
    alone.run_to_end()
    assert all(np.array_equal(together[name], found) for name, found in alone.record.items())


@pytest.mark.parametrize("lever", LEVERS)
def test_each_lever_moves_an_outcome(lever: str, ends: dict[str, tuple[Any, Any]]) -> None:
    changes = dict(moved(*ends[lever]))
    changes.pop(ECHOES.get(lever.split(".")[0], ""), None)
    name = max(changes, key=lambda name: changes[name])
    assert changes[name] > VISIBLE, f"{lever} moves {name} most, by {changes[name]:.2g} of its size"


def test_situations_are_of_levers() -> None:
    assert sorted(set(SITUATIONS) - set(LEVERS)) == []

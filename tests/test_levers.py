"""Each lever moves an outcome: all of them tried at once, a block of runs for each value.

The runs of every block have the same numbers, so they share every draw, and a difference between
the block with a lever at its low end and the block with it at its high end is the lever's doing.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from conftest import finished, little_before

import tajsim.model.model as model_module
from tajsim.axes import COMMANDERS, PAYERS
from tajsim.inputs.registry import held_text, holder, load_parameters
from tajsim.inputs.scenario_parts import Event
from tajsim.inputs.values import ParameterValues

pytestmark = pytest.mark.usefixtures("compiled_runs")

RUNS, SEED, END = 4, 1, "2007-12"
LEVERS = [name for name, p in load_parameters().items() if p.role == "lever"]

#: The least change between the ends of the range that counts, relative to the outcome's size.
VISIBLE = 1e-3

#: Outcomes that only repeat the lever of the family.
ECHOES = {
    **{"agency_strength": "strength", "agency_pay": "pay", "pay_topup": "pay"},
    "debt_to_russia": "foreign_debt",
    "heir_designated": "heir_named",
    "succession_process": "succession_settled",
}

REPRESSION = {"party_appeal": "high", "ladder_rate": "high"}
#: Levers that matter in a situation only, and the other parameters that bring it about.
SITUATIONS: dict[str, dict[str, str]] = {
    # What either partner lets pass costs nothing, so the other shows where this one minds.
    "moscow_tolerance": {**REPRESSION, "west_priority": "low"},
    "west_priority": {**REPRESSION, "moscow_tolerance": "low"},
    "internal_backing": {"power_guarantee.russia": "high"},
    # Beside the police the army is small, so its documented range shows where it counts for more.
    "agency_strength.army": {
        "quality_conscripts": "high",
        "agency_strength.interior_ministry": "low",
    },
}

#: Levers that act on the chance of rare steps or answers, so they are tried in many runs.
RARE = ("moscow_tolerance", "west_priority", "talks")
RARE_RUNS = 50

#: Levers that matter only where mutinies are fought out: rare, and won or lost by one draw each,
#: so every commander is ordered to be arrested, in many runs.
FIGHTING = ("internal_backing", "agency_strength.army", "agency_strength.presidential_guard")
FIGHTS, FIGHTS_END = 1000, "2004-04"
ARRESTS = [
    Event("2004-03", "arrest", {"commander": name}, label=f"{name} to be arrested")
    for name in COMMANDERS
]

#: Levers that matter only as the ruler's term ends, so they are tried in the last months of it.
NEAR_THE_END = ("heir_designated", "ruler_commitment", "ruler_immunity", "succession_process")
LAST_MONTHS = ("2019-07", "2020-12")

#: A lever that matters only while there is war abroad.
IN_WAR, WAR = ("foreign_pull",), ("2014-01", "2015-12")


def block(lever: str, end: str) -> dict[str, float]:
    """Return the settings of a block: the lever at one end of its range, in its situation."""
    sides = {**SITUATIONS.get(lever, {}), lever: end}
    return {name: getattr(load_parameters()[name], side) for name, side in sides.items()}


class ValuesOfBlocks(ParameterValues):
    """Parameter values with other settings in each block of runs."""

    blocks: tuple[dict[str, float], ...] = ()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for i, settings in enumerate(self.blocks):
            for name, value in settings.items():
                parts = np.split(self[name], len(self.blocks))
                parts[i] = np.full_like(parts[i], value)
                self.set(name, np.concatenate(parts))


def simulate(blocks, runs=RUNS, start="2004-01", end=END, events=()) -> list[dict[str, Any]]:
    """Return the record of each block, ``dimensions + (month, run)`` by outcome."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ValuesOfBlocks, "blocks", tuple(blocks))
        patch.setattr(model_module.values, "ParameterValues", ValuesOfBlocks)
        numbers = [*range(runs)] * len(blocks)
        model = finished(runs=numbers, seed=SEED, start=start, end=end, events=events)
    parts = [slice(i * runs, (i + 1) * runs) for i in range(len(blocks))]
    return [{name: found[..., part] for name, found in model.record.items()} for part in parts]


def both_ends(levers: Sequence[str], **options: Any) -> dict[str, tuple[Any, Any]]:
    """Return for each lever the records with it at its low and at its high end."""
    blocks = [block(lever, end) for lever in levers for end in ("low", "high")]
    records = iter(simulate(blocks, **options))
    return dict(zip(levers, zip(records, records, strict=True), strict=True))


@pytest.fixture(scope="module")
def ends() -> dict[str, tuple[Any, Any]]:
    apart = {*FIGHTING, *RARE, *NEAR_THE_END, *IN_WAR}
    assert {*SITUATIONS, *apart} <= {*LEVERS}
    ordinary = both_ends([lever for lever in LEVERS if lever not in apart])
    with little_before():
        fighting = both_ends(FIGHTING, runs=FIGHTS, end=FIGHTS_END, events=ARRESTS)
    start, end = LAST_MONTHS
    near = both_ends(NEAR_THE_END, start=start, end=end)
    war = both_ends(IN_WAR, start=WAR[0], end=WAR[1])
    return ordinary | fighting | near | war | both_ends(RARE, runs=RARE_RUNS)


def moved(low: Mapping[str, Any], high: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Return outcomes that differ, with the mean difference over the mean size."""
    for name in low:
        one, other = low[name].astype(float), high[name].astype(float)
        size = 0.5 * np.nanmean(np.abs(one) + np.abs(other))
        if size > 0.0:
            yield name, float(np.nanmean(np.abs(one - other)) / size)


def test_a_block_equals_a_model_of_its_own() -> None:
    lever = "agency_pay.border_troops"
    _, together = simulate([block("party_appeal", "low"), block(lever, "high")], end="2004-06")
    alone = finished(runs=RUNS, seed=SEED, end="2004-06", settings=block(lever, "high"))
    for name, found in alone.record.items():
        np.testing.assert_array_equal(together[name], found, err_msg=name)


@pytest.mark.parametrize("lever", LEVERS)
def test_each_lever_moves_an_outcome(lever: str, ends: dict[str, tuple[Any, Any]]) -> None:
    changes = dict(moved(*ends[lever]))
    changes.pop(ECHOES.get(lever.split(".")[0], ""), None)
    name = max(changes, key=lambda name: changes[name])
    assert changes[name] > VISIBLE, f"{lever} moves {name} most, by {changes[name]:.2g} of its size"


def test_every_lever_says_who_holds_it_and_nothing_else_does() -> None:
    for p in load_parameters().values():
        assert holder(p) in ((*PAYERS, "nobody") if p.role == "lever" else ("",)), p.name
    guard = load_parameters()["agency_pay.russian_border_troops"]
    assert held_text(guard) == "held by Moscow, a unit costs 138,000 USD a year"
    assert held_text(load_parameters()["religious_control"]) == "held by the regime"


def test_a_raise_costs_the_regime_what_its_people_are_paid() -> None:
    """Nothing but the wages of the service whose pay is doubled comes to the regime's cost."""
    usual, raised = (
        finished(runs=3, end="2004-01", parameters="fixed", agency_pay__army=pay)
        for pay in (1.0, 2.0)
    )
    army = [one.agency["army"] for one in (usual, raised)]
    more = army[1].pay * army[1].strength - army[0].pay * army[0].strength
    found = raised.record["cost"][:, 0] - usual.record["cost"][:, 0]
    assert (more > 0.0).all()
    np.testing.assert_allclose(found[0], more, rtol=0.03)  # of millions, in single precision
    assert (usual.record["cost"] >= 0.0).all()
    aid = usual.record["aid_paid"][:, 0]
    assert (usual.record["cost"][1:, 0].sum(axis=0) >= aid.sum(axis=0) - 1.0).all()

"""Actors of a kind: their states are apart from facts, parameters and one another."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from importlib import import_module
from itertools import combinations

import numpy as np
import pytest

import tajsim.model.stages as stages
from tajsim.agents.actors import Actors, states_of
from tajsim.agents.commander import Commander, Commanders
from tajsim.axes import AGENCIES, COMMANDERS, DIMENSIONS, PARTS, REGIONS, TASKS, Array
from tajsim.errors import UserError
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.model.country import Country, OutsideWorld
from tajsim.model.model import TajikistanModel
from tajsim.model.record import MEASURES
from tajsim.model.snapshot import packed, put_back, take, unpacked
from tajsim.model.stages.deals import DEALT

KINDS = [name for name in TajikistanModel.kinds if name != "regime"]


def kind_of(model: TajikistanModel, name: str) -> Actors[Commander]:
    found: Actors[Commander] = getattr(model, name)
    return found


def same(one: Mapping[str, Array], other: Mapping[str, Array]) -> None:
    assert one.keys() == other.keys()
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name], err_msg=name)


@pytest.mark.parametrize("kind", KINDS)
def test_one_run_has_the_states_of_many(kind: str) -> None:
    one, many = (kind_of(TajikistanModel(runs=n, end="2004-02"), kind) for n in (1, 3))
    assert list(one.state()) == list(many.state())
    assert list(one[0].state()) == list(many[0].state()) == list(many.state())


def test_facts_are_no_states_and_hold_for_all_models() -> None:
    commanders = TajikistanModel(runs=1, end="2004-02").commanders
    assert "trade" not in commanders.state()
    with pytest.raises(AttributeError, match=r"Commander has no state 'trade'"):
        _ = commanders[0].trade
    with pytest.raises(ValueError, match="read-only"):
        commanders.trade[0] = 1.0


HOLDERS = {"": Country, "outside": OutsideWorld, **Country.kinds}


@pytest.mark.parametrize("holder", HOLDERS)
def test_states_have_unit_and_meaning_and_keep_the_declared_shape(holder: str) -> None:
    model = TajikistanModel(runs=3, end="2004-06")
    held = getattr(model, holder) if holder else model
    for _ in range(3):
        for name, declared in held.declared.items():
            assert declared.unit and declared.meaning, name
            assert not (declared.outcome and (declared.own_unit or declared.over)), name
            axes = declared.dimensions(held.dimension)
            assert (
                axes[len(axes) - bool(held.dimension) :]
                == (held.dimension,)[: bool(held.dimension)]
            )
            shape = (*(len((DIMENSIONS | PARTS)[d]) for d in axes), 3)
            assert getattr(held, name).shape == shape, name
        arrays = {name for name, value in vars(held).items() if isinstance(value, np.ndarray)}
        assert arrays == set(held.declared)
        model.step()


def test_each_outcome_is_one_state_or_one_flow_or_worked_out_once() -> None:
    states = [declared for kind in HOLDERS.values() for declared in states_of(kind).values()]
    flows = set()
    for module in pkgutil.iter_modules(stages.__path__, stages.__name__ + "."):
        for node in ast.walk(ast.parse(inspect.getsource(import_module(module.name)))):
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
                holder = getattr(node.value, "attr", getattr(node.value, "id", ""))
                flows |= {node.slice.value} if holder in ("now", "last") else set()
    flows |= set(DEALT)  # counted by name
    ways = Counter([*(s.outcome for s in states if s.outcome), *flows, *MEASURES])
    assert set(ways) == set(load_outcomes())
    assert [name for name, count in ways.items() if count != 1] == []


def test_a_misspelt_state_is_refused_with_the_nearest_name() -> None:
    model = TajikistanModel(runs=2, end="2004-02")
    with pytest.raises(AttributeError, match=r"Commanders has no state 'loyality'.*'loyalty'"):
        model.commanders.loyality = np.zeros(2)
    with pytest.raises(AttributeError, match=r"Regime has no state 'strian'.*'strain'"):
        model.regime.strian = np.zeros(2)
    with pytest.raises(UserError, match="heroin_seized"):
        _ = model.now["heroin_seizd"]


@pytest.mark.parametrize("months", [0, 3])
def test_no_two_states_are_one_array(months: int) -> None:
    model = TajikistanModel(runs=2, end="2004-06")
    for _ in range(months):
        model.step()
    held = {
        f"{kind}.{name}": state
        for kind in KINDS
        for name, state in kind_of(model, kind).state().items()
    }
    for one, other in combinations(held, 2):
        assert not np.may_share_memory(held[one], held[other]), (one, other)


def test_a_state_changed_in_place_leaves_the_parameters() -> None:
    model = TajikistanModel(runs=2, end="2004-02")
    before = [values.copy() for values in model.values.table()[1]]
    families = {name: model.values.family(name).copy() for name in ("region_devout", "agency_pay")}
    for kind in KINDS:
        for array in kind_of(model, kind).state().values():
            array += 1.0
    np.testing.assert_array_equal(model.values.table()[1], before)
    same({name: model.values.family(name) for name in families}, families)


@pytest.mark.parametrize("runs", [[4], [1, 4, 7]])
def test_a_state_put_back_goes_on_to_the_bit(runs: list[int]) -> None:
    events = load_scenario("history").events
    whole, first, second = (
        TajikistanModel(runs=runs, seed=2, end=end, events=events)
        for end in ("2006-06", "2005-06", "2006-06")
    )
    whole.run_to_end()
    first.run_to_end()
    put_back(second, unpacked({name: a.copy() for name, a in packed(take(first)).items()}))
    for kind in KINDS:
        same(kind_of(first, kind).state(), kind_of(second, kind).state())
    # The members look at the states that were put back, not at those of the new model.
    np.testing.assert_array_equal(second.agency["army"].pay, first.agency["army"].pay)
    second.run_to_end()
    same(whole.record, second.record)  # type: ignore[arg-type]
    for kind in KINDS:
        same(kind_of(whole, kind).state(), kind_of(second, kind).state())


@pytest.mark.parametrize("runs", sorted({len(x) for x in (AGENCIES, REGIONS, TASKS)}))
def test_as_many_runs_as_actors_are_still_runs(runs: int) -> None:
    """Where two axes are equally long, a wrong one of them would go unseen."""
    events = load_scenario("history").events
    many = TajikistanModel(runs=runs, seed=4, end="2004-12", events=events)
    alone = TajikistanModel(runs=[3], seed=4, end="2004-12", events=events)
    many.run_to_end()
    alone.run_to_end()
    for name, series in alone.record.items():
        np.testing.assert_array_equal(series[..., 0], many.record[name][..., 3], err_msg=name)


#: One more of each kind, first in its list, with the facts it needs and no rows of parameters. (A
#: region without people is none.)
ONE_MORE = """
import tajsim.axes as axes
for names, kind, new in (
    ("AGENCIES", "agency", "tax_police"), ("COMMANDERS", "commander", "head_of_tax_police"),
    ("POWERS", "power", "turkey"), ("MOVEMENTS", "movement", "another"),
    ("MILITANT_GROUPS", "militant_group", "others"),
):
    # Whoever holds a post unnamed stands after those named.
    before = (new,) if kind != "commander" else ()
    axes.DIMENSIONS[kind] = (*before, *axes.DIMENSIONS[kind], *(() if before else (new,)))
    setattr(axes, names, axes.DIMENSIONS[kind])
axes.POSTS = ("tax_police", *axes.POSTS)
axes.PARTS["way"] = (*axes.POSTS, *axes.WAYS_OUT)

import tajsim.world as world
world.AGENCY_TASKS["tax_police"] = ("drugs",)

import numpy as np
from tajsim.model.country import Country, OutsideWorld
from tajsim.model.model import TajikistanModel
from tajsim.model.record import MEASURES
model = TajikistanModel(runs=2, end="2004-12", parameters="fixed")
model.run_to_end()
from tajsim.inputs.outcomes import load_outcomes
empty = {name for name, one in load_outcomes().items() if one.places == "people"}
missing = {name for name, series in model.record.items() if not np.isfinite(series).all()}
assert missing <= empty, "only what describes people may be missing where there are none"
print(model.agency["customs"].strength[0], model.commander["head_of_tax_police"].status[0])
"""


def test_one_more_of_each_kind_needs_a_name_and_its_facts() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ONE_MORE], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    model = TajikistanModel(runs=2, end="2004-12", parameters="fixed")
    model.run_to_end()
    customs, _ = map(float, done.stdout.split())
    assert customs == pytest.approx(float(model.agency["customs"].strength[0]), rel=0.05)


class Steadfast(Commanders):
    """The police chief never breaks away of his own accord."""

    def breaks(self, creed: Array, guarantee: Array) -> tuple[Array, Array]:
        mutiny, defection = super().breaks(creed, guarantee)
        chief = self.names.index("khalimov")
        mutiny[chief] = defection[chief] = 0.0
        return mutiny, defection


class SteadfastModel(TajikistanModel):
    kinds = TajikistanModel.kinds | {"commanders": Steadfast}


def test_a_model_takes_a_decision_of_another_kind() -> None:
    events = load_scenario("history").events
    defected = []
    for model in (TajikistanModel, SteadfastModel):
        country = model(runs=60, seed=1, end="2012-12", events=events, parameters="prior")
        country.run_to_end()
        defected.append(country.record["defections"].sum(axis=(1, 2)))
    chief = COMMANDERS.index("khalimov")
    assert defected[0][chief] > 0
    assert defected[1][chief] == 0
    assert (np.delete(defected[1], chief) > 0).any()

"""What a Mesa user does with an ordinary Mesa model works."""

from __future__ import annotations

import re
from copy import deepcopy

import mesa
import numpy as np
import pytest
from mesa.datacollection import DataCollector

from tajsim.agents.actors import Actors
from tajsim.agents.agency import SecurityAgency
from tajsim.agents.commander import Commander
from tajsim.agents.network import TraffickingNetwork
from tajsim.model.model import TajikistanModel

KINDS = {
    "Regime": 1,
    "SecurityAgency": 8,
    "ExternalPower": 12,
    "TraffickingNetwork": 40,
    "Commander": 8,
    "Movement": 4,
    "MilitantGroup": 2,
    "Region": 5,
}


def collusion_of_guards(model: TajikistanModel) -> float:
    return float(model.agency["border_troops"].collusion.mean())


class Seizures(TajikistanModel):
    """The model with a DataCollector, as a Mesa user would add one."""

    def __init__(self, **options: float) -> None:
        super().__init__(runs=2, end="2004-12", **options)  # type: ignore[arg-type]
        self.datacollector = DataCollector(model_reporters={"collusion": collusion_of_guards})

    def step(self) -> None:
        super().step()
        self.datacollector.collect(self)


def test_keyword_arguments_step_and_agents() -> None:
    model = TajikistanModel(runs=3, seed=2, agency_pay__border_troops=40)
    model.step()
    assert model.steps == 1
    assert float(model.agency["border_troops"].pay[0]) > 30
    assert {k.__name__: len(v) for k, v in model.agents_by_type.items()} == KINDS
    assert len(model.agents.select(agent_type=SecurityAgency)) == 8


def test_agents_hold_state_with_the_run_axis_last() -> None:
    model = TajikistanModel(runs=3)
    model.step()
    for agent in model.agents:
        for name, value in agent.state().items():
            assert value.shape[-1] in (1, 3), (agent.name, name, value.shape)
    network = model.agents.select(agent_type=TraffickingNetwork)[0]
    assert network.capacity.shape == (3,)
    assert network.entry_share.shape == (6, 3)
    assert "stock" in dir(network)
    network.stock[:] = 5.0
    assert (model.networks.stock[0] == 5.0).all()


def test_agents_are_asked_set_and_copied() -> None:
    model = TajikistanModel(runs=3)
    commanders = model.agents.select(agent_type=Commander)
    assert commanders.get("loyalty")[0].shape == (3,)
    commanders.select(lambda c: c.facts.opposition).set("loyalty", 0.25)
    assert (model.commander["ziyoyev"].loyalty == 0.25).all()
    assert (model.commander["mirzoev"].loyalty != 0.25).any()
    with pytest.raises(AttributeError, match="Commander has no state 'loyalties'"):
        commanders.get("loyalties")
    twin = deepcopy(model)
    twin.commander["mirzoev"].loyalty = 0.0
    twin.step()
    model.step()
    assert (twin.commanders.loyalty[0] < model.commanders.loyalty[0]).all()


def test_told_states_have_the_axis_of_their_kind() -> None:
    model = TajikistanModel(runs=3)
    kinds = [kind for kind in vars(model).values() if isinstance(kind, Actors)]
    assert len(kinds) >= 4
    for kind in kinds:
        told = re.findall(r"``(\w+)``", type(kind).__doc__ or "")
        states = {name: getattr(kind, name) for name in told if hasattr(kind, name)}
        assert states, kind.dimension
        for name, value in states.items():
            assert value.shape[-2:-1] == (len(kind),), (kind.dimension, name, value.shape)


def test_data_collector() -> None:
    model = Seizures()
    for _ in range(4):
        model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    assert len(frame) == 4
    assert frame["collusion"].between(0, 1).all()
    assert frame["collusion"].nunique() > 1


def test_batch_run() -> None:
    rows = mesa.batch_run(
        Seizures,
        parameters={"agency_pay__border_troops": [1, 40]},
        max_steps=3,
        number_processes=1,
        display_progress=False,
    )
    by_pay = {row["agency_pay__border_troops"]: row["collusion"] for row in rows}
    assert by_pay[40] < by_pay[1]


def test_run_to_end_tells_progress_and_stops() -> None:
    seen: list[int] = []
    model = TajikistanModel(runs=1, end="2004-06")
    model.run_to_end(seen.append)
    assert seen == [1, 2, 3, 4, 5, 6]
    assert not model.running
    assert all(np.isfinite(series).all() for series in model.record.values())

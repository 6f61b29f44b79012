"""What a Mesa user does with an ordinary Mesa model works."""

import inspect
from copy import deepcopy

import mesa
import numpy as np
import pytest
from conftest import refused, steps
from mesa.datacollection import DataCollector

import tajsim.axes as axes
from tajsim.agents.agency import SecurityAgency
from tajsim.agents.commander import Commander
from tajsim.agents.network import TraffickingNetwork
from tajsim.agents.regime import Regime
from tajsim.inputs.outcomes import load_outcomes
from tajsim.model.model import TajikistanModel

pytestmark = pytest.mark.usefixtures("all_soon")
KINDS = {
    **{"Regime": 1, "SecurityAgency": len(axes.AGENCIES), "ExternalPower": len(axes.POWERS)},
    **{"Deal": len(axes.DEALS), "TraffickingNetwork": len(axes.NETWORKS)},
    **{"Commander": len(axes.COMMANDERS), "Movement": len(axes.MOVEMENTS)},
    **{"MilitantGroup": len(axes.MILITANT_GROUPS), "Region": len(axes.REGIONS)},
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
    assert model.steps == 1 and float(model.agency["border_troops"].pay[0]) > 30
    assert {k.__name__: len(v) for k, v in model.agents_by_type.items()} == KINDS
    assert len(model.agents.select(agent_type=SecurityAgency)) == len(axes.AGENCIES)


def test_agents_hold_state_with_the_run_axis_last() -> None:
    model = TajikistanModel(runs=3)
    model.step()
    for agent in model.agents:
        for name, value in agent.state().items():
            assert value.shape[-1] in (1, 3), (agent.name, name, value.shape)
    network = model.agents.select(agent_type=TraffickingNetwork)[0]
    assert (network.bought.shape, network.entry_share.shape) == ((3,), (6, 3))
    assert "protection" in dir(network)
    network.protection[:] = 0.5
    assert (model.networks.protection[0] == 0.5).all()


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


def test_data_collector() -> None:
    model = Seizures()
    steps(model, 4)
    seen = model.datacollector.get_model_vars_dataframe()["collusion"]
    assert len(seen) == 4 and seen.between(0, 1).all() and seen.nunique() > 1


def test_batch_run() -> None:
    paid = {"agency_pay__border_troops": [1, 40]}
    rows = mesa.batch_run(Seizures, paid, max_steps=3, number_processes=1, display_progress=False)
    by_pay = {row["agency_pay__border_troops"]: row["collusion"] for row in rows}
    assert by_pay[40] < by_pay[1]


def test_run_to_end_tells_progress_and_stops() -> None:
    seen: list[int] = []
    model = TajikistanModel(runs=1, end="2004-06")
    model.run_to_end(seen.append)
    assert seen == [1, 2, 3, 4, 5, 6]
    assert not model.running
    for name, one in load_outcomes().items():
        missing = one.missing or one.places == "people"
        assert missing or np.isfinite(model.record[name]).all()


def collusion_by_seed(**given: list[int]) -> list[float]:
    """Return an outcome for each seed. Newer versions of ``batch_run`` take ``rng`` themselves."""
    own = {"rng"} & inspect.signature(mesa.batch_run).parameters.keys() & given.keys()
    options = {"max_steps": 5, "display_progress": False} | {name: given.pop(name) for name in own}
    return [row["collusion"] for row in mesa.batch_run(Seizures, given, **options)]


def test_rng_is_another_name_for_seed() -> None:
    by_rng = collusion_by_seed(rng=[3, 4, 5])
    assert len(set(by_rng)) == 3
    assert by_rng == collusion_by_seed(seed=[3, 4, 5])
    assert collusion_by_seed(rng=[3], seed=[3]) == by_rng[:1]
    assert len({TajikistanModel(rng=seed).rng.random() for seed in (3, -3, np.int64(4))}) == 2


def test_agents_say_what_they_cannot_do() -> None:
    model = TajikistanModel(runs=2, end="2004-01")
    for agents in (model.agents, model.agents_by_type[Regime]):
        for method in ("step", "advance"):
            refused("does not act alone: step the model", agents.shuffle_do, method)
    for agent in (model.regime, model.agency["army"]):
        refused(f"{agent.name} cannot be removed", agent.remove)
    refused("cannot be removed", model.remove_all_agents)
    assert len(model.agents) == sum(KINDS.values())
    with pytest.raises(AttributeError, match="has no state 'efort'; did you mean 'effort'"):
        model.regime.efort = 1.0
    refused("heroin_seized", model.now.__getitem__, "heroin_seizd")
    with pytest.raises(AttributeError, match="did you mean 'loyalty'"):
        model.agents_by_type[Commander].set("loyalti", 0.25)
    model.step()
    refused("all 1 months are simulated", model.step)


def test_agents_of_ones_own_come_and_go() -> None:
    model = TajikistanModel(runs=2)
    assert [agent.unique_id for agent in model.agents] == [*range(1, len(model.agents) + 1)]
    first, second = mesa.Agent(model), mesa.Agent(model)
    first.remove()
    third = mesa.Agent(model)
    assert third.unique_id == second.unique_id + 1 == sum(KINDS.values()) + 3

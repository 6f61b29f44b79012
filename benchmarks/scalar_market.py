"""The border and bribery market the ordinary way: one run a model, floats and ifs, plain Mesa.

Written from the equations in the docstrings of ``tajsim.rules.drug_market`` and ``border_guard``,
not from their code, as a second implementation that a test holds against the array one, and as the
ordinary model against which its speed is measured. Nothing here uses numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import mesa

from benchmarks.plain_draws import OneRunDraws
from benchmarks.scalar_agency import ScalarAgency
from benchmarks.scalar_border import GUARDS, Tally, guards_in_force, pass_loads, settle
from benchmarks.scalar_network import ScalarNetwork
from tajsim.axes import AFGHAN_SECTIONS, AGENCIES, EXITS, NETWORKS, SECTIONS

#: Where a model gets the parameters, the draws and the state at the start of a run from.
Source = Callable[[int], tuple[Mapping[str, float], OneRunDraws, Mapping[str, Any]]]
#: Month since the start -> (section, agency that takes it over).
Handovers = Mapping[int, tuple[str, str]]

FIRST_MONTH = 2004 * 12  # January 2004
#: What is collected every month, each an attribute of the model or its tally.
COLLECTED = (
    "price",
    "entering",
    "seized",
    "arranged",
    "seized_by",
    "reported",
    "resold",
    "leaving",
    "used",
    "tolls",
    "rent_on_offer",
)


class ScalarMarket(mesa.Model):  # type: ignore[misc]
    """One run of the market.

    Args:
        source: gives parameters (full name -> value), draws and the state at the start for a run
            number.
        run: the run number.
        months: how many months to simulate, from January 2004.
        handovers: month since the start -> (section, agency).
        collect: gather the series of COLLECTED in ``datacollector``.
    """

    def __init__(
        self,
        source: Source,
        run: int = 0,
        months: int = 204,
        handovers: Handovers | None = None,
        collect: bool = True,
    ) -> None:
        super().__init__(rng=0)
        self.collect = collect
        self.p, self.draws, self.start = source(run)
        start = self.start
        self.months, self.month, self.handovers = months, FIRST_MONTH, dict(handovers or {})
        self.harvest, self.believed, self.buyers = start["outside"]
        self.price = self.exit_price = 1.0
        self.sold, self.shelter = start["sold"], start["shelter"]
        self.closed = [0.0] * len(EXITS)
        self.closed[EXITS.index("uzbek_border")] = start["barrier"] + start["hardening"]
        self.entry_toll = list(start["entry_toll"][: len(AFGHAN_SECTIONS)])
        self.entry_belief, self.exit_share = list(start["entry_belief"]), list(start["exit_share"])
        self.rent_on_offer = [0.0] * len(AGENCIES)
        self.all_agencies = {name: ScalarAgency(self, name, i) for i, name in enumerate(AGENCIES)}
        self.networks = [ScalarNetwork(self, rank) for rank in range(len(NETWORKS))]
        self.guard = ["russian_border_troops"] * len(SECTIONS)
        for name in ("early_transfer", "murghab"):
            self.guard[SECTIONS.index(name)] = "border_troops"
        self.tally = Tally()
        self.datacollector = mesa.DataCollector(
            model_reporters={name: partial(read, name=name) for name in COLLECTED}
        )

    def step(self) -> None:
        """Simulate a month; harvest and buyers stay as they are set."""
        since = self.month - FIRST_MONTH
        if since in self.handovers:
            section, agency = self.handovers[since]
            self.guard[SECTIONS.index(section)] = agency
        self.post_guards()
        self.find_prices()
        self.choose()
        self.tally = Tally()
        guards = guards_in_force(self)
        for network in self.networks:
            pass_loads(self, guards, network)
        settle(self, guards)
        if self.collect:
            self.datacollector.collect(self)
        self.month += 1
        self.running = self.month < FIRST_MONTH + self.months

    def post_guards(self) -> None:
        """Tell the guards which kilometres are theirs, and let them deploy."""
        for name in GUARDS:
            agency = self.all_agencies[name]
            agency.guarded_km = [
                self.p[f"section_length.{section}"] if guard == name else 0.0
                for section, guard in zip(SECTIONS, self.guard, strict=True)
            ]
            agency.deploy()

    def find_prices(self) -> None:
        """Find the prices from what was sold and bought last month."""
        p, demand = self.p, self.p["market_demand"]
        fall = (max(self.sold, 1.0) / demand) ** -p["demand_slope"]
        self.exit_price = p["price_exit"] * self.buyers * fall
        bought = sum(network.bought for network in self.networks)
        left = max(p["heroin_supply"] * self.believed - bought, 1e-9)
        usual = demand / (p["heroin_supply"] - demand)
        dear = p["price_border"] * (bought / left / usual) ** p["scarcity_pull"]
        self.price = min(dear, self.exit_price)

    def choose(self) -> None:
        """Let networks choose ways and volumes; nobody moves more than there is."""
        mean = max(sum(network.bought for network in self.networks), 1e-9) / len(self.networks)
        for network in self.networks:
            network.choose(network.bought / mean)
        wanted = sum(network.bought for network in self.networks)
        there_is = min(self.p["heroin_supply"] * self.harvest / max(wanted, 1e-9), 1.0)
        for network in self.networks:
            network.bought *= there_is
        ajar = [max(1.0 - closed, 0.0) + 1e-9 for closed in self.closed]
        for e, width in enumerate(ajar):
            change = width / sum(ajar) - self.exit_share[e]
            self.exit_share[e] += change / self.p["clock_season"]


def read(model: ScalarMarket, name: str) -> float | list[float]:
    """Return one series of a month."""
    found: float | list[float] = getattr(model if hasattr(model, name) else model.tally, name)
    return found

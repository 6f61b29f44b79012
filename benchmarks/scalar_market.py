"""The border and bribery market the ordinary way: one run a model, floats and ifs, plain Mesa.

Written from the equations in the docstrings of ``tajsim.rules.border``, not from their code, as a
second implementation that a test holds against the array one, and as the ordinary model against
which its speed is measured. Nothing here uses numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import exp

import mesa

from benchmarks.plain_draws import OneRunDraws
from benchmarks.scalar_agency import ScalarAgency
from benchmarks.scalar_border import GUARDS, Tally, guards_in_force, pass_loads, settle
from benchmarks.scalar_network import ScalarNetwork
from tajsim.axes import AFGHAN_SECTIONS, AGENCIES, EXITS, NETWORKS, SECTIONS

#: Where a model gets the parameters and the draws of a run from.
Source = Callable[[int], tuple[Mapping[str, float], OneRunDraws]]
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
    "collusion",
    "all_stocks",
)


class ScalarMarket(mesa.Model):  # type: ignore[misc]
    """One run of the market.

    Args:
        source: gives parameters (full name -> value) and draws for a run number.
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
        self.p, self.draws = source(run)
        p = self.p
        self.months, self.month, self.handovers = months, FIRST_MONTH, dict(handovers or {})
        self.harvest_luck = self.price = 1.0
        self.first_month, self.work_start = FIRST_MONTH, dict[str, float]()
        self.exit_prices = [p[f"price_exit.{name}"] for name in EXITS]
        self.barriers = {EXITS.index("uzbek_border"): p["barrier_cost"] * p["barrier_start"]}
        self.entry_toll = [0.0] * len(AFGHAN_SECTIONS)
        self.exit_toll = [0.0] * len(EXITS)
        self.entry_word = [p["belief_start"]] * len(AFGHAN_SECTIONS)
        self.exit_word = [p["belief_start"]] * len(EXITS)
        self.all_agencies = {name: ScalarAgency(self, name) for name in AGENCIES}
        self.networks = [ScalarNetwork(self, rank) for rank in range(len(NETWORKS))]
        self.guard = ["russian_border_troops"] * len(SECTIONS)
        for name in ("early_transfer", "murghab"):
            self.guard[SECTIONS.index(name)] = "border_troops"
        self.tally = Tally()
        self.datacollector = mesa.DataCollector(
            model_reporters={name: partial(read, name=name) for name in COLLECTED}
        )

    @property
    def capacity(self) -> list[float]:
        """What each network can move, kg/month."""
        return [network.capacity for network in self.networks]

    @property
    def stock(self) -> list[float]:
        """What each network holds, kg."""
        return [network.stock for network in self.networks]

    @property
    def all_stocks(self) -> float:
        """What all networks hold, kg."""
        return sum(self.stock)

    @property
    def collusion(self) -> list[float]:
        """Share of each agency that colludes."""
        return [agency.collusion for agency in self.all_agencies.values()]

    def step(self) -> None:
        """Simulate a month."""
        self.hand_over()
        self.harvest()
        for agency in self.all_agencies.values():
            agency.decide_collusion()
        self.post_guards()
        self.choose_routes()
        self.tally = Tally()
        guards = guards_in_force(self)
        for network in self.networks:
            pass_loads(self, guards, network)
        settle(self, guards)
        if self.collect:
            self.datacollector.collect(self)
        self.month += 1
        self.running = self.month < FIRST_MONTH + self.months

    def hand_over(self) -> None:
        """Let a scheduled agency take over its section."""
        since = self.month - FIRST_MONTH
        if since in self.handovers:
            section, agency = self.handovers[since]
            self.guard[SECTIONS.index(section)] = agency

    def harvest(self) -> None:
        """Draw the luck of the crop at the start and every June."""
        if self.month == FIRST_MONTH or self.month % 12 == 5:
            normal = self.draws.normal("harvest", "afghanistan", self.month)
            spread = self.p["harvest_spread"]
            self.harvest_luck = exp(spread * normal - 0.5 * spread**2)

    def post_guards(self) -> None:
        """Tell the guards which kilometres are theirs, and let them deploy."""
        for name in GUARDS:
            agency = self.all_agencies[name]
            agency.guarded_km = [
                self.p[f"section_length.{section}"] if guard == name else 0.0
                for section, guard in zip(SECTIONS, self.guard, strict=True)
            ]
            agency.deploy()

    def choose_routes(self) -> None:
        """Find the price at the line from last month's purchases; let networks choose."""
        p = self.p
        supply = p["heroin_supply"] * p["afghan_harvest"] * self.harvest_luck
        pressure = (sum(network.bought for network in self.networks) + 1.0) / supply
        self.price = p["price_border"] * pressure ** (1.0 / p["supply_elasticity"])
        # Buyers abroad earn as migrants do, and prices follow part of the way.
        growth = (1.0 + p["remittance_growth"]) ** (self.month - FIRST_MONTH)
        rise = (max(p["migrant_demand"], 0.1) * growth) ** p["price_following"]
        self.exit_prices = [p[f"price_exit.{name}"] * rise for name in EXITS]
        for network in self.networks:
            network.choose()


def read(model: ScalarMarket, name: str) -> float | list[float]:
    """Return one series of a month."""
    found: float | list[float] = getattr(model if hasattr(model, name) else model.tally, name)
    return found

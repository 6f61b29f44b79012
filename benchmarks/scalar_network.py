"""A trafficking network of the scalar market: protection, ways, volume, in floats."""

from __future__ import annotations

from math import exp, log, tanh
from typing import TYPE_CHECKING

import mesa

from tajsim.axes import AFGHAN_SECTIONS, NETWORKS
from tajsim.world import MOUNTAINS, NETWORK_PATRON

if TYPE_CHECKING:
    from benchmarks.scalar_market import ScalarMarket


class ScalarNetwork(mesa.Agent):  # type: ignore[misc]
    """A network in one run; its patron stays in place."""

    def __init__(self, model: ScalarMarket, rank: int) -> None:
        super().__init__(model)
        self.p, start = model.p, model.start
        self.name = NETWORKS[rank]
        self.bought, self.protection = start["bought"][rank], start["protection"][rank]
        self.hit, self.raided = start["hit"][rank], start["raided"][rank]
        self.cost_share = start["cost_share"][rank]
        self.ways = [shares[rank] for shares in start["entry_share"]]
        self.access = self.size = self.tolls = self.revenue = 0.0

    def choose(self, size: float) -> None:
        """Buy protection, lose it in raids; choose ways, and the volume it would move.

        Args:
            size: of the network, 1 = mean of all.
        """
        model, p = self.model, self.p
        paid = p["protection_bought"] * size if NETWORK_PATRON[self.name] else 0.0
        self.protection *= 1.0 - min(self.raided, 1.0)
        self.protection += (paid / (1.0 + paid) - self.protection) / p["clock_year"]
        self.access = self.protection + (1.0 - self.protection) * p["open_access"]
        self._choose_ways()
        pays = model.exit_price / model.price * max(1.0 - self.cost_share, 1e-9)
        pays *= p["price_border"] / p["price_exit"]
        gain = log(pays) - p["crowding"] * log(max(size, 1e-9))
        self.bought *= exp(tanh(gain) / p["clock_year"]) * (1.0 - self.hit)

    def _choose_ways(self) -> None:
        """Move towards the sections where less is lost and paid than on the others."""
        model, p = self.model, self.p
        tolls = [toll * self.access for toll in model.entry_toll]
        risks = [b + toll for b, toll in zip(model.entry_belief, tolls, strict=True)]
        usual = sum(risks) / len(risks) + 1e-9
        weights = []
        for name, risk in zip(AFGHAN_SECTIONS, risks, strict=True):
            hard = 2.0 ** -p["terrain_cross"] if name in MOUNTAINS else 1.0
            pull = exp(-p["route_sensitivity"] * risk / usual)
            weights.append(p[f"section_length.{name}"] * hard * pull)
        for i, weight in enumerate(weights):
            self.ways[i] += (weight / sum(weights) - self.ways[i]) / p["clock_season"]

    def see_costs(self, sold: float) -> None:
        """Remember what losses and tolls took, where ``sold`` kg got through."""
        taken = 1.0 - sold / self.bought + self.tolls / (self.bought * self.model.exit_price)
        self.cost_share += (min(taken, 1.0) - self.cost_share) / self.p["clock_season"]

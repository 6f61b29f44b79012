"""A trafficking network of the scalar market: learning, routes, volume, loads, in floats."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

import mesa

from tajsim.axes import AFGHAN_SECTIONS, EXITS, NETWORKS

if TYPE_CHECKING:
    from benchmarks.scalar_market import ScalarMarket


class Way:
    """One section or exit as one network sees it: shares, belief, last load and loss (kg)."""

    def __init__(self, share: float, belief: float, cost: float) -> None:
        self.share, self.belief, self.cost = share, belief, cost
        self.load, self.lost, self.toll = 0.0, 0.0, 0.0

    def learn(self, word: float, speed: float, word_weight: float) -> None:
        """Move the believed share lost towards own losses and the word of others."""
        if self.load > 1e-9:
            own = self.lost / self.load
            seen = own + word_weight * (word - own)
        else:
            seen = word
        self.belief += speed * (seen - self.belief)


class ScalarNetwork(mesa.Agent):  # type: ignore[misc]
    """A network in one run; its patron stays in place."""

    def __init__(self, model: ScalarMarket, rank: int) -> None:
        super().__init__(model)
        p = self.p = model.p
        sizes = [(1.0 + r) ** -p["network_inequality"] for r in range(len(NETWORKS))]
        self.name = NETWORKS[rank]
        self.capacity = p["heroin_supply"] * sizes[rank] / sum(sizes)
        self.bought = self.capacity
        self.protection = max(p["protection_top"] - p["protection_decline"] * rank, 0.02)
        self.stock = self.hit = self.margin = 0.0
        self.access = self.tolls = self.revenue = 0.0
        sections, home = len(AFGHAN_SECTIONS), (rank * 7) % len(AFGHAN_SECTIONS)
        belief = p["belief_start"]
        self.entries = [
            Way(
                1.0 / sections,
                belief,
                p["home_pull"] * abs(s - home) / sections + p[f"section_cost.{name}"],
            )
            for s, name in enumerate(AFGHAN_SECTIONS)
        ]
        self.exits = [Way(1.0 / len(EXITS), belief, p[f"exit_cost.{name}"]) for name in EXITS]

    def choose(self) -> None:
        """Take up profit and arrests in protection; learn; choose ways and volume."""
        model, p = self.model, self.p
        profit = max(self.margin / p["margin_normal"], 0.0)
        gained = p["protection_growth"] * profit * (1.0 - self.protection) * self.protection
        self.protection += gained - min(self.hit, 1.0) * self.protection
        self.access = self.protection + (1.0 - self.protection) * p["open_access"]
        cost_in = self._choose_ways(self.entries, model.entry_word, model.entry_toll, {})
        cost_out = self._choose_ways(self.exits, model.exit_word, model.exit_toll, model.barriers)
        cost = min(cost_in + cost_out, 0.95)
        price_out = sum(
            way.share * price for way, price in zip(self.exits, model.exit_prices, strict=True)
        )
        outlay = model.price + p["handling_cost"]
        self.margin = (price_out * (1.0 - cost) - outlay) / outlay
        wanted = self.capacity * min(max(self.margin / p["margin_normal"], 0.0), 1.5)
        self.bought += p["volume_speed"] * (wanted - self.bought)

    def _choose_ways(
        self, ways: list[Way], words: list[float], tolls: list[float], barriers: dict[int, float]
    ) -> float:
        """Set the shares of the ways; return the expected share lost to seizures and tolls."""
        p = self.p
        speed, trust = p["learning_speed"], p["word_weight"]
        sensitivity, inertia = p["route_sensitivity"], p["route_inertia"]
        weights = []
        for i, way in enumerate(ways):
            way.learn(words[i], speed, trust)
            way.toll = tolls[i] * self.access
            cost = way.cost + barriers.get(i, 0.0)
            weights.append(exp(-(sensitivity * (way.belief + way.toll) + cost)))
        whole = sum(weights)
        expected = 0.0
        for way, weight in zip(ways, weights, strict=True):
            way.share = inertia * way.share + (1.0 - inertia) * weight / whole
            expected += way.share * (way.belief + way.toll)
        return expected

    def inherit(self, inherited: float) -> None:
        """Let reach follow profit, arrests and what is taken over from others."""
        p = self.p
        push = min(max(self.margin / p["margin_normal"] - 1.0, -1.0), 1.0)
        grown = self.capacity * (1.0 + p["capacity_growth"] * push) * (1.0 - self.hit)
        self.capacity = max(grown, 0.01) + inherited

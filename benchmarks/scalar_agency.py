"""An agency of the scalar market: deployment, detection, honesty, in floats."""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING

import mesa

from tajsim.axes import AFGHAN_SECTIONS, SECTIONS
from tajsim.world import MOUNTAINS

if TYPE_CHECKING:
    from benchmarks.scalar_market import ScalarMarket


class ScalarAgency(mesa.Agent):  # type: ignore[misc]
    """An agency in one run; pay, strength, quality and collusion stay as at the start."""

    def __init__(self, model: ScalarMarket, name: str, row: int) -> None:
        super().__init__(model)
        p, start = model.p, model.start
        self.p = p
        self.name, self.row = name, row
        self.strength, self.quality = start["strength"][row], start["quality"][row]
        self.collusion = start["collusion"][row]
        self.at_stake = start["pay"][row] * (1.0 + start["watch"][row])
        self.posted = self.strength * p.get(f"border_post_share.{name}", 0.0)
        self.unit = start["units"].get(name, 0.0)
        self.guarded_km = [0.0] * len(SECTIONS)
        self.seen = [of[row] for of in start["seen"]]
        self.deployment = [0.0] * len(SECTIONS)

    def deploy(self) -> None:
        """Divide the people on the line over the guarded sections: by length, and by traffic."""
        km, follows = self.guarded_km, self.p["traffic_response"]
        if sum(km) <= 0.0:
            self.deployment = [0.0] * len(km)
            return
        there = [
            seen + 1e-9 * length if length > 0.0 else 0.0
            for seen, length in zip(self.seen, km, strict=True)
        ]
        self.deployment = [
            self.posted * ((1.0 - follows) * length / sum(km) + follows * kg / sum(there))
            for length, kg in zip(km, there, strict=True)
        ]

    def hear(self, loads: list[float]) -> None:
        """Let posts take note of what passes on the sections they hold, kg."""
        for s in range(len(AFGHAN_SECTIONS)):
            passing = loads[s] if self.guarded_km[s] > 0.0 else 0.0
            self.seen[s] += (passing - self.seen[s]) / self.p["clock_season"]

    def detection_on(self, section: int) -> float:
        """Return the chance that an honest guard meets a load on a section."""
        p, name = self.p, SECTIONS[section]
        half = p["detection_half_density"]
        if name in MOUNTAINS:
            half *= 2.0 ** p["terrain_guard"]
        effective = self.deployment[section] / p[f"section_length.{name}"] * self.quality / half
        return p["detection_limit"] * (1.0 - exp(-log(2.0) * effective))

    def detection_inside(self) -> float:
        """Return the chance that a drug unit, or customs at an exit, meet a load if honest."""
        if self.unit > 0.0:
            return 1.0 - exp(-self.p["inland_search"] * self.unit * self.quality)
        return 1.0 - exp(-self.p["exit_search"] * self.strength * self.quality)

    @property
    def meeting(self) -> float:
        """How many stand where loads pass: at their posts on the line, in a unit, or all."""
        posts = sum(self.deployment[: len(AFGHAN_SECTIONS)])
        return posts if self.posted else self.unit or self.strength

    def reported(self, seized: float, price: float) -> float:
        """Return what is reported of what was seized, kg; the rest is sold at ``price`` USD/kg."""
        gain = seized * price / max(self.unit or self.strength, 1.0)
        tempted = gain / (gain + self.at_stake + 1e-9)
        honest: float = 1.0 - self.p["theft_share"] * self.collusion * tempted
        return seized * honest

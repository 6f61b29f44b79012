"""An agency of the scalar market: collusion, deployment, detection, in floats."""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING

import mesa

from tajsim.axes import SECTIONS

if TYPE_CHECKING:
    from benchmarks.scalar_market import ScalarMarket


class ScalarAgency(mesa.Agent):  # type: ignore[misc]
    """An agency in one run; pay, strength and quality stay as at the start."""

    def __init__(self, model: ScalarMarket, name: str) -> None:
        super().__init__(model)
        p = self.p = model.p
        self.name = name
        self.strength = p[f"agency_strength.{name}"]
        self.quality = p[f"agency_quality.{name}"]
        self.pay = p[f"agency_pay.{name}"]
        self.collusion = p[f"collusion_start.{name}"]
        seen_by_press = 1.0 + p["press_exposure"] * p["civic_space"]
        self.supervision = p[f"agency_supervision.{name}"] * seen_by_press
        self.posted = self.strength * p.get(f"border_post_share.{name}", 0.0)
        self.unit = self.strength * p.get(f"drug_unit_share.{name}", 0.0)
        self.rent_on_offer = 0.0
        self.guarded_km = [0.0] * len(SECTIONS)
        self.deployment = [0.0] * len(SECTIONS)
        self.seen = [0.0] * len(SECTIONS)

    def decide_collusion(self) -> None:
        """Move towards the share that would collude at these bribes, pay and supervision."""
        p = self.p
        ratio = (self.rent_on_offer + 0.1) / (self.pay + self.supervision + 0.1)
        odds = p["collusion_slope"] * log(ratio) + p["bribery_norm"]
        aim = 1.0 / (1.0 + exp(-odds))
        self.collusion += p["collusion_speed"] * (aim - self.collusion)

    def deploy(self) -> None:
        """Divide the people on the line over the guarded sections, more where much was seized."""
        response = self.p["traffic_response"]
        mean = max(sum(self.seen) / len(self.seen), 1e-9)
        weights = [
            km * (1.0 + response * seen / mean)
            for km, seen in zip(self.guarded_km, self.seen, strict=True)
        ]
        whole = sum(weights)
        if whole <= 0.0:
            self.deployment = [0.0] * len(weights)
        else:
            self.deployment = [self.posted * weight / whole for weight in weights]

    def detection_on(self, section: int) -> float:
        """Return the chance that an honest guard meets a load on a section."""
        p, name = self.p, SECTIONS[section]
        density = self.deployment[section] / p[f"section_length.{name}"]
        half = p["detection_half_density"] * p[f"section_terrain.{name}"]
        return p["detection_limit"] * (1.0 - exp(-log(2.0) * density * self.quality / half))

    def detection_at_exit(self, name: str) -> float:
        """Return the chance that honest customs officers meet a load at an exit."""
        p = self.p
        found = 1.0 - exp(-log(2.0) * self.strength * self.quality / p["exit_half_strength"])
        return p["exit_detection_limit"] * found / p[f"exit_openness.{name}"]

    def detection_inland(self) -> float:
        """Return the share of stocks that an honest drug unit would find in a month."""
        p = self.p
        found = 1.0 - exp(-log(2.0) * self.unit * self.quality / p["inland_half_strength"])
        return p["inland_limit"] * found

    def reported(self, seized: float, price: float) -> float:
        """Return what is reported of what was seized, kg; the rest is sold at ``price`` USD/kg."""
        gain = seized * price / max(self.unit or self.strength, 1.0)
        tempted = gain / (gain + self.pay + self.supervision + 0.1)
        return seized * (1.0 - self.p["theft_share"] * self.collusion * tempted)

"""Dock the model with a mean field of ten equations: where do they agree, and where not?

The equations follow the description of the design and no rule's code: one guard, one network, one
region, no commanders and no chance. They share the registry's values with the full model, so that
what differs is structure. ``python -m benchmarks.mean_field`` prints both for three changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from tajsim.ensemble.run import run_many
from tajsim.inputs.registry import base_value
from tajsim.results.numbers import text_table
from tajsim.results.window import at_places, over

#: Years after a change over which both are looked at, and the runs of the full model.
WINDOW, RUNS = ("2007-01", "2009-12"), 40


@dataclass(frozen=True)
class World:
    """What is changed from outside: each is 1, or what is there in 2004."""

    foreign_guards: float = 11500.0
    work_abroad: float = 1.0
    harvest: float = 1.0


#: Change -> the scenario of the full model, its reference, and the world of the mean field.
CHANGES = {
    "guards leave": ("russian-border-withdrawal", "arrangement-of-2004", World(foreign_guards=0.0)),
    "migrants home": ("migrant-return", "status-quo", World(work_abroad=0.4)),
    "harvest doubles": ("record-harvest", "status-quo", World(harvest=2.0)),
}
#: Quantity of the mean field -> outcome and place of the full model.
QUANTITIES: dict[str, tuple[str, dict[str, str]]] = {
    "interception": ("interception", {}),
    "flow": ("heroin_entering", {}),
    "price": ("heroin_price", {}),
    "own effort": ("own_effort", {"task": "border"}),
    "outside": ("outside_provision", {"task": "border"}),
    "collusion": ("collusion", {"agency": "border_troops"}),
    "remittances": ("remittances", {}),
    "hardship": ("hardship", {}),
    "grievance": ("grievance", {}),
    "strain": ("strain", {}),
}


def mean_field(world: World, months: int = 72) -> dict[str, float]:
    """Return the state after so many months of ten equations, from the start of 2004."""
    value = base_value
    km = sum(value(f"section_length.{s}") for s in ("ishkashim", "khorog", "kalaikhumb"))
    km += sum(value(f"section_length.{s}") for s in ("moskovskii", "pianj"))
    effort, collusion, own = 0.3, 0.45, value("agency_strength.border_troops")
    grievance, strain = 0.33, 0.3
    for _ in range(months):
        # 1. Outsiders carry what their guards do of what the full guard of 2004 did.
        outside = world.foreign_guards / (world.foreign_guards + 0.5 * own)
        # 2. Own effort falls with what is covered; the gap that is left calls it back.
        wish = (1.0 - value("crowding_out") * outside) * value("survival_weight.border") / 0.1
        wish += value("gap_response") * (1.0 - outside) * value("survival_weight.border")
        effort += (min(wish, 1.0) - effort) * value("effort_speed")
        own += (value("agency_strength.border_troops") * (1.0 + 2.0 * effort) - own) / 60.0
        # 3. The flow meets the demand beyond, whatever is taken on the way, and scarcity.
        scarcity = world.harvest ** -value("scarcity_pull")
        price = value("price_border") * scarcity
        quality = value("quality_conscripts") * own + value("quality_vetted") * world.foreign_guards
        # 4. Guards who share the bribes of the flow sell passage, by what a bribe is to their pay.
        offer = value("market_demand") * price * 0.01 / (own + world.foreign_guards)
        odds = value("bribery_norm") / (1.0 - value("bribery_norm"))
        odds *= (offer / (20.0 + 20.0 * effort)) ** value("greed")
        collusion += (odds / (1.0 + odds) - collusion) / 12.0
        # 5. Honest and able guards a kilometre detect loads up to a limit.
        honest = quality * (1.0 - collusion) / km
        interception = (
            value("detection_limit") * honest / (honest + value("detection_half_density"))
        )
        # 6. Entry is free: what is taken is carried besides.
        flow = value("market_demand") / (1.0 - interception) * world.harvest**0.2
        # 7. Migrants and what each sends follow the work abroad.
        remittances = world.work_abroad ** (1.0 + 0.5 * value("migrant_wages") / 2.0)
        # 8. Hardship answers income, of which remittances are two fifths.
        income = 0.6 + 0.4 * remittances
        start = value("poverty_start")
        poor = start / (1.0 - start) * income ** -(value("hardship_slope") / 2.0)
        hardship = poor / (1.0 + poor)
        # 9. Grievance answers hardship and a gap at the border.
        gap = max(0.0, 1.0 - outside - effort)
        angry = 0.5 * (hardship / start) ** 1.5 * (1.0 + 0.05 * gap)
        grievance += (angry / (1.0 + angry) - grievance) / 12.0
        # 10. Strain is the mean of its causes: grievance, drug income over revenue, the gap.
        mafia = 0.5 * flow / value("market_demand")
        strain += ((2.0 * grievance + mafia + 0.2 * gap) / 3.2 - strain) / 12.0
    found = (interception, flow, price, effort, outside, collusion, remittances, hardship)
    return dict(zip(QUANTITIES, (*found, grievance, strain), strict=True))


def dock() -> list[list[str]]:
    """Return a row for each change and quantity: both relative changes, and whether they agree."""
    rows, plain = [], mean_field(World())
    for change, (scenario, reference, world) in CHANGES.items():
        moved = mean_field(replace(world))
        outcomes = [outcome for outcome, _ in QUANTITIES.values()]
        pair = [reference, scenario]
        results = run_many(pair, RUNS, parameters="fixed", until=WINDOW[1], outcomes=outcomes)
        for name, (outcome, where) in QUANTITIES.items():
            values = over(at_places(results, outcome, where), WINDOW).values
            mean = [float(side[side == side].mean()) for side in values]
            ours = mean[1] / mean[0] - 1.0
            theirs = moved[name] / plain[name] - 1.0
            rows.append([change, name, f"{theirs:+.1%}", f"{ours:+.1%}", _agree(theirs, ours)])
    return rows


def _agree(one: float, other: float) -> str:
    """Say whether two relative changes agree: both small, or of one sign and within three times."""
    small = 0.02
    if math.isnan(one) or math.isnan(other):
        return "not there"
    if abs(one) < small and abs(other) < small:
        return "both small"
    if one * other <= 0.0 or min(abs(one), abs(other)) < small / 2.0:
        return "no"
    ratio = abs(one / other)
    return "yes" if 1.0 / 3.0 <= ratio <= 3.0 else "sign alone"


if __name__ == "__main__":
    head = ("change", "quantity", "mean field", "model", "agree")
    print(text_table(head, dock(), left=(0, 1, 4)))

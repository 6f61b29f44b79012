"""Stage 6, routes: networks learn, choose sections and exits, and decide what to buy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import AFGHAN_SECTIONS, EXITS, total
from tajsim.rules.border.access import access
from tajsim.rules.border.price import price_at_border

if TYPE_CHECKING:
    from tajsim.agents.network import TraffickingNetwork
    from tajsim.axes import Array
    from tajsim.model.model import TajikistanModel


def routes(model: TajikistanModel) -> None:
    """Networks choose. Writes: consignments (bought, shares of ways)."""
    bought = total(np.stack([n.bought for n in model.networks]))
    first = model.months_run == 0
    supply = model.values["heroin_supply"]
    model.price_in = model.ask(
        price_at_border, supply if first else bought, model.outside.harvest
    )
    model.now["price_border"] = model.price_in
    prices = model.values.family("price_exit")
    barrier = np.zeros((len(EXITS), model.run_count))
    barrier[EXITS.index("uzbek_border")] = model.values["barrier_cost"] * model.barrier
    entry_toll = model.entry_toll[: len(AFGHAN_SECTIONS)]
    words = model.entry_word, model.exit_word
    for network in model.networks:
        network.protection = protection_now(model, network)
        network.access = network.ask(access, network.protection)
        network.learn(*words)
        network.choose_routes(entry_toll, model.exit_toll, barrier)
        network.choose_volume(prices, model.price_in)


def protection_now(model: TajikistanModel, network: TraffickingNetwork) -> Array:
    """Return a network's protection: less while its patron is out of place."""
    if not network.patron:
        return network.protection_start
    held = model.commander[network.patron].in_place
    return network.protection_start * (1.0 - model.values["patron_worth"] * (1.0 - held))

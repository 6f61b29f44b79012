"""Stage 6, routes: networks learn, choose sections and exits, and decide what to buy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import AFGHAN_SECTIONS, EXITS, Array, total
from tajsim.rules.border.price import price_at_border

if TYPE_CHECKING:
    from tajsim.model.model import TajikistanModel


def routes(model: TajikistanModel) -> None:
    """Networks choose. Writes: consignments (bought, shares of ways)."""
    networks = model.traffic
    bought = total(networks.bought)
    model.price_in = model.ask(price_at_border, bought, model.outside.harvest)
    model.now["price_border"] = model.price_in
    barrier = np.zeros((len(EXITS), model.run_count))
    barrier[EXITS.index("uzbek_border")] = model.values["barrier_cost"] * model.barrier
    networks.ask(networks.protect, patrons_in_place(model))
    networks.learn(model.entry_word, model.exit_word)
    networks.choose_routes(model.entry_toll[: len(AFGHAN_SECTIONS)], model.exit_toll, barrier)
    networks.choose_volume(model.values.family("price_exit"), model.price_in)


def patrons_in_place(model: TajikistanModel) -> Array:
    """Return 1 where a network's patron is in place or it has none, ``(network, run)``."""
    always = np.ones(model.run_count)
    held = {c.name: c.in_place for c in model.commanders}
    return np.stack([held.get(patron, always) for patron in model.traffic.patrons])

"""Stage 6, routes: networks learn, choose sections and exits, and decide what to buy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import AFGHAN_SECTIONS, EXITS, total
from tajsim.model.notes.ways import note_ways
from tajsim.rules.border.price import price_at_border, price_beyond

if TYPE_CHECKING:
    from tajsim.model.country import Country


def routes(country: Country) -> None:
    """Networks choose. Writes: consignments (bought, shares of ways)."""
    networks = country.networks
    bought = total(networks.bought)
    country.price_in = country.ask(price_at_border, bought, country.outside.harvest)
    country.now["price_border"] = country.price_in
    months = np.full(country.run_count, float(country.months_run))
    country.price_out = country.ask(price_beyond, months)
    barrier = np.zeros((len(EXITS), country.run_count))
    # Neighbours close their own side too, the Uzbek one firmly, the Kyrgyz one weakly.
    closed = country.barrier + country.hardening
    barrier[EXITS.index("uzbek_border")] = country.values.barrier_cost * closed
    weak = country.values.kyrgyz_hardening * country.hardening
    barrier[EXITS.index("kyrgyz_border")] = country.values.barrier_cost * weak
    networks.ask(networks.protect, country.commanders.in_place)
    networks.learn(country.entry_word, country.exit_word)
    networks.choose_routes(country.entry_toll[: len(AFGHAN_SECTIONS)], country.exit_toll, barrier)
    note_ways(country, networks.exit_cost + barrier[:, None])
    networks.choose_volume(country.price_out, country.price_in)

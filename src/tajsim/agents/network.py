"""Trafficking networks: route, volume, growth, learning."""

from __future__ import annotations

import mesa
import numpy as np

from tajsim.agents.actor import Actor
from tajsim.axes import AFGHAN_SECTIONS, EXITS, NETWORKS, Array, total
from tajsim.rules.border.access import access
from tajsim.rules.border.belief import learn
from tajsim.rules.border.routes import way_shares
from tajsim.rules.border.volume import capacity_step, margin, volume
from tajsim.world import NETWORK_PATRON


class TraffickingNetwork(Actor):
    """A network in all runs.

    State, each ``(run,)`` unless said: ``capacity``, ``bought``, ``stock`` (kg), ``protection``
    and ``access`` (shares), ``margin`` (ratio), ``hit`` (share lost to arrests);
    ``entry_share``, ``entry_belief``, ``entry_load``, ``entry_lost`` ``(section, run)`` over the
    Afghan sections, and the same for exits ``(exit, run)``.
    """

    def __init__(self, model: mesa.Model, name: str) -> None:
        self.rank = NETWORKS.index(name)
        self.patron = NETWORK_PATRON[name]
        super().__init__(model, name, "network")

    def start(  # type: ignore[override]
        self,
        *,
        heroin_supply: Array,
        network_inequality: Array,
        protection_top: Array,
        protection_decline: Array,
        belief_start: Array,
        home_pull: Array,
        section_cost: Array,
        exit_cost: Array,
    ) -> None:
        """Take a rank in size and protection. Mechanisms: E11 (the sizes are assumptions)."""
        ranks = np.arange(1, len(NETWORKS) + 1)[:, None] ** -network_inequality
        self.capacity = heroin_supply * ranks[self.rank] / total(ranks)
        self.protection_start = np.maximum(protection_top - protection_decline * self.rank, 0.0)
        self.protection = self.protection_start.copy()
        self.access = self.ask(access, self.protection)
        self.stock, self.bought, self.hit = self.zeros(), self.zeros(), self.zeros()
        self.margin, self.revenue = self.zeros(), self.zeros()
        sections, exits = len(AFGHAN_SECTIONS), len(EXITS)
        # Networks work from somewhere: sections far from their home cost them more.
        distance = np.abs(np.arange(sections) - (self.rank * 7) % sections)[:, None]
        self.entry_cost = home_pull * distance / sections + section_cost[:sections]
        self.exit_cost_own = exit_cost + 0.0
        self.entry_share = np.full((sections, self.runs), 1.0 / sections)
        self.exit_share = np.full((exits, self.runs), 1.0 / exits)
        self.entry_belief = np.broadcast_to(belief_start, (sections, self.runs)).copy()
        self.exit_belief = np.broadcast_to(belief_start, (exits, self.runs)).copy()
        self.entry_load, self.entry_lost = self.zeros(sections), self.zeros(sections)
        self.exit_load, self.exit_lost = self.zeros(exits), self.zeros(exits)

    def learn(self, entry_word: Array, exit_word: Array) -> None:
        """Update beliefs from last month's losses and from the word of others."""
        self.entry_belief = self.ask(
            learn, self.entry_belief, self.entry_load, self.entry_lost, entry_word
        )
        self.exit_belief = self.ask(
            learn, self.exit_belief, self.exit_load, self.exit_lost, exit_word
        )

    def choose_routes(self, entry_toll: Array, exit_toll: Array, barrier_cost: Array) -> None:
        """Choose the shares of sections and exits.

        Args:
            entry_toll: toll of arranged passage times collusion, share of value, ``(section, run)``.
            exit_toll: the same at the exits, ``(exit, run)``.
            barrier_cost: standing disadvantage of closed crossings, ``(exit, run)``.
        """
        entry_toll = entry_toll * self.access
        exit_toll = exit_toll * self.access
        self.entry_share = self.ask(
            way_shares, self.entry_share, self.entry_belief, entry_toll, self.entry_cost
        )
        cost = self.exit_cost_own + barrier_cost
        self.exit_share = self.ask(way_shares, self.exit_share, self.exit_belief, exit_toll, cost)
        self.cost_share = np.minimum(
            total(self.entry_share * (self.entry_belief + entry_toll))
            + total(self.exit_share * (self.exit_belief + exit_toll)),
            0.95,
        )

    def choose_volume(self, exit_prices: Array, price_in: Array) -> None:
        """Choose how much to buy this month, kg."""
        price_out = total(self.exit_share * exit_prices)
        self.margin = self.ask(margin, price_out, price_in, self.cost_share)
        self.bought = self.ask(volume, self.capacity, self.margin)

    def grow(self, inherited: Array) -> None:
        """Let reach follow profit, arrests and what is taken over from others."""
        self.capacity = self.ask(capacity_step, self.capacity, self.margin, self.hit, inherited)

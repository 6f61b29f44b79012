"""External powers: offers, delivery, backing."""

from __future__ import annotations

import mesa

from tajsim.agents.actor import Actor
from tajsim.axes import TASKS, Array
from tajsim.rules.powers.delivery import provision
from tajsim.rules.powers.guarantee import guarantee
from tajsim.rules.powers.offers import offers
from tajsim.world import BLOCS, MOSCOW, WEST


class ExternalPower(Actor):
    """A power in all runs.

    State: ``offer``, ``delivered``, ``useful`` (USD/month), ``mandate``, ``presence``,
    ``provision`` (shares), each ``(task, run)``; ``provision_slow`` (share, ``(run,)``) is last
    year's provision as rivals remember it.
    """

    def __init__(self, model: mesa.Model, name: str) -> None:
        self.west = float(name in WEST)
        self.moscow = float(name in MOSCOW)
        self.bloc = float(name in BLOCS)
        super().__init__(model, name, "power")

    def start(self, *, mandate_start: Array) -> None:  # type: ignore[override]
        """Hold the mandate of early 2004. Source: matveeva-2004:153-229."""
        tasks = len(TASKS)
        self.mandate = self.zeros(tasks) + mandate_start
        self.offer, self.delivered, self.useful = (
            self.zeros(tasks),
            self.zeros(tasks),
            self.zeros(tasks),
        )
        self.presence, self.provision = self.zeros(tasks), self.zeros(tasks)
        self.diverted = self.zeros(tasks)
        self.provision_slow = self.zeros()
        self.backing = self.zeros()

    def make_offers(self, gap: Array, rival_gain: Array, attention: Array) -> None:
        """Offer money for the tasks that matter to the power itself, ``(task, run)``."""
        self.offer = self.ask(offers, gap, rival_gain, attention)

    def deliver(self, *, power_delivery: Array) -> None:
        """Deliver part of what the regime has taken. Mechanisms: O16, M56."""
        self.delivered = self.offer * self.mandate * power_delivery

    def carry(self) -> None:
        """Work out what share of each task the power carries."""
        self.provision = self.ask(provision, self.useful, self.presence)

    def back(self, alignment: Array, presence: Array) -> None:
        """Decide how far to back the ruler, 0 to 1."""
        self.backing = self.ask(guarantee, alignment, presence)

"""External powers: offers, delivery, backing."""

from __future__ import annotations

import mesa

from tajsim.agents.actor import Actor
from tajsim.axes import TASKS, Array, total
from tajsim.rules.powers.delivery import provision
from tajsim.rules.powers.guarantee import guarantee
from tajsim.rules.powers.offers import offers
from tajsim.rules.powers.partner import burnt_step
from tajsim.world import BLOCS, MOSCOW, WEST


class ExternalPower(Actor):
    """A power in all runs.

    State: ``offer``, ``delivered``, ``useful`` (USD/month), ``mandate``, ``presence``,
    ``provision`` (shares), each ``(task, run)``; ``remembered`` (index, ``(run,)``) is its
    weight of the last year as rivals remember it; ``burnt`` (0 to 1, ``(run,)``) is the trust that
    defections from services it relied on have cost it; ``touched`` is the share of its exposure
    that is to militants.
    """

    def __init__(self, model: mesa.Model, name: str) -> None:
        self.west = float(name in WEST)
        self.moscow = float(name in MOSCOW)
        self.bloc = float(name in BLOCS)
        super().__init__(model, name, "power")

    def start(  # type: ignore[override]
        self, *, mandate_start: Array, power_exposure: Array
    ) -> None:
        """Hold the mandate of early 2004. Source: matveeva-2004:153-229."""
        tasks = len(TASKS)
        militants = power_exposure[TASKS.index("militancy")]
        self.touched = militants / (total(power_exposure) + 1e-9)
        self.mandate = self.zeros(tasks) + mandate_start
        self.offer, self.delivered, self.useful = (
            self.zeros(tasks),
            self.zeros(tasks),
            self.zeros(tasks),
        )
        self.presence, self.provision = self.zeros(tasks), self.zeros(tasks)
        self.diverted = self.zeros(tasks)
        self.remembered, self.backing, self.burnt = self.zeros(), self.zeros(), self.zeros()

    def make_offers(self, gap: Array, rival_gain: Array, attention: Array) -> None:
        """Offer money for the tasks that matter to the power itself, ``(task, run)``."""
        self.offer = self.ask(offers, gap, rival_gain, attention)

    def deliver(self, *, power_delivery: Array) -> None:
        """Deliver part of what the regime has taken, the less the less it trusts its services.

        Mechanisms: O16, M56, O27.
        """
        self.delivered = self.offer * self.mandate * (power_delivery * (1.0 - self.burnt))

    def carry(self) -> None:
        """Work out what share of each task the power carries."""
        self.provision = self.ask(provision, self.useful, self.presence)

    def suffer(self, exposure: Array) -> None:
        """Lose trust by the defection of a service's chief it relied on, and win it back."""
        self.burnt = self.ask(burnt_step, self.burnt, exposure)

    def back(self, alignment: Array, presence: Array) -> None:
        """Decide how far to back the ruler, 0 to 1."""
        self.backing = self.ask(guarantee, alignment, presence)

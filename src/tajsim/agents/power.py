"""External powers: offers, delivery, backing."""

import numpy as np

from tajsim.agents.actors import Actors, Member, state
from tajsim.axes import POWERS, TASKS, Array, column, total
from tajsim.rules import aid, offers
from tajsim.world import BLOCS, MOSCOW, WEST


class ExternalPower(Member):
    """One power: ``power.burnt`` is ``(run,)``, ``power.offer`` ``(task, run)``."""


class ExternalPowers(Actors[ExternalPower]):
    """External powers: offers, delivery, backing.

    They begin with the mandates of early 2004 (matveeva-2004:153-229).
    """

    dimension = "power"
    member = ExternalPower
    #: 1 for a power of the West, for Moscow, for a bloc that Moscow watches, ``(power, 1)``.
    west = column(name in WEST for name in POWERS)
    moscow = column(name in MOSCOW for name in POWERS)
    bloc = column(name in BLOCS for name in POWERS)

    offer = state("USD/month", "offered", "task")
    delivered = state("USD/month", "delivered of what the regime took", "task")
    diverted = state("USD/month", "delivered and diverted", "task")
    useful = state("USD/month", "delivered, neither diverted nor repeated", "task")
    mandate = state("share", "of the offer that the regime takes", "task", start="mandate_start")
    presence = state("share", "of the task that its own people hold", "task")
    provision = state("share", "of the task that it carries", "task")
    carried = state("share", "its provision summed over tasks")
    remembered = state("index", "its weight of the last year, as rivals remember it")
    burnt = state("share", "trust lost by defections from services it relied on")
    backing = state("share", "how far it backs the ruler")
    touched = state("share", "of its exposure that is to militants", start=None)

    def start(self, *, power_exposure: Array) -> None:
        """Work out how far each is exposed to militants."""
        militants = power_exposure[TASKS.index("militancy")]
        self.touched = militants / (total(power_exposure) + 1e-9)

    def heed(self, wake: Array, search: Array, told: Array, *, power_attention: Array) -> Array:
        """Return how much each power cares about the region now, 1 = as in 2004, ``(power, run)``.

        Moscow needs neither to be asked nor to be told of militants.

        Args:
            wake: what visible crisis multiplies attention by, ``(run,)``.
            search: how much more widely the regime looks for partners than at the start, -1 to 1,
                ``(task, run)``.
            told: what they believe of an overstated threat, more than at the start, -1 to 1,
                ``(run,)``.
        """
        frightened = self.apply(offers.frightened, told, self.touched)
        interest = self.apply(offers.courted, search[:, None]) * frightened
        return power_attention * wake * np.where(self.moscow, 1.0, interest)

    def make_offers(self, gap: Array, rival_gain: Array, attention: Array) -> None:
        """Offer money for the tasks that matter to the power itself.

        Args:
            gap: share of each task that nobody carries, ``(task, run)``.
            rival_gain: growth of each power's rivals, index, ``(power, run)``.
            attention: how much each cares about the region now, ``(power, run)``.
        """
        self.offer = self.apply(offers.offers, gap[:, None], rival_gain, attention)

    def deliver(self, *, power_delivery: Array) -> None:
        """Deliver part of what the regime has taken, the less the less it trusts its services.

        Mechanisms: O16, M56, O27.
        """
        self.delivered = self.offer * self.mandate * (power_delivery * (1.0 - self.burnt))

    def arrive(self, diverted: Array, repeated: Array) -> None:
        """Lose what is diverted; what repeats other aid adds nothing new.

        Args:
            diverted: share of delivered aid that is diverted, ``(task, run)``.
            repeated: share of it that repeats other aid, ``(task, run)``.
        """
        self.diverted = self.delivered * diverted[:, None]
        self.useful = self.delivered * (1.0 - diverted[:, None]) * (1.0 - repeated[:, None])

    def carry(self) -> None:
        """Work out what share of each task each power carries."""
        self.provision = self.apply(aid.provision, self.useful, self.presence)
        self.carried = total(self.provision)

    def suffer(self, exposure: Array) -> None:
        """Lose trust by the defection of a service's chief it relied on, and win it back."""
        self.burnt = self.apply(offers.burnt_step, self.burnt, exposure)

    def back(self, alignment: Array, presence: Array) -> None:
        """Decide how far to back the ruler, 0 to 1.

        Args:
            alignment: position of the regime, -1 West to 1 Moscow, ``(run,)``.
            presence: military presence of the base's owner, 0 to 1, ``(run,)``.
        """
        self.backing = self.apply(offers.guarantee, alignment, presence * self.moscow)

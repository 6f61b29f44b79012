"""External powers: attention, budgets, what they carry, and how far they trust the country."""

from tajsim.agents.actors import Actors, Member, state
from tajsim.axes import POWERS, Array, column
from tajsim.rules import offers
from tajsim.world import BLOCS, MOSCOW, WEST


class ExternalPower(Member):
    """One power: ``power.burnt`` is ``(run,)``, ``power.provision`` ``(task, run)``."""


class ExternalPowers(Actors[ExternalPower]):
    """External powers: attention, budgets, what they carry, trust.

    What they offer and what of it is taken are the deals (`tajsim.agents.deals`).
    """

    dimension = "power"
    member = ExternalPower
    #: 1 for a power of the West, for Moscow, for a bloc that Moscow watches, ``(power, 1)``.
    west = column(name in WEST for name in POWERS)
    moscow = column(name in MOSCOW for name in POWERS)
    bloc = column(name in BLOCS for name in POWERS)

    attention = state("index", "logarithm of its attention over the usual")
    budget = state("ratio", "security money for the country, 1 = usual", start=1.0)
    seen = state("index", "what of its tasks is open to it")
    seen_usual = state("index", "the same as usual", usual="seen")
    provision = state("share", "of the task that it carries", "task")
    carried = state("share", "its provision summed over tasks")
    burnt = state("share", "trust lost by defections from services it relied on")

    def suffer(self, exposure: Array) -> None:
        """Lose trust by the defection of a service's chief it relied on, and win it back."""
        self.burnt = self.apply(offers.burnt_step, burnt=self.burnt, exposure=exposure)

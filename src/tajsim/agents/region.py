"""Regions and their people: grievance, voice, protest, migration, control."""

from tajsim.agents.actors import Actors, Member, state
from tajsim.axes import Array, ranks
from tajsim.rules import grievance as grievance_rules
from tajsim.rules import state as state_rules
from tajsim.rules import violence


class Region(Member):
    """One region: ``region.grievance`` is ``(run,)``."""


class Regions(Actors[Region]):
    """Regions and their people: grievance, voice, protest, migration, control.

    Their pasts, their faith and the guard beside them tell them apart; in hardship and fear, where
    no figure does, the country is one (matveeva-2004:25-59, icg-2016:35).
    """

    dimension = "region"
    member = Region

    grievance = state(outcome="grievance", start=None)
    voice = state(outcome="voice", start=None)
    protest = state(outcome="protest")
    control = state(outcome="state_control", start=None)
    idle = state("persons", "returned migrants without work")
    leaving = state("persons/month", "leaving to work abroad, negative where they return")
    struck = state("number", "commanders of the region struck last month")
    farmed = state("USD/month", "earned on land cleared of mines")
    devout = state("share", "of people whose faith control touches", start="region_devout")
    opposition = state("share", "of people tied to its side", start="region_opposition")

    def start(
        self,
        *,
        grievance_usual: Array,
        absorption_limit: Array,
        fear_usual: Array,
        migrant_share: Array,
    ) -> None:
        """Work out voice and control as after the first month, so that the start is no shock."""
        nothing = self.zeros()
        self.grievance = nothing + grievance_usual * (1.0 - 0.5 * absorption_limit)
        self.voice = self.apply(
            violence.voiced, grievance=self.grievance, fear=fear_usual, abroad_share=migrant_share
        )
        self.control = self.apply(
            state_rules.control_aim, nothing + 1.0, nothing, self.voice, nothing, nothing, nothing
        )

    def migrate(self, home: Array, abroad: Array, demand: Array, hardship: Array) -> None:
        """Let people leave for work abroad, or return."""
        self.leaving = self.apply(grievance_rules.migration_flow, home, abroad, demand, hardship)
        self.idle = self.apply(grievance_rules.idle_step, self.idle, -self.leaving, home)

    def excluded(self, standing: Array, seat_share: Array, cronyism: Array) -> Array:
        """Return how closed politics is to people of each region, 0 to 1, ``(region, run)``."""
        return self.apply(
            grievance_rules.exclusion,
            standing=standing,
            seat_share=seat_share,
            cronyism=cronyism,
            opposition=self.opposition,
        )

    def resent(self, ratios: Array, absorbed: Array) -> None:
        """Let grievance follow its causes, ``(cause, region, run)`` in their order."""
        aim = self.apply(
            grievance_rules.grievance_aim, ratios=ratios, rank=ranks(ratios), absorbed=absorbed
        )
        self.grievance = self.apply(
            grievance_rules.grievance_step, grievance=self.grievance, aim=aim
        )

    def speak(self, abroad_share: Array, fear: Array) -> tuple[Array, Array, Array, Array]:
        """Work out voiced discontent; return the chance of a protest and the parts of it."""
        self.voice = self.apply(
            violence.voiced, grievance=self.grievance, fear=fear, abroad_share=abroad_share
        )
        return self.apply(
            violence.protest_chance,
            voice=self.voice,
            struck_here=self.struck,
            unchecked=self.protest * (1.0 - fear),
        )

    def hold(self, effort: Array, strongmen: Array, militants: Array, failed: Array) -> None:
        """Let the centre's control follow effort, strongmen, discontent and militants.

        Args:
            strongmen: independent power of commanders in each region, 0 to 1, ``(region, run)``.
            militants: in each region, thousand persons, ``(region, run)``.
        """
        aim = self.apply(
            state_rules.control_aim, effort, strongmen, self.voice, self.protest, militants, failed
        )
        self.control = self.apply(state_rules.control_step, self.control, aim)

"""Regions and their people: grievance, voice, protest, migration, control."""

from tajsim.agents.actors import Actors, Member, state
from tajsim.axes import Array, ranks
from tajsim.rules import grievance as grievance_rules, migration, state as state_rules, violence
from tajsim.rules.state import Lost


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
    turnout = state("ratio", "of a protest over that of a first one")
    control = state(outcome="state_control", start="control_base")
    unrest = state("number", "bloodshed of late")
    truce = state(outcome="truce")
    idle = state("persons", "returned migrants without work")
    leaving = state("persons/month", "leaving to work abroad, negative where they return")
    struck = state("number", "commanders of the region struck last month")
    devout = state("share", "of people whose faith control touches", start="region_devout")
    opposition = state("share", "of people tied to its side", start="region_opposition")

    def start(
        self,
        *,
        grievance_usual: Array,
        absorption_limit: Array,
        fear_usual: Array,
        migrants_start: Array,
        population_start: Array,
    ) -> None:
        """Work out grievance and voice near where they settle, so that the start is no shock."""
        self.grievance = self.zeros() + grievance_usual * (1.0 - 0.5 * absorption_limit)
        self.voice = self.apply(
            violence.voiced,
            grievance=self.grievance,
            fear=fear_usual,
            abroad_share=migrants_start / population_start,
        )

    def migrate(self, home: Array, abroad: Array, demand: Array, usual: Array) -> None:
        """Let people leave for work abroad, or return.

        Args:
            home, abroad: persons, ``(region, run)``.
        """
        self.leaving = self.apply(
            migration.migration_flow, home=home, abroad=abroad, demand=demand, usual=usual
        )
        self.idle = self.apply(migration.idle_step, idle=self.idle, returned=-self.leaving)

    def excluded(self, place: Array, cronyism: Array) -> Array:
        """Return how closed politics is to people of each region, 0 to 1, ``(region, run)``."""
        return self.apply(
            grievance_rules.exclusion, place=place, cronyism=cronyism, opposition=self.opposition
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

    def hold(self, strongmen: Array, militants: Array, garrison: Array, collapsed: Array) -> Lost:
        """Let control follow men in arms and discontent; return what is lost, by cause.

        Args:
            strongmen: men of commanders who are not loyal, persons, ``(region, run)``.
            militants: and members of violent groups, persons, ``(region, run)``.
            garrison: the state's force there, persons, ``(region, run)``.
            collapsed: 1 while the state has failed, else 0.
        """
        lost = self.apply(
            state_rules.lost_control,
            strongmen=strongmen,
            militants=militants,
            garrison=garrison,
            voice=self.voice,
        )
        self.control = self.apply(
            state_rules.control_step,
            control=self.control,
            lost=sum(lost, self.zeros()),
            collapsed=collapsed,
        )
        return lost

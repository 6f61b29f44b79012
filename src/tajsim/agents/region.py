"""Regions and their people: hardship, fear, grievance, migration, control."""

from tajsim.agents.actors import Actors, Member, state
from tajsim.axes import Array
from tajsim.rules import grievance as grievance_rules
from tajsim.rules import state as state_rules
from tajsim.rules import violence
from tajsim.rules.grievance import exclusion


class Region(Member):
    """One region: ``region.fear`` is ``(run,)``."""


class Regions(Actors[Region]):
    """Regions and their people: hardship, fear, grievance, migration, control.

    They begin as in early 2004, alike in poverty and fear (matveeva-2004:25-59, icg-2016:35).
    """

    dimension = "region"
    member = Region

    hardship = state(outcome="hardship", start="poverty_start")
    fear = state(outcome="fear", start="fear_start")
    grievance = state(outcome="grievance", start="grievance_start")
    voice = state(outcome="voice", start=None)
    protest = state(outcome="protest")
    control = state(outcome="state_control", start=None)
    idle = state("persons", "returned migrants without work")
    leaving = state("persons/month", "leaving to work abroad, negative where they return")
    struck = state("number", "commanders of the region struck last month")
    farmed = state("USD/month", "earned on land cleared of mines")
    devout = state("share", "of people whose faith control touches", start="region_devout")
    opposition = state("share", "of people tied to its side", start="region_opposition")

    def start(self, *, migrant_share: Array) -> None:
        """Work out voice and control as after the first month, so that the start is no shock."""
        nothing = self.zeros()
        self.voice = self.apply(violence.voiced, self.grievance, self.fear, migrant_share)
        self.control = self.apply(
            state_rules.control_aim, nothing + 1.0, nothing, self.voice, nothing, nothing, nothing
        )

    def migrate(self, home: Array, abroad: Array, demand: Array) -> None:
        """Let people leave for work abroad, or return."""
        self.leaving = self.apply(
            grievance_rules.migration_flow, home, abroad, demand, self.hardship
        )
        self.idle = self.apply(grievance_rules.idle_step, self.idle, -self.leaving, home)

    def live(self, income: Array, extortion: Array) -> None:
        """Work out hardship from income and extortion, USD/person/month."""
        self.hardship = self.apply(grievance_rules.hardship, income, extortion)

    def dread(self, policing: Array, step: Array, collusion: Array, incidents: Array) -> None:
        """Let fear follow the police, repression and violent incidents."""
        aim = self.apply(grievance_rules.fear_aim, policing, step, collusion, incidents)
        self.fear = self.apply(grievance_rules.fear_step, self.fear, aim)

    def excluded(self, standing: Array, step: Array, corruption: Array) -> Array:
        """Return how closed politics is to people of each region, 0 to 1, ``(region, run)``."""
        return self.apply(exclusion, standing, step, corruption, self.opposition)

    def resent(
        self,
        extortion_share: Array,
        creed: Array,
        idle_share: Array,
        exclusion: Array,
        insecurity: Array,
        absorbed: Array,
    ) -> None:
        """Let grievance follow its causes."""
        aim = self.apply(
            grievance_rules.grievance_aim,
            self.hardship,
            extortion_share,
            creed * self.devout,
            idle_share,
            exclusion,
            insecurity,
            absorbed,
        )
        self.grievance = self.apply(grievance_rules.grievance_step, self.grievance, aim)

    def speak(self, abroad_share: Array) -> Array:
        """Work out voiced discontent; return the chances of a protest, ``(region, run)``."""
        self.voice = self.apply(violence.voiced, self.grievance, self.fear, abroad_share)
        unchecked = self.protest * (1.0 - self.fear)
        parts = self.apply(violence.protest_reasons, self.voice, self.struck, unchecked)
        return self.apply(violence.protest_chance, sum(parts, self.zeros()))

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

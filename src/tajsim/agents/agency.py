"""Security agencies: pay, recruitment, corruption, quality, deployment."""

from __future__ import annotations

import mesa
import numpy as np

from tajsim.agents.actors import Actors, Member, state
from tajsim.axes import AGENCIES, SECTIONS, TASKS, Array, column, total
from tajsim.inputs.deals import load_deals
from tajsim.rules import aid as aid_rules, border_guard, corruption, outsourcing, rents
from tajsim.world import AGENCY_TASKS, CONSCRIPTS, DRUG_UNITS, FOREIGN_RUN, GUARDS, VETTED

#: Numbers of the tasks of each agency, in its own order.
TASKS_OF = [[TASKS.index(task) for task in AGENCY_TASKS[name]] for name in AGENCIES]

#: How many tasks each agency has, ``(agency, 1)``.
TASK_COUNT = column(len(tasks) for tasks in TASKS_OF)

# The first, second, ... task of each agency; what is no task of it counts nothing.
_PLACES = range(max(len(tasks) for tasks in TASKS_OF))
_AT = np.array([[t[k] if k < len(t) else 0 for t in TASKS_OF] for k in _PLACES])
_COUNTS = np.array([[[float(k < len(t))] for t in TASKS_OF] for k in _PLACES])

#: 1 for the country's own agencies, 0 for those that others run, ``(agency, 1)``.
OWN = column(name not in FOREIGN_RUN for name in AGENCIES)

# 1 where an own agency works on a task, (agency, task, 1), and how many do, (task, 1).
_WORKS_ON = np.array([[[float(t in tasks)] for t in range(len(TASKS))] for tasks in TASKS_OF])
_WORKS_ON *= OWN[:, None]
_BODIES = total(_WORKS_ON)

#: Mean number of agencies that have an agency's tasks, 1 for a foreign one, ``(agency, 1)``.
BODIES = column(sum(t in o for t in own for o in TASKS_OF) / len(own) for own in TASKS_OF)
BODIES = np.where(OWN > 0.0, BODIES, 1.0)


def over_tasks(values: Array) -> Array:
    """Add over the tasks of each agency: ``(..., task, run) -> (..., agency, run)``."""
    return total(values.take(_AT, axis=-2) * _COUNTS, axis=-3)


def shared_out(values: Array) -> Array:
    """Divide what tasks get over the own agencies of each, evenly, ``(..., agency, run)``."""
    shared: Array = over_tasks(values / _BODIES) * OWN
    return shared


def mean_by_task(values: Array) -> Array:
    """Return the mean over the own agencies that work on each task, ``(task, run)``.

    Args:
        values: ``(agency, run)``, or ``(agency, task, run)`` where they differ by task.
    """
    each = values if values.ndim > 2 else values[:, None]
    return total(each * _WORKS_ON) / _BODIES


#: 1 for a service of conscripts, ``(agency, 1)``.
OF_CONSCRIPTS = column(name in CONSCRIPTS for name in AGENCIES)

#: 1 for a service whose people were vetted, and for one whose officers another country sends.
OF_VETTED = column(name in VETTED for name in AGENCIES)
PICKED = column(name in (*VETTED, *FOREIGN_RUN) for name in AGENCIES)

#: 1 for a service that meets loads of drugs: on the line, inland or at the exits.
MEETS_TRAFFICKERS = column(name in (*GUARDS, *DRUG_UNITS, "customs") for name in AGENCIES)

#: 1 where the regime itself decides what is paid; the others' pay is kept up by their principals.
REGIME_PAYS = 1.0 - PICKED


def by_class(conscripts: Array, professionals: Array, vetted: Array) -> Array:
    """Return what belongs to the class of each agency, ``(agency, run)``, of three ``(run,)``."""
    others = np.where(PICKED > 0.0, vetted, professionals)
    return np.where(OF_CONSCRIPTS > 0.0, conscripts, others)


#: Part of the pay documented for 2004 that deals in force then gave, ``(agency, 1)``.
GIVEN = column(
    sum(d.pay_part * (d.pay_of == name) * d.in_force for d in load_deals().values())
    for name in AGENCIES
)

#: Rows of the guards of the Afghan line and of the drug units among the agencies.
GUARD_ROWS = np.array([AGENCIES.index(name) for name in GUARDS])
UNIT_ROWS = np.array([AGENCIES.index(name) for name in DRUG_UNITS])

#: Agencies that take from people, in the order in which they do: the police where people live, the
#: others where they cross the border.
POLICE, *AT_BORDER = (
    AGENCIES.index(name) for name in ("interior_ministry", "border_troops", "customs")
)


class SecurityAgency(Member):
    """One agency: ``agency.pay`` is ``(run,)``, ``agency.seen`` ``(section, run)``."""

    def __init__(self, model: mesa.Model, name: str, together: Actors[SecurityAgency]) -> None:
        super().__init__(model, name, together)
        self.tasks = TASKS_OF[self.rank]
        self.foreign = name in FOREIGN_RUN


class SecurityAgencies(Actors[SecurityAgency]):
    """Security agencies: pay, recruitment, corruption, quality, deployment.

    They begin with the documented strength and pay (matveeva-2004:45-91, 161-167).
    """

    dimension = "agency"
    member = SecurityAgency
    strength = state(outcome="strength", start="agency_strength", pinned=True)
    strength_start = state("persons", "people at the start", usual="strength")
    pay = state(outcome="pay", start="agency_pay", pinned=True)
    pay_start = state("USD/month", "pay of one person at the start", usual="pay")
    topup = state("USD/month", "what of the pay a donor adds", start="pay_topup")
    fed = state("share", "of what its people live on that they take themselves")
    fed_start = state("share", "the same at the start", usual="fed")
    quality = state(outcome="quality", start=None)
    staff_quality = state("share", "quality of its professionals", start=None)
    collusion = state("share", "of its people who work with traffickers", start=None)
    staff_collusion = state("share", "of its professionals who collude", start=None)
    predation = state(outcome="predation", start=None)
    staff_predation = state("share", "of its professionals who prey", start=None)
    vetted = state("share", "of its staff who were vetted", start=OF_VETTED)
    purged = state("share", "of the staff that a political head replaced")
    headed = state("number", "of the commander at its head, from 1; 0 without one")
    rent_on_offer = state("USD/month", "bribes to be had by each person")
    illicit = state("USD/month", "income from tolls, extortion and resold drugs")
    watch = state("ratio", "what one who takes bribes risks a month, in months of pay")
    aid = state("USD/month", "useful aid")
    watched_aid = state("USD/month", "useful aid whose giver looks")
    kit = state("share", "of useful aid in it and an ordinary living, for each of its people")
    withdrawing = state("share/month", "of its people who leave with the guard")
    extra_km = state("km", "border taken over")
    guarded_km = state("km", "border guarded", "section")
    deployment = state("persons", "on the border", "section")
    seen = state("kg/month", "passing of late, as posts know it", "section")

    def start(self, *, bribery_norm: Array, vetting: Array) -> None:
        """Begin with the quality of each class and with habits as they are in society."""
        self.quality = self.staff_quality = self.apply(self.level)
        self.predation = self.staff_predation = self.zeros() + bribery_norm
        picked = MEETS_TRAFFICKERS * (1.0 - vetting * OF_VETTED)
        self.collusion = self.staff_collusion = self.predation * picked

    def level(
        self, *, quality_conscripts: Array, quality_professionals: Array, quality_vetted: Array
    ) -> Array:
        """Return the quality of each at the pay of 2004, by its class, ``(agency, run)``."""
        return by_class(quality_conscripts, quality_professionals, quality_vetted)

    def checks(
        self, *, oversight_conscripts: Array, oversight_professionals: Array,
        oversight_vetted: Array,
    ) -> Array:  # fmt: skip
        """Return the checks of each, by its class, 1 = professionals in 2004, ``(agency, run)``."""
        return by_class(oversight_conscripts, oversight_professionals, oversight_vetted)

    def be_paid(
        self, effort_ratio: Array, revenue: Array, earnings: Array, strain: Array, given: Array
    ) -> None:
        """Take what the regime pays for the agencies' tasks, or what their principals do.

        Args:
            effort_ratio: own effort on each one's tasks over that at the start, ``(agency, run)``.
            revenue: over that at the start, ``(run,)``.
            earnings: what others earn, over that at the start, ``(run,)``.
            strain: growth of spending on security with the state's strain, ratio, ``(run,)``.
            given: part of the documented pay that donors' deals give now, ``(agency, run)``.
        """
        weight = self.apply(
            rents.pay_weight, effort_ratio=effort_ratio, fed=self.fed, fed_start=self.fed_start
        )
        bill = self.pay_start * self.strength_start * REGIME_PAYS
        index = np.where(REGIME_PAYS > 0.0, revenue * strain, earnings)
        self.pay, topup = self.apply(
            rents.pay_step,
            pay=self.pay,
            weight=np.where(REGIME_PAYS > 0.0, weight, 1.0),
            mean_weight=total(weight * bill) / np.maximum(total(bill), 1e-9),
            regime_pays=REGIME_PAYS,
            index=index,
            earnings=earnings,
            usual=GIVEN,
            supplement=given,
        )
        self.topup = np.minimum(topup, self.pay)

    def recruits(self, effort_ratio: Array, earnings: Array) -> Array:
        """Return persons joining or leaving this month, ``(agency, run)``."""
        wanted = self.apply(
            aid_rules.wanted_strength, effort_ratio=effort_ratio, km_taken_over=self.extra_km
        )
        joining = self.apply(
            aid_rules.strength_change, strength=self.strength, wanted=wanted,
            pay_ratio=self.pay_ratio(earnings),
        )  # fmt: skip
        leaving = -self.strength * np.minimum(self.withdrawing, 1.0)
        return np.where(OWN > 0.0, joining, leaving)

    def receive_aid(self, useful: Array, watched: Array) -> None:
        """Take useful aid, and the part of it whose giver looks, USD/month, ``(agency, run)``."""
        self.aid, self.watched_aid = useful, watched

    @property
    def people(self) -> Array:
        """People of each agency, at least one, persons."""
        return np.maximum(self.strength, 1.0)

    @property
    def aid_per_head(self) -> Array:
        """Useful aid received, USD/person/month."""
        return self.aid / self.people

    @property
    def dialogue(self) -> Array:
        """Share of the useful aid whose giver speaks about politics too, 0 to 1."""
        share: Array = np.minimum(self.watched_aid / np.maximum(self.aid, 1e-9), 1.0)
        return share

    @property
    def on_the_side(self) -> Array:
        """Share of each one's people who live on traffickers or citizens, 0 to 1."""
        return 1.0 - (1.0 - self.collusion) * (1.0 - self.predation)

    def decide_corruption(
        self, political: Array, headed: Array, earnings: Array, income: Array, fear: Array
    ) -> None:
        """Weigh what traffickers and citizens can be made to pay against pay and oversight.

        Args:
            political: 1 where a political head rules, ``(agency, run)``.
            headed: number of the commander at the head, from 1, ``(agency, run)``.
            earnings: what others earn, over that at the start, ``(run,)``.
            income: what people have, USD/person/month, ``(run,)``.
            fear: mean fear of the population, 0 to 1, ``(run,)``.
        """
        aid_share = self.watched_aid / (self.aid + self.pay * self.people + 1e-9)
        self.watch = self.apply(
            corruption.watched, level=self.apply(self.checks), aid_share=aid_share, fear=fear
        )
        kept = np.minimum(self.pay_ratio(earnings), 1.0) * OF_VETTED
        self.vetted = self.apply(corruption.vetted_step, vetted=self.vetted, kept=kept)
        cleaned = (np.abs(headed - self.headed) > 0.5) * (1.0 - political)
        self.headed = headed
        aim = self.apply(
            corruption.collusion_aim, bribe=self.rent_on_offer, pay=self.pay, watch=self.watch,
            vetted=self.vetted,
        )  # fmt: skip
        self.staff_collusion = self.apply(
            corruption.habit_step, share=self.staff_collusion, aim=aim, cleaned=cleaned
        )
        aim = self.apply(
            corruption.predation_aim, income=income, fear=fear, pay=self.pay, watch=self.watch
        )
        self.staff_predation = self.apply(
            corruption.habit_step, share=self.staff_predation, aim=aim, cleaned=cleaned
        )
        self.collusion, self.predation = (
            self.apply(corruption.with_clients, share=share, replaced=self.purged)
            for share in (self.staff_collusion, self.staff_predation)
        )

    def decide_quality(self, alarm: Array, earnings: Array, living: Array) -> None:
        """Let quality follow pay, aid, its head, and how much happens at once."""
        self.kit = self.aid_per_head / (self.aid_per_head + living)
        self.staff_quality = self.apply(
            aid_rules.quality_step, quality=self.staff_quality, level=self.apply(self.level),
            pay_ratio=self.pay_ratio(earnings), kit=self.kit, dialogue=self.dialogue,
        )  # fmt: skip
        quality = self.apply(
            aid_rules.without_staff, quality=self.staff_quality, replaced=self.purged
        )
        self.quality = self.apply(
            outsourcing.coordinated, quality=quality, bodies=BODIES, alarm=alarm
        )

    @property
    def growth(self) -> Array:
        """Strength over that of the start."""
        return self.strength / np.maximum(self.strength_start, 1.0)

    def pay_ratio(self, earnings: Array) -> Array:
        """Return pay over that of the start, both over what others earn, ``(agency, run)``."""
        ratio: Array = self.pay / (np.maximum(self.pay_start, 1e-9) * earnings)
        return ratio

    def decide_deployment(self, *, border_post_share: Array) -> None:
        """Divide the people kept on the Afghan line over the sections that each guard has.

        Mechanisms: E15, M60.
        """
        guarded = self.guarded_km[:, GUARD_ROWS]
        traffic = self.seen[:, GUARD_ROWS]
        share = self.apply(border_guard.deploy, length_guarded=guarded, traffic=traffic)
        guards_any = (total(guarded) > 0.0).astype(float)
        self.deployment = self.zeros(len(SECTIONS))
        posted = (self.strength * border_post_share)[GUARD_ROWS] * guards_any
        self.deployment[:, GUARD_ROWS] = share * posted

    def drug_units(self, *, drug_unit: Array) -> Array:
        """Return the people of the drug units, persons, ``(unit, run)``.

        A vetted agency is one as a whole; the unit of another grows and shrinks with it.
        """
        persons = np.where(OF_VETTED > 0.0, self.strength, drug_unit * self.growth)
        units: Array = persons[UNIT_ROWS]
        return units

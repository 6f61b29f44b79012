"""Security agencies: pay, recruitment, collusion, quality, deployment."""

from __future__ import annotations

import mesa
import numpy as np

from tajsim.agents.actors import Actors, Member, state
from tajsim.axes import AGENCIES, SECTIONS, TASKS, Array, column, total
from tajsim.rules import aid as aid_rules
from tajsim.rules import border_guard, drug_market, outsourcing
from tajsim.world import AGENCY_TASKS, CONSCRIPTS, DRUG_UNITS, FOREIGN_RUN, GUARDS

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
_OWN_COUNT = total(OWN)

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
    """Divide what tasks get over the own agencies of each, evenly, ``(..., agency, run)``.

    Args:
        values: by task, ``(..., task, run)``.
    """
    shared: Array = over_tasks(values / _BODIES) * OWN
    return shared


def mean_by_task(values: Array) -> Array:
    """Return the mean over the own agencies that work on each task, ``(task, run)``.

    Args:
        values: ``(agency, run)``, or ``(agency, task, run)`` where they differ by task.
    """
    each = values if values.ndim > 2 else values[:, None]
    return total(each * _WORKS_ON) / _BODIES


def mean_of_own(values: Array) -> Array:
    """Return the mean of ``(agency, run)`` over the country's own agencies, ``(run,)``."""
    return total(values * OWN) / _OWN_COUNT


#: Rows of the guards of the Afghan line and of the drug units among the agencies.
GUARD_ROWS = np.array([AGENCIES.index(name) for name in GUARDS])
UNIT_ROWS = np.array([AGENCIES.index(name) for name in DRUG_UNITS])

#: Agencies that take from people, in the order in which they do: the police where people live, the
#: others where they cross the border.
EXTORTERS = [AGENCIES.index(name) for name in ("interior_ministry", "border_troops", "customs")]
POLICE, *AT_BORDER = EXTORTERS


class SecurityAgency(Member):
    """One agency: ``agency.pay`` is ``(run,)``, ``agency.seen`` ``(section, run)``."""

    def __init__(self, model: mesa.Model, name: str, together: Actors[SecurityAgency]) -> None:
        super().__init__(model, name, together)
        self.tasks = TASKS_OF[self.rank]
        self.foreign = name in FOREIGN_RUN


class SecurityAgencies(Actors[SecurityAgency]):
    """Security agencies: pay, recruitment, collusion, quality, deployment.

    They begin with the documented strength and pay (matveeva-2004:45-91, 161-167).
    """

    dimension = "agency"
    member = SecurityAgency
    #: 1 for a service of conscripts, ``(agency, 1)``.
    conscripts = column(name in CONSCRIPTS for name in AGENCIES)

    strength = state(outcome="strength", start="agency_strength", pinned=True)
    strength_start = state("persons", "people at the start", usual="strength")
    pay = state(outcome="pay", start="agency_pay", pinned=True)
    pay_start = state("USD/month", "pay of one person at the start", usual="pay")
    quality = state(outcome="quality", start="agency_quality")
    staff_quality = state("share", "quality of its professionals", start="agency_quality")
    collusion = state(outcome="collusion", start="collusion_start")
    staff_collusion = state("share", "of its professionals who collude", start="collusion_start")
    purged = state("share", "of the staff that a political head replaced")
    rent_on_offer = state("USD/month", "bribes to be had by each person")
    illicit = state("USD/month", "income from tolls, extortion and resold drugs")
    watch = state("USD/month", "what one who colludes risks")
    aid = state("USD/month", "useful aid")
    watched_aid = state("USD/month", "useful aid whose giver looks")
    reach = state("ratio", "reach over people, 1 and up", start=1.0)
    withdrawing = state("share/month", "of its people who leave with the guard")
    extra_km = state("km", "border taken over")
    guarded_km = state("km", "border guarded", "section")
    deployment = state("persons", "on the border", "section")
    seen = state("kg", "seized of late, as posts remember it", "section")

    def set_pay(
        self, effort_ratio: Array, *, agency_pay: Array, pay_topup: Array, pay_elasticity: Array
    ) -> None:
        """Pay what the regime's effort on the agencies' tasks allows, plus a donor's top-up.

        ``agency_pay * effort_ratio ** elasticity + topup``, USD/person/month. A foreign-run
        agency is paid by its principal. Mechanisms: M13, M45, M48, O01.
        """
        follows = np.where(OWN > 0.0, effort_ratio**pay_elasticity, 1.0)
        self.pay = agency_pay * follows + pay_topup

    def recruits(self, effort_ratio: Array) -> Array:
        """Return persons joining or leaving this month, ``(agency, run)``."""
        wanted = self.apply(aid_rules.wanted_strength, effort_ratio, self.extra_km)
        joining = self.apply(aid_rules.strength_change, self.strength, wanted, self.pay_ratio)
        leaving = -self.strength * np.minimum(self.withdrawing, 1.0)
        return np.where(OWN > 0.0, joining, leaving)

    def replace_staff(self, political_head: Array, *, staff_turnover: Array) -> None:
        """Let a political head bring his own people, or the old staff come back.

        Mechanisms: M23, M24.
        """
        self.purged = self.purged + staff_turnover * (political_head - self.purged)

    def receive_aid(self, useful: Array, watched: Array) -> None:
        """Take useful aid, and the part of it whose giver looks, USD/month, ``(agency, run)``."""
        self.aid, self.watched_aid = useful, watched
        self.reach = self.apply(aid_rules.equipped_reach, self.aid_per_head, self.collusion)

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

    def decide_collusion(self, *, agency_supervision: Array) -> None:
        """Weigh bribes against pay and supervision. Mechanisms: M47, M48."""
        self.watch = self.apply(
            drug_market.watched, agency_supervision, self.watched_aid / self.people
        )
        aim = self.apply(drug_market.collusion_aim, self.rent_on_offer, self.pay, self.watch)
        self.staff_collusion = self.apply(drug_market.collusion_step, self.staff_collusion, aim)
        self.collusion = self.apply(drug_market.with_clients, self.staff_collusion, self.purged)

    def decide_quality(self, drawn_off: Array, alarm: Array) -> None:
        """Let quality follow pay, aid, the draft, its head, and how much happens at once."""
        first_pick = drawn_off * self.conscripts
        aim = self.apply(
            aid_rules.quality_aim, self.pay_ratio, self.aid_per_head, first_pick, self.dialogue
        )
        aim = self.apply(border_guard.hazed, aim, self.conscripts)
        self.staff_quality = self.apply(aid_rules.quality_step, self.staff_quality, aim)
        quality = self.apply(aid_rules.without_staff, self.staff_quality, self.purged)
        self.quality = self.apply(outsourcing.coordinated, quality, BODIES, alarm)

    @property
    def outside_interest(self) -> Array:
        """How much outsiders care for each, 0 to 1: by their money for each of its people."""
        given = self.aid_per_head
        interest: Array = given / (given + 50.0)
        return interest

    @property
    def growth(self) -> Array:
        """Strength over that of the start."""
        return self.strength / np.maximum(self.strength_start, 1.0)

    @property
    def pay_ratio(self) -> Array:
        """Pay over that of the start."""
        return self.pay / np.maximum(self.pay_start, 0.1)

    def decide_deployment(self, *, border_post_share: Array) -> None:
        """Divide the people kept on the Afghan line over the sections that each guard has.

        Mechanisms: E15, M60.
        """
        guarded = self.guarded_km[:, GUARD_ROWS]
        share = self.apply(border_guard.deploy, guarded, self.seen[:, GUARD_ROWS])
        guards_any = (total(guarded) > 0.0).astype(float)
        self.deployment = self.zeros(len(SECTIONS))
        posted = (self.strength * border_post_share)[GUARD_ROWS] * guards_any
        self.deployment[:, GUARD_ROWS] = share * posted

    def drug_units(self, *, drug_unit_share: Array) -> Array:
        """Return the people of the drug units, persons, ``(unit, run)``."""
        persons: Array = (self.strength * drug_unit_share)[UNIT_ROWS]
        return persons

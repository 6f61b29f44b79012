"""Security agencies: pay, recruitment, collusion, quality, deployment."""

from __future__ import annotations

import mesa
import numpy as np

from tajsim.agents.actor import Actor
from tajsim.axes import SECTIONS, TASKS, Array, total
from tajsim.rules.border.collusion import collusion_aim, collusion_step, watched, with_clients
from tajsim.rules.border.deployment import deploy
from tajsim.rules.border.hazing import hazed
from tajsim.rules.outsourcing.coordination import coordinated
from tajsim.rules.powers.recruitment import strength_change, wanted_strength
from tajsim.rules.powers.training import quality_aim, quality_step, without_staff
from tajsim.world import AGENCY_TASKS


class SecurityAgency(Actor):
    """An agency in all runs.

    State, each ``(run,)`` unless said: ``strength`` (persons), ``pay`` (USD/person/month),
    ``quality`` and ``collusion`` (shares; ``staff_`` of the professional staff alone), ``purged``
    (share of the staff that a political head replaced), ``rent_on_offer`` (USD/person/month),
    ``illicit`` (USD this month), ``watch`` (USD/person/month at risk),
    ``aid`` (useful, USD/month), ``reach`` (over people, 1 and up); ``guarded_km`` (km),
    ``deployment`` (persons) and ``seen`` (kg seized), each ``(section, run)``.
    """

    def __init__(self, model: mesa.Model, name: str) -> None:
        self.tasks = [TASKS.index(task) for task in AGENCY_TASKS[name]]
        self.foreign = name == "russian_border_troops"
        same_task = [sum(t in other for other in AGENCY_TASKS.values()) for t in AGENCY_TASKS[name]]
        self.bodies = sum(same_task) / len(same_task)
        super().__init__(model, name, "agency")

    def start(  # type: ignore[override]
        self,
        *,
        agency_strength: Array,
        agency_pay: Array,
        agency_quality: Array,
        collusion_start: Array,
    ) -> None:
        """Take the documented strength and pay. Source: matveeva-2004:45-91, 161-167."""
        self.strength, self.strength_start = agency_strength.copy(), agency_strength.copy()
        self.aid, self.watched_aid = self.zeros(), self.zeros()
        self.pay = agency_pay.copy()
        self.pay_start = agency_pay.copy()
        self.quality, self.staff_quality = agency_quality.copy(), agency_quality.copy()
        self.collusion, self.staff_collusion = collusion_start.copy(), collusion_start.copy()
        self.purged, self.illicit, self.rent_on_offer = self.zeros(), self.zeros(), self.zeros()
        self.withdrawing, self.watch = self.zeros(), self.zeros()
        self.extra_km, self.reach = self.zeros(), self.zeros() + 1.0
        self.guarded_km = self.zeros(len(SECTIONS))
        self.deployment = self.zeros(len(SECTIONS))
        self.seen = self.zeros(len(SECTIONS))

    def effort_on_tasks(self, effort: Array) -> Array:
        """Return the regime's effort on this agency's tasks, share, ``(run,)``."""
        return total(effort[self.tasks]) / len(self.tasks)

    def set_pay(
        self, effort_ratio: Array, *, agency_pay: Array, pay_topup: Array, pay_elasticity: Array
    ) -> None:
        """Pay what the regime's effort on the agency's tasks allows, plus a donor's top-up.

        ``agency_pay * effort_ratio ** elasticity + topup``, USD/person/month. A foreign-run
        agency is paid by its principal. Mechanisms: M13, M45, M48, O01.
        """
        own = agency_pay if self.foreign else agency_pay * effort_ratio**pay_elasticity
        self.pay = own + pay_topup

    def recruits(self, effort_ratio: Array) -> Array:
        """Return persons joining or leaving this month, ``(run,)``."""
        if self.foreign:
            return -self.strength * np.minimum(self.withdrawing, 1.0)
        wanted = self.ask(wanted_strength, effort_ratio, self.extra_km)
        return self.ask(strength_change, self.strength, wanted, self.pay_ratio)

    def replace_staff(self, political_head: Array, *, staff_turnover: Array) -> None:
        """Let a political head bring his own people, or the old staff come back.

        Mechanisms: M23, M24.
        """
        self.purged = self.purged + staff_turnover * (political_head - self.purged)

    @property
    def aid_per_head(self) -> Array:
        """Useful aid received, USD/person/month."""
        return self.aid / np.maximum(self.strength, 1.0)

    @property
    def dialogue(self) -> Array:
        """Share of the useful aid whose giver speaks about politics too, 0 to 1."""
        share: Array = np.minimum(self.watched_aid / np.maximum(self.aid, 1e-9), 1.0)
        return share

    def decide_collusion(self, *, agency_supervision: Array) -> None:
        """Weigh bribes against pay and supervision. Mechanisms: M47, M48."""
        per_head = self.watched_aid / np.maximum(self.strength, 1.0)
        self.watch = self.ask(watched, agency_supervision, per_head)
        aim = self.ask(collusion_aim, self.rent_on_offer, self.pay, self.watch)
        self.staff_collusion = self.ask(collusion_step, self.staff_collusion, aim)
        self.collusion = self.ask(with_clients, self.staff_collusion, self.purged)

    def decide_quality(self, conscript: float, drawn_off: Array, alarm: Array) -> None:
        """Let quality follow pay, aid, the draft, its head, and how much happens at once."""
        aim = self.ask(
            quality_aim, self.pay_ratio, self.aid_per_head, drawn_off * conscript, self.dialogue
        )
        aim = self.ask(hazed, aim, np.asarray(conscript))
        self.staff_quality = self.ask(quality_step, self.staff_quality, aim)
        quality = self.ask(without_staff, self.staff_quality, self.purged)
        bodies = np.asarray(1.0 if self.foreign else self.bodies)
        self.quality = self.ask(coordinated, quality, bodies, alarm)

    @property
    def outside_interest(self) -> Array:
        """How much outsiders care for the agency, 0 to 1: by their money for each of its people."""
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
        """Divide the people kept on the Afghan line over the sections the agency guards.

        Mechanisms: E15, M60.
        """
        share = self.ask(deploy, self.guarded_km, self.seen)
        guards_any = (total(self.guarded_km) > 0.0).astype(float)
        self.deployment = share * (self.strength * border_post_share * guards_any)

"""The regime: effort, offers, posts and purges, the step on the repression ladder."""

import mesa
import numpy as np

from tajsim.agents.actors import Actor, state
from tajsim.axes import AGENCIES, TASKS, Array
from tajsim.rules import loyalty, outsourcing, purges, violence
from tajsim.rules import state as state_rules
from tajsim.rules import succession as succession_rules
from tajsim.rules.loyalty import kompromat_step, rank_step


class Regime(Actor):
    """The President and his circle: effort, offers, posts and purges, the step on the ladder.

    They begin as in early 2004 (matveeva-2004:19-31).
    """

    weight = state(outcome="survival_weight", start=None)
    effort = state(outcome="own_effort", start=None)
    effort_start = state("share", "own effort at the start", "task", start=None)
    shown = state(outcome="visible_effort", start=None)
    gap = state(outcome="gap")
    perceived = state("index", "threat perceived", "task")
    task_provision = state(outcome="outside_provision")
    weakness = state("share", "of the task that own agencies cannot do", "task")
    trust = state(outcome="trust", start="trust_usual")
    # As after one removal of late (matveeva-2004:31).
    civilian_control = state(outcome="civilian_control", start="purge_firms")
    kompromat = state("share", "material that the Security Ministry holds")
    rank = state(outcome="security_ministry_rank", start="security_rank_start")
    rank_start = state("share", "rank of the service at the start", start="security_rank_start")
    ladder = state(outcome="repression_step")
    party_threat = state("index", "threat seen in the legal party")
    months_since_purge = state("months", "since the last blow", start=24.0)
    breaks = state("number", "mutinies and defections of late")
    incidents = state("number", "acts of violence of late")
    instalment = state(outcome="instalment_paid")
    shortfall = state(outcome="rent_shortfall")
    dismay = state(outcome="donor_dismay")
    unease = state("share", "unease about the patron")
    demand = state(outcome="sovereignty_demand")
    strain = state(outcome="strain", start="strain_start")
    polity = state(outcome="polity")
    failed = state(outcome="state_failed")
    failed_month = state(outcome="failed_month", start=-1.0)
    used = state("number", "of late, of each way out of a quarrel", "way")
    # Of the end of the term.
    near = state("share", "nearness of the end of the term")
    ready = state(outcome="ruler_ready")
    heir = state(outcome="heir_named")
    settled = state(outcome="succession_settled")
    doubt = state(outcome="succession_doubt")
    unsettled = state("share", "what the contest left open")
    behind = state(outcome="elite_behind")
    left = state(outcome="ruler_left")
    ending = state(outcome="ending")

    def __init__(self, model: mesa.Model) -> None:
        super().__init__(model, "regime")

    def start(self) -> None:
        """Weigh the tasks with nothing perceived and nothing provided from outside."""
        self.weight = self.apply(outsourcing.survival_weights, self.perceived)
        self.effort = self.apply(outsourcing.effort_aim, self.weight, self.task_provision)
        self.effort_start = self.shown = self.effort

    def effort_ratio(self, tasks: list[int]) -> Array:
        """Return own effort on some tasks over that at the start, ``(run,)``."""
        now: Array = self.effort[tasks[0]]
        then: Array = self.effort_start[tasks[0]]
        for task in tasks[1:]:
            now, then = now + self.effort[task], then + self.effort_start[task]
        return now / then

    def set_start_effort(self, provision: Array) -> None:
        """Begin with the effort that the arrangement of early 2004 implies."""
        self.effort = self.apply(outsourcing.effort_aim, self.weight, provision)
        self.effort_start = self.effort.copy()

    def choose_effort(self) -> None:
        """Weigh the tasks by perceived threat and move effort towards the aim."""
        self.weight = self.apply(outsourcing.survival_weights, self.perceived)
        aim = self.apply(outsourcing.effort_aim, self.weight, self.task_provision)
        self.effort = self.apply(outsourcing.effort_step, self.effort, aim)

    def consider(
        self,
        mandate: Array,
        relief: Array,
        guarantee: Array,
        intrusion: Array,
        condition: Array,
        objection: Array,
        exposure: Array,
        search: Array,
        displeasure: Array,
    ) -> Array:
        """Return the powers' mandates after this month's choice, ``(task, power, run)``."""
        aim = self.apply(
            outsourcing.acceptance_aim,
            relief,
            guarantee,
            self.weight[:, None] * len(TASKS),
            intrusion,
            condition,
            exposure,
            objection,
            search,
            displeasure,
        )
        return self.apply(outsourcing.mandate_step, mandate, aim)

    def show(self, demand: Array) -> None:
        """Show outsiders what they ask for, with little behind it.

        Args:
            demand: how much outsiders ask for each task, 0 to 1, ``(task, run)``.
        """
        self.shown = self.apply(outsourcing.token_effort, self.effort, demand)

    def feel_condition(self, condition: Array, demand: Array, alternatives: Array) -> Array:
        """Return the powers' conditions after token compliance and play-off, ``(power, run)``."""
        return self.apply(outsourcing.condition_felt, condition, demand, self.dismay, alternatives)

    def dismay_donors(self, head: Array, outside_interest: Array) -> None:
        """Let donors' dismay follow who heads the agency they pay for."""
        self.dismay = self.apply(outsourcing.dismay_step, self.dismay, head, outside_interest)

    def rank_services(self, quality: Array, corruption: Array, near: Array) -> None:
        """Let the Security Ministry gather and use material, and rise or fall by it."""
        rank = self.apply(rank_step, rank=self.rank, kompromat=self.kompromat, window=near)
        self.kompromat = self.apply(
            kompromat_step,
            kompromat=self.kompromat,
            quality=quality,
            corruption=corruption,
            window=near,
        )
        self.rank = rank

    def favour(self) -> Array:
        """Return what the services' rank multiplies the effort for each by, ``(agency, run)``."""
        found = np.ones((len(AGENCIES), self.runs))
        found[AGENCIES.index("security_ministry")] = self.rank / self.rank_start
        found[AGENCIES.index("interior_ministry")] = (1.0 - self.rank) / (1.0 - self.rank_start)
        return found

    def pay_instalment(self, leverage: Array) -> None:
        """Decide what to pay of the treaty share for the border."""
        border = self.weight[TASKS.index("border")]
        self.instalment = self.apply(outsourcing.instalment_paid, border, leverage)

    def climb_chance(
        self,
        appeal: Array,
        seat_share: Array,
        uncontrolled: Array,
        voice: Array,
        west_share: Array,
        west_priority: Array,
        moscow_tolerance: Array,
    ) -> Array:
        """Return the chance of one more step on the repression ladder this month."""
        parts = self.apply(
            violence.rival_threat, appeal, seat_share, self.incidents, uncontrolled, voice
        )
        self.party_threat = threat = sum(parts, self.zeros())
        cost = self.apply(violence.outside_cost, west_share, west_priority, moscow_tolerance)
        return self.apply(violence.step_hazard, threat, self.ladder, cost)

    def judge_apparatus(self, struck: Array, broken: Array) -> None:
        """Let trust and civilian control follow removals and breaks of this month."""
        self.trust = self.apply(purges.trust_step, trust=self.trust, breaks=broken)
        self.civilian_control = self.apply(
            purges.civilian_control_step,
            control=self.civilian_control,
            struck=struck,
            breaks=broken,
        )
        self.breaks = self.apply(purges.breaks_step, recent=self.breaks, breaks=broken)

    def urge(self) -> Array:
        """Return the growth of the drive to remove rivals since early 2004, ratio."""
        return self.apply(
            loyalty.urge_to_strike,
            control=self.civilian_control,
            clinging=self.near * (1.0 - self.ready),
        )

    def weigh_leaving(self, to_go: float, loyal: Array, steps: int) -> Array:
        """Weigh leaving office at the end of the term; return the chance that an heir is named."""
        rules = succession_rules
        self.near = self.apply(rules.nearness, to_go=np.full(self.runs, to_go))
        danger = self.apply(
            rules.danger_of_leaving, disloyal=1.0 - loyal, record=self.ladder / steps
        )
        self.ready = self.apply(rules.readiness_to_leave, danger=danger)
        return self.apply(
            rules.heir_chance, near=self.near, ready=self.ready, danger=danger, heir=self.heir
        )

    def name_heir(self, named: Array, loyal: Array) -> None:
        """Name an heir where ``named`` is 1, and work out how far all is settled."""
        rules = succession_rules
        self.heir = np.maximum(np.maximum(self.heir, named), self.values.heir_designated)
        self.settled = self.apply(rules.settlement, heir=self.heir, loyalty=loyal)
        self.doubt = self.apply(
            rules.doubt_of_after, near=self.near, settled=self.settled, ready=self.ready
        )

    def end_term(self, ending: Array, behind: Array, left: Array) -> None:
        """Take over what the contest came to; only those who stood behind it are trusted."""
        self.ending, self.behind, self.left = ending, behind, left
        self.unsettled = (1.0 - behind) * (ending > 0.5)
        self.trust = np.where(ending > 0.5, np.minimum(self.trust, behind), self.trust)

    def remember_contest(self) -> None:
        """After the end of the term only what the contest left open is in doubt."""
        self.doubt, self.near = self.unsettled, self.zeros()
        self.unsettled = self.apply(succession_rules.unsettled_step, unsettled=self.unsettled)

    def bear(
        self, voice: Array, inside: Array, uncontrolled: Array, mafia: Array, succession: Array
    ) -> Array:
        """Let strain follow its causes; return the chance that the state fails this month."""
        parts = self.apply(
            state_rules.strain_reasons,
            voice,
            self.breaks,
            self.shortfall,
            inside / 1000.0,
            uncontrolled,
            mafia,
            succession,
        )
        self.strain = self.apply(state_rules.strain_step, self.strain, sum(parts, self.zeros()))
        return self.apply(state_rules.failure_chance, self.strain)

    def stand(self, fails: Array, months: int) -> None:
        """Fail where ``fails`` is 1, and work out the state of the polity."""
        fresh = fails * (1.0 - self.failed)
        self.failed = np.maximum(self.failed, fails)
        self.failed_month = np.where(fresh > 0.5, float(months), self.failed_month)
        self.polity = self.apply(state_rules.polity, self.strain, self.failed)

"""The regime: effort, offers, posts and purges, the step on the repression ladder."""

from collections.abc import Sequence

import mesa
import numpy as np

import tajsim.rules.state as state_rules
from tajsim.agents.actors import Actor, state
from tajsim.axes import TASKS, Array, ranks, total
from tajsim.rules import loyalty, outsourcing, party, purges, succession, violence


class Regime(Actor):
    """The President and his circle: effort, offers, posts and purges, the step on the ladder.

    They begin as in early 2004 (matveeva-2004:19-31).
    """

    weight = state(outcome="survival_weight", start=None)
    effort = state(outcome="own_effort", start=None)
    effort_start = state("share", "own effort at the start", "task", usual="effort")
    gap = state(outcome="gap")
    perceived = state("index", "threat perceived", "task")
    perceived_usual = state("index", "the same as usual", "task", usual="perceived")
    task_provision = state(outcome="outside_provision")
    weakness = state("share", "of the task that own agencies cannot do", "task")
    trust = state(outcome="trust", start="trust_usual")
    # As after one removal of late (matveeva-2004:31).
    civilian_control = state(outcome="civilian_control", start="purge_firms", pinned=True)
    ladder = state(outcome="repression_step")
    felt = state("number", "steps up the ladder of late")
    ladder_seen = state("number", "step on the ladder last month")
    party_threat = state("index", "threat seen in the legal party, 1 = ordinary", start=1.0)
    vote_refused = state("0 or 1", "whether the legal opposition boycotts votes")
    months_since_purge = state("months", "since the last blow", start=24.0, pinned=True)
    breaks = state("number", "mutinies and defections of late")
    incidents = state("number", "acts of violence at home of late")
    instalment = state(outcome="instalment_paid")
    shortfall = state(outcome="rent_shortfall")
    strain = state(outcome="strain", start="strained_from")
    strain_usual = state("share", "the same at the start", usual="strain")
    polity = state(outcome="polity")
    failed = state(outcome="state_failed")
    collapsed = state(outcome="state_collapsed")
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
        self.weight = self.apply(outsourcing.survival_weights, perceived=self.perceived)
        self.effort = self.apply(
            outsourcing.effort_aim, weight=self.weight, provision=self.task_provision, gap=self.gap
        )

    def effort_ratio(self, tasks: list[int]) -> Array:
        """Return own effort on some tasks over that at the start, ``(run,)``."""
        now: Array = self.effort[tasks[0]]
        then: Array = self.effort_start[tasks[0]]
        for task in tasks[1:]:
            now, then = now + self.effort[task], then + self.effort_start[task]
        return now / then

    def choose_effort(self) -> None:
        """Weigh the tasks by perceived threat and move effort towards the aim."""
        self.weight = self.apply(outsourcing.survival_weights, perceived=self.perceived)
        aim = self.apply(
            outsourcing.effort_aim, weight=self.weight, provision=self.task_provision, gap=self.gap
        )
        self.effort = self.apply(outsourcing.effort_step, effort=self.effort, aim=aim)

    def pay_instalment(self, leverage: Array) -> None:
        """Decide what to pay of the treaty share for the border."""
        border = self.weight[TASKS.index("border")]
        self.instalment = self.apply(outsourcing.instalment_paid, weight=border, leverage=leverage)

    def weigh_party(
        self, ratios: Array, west_share: Array, west_priority: Array, moscow_tolerance: Array
    ) -> tuple[Array, tuple[Array, Array]]:
        """Return the parts of the threat seen in the party, and chances of a step up and down."""
        parts = self.apply(violence.threat_parts, ratios=ratios, rank=ranks(ratios))
        self.party_threat = self.apply(
            violence.threat_step, threat=self.party_threat, push=total(parts)
        )
        cost = self.apply(
            violence.outside_cost, west_share=west_share, west_priority=west_priority,
            moscow_tolerance=moscow_tolerance,
        )  # fmt: skip
        return parts, self.apply(
            violence.step_chances, threat=self.party_threat, step=self.ladder, outside_cost=cost
        )

    def remember_steps(self) -> None:
        """Let the steps of this month be felt, whoever took them, and the earlier ones fade."""
        steps = np.maximum(self.ladder - self.ladder_seen, 0.0)
        self.felt = self.apply(violence.felt_step, felt=self.felt, steps=steps)
        self.ladder_seen = self.ladder

    def judge_apparatus(self, struck: Array, broken: Array) -> None:
        """Let trust and civilian control follow removals and breaks of this month."""
        self.trust = self.apply(purges.trust_step, trust=self.trust, breaks=broken)
        self.civilian_control = self.apply(
            purges.civilian_control_step, control=self.civilian_control, struck=struck,
            breaks=broken,
        )  # fmt: skip
        self.breaks = self.apply(purges.breaks_step, recent=self.breaks, breaks=broken)

    def urge(self) -> Array:
        """Return the growth of the drive to remove rivals since early 2004, ratio."""
        return self.apply(
            loyalty.urge_to_strike,
            control=self.civilian_control,
            clinging=self.near * (1.0 - self.ready),
        )

    def weigh_leaving(self, to_go: Array, over: Array, loyal: Array, steps: int) -> Array:
        """Weigh leaving office at the end of the term; return the chance that an heir is named.

        Args:
            to_go: months to the end of the term, negative after it.
            over: 1 after it, when what was weighed last stands, else 0.
            loyal: mean loyalty of the commanders, 0 to 1.
            steps: of the ladder of repression.
        """
        rules, past = succession, over > 0.5
        self.near = (1.0 - over) * self.apply(rules.nearness, to_go=np.maximum(to_go, 0.0))
        danger = self.apply(
            rules.danger_of_leaving, disloyal=1.0 - loyal, record=self.ladder / steps
        )
        ready = self.apply(rules.readiness_to_leave, danger=danger)
        self.ready = np.where(past, self.ready, ready)
        return self.apply(
            rules.heir_chance, near=self.near, ready=self.ready, danger=danger, heir=self.heir
        )

    def name_heir(self, named: Array, over: Array, loyal: Array) -> None:
        """Name an heir where ``named`` is 1, and work out how far all is settled.

        After the end of the term (``over`` is 1) only what the contest left open is in doubt.
        """
        rules, past = succession, over > 0.5
        heir = np.maximum(np.maximum(self.heir, named), self.values.heir_designated)
        self.heir = np.where(past, self.heir, heir)
        settled = self.apply(rules.settlement, heir=self.heir, loyalty=loyal)
        settled = self.apply(party.vote_believed, settled=settled, boycott=self.vote_refused)
        self.settled = np.where(past, self.settled, settled)
        doubt = self.apply(
            rules.doubt_of_after, near=self.near, settled=self.settled, ready=self.ready
        )
        self.doubt = np.where(past, self.unsettled, doubt)
        fading = self.apply(rules.unsettled_step, unsettled=self.unsettled)
        self.unsettled = np.where(past, fading, self.unsettled)

    def end_term(self, ends: Array, ending: Array, behind: Array, left: Array) -> None:
        """Take over what the contest came to; only those who stood behind it are trusted.

        Args:
            ends: 1 in the month in which the term ends, else 0; all is as before in the others.
            ending, behind, left: kind of the ending, 0 where there is none; armed strength behind
                it, 0 to 1; 1 where the ruler left.
        """
        new, contested = ends > 0.5, ending > 0.5
        self.ending = np.where(new, ending, self.ending)
        self.behind = np.where(new, behind, self.behind)
        self.left = np.where(new, left, self.left)
        self.unsettled = np.where(new, (1.0 - behind) * contested, self.unsettled)
        self.trust = np.where(contested, np.minimum(self.trust, behind), self.trust)

    def bear(self, push: Sequence[Array]) -> None:
        """Let strain follow what pushes the state, by cause."""
        self.strain = self.apply(
            state_rules.strain_step, strain=self.strain, push=sum(push, self.zeros())
        )

    @property
    def recovers(self) -> Array:
        """Strain below which a failed state stands again, share, ``(run,)``."""
        return self.apply(state_rules.recovery_level)

    def stand(self, fails: Array, months: Array) -> None:
        """Fail where ``fails`` is 1, stand again where strain is gone; work out the polity."""
        fresh = fails * (1.0 - self.failed)
        self.failed = np.maximum(self.failed, fails)
        self.failed_month = np.where(fresh > 0.5, months, self.failed_month)
        self.collapsed = self.apply(
            state_rules.collapsed_step, collapsed=self.collapsed, fails=fails, strain=self.strain,
            recovers=self.recovers,
        )  # fmt: skip
        self.polity = self.apply(state_rules.polity, strain=self.strain, collapsed=self.collapsed)

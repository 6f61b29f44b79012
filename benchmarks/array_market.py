"""Parts of the month with the package's own actors, rules and stages, all runs at once.

Each is the scope of scalar models; what belongs to the other stages stays as at the start.
"""

from __future__ import annotations

import numpy as np

from tajsim.agents.agency import GIVEN, over_tasks
from tajsim.axes import total
from tajsim.model.country import Country
from tajsim.model.model import TajikistanModel
from tajsim.model.stages import deals, elite, money, partners
from tajsim.model.stages.border import border
from tajsim.model.stages.outside import outside_world, record, routes
from tajsim.rules import rents

#: The outcomes that correspond to the series the scalar model of the market collects.
OUTCOMES = (
    "heroin_price",
    "heroin_entering",
    "heroin_seized",
    "arranged_share",
    "heroin_seized_by",
    "heroin_seized_reported",
    "heroin_resold",
    "heroin_leaving",
    "heroin_used",
    "tolls",
)
#: The same of all scalar models together.
ALL_OUTCOMES = (
    *OUTCOMES,
    *("deals_in_force", "pressure_on", "alignment", "aid_delivered", "aid_diverted"),
    *("outside_provision", "commander_state", "commander_loyalty", "trust", "purges", "mutinies"),
    *("pay", "output", "budget", "rents_kept", "rents_commander", "patronage", "regime_kept"),
    *("cronyism", "rent_shortfall"),
)


def posts(model: Country) -> None:
    """Let agencies deploy, and change nothing else about them."""
    model.agencies.apply(model.agencies.decide_deployment)


def pay(model: Country) -> None:
    """Pay the agencies, and change nothing else about them."""
    regime = model.regime
    ratio = over_tasks(regime.effort) / over_tasks(regime.effort_start)
    strained = model.apply(rents.strained, strain=regime.strain, strain_start=regime.strain_usual)
    model.agencies.be_paid(ratio, model.revenue, model.earnings, strained, GIVEN)


def weigh(model: Country) -> None:
    """Let the regime see the power of its commanders, and the threat in it."""
    growth = model.agencies.growth[model.commanders.service]
    regime = model.regime
    model.commanders.weigh(regime.trust, regime.civilian_control, growth, model.forces)


def commanders(model: Country) -> None:
    """Let commanders feel and answer, but for the contest at the end of the term."""
    faith = np.minimum(model.creed * (1.0 + model.broadcast), 1.0)
    elite.feel(model, faith)
    elite.answer_dismissal(model)
    elite.answer_arrest(model)
    elite.break_away(model, faith)
    elite.go_over(model)
    now = model.now
    broken = total(now["mutinies"]) + total(now["defections"])
    model.regime.judge_apparatus(total(now["purges"]), broken)


class BorderMarket(TajikistanModel):
    """The model with only the stages of the market in its month."""

    month = (
        ("outside world", outside_world),
        ("posts", posts),
        ("routes", routes),
        ("border", border),
        ("record", record),
    )


class TwinnedMonth(TajikistanModel):
    """The model with only what scalar models do as well: market, deals, commanders, purses."""

    month = (
        ("offers", deals.offers),
        ("successors", partners.call_successors),
        ("weigh", weigh),
        ("bargain", deals.bargain),
        ("purges", partners.order_purges),
        ("delivery", deals.delivery),
        ("pay", pay),
        ("posts", posts),
        ("routes", routes),
        ("border", border),
        ("money", money.money),
        ("commanders", commanders),
        ("record", record),
    )

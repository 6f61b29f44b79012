"""The border and bribery market with the package's own actors, rules and stages, all runs at once.

The same scope as `scalar_market`: pay, strength, quality, collusion and patrons stay as at the
start.
"""

from __future__ import annotations

from tajsim.model.country import Country
from tajsim.model.model import TajikistanModel
from tajsim.model.stages.border import border
from tajsim.model.stages.outside import outside_world, record, routes

#: The outcomes that correspond to the series the scalar model collects.
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


def posts(model: Country) -> None:
    """Let agencies deploy, and change nothing else about them."""
    model.agencies.apply(model.agencies.decide_deployment)


class BorderMarket(TajikistanModel):
    """The model with only the stages of the market in its month."""

    month = (
        ("outside world", outside_world),
        ("posts", posts),
        ("routes", routes),
        ("border", border),
        ("record", record),
    )

"""Outside money that is not for security: civilian aid, cleared land, investment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tajsim.axes import TASKS, total
from tajsim.rules.powers.civil_aid import civil_aid_parts
from tajsim.rules.powers.demining import cleared_step, farmed
from tajsim.rules.powers.investment import invested, output_gained
from tajsim.world import MINED_REGION

if TYPE_CHECKING:
    from tajsim.axes import Array
    from tajsim.model.country import Country


def civil_aid(country: Country) -> None:
    """Aid that is not for security frees own money, or reaches people."""
    freed, country.aid_to_people = country.ask(civil_aid_parts, country.mean_collusion)
    country.money.move("world", "patronage", freed)
    country.now["aid_freed"] = freed
    country.money.move("world", "households", country.aid_to_people)


def clear_land(country: Country) -> None:
    """Foreign experts, where they are let in, help to give mined land back to farmers."""
    country.cleared = country.ask(
        cleared_step, country.cleared, country.aid_to_people, experts(country)
    )
    region = country.region[MINED_REGION]
    region.farmed = country.ask(farmed, country.cleared)
    country.money.move("world", "households", region.farmed)


def experts(country: Country) -> Array:
    """Return how far European experts are let in at the border, 0 to 1, ``(run,)``."""
    border = TASKS.index("border")
    shut_out: Array = 1.0 - country.power["osce_un"].mandate[border]
    shut_out = shut_out * (1.0 - country.power["european_union"].mandate[border])
    return 1.0 - shut_out


def invest(country: Country) -> None:
    """Firms of other powers build what adds to output from now on; the money stays theirs."""
    country.invested = country.ask(invested, country.regime.strain)
    gained = country.ask(output_gained, total(country.invested))
    country.home_output = country.home_output + gained

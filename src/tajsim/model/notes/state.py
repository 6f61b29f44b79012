"""Notes on the country: work abroad, protest, control of regions, the state of the polity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import Array, total
from tajsim.inputs.chronicle import LARGE_HARVEST, SMALL_HARVEST
from tajsim.model.chronicle import Pick, Runs, largest
from tajsim.rules.society.reasons import protest_reasons
from tajsim.rules.state.reasons import lost_control_reasons, strain_reasons
from tajsim.rules.state.strain import STATES

if TYPE_CHECKING:
    from tajsim.model.country import Country

STRAIN = ("voice", "breaks", "unpaid", "incursion", "uncontrolled", "mafia", "succession")
LOST = ("strongmen", "voice", "unrest", "militants")
PROTEST = ("anger", "arrest_here", "went_unchecked")


def note_harvest(country: Country) -> None:
    """Note a harvest that is far from the expected one."""
    luck = country.outside.harvest_luck
    for kind, far in (
        ("large_harvest", luck >= LARGE_HARVEST),
        ("small_harvest", luck <= SMALL_HARVEST),
    ):
        country.note(kind, far, actor="afghanistan", size=luck, cause="chance")


def note_work(country: Country) -> None:
    """Note where migrants' work fails and where it is back."""
    out = country.outside
    work = out.migrant_demand / np.maximum(country.values.migrant_demand, 1e-9)
    crossed = country.watch.crossings("slump", work)
    if not crossed:
        return
    back, fails = crossed
    country.note(
        "slump",
        fails,
        actor="migrants",
        size=work,
        cause=lambda here: largest(
            ("chance", "terms"), (-out.demand_shock[here], -np.log(out.terms[here]))
        ),
    )
    country.note("slump_over", back, actor="migrants", size=work)


def note_return(country: Country) -> None:
    """Note where many migrants come home at once."""
    back = -total(country.now["left_country"])
    crossed = country.watch.crossings("return", back / np.maximum(country.migrants, 1.0))
    if crossed:
        country.note("migrants_return", crossed[0], actor="migrants", size=back, cause="no_work")


def note_protest(country: Country, before: Array) -> None:
    """Note the month in which a protest begins.

    Args:
        before: 1 where people were in the streets last month, ``(region, run)``.
    """
    begun = country.regions.protest > before
    for region, first in zip(country.regions, begun, strict=True):
        if not first.any():
            continue
        # What went unchecked plays no part in the first month of a protest.
        state = region.voice, region.struck, np.zeros(country.run_count)
        country.note(
            "protest",
            first,
            actor=region.name,
            size=region.voice,
            cause=country.reason(PROTEST, protest_reasons, *state),
        )


def note_control(country: Country, strongmen: Array, militants: Array) -> None:
    """Note the regions that the centre loses hold of or holds again.

    Args:
        strongmen: their independent power, 0 to 1, ``(region, run)``.
        militants: thousand persons, ``(region, run)``.
    """
    crossed = country.watch.crossings("control", country.regions.control)
    if not crossed:
        return
    held, lost = crossed
    for i, region in enumerate(country.regions):
        state = strongmen[i], region.voice, region.protest, militants[i]
        causes = country.reason(LOST, lost_control_reasons, *state)
        name, control = region.name, region.control
        country.note("control_lost", lost[i], actor=name, size=control, cause=causes)
        country.note("control_regained", held[i], actor=name, size=control, cause="calm")


def note_polity(country: Country, succession: Array) -> None:
    """Note where the state of the polity changes.

    Args:
        succession: how contested the succession is, 0 to 1, ``(run,)``.
    """
    regime = country.regime
    changed, before = country.watch.changes("polity", regime.polity)
    if not changed.any():
        return
    worse = country.reason(
        STRAIN,
        strain_reasons,
        country.mean_voice,
        regime.breaks,
        regime.shortfall,
        country.militants_inside / 1000.0,
        1.0 - country.mean_control,
        country.mafia,
        succession,
    )
    eased, toppled = regime.polity < before, country.coup > 0.5

    def cause(here: Runs) -> Pick:
        index = np.where(eased[here], len(STRAIN), worse(here).index)
        return Pick((*STRAIN, "calm", "coup"), np.where(toppled[here], len(STRAIN) + 1, index))

    country.note(
        "polity",
        changed,
        actor="regime",
        target=Pick(STATES, regime.polity.astype(np.intp)),
        size=regime.strain,
        cause=cause,
    )

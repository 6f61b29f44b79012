"""Notes on the trade: networks that move, agencies that traffickers buy, guards that leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tajsim.agents.network import PROTECTED
from tajsim.axes import AFGHAN_SECTIONS, AGENCIES, EXITS, Array
from tajsim.inputs.chronicle import WAY_MOVES
from tajsim.model.chronicle import Pick, Runs, largest
from tajsim.rules.border.reasons import way_reasons

if TYPE_CHECKING:
    from tajsim.model.country import Country

WAYS = {"entry_moved": AFGHAN_SECTIONS, "exit_moved": EXITS}
REASONS = ("losses", "tolls", "closure")


def end_of_quarter(country: Country) -> bool:
    """Return whether slow quantities are looked at: in the last month of each quarter."""
    return country.calendar_month % 3 == 2


def note_ways(country: Country, exit_cost: Array) -> None:
    """Note where a network with a patron, one of the twelve largest, moves its main way.

    Args:
        exit_cost: standing disadvantage of the exits, ``(exit, 1 or network, run)``.
    """
    if not end_of_quarter(country):
        return
    net = country.networks
    large = len(PROTECTED)
    terms = {
        "entry_moved": (net.entry_share, net.entry_belief, country.entry_toll, net.entry_cost),
        "exit_moved": (net.exit_share, net.exit_belief, country.exit_toll, exit_cost),
    }
    for kind, (share, belief, toll, cost) in terms.items():
        main = country.watch.moves(kind, share[:, :large], WAY_MOVES)
        if main is None:
            continue
        moved = main[0] != main[1]
        costs = np.broadcast_to(cost, belief.shape)
        for n in np.flatnonzero(moved.any(axis=-1)):
            old, new = main[0][n], main[1][n]
            parts = belief[:, n], toll, costs[:, n]
            country.note(
                kind,
                moved[n],
                actor=net.names[n],
                target=Pick(WAYS[kind], new),
                size=net.bought[n],
                cause=lambda here, n=n, old=old, new=new, parts=parts: _way_cause(  # type: ignore[misc]
                    country, here, net.access[n], old, new, parts
                ),
            )


def _way_cause(
    country: Country,
    here: Runs,
    access: Array,
    old: NDArray[np.intp],
    new: NDArray[np.intp],
    parts: tuple[Array, Array, Array],
) -> Pick:
    """Return what speaks most for the new way in some runs.

    Args:
        here: the runs.
        access: share of guards that the network reaches, ``(run,)``.
        old, new: main ways, ``(run,)``.
        parts: belief, toll and cost of each way, ``(way, run)``.
    """
    belief, toll, cost = (part[old[here], here] - part[new[here], here] for part in parts)
    terms = {name: value[here] for name, value in country.values.of(way_reasons).items()}
    return largest(REASONS, way_reasons(belief, toll * access[here], cost, **terms))


def note_agencies(country: Country) -> None:
    """Note the agencies that traffickers have bought or lost again, and the end of a guard."""
    if not end_of_quarter(country):
        return
    crossed = country.watch.crossings("collusion", country.agencies.collusion)
    for where, kind in zip(crossed or (), ("agency_bought", "agency_recovered"), strict=False):
        for i in np.flatnonzero(where.any(axis=-1)):
            whole, staff = country.agencies.collusion[i], country.agencies.staff_collusion[i]
            parts = staff, whole - staff
            country.note(
                kind,
                where[i],
                actor=AGENCIES[i],
                size=whole,
                cause=largest(("bribes", "clients"), parts) if kind == "agency_bought" else "",
            )
    guard = country.agency["russian_border_troops"]
    left = guard.strength / np.maximum(guard.strength_start, 1.0)
    passed = country.watch.crossings("guard", left)
    if passed:
        gone = passed[1]
        country.note("guard_gone", gone, actor=guard.name, size=guard.strength, cause="order")

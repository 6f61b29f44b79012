"""What each kind of event changes: state or policy, never an outcome."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import tajsim.axes as axes
from tajsim.agents.deals import GUARDS, IN_PACKAGE, PATRON, TASK_OF
from tajsim.axes import AGENCIES, REPRESSION_STEPS, SECTIONS, TASKS, Array, total
from tajsim.model.country import Country
from tajsim.model.stages.deals import bind

Arguments = dict[str, Any]


def apply_events(country: Country) -> None:
    """Apply the events dated in this month, and move the ramps that are under way."""
    for event in country.events_by_month.get(country.calendar_month, ()):
        HANDLERS[event.kind](country, event.arguments)
    for name, steps in list(country.ramps.items()):
        country.values.set(name, steps.pop(0))
        if not steps:
            del country.ramps[name]


def _set(country: Country, arguments: Arguments) -> None:
    """A parameter takes a new value, at once or along a straight line."""
    name, months = arguments["parameter"], int(arguments.get("months", 1))
    start, target = country.values[name], np.asarray(arguments["value"], dtype=float)
    country.ramps[name] = [start + (target - start) * k / months for k in range(1, months + 1)]
    country.note("setting", start != target, target=name, size=target, cause="scenario")


def _handover(country: Country, arguments: Arguments) -> None:
    """A border section gets another guard."""
    section = SECTIONS.index(arguments["section"])
    length = country.values.section_length[section]
    taker = country.agency[arguments["agency"]]
    new = taker.guarded_km[section] != length
    country.note(
        "handover", new, actor=taker.name, target=SECTIONS[section], size=length, cause="scenario"
    )
    for agency in country.guards:
        takes = agency.name == arguments["agency"]
        if takes and not agency.foreign:
            agency.extra_km = agency.extra_km + length - agency.guarded_km[section]
        if not takes and not agency.foreign:
            agency.extra_km = agency.extra_km - agency.guarded_km[section]
        agency.guarded_km[section] = length if takes else 0.0
    country.sections_once[section] = length if taker.foreign else 0.0
    _end_guard_deal(country, (total(country.sections_once) <= 0.0).astype(float))


def _end_guard_deal(country: Country, over: Array) -> None:
    """Where no section is left to Russia its deal is over: held by nobody, offered no more."""
    deals = country.deals
    for name, value in (("held", 0.0), ("closed", 1.0), ("locked", 0.0), ("fixed", 0.0)):
        state = getattr(deals, name).copy()
        state[GUARDS] = np.where(over > 0.5, value, state[GUARDS])
        setattr(deals, name, state)


def _appoint(country: Country, arguments: Arguments) -> None:
    """A commander who is in place is given the head's post of an agency."""
    commanders, agency = country.commanders, arguments["agency"]
    commander = country.commander[arguments["commander"]]
    new = (commander.in_place > 0.5) & (commander.post != AGENCIES.index(agency))
    size = commander.men
    country.note(
        "post_given", new, actor=commander.name, target=agency, size=size, cause="scenario"
    )
    # As after any settlement the next blow waits (matveeva-2004:93-99).
    country.regime.months_since_purge = np.where(new, 0.0, country.regime.months_since_purge)
    takes = np.zeros(commanders.holds.shape)
    takes[commander.rank, AGENCIES.index(agency)] = new
    commanders.move(takes)


def _order(country: Country, arguments: Arguments, kind: str) -> None:
    """The regime tries to dismiss a commander, or orders his arrest: ``kind``, a state of his."""
    commander = country.commander[arguments["commander"]]
    where = commander.in_place
    setattr(commander, kind, where.copy())
    size = commander.threat
    country.note(kind, where, actor="regime", target=commander.name, size=size, cause="scenario")


def _repression_step(country: Country, arguments: Arguments) -> None:
    """The regime goes up to a step of the ladder, never down."""
    step = 1.0 + REPRESSION_STEPS.index(arguments["step"])
    higher = country.regime.ladder < step
    country.note(
        "repression_step", higher, actor="regime", target=arguments["step"], cause="scenario"
    )
    country.regime.ladder = np.maximum(country.regime.ladder, step)


def _seats(country: Country, arguments: Arguments) -> None:
    """A movement holds so many seats."""
    movement = country.movement[arguments["movement"]]
    seats = np.asarray(arguments["seats"], dtype=float)
    new = movement.seats != seats
    country.note("seats", new, actor=movement.name, size=seats, cause="scenario")
    movement.seats = np.full(country.run_count, seats)


def _withdraw_agency(country: Country, arguments: Arguments) -> None:
    """A foreign-run agency lets its people go over so many months."""
    agency = country.agency[arguments["agency"]]
    stays = agency.withdrawing <= 0.0
    country.note("withdrawal", stays, actor=agency.name, size=agency.strength, cause="scenario")
    agency.withdrawing = np.full(country.run_count, 3.0 / max(int(arguments.get("months", 1)), 3))


def _deal(country: Country, arguments: Arguments) -> None:
    """A deal begins, ends, is closed by its power for good, is held by both, or let go.

    What ends is held no longer.
    """
    name, change = arguments["deal"], arguments["change"]
    deal, deals = country.deal[name], country.deals
    if change in ("hold", "free"):
        deal.fixed = np.full(country.run_count, float(change == "hold"))
        task, fixed = TASKS[TASK_OF[deal.rank]], deal.fixed
        country.note("deal_held", fixed, actor=name, target=task, size=deal.size, cause="scenario")
        return
    begins = float(change == "begin")
    new = deal.held != begins
    kind = "deal_made" if begins else "deal_ended"
    task = TASKS[TASK_OF[deal.rank]]
    country.note(kind, new, actor=name, target=task, size=deal.size, cause="scenario")
    deal.held, deal.offered = np.full_like(deal.held, begins), np.full_like(deal.held, begins)
    deal.closed = np.full_like(deal.held, float(change == "close"))
    deal.fixed = deal.fixed * begins
    deal.locked = np.full_like(deal.held, begins * deals.term[deal.rank])


def _package(country: Country, arguments: Arguments) -> None:
    """A package is agreed as a whole, whether or not its deals were in force."""
    name, whole = arguments["package"], np.ones(country.run_count)
    place, deals = axes.PACKAGES.index(name), country.deals
    mine = IN_PACKAGE[place]
    deals.held, deals.offered = np.maximum(deals.held, mine), np.maximum(deals.offered, mine)
    deals.closed = deals.closed * (1.0 - mine)
    deals.locked = np.maximum(deals.locked, mine * deals.term)
    written = bind(country, place, whole)
    country.note(
        "package", whole, actor=axes.POWERS[PATRON], target=name, size=written, cause="scenario"
    )


HANDLERS: dict[str, Callable[[Country, Arguments], None]] = {
    "set": _set,
    "handover": _handover,
    "appoint": _appoint,
    "dismiss": partial(_order, kind="dismissal_order"),
    "arrest": partial(_order, kind="arrest_order"),
    "repression_step": _repression_step,
    "seats": _seats,
    "withdraw_agency": _withdraw_agency,
    "deal": _deal,
    "package": _package,
}

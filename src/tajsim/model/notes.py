"""Notes in the chronicle on the trade, the outside world, society, the state and the regime."""

import numpy as np
from numpy.typing import NDArray

import tajsim.axes as axes
from tajsim.agents.network import PROTECTED
from tajsim.axes import Array, total
from tajsim.inputs.ledger import LARGE_HARVEST, OFFER_COUNTS, SMALL_HARVEST, WAY_MOVES
from tajsim.model.chronicle import Pick, Runs, largest
from tajsim.model.country import Country
from tajsim.rules.border_guard import way_reasons
from tajsim.rules.outsourcing import refusal_reasons, taking_reasons
from tajsim.rules.purges import Blow
from tajsim.rules.state import STATES, lost_control_reasons, strain_reasons
from tajsim.rules.violence import protest_reasons, rival_threat

WAYS = {"entry_moved": axes.AFGHAN_SECTIONS, "exit_moved": axes.EXITS}
REASONS = ("losses", "tolls", "closure")


def end_of_quarter(country: Country) -> bool:
    """Return whether slow quantities are looked at: in the last month of each quarter."""
    return country.calendar_month % 3 == 2


def note_ways(country: Country, exit_cost: Array) -> None:
    """Note where a network with a patron, one of the twelve largest, moves its main way.

    Args:
        exit_cost: standing disadvantage of the exits, ``(exit, run)``.
    """
    if not end_of_quarter(country):
        return
    net = country.networks
    large = len(PROTECTED)
    terms = {
        "entry_moved": (net.entry_share, net.entry_belief, country.entry_toll, net.entry_cost),
        "exit_moved": (net.exit_share, net.exit_belief, country.exit_toll, exit_cost[:, None]),
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
                actor=axes.AGENCIES[i],
                size=whole,
                cause=largest(("bribes", "clients"), parts) if kind == "agency_bought" else "",
            )
    guard = country.agency["russian_border_troops"]
    left = guard.strength / np.maximum(guard.strength_start, 1.0)
    passed = country.watch.crossings("guard", left)
    if passed:
        gone = passed[1]
        country.note("guard_gone", gone, actor=guard.name, size=guard.strength, cause="order")


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
    back = -total(country.regions.leaving)
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


TAKING = ("relief", "backing")
REFUSING = ("less_offered", "autonomy", "conditions", "objection")
BLOW = ("threat", "safe_blow", "defiance", "drive")
REPRESSION = ("appeal", "incidents", "uncontrolled", "voice", "seats")


def note_offers(country: Country, relief: Array, terms: tuple[Array, ...], exposure: Array) -> None:
    """Note where the regime opens a task to a power or closes it, by the thresholds of mandates.

    Args:
        relief: offer over the cost of doing the task at home, ratio, ``(task, power, run)``.
        terms: backing, intrusion, conditions felt and objection of each power, ``(power, run)``.
        exposure: how much the regime fears the opening, 0 to 1, ``(run,)``.
    """
    if not end_of_quarter(country):
        return
    powers, weights = country.powers, country.regime.weight * len(axes.TASKS)
    offer = np.swapaxes(powers.offer, 0, 1)
    crossed = country.watch.crossings("mandate", np.swapaxes(powers.mandate, 0, 1))
    for where, kind in zip(crossed or (), ("offer_taken", "offer_given_up"), strict=False):
        noted = where & (offer >= OFFER_COUNTS)
        for i, t in np.argwhere(noted.any(axis=-1)):
            backing, intrusion, condition, objection = (term[i] for term in terms)
            cost = weights[t], intrusion, condition, exposure, objection
            country.note(
                kind,
                noted[i, t],
                actor=powers.names[i],
                target=axes.TASKS[t],
                size=offer[i, t],
                cause=country.reason(TAKING, taking_reasons, relief[t, i], backing)
                if kind == "offer_taken"
                else country.reason(REFUSING, refusal_reasons, relief[t, i], *cost),
            )


def note_position(country: Country) -> None:
    """Note where the regime turns between the camps, and where Moscow's backing comes and goes."""
    position = country.alignment
    crossed = country.watch.crossings("alignment", position)
    if crossed:
        for where, kind, cause in zip(
            crossed,
            ("turn_to_moscow", "away_from_moscow"),
            ("moscows_part", "western_aid"),
            strict=True,
        ):
            country.note(kind, where, actor="regime", size=position, cause=cause)
    size, word = country.guarantee, country.values.power_guarantee[axes.POWERS.index("russia")]
    crossed = country.watch.crossings("backing", size)
    if not crossed:
        return
    given, lost = crossed
    country.note(
        "backing_given",
        given,
        actor="russia",
        size=size,
        cause=lambda here: largest(("word", "presence"), (word[here], (size - word)[here])),
    )
    country.note(
        "backing_lost",
        lost,
        actor="russia",
        size=size,
        cause=lambda here: largest(
            ("western_aid", "fewer_troops"),
            ((1.0 - np.maximum(position, 0.0))[here], (1.0 - country.base_presence)[here]),
        ),
    )


def note_blows(
    country: Country, strikes: NDArray[np.bool_], arrests: NDArray[np.bool_], blows: Blow
) -> None:
    """Note whom the regime strikes at of its own accord, and why.

    Args:
        strikes: where it strikes at whom, ``(commander, run)``.
        arrests: where it does so by ordering an arrest, ``(commander, run)``.
        blows: what the hazard of each blow owes to what, each ``(commander, run)``.
    """
    for i in np.flatnonzero(strikes.any(axis=1)):
        commander, parts = country.commanders[i], [part[i] for part in blows[:-1]]
        for kind, here in (
            ("arrest_order", arrests[i]),
            ("dismissal_order", strikes[i] & ~arrests[i]),
        ):
            country.note(
                kind,
                here,
                actor="regime",
                target=commander.name,
                size=commander.threat,
                cause=largest(BLOW, parts),
            )


def note_successors(country: Country, new: Array) -> None:
    """Note who comes to a vacant post, 1 or 0, ``(commander, run)``."""
    for i in np.flatnonzero(new.any(axis=1)):
        commander = country.commanders[i]
        country.note(
            "successor",
            new[i],
            actor=commander.name,
            size=commander.following,
            cause="vacancy",
        )


def note_ladder(country: Country, taken: Array, standing_before: Array, seats: Array) -> None:
    """Note a step of repression that the regime takes, and the closing of the legal party.

    Args:
        taken: 1 where a step is taken, ``(run,)``.
        standing_before: legal standing of the party last month, 0 to 1, ``(run,)``.
        seats: share of the seats that the party held, 0 to 1, ``(run,)``.
    """
    regime, irpt = country.regime, country.movement["irpt"]
    if taken.any():
        state = (
            country.values.party_appeal,
            seats,
            regime.incidents,
            1.0 - country.mean_control,
            country.mean_voice,
        )
        parts = country.apply(rival_threat, *state)
        country.note(
            "repression_step",
            taken,
            actor="regime",
            target=Pick(
                axes.REPRESSION_STEPS, np.maximum(regime.ladder - 1.0, 0.0).astype(np.intp)
            ),
            size=sum(parts),
            cause=largest(REPRESSION, parts),
        )
    closed = (standing_before > 0.0) & (country.standing <= 0.0)
    country.note(
        "party_closed",
        closed,
        actor="irpt",
        size=lambda here: total(irpt.members)[here],
        cause="ladder",
    )

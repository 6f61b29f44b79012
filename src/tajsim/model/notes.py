"""Notes in the chronicle on the trade, the outside world, society, the state and the regime."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

import tajsim.axes as axes
from tajsim.agents.deals import PATRON, Decision
from tajsim.agents.network import PROTECTED
from tajsim.axes import Array, total
from tajsim.inputs.ledger import LARGE_HARVEST, SMALL_HARVEST, WAY_MOVES
from tajsim.model.chronicle import Name, Pick, Runs, largest
from tajsim.model.country import Country
from tajsim.rules.drug_market import Ways
from tajsim.rules.outside import Work
from tajsim.rules.purges import Blow
from tajsim.rules.state import FALLS, STATES, Lost, Strain


def note_ways(country: Country, ways: Ways) -> None:
    """Note where a network with a patron, one of the twelve largest, moves its main way.

    Args:
        ways: shares of the sections and what speaks against each, ``(section, network, run)``.
    """
    # Slow quantities are looked at in the last month of each quarter.
    look = country.calendar.quarter_ends
    if not look.any():
        return
    net, runs = country.networks, np.arange(country.run_count)
    main = country.watch.moves("entry_moved", ways.shares[:, : len(PROTECTED)], WAY_MOVES, look)
    if main is None:
        return
    old, new = main
    for n in np.flatnonzero((old != new).any(axis=-1)):
        gains = [part[old[n], n, runs] - part[new[n], n, runs] for part in ways[:2]]
        country.note(
            "entry_moved", old[n] != new[n], actor=net.names[n],
            target=Pick(axes.AFGHAN_SECTIONS, new[n]), size=net.bought[n],
            cause=largest(("losses", "tolls"), gains),
        )  # fmt: skip


def note_agencies(country: Country) -> None:
    """Note the agencies that traffickers have bought or lost again, and the end of a guard."""
    look = country.calendar.quarter_ends
    if not look.any():
        return
    crossed = country.watch.crossings("collusion", country.agencies.collusion, look)
    for where, kind in zip(crossed or (), ("agency_bought", "agency_recovered"), strict=False):
        for i in np.flatnonzero(where.any(axis=-1)):
            whole, staff = country.agencies.collusion[i], country.agencies.staff_collusion[i]
            parts = staff, whole - staff
            country.note(
                kind, where[i], actor=axes.AGENCIES[i], size=whole,
                cause=largest(("bribes", "clients"), parts) if kind == "agency_bought" else "",
            )  # fmt: skip
    guard = country.agency["russian_border_troops"]
    left = guard.strength / np.maximum(guard.strength_start, 1.0)
    passed = country.watch.crossings("guard", left, look)
    if passed:
        gone = passed[1]
        country.note("guard_gone", gone, actor=guard.name, size=guard.strength, cause="order")


MOSCOW = axes.POWERS[PATRON]
PROTEST = ("anger", "arrest_here", "went_unchecked")


def note_harvest(country: Country, before: Array) -> None:
    """Note a harvest that is far from the last one, ``before``."""
    change = country.outside.crop / before
    for kind, far in (
        ("large_harvest", change >= LARGE_HARVEST),
        ("small_harvest", change <= SMALL_HARVEST),
    ):
        new = far & (country.calendar.harvest_in > 0.5)
        country.note(kind, new, actor="afghanistan", size=change)


def note_work(country: Country, parts: Work) -> None:
    """Note where migrants' work fails and where it is back."""
    work = country.outside.migrant_demand
    crossed = country.watch.crossings("slump", work)
    if not crossed:
        return
    back, fails = crossed
    country.note(
        "slump", fails, actor="migrants", size=work,
        cause=lambda here: largest(parts._fields, [-part[here] for part in parts]),
    )  # fmt: skip
    country.note("slump_over", back, actor="migrants", size=work)


def note_return(country: Country) -> None:
    """Note where many migrants come home at once."""
    back = -total(country.regions.leaving)
    crossed = country.watch.crossings("return", back / np.maximum(country.migrants, 1.0))
    if crossed:
        country.note("migrants_return", crossed[0], actor="migrants", size=back, cause="no_work")


def note_protest(country: Country, before: Array, parts: Sequence[Array]) -> None:
    """Note the month in which a protest begins.

    Args:
        before: 1 where people were in the streets last month, ``(region, run)``.
        parts: of the push to protest in the order of ``PROTEST``, ``(region, run)``.
    """
    begun = country.regions.protest > before
    for i, region in enumerate(country.regions):
        cause = largest(PROTEST, [part[i] for part in parts])
        country.note("protest", begun[i], actor=region.name, size=region.voice, cause=cause)


def note_attack(country: Country, attack: Array, parts: Sequence[Array]) -> None:
    """Note an attack by a violent group."""
    size = country.people["violent"]
    country.note("attack", attack, size=size, cause=largest(("violent_members", "reprisal"), parts))


def note_control(country: Country, terms: Lost) -> None:
    """Note the regions that the centre loses hold of or holds again."""
    crossed = country.watch.crossings("control", country.regions.control)
    if not crossed:
        return
    held, lost = crossed
    for i, region in enumerate(country.regions):
        causes = country.cause(Lost(*(term[i] for term in terms)))
        name, control = region.name, region.control
        country.note("control_lost", lost[i], actor=name, size=control, cause=causes)
        country.note("control_regained", held[i], actor=name, size=control, cause="calm")


def note_polity(country: Country, terms: Strain) -> None:
    """Note where the state of the polity changes."""
    regime = country.regime
    changed, before = country.watch.changes("polity", regime.polity)
    if not changed.any():
        return
    worse, names = country.cause(terms), (*Strain._fields, "calm", *FALLS[1:])
    eased = regime.polity < before
    toppled = (country.fall > 0.5) & (regime.failed_month == country.calendar.months)

    def cause(here: Runs) -> Pick:
        index = np.where(eased[here], names.index("calm"), worse(here).index)
        way = country.fall[here].astype(np.intp) + names.index("calm")
        return Pick(names, np.where(toppled[here], way, index))

    country.note(
        "polity", changed, actor="regime", target=Pick(STATES, regime.polity.astype(np.intp)),
        size=regime.strain, cause=cause,
    )  # fmt: skip


BLOW = ("threat", "safe_blow", "defiance", "drive")
REPRESSION = ("appeal", "uncontrolled", "incidents", "voice")


#: Reasons of the regime for a bundle, in the order of `rules.deals.Gains` and `Prices`.
BARGAIN = (
    *("protection", "relief", "diversion", "payment", "suitors", "autonomy", "reliance"),
    *("conditions", "pressure", "habit", "leaning", "mood"),
)


def note_decision(country: Country, decision: Decision, task: str) -> None:
    """Note what a decision on a task came to, with what spoke most for it."""
    bargain = (*BARGAIN, "replaced")

    def gained(here: Runs) -> Pick:
        return largest(BARGAIN, tuple(decision.reasons[:, here]))

    def given_up(here: Runs) -> Pick:
        instead = decision.made[:, here].any(axis=0)
        return Pick(bargain, np.where(instead, len(BARGAIN), gained(here).index))

    kinds: dict[str, tuple[Array, Name]] = {
        "deal_made": (decision.made, gained),
        "deal_dropped": (decision.dropped, given_up),
        "deal_ended": (decision.ended, "not_worth_it"),
    }
    for kind, (happened, cause) in kinds.items():
        for place, deal in enumerate(decision.rows):
            country.note(
                kind, happened[place], actor=axes.DEALS[deal], target=task,
                size=country.deals.size[deal], cause=cause,
            )  # fmt: skip


def note_package(country: Country, decision: Decision, name: str, written: Array) -> None:
    """Note a package that is taken whole, with the debt ``written`` off for it, USD, ``(run,)``."""
    country.note(
        "package", decision.whole, actor=MOSCOW, target=name, size=written,
        cause=lambda here: largest(BARGAIN, tuple(decision.reasons[:, here])),
    )  # fmt: skip


def note_pressure(country: Country, begins: Array, ends: Array, refused: Array) -> None:
    """Note where Moscow pulls a lever or lets go of it, ``(pressure, run)``.

    Args:
        refused: the part of its grievance that is due to refused wishes, ``(run,)``.
    """
    size = country.moscows_grievance
    cause = largest(("refused", "bloc"), (refused, size - refused))
    for lever, name in enumerate(axes.PRESSURES):
        country.note("pressure", begins[lever], actor=MOSCOW, target=name, size=size, cause=cause)
        country.note("pressure_over", ends[lever], actor=MOSCOW, target=name, size=size)


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
    size, word = country.guarantee, country.values.power_guarantee[PATRON]
    crossed = country.watch.crossings("backing", size)
    if not crossed:
        return
    given, lost = crossed
    country.note(
        "backing_given", given, actor=MOSCOW, size=size,
        cause=lambda here: largest(("word", "presence"), (word[here], (size - word)[here])),
    )  # fmt: skip
    country.note(
        "backing_lost",
        lost,
        actor=MOSCOW,
        size=size,
        cause=lambda here: largest(
            ("western_aid", "fewer_troops"),
            ((1.0 - np.maximum(position, 0.0))[here], (1.0 - country.base_presence)[here]),
        ),
    )


def note_blows(
    country: Country, strikes: NDArray[np.bool_], arrests: NDArray[np.bool_], blows: Blow
) -> None:
    """Note whom the regime strikes at of its own accord, and why."""
    for i in np.flatnonzero(strikes.any(axis=1)):
        commander, parts = country.commanders[i], [part[i] for part in blows[:-1]]
        for kind, here in (
            ("arrest_order", arrests[i]),
            ("dismissal_order", strikes[i] & ~arrests[i]),
        ):
            country.note(
                kind, here, actor="regime", target=commander.name, size=commander.threat,
                cause=largest(BLOW, parts),
            )  # fmt: skip


def note_successors(country: Country, new: Array) -> None:
    """Note who comes to a vacant post, 1 or 0, ``(commander, run)``."""
    for i in np.flatnonzero(new.any(axis=1)):
        commander = country.commanders[i]
        country.note(
            "successor", new[i], actor=commander.name, size=commander.following, cause="vacancy"
        )


def note_ladder(
    country: Country, moved: tuple[Array, Array], standing_before: Array, parts: Array
) -> None:
    """Note a step of repression taken or taken back, and the closing of the legal party.

    Args:
        parts: of the threat seen in the party in the order of ``REPRESSION``, ``(cause, run)``.
    """
    regime, irpt, top = country.regime, country.movement["irpt"], len(axes.REPRESSION_STEPS) - 1.0
    step = np.minimum(np.maximum(regime.ladder - 1.0, 0.0), top).astype(np.intp)
    threat, target = regime.party_threat, Pick(axes.REPRESSION_STEPS, step)
    cause = largest(REPRESSION, [*parts])
    country.note(
        "repression_step", moved[0], actor="regime", target=target, size=threat, cause=cause
    )
    country.note("repression_eased", moved[1], actor="regime", size=threat, cause="outside_cost")
    closed = (standing_before > 0.0) & (country.standing <= 0.0)
    country.note("party_closed", closed, actor="irpt", size=irpt.members, cause="ladder")


#: What speaks for each answer of the party, the first two of them for its obeying, and so on.
ANSWER = ("place", "fear", "anger", "faith", "hunted", "fear", "anger", "cheated")


def note_answer(country: Country, chooses: Array, reasons: Sequence[Array]) -> None:
    """Note how the party answers, with the larger of the two ``reasons`` that speak for it."""
    irpt, hunted = country.movement["irpt"], country.regime.ladder / len(axes.REPRESSION_STEPS)
    place, fear, anger, creed = reasons
    pairs = (place, fear), (anger, creed), (hunted, fear), (anger, country.values.vote_fraud)
    second = total(irpt.answer * np.stack([other > one for one, other in pairs]))
    given = np.argmax(irpt.answer, axis=0)
    cause = Pick(ANSWER, (2.0 * given + second).astype(np.intp))
    target = Pick(axes.ANSWERS, given)
    country.note(
        "party_answer", chooses, actor="irpt", target=target, size=irpt.members, cause=cause
    )

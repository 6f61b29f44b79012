"""Stage 3, choices: the regime's effort, offers taken, orders against commanders, repression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.agents.agency_tasks import OWN
from tajsim.agents.commander import SERVING, WAITING
from tajsim.axes import AGENCIES, REPRESSION_STEPS, TASKS, column, total
from tajsim.inputs.dates import month_number
from tajsim.model.notes.choices import note_blows, note_ladder, note_offers, note_position
from tajsim.model.stages.partners import ask_for_border, excused, look_for_partners
from tajsim.model.stages.succession import look_ahead
from tajsim.rules.elite.rank import election_near
from tajsim.rules.outsourcing.dependence import alignment
from tajsim.rules.outsourcing.ideas import threat_of_ideas
from tajsim.rules.powers.guarantee import leverage, objection
from tajsim.rules.society.repression import standing
from tajsim.rules.state.succession import patron_word
from tajsim.world import ELECTION

if TYPE_CHECKING:
    from tajsim.axes import Array
    from tajsim.model.country import Country

#: 1 for the country's own agencies besides the Security Ministry, ``(agency, 1)``.
OTHERS = OWN * column(name != "security_ministry" for name in AGENCIES)


def choices(country: Country) -> None:
    """The regime chooses. Writes: effort, mandates, orders, posts, repression step."""
    regime = country.regime
    growth = country.agencies.growth[country.commanders.service]
    country.commanders.weigh(regime.trust, regime.civilian_control, growth)
    regime.incidents = regime.incidents * 0.92
    regime.perceived = perceived_threats(country)
    regime.choose_effort()
    rank_services(country)
    look_ahead(country)
    position(country)
    take_offers(country)
    ask_for_border(country)
    regime.pay_instalment(country.leverage)
    order_purges(country)
    call_successors(country)
    climb_ladder(country)


def rank_services(country: Country) -> None:
    """Let the Security Ministry and the police compete, the more so before elections."""
    service = country.agency["security_ministry"]
    others = total(country.agencies.collusion * OTHERS) / total(OTHERS)
    to_go = float(month_number(ELECTION) - country.calendar_month)
    near = election_near(np.mod(to_go, country.values.election_interval))
    country.regime.rank_services(service.quality, others, near)


def perceived_threats(country: Country) -> Array:
    """Return the threat the regime perceives on each task, index, ``(task, run)``.

    Fighters abroad who aim at others are not seen, so nothing is done about them (M97).
    """
    seen = np.zeros((len(TASKS), country.run_count))
    ideas = country.ask(
        threat_of_ideas,
        total(country.movement["hizb_ut_tahrir"].members) / 1000.0,
        country.people["violent"] / 1000.0,
    )
    seen[TASKS.index("internal_order")] = country.mean_voice + ideas
    seen[TASKS.index("elite_control")] = country.commanders.threat.max(axis=0)
    seen[TASKS.index("militancy")] = np.minimum(country.militants_inside / 500.0, 2.0)
    crossed = total(country.last["attempts"])
    seen[TASKS.index("external_defence")] = country.hostility + crossed
    seen[TASKS.index("border")] = 0.5 * crossed
    return seen


def position(country: Country) -> None:
    """Work out the regime's position between the camps, and what Moscow makes of it."""
    powers = country.powers
    country.alignment = alignment(powers.carried, powers.west, powers.moscow)
    whole = np.maximum(total(powers.carried), 1e-9)
    country.west_share = total(powers.carried * powers.west) / whole
    country.objection = country.ask(objection, total(powers.carried * powers.bloc) / whole)
    country.leverage = country.ask(leverage, country.values.debt_to_russia, country.migrants)
    look_for_partners(country)
    powers.back(country.alignment, country.base_presence)
    backing = country.power["russia"].backing
    country.guarantee = country.ask(patron_word, backing, country.regime.doubt)
    note_position(country)


def take_offers(country: Country) -> None:
    """Move the powers' mandates towards what the regime makes of their offers."""
    regime, powers = country.regime, country.powers
    exposure = np.minimum(country.mean_voice + 0.5 * regime.strain, 1.0)
    cost, offer = country.values.task_cost, powers.offer
    whole = total(offer, axis=1)
    demand = whole / cost / (1.0 + whole / cost)
    regime.show(demand)
    dismay_donors(country)
    size = np.maximum(total(offer), 1e-9)
    wished = total(offer * demand[:, None]) / size
    alternatives = 1.0 - total(offer * offer / np.maximum(whole, 1e-9)[:, None]) / size
    relief = offer / cost[:, None]
    intrusion = country.values.power_intrusion
    condition = country.values.power_condition
    felt = regime.feel_condition(condition, wished, alternatives)
    objection = country.objection * powers.bloc
    # Neither search nor displeasure concerns the patron itself.
    other = 1.0 - powers.moscow
    powers.mandate = regime.consider(
        powers.mandate,
        relief,
        powers.backing,
        intrusion,
        felt,
        objection,
        exposure,
        country.search[:, None] * other,
        country.displeasure * other,
    )
    note_offers(country, relief, (powers.backing, intrusion, felt, objection), exposure)


def dismay_donors(country: Country) -> None:
    """Let donors judge who heads the agency that they pay for most."""
    interest = country.agencies.outside_interest
    most = np.argmax(interest, axis=0)
    commanders = country.commanders
    away = commanders.in_place * (commanders.post != commanders.trade)
    head = (away * (commanders.post == most)).max(axis=0)
    country.regime.dismay_donors(head, interest[most, np.arange(country.run_count)])


def order_purges(country: Country) -> None:
    """Strike at one commander a month at most, the most dangerous of those within reach."""
    regime, commanders = country.regime, country.commanders
    regime.months_since_purge = regime.months_since_purge + 1.0
    since, urge = regime.months_since_purge, regime.urge()
    hazard = commanders.hazard(country.guarantee, since, urge, country.standing)
    draw = country.draws.uniform_each("purge", commanders.names, country.calendar_month)
    within = draw < hazard
    # An order that is out already, by an event or after a killing, is this month's blow.
    out = (np.maximum(commanders.arrest_order, commanders.dismissal_order) > 0.5).any(axis=0)
    free = within.any(axis=0) & ~out
    if free.any():
        chosen = np.argmax(np.where(within, commanders.threat, -1.0), axis=0)
        strikes = free & (chosen == np.arange(len(commanders))[:, None])
        # Who has humiliated the regime is arrested; the others are first dismissed.
        humiliated = commanders.grudge > 0.0
        commanders.arrest_order = np.maximum(commanders.arrest_order, strikes & humiliated)
        commanders.dismissal_order = np.maximum(commanders.dismissal_order, strikes & ~humiliated)
        note_blows(country, strikes, urge)
    regime.months_since_purge = np.where(free | out, 0.0, regime.months_since_purge)


def call_successors(country: Country) -> None:
    """Give a vacant post to the successor who is waiting for it."""
    commanders = country.commanders
    waits = commanders.status == WAITING
    for i in np.flatnonzero(waits.any(axis=1)):
        successor = commanders[i]
        peers = commanders.trade[:, 0] == successor.home_post
        called = waits[i] & (commanders.post[peers] != successor.home_post).all(axis=0)
        country.note(
            "post_given",
            called,
            actor=successor.name,
            target=successor.facts.post,
            size=successor.following,
            cause="vacancy",
        )
        successor.status = np.where(called, float(SERVING), successor.status)
        successor.post = np.where(called, float(successor.home_post), successor.post)


def climb_ladder(country: Country) -> None:
    """Take one more step of repression where the threat seems to call for it."""
    regime, irpt = country.regime, country.movement["irpt"]
    seats = irpt.seats / country.values.seats_all
    chance = regime.climb_chance(
        country.values.party_appeal,
        seats,
        1.0 - country.mean_control,
        country.mean_voice,
        country.west_share,
        excused(country, country.values.west_priority),
        excused(country, country.values.moscow_tolerance),
    )
    taken = country.draws.happens("ladder", "regime", country.calendar_month, chance)
    regime.ladder = regime.ladder + taken
    lost = regime.ladder >= 1.0 + REPRESSION_STEPS.index("seats_lost")
    irpt.seats = np.where(lost, 0.0, irpt.seats)
    before, country.standing = country.standing, standing(regime.ladder)
    note_ladder(country, taken, before, seats)

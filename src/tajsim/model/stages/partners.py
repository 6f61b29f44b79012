"""Stages offers, choices and delivery: what powers offer, what the regime takes, what arrives."""

import numpy as np

import tajsim.axes as axes
import tajsim.model.notes as notes
import tajsim.model.stages.deals as deals
import tajsim.rules.aid as aid_rules
import tajsim.rules.offers as offers_rules
from tajsim.agents.agency import mean_by_task
from tajsim.agents.commander import TO_GIVE
from tajsim.agents.deals import BACKING, PATRON
from tajsim.agents.network import BOYCOTTS
from tajsim.axes import Array, column, total
from tajsim.model.country import Country
from tajsim.model.stages.elite import look_ahead
from tajsim.model.stages.force import civil_aid, invest
from tajsim.rules import grievance, loyalty, militants, outsourcing, party, purges, succession
from tajsim.rules.state import part_of
from tajsim.rules.violence import standing

#: 0 for the tasks that an agency does for the regime however corrupt it is, else 1, ``(task, 1)``:
#: it still keeps order and guards the ruler, and fails at what it sells (mechanism M43).
SOLD = column(t not in ("internal_order", "elite_control") for t in axes.TASKS)


def offers(country: Country) -> None:
    """Powers make offers; neighbours respond. Writes: gap, threats, offers, hostility."""
    neighbours(country)
    country.regime.gap = uncarried(country)
    country.regime.perceived = perceived_threats(country)
    tell_threat(country)
    deals.offers(country)


def uncarried(country: Country) -> Array:
    """Return the share of each task that neither outsiders nor honest agencies carry."""
    regime = country.regime
    quality, collusion = country.agencies.quality[:, None], country.agencies.collusion[:, None]
    able = mean_by_task(quality * (1.0 - SOLD * collusion))
    capacity = np.minimum(able * (regime.effort / regime.effort_start), 1.0)
    regime.weakness = 1.0 - capacity
    return (1.0 - regime.task_provision) * (1.0 - capacity)


def neighbours(country: Country) -> None:
    """Uzbekistan and the others respond to what passes through and to whom the country shelters."""
    count = len(axes.AFGHAN_SECTIONS)
    guard = total(country.guard_strength[:count]) / count
    country.hardening = country.apply(
        offers_rules.hardening, guard=guard, hostility=country.hostility
    )
    country.hostility = country.apply(
        offers_rules.hostility_step,
        hostility=country.hostility,
        transit=country.exit_ratio("uzbek_border"),
        militants=country.militants.everyone - country.militants.at_war,
    )
    pressure = country.values.militant_pressure.copy()
    exiles = axes.MILITANT_GROUPS.index("khudaiberdiev")
    pressure[exiles] = country.apply(
        militants.pressure_from_exile, pressure=pressure[exiles], hostility=country.hostility
    )
    country.outside.militant_pressure = pressure


def tell_threat(country: Country) -> None:
    """The regime and its patron tell of militants by what the telling earns them."""
    aid, revenue = total(country.last["aid_delivered"]), country.last["budget"]
    earned = aid / np.maximum(aid + revenue, 1.0)
    seen = country.regime.party_threat
    own = country.apply(aid_rules.overstatement, earned=earned, excuse=seen / (1.0 + seen))
    patron = country.apply(
        aid_rules.overstatement, earned=country.west_share, excuse=np.zeros_like(seen)
    )
    country.told = country.apply(aid_rules.believed, regime=own, patron=patron)


def excused(country: Country, tolerance: Array) -> Array:
    """Return how far a partner of that tolerance looks away from repression, 0 to 1, ``(run,)``."""
    return country.apply(aid_rules.looked_away, tolerance=tolerance, told=country.told)


def lean(country: Country) -> None:
    """Work out what leaning on the patron brings and costs: its backing, and its part."""
    regime, powers = country.regime, country.powers
    whole = country.apply(
        outsourcing.dependence, provision=regime.task_provision, own=1.0 - regime.weakness
    )
    country.reliance = country.apply(
        outsourcing.reliance, dependence=whole, by_power=powers.carried, patron=powers.moscow
    )
    carried = np.maximum(total(powers.carried), 1e-9)
    country.west_share = total(powers.carried * powers.west) / carried
    backing = country.apply(
        offers_rules.guarantee, alignment=country.alignment, presence=country.base_presence
    )[PATRON]
    withdrawn = country.values.pressure_force * country.pulled[axes.PRESSURES.index("backing")]
    word = country.deals.ramp[BACKING] * (1.0 - withdrawn)
    country.guarantee = country.apply(
        succession.patron_word, guarantee=backing * word, doubt=regime.doubt
    )
    notes.note_position(country)


def delivery(country: Country) -> None:
    """Powers deliver. Writes: agency purses, aid by agency, provision of tasks."""
    deals.delivery(country)
    civil_aid(country)
    invest(country)


def choices(country: Country) -> None:
    """The regime chooses. Writes: effort, mandates, orders, posts, repression step."""
    regime = country.regime
    # Who comes to a post counts from this month on, and gets used to a whole month's rents.
    call_successors(country)
    growth = country.agencies.growth[country.commanders.service]
    country.commanders.weigh(regime.trust, regime.civilian_control, growth, country.forces)
    regime.choose_effort()
    look_ahead(country)
    country.opening = country.apply(
        outsourcing.fear_of_opening, voice=country.mean_voice, strain=regime.strain
    )
    deals.bargain(country)
    lean(country)
    regime.pay_instalment(country.leverage)
    order_purges(country)
    climb_ladder(country)


def perceived_threats(country: Country) -> Array:
    """Return the threat the regime perceives on each task, index, ``(task, run)``."""
    ideas = country.apply(
        outsourcing.threat_of_ideas,
        members=country.movement["hizb_ut_tahrir"].members / 1000.0,
        violent=country.people["violent"] / 1000.0,
    )
    opponents = country.pulled[axes.PRESSURES.index("opponents")]
    at_war = country.apply(part_of, part=country.militants.at_war, other=country.at_hand())
    found = country.apply(
        outsourcing.perceived_threats, voice=country.mean_voice, ideas=ideas,
        rival=country.commanders.threat.max(axis=0),
        sheltered=country.values.pressure_force * opponents,
        crossings=total(country.last["incursions"]), at_war=at_war, hostility=country.hostility,
    )  # fmt: skip
    return np.stack(found)


def order_purges(country: Country) -> None:
    """Strike at one commander a month at most, the most dangerous of those within reach."""
    regime, commanders = country.regime, country.commanders
    regime.months_since_purge = regime.months_since_purge + 1.0
    blows = commanders.blows(
        country.guarantee, regime.months_since_purge, regime.urge(), country.standing
    )
    draw = country.draws.uniform_each("purge", commanders.names, country.calendar_month)
    within = (draw < blows.chance) & (commanders.in_place > 0.5)
    # An order that is out already, by an event or after a killing, is this month's blow.
    out = np.maximum(commanders.arrest_order, commanders.dismissal_order).max(axis=0) > 0.5
    free = within.any(axis=0) & ~out
    chosen = np.argmax(np.where(within, commanders.threat, -1.0), axis=0)
    strikes = free & (chosen == np.arange(len(commanders))[:, None])
    # Who has lately humiliated the regime, or is of a banned party, is arrested; the others are
    # first told to go.
    arrests = strikes & (np.maximum(commanders.grudge, commanders.no_way_back) > 0.5)
    commanders.arrest_order = np.maximum(commanders.arrest_order, arrests)
    commanders.dismissal_order = np.maximum(commanders.dismissal_order, strikes & ~arrests)
    regime.months_since_purge = np.where(free | out, 0.0, regime.months_since_purge)
    notes.note_blows(country, strikes, arrests, blows)


def call_successors(country: Country) -> None:
    """Fill vacant posts within months, all by one distribution; the men of the fallen scatter."""
    commanders, month = country.commanders, country.calendar_month
    commanders.gather()
    vacant = (1.0 - total(commanders.holds)) * TO_GIVE
    chance = country.apply(purges.successor_chance, vacant=vacant)
    called = (country.draws.uniform_each("successor", axes.POSTS, month) < chance).astype(float)
    own = np.arange(len(axes.POSTS))[:, None] == commanders.trade[:, None]
    new = total(own * called, axis=1) * (1.0 - commanders.person)
    man = commanders.apply(
        loyalty.new_man,
        luck=country.draws.normal_each("new man's loyalty", commanders.names, month),
        draw=country.draws.uniform_each("new man's men", commanders.names, month),
        faith=country.draws.uniform_each("new man's faith", commanders.names, month),
    )
    commanders.come(new, man)
    notes.note_successors(country, new)


def climb_ladder(country: Country) -> None:
    """Take one more step of repression where the threat seems to call for it, rarely one less."""
    regime, irpt = country.regime, country.movement["irpt"]
    ratios = np.stack(
        [
            country.values.party_appeal * irpt.credit,
            country.apply(grievance.over_middle, share=1.0 - country.mean_control),
            1.0 + regime.incidents,
            country.apply(grievance.over_middle, share=country.mean_voice),
        ]
    )
    parts, (up, down) = regime.weigh_party(
        ratios, country.west_share, excused(country, country.values.west_priority),
        excused(country, country.values.moscow_tolerance),
    )  # fmt: skip
    draw = country.draws.uniform("ladder", "regime", country.calendar_month)
    taken, eased = (draw < up).astype(float), (draw > 1.0 - down).astype(float)
    regime.ladder = regime.ladder + taken - eased
    lost = regime.ladder >= 1.0 + axes.REPRESSION_STEPS.index("seats_lost")
    irpt.seats = np.where(lost, 0.0, irpt.seats)
    before = country.standing
    country.standing = country.apply(standing, step=regime.ladder)
    notes.note_ladder(country, (taken, eased), before, parts)
    answer_repression(country)


def answer_repression(country: Country) -> None:
    """The party obeys, splits, goes abroad or boycotts where the ladder moves or seats go."""
    regime, movements, irpt = country.regime, country.movements, country.movement["irpt"]
    ours = country.at_home * country.regions.opposition
    place = country.apply(
        party.place_in_politics, standing=country.standing,
        seat_share=irpt.seats / country.values.seats_all, apart=np.zeros(country.run_count),
    )  # fmt: skip
    anger = total(ours * country.regions.grievance) / np.maximum(total(ours), 1.0)
    reasons = {"place": place, "fear": country.fear, "anger": anger, "creed": country.creed}
    chances = np.stack(country.apply(party.weigh_answers, **reasons, step=regime.ladder))
    moved = (regime.ladder != regime.ladder_seen).astype(float)
    draw = country.draws.uniform("answer", "irpt", country.calendar_month)
    chooses = movements.answer_repression(moved, regime.ladder, chances, draw)
    regime.vote_refused = irpt.answer[BOYCOTTS]
    notes.note_answer(country, chooses[irpt.rank], [*reasons.values()])

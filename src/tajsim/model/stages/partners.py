"""Stages offers, choices and delivery: what powers offer, what the regime takes, what arrives."""

import numpy as np

import tajsim.axes as axes
from tajsim.agents.agency import OWN, mean_by_task, shared_out
from tajsim.agents.commander import TO_GIVE
from tajsim.axes import Array, column, total
from tajsim.inputs.toml import month_number
from tajsim.model.country import Country
from tajsim.model.notes import (
    note_blows,
    note_ladder,
    note_offers,
    note_position,
    note_successors,
)
from tajsim.model.stages.elite import look_ahead
from tajsim.model.stages.force import civil_aid, clear_land, invest
from tajsim.model.stages.money import recruit
from tajsim.rules import aid as aid_rules
from tajsim.rules import loyalty, militants, outsourcing, purges, succession, violence
from tajsim.rules import offers as offers_rules
from tajsim.rules.aid import diverted_share, duplication
from tajsim.rules.outsourcing import threat_of_ideas
from tajsim.world import ELECTION, EMBASSY_GUARD, WATCHED

#: 0 for the tasks that an agency does for the regime however corrupt it is, else 1, ``(task, 1)``:
#: it still keeps order and guards the ruler, and fails at what it sells (mechanism M43).
SOLD = column(t not in ("internal_order", "elite_control") for t in axes.TASKS)

#: 1 where the second power watches the first, ``(power, power, 1)``.
WATCHED_BY = np.array(
    [[[float(p in WATCHED.get(by, ()))] for by in axes.POWERS] for p in axes.POWERS]
)


def offers(country: Country) -> None:
    """Powers make offers; neighbours respond. Writes: gap, offers, pledges, hostility."""
    neighbours(country)
    country.regime.gap = uncarried(country)
    powers = country.powers
    weight = powers.carried + country.invested / country.home_output
    # What began to arrive in the first month is no gain of the year.
    slow = weight if country.months_run == 1 else powers.remembered
    gain = offers_rules.rival_gain(offers_rules.advance(weight, slow)[:, None], WATCHED_BY)
    powers.make_offers(country.regime.gap, gain, attention(country))
    powers.remembered = slow + (weight - slow) / 12.0
    pay_for_base(country)
    country.now["aid_pledged"] = total(powers.offer)


def attention(country: Country) -> Array:
    """Return how much each power cares about the region now, 1 = as in 2004, ``(power, run)``.

    Budgets of early 2004 answer what was asked and told then: both count from the start on.
    """
    powers = country.powers
    wake = country.apply(offers_rules.alarm, country.regime.strain)
    asked, told = country.search - country.search_start, country.told - country.told_start
    return powers.apply(powers.heed, wake, asked, told)


def pay_for_base(country: Country) -> None:
    """The owner of the base adds the help that takes the place of rent: arms, aid against drugs."""
    rent = country.apply(offers_rules.rent_in_kind, country.base_troops)
    offered = country.power["russia"].offer
    for task in ("external_defence", "drugs"):
        offered[axes.TASKS.index(task)] += 0.5 * rent


def uncarried(country: Country) -> Array:
    """Return the share of each task that neither outsiders nor honest agencies carry."""
    regime = country.regime
    quality, collusion = country.agencies.quality[:, None], country.agencies.collusion[:, None]
    able = mean_by_task(quality * (1.0 - SOLD * collusion))
    capacity = np.minimum(able * (regime.effort / regime.effort_start), 1.0)
    regime.weakness = 1.0 - capacity
    border = axes.TASKS.index("border")
    guard = country.guard_strength[: len(axes.AFGHAN_SECTIONS)]
    capacity[border] = total(guard) / len(axes.AFGHAN_SECTIONS)
    return (1.0 - regime.task_provision) * (1.0 - capacity)


def neighbours(country: Country) -> None:
    """Uzbekistan and the others respond to what passes through; rebels abroad wait for a window."""
    transit, inside = country.exit_ratio("uzbek_border"), country.militants_inside / 1000.0
    count = len(axes.AFGHAN_SECTIONS)
    guard = total(country.guard_strength[:count]) / count
    country.hardening = country.apply(offers_rules.hardening, guard, country.hostility)
    country.hostility = country.apply(
        offers_rules.hostility_step, country.hostility, transit, inside
    )
    pressure = country.values.militant_pressure.copy()
    exiles = axes.MILITANT_GROUPS.index("khudaiberdiev")
    pressure[exiles] = country.apply(
        militants.pressure_from_exile, pressure[exiles], country.hostility, country.regime.strain
    )
    country.outside.militant_pressure = pressure


#: Sections in the order in which they were handed over (matveeva-2004:159).
ORDER_OF_HANDOVER = (1, 0, 2, 3, 4)


def look_for_partners(country: Country) -> None:
    """Work out how far the regime relies on its patron, and how widely it looks for others."""
    regime, powers = country.regime, country.powers
    whole = outsourcing.dependence(regime.task_provision, regime.effort)
    country.reliance = outsourcing.reliance(whole, powers.carried, powers.moscow)
    regime.unease = country.apply(outsourcing.unease, country.reliance)
    country.search = country.apply(outsourcing.search, regime.weakness, regime.unease)
    country.displeasure = offers_rules.displeasure(country.leverage, country.reliance)
    tell_threat(country)
    # What the regime looked for and told in early 2004 stands in the budgets of that year. The
    # telling earns from the second month on, when aid has come in.
    if country.months_run == 0:
        country.search_start = country.search
    if country.months_run <= 1:
        country.told_start = country.told


def tell_threat(country: Country) -> None:
    """The regime and its patron tell of militants by what the telling earns them."""
    aid, revenue = total(country.last["aid_delivered"]), country.last["budget"]
    earned = aid / np.maximum(aid + revenue, 1.0)
    party = country.regime.party_threat
    own = country.apply(aid_rules.overstatement, earned, party / (1.0 + party))
    patron = country.apply(aid_rules.overstatement, country.west_share, np.zeros(country.run_count))
    country.told = country.apply(aid_rules.believed, own, patron)


def excused(country: Country, tolerance: Array) -> Array:
    """Return how far a partner of that tolerance looks away from repression, 0 to 1, ``(run,)``."""
    return country.apply(aid_rules.looked_away, tolerance, country.told)


def ask_for_border(country: Country) -> None:
    """The regime may ask for the border that foreign troops hold; their principal answers."""
    regime = country.regime
    threat = regime.perceived[axes.TASKS.index("border")]
    threat = threat + regime.perceived[axes.TASKS.index("militancy")]
    guard = country.agency["russian_border_troops"]
    holds = (total(guard.guarded_km) > 0.0).astype(float)
    regime.demand = holds * country.apply(outsourcing.sovereignty_demand, regime.unease, threat)
    chance = country.apply(outsourcing.grant_chance, regime.demand)
    if chance.any():
        month = country.calendar_month
        hand_over_next(country, country.draws.happens("grant", "russia", month, chance))


def hand_over_next(country: Country, granted: Array) -> None:
    """Hand the next section to the country's own guards where ``granted`` is 1."""
    guard, own = country.agency["russian_border_troops"], country.agency["border_troops"]
    left, before = granted, np.maximum(total(guard.guarded_km), 1e-9)
    for section in ORDER_OF_HANDOVER:
        length = guard.guarded_km[section] * left
        left = left * (length <= 0.0)
        guard.guarded_km[section] = guard.guarded_km[section] - length
        own.guarded_km[section] = own.guarded_km[section] + length
        own.extra_km = own.extra_km + length
        country.note(
            "handover",
            length > 0.0,
            actor="border_troops",
            target=axes.SECTIONS[section],
            size=length,
            cause="sovereignty",
        )
    # Who stood there leaves with the section. Who holds none any more leaves as he was told to.
    joining = country.agencies.zeros()
    joining[guard.rank] = -guard.strength * granted * (1.0 - total(guard.guarded_km) / before)
    recruit(country, joining)


def delivery(country: Country) -> None:
    """Powers deliver. Writes: agency purses, aid per agency, provision of tasks, trust lost."""
    powers = country.powers
    bear_defections(country)
    powers.apply(powers.deliver)
    money = total(powers.delivered, axis=1)
    repeated = country.apply(duplication, np.swapaxes(powers.delivered, 0, 1))
    share = country.apply(diverted_share, mean_by_task(country.agencies.collusion), repeated)
    powers.arrive(share, repeated)
    country.now["aid_duplicated"] = repeated * money
    country.now["aid_delivered"] = total(powers.delivered)
    country.now["aid_diverted"] = total(powers.diverted)
    for amount in country.now["aid_diverted"]:
        country.money.move("world", "patronage", amount)
    # Who asks for nothing does not look either.
    watched = powers.useful * country.values.power_condition
    useful = total(powers.useful, axis=1)
    hand_to_agencies(country, money * (1.0 - share), useful, total(watched, axis=1))
    civil_aid(country)
    clear_land(country)
    invest(country)
    presence(country)
    powers.carry()
    country.regime.task_provision = outsourcing.provision_of_tasks(
        np.swapaxes(powers.provision, 0, 1)
    )


def bear_defections(country: Country) -> None:
    """A chief who went over last month costs those who worked with his service their trust."""
    gone, powers = country.last["defections"], country.powers
    # Most months nobody went over: then trust only comes back.
    powers.suffer(exposure_to(country, gone) if gone.any() else powers.zeros())


def exposure_to(country: Country, gone: Array) -> Array:
    """Return how far powers relied on a service whose chief went over, share, ``(power, run)``."""
    found, helped = country.powers.zeros(), parts_of_help(country)
    present = total(country.powers.presence) / len(axes.TASKS)
    for commander, went in zip(country.commanders, gone, strict=True):
        if went.any():
            post = commander.home_post
            guards = np.full(country.run_count, float(axes.AGENCIES[post] == EMBASSY_GUARD))
            relied = country.apply(offers_rules.partner_exposure, helped[:, post], present, guards)
            found = np.maximum(found, went * relied)
    return found


def parts_of_help(country: Country) -> Array:
    """Return the share of powers' useful aid that each agency has, ``(power, agency, run)``."""
    useful = country.powers.useful
    return shared_out(np.swapaxes(useful, 0, 1)) / np.maximum(total(useful), 1e-9)[:, None]


def hand_to_agencies(country: Country, paid: Array, useful: Array, watched: Array) -> None:
    """Divide aid over the country's own agencies of each task, evenly.

    A guard that leaves hands over its posts and kit, and teaches those who come (M75).
    """
    money, aid, watched_aid = shared_out(np.stack([paid, useful, watched]))
    country.money.pay_each("world", axes.AGENCIES, money)
    country.now["aid_received"] = money
    country.agencies.receive_aid(aid, watched_aid)
    own = country.agency["border_troops"]
    posts = np.maximum(own.extra_km, 0.0) * country.values.persons_per_km
    own.aid = own.aid + country.values.exit_package * posts


def presence(country: Country) -> None:
    """Work out what share of each task a power's own people hold."""
    held, guard = country.power["russia"].presence, country.agency["russian_border_troops"]
    length = country.afghan_length
    full = np.minimum(guard.strength / np.maximum(guard.strength_start, 1.0), 1.0)
    held[axes.TASKS.index("border")] = total(guard.guarded_km) / length * full * 0.9
    base = country.base_presence
    for task in ("external_defence", "militancy"):
        held[axes.TASKS.index(task)] = base


#: 1 for the country's own agencies besides the Security Ministry, ``(agency, 1)``.
OTHERS = OWN * column(name != "security_ministry" for name in axes.AGENCIES)


def choices(country: Country) -> None:
    """The regime chooses. Writes: effort, mandates, orders, posts, repression step."""
    regime = country.regime
    growth = country.agencies.growth[country.commanders.service]
    country.commanders.weigh(regime.trust, regime.civilian_control, growth, country.forces)
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
    near = country.apply(
        loyalty.election_near, months=np.mod(to_go, country.values.election_interval)
    )
    country.regime.rank_services(service.quality, others, near)


def perceived_threats(country: Country) -> Array:
    """Return the threat the regime perceives on each task, index, ``(task, run)``.

    Fighters abroad who aim at others are not seen, so nothing is done about them (M97).
    """
    seen = np.zeros((len(axes.TASKS), country.run_count))
    ideas = country.apply(
        threat_of_ideas,
        total(country.movement["hizb_ut_tahrir"].members) / 1000.0,
        country.people["violent"] / 1000.0,
    )
    seen[axes.TASKS.index("internal_order")] = country.mean_voice + ideas
    seen[axes.TASKS.index("elite_control")] = country.commanders.threat.max(axis=0)
    seen[axes.TASKS.index("militancy")] = np.minimum(country.militants_inside / 500.0, 2.0)
    crossed = total(country.last["incursions"])
    seen[axes.TASKS.index("external_defence")] = country.hostility + crossed
    seen[axes.TASKS.index("border")] = 0.5 * crossed
    return seen


def position(country: Country) -> None:
    """Work out the regime's position between the camps, and what Moscow makes of it."""
    powers = country.powers
    country.alignment = outsourcing.alignment(powers.carried, powers.west, powers.moscow)
    whole = np.maximum(total(powers.carried), 1e-9)
    country.west_share = total(powers.carried * powers.west) / whole
    country.objection = country.apply(
        offers_rules.objection, total(powers.carried * powers.bloc) / whole
    )
    country.leverage = country.apply(
        offers_rules.leverage, country.values.debt_to_russia, country.migrants
    )
    look_for_partners(country)
    powers.back(country.alignment, country.base_presence)
    backing = country.power["russia"].backing
    country.guarantee = country.apply(
        succession.patron_word, guarantee=backing, doubt=country.regime.doubt
    )
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
    head = (commanders.in_place * commanders.outsider * (commanders.post == most)).max(axis=0)
    country.regime.dismay_donors(head, interest[most, np.arange(country.run_count)])


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
    note_blows(country, strikes, arrests, blows)


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
    note_successors(country, new)


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
    lost = regime.ladder >= 1.0 + axes.REPRESSION_STEPS.index("seats_lost")
    irpt.seats = np.where(lost, 0.0, irpt.seats)
    before, country.standing = country.standing, violence.standing(regime.ladder)
    note_ladder(country, taken, before, seats)

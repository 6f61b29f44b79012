"""Grievance: hardship, insecurity, exclusion, fear, and the channels that absorb or carry it."""

import numpy as np

from tajsim.axes import Array, total


def control_of_faith(step: Array, *, religious_control: Array, creed_of_step: Array) -> Array:
    """Return the control of religion, 0 to 1, ``(run,)``.

    It has its own lever, and grows as the regime climbs the ladder of repression.

    Equation:
        control = religious_control + (1 - religious_control) * creed_of_step * step

    Args:
        step: step on the repression ladder, 0 to 6.

    Mechanisms: P04, P05, P20, P26.
    """
    return religious_control + (1.0 - religious_control) * creed_of_step * step


def crime_aim(
    policing: Array,
    idle: Array,
    gangs: Array,
    *,
    crime_force: Array,
    crime_idle: Array,
    gang_crime: Array,
) -> Array:
    """Return the crime that a country moves to, 1 = as in 2004, ``(run,)``.

    A large force deters, men without work steal, and gangs do a part of it.

    Equation:
        petty = max(policing, 0.1) ** -crime_force * (1 + crime_idle * idle)
        crime_aim = (1 - gang_crime) * petty + gang_crime * gangs

    Args:
        policing: police per head times own effort on order, over that at the start.
        idle: returned migrants without work, share of people.
        gangs: 1 = as in 2004.

    Mechanisms: M36, E02.
    """
    petty = np.maximum(policing, 0.1) ** -crime_force * (1.0 + crime_idle * idle)
    return (1.0 - gang_crime) * petty + gang_crime * gangs


def crime_step(crime: Array, aim: Array, *, crime_speed: Array) -> Array:
    """Return next month's crime, 1 = as in 2004, ``(run,)``.

    Equation:
        crime_next = crime + crime_speed * (aim - crime)

    Mechanisms: M36.
    """
    return crime + crime_speed * (aim - crime)


def insecurity(crime: Array, border_weakness: Array, *, border_exposure: Array) -> Array:
    """Return the insecurity that people of a region live in, index, ``(run,)``.

    Raids and hostage-taking come with a weak guard, and people near the line want it strong.

    Equation:
        insecurity = crime + border_exposure * border_weakness

    Args:
        crime: 1 = as in 2004.
        border_weakness: 1 - honest strength of the guard beside the region, 0 to 1.

    Mechanisms: M36, M44, M72.
    """
    return crime + border_exposure * border_weakness


def hardship(
    income: Array,
    loss: Array,
    *,
    poverty_start: Array,
    income_start: Array,
    hardship_slope: Array,
) -> Array:
    """Return the share of people in hardship, 0 to 1, ``(run,)``.

    Equation:
        odds = (1 - poverty_start) / poverty_start
        relative = max((income - loss) / income_start, 0.05)
        hardship = 1 / (1 + odds * relative**hardship_slope)

    Args:
        income: output and remittances a head, USD/person/month.
        loss: extortion a head, USD/person/month.

    Mechanisms: M39, E01, M35, E05.
    """
    odds = (1.0 - poverty_start) / poverty_start
    relative = (income - loss) / income_start
    relative = relative + (0.05 - relative) * (relative < 0.05)
    return 1.0 / (1.0 + odds * relative**hardship_slope)


def members_step(
    members: Array,
    open_ears: Array,
    people: Array,
    *,
    contact_rate: Array,
    contact_reach: Array,
) -> Array:
    """Return persons who join this month, shape of ``members``.

    Members win members, mostly around them, a few elsewhere, so a movement starts somewhere and
    spreads; who could be won runs out.

    Equation:
        heard = (1 - contact_reach) * members + contact_reach * mean(members, "region")
        joining = contact_rate * heard * max(open_ears - members / people, 0)

    Args:
        members: persons, ``(region, ..., run)``.
        open_ears: devout share times grievance, 0 to 1, ``(region, ..., run)``.
        people: at home, persons, ``(region, ..., run)``.

    Mechanisms: M87, M88, M102.
    """
    elsewhere = total(members) / len(members)
    heard = (1.0 - contact_reach) * members + contact_reach * elsewhere
    left = np.maximum(open_ears - members / people, 0.0)
    joining: Array = contact_rate * heard * left
    return joining


def shed(
    members: Array,
    closed: Array,
    *,
    shedding: Array,
    violent_share: Array,
    underground_share: Array,
    exile_share: Array,
) -> tuple[Array, Array, Array, Array]:
    """Split members lost by a closed movement: ``(violent, underground, exile, passive)`` persons.

    Only some turn to violence, some go underground, some flee abroad before they are arrested,
    most fall silent.

    Equation:
        lost = members * shedding * closed
        violent = lost * violent_share
        underground = lost * underground_share
        exile = lost * exile_share
        passive = max(lost - violent - underground - exile, 0)

    Args:
        members: persons, ``(region, run)``.
        closed: 1 where the movement is closed, 0 to 1, ``(run,)``.

    Mechanisms: P02, M101, P16.
    """
    lost = members * (shedding * closed)
    violent, underground = lost * violent_share, lost * underground_share
    exile = lost * exile_share
    return violent, underground, exile, np.maximum(lost - violent - underground - exile, 0.0)


def absorption(
    seat_share: Array,
    standing: Array,
    appeal: Array,
    creed: Array,
    *,
    absorption_limit: Array,
    absorption_half_seats: Array,
    sermon_effect: Array,
    vote_fraud: Array,
    fraud_cost: Array,
) -> Array:
    """Return the share of grievance that the legal channel carries, 0 to 1, ``(run,)``.

    Even a tiny representation absorbs much, more seats add less and less; sermons written by the
    state take voters from the party, and votes that are not counted take the belief that voting
    helps.

    Equation:
        heard = appeal * (1 - sermon_effect * creed)
        believed = absorption_limit * standing * (1 - fraud_cost * vote_fraud)
        voice = 0.5 + 0.5 * seat_share / (seat_share + absorption_half_seats)
        absorption = believed * min(2 * heard / (1 + heard), 1.5) * voice

    Args:
        seat_share: seats of the party over all seats.
        standing: legal standing, 1 = tolerated, 0 = closed.
        appeal: pull of its leadership, 1 = as in 2004.
        creed: control of religion, 0 to 1.

    Mechanisms: P01, P03, P08, P27, M101.
    """
    heard = appeal * (1.0 - sermon_effect * creed)
    believed = absorption_limit * standing * (1.0 - fraud_cost * vote_fraud)
    voice = 0.5 + 0.5 * seat_share / (seat_share + absorption_half_seats)
    return believed * np.minimum(2.0 * heard / (1.0 + heard), 1.5) * voice


def grievance_aim(
    hardship: Array,
    extortion: Array,
    creed: Array,
    idle: Array,
    exclusion: Array,
    insecurity: Array,
    absorbed: Array,
    *,
    grievance_hardship: Array,
    grievance_extortion: Array,
    grievance_creed: Array,
    grievance_idle: Array,
    grievance_exclusion: Array,
    grievance_insecurity: Array,
) -> Array:
    """Return the grievance a region moves to, 0 to 1, ``(run,)``.

    Causes add up, each with its weight; a legal channel carries part of what they make.

    Equation:
        living = grievance_hardship * hardship + grievance_idle * idle
        police = grievance_extortion * extortion + grievance_insecurity * insecurity
        rights = grievance_creed * creed + grievance_exclusion * exclusion
        grievance_aim = (1 - exp(-(living + police + rights))) * (1 - absorbed)

    Args:
        hardship: share of people in hardship.
        extortion: what the police take, share of income.
        creed: religious control times the devout share, 0 to 1.
        idle: returned migrants without work, share of people.
        exclusion: how closed politics is to people of the region, 0 to 1.
        insecurity: crime and life beside a weak border, 1 = as in 2004.
        absorbed: share that a legal channel carries.

    Mechanisms: M35, P04, P05, P07, P20, P25, P26, E02, E03, M36, M72.
    """
    push = grievance_hardship * hardship + grievance_extortion * extortion
    push = push + grievance_creed * creed + grievance_idle * idle
    push = push + grievance_exclusion * exclusion + grievance_insecurity * insecurity
    return (1.0 - np.exp(-push)) * (1.0 - absorbed)


def grievance_step(grievance: Array, aim: Array, *, grievance_speed: Array) -> Array:
    """Return next month's grievance, 0 to 1, ``(run,)``.

    Equation:
        grievance_next = grievance + grievance_speed * (aim - grievance)

    Mechanisms: M35.
    """
    return grievance + grievance_speed * (aim - grievance)


def exclusion(
    standing: Array,
    step: Array,
    corruption: Array,
    opposition: Array,
    *,
    exclusion_of_others: Array,
    no_recourse: Array,
    cronyism: Array,
) -> Array:
    """Return how far people of a region find politics closed, 0 to 1, ``(run,)``.

    The ban hits the side that lost the war first, and its old divisions come back; without
    leaders and lawyers nobody speaks for the accused; cronyism shuts out everyone who could rise
    by merit.

    Equation:
        closed = (1 - standing) * min(exclusion_of_others + opposition, 1)
        found = closed * (1 + no_recourse * step / 6) + cronyism * corruption
        exclusion = 1 - exp(-found)

    Args:
        standing: legal standing of the party, 1 = tolerated, 0 = closed.
        step: step on the repression ladder, 0 to 6.
        corruption: mean collusion of the agencies, 0 to 1.
        opposition: share of people of the wartime opposition, 0 to 1.

    Mechanisms: P07, P15, P20, P21, P25.
    """
    closed = (1.0 - standing) * np.minimum(exclusion_of_others + opposition, 1.0)
    found = closed * (1.0 + no_recourse * step / 6.0) + cronyism * corruption
    return 1.0 - np.exp(-found)


def fear_aim(
    policing: Array,
    step: Array,
    collusion: Array,
    incidents: Array,
    *,
    fear_of_police: Array,
    fear_of_step: Array,
    fear_of_incidents: Array,
    fear_in_silence: Array,
    civic_space: Array,
) -> Array:
    """Return the fear people move to, 0 to 1, ``(run,)``.

    Violent incidents revive the fear of civil war, and where nobody may report, people trust
    nobody.

    Equation:
        police = fear_of_police * policing * (0.5 + 0.5 * collusion)
        state = police + fear_of_step * step / 6
        silence = fear_in_silence * (1 - civic_space)
        fear_aim = 1 - exp(-(state + fear_of_incidents * incidents + silence))

    Args:
        policing: police per head times own effort on order, over that at the start.
        step: step on the repression ladder, 0 to 6.
        collusion: corrupt share of the police, which stands for its brutality.
        incidents: violent incidents of late, index.

    Mechanisms: M32, M37, M43, P18, P19, X19.
    """
    push = fear_of_police * policing * (0.5 + 0.5 * collusion) + fear_of_step * step / 6.0
    push = push + fear_of_incidents * incidents + fear_in_silence * (1.0 - civic_space)
    return 1.0 - np.exp(-push)


def fear_step(fear: Array, aim: Array, *, fear_speed: Array) -> Array:
    """Return next month's fear, 0 to 1, ``(run,)``.

    Equation:
        fear_next = fear + fear_speed * (aim - fear)

    Mechanisms: M32, M37.
    """
    return fear + fear_speed * (aim - fear)

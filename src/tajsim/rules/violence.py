"""Violence in society: incidents, gangs, arrests, protest, repression and radicalisation."""

import numpy as np

from tajsim.axes import REPRESSION_STEPS, Array


def incident_chance(violent: Array, fringe: Array, *, incident_rate: Array) -> Array:
    """Return the probability of a visible incident this month, ``(run,)``.

    A flag, a killing.

    Equation:
        incident_chance = 1 - exp(-incident_rate * (violent + fringe))

    Args:
        violent: members of violent groups at home, thousand persons.
        fringe: members of small violent bands, thousand persons.

    Mechanisms: X19, M102.
    """
    return 1.0 - np.exp(-incident_rate * (violent + fringe))


def extradited(exiles: Array, alignment: Array, *, extradition_rate: Array) -> Array:
    """Return exiles handed over this month, persons, ``(run,)``.

    The regime asks all the time, and a few fugitives are a cheap favour to a client who leans on
    the patron.

    Equation:
        extradited = extradition_rate * max(alignment, 0) * exiles

    Args:
        exiles: opponents abroad, persons.
        alignment: position of the regime, -1 West to 1 Moscow.

    Mechanisms: M114, M115.
    """
    return extradition_rate * np.maximum(alignment, 0.0) * exiles


def underworld_step(
    underworld: Array,
    crime: Array,
    incidents: Array,
    *,
    incident_pull: Array,
    informer_speed: Array,
) -> Array:
    """Return next month's share of informers who come from the underworld, 0 to 1, ``(run,)``.

    The services keep the agents they have, with whom they trade favours, and turn to believers
    as violence shows itself.

    Equation:
        aim = crime / (crime + incident_pull * incidents)
        underworld_next = underworld + informer_speed * (aim - underworld)

    Args:
        crime: 1 = as in 2004, above 0.
        incidents: violent incidents of late, index.

    Mechanisms: M92.
    """
    aim = crime / (crime + incident_pull * incidents)
    return underworld + informer_speed * (aim - underworld)


def gangs_step(
    gangs: Array,
    policing: Array,
    informers: Array,
    idle: Array,
    *,
    gang_breaking: Array,
    informer_worth: Array,
    gang_forming: Array,
) -> Array:
    """Return next month's gangs, 1 = as in 2004, ``(run,)``.

    The police break a share of what is left, more of it where the services have informers in the
    underworld; men without work form new ones.

    Equation:
        broken = min(gang_breaking * policing * (1 + informer_worth * informers), 1)
        gangs_next = gangs * (1 - broken) + gang_forming * idle

    Args:
        policing: police per head times own effort on order, over that at the start.
        informers: share of informers from the underworld times the quality of those who run them.
        idle: returned migrants without work, share of people.

    Mechanisms: M36, M92, E02.
    """
    broken = np.minimum(gang_breaking * policing * (1.0 + informer_worth * informers), 1.0)
    return gangs * (1.0 - broken) + gang_forming * idle


def underground_arrested(
    members: Array, skill: Array, effort: Array, *, underground_arrests: Array
) -> Array:
    """Return members of a banned movement arrested this month, persons, shape of ``members``.

    The less the services know of real threats, the more they count leaflets. The number says
    little of how large the movement is.

    Equation:
        zeal = (1 - skill) * effort / (1 + effort)
        underground_arrested = underground_arrests * zeal * members

    Args:
        members: persons, ``(region, ..., run)``.
        skill: of the services against real threats, 0 to 1, ``(run,)``.
        effort: own effort on order over that at the start, ``(run,)``.

    Mechanisms: M89, M90, M91.
    """
    found: Array = members * (underground_arrests * (1.0 - skill) * effort / (1.0 + effort))
    return found


def released(prisoners: Array, *, prison_release: Array) -> Array:
    """Return prisoners who come home this month, persons, ``(run,)``.

    Equation:
        released = prison_release * prisoners

    Mechanisms: M90.
    """
    return prisoners * prison_release


def voiced(
    grievance: Array,
    fear: Array,
    abroad_share: Array,
    *,
    fear_silences: Array,
    breaking_point: Array,
    exit_drains: Array,
) -> Array:
    """Return voiced discontent, 0 to 1, ``(run,)``.

    Fear hides grievance until there is too much of it; the most active leave.

    Equation:
        held = fear_silences * fear / (1 + (grievance / breaking_point) ** 8)
        voiced = grievance * (1 - held) * exp(-exit_drains * abroad_share)

    Args:
        abroad_share: migrants over all people of the region.

    Mechanisms: M32, M37, M38, M43, P18, P20, M41.
    """
    held = fear_silences * fear / (1.0 + (grievance / breaking_point) ** 8)
    return grievance * (1.0 - held) * np.exp(-exit_drains * abroad_share)


def protest_reasons(
    voice: Array,
    struck_here: Array,
    unchecked: Array,
    *,
    protest_rate: Array,
    local_protest: Array,
    escalation: Array,
) -> tuple[Array, Array, Array]:
    """Return the parts of the push to protest, each ``(run,)``: they add to it.

    They are ``(grievance voiced, a man of the region struck, a protest that went unchecked)``. The
    arrest of a local strongman brings his close supporters out, nobody else; a protest that went
    unchecked is followed by the next.

    Equation:
        from_voice = protest_rate * voice**2
        from_blow = local_protest * struck_here
        from_protest = escalation * unchecked

    Args:
        voice: voiced discontent, 0 to 1.
        struck_here: commanders of the region struck last month.
        unchecked: last month's protest times what fear did not check of it, 0 to 1.

    Mechanisms: M27, M34, M37, S13.
    """
    return protest_rate * voice**2, local_protest * struck_here, escalation * unchecked


def protest_chance(push: Array) -> Array:
    """Return the probability of a protest in a region this month, ``(run,)``.

    Equation:
        protest_chance = 1 - exp(-push)

    Args:
        push: sum of `protest_reasons`.

    Mechanisms: M27, M34, M37, S13.
    """
    return 1.0 - np.exp(-push)


def rival_threat(
    appeal: Array,
    seat_share: Array,
    incidents: Array,
    uncontrolled: Array,
    voice: Array,
    *,
    threat_appeal: Array,
    threat_incidents: Array,
    threat_uncontrolled: Array,
) -> tuple[Array, Array, Array, Array, Array]:
    """Return the parts of the threat the regime sees in the legal party, each ``(run,)``.

    They are ``(appeal, incidents, regions beyond control, voice, seats)`` and add to the threat,
    which follows appeal, not violence; areas that refuse control are held against the party.

    Equation:
        from_appeal = threat_appeal * max(appeal - 1, 0)
        from_incidents = threat_incidents * incidents
        from_regions = threat_uncontrolled * uncontrolled
        from_voice = voice
        from_seats = seat_share

    Args:
        appeal: of the party, 1 = as in 2004.
        seat_share: its share of the seats, 0 to 1.
        incidents: recent violent incidents, index.
        uncontrolled: share of the country outside control.
        voice: mean voiced discontent, 0 to 1.

    Mechanisms: P09, P10, P11, X19.
    """
    return (
        threat_appeal * np.maximum(appeal - 1.0, 0.0),
        threat_incidents * incidents,
        threat_uncontrolled * uncontrolled,
        voice,
        seat_share,
    )


def step_hazard(
    threat: Array,
    step: Array,
    outside_cost: Array,
    *,
    ladder_rate: Array,
    ladder_threshold: Array,
    ladder_ratchet: Array,
) -> Array:
    """Return the monthly probability of one more step up the ladder, ``(run,)``.

    Each step eases the next, and it never goes down by itself.

    Equation:
        push = max(threat - ladder_threshold, 0) * (1 + ladder_ratchet * step)
        hazard = ladder_rate * push * (1 - outside_cost)
        step_hazard = 0 if step >= 6 else 1 - exp(-hazard)

    Args:
        step: step now, 0 to 6.
        outside_cost: what partners would make the regime pay, 0 to 1.

    Mechanisms: P11, P13, P22, O04, O07, O22, P14.
    """
    push = np.maximum(threat - ladder_threshold, 0.0) * (1.0 + ladder_ratchet * step)
    hazard = ladder_rate * push * (1.0 - outside_cost)
    return np.where(step >= len(REPRESSION_STEPS), 0.0, 1.0 - np.exp(-hazard))


def standing(step: Array) -> Array:
    """Return the legal standing of the party at a step: 1, .7, .4, then closed, ``(run,)``.

    Equation:
        standing = 1 if step < 0.5 else 0.7 if step < 1.5 else 0.4 if step < 2.5 else 0

    Mechanisms: P01, P02, P11.
    """
    return np.where(step < 0.5, 1.0, np.where(step < 1.5, 0.7, np.where(step < 2.5, 0.4, 0.0)))


def outside_cost(
    west_share: Array, west_priority: Array, moscow_tolerance: Array, *, condition_weight: Array
) -> Array:
    """Return what repression costs the regime abroad, 0 to 1, ``(run,)``.

    Partners who need the country for other ends look away.

    Equation:
        minding = west_share * (1 - west_priority) * (1 - moscow_tolerance)
        outside_cost = min(condition_weight * minding, 1)

    Args:
        west_share: Western share of outside provision.
        west_priority: weight of the Afghan war in Western policy, 0 to 1.
        moscow_tolerance: how far Moscow accepts the regime's version, 0 to 1.

    Mechanisms: O04, O05, O07, O21, O22, O25, P13, P22.
    """
    cost = condition_weight * west_share * (1.0 - west_priority) * (1.0 - moscow_tolerance)
    return np.minimum(cost, 1.0)


def radicalised(
    people: Array,
    grievance: Array,
    creed: Array,
    absorbed: Array,
    idle: Array,
    pull: Array,
    *,
    radicalisation_rate: Array,
    radical_without_creed: Array,
    idle_recruits: Array,
) -> Array:
    """Return people who turn to violent groups this month, persons, shape of ``people``.

    Equation:
        base = radicalisation_rate * (1 - absorbed) * (1 + pull)
        moved = people * grievance * (radical_without_creed + creed)
        radicalised = base * moved * (1 + idle_recruits * idle)

    Args:
        people: at home, persons, ``(region, run)``.
        grievance: 0 to 1, ``(region, run)``.
        creed: religious control times the devout share, 0 to 1, ``(region, run)``.
        absorbed: share of grievance that the legal channel carries, ``(run,)``.
        idle: returned migrants without work, share of people, ``(region, run)``.
        pull: appeal of groups abroad, 0 = none, ``(run,)``.

    Mechanisms: P02, P04, P05, E03, E04, M93.
    """
    base = radicalisation_rate * (1.0 - absorbed) * (1.0 + pull)
    found: Array = base * people * grievance * (radical_without_creed + creed)
    return found * (1.0 + idle_recruits * idle)


def skill_against_violence(
    quality: Array,
    collusion: Array,
    creed: Array,
    underworld: Array,
    *,
    piety_distraction: Array,
    underworld_blindness: Array,
) -> Array:
    """Return the skill of the services against real threats, 0 to 1, ``(run,)``.

    Informers from the underworld know little of believers, and attention spent on beards is not
    spent on threats.

    Equation:
        attention = 1 - piety_distraction * creed
        knowledge = 1 - underworld_blindness * underworld
        skill = quality * (1 - collusion) * attention * knowledge

    Args:
        creed: control of religion, 0 to 1.
        underworld: share of informers who come from the underworld, 0 to 1.

    Mechanisms: P06, S22, M92.
    """
    attention = 1.0 - piety_distraction * creed
    return quality * (1.0 - collusion) * attention * (1.0 - underworld_blindness * underworld)


def violent_flows(
    violent: Array,
    pull: Array,
    detection: Array,
    *,
    departure_rate: Array,
    violent_fading: Array,
    violent_arrests: Array,
) -> tuple[Array, Array, Array]:
    """Return violent members ``(leaving to fight, giving up, arrested)`` this month, persons.

    Equation:
        going = departure_rate * pull / (1 + pull)
        caught = violent_arrests * detection
        all = max(going + violent_fading + caught, 1)
        leaving = violent * going / all
        giving_up = violent * violent_fading / all
        arrested = violent * caught / all

    Args:
        violent: persons in violent groups at home, ``(run,)``.
        pull: appeal of groups abroad, 0 = none.
        detection: skill of the services against real threats, 0 to 1.

    Mechanisms: E04, P06, S11, S22.
    """
    leaving = departure_rate * pull / (1.0 + pull)
    caught = violent_arrests * detection
    scale = 1.0 / np.maximum(leaving + violent_fading + caught, 1.0)
    return violent * leaving * scale, violent * violent_fading * scale, violent * caught * scale


def fighters_fate(
    fighters: Array, *, fighter_losses: Array, fighter_return: Array
) -> tuple[Array, Array]:
    """Return fighters abroad ``(killed, come home)`` this month, persons, ``(run,)``.

    Equation:
        killed = fighter_losses * fighters
        come_home = fighter_return * fighters

    Mechanisms: S24, E04.
    """
    return fighters * fighter_losses, fighters * fighter_return

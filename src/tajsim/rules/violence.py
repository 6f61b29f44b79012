"""Violence in society: attacks and their bursts, protest, the ladder of repression, violent groups.

An act of violence raises the chance of the next for a season, an agreement lowers it for a year.
"""

import numpy as np

from tajsim.axes import REPRESSION_STEPS, Array, total


def attack_chance(
    violent: Array,
    recent: Array,
    truce: Array,
    *,
    incident_rate: Array,
    burst: Array,
    truce_effect: Array,
    clock_season: Array,
) -> tuple[Array, Array, Array]:
    """Return ``(chance, from members, from recent violence)`` of an attack this month, ``(run,)``.

    A flag, a killing: members of violent groups act, and each act at home brings ``burst`` others
    about in the months after it, by reprisal and example; who has settled keeps still.

    Equation:
        from_members = incident_rate * violent
        from_recent = burst * recent / (clock_season - 1)
        calm = 1 - truce_effect * truce
        attack_chance = 1 - exp(-calm * (from_members + from_recent))
        members_part = calm * from_members
        recent_part = calm * from_recent

    Args:
        violent: members of violent groups at home, thousand persons.
        recent: acts of violence at home of late, number.
        truce: what is left of an agreement, 0 to 1.

    Mechanisms: X19, M102, P26.
    """
    calm = 1.0 - truce_effect * truce
    members = calm * incident_rate * violent
    answered = calm * burst * recent / (clock_season - 1.0)
    return 1.0 - np.exp(-members - answered), members, answered


def recent_step(recent: Array, acts: Array, *, clock_season: Array) -> Array:
    """Return next month's acts of violence of late, number, ``(run,)``.

    Equation:
        recent_next = (recent + acts) * (1 - 1 / clock_season)

    Mechanisms: X19.
    """
    return (recent + acts) * (1.0 - 1.0 / clock_season)


def agreement_chance(recent: Array, *, talks: Array) -> Array:
    """Return the probability that the regime settles with those who fight, ``(run,)``.

    Equation:
        agreement_chance = talks * recent / (1 + recent)

    Mechanisms: P22, P26.
    """
    return talks * recent / (1.0 + recent)


def felt_step(felt: Array, steps: Array, *, clock_year: Array) -> Array:
    """Return next month's repression of late, steps, ``(run,)``: what goes on is got used to.

    Equation:
        felt_next = felt * (1 - 1 / clock_year) + steps

    Mechanisms: P11, P15, P18.
    """
    return felt * (1.0 - 1.0 / clock_year) + steps


def underground_arrested(
    members: Array, skill: Array, effort: Array, *, underground_arrests: Array
) -> Array:
    """Return members of banned movements arrested this month, persons, shape of ``members``.

    The less the services know of real threats, the more they count leaflets. The number says
    little of how large the movement is.

    Equation:
        zeal = (1 - skill) * effort / (1 + effort)
        underground_arrested = underground_arrests * zeal * members

    Args:
        members: persons, ``(run,)``.
        skill: of the services against real threats, 0 to 1, ``(run,)``.
        effort: own effort on order over that at the start, ``(run,)``.

    Mechanisms: M89, M90, M91.
    """
    found: Array = members * (underground_arrests * (1.0 - skill) * effort / (1.0 + effort))
    return found


def released(prisoners: Array, *, clock_five_years: Array) -> Array:
    """Return prisoners who come home this month, persons, ``(run,)``.

    Equation:
        released = prisoners / clock_five_years

    Mechanisms: M90.
    """
    return prisoners / clock_five_years


def voiced(grievance: Array, fear: Array, abroad_share: Array, *, fear_silences: Array) -> Array:
    """Return voiced discontent, 0 to 1, ``(run,)``.

    Fear hides grievance until there is too much of it; who is abroad has no voice at home.

    Equation:
        held = fear_silences * fear * (1 - grievance ** 2)
        voiced = grievance * (1 - held) * (1 - abroad_share)

    Mechanisms: M32, M37, M38, M43, P18, P20, M41.
    """
    held = fear_silences * fear * (1.0 - grievance**2)
    return grievance * (1.0 - held) * (1.0 - abroad_share)


def protest_chance(
    voice: Array,
    struck_here: Array,
    unchecked: Array,
    *,
    protest_rate: Array,
    local_protest: Array,
    escalation: Array,
) -> tuple[Array, Array, Array, Array]:
    """Return ``(chance, from voice, from a blow, from protest)`` in a region, ``(region, run)``.

    The arrest of a local strongman brings his close supporters out, nobody else; a protest that
    went unchecked is followed by the next.

    Equation:
        from_voice = protest_rate * voice**2
        from_blow = local_protest * struck_here
        from_protest = escalation * unchecked
        protest_chance = 1 - exp(-(from_voice + from_blow + from_protest))
        voice_part = from_voice
        blow_part = from_blow
        protest_part = from_protest

    Args:
        struck_here: commanders of the region struck last month.
        unchecked: last month's protest times what fear did not check of it, 0 to 1.

    Mechanisms: M27, M34, M37, S13.
    """
    parts = protest_rate * voice**2, local_protest * struck_here, escalation * unchecked
    return 1.0 - np.exp(-(parts[0] + parts[1] + parts[2])), *parts


def threat_parts(ratios: Array, rank: Array, *, cause_order: Array) -> Array:
    """Return the parts of the threat the regime sees in the legal party, ``(cause, run)``.

    They add to the logarithm of the threat, which follows appeal, not violence; areas that refuse
    control, and violence, are held against the party.

    Equation:
        weight = cause_order ** rank
        threat_parts = weight * ln(0.5 + 0.5 * ratios) / sum(weight, "cause")

    Args:
        ratios: appeal, regions beyond control, violence of late, voiced discontent, each over
            the middle of its scale or a quiet time, ``(cause, run)``.
        rank: place of each cause in that order, from 0.

    Mechanisms: P09, P10, P11, X19.
    """
    weight = cause_order**rank
    found: Array = weight * np.log(0.5 + 0.5 * ratios) / total(weight)
    return found


def threat_step(threat: Array, push: Array, *, clock_year: Array) -> Array:
    """Return next month's threat seen in the legal party, 1 = ordinary, ``(run,)``.

    Equation:
        threat_next = threat + (exp(push) - threat) / clock_year

    Mechanisms: P09, P10.
    """
    return threat + (np.exp(push) - threat) / clock_year


def step_chances(
    threat: Array, step: Array, outside_cost: Array, *, ladder_rate: Array, ladder_gain: Array
) -> tuple[Array, Array]:
    """Return the monthly probabilities of a step ``(up, down)`` the ladder, ``(run,)``.

    Each step eases the next. Where the threat has been low for long the regime takes one back, the
    rather the more it costs abroad; what partners make it pay also holds it back.

    Equation:
        pressed = ladder_rate * threat ** ladder_gain * (1 + step) * (1 - outside_cost)
        eased = ladder_rate * threat ** -ladder_gain * step * 0.5 * (1 + outside_cost)
        up = 0 if step >= 6 else 1 - exp(-pressed)
        down = 0 if step < 1 else 1 - exp(-eased)

    Args:
        threat: seen in the legal party over about a year, 1 = ordinary.

    Mechanisms: P11, P13, P22, O04, O07, O22, P14.
    """
    pressed = ladder_rate * threat**ladder_gain * (1.0 + step) * (1.0 - outside_cost)
    eased = ladder_rate * threat**-ladder_gain * step * 0.5 * (1.0 + outside_cost)
    up = np.where(step >= len(REPRESSION_STEPS), 0.0, 1.0 - np.exp(-pressed))
    return up, np.where(step < 1.0, 0.0, 1.0 - np.exp(-eased))


def standing(step: Array) -> Array:
    """Return the legal standing of the party at a step: 1, then less, closed from the third.

    Equation:
        standing = max(1 - step / 3, 0)

    Mechanisms: P01, P02, P11.
    """
    return np.maximum(1.0 - step / (1.0 + REPRESSION_STEPS.index("status_lost")), 0.0)


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
    idle: Array,
    grievance: Array,
    creed_ratio: Array,
    absorbed: Array,
    pull: Array,
    *,
    radicalisation_rate: Array,
    radical_creed: Array,
) -> Array:
    """Return people who turn to violent groups this month, persons, shape of ``people``.

    Recruits are the aggrieved, and whoever came home to no work (icg-2016:17, 119).

    Equation:
        base = radicalisation_rate * (1 - absorbed) * (1 + pull)
        aggrieved = people * grievance + idle * (1 - grievance)
        radicalised = base * aggrieved * (0.5 + 0.5 * creed_ratio) ** radical_creed

    Args:
        people, idle: at home; of them returned migrants without work; persons, ``(region, run)``.
        grievance: 0 to 1, ``(region, run)``.
        creed_ratio: control of faith times the devout share, over the middle of its scale,
            ``(region, run)``.
        absorbed: share of grievance that the legal channel carries, ``(run,)``.
        pull: appeal of groups abroad, 0 = none, ``(run,)``.

    Mechanisms: P02, P04, P05, E02, E03, E04, M93.
    """
    base = radicalisation_rate * (1.0 - absorbed) * (1.0 + pull)
    aggrieved = people * grievance + idle * (1.0 - grievance)
    found: Array = base * aggrieved * (0.5 + 0.5 * creed_ratio) ** radical_creed
    return found


def violent_start(
    people: Array, grievance: Array, *, radicalisation_rate: Array, clock_year: Array
) -> Array:
    """Return people in violent groups at the start, persons, ``(run,)``: as many as stay so many.

    Equation:
        violent_start = radicalisation_rate * people * grievance * clock_year

    Mechanisms: P05.
    """
    return radicalisation_rate * people * grievance * clock_year


def skill_against_violence(quality: Array, cronyism: Array) -> Array:
    """Return the skill of the services against real threats, 0 to 1, ``(run,)``.

    Equation:
        skill = quality * (1 - cronyism)

    Mechanisms: S22.
    """
    return quality * (1.0 - cronyism)


def violent_flows(
    violent: Array, pull: Array, skill: Array, *, clock_year: Array
) -> tuple[Array, Array, Array]:
    """Return violent members ``(leaving to fight, giving up, arrested)`` this month, persons.

    Equation:
        leaving = violent * pull / (1 + pull) / clock_year
        giving_up = violent * 0.5 / clock_year
        arrested = violent * skill / clock_year

    Args:
        violent: persons in violent groups at home, ``(run,)``.

    Mechanisms: E04, S11, S22.
    """
    month = violent / clock_year
    return month * pull / (1.0 + pull), month * 0.5, month * skill


def fighters_fate(fighters: Array, war: Array, *, clock_five_years: Array) -> tuple[Array, Array]:
    """Return fighters abroad ``(killed, come home)`` this month, persons, ``(run,)``.

    While a war lasts who leaves it leaves dead; when it ends the others come home.

    Equation:
        killed = fighters * war / clock_five_years
        come_home = fighters * (1 - war) / clock_five_years

    Args:
        war: pull of wars abroad, 0 to 1.

    Mechanisms: S24, E04.
    """
    month = fighters / clock_five_years
    return month * war, month * (1.0 - war)

"""Grievance: hardship, insecurity, exclusion, fear, and the channels that absorb or carry it.

Causes of grievance and of fear are ratios to the middle of their scale, or to what was usual, in
the order in which the documents rank them: each weighs ``cause_order`` of the one before it.
"""

import numpy as np

from tajsim.axes import REPRESSION_STEPS, Array, total


def over_middle(share: Array) -> Array:
    """Return what is measured from 0 to one over the middle of its scale, ratio, of its shape.

    Equation:
        over_middle = 2 * share

    Mechanisms: M35, M37, P10.
    """
    return 2.0 * share


def anger_ratio(anger: Array, usual: Array) -> Array:
    """Return grievance in religious terms over its mean with that of the start, ``(run,)``, 0 to 2.

    Where there was none at the start, what comes later wins twice the usual number at most.

    Equation:
        anger_ratio = 2 * anger / max(anger + usual, 1e-9)

    Mechanisms: M87.
    """
    return 2.0 * anger / np.maximum(anger + usual, 1e-9)


def control_of_faith(step: Array, *, religious_control: Array) -> Array:
    """Return the control of religion, 0 to 1, ``(run,)``.

    Equation:
        control = religious_control + (1 - religious_control) * 0.5 * step / 6

    Args:
        step: step on the repression ladder, 0 to 6.

    Mechanisms: P04, P05, P20, P26.
    """
    return religious_control + (1.0 - religious_control) * 0.5 * step / len(REPRESSION_STEPS)


def insecurity(recent: Array, border_weakness: Array) -> Array:
    """Return the insecurity that people of a region live in, 1 = middling, ``(run,)``.

    Violence of late counts everywhere; beside the line so does a weak guard, whom people there
    want strong, for the hostages taken and for the wages it spends.

    Equation:
        insecurity = (1 + recent) * 2 * border_weakness

    Args:
        recent: acts of violence at home of late, number.
        border_weakness: 1 - honest strength of the guard beside the region, 0.5 away from it.

    Mechanisms: M44, M72, M73.
    """
    return (1.0 + recent) * 2.0 * border_weakness


def better_off_step(better_off: Array, growth: Array, *, clock_five_years: Array) -> Array:
    """Return income a head over what people are used to next month, logarithm, ``(run,)``.

    Equation:
        better_off_next = better_off * (1 - 1 / clock_five_years) + growth

    Args:
        growth: of income a head in this month, logarithm.

    Mechanisms: M39, E01.
    """
    return better_off * (1.0 - 1.0 / clock_five_years) + growth


def hardship(
    better_off: Array, *, poverty_start: Array, hardship_slope: Array
) -> tuple[Array, Array]:
    """Return ``(hardship, its odds over the usual ones)``, ``(run,)``.

    Equation:
        worse = exp(-hardship_slope * better_off)
        odds = poverty_start / (1 - poverty_start) * worse
        hardship = odds / (1 + odds)
        over_usual = worse

    Args:
        better_off: income left to a head over what people are used to, logarithm.

    Mechanisms: M39, E01, M35, E05.
    """
    worse = np.exp(-hardship_slope * better_off)
    odds = poverty_start / (1.0 - poverty_start) * worse
    return odds / (1.0 + odds), worse


def members_step(
    members: Array, usual: Array, standing: Array, anger: Array, *, clock_year: Array
) -> Array:
    """Return next month's members of a movement, persons, ``(run,)``.

    Discontent in religious terms brings members; a legal party has those whom its standing lets
    it keep.

    Equation:
        members_next = members + (usual * standing * anger - members) / clock_year

    Args:
        usual: at the start, persons.
        standing: 1 = tolerated or never legal, 0 = a legal movement closed.
        anger: grievance in religious terms over its mean with that of the start, 0 to 2; 1 for who
            does not live on it.

    Mechanisms: M87, M101.
    """
    return members + (usual * standing * anger - members) / clock_year


def absorption(
    place: Array, appeal: Array, creed: Array, *, absorption_limit: Array, vote_fraud: Array
) -> Array:
    """Return the share of grievance that the legal channel carries, 0 to 1, ``(run,)``.

    Sermons written by the state take up to half of the party's pull, and votes that are not
    counted up to half of the belief that voting helps.

    Equation:
        heard = appeal * (1 - 0.5 * creed)
        believed = absorption_limit * place * (1 - 0.5 * vote_fraud)
        absorption = min(believed * 2 * heard / (1 + heard), 1)

    Args:
        place: of the party in politics, 0 to 1.
        appeal: pull of its leadership, 1 = as in 2004.

    Mechanisms: P01, P03, P08, P27, M101.
    """
    heard = appeal * (1.0 - 0.5 * creed)
    believed = absorption_limit * place * (1.0 - 0.5 * vote_fraud)
    return np.minimum(believed * 2.0 * heard / (1.0 + heard), 1.0)


def exclusion(place: Array, cronyism: Array, opposition: Array) -> Array:
    """Return how far people of a region find politics closed, 0 to 1, ``(run,)``.

    Patronage in place of merit shuts out everyone; the side that lost the war is shut out as far
    as its party has no place, and its old divisions come back.

    Equation:
        exclusion = 0.5 * cronyism + (1 - 0.5 * cronyism) * opposition * (1 - place)

    Args:
        opposition: share of people of the wartime opposition, 0 to 1.

    Mechanisms: P07, P20, P21, P25.
    """
    everyone = 0.5 * cronyism
    return everyone + (1.0 - everyone) * opposition * (1.0 - place)


def grievance_aim(
    ratios: Array,
    rank: Array,
    absorbed: Array,
    *,
    cause_order: Array,
    grievance_usual: Array,
    grievance_gain: Array,
) -> Array:
    """Return the grievance a region moves to, 0 to 1, ``(run,)``.

    Half of each cause counts as what is there anyhow, so that a cause that is absent takes its
    part away and no more. A legal channel carries part of what the causes make.

    Equation:
        weight = cause_order ** rank
        push = sum(weight * ln(0.5 + 0.5 * ratios), "cause") / sum(weight, "cause")
        odds = grievance_usual / (1 - grievance_usual) * exp(grievance_gain * push)
        grievance_aim = odds * (1 - absorbed) / (1 + odds * (1 - absorbed))

    Args:
        ratios: hardship, predation, control of faith, exclusion, insecurity, idleness, each over
            the middle of its scale or what was usual, ``(cause, run)``.
        rank: place of each cause in that order, from 0.
        absorbed: share that a legal channel carries.

    Mechanisms: M35, P04, P05, P07, P20, P25, P26, E02, E03, M72.
    """
    weight = cause_order**rank
    push = total(weight * np.log(0.5 + 0.5 * ratios)) / total(weight)
    odds = grievance_usual / (1.0 - grievance_usual) * np.exp(grievance_gain * push)
    odds = odds * (1.0 - absorbed)
    result: Array = odds / (1.0 + odds)
    return result


def grievance_step(grievance: Array, aim: Array, *, clock_year: Array) -> Array:
    """Return next month's grievance, 0 to 1, ``(run,)``: it builds slowly.

    Equation:
        grievance_next = grievance + (aim - grievance) / clock_year

    Mechanisms: M35.
    """
    return grievance + (aim - grievance) / clock_year


def fear_aim(
    ratios: Array, rank: Array, *, cause_order: Array, fear_usual: Array, fear_gain: Array
) -> Array:
    """Return the fear people move to, 0 to 1, ``(run,)``; it goes where its causes go.

    Equation:
        weight = cause_order ** rank
        push = sum(weight * ln(0.5 + 0.5 * ratios), "cause") / sum(weight, "cause")
        odds = fear_usual / (1 - fear_usual) * exp(fear_gain * push)
        fear_aim = odds / (1 + odds)

    Args:
        ratios: predation of the police times policing, repression of late, violence of late,
            silence of media, lawyers and groups, each over the middle of its scale or a quiet
            time, ``(cause, run)``.
        rank: place of each cause in that order, from 0.

    Mechanisms: M32, M37, M43, P15, P18, P19, X19.
    """
    weight = cause_order**rank
    push = total(weight * np.log(0.5 + 0.5 * ratios)) / total(weight)
    odds = fear_usual / (1.0 - fear_usual) * np.exp(fear_gain * push)
    result: Array = odds / (1.0 + odds)
    return result


def fear_step(fear: Array, aim: Array, *, clock_season: Array) -> Array:
    """Return next month's fear, 0 to 1, ``(run,)``.

    Equation:
        fear_next = fear + (aim - fear) / clock_season

    Mechanisms: M32, M37.
    """
    return fear + (aim - fear) / clock_season

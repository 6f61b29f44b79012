"""Rents: who takes them, who passes them upwards, and whom the budget and patronage pay."""

import numpy as np

from tajsim.axes import Array


def pay_weight(
    effort_ratio: Array, fed: Array, fed_start: Array, *, effort_follows: Array, self_feed: Array
) -> Array:
    """Return what an agency's people get of the purse for security, 1 = as in 2004, ``(run,)``.

    Equation:
        left = (1 - self_feed * fed) / (1 - self_feed * fed_start)
        pay_weight = effort_ratio ** effort_follows * left

    Args:
        effort_ratio: own effort on the agency's tasks over that at the start.
        fed: share of what its people live on that they take themselves, 0 to 1.
        fed_start: the same at the start, 0 to 1.

    Mechanisms: M01, M13, M45.
    """
    left = (1.0 - self_feed * fed) / (1.0 - self_feed * fed_start)
    return effort_ratio**effort_follows * left


def pay_step(
    pay: Array, weight: Array, mean_weight: Array, regime_pays: Array, index: Array,
    earnings: Array, usual: Array, supplement: Array, *, agency_pay: Array, pay_topup: Array,
    clock_season: Array,
) -> tuple[Array, Array]:  # fmt: skip
    """Return ``(pay next month, what of it donors mean to add)``, USD/month.

    The regime divides a share of its revenue, so that who weighs more takes from the others;
    principals abroad and donors keep their pay in step with what others earn, donors as far as
    their deals stand. Pay lags a season.

    Equation:
        share = weight / mean_weight if regime_pays > 0 else 1
        topup = (pay_topup + agency_pay * supplement) * earnings
        aim = agency_pay * (1 - usual) * share * index + topup
        pay_next = pay + (aim - pay) / clock_season
        topup_meant = topup

    Args:
        weight: what one of the agency gets, 1 = as in 2004.
        mean_weight: mean of the weights by what the regime paid at the start, above zero.
        regime_pays: 1 where the regime decides, else 0.
        index: growth of the payer's purse since the start, ratio.
        earnings: what others earn, over that at the start.
        usual, supplement: part of the documented pay that deals gave in 2004, and give now.

    Mechanisms: M45, M48, O01.
    """
    share = np.where(regime_pays > 0.0, weight / mean_weight, 1.0)
    topup = (pay_topup + agency_pay * supplement) * earnings
    own = agency_pay * (1.0 - usual) * share * index
    return pay + (own + topup - pay) / clock_season, topup


def strained(strain: Array, strain_start: Array, *, consolidate: Array) -> Array:
    """Return what strain multiplies spending on security by, 1 = as at the start, ``(run,)``.

    Equation:
        strained = (1 + consolidate * strain) / (1 + consolidate * strain_start)

    Mechanisms: M01.
    """
    return (1.0 + consolidate * strain) / (1.0 + consolidate * strain_start)


def climb(income: Array, commander_reach: Array, *, climb: Array) -> tuple[Array, Array, Array]:
    """Split a month's rent of an agency into ``(to commander, to regime, kept by staff)``, USD.

    Equation:
        to_commander = income * climb * commander_reach
        to_regime = (income - to_commander) * climb
        kept = income - to_commander - to_regime

    Args:
        income: bribes, tolls and extortion taken, USD/month, ``(run,)``.
        commander_reach: 1 where a commander holds the agency's post, else 0.

    Mechanisms: M17, M51, E07, S14.
    """
    to_commander = income * climb * commander_reach
    to_regime = (income - to_commander) * climb
    return to_commander, to_regime, income - to_commander - to_regime


def habit_step(habit: Array, received: Array, in_place: Array, *, clock_year: Array) -> Array:
    """Return the rents that one is used to, USD/month, ``(run,)``.

    Equation:
        moved = habit + (received - habit) / (2 * clock_year)
        habit_next = in_place * (moved if habit > 0 else received)

    Args:
        received: of this month.
        in_place: 1 who draws rents, else 0.

    Mechanisms: M17.
    """
    moved = habit + (received - habit) / (2.0 * clock_year)
    return in_place * np.where(habit > 0.0, moved, received)


def rent_ratio_step(ratio: Array, received: Array, habit: Array, *, clock_season: Array) -> Array:
    """Return what one lately received over what he is used to, ratio, ``(run,)``, 1 = as usual.

    Equation:
        now = received / max(habit, 1e-9) if habit > 0 else 1
        ratio_next = ratio + (now - ratio) / clock_season

    Args:
        received, habit: USD/month.

    Mechanisms: M17.
    """
    now = np.where(habit > 0.0, received / np.maximum(habit, 1e-9), 1.0)
    return ratio + (now - ratio) / clock_season


def claims_step(
    claims: Array, purse: Array, power: Array, usual: Array, doubt: Array, *, claim: Array,
    clock_season: Array, clock_year: Array, clock_five_years: Array,
) -> tuple[Array, Array]:  # fmt: skip
    """Return ``(what clients claim, USD/month, power that the circle reckons with)``, ``(run,)``.

    What there is to give, and more if they grow strong or doubt that they will be given later.
    Claims rise within months and fall over two years, as who is used to rents goes on asking.

    Equation:
        grown = 2 * power / (power + usual)
        aim = purse * max((1 + doubt) * grown, 0) ** claim
        rising = (aim - claims) / clock_season
        claims_next = claims + (rising if aim > claims else (aim - claims) / (2 * clock_year))
        usual_next = usual + (power - usual) / clock_five_years

    Args:
        purse: what the circle has for its clients this month.
        power: armed power of the clients, index above zero.
        usual: the power that the circle reckons with, index above zero.
        doubt: their doubt of what comes after the ruler, 0 to 1.

    Mechanisms: M17, S08, S14, P24.
    """
    grown = 2.0 * power / (power + usual)
    aim = purse * np.maximum((1.0 + doubt) * grown, 0.0) ** claim
    months = np.where(aim > claims, clock_season, 2.0 * clock_year)
    return claims + (aim - claims) / months, usual + (power - usual) / clock_five_years


def shortfall_step(shortfall: Array, purse: Array, claims: Array, *, clock_season: Array) -> Array:
    """Return what share of their claims clients feel left unpaid, over a season, ``(run,)``.

    Equation:
        unpaid = max(1 - purse / max(claims, 1e-9), 0) if claims > 0 else 0
        shortfall_next = shortfall + (unpaid - shortfall) / clock_season

    Args:
        purse: what the circle has for its clients this month, USD.
        claims: what they claim, USD.

    Mechanisms: M17.
    """
    short = np.maximum(1.0 - purse / np.maximum(claims, 1e-9), 0.0)
    unpaid = np.where(claims > 0.0, short, 0.0)
    return shortfall + (unpaid - shortfall) / clock_season


def extortion(
    strength: Array, predation: Array, fear: Array, income_per_head: Array, *, extortion_rate: Array
) -> Array:
    """Return what a force takes from people where they live, USD/month, ``(run,)``.

    Fear makes paying cheaper than a beating.

    Equation:
        takers = strength * predation * (0.5 + fear)
        extortion = takers * extortion_rate * income_per_head

    Args:
        strength: persons.
        predation: share of the force that preys on citizens.
        income_per_head: USD/month.

    Mechanisms: M33, M35, M45, E05.
    """
    return strength * predation * (0.5 + fear) * extortion_rate * income_per_head


def taken_at_crossings(
    output: Array, barrier: Array, predation: Array, *, crossing_take: Array
) -> Array:
    """Return what those who stand at the crossings take from who crosses, USD/month, ``(run,)``.

    Equation:
        taken_at_crossings = crossing_take * output * barrier * predation

    Args:
        predation: share of those who stand there that preys.

    Mechanisms: M79, M80.
    """
    return crossing_take * output * barrier * predation


def barrier_step(
    barrier: Array, rents: Array, *, barrier_start: Array, barrier_lobby: Array,
    trade_pressure: Array, clock_year: Array,
) -> Array:  # fmt: skip
    """Return next month's barriers at the crossings to the neighbours, 0 to 1, ``(run,)``.

    Equation:
        weight = (rents / trade_pressure) ** barrier_lobby
        shut = barrier_start / (1 - barrier_start) * weight
        barrier_next = barrier + (shut / (1 + shut) - barrier) / clock_year

    Args:
        rents: what the barriers earn over output, 1 = as at the start.

    Mechanisms: M79, M80, M81, M82.
    """
    shut = barrier_start / (1.0 - barrier_start) * (rents / trade_pressure) ** barrier_lobby
    return barrier + (shut / (1.0 + shut) - barrier) / clock_year


def shelter_step(
    shelter: Array, drug_rents: Array, rents: Array, aid: Array, *, shelter_strength: Array,
    donor_monitoring: Array, donor_coordination: Array, clock_year: Array,
) -> Array:  # fmt: skip
    """Return next month's shelter, 0 to 1, ``(run,)``.

    The ruling circle and its commanders weigh what the trade brings them against all they live
    on and the aid that is watched. What they come to live on they tell their agencies, honest
    ones too, to leave alone.

    Equation:
        seen = 1 - (1 - donor_monitoring) * (1 - donor_coordination)
        aim = shelter_strength * drug_rents / max(rents + seen * aid, 1e-9)
        shelter_next = shelter + (aim - shelter) / clock_year

    Args:
        drug_rents: fees, tolls and resold drugs that reach commanders and regime, USD/month.
        rents: all that reaches them, these among it, USD/month.
        aid: useful aid against drugs and for the border, weighted by the conditions that its
            givers attach, USD/month.

    Mechanisms: E07, E10, E11, M53, O06.
    """
    seen = 1.0 - (1.0 - donor_monitoring) * (1.0 - donor_coordination)
    aim = shelter_strength * drug_rents / np.maximum(rents + seen * aid, 1e-9)
    return shelter + (aim - shelter) / clock_year


def sheltered(protection: Array, shelter: Array) -> Array:
    """Return the share of a network's loads that the country's agencies must let pass, ``(run,)``.

    Equation:
        sheltered = shelter * protection

    Args:
        protection: how well the network is connected, share.
        shelter: how far those above shelter the trade, 0 to 1.

    Mechanisms: E10, E11.
    """
    return shelter * protection

"""Purges: the threat that the ruler sees in a commander, the blow, and who answers it by arms."""

import numpy as np
from numpy.typing import NDArray

from tajsim.axes import Array


def hold_on_men(at_home_post: Array, growth: Array, *, away_hold: Array) -> Array:
    """Return how far a commander's men are at his call, ratio, ``(run,)``.

    In the post where he raised them a service that grows makes its head strong; a post far from
    his men is the price of peace.

    Equation:
        hold_on_men = sqrt(growth) if at_home_post > 0.5 else away_hold

    Args:
        at_home_post: 1 where he holds the post of his own trade, else 0.
        growth: strength of that service over its strength at the start.

    Mechanisms: M19, M21, M22.
    """
    return np.where(at_home_post > 0.5, np.sqrt(growth), away_hold)


def power_of(
    men: Array, rent_ratio: Array, control: Array, *, following_half: Array, civilian_check: Array
) -> Array:
    """Return a commander's independent power, 0 to 1, ``(run,)``.

    Equation:
        worth = men * (0.5 + 0.5 * rent_ratio)
        power_of = worth / (worth + following_half) * (1 - civilian_check * control)

    Args:
        men: armed men at his call, persons.
        rent_ratio: what he lately received over what he claims.
        control: civilian control won since early 2004, 0 to 1.

    Mechanisms: M18, M19, M20, S08, S14.
    """
    worth = men * (0.5 + 0.5 * rent_ratio)
    return worth / (worth + following_half) * (1.0 - civilian_check * control)


def perceived_threat(
    power: Array, loyalty: Array, trust: Array, distrusted_past: Array, doubted: Array
) -> Array:
    """Return the threat the regime sees in a commander, 0 to 1, ``(run,)``.

    A regime that has lost trust discounts the loyalty of all, and gives none to whom captives
    name or who defied it.

    Equation:
        credit = loyalty * trust * (1 - 0.3 * distrusted_past) * (1 - doubted)
        perceived_threat = power * (1 - credit)

    Args:
        trust: the regime's trust in its own apparatus, 0 to 1.
        distrusted_past: 1 for the former opposition, else 0.
        doubted: how far captives named him or he defied the regime, 0 to 1.

    Mechanisms: M18, M19, M25, P10, P12, S04, S11.
    """
    return power * (1.0 - loyalty * trust * (1.0 - 0.3 * distrusted_past) * (1.0 - doubted))


def trust_step(
    trust: Array, defections: Array, *, trust_loss: Array, trust_recovery: Array
) -> Array:
    """Return the regime's trust in its apparatus next month, 0 to 1, ``(run,)``.

    Each defection or mutiny takes the share ``trust_loss`` of it.

    Equation:
        left = trust * (1 - trust_loss) ** defections
        trust_next = left + trust_recovery * (1 - trust)

    Mechanisms: S04.
    """
    lost = 1.0 - (1.0 - trust_loss) ** defections
    return trust * (1.0 - lost) + trust_recovery * (1.0 - trust)


def civilian_control_step(
    control: Array, struck: Array, breaks: Array, *, purge_firms: Array, break_loosens: Array
) -> Array:
    """Return civilian control over the agencies next month, 0 to 1, ``(run,)``.

    Each commander removed adds the share ``purge_firms`` of what is missing, each mutiny or
    defection takes the share ``break_loosens``. Zero is the control of early 2004.

    Equation:
        missing = (1 - control) * (1 - purge_firms) ** struck
        control_next = (1 - missing) * (1 - break_loosens) ** breaks

    Args:
        struck: commanders removed without a fight this month.
        breaks: mutinies and defections this month.

    Mechanisms: M20.
    """
    missing = (1.0 - control) * (1.0 - purge_firms) ** struck
    return (1.0 - missing) * (1.0 - break_loosens) ** breaks


def purge_hazard(
    threat: Array,
    power: Array,
    guarantee: Array,
    grudge: Array,
    months_since: Array,
    urge: Array,
    *,
    purge_rate: Array,
    purge_caution: Array,
    purge_pause: Array,
    revenge: Array,
) -> Array:
    """Return the monthly probability that the regime strikes at a commander, ``(run,)``.

    The strong are struck late, when a patron's backing makes it safe, and open disobedience is
    not forgotten.

    Equation:
        account = 1 + revenge * grudge * guarantee
        safe = exp(-purge_caution * power * (1 - guarantee))
        pause = min(months_since / purge_pause, 1)
        hazard = purge_rate * urge * threat * account * safe * pause
        purge_hazard = 1 - exp(-hazard)

    Args:
        threat: perceived threat, 0 to 1.
        power: the commander's independent power, 0 to 1.
        guarantee: a patron's backing of the ruler, 0 to 1.
        grudge: the regime's account with him, 0 to 1.
        months_since: months since the last purge.
        urge: growth of the drive to remove rivals since early 2004, ratio.

    Mechanisms: M18, M25, M26, P12, M19, S09.
    """
    safe = np.exp(-purge_caution * power * (1.0 - guarantee))
    pause = np.minimum(months_since / purge_pause, 1.0)
    hazard = purge_rate * urge * threat * (1.0 + revenge * grudge * guarantee) * safe * pause
    return 1.0 - np.exp(-hazard)


def deterred(guarantee: Array, no_way_back: Array, *, guarantee_deters: Array) -> Array:
    """Return what is left of a commander's will to resist, share, ``(run,)``.

    A patron's spoken word deters, a vague hope hardly does. Poor odds do not deter whom nothing
    but torture awaits.

    Equation:
        deterred = 1 - guarantee_deters * guarantee**2 * (1 - no_way_back)

    Args:
        no_way_back: how far the channel of his past is closed to him, 0 to 1.

    Mechanisms: M26, S01, S28.
    """
    return 1.0 - guarantee_deters * guarantee**2 * (1.0 - no_way_back)


def resists(
    power: Array,
    guarantee: Array,
    fear: Array,
    draw: Array,
    *,
    resistance: Array,
    guarantee_deters: Array,
) -> Array:
    """Return 1 where a commander resists his dismissal, else 0, ``(run,)``.

    Equation:
        willing = min(resistance * power * (1 + fear), 1)
        chance = willing * (1 - guarantee_deters * guarantee**2)
        resists = 1 if draw < chance else 0

    Args:
        draw: a uniform draw.

    Mechanisms: M21, M26, S01.
    """
    chance = np.minimum(resistance * power * (1.0 + fear), 1.0)
    # Who is only dismissed still has something to lose.
    left = deterred(guarantee, np.zeros(1), guarantee_deters=guarantee_deters)
    return (draw < chance * left).astype(float)


def cheapest_post(
    survival_use: Array, outside_interest: Array, closed: Array, *, minister_veto: Array
) -> NDArray[np.intp]:
    """Return the post to buy peace with, as an index of the agency, ``(run,)`` of integers.

    The agency with the least use for survival at home against its weight abroad. What serves the
    President directly is free of ministers, and so open to his bargains.

    Equation:
        price = survival_use - outside_interest + minister_veto * closed
        cheapest_post = argmin(price, "agency")

    Args:
        survival_use: survival weight of the agency's tasks, share, ``(agency, run)``.
        outside_interest: outsiders' share of its work, 0 to 1, ``(agency, run)``.
        closed: 0 where the President disposes of the post, 1 where a minister does, more where
            it is not to be had, ``(agency, run)``.

    Mechanisms: M22, M16.
    """
    price = survival_use - outside_interest + minister_veto * closed
    cheapest: NDArray[np.intp] = np.argmin(price, axis=0)
    return cheapest


def fight_chance(
    fear: Array,
    loyalty: Array,
    following: Array,
    *,
    mutiny_fear: Array,
    mutiny_following: Array,
    mutiny_bias: Array,
) -> Array:
    """Return the probability that a commander about to be arrested fights, ``(run,)``.

    None without followers. Expected torture makes fighting the better end.

    Equation:
        men = mutiny_following * ln((1 + following) / 100)
        push = mutiny_bias + mutiny_fear * fear - 2 * loyalty + men
        fight_chance = 1 / (1 + exp(-push)) if following > 0 else 0

    Args:
        following: armed men who follow him in person.

    Mechanisms: S01, S23, S28, M21.
    """
    push = mutiny_bias + mutiny_fear * fear - 2.0 * loyalty
    push = push + mutiny_following * np.log((1.0 + following) / 100.0)
    return np.where(following > 0.0, 1.0 / (1.0 + np.exp(-push)), 0.0)


def break_hazard(
    fear: Array, loyalty: Array, creed: Array, *, mutiny_rate: Array, defection_rate: Array
) -> tuple[Array, Array]:
    """Return monthly probabilities ``(mutiny, defection)`` of an unprovoked break, ``(run,)``.

    A defection is possible for a loyal insider without any past in the opposition.

    Equation:
        doubt = (1 - loyalty) ** 2
        mutiny = 1 - exp(-mutiny_rate * fear * doubt)
        defection = 1 - exp(-defection_rate * creed * doubt)

    Args:
        creed: pressure on his faith times its weight for him, 0 to 1.

    Mechanisms: S01, S03.
    """
    doubt = (1.0 - loyalty) ** 2
    return (
        1.0 - np.exp(-mutiny_rate * fear * doubt),
        1.0 - np.exp(-defection_rate * creed * doubt),
    )


def mutiny_wins(
    following: Array, loyal_force: Array, patron: Array, draw: Array, *, mutiny_edge: Array
) -> Array:
    """Return 1 where a mutiny topples the regime, else 0, ``(run,)``.

    Near the capital the state wins close fights; only a patron that acts inside adds to that.

    Equation:
        against = mutiny_edge * loyal_force * (1 + patron)
        chance = following / (following + against + 1)
        mutiny_wins = 1 if draw < chance else 0

    Args:
        following: the mutineer's men.
        loyal_force: persons who fight for the regime, weighted by loyalty and quality.
        patron: the patron's help against enemies inside, 0 to 1.

    Mechanisms: S07, M113, X02.
    """
    chance = following / (following + mutiny_edge * loyal_force * (1.0 + patron) + 1.0)
    return (draw < chance).astype(float)


def blow_reasons(
    threat: Array,
    power: Array,
    guarantee: Array,
    grudge: Array,
    urge: Array,
    *,
    purge_caution: Array,
    revenge: Array,
) -> tuple[Array, Array, Array, Array]:
    """Return what the hazard of a blow owes to ``(threat, safety, defiance, drive)``, ``(run,)``.

    The parts add to the hazard over its rate and pause: what the threat alone would bring, what a
    patron's backing adds by making it safe, what open disobedience adds, and what the drive to
    remove rivals adds since early 2004.

    Equation:
        safe = threat * exp(-purge_caution * power * (1 - guarantee))
        alone = threat * exp(-purge_caution * power)
        safety = safe - alone
        defiance = safe * revenge * grudge * guarantee
        drive = (safe + defiance) * (urge - 1)

    Args:
        threat: perceived threat, 0 to 1.
        power: the commander's independent power, 0 to 1.
        guarantee: a patron's backing of the ruler, 0 to 1.
        grudge: the regime's account with him, 0 to 1.
        urge: growth of the drive to remove rivals since early 2004, ratio of at least 1.

    Mechanisms: M18, M25, P12, S09.
    """
    alone = threat * np.exp(-purge_caution * power)
    safe = threat * np.exp(-purge_caution * power * (1.0 - guarantee))
    defiance = safe * revenge * grudge * guarantee
    return alone, safe - alone, defiance, (safe + defiance) * (urge - 1.0)


def resistance_reasons(power: Array, fear: Array, *, resistance: Array) -> tuple[Array, Array]:
    """Return what the will to resist a dismissal owes to ``(power, fear)``, each ``(run,)``.

    Equation:
        from_power = resistance * power
        from_fear = resistance * power * fear

    Args:
        power: the commander's independent power, 0 to 1.
        fear: what he expects for himself, 0 to 1.

    Mechanisms: M21, S01.
    """
    return resistance * power, resistance * power * fear


def obedience_reasons(
    power: Array, guarantee: Array, fear: Array, *, resistance: Array, guarantee_deters: Array
) -> tuple[Array, Array]:
    """Return how far ``(his weakness, a patron's backing)`` keeps him from resisting, ``(run,)``.

    The two add to the probability that he obeys.

    Equation:
        will = min(resistance * power * (1 + fear), 1)
        weakness = 1 - will
        deterred = will * guarantee_deters * guarantee**2

    Args:
        power: the commander's independent power, 0 to 1.
        guarantee: a patron's backing of the ruler, 0 to 1.
        fear: what he expects for himself, 0 to 1.

    Mechanisms: M21, M26.
    """
    will = np.minimum(resistance * power * (1.0 + fear), 1.0)
    return 1.0 - will, will * guarantee_deters * guarantee**2


def disloyalty_reasons(
    rent_ratio: Array,
    fear: Array,
    creed: Array,
    grudge: Array,
    doubt: Array,
    *,
    loyalty_rent: Array,
    loyalty_fear: Array,
    loyalty_creed: Array,
    loyalty_grudge: Array,
    loyalty_doubt: Array,
) -> tuple[Array, Array, Array, Array, Array]:
    """Return what takes loyalty away, each ``(run,)``: ``(rents, fear, creed, grudge, doubt)``.

    The terms of the loyalty he moves to, each against its best case (a claim met, no fear).

    Equation:
        rents = loyalty_rent * max(ln(1.1) - ln(0.1 + rent_ratio), 0)
        from_fear = loyalty_fear * fear
        from_creed = loyalty_creed * creed
        from_grudge = loyalty_grudge * grudge
        from_doubt = loyalty_doubt * doubt

    Args:
        rent_ratio: what he receives over what he claims.
        fear: what he expects for himself, 0 to 1.
        creed: pressure on his faith times its weight for him, 0 to 1.
        grudge: humiliation he has not forgotten, 0 to 1.
        doubt: of what comes after the ruler, 0 to 1.

    Mechanisms: M17, S01, S02, S03, S27.
    """
    rents = loyalty_rent * np.maximum(np.log(1.1) - np.log(0.1 + rent_ratio), 0.0)
    return (
        rents,
        loyalty_fear * fear,
        loyalty_creed * creed,
        loyalty_grudge * grudge,
        loyalty_doubt * doubt,
    )

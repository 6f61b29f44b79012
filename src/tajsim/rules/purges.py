"""Purges: the threat that the ruler sees in a commander, the blow, and who answers it by arms."""

from typing import NamedTuple

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
    men: Array, forces: Array, control: Array, *, power_half: Array, civilian_check: Array
) -> Array:
    """Return a commander's independent power, 0 to 1, ``(run,)``: his men against the state's.

    Equation:
        part = men / (men + power_half * forces + 1)
        power_of = part * (1 - civilian_check * control)

    Args:
        men: armed men at his call, persons.
        forces: people who would fight for the state, persons.
        control: civilian control won by removals, 0 to 1.

    Mechanisms: M18, M19, M20, S08, S14.
    """
    return men / (men + power_half * forces + 1.0) * (1.0 - civilian_check * control)


def perceived_threat(power: Array, loyalty: Array, trust: Array, grudge: Array) -> Array:
    """Return the threat the regime sees in a commander, 0 to 1, ``(run,)``.

    A regime that has lost trust discounts the loyalty of all, and gives none to who defied it.

    Equation:
        perceived_threat = power * (1 - loyalty * trust * (1 - grudge))

    Args:
        trust: the regime's trust in its own apparatus, 0 to 1.
        grudge: how far he has lately defied the regime, 0 to 1.

    Mechanisms: M18, M19, M25, P10, P12, S04.
    """
    return power * (1.0 - loyalty * trust * (1.0 - grudge))


def trust_step(
    trust: Array, breaks: Array, *, trust_usual: Array, break_shock: Array, clock_year: Array
) -> Array:
    """Return the regime's trust in its apparatus next month, 0 to 1, ``(run,)``.

    Equation:
        back = (trust_usual - trust) / (2 * clock_year)
        trust_next = (trust + back) * (1 - break_shock) ** breaks

    Args:
        breaks: mutinies and defections this month.

    Mechanisms: S04.
    """
    back = (trust_usual - trust) / (2.0 * clock_year)
    return (trust + back) * (1.0 - break_shock) ** breaks


def civilian_control_step(
    control: Array, struck: Array, breaks: Array, *, purge_firms: Array, break_shock: Array,
    clock_five_years: Array,
) -> Array:  # fmt: skip
    """Return civilian control over the agencies next month, 0 to 1, ``(run,)``.

    Each commander removed adds the share ``purge_firms`` of what is missing, each mutiny or
    defection takes the share ``break_shock``; a generation of officers that saw no removal does
    not remember it. Zero is the control of an elite of wartime commanders of whom none was removed.

    Equation:
        kept = control * (1 - 1 / clock_five_years)
        missing = (1 - kept) * (1 - purge_firms) ** struck
        control_next = (1 - missing) * (1 - break_shock) ** breaks

    Args:
        struck: commanders removed without a fight this month.
        breaks: mutinies and defections this month.

    Mechanisms: M20.
    """
    kept = control * (1.0 - 1.0 / clock_five_years)
    missing = (1.0 - kept) * (1.0 - purge_firms) ** struck
    return (1.0 - missing) * (1.0 - break_shock) ** breaks


def breaks_step(recent: Array, breaks: Array, *, clock_year: Array) -> Array:
    """Return mutinies and defections of about the last year, number, ``(run,)``.

    Equation:
        recent_next = recent * (1 - 1 / clock_year) + breaks

    Mechanisms: S04.
    """
    return recent * (1.0 - 1.0 / clock_year) + breaks


class Blow(NamedTuple):
    """What the hazard of a blow owes to each cause, before its rate, and its chance."""

    threat: Array
    safe_blow: Array
    defiance: Array
    drive: Array
    chance: Array


def purge_hazard(
    threat: Array, power: Array, guarantee: Array, grudge: Array, months_since: Array, urge: Array,
    *, purge_rate: Array, purge_caution: Array, clock_season: Array, revenge: Array,
) -> Blow:  # fmt: skip
    """Return what brings the regime to strike at a commander, and the month's chance, ``(run,)``.

    The strong are struck late, when a patron's backing makes it safe, one after the other, and
    open disobedience is not forgotten. Its causes: what the threat alone would bring, what backing
    adds, what disobedience adds, and what the drive to remove rivals adds.

    Equation:
        safe = threat * exp(-purge_caution * power * (1 - guarantee))
        pause = 1 - exp(-months_since / clock_season)
        alone = threat * exp(-purge_caution * power)
        safe_blow = safe - alone
        defiance = safe * revenge * grudge
        drive = (safe + defiance) * (urge - 1)
        chance = 1 - exp(-purge_rate * pause * (safe + defiance) * urge)

    Args:
        grudge: the regime's account with him, 0 to 1.
        urge: growth of the drive to remove rivals, ratio of at least 1.

    Mechanisms: M18, M25, M26, P12, M19, S09.
    """
    alone = threat * np.exp(-purge_caution * power)
    safe = threat * np.exp(-purge_caution * power * (1.0 - guarantee))
    defiance = safe * revenge * grudge
    rate = purge_rate * (1.0 - np.exp(-months_since / clock_season))
    chance = 1.0 - np.exp(-rate * (safe + defiance) * urge)
    return Blow(alone, safe - alone, defiance, (safe + defiance) * (urge - 1.0), chance)


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


class Resistance(NamedTuple):
    """What makes a commander resist his dismissal or obey it, and whether he resists."""

    too_strong: Array
    own_fear: Array
    too_weak: Array
    deterred: Array
    resists: Array


def resists(
    power: Array, guarantee: Array, fear: Array, draw: Array, *, guarantee_deters: Array
) -> Resistance:
    """Return 1 where a commander resists his dismissal, else 0, ``(run,)``, with the causes.

    Equation:
        will = min(power * (1 + fear), 1)
        too_strong = power
        own_fear = power * fear
        too_weak = 1 - will
        held_back = will * guarantee_deters * guarantee**2
        resists = 1 if draw < 1 - too_weak - held_back else 0

    Mechanisms: M21, M26, S01.
    """
    will = np.minimum(power * (1.0 + fear), 1.0)
    held_back = will * guarantee_deters * guarantee**2
    too_weak = 1.0 - will
    answer = (draw < 1.0 - too_weak - held_back).astype(float)
    return Resistance(power, power * fear, too_weak, held_back, answer)


def price_of_post(use: Array, interest: Array, ask: Array) -> Array:
    """Return what a post costs the regime as the price of peace, index, ``(post, run)``.

    Cheap is a post of little use for survival at home and of weight abroad, and one that is
    neither beneath the man nor above what he can ask for.

    Equation:
        far = max(use - ask, ask - use)
        price = use - interest + far

    Args:
        use: survival weight of the work behind the post over that of the weightiest, 0 to 1.
        interest: outsiders' share of that work, 0 to 1.
        ask: what he can ask for, 0 to 1, ``(run,)``.

    Mechanisms: M22, M16.
    """
    return use - interest + np.abs(use - ask)


def what_to_ask(use: Array, power: Array) -> Array:
    """Return what a man can ask for to go, 0 to 1, ``(run,)``: by his post, and by his own power.

    Equation:
        what_to_ask = 0.5 * (use + power)

    Args:
        use: survival weight of the work behind his post over that of the weightiest, 0 to 1.

    Mechanisms: M21, M22.
    """
    return 0.5 * (use + power)


def price_of_ways_out(
    ask: Array, fear: Array, peace: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Return what the ways out of a post cost, index, each ``(run,)``.

    A post abroad or a business of his own costs the more the more he can ask for; an amnesty is
    for old enemies while peace is kept, exile for the frightened, a fight for those who expect
    the worst.

    Equation:
        embassy = ask
        business = ask
        amnesty = ask + 1 - peace
        exile = ask + 1 - fear
        fight = 2 - fear

    Args:
        peace: 1 for the former opposition while its party is legal, less where it is not, else 0.

    Mechanisms: M21, P13, S01.
    """
    return ask, ask, ask + 1.0 - peace, ask + 1.0 - fear, 2.0 - fear


def way_taken(
    price: Array, used: Array, closed: Array, draw: Array, *, bargain_sense: Array
) -> NDArray[np.intp]:
    """Return the way in which a quarrel over a post ends, its row, ``(run,)`` of integers.

    A choice by logit: what is cheap is likely, and a way that was used lately is worth less.

    Equation:
        dear = bargain_sense * (price + used) + ln(-ln(draw))
        way_taken = argmin(dear + 1000 * closed, "way")

    Args:
        price: of each way, index, ``(way, run)``.
        used: how often it was taken of late, number, ``(way, run)``.
        closed: 1 where it is not to be had, else 0, ``(way, run)``.

    Mechanisms: M21, M22.
    """
    dear = bargain_sense * (price + used) + np.log(-np.log(draw))
    # No price comes near the bar of what is not to be had.
    chosen: NDArray[np.intp] = np.argmin(dear + 1000.0 * closed, axis=0)
    return chosen


def used_step(used: Array, taken: Array, *, clock_five_years: Array) -> Array:
    """Return how often each way out of a quarrel was taken of late, ``(way, run)``.

    Equation:
        used_next = used * (1 - 1 / clock_five_years) + taken

    Mechanisms: M22.
    """
    return used * (1.0 - 1.0 / clock_five_years) + taken


def successor_chance(vacant: Array, *, clock_season: Array) -> Array:
    """Return the probability that a vacant post is filled this month, ``(run,)``.

    Equation:
        successor_chance = 1 - exp(-vacant / clock_season)

    Mechanisms: M18.
    """
    return 1.0 - np.exp(-vacant / clock_season)


def fight_chance(
    fear: Array, loyalty: Array, men: Array, *, fight_gain: Array, following_usual: Array
) -> Array:
    """Return the probability that a commander about to be arrested fights, ``(run,)``.

    None without followers. Expected torture makes fighting the better end.

    Equation:
        will = 1 / (1 + exp(-fight_gain * (fear - loyalty)))
        fight_chance = will * men / (men + 0.5 * following_usual)

    Mechanisms: S01, S23, S28, M21.
    """
    will = 1.0 / (1.0 + np.exp(-fight_gain * (fear - loyalty)))
    return will * men / (men + 0.5 * following_usual)


def break_hazard(
    fear: Array, loyalty: Array, creed: Array, *, break_rate: Array
) -> tuple[Array, Array]:
    """Return monthly probabilities ``(mutiny, defection)`` of an unprovoked break, ``(run,)``.

    Equation:
        rate = break_rate * (1 - loyalty) ** 2
        mutiny = 1 - exp(-rate * fear)
        defection = 1 - exp(-rate * creed)

    Args:
        creed: pressure on his faith times its weight for him, 0 to 1.

    Mechanisms: S01, S03.
    """
    rate = break_rate * (1.0 - loyalty) ** 2
    return 1.0 - np.exp(-rate * fear), 1.0 - np.exp(-rate * creed)


def mutiny_wins(men: Array, loyal_force: Array, patron: Array, draw: Array) -> Array:
    """Return 1 where a mutiny topples the regime, else 0, ``(run,)``.

    By the square law of combat (Lanchester): who is half as many has a quarter of the other's
    force. Only a patron that acts inside adds to the state's. Who rises in one month fights
    together.

    Equation:
        odds = (men / (loyal_force * (1 + patron) + 1)) ** 2
        mutiny_wins = 1 if draw < odds / (1 + odds) else 0

    Args:
        loyal_force: persons who fight for the regime, weighted by loyalty and quality.
        patron: the patron's help against enemies inside, 0 to 1.

    Mechanisms: S07, M113, X02.
    """
    odds = (men / (loyal_force * (1.0 + patron) + 1.0)) ** 2
    return (draw < odds / (1.0 + odds)).astype(float)

"""How dangerous a commander looks to the regime."""

import numpy as np

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

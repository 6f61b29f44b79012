"""The state: control of regions, strain on the regime, and where traffickers are the state."""

import numpy as np

from tajsim.axes import Array


def mafia_step(
    mafia: Array,
    drug_income: Array,
    revenue: Array,
    *,
    mafia_threshold: Array,
    mafia_speed: Array,
) -> Array:
    """Return the trade's hold over the state next month, 0 to 1, ``(run,)``.

    Tolerance is without cost for years, then the trade is too rich to be governed.

    Equation:
        excess = max(drug_income / max(revenue, 1) - mafia_threshold, 0)
        mafia_next = mafia + mafia_speed * (excess / (1 + excess) - mafia)

    Args:
        drug_income: of all networks, USD/month.
        revenue: of the state, USD/month.

    Mechanisms: M54.
    """
    excess = np.maximum(drug_income / np.maximum(revenue, 1.0) - mafia_threshold, 0.0)
    return mafia + mafia_speed * (excess / (1.0 + excess) - mafia)


def control_aim(
    effort: Array,
    strongmen: Array,
    voice: Array,
    protest: Array,
    militants: Array,
    failed: Array,
    *,
    control_base: Array,
    control_effort: Array,
    control_strongmen: Array,
    control_voice: Array,
    control_protest: Array,
    control_militants: Array,
) -> Array:
    """Return the control a region moves to, 0 to 1, ``(run,)``.

    Effort holds a region; strongmen, discontent, protest and militants loosen it. Halved where
    the state has failed.

    Equation:
        held = control_base * (1 + control_effort * (effort - 1))
        people = control_voice * voice + control_protest * protest
        armed = control_strongmen * strongmen + control_militants * militants
        aim = (held - people - armed) * (1 - 0.5 * failed)
        control_aim = min(max(aim, 0), 1)

    Args:
        effort: own effort on order and control over that at the start.
        strongmen: independent power of commanders with a following there, 0 to 1.
        protest: 1 where people were in the streets this month, else 0.
        militants: militants and violent groups in the region, thousand persons.

    Mechanisms: S14, S17, S12, S13, M34.
    """
    value = control_base * (1.0 + control_effort * (effort - 1.0))
    value = value - control_strongmen * strongmen - control_voice * voice
    value = value - control_protest * protest
    value = (value - control_militants * militants) * (1.0 - 0.5 * failed)
    value = value * (value > 0.0)
    return value + (1.0 - value) * (value > 1.0)


def control_step(control: Array, aim: Array, *, control_speed: Array) -> Array:
    """Return next month's control, 0 to 1, ``(run,)``.

    Equation:
        control_next = control + control_speed * (aim - control)

    Mechanisms: S17.
    """
    return control + control_speed * (aim - control)


def strain_reasons(
    voice: Array,
    breaks: Array,
    shortfall: Array,
    incursion: Array,
    uncontrolled: Array,
    mafia: Array,
    succession: Array,
    *,
    strain_voice: Array,
    strain_breaks: Array,
    strain_shortfall: Array,
    strain_incursion: Array,
    strain_uncontrolled: Array,
    strain_mafia: Array,
    strain_succession: Array,
) -> tuple[Array, ...]:
    """Return the weighted causes of strain in the order of the arguments, each ``(run,)``.

    Equation:
        from_voice = strain_voice * voice
        from_breaks = strain_breaks * breaks
        from_shortfall = strain_shortfall * shortfall
        from_incursion = strain_incursion * incursion
        from_regions = strain_uncontrolled * uncontrolled
        from_mafia = strain_mafia * mafia
        from_succession = strain_succession * succession

    Args:
        voice: mean voiced discontent, 0 to 1.
        breaks: mutinies and defections of late, count.
        shortfall: clients' claims left unpaid, 0 to 1.
        incursion: militants inside, thousand persons.
        uncontrolled: share of the country outside control.
        mafia: hold of the drug trade over the state, 0 to 1.
        succession: how contested the succession is, 0 to 1.

    Mechanisms: E19, E22, P07, P21, P24, S27, M17, M34, M54, X20.
    """
    return (
        strain_voice * voice,
        strain_breaks * breaks,
        strain_shortfall * shortfall,
        strain_incursion * incursion,
        strain_uncontrolled * uncontrolled,
        strain_mafia * mafia,
        strain_succession * succession,
    )


def lost_control_reasons(
    strongmen: Array,
    voice: Array,
    protest: Array,
    militants: Array,
    *,
    control_strongmen: Array,
    control_voice: Array,
    control_protest: Array,
    control_militants: Array,
) -> tuple[Array, Array, Array, Array]:
    """Return what takes control of a region away, each ``(run,)``: the terms of the rule.

    They are ``(strongmen, voiced discontent, protest, militants)``.

    Equation:
        from_strongmen = control_strongmen * strongmen
        from_voice = control_voice * voice
        from_protest = control_protest * protest
        from_militants = control_militants * militants

    Args:
        strongmen: independent power of commanders with a following there, 0 to 1.
        voice: voiced discontent, 0 to 1.
        protest: 1 where people were in the streets this month, else 0.
        militants: militants and violent groups in the region, thousand persons.

    Mechanisms: S14, S17, S12, M34.
    """
    return (
        control_strongmen * strongmen,
        control_voice * voice,
        control_protest * protest,
        control_militants * militants,
    )


#: The states of the polity, in order.
STATES = ("stable", "strained", "failing", "failed")


def strain_step(strain: Array, push: Array, *, strain_speed: Array) -> Array:
    """Return next month's strain, 0 to 1, ``(run,)``.

    Equation:
        strain_next = strain + strain_speed * (1 - exp(-push) - strain)

    Args:
        push: sum of `strain_reasons`.

    Mechanisms: E19.
    """
    return strain + strain_speed * (1.0 - np.exp(-push) - strain)


def failure_chance(strain: Array, *, failure_threshold: Array, failure_rate: Array) -> Array:
    """Return the probability that the state fails this month, ``(run,)``.

    Equation:
        failure_chance = 1 - exp(-failure_rate * max(strain - failure_threshold, 0))

    Mechanisms: E19, E22, P24.
    """
    return 1.0 - np.exp(-failure_rate * np.maximum(strain - failure_threshold, 0.0))


def polity(
    strain: Array, failed: Array, *, strained_from: Array, failure_threshold: Array
) -> Array:
    """Return the state of the polity as a number, ``(run,)``: 0 stable, ... 3 failed.

    Equation:
        level = (strain > strained_from) + (strain > failure_threshold)
        polity = 3 if failed > 0.5 else min(level, 2)

    Mechanisms: E19.
    """
    level = (strain > strained_from).astype(float) + (strain > failure_threshold)
    return np.where(failed > 0.5, 3.0, np.minimum(level, 2.0))

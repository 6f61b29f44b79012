"""What weighs most on the state and on the centre's hold of a region: terms of the rules."""

from tajsim.axes import Array


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

    Mechanisms: E19, M17, M34, M54, X20.
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

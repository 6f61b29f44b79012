"""How bribes and other rents climb from those who take them."""

from tajsim.axes import Array


def climb(
    income: Array, commander_reach: Array, *, climb_to_commander: Array, climb_to_regime: Array
) -> tuple[Array, Array, Array]:
    """Split a month's rent of an agency into ``(to commander, to regime, kept by staff)``, USD.

    Equation:
        to_commander = income * climb_to_commander * commander_reach
        to_regime = (income - to_commander) * climb_to_regime
        kept = income - to_commander - to_regime

    Args:
        income: bribes, tolls and extortion taken, USD/month, ``(run,)``.
        commander_reach: 1 where a commander holds the agency's post, else 0.

    Mechanisms: M17, M51, E07, S14.
    """
    to_commander = income * climb_to_commander * commander_reach
    to_regime = (income - to_commander) * climb_to_regime
    return to_commander, to_regime, income - to_commander - to_regime

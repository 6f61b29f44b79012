"""What a base costs its owner where it pays no rent."""

from tajsim.axes import Array


def rent_in_kind(base: Array, *, base_rent: Array) -> Array:
    """Return the help that takes the place of a base's rent, USD/month, ``(run,)``.

    As it comes in arms and in help against drugs, it stands in no budget, and the regime leans
    the more on who gives it.

    Equation:
        rent_in_kind = base * base_rent

    Args:
        base: troops of the base, persons.

    Mechanisms: O15.
    """
    return base * base_rent

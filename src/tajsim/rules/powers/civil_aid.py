"""Aid that is not for security, and what it frees."""

from tajsim.axes import Array


def civil_aid_parts(
    corruption: Array, *, civil_aid: Array, aid_fungible: Array, donor_monitoring: Array
) -> tuple[Array, Array]:
    """Split a month's civilian aid into ``(freed for the regime, reaching people)``, USD/month.

    Part of it frees own money for other ends; the rest reaches people.

    Equation:
        freed = civil_aid / 12 * aid_fungible * corruption * (1 - donor_monitoring)
        reaching = civil_aid / 12 - freed

    Args:
        corruption: mean collusion of the agencies, 0 to 1.

    Mechanisms: M56, E06, O06.
    """
    whole = civil_aid / 12.0
    freed = whole * aid_fungible * corruption * (1.0 - donor_monitoring)
    return freed, whole - freed

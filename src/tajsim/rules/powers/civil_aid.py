"""Aid that is not for security, and what it frees."""

from tajsim.axes import Array


def civil_aid_parts(
    corruption: Array, *, civil_aid: Array, aid_fungible: Array, donor_monitoring: Array
) -> tuple[Array, Array]:
    """Split a month's civilian aid into ``(freed for the regime, reaching people)``, USD/month.

    ``civil_aid / 12 * aid_fungible * corruption * (1 - monitoring)`` frees own money for other
    ends; the rest reaches people.

    Args:
        corruption: mean collusion of the agencies, 0 to 1.

    Mechanisms: M56, E06, O06.
    """
    whole = civil_aid / 12.0
    freed = whole * aid_fungible * corruption * (1.0 - donor_monitoring)
    return freed, whole - freed

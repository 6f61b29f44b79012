"""What an agency hands in of what it seized."""

from tajsim.axes import Array


def reported_share(collusion: Array, gain: Array, at_stake: Array, *, theft_share: Array) -> Array:
    """Return the share of seized drugs that an agency reports, ``(run,)``.

    Colluding officers weigh what a kilogram brings them against the place they may lose, and sell
    the rest on. So a fall in reported seizures can mean less traffic, worse policing, bought
    policing or less honest reports.

    Equation:
        tempted = gain / (gain + at_stake + 0.1)
        reported_share = 1 - theft_share * collusion * tempted

    Args:
        gain: what the drugs seized would bring, USD/person/month of those who seize them.
        at_stake: pay and expected loss from being caught, USD/person/month.

    Mechanisms: E10, M51.
    """
    return 1.0 - theft_share * collusion * gain / (gain + at_stake + 0.1)

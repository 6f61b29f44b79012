"""What an agency reports of what it seized."""

from tajsim.axes import Array


def reported_share(collusion: Array, *, theft_share: Array) -> Array:
    """Return the share of seized drugs that is reported, ``(run,)``.

    ``1 - theft_share * collusion``: colluding officers keep part of what they seize and sell it
    on, so falling seizures can mean bought policing as well as less traffic.

    Mechanisms: E10, M51.
    """
    return 1.0 - theft_share * collusion

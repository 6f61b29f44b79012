"""The risk of a partner who works with a service, or is guarded by it."""

from tajsim.axes import Array


def partner_exposure(
    helped: Array, presence: Array, guards: Array, *, embassy_guard: Array
) -> Array:
    """Return how far a power relies on a service of the country, 0 to 1, ``(run,)``.

    Outsourcing runs in both directions: those without troops of their own are protected by the
    local police.

    Equation:
        guarded = embassy_guard * guards * (1 - presence)
        partner_exposure = 1 - (1 - helped) * (1 - guarded)

    Args:
        helped: share of the power's useful aid that goes to the service, 0 to 1.
        presence: share of tasks that the power's own people hold, mean, 0 to 1.
        guards: 1 for the service that guards foreigners, else 0.

    Mechanisms: O27.
    """
    return 1.0 - (1.0 - helped) * (1.0 - embassy_guard * guards * (1.0 - presence))


def burnt_step(
    burnt: Array, exposure: Array, *, defection_shock: Array, partner_forgetting: Array
) -> Array:
    """Return the trust that defections have cost a power, 0 to 1, ``(run,)``.

    Equation:
        shocked = (1 - burnt) * defection_shock * exposure
        burnt_next = burnt * (1 - partner_forgetting) + shocked

    Args:
        burnt: trust lost so far, 0 to 1.
        exposure: how far it relied on a service whose chief went over last month, 0 to 1.

    Mechanisms: O27.
    """
    return burnt * (1.0 - partner_forgetting) + (1.0 - burnt) * defection_shock * exposure

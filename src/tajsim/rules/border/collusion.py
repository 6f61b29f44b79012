"""How much of an agency works with traffickers: pay, rents and supervision."""

import numpy as np

from tajsim.axes import Array


def collusion_aim(
    rent_on_offer: Array,
    pay: Array,
    supervision: Array,
    *,
    collusion_slope: Array,
    bribery_norm: Array,
) -> Array:
    """Return the share of an agency that would collude at these rewards, ``(run,)``.

    A ratio, because what matters to a person is the bribe against the living; 0.1 USD a month
    stands for what is left where there is no bribe and no pay.

    Equation:
        ratio = (rent_on_offer + 0.1) / (pay + supervision + 0.1)
        collusion_aim = 1 / (1 + exp(-(collusion_slope * ln(ratio) + bribery_norm)))

    Args:
        rent_on_offer: bribes a colluding person could take, USD/person/month.
        pay: what the person is paid, USD/person/month.
        supervision: expected monthly loss from being caught or refused promotion, USD/month.

    Mechanisms: M45, M46, M47, M48, E09, E12, M52.
    """
    ratio = (rent_on_offer + 0.1) / (pay + supervision + 0.1)
    return 1.0 / (1.0 + np.exp(-(collusion_slope * np.log(ratio) + bribery_norm)))


def watched(
    supervision: Array,
    aid_per_head: Array,
    *,
    donor_monitoring: Array,
    donor_coordination: Array,
    oversight_yield: Array,
    civic_space: Array,
    press_exposure: Array,
) -> Array:
    """Return supervision with what donors and press see, USD/person/month, ``(run,)``.

    Who pays can look, if he looks at all and is not played off against others; what outlets and
    groups bring to light makes dismissal likelier.

    Equation:
        seen = 1 - (1 - donor_monitoring) * (1 - donor_coordination)
        exposed = supervision * (1 + press_exposure * civic_space)
        watched = exposed + oversight_yield * aid_per_head * seen

    Args:
        supervision: expected monthly loss from the agency's own supervision, USD/person/month.
        aid_per_head: useful aid of powers, each weighted by the conditions it attaches,
            USD/person/month.

    Mechanisms: M58, O06, S22, M42.
    """
    seen = 1.0 - (1.0 - donor_monitoring) * (1.0 - donor_coordination)
    exposed = supervision * (1.0 + press_exposure * civic_space)
    return exposed + oversight_yield * aid_per_head * seen


def collusion_step(collusion: Array, aim: Array, *, collusion_speed: Array) -> Array:
    """Return next month's collusion: a fixed share of the way to the aim, ``(run,)``.

    Habits and partnerships make it slow in both directions.

    Equation:
        collusion_next = collusion + collusion_speed * (aim - collusion)

    Mechanisms: E12, M24.
    """
    return collusion + collusion_speed * (aim - collusion)


def with_clients(collusion: Array, replaced: Array, *, clientele_collusion: Array) -> Array:
    """Return the collusion of an agency part of whose staff are a political head's own people.

    A share, ``(run,)``. He brings people who owe their place to him; when he goes, the old staff
    and their ways return.

    Equation:
        with_clients = collusion + replaced * max(clientele_collusion - collusion, 0)

    Args:
        collusion: share of the professional staff that colludes.
        replaced: share of the staff he has replaced, 0 to 1.

    Mechanisms: M23, M24, S14.
    """
    return collusion + replaced * np.maximum(clientele_collusion - collusion, 0.0)

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

    ``1 / (1 + exp(-(slope * ln(rent / (pay + supervision)) + norm)))``. A ratio, because what
    matters to a person is the bribe against the living: 1 USD a month cannot hold anybody.

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
) -> Array:
    """Return supervision with what donors see, USD/person/month, ``(run,)``.

    ``supervision + yield * aid_per_head * (1 - (1 - monitoring) * (1 - coordination))``: who pays
    can look, if he looks at all and is not played off against others.

    Args:
        supervision: expected monthly loss from the agency's own supervision, USD/person/month.
        aid_per_head: useful aid of powers, each weighted by the conditions it attaches,
            USD/person/month.

    Mechanisms: M58, O06, S22.
    """
    seen = 1.0 - (1.0 - donor_monitoring) * (1.0 - donor_coordination)
    return supervision + oversight_yield * aid_per_head * seen


def collusion_step(collusion: Array, aim: Array, *, collusion_speed: Array) -> Array:
    """Return next month's collusion: a fixed share of the way to the aim, ``(run,)``.

    Habits and partnerships make it slow in both directions.

    Mechanisms: E12, M24.
    """
    return collusion + collusion_speed * (aim - collusion)


def with_clients(collusion: Array, replaced: Array, *, clientele_collusion: Array) -> Array:
    """Return the collusion of an agency part of whose staff are a political head's own people.

    ``collusion + replaced * max(0, clientele_collusion - collusion)``, share, ``(run,)``: he
    brings people who owe their place to him; when he goes, the old staff and their ways return.

    Args:
        collusion: share of the professional staff that colludes.
        replaced: share of the staff he has replaced, 0 to 1.

    Mechanisms: M23, M24, S14.
    """
    return collusion + replaced * np.maximum(clientele_collusion - collusion, 0.0)

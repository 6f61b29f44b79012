"""How dangerous a commander looks to the regime."""

from tajsim.axes import Array


def power_of(following: Array, rent_ratio: Array, *, following_half: Array) -> Array:
    """Return a commander's independent power, 0 to 1, ``(run,)``.

    ``m / (m + half)`` with ``m = following * (0.5 + 0.5 * rent_ratio)``.

    Mechanisms: M18, M19, S08, S14.
    """
    men = following * (0.5 + 0.5 * rent_ratio)
    return men / (men + following_half)


def perceived_threat(power: Array, loyalty: Array, trust: Array, distrusted_past: Array) -> Array:
    """Return the threat the regime sees in a commander, 0 to 1, ``(run,)``.

    ``power * (1 - loyalty * trust * (1 - 0.3 * distrusted_past))``: a regime that has lost trust
    discounts the loyalty of all.

    Args:
        trust: the regime's trust in its own apparatus, 0 to 1.
        distrusted_past: 1 for the former opposition, else 0.

    Mechanisms: M18, M19, P10, P12, S04.
    """
    return power * (1.0 - loyalty * trust * (1.0 - 0.3 * distrusted_past))


def trust_step(
    trust: Array, defections: Array, *, trust_loss: Array, trust_recovery: Array
) -> Array:
    """Return the regime's trust in its apparatus next month, 0 to 1, ``(run,)``.

    Each defection or mutiny takes the share ``trust_loss`` of it.

    Mechanisms: S04.
    """
    lost = 1.0 - (1.0 - trust_loss) ** defections
    return trust * (1.0 - lost) + trust_recovery * (1.0 - trust)

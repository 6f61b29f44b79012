"""What weighed most in a decision about a commander or of his: parts of the rules' own terms."""

import numpy as np

from tajsim.axes import Array


def blow_reasons(
    threat: Array,
    power: Array,
    guarantee: Array,
    grudge: Array,
    urge: Array,
    *,
    purge_caution: Array,
    revenge: Array,
) -> tuple[Array, Array, Array, Array]:
    """Return what the hazard of a blow owes to ``(threat, safety, defiance, drive)``, ``(run,)``.

    The parts add to the hazard over its rate and pause: what the threat alone would bring, what a
    patron's backing adds by making it safe, what open disobedience adds, and what the drive to
    remove rivals adds since early 2004.

    Equation:
        safe = threat * exp(-purge_caution * power * (1 - guarantee))
        alone = threat * exp(-purge_caution * power)
        safety = safe - alone
        defiance = safe * revenge * grudge * guarantee
        drive = (safe + defiance) * (urge - 1)

    Args:
        threat: perceived threat, 0 to 1.
        power: the commander's independent power, 0 to 1.
        guarantee: a patron's backing of the ruler, 0 to 1.
        grudge: the regime's account with him, 0 to 1.
        urge: growth of the drive to remove rivals since early 2004, ratio of at least 1.

    Mechanisms: M18, M25, P12, S09.
    """
    alone = threat * np.exp(-purge_caution * power)
    safe = threat * np.exp(-purge_caution * power * (1.0 - guarantee))
    defiance = safe * revenge * grudge * guarantee
    return alone, safe - alone, defiance, (safe + defiance) * (urge - 1.0)


def resistance_reasons(power: Array, fear: Array, *, resistance: Array) -> tuple[Array, Array]:
    """Return what the will to resist a dismissal owes to ``(power, fear)``, each ``(run,)``.

    Equation:
        from_power = resistance * power
        from_fear = resistance * power * fear

    Args:
        power: the commander's independent power, 0 to 1.
        fear: what he expects for himself, 0 to 1.

    Mechanisms: M21, S01.
    """
    return resistance * power, resistance * power * fear


def obedience_reasons(
    power: Array, guarantee: Array, fear: Array, *, resistance: Array, guarantee_deters: Array
) -> tuple[Array, Array]:
    """Return how far ``(his weakness, a patron's backing)`` keeps him from resisting, ``(run,)``.

    The two add to the probability that he obeys.

    Equation:
        will = min(resistance * power * (1 + fear), 1)
        weakness = 1 - will
        deterred = will * guarantee_deters * guarantee**2

    Args:
        power: the commander's independent power, 0 to 1.
        guarantee: a patron's backing of the ruler, 0 to 1.
        fear: what he expects for himself, 0 to 1.

    Mechanisms: M21, M26.
    """
    will = np.minimum(resistance * power * (1.0 + fear), 1.0)
    return 1.0 - will, will * guarantee_deters * guarantee**2


def disloyalty_reasons(
    rent_ratio: Array,
    fear: Array,
    creed: Array,
    grudge: Array,
    doubt: Array,
    *,
    loyalty_rent: Array,
    loyalty_fear: Array,
    loyalty_creed: Array,
    loyalty_grudge: Array,
    loyalty_doubt: Array,
) -> tuple[Array, Array, Array, Array, Array]:
    """Return what takes loyalty away, each ``(run,)``: ``(rents, fear, creed, grudge, doubt)``.

    The terms of the loyalty he moves to, each against its best case (a claim met, no fear).

    Equation:
        rents = loyalty_rent * max(ln(1.1) - ln(0.1 + rent_ratio), 0)
        from_fear = loyalty_fear * fear
        from_creed = loyalty_creed * creed
        from_grudge = loyalty_grudge * grudge
        from_doubt = loyalty_doubt * doubt

    Args:
        rent_ratio: what he receives over what he claims.
        fear: what he expects for himself, 0 to 1.
        creed: pressure on his faith times its weight for him, 0 to 1.
        grudge: humiliation he has not forgotten, 0 to 1.
        doubt: of what comes after the ruler, 0 to 1.

    Mechanisms: M17, S01, S02, S03, S27.
    """
    rents = loyalty_rent * np.maximum(np.log(1.1) - np.log(0.1 + rent_ratio), 0.0)
    return (
        rents,
        loyalty_fear * fear,
        loyalty_creed * creed,
        loyalty_grudge * grudge,
        loyalty_doubt * doubt,
    )

"""Aid: what partners deliver in training, equipment and money, and what of it serves."""

import numpy as np

from tajsim.axes import Array


def equipped_reach(aid_per_head: Array, collusion: Array, *, equipment_abuse: Array) -> Array:
    """Return what equipment multiplies a service's reach over people by, 1 and up, ``(run,)``.

    A vehicle given against drugs also takes policemen to villages; how they use it is for those
    who sit in it.

    Equation:
        equipped_reach = 1 + equipment_abuse * collusion * ln(1 + aid_per_head)

    Args:
        aid_per_head: useful aid, USD/person/month.
        collusion: corrupt share of the service, 0 to 1.

    Mechanisms: O02.
    """
    return 1.0 + equipment_abuse * collusion * np.log1p(aid_per_head)


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


def cleared_step(
    cleared: Array,
    aid: Array,
    experts: Array,
    *,
    demining_share: Array,
    demining_cost: Array,
) -> Array:
    """Return the part of the mined farmland that is cleared by next month, share, ``(run,)``.

    Own sappers clear nothing without instructors.

    Equation:
        more = demining_share * aid / demining_cost * experts
        cleared_next = min(cleared + more, 1)

    Args:
        cleared: part cleared so far, 0 to 1.
        aid: civilian aid that reaches people, USD/month.
        experts: how far foreign experts are let in, 0 to 1.

    Mechanisms: E17.
    """
    more = demining_share * aid / demining_cost * experts
    return np.minimum(cleared + more, 1.0)


def farmed(cleared: Array, *, mined_land_income: Array) -> Array:
    """Return what farmers earn on the land given back, USD/month, ``(run,)``.

    Equation:
        farmed = cleared * mined_land_income / 12

    Args:
        cleared: part of the mined farmland that is cleared, 0 to 1.

    Mechanisms: E17.
    """
    return cleared * mined_land_income / 12.0


def overstatement(earned: Array, excuse: Array, *, overstatement_limit: Array) -> Array:
    """Return the part of the threat told that is not there, 0 to 1, ``(run,)``.

    Whoever tells of the threat adds to it by what the telling earns him.

    Equation:
        overstatement = overstatement_limit * (1 - (1 - earned) * (1 - excuse))

    Args:
        earned: what the threat earns the teller: of the regime's means the part that is aid, of
            the patron's influence the part that rivals hold, 0 to 1.
        excuse: what the teller wants to do in its name, 0 to 1.

    Mechanisms: O23.
    """
    return overstatement_limit * (1.0 - (1.0 - earned) * (1.0 - excuse))


def believed(regime: Array, patron: Array, *, donor_monitoring: Array) -> Array:
    """Return what partners believe of what is overstated, 0 to 1, ``(run,)``.

    Two tellers bear each other out, and who looks for himself is not taken in.

    Equation:
        told = 1 - (1 - regime) * (1 - patron)
        believed = told * (1 - donor_monitoring)

    Args:
        regime: the regime's overstatement, 0 to 1.
        patron: the patron's, 0 to 1.

    Mechanisms: O23.
    """
    return (1.0 - (1.0 - regime) * (1.0 - patron)) * (1.0 - donor_monitoring)


def looked_away(
    tolerance: Array, told: Array, *, donor_coordination: Array, platform_effect: Array
) -> Array:
    """Return how far a partner looks away from repression, 0 to 1, ``(run,)``.

    A threat excuses; partners who speak with one voice excuse less, as none can be turned to
    instead.

    Equation:
        away = 1 - (1 - tolerance) * (1 - told)
        looked_away = away * (1 - platform_effect * donor_coordination)

    Args:
        tolerance: how far the partner looks away by itself, 0 to 1.
        told: what it believes of an overstated threat, 0 to 1.

    Mechanisms: M58, O23.
    """
    away = 1.0 - (1.0 - tolerance) * (1.0 - told)
    return away * (1.0 - platform_effect * donor_coordination)


def strength_change(
    strength: Array,
    wanted: Array,
    pay_ratio: Array,
    *,
    recruitment_speed: Array,
    discharge_speed: Array,
    pay_recruits: Array,
) -> Array:
    """Return persons joining (positive) or leaving this month, ``(run,)``.

    A share of the gap: at most a quarter when below, faster with better pay; when above, people
    are discharged.

    Equation:
        gap = wanted - strength
        speed = min(recruitment_speed * max(pay_ratio, 0.1) ** pay_recruits, 0.25)
        strength_change = speed * gap if gap > 0 else discharge_speed * gap

    Args:
        strength: persons now.
        wanted: persons the regime pays for.
        pay_ratio: pay over that of the start.

    Mechanisms: X07, M74, M49.
    """
    gap = wanted - strength
    pull = np.maximum(pay_ratio, 0.1) ** pay_recruits
    speed = np.minimum(recruitment_speed * pull, 0.25)
    return np.where(gap > 0.0, speed * gap, discharge_speed * gap)


def wanted_strength(
    effort_ratio: Array,
    km_taken_over: Array,
    *,
    agency_strength: Array,
    strength_elasticity: Array,
    persons_per_km: Array,
) -> Array:
    """Return the strength the regime pays for, persons, ``(run,)``.

    Posts taken over are manned whatever the effort; what is done beyond them follows it.

    Equation:
        follows = agency_strength * effort_ratio**strength_elasticity
        wanted_strength = follows + persons_per_km * km_taken_over

    Args:
        effort_ratio: own effort on the agency's tasks over that at the start.
        km_taken_over: km of border it guards beyond those of the start.

    Mechanisms: M01, M13, X07, M11.
    """
    return agency_strength * effort_ratio**strength_elasticity + persons_per_km * km_taken_over


def quality_aim(
    pay_ratio: Array,
    aid_per_head: Array,
    best_drawn_off: Array,
    dialogue: Array,
    *,
    agency_quality: Array,
    pay_quality: Array,
    training_yield: Array,
    first_pick_loss: Array,
    dialogue_need: Array,
) -> Array:
    """Return the quality an agency moves to, share of a fully effective one, ``(run,)``.

    Equipment multiplies what is there and cannot replace it, and it yields less where nobody
    speaks about what the force is for.

    Equation:
        paid = agency_quality * min(max(pay_ratio, 0.1), 50) ** pay_quality
        learnt = training_yield * (1 - dialogue_need * (1 - dialogue))
        trained = 1 + learnt * ln(1 + aid_per_head)
        quality_aim = min(paid * trained * (1 - first_pick_loss * best_drawn_off), 1)

    Args:
        pay_ratio: pay and top-ups over the pay at the start, at least 0.1.
        aid_per_head: useful aid, USD/person/month.
        best_drawn_off: share of the draft that a better-paying foreign service takes first.
        dialogue: share of the aid whose giver speaks about politics too, 0 to 1.

    Mechanisms: M47, M48, M49, M50, M62, M63, M65, M126, E20, O24, S18.
    """
    bounded = np.minimum(np.maximum(pay_ratio, 0.1), 50.0)
    value = agency_quality * bounded**pay_quality
    learnt = training_yield * (1.0 - dialogue_need * (1.0 - dialogue))
    value = value * (1.0 + learnt * np.log1p(aid_per_head))
    return np.minimum(value * (1.0 - first_pick_loss * best_drawn_off), 1.0)


def quality_step(quality: Array, aim: Array, *, quality_speed: Array) -> Array:
    """Return next month's quality, ``(run,)``: forces are built slowly.

    Equation:
        quality_next = quality + quality_speed * (aim - quality)

    Mechanisms: M74, M126.
    """
    return quality + quality_speed * (aim - quality)


def without_staff(quality: Array, replaced: Array, *, political_head_loss: Array) -> Array:
    """Return the quality of an agency part of whose staff a political head replaced, ``(run,)``.

    Equation:
        without_staff = quality * (1 - political_head_loss * replaced)

    Args:
        quality: that of the professional staff, share.
        replaced: share of the staff he has replaced, 0 to 1.

    Mechanisms: M23, M24.
    """
    return quality * (1.0 - political_head_loss * replaced)

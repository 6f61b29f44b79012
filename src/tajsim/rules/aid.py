"""Aid: what partners deliver in training, equipment and money, and what of it serves."""

import numpy as np

from tajsim.axes import Array


def civil_aid_parts(
    cronyism: Array, *, civil_aid: Array, aid_diversion: Array, donor_monitoring: Array
) -> tuple[Array, Array]:
    """Split a month's civilian aid into ``(freed for the regime, reaching people)``, USD/month.

    Equation:
        freed = civil_aid / 12 * aid_diversion * cronyism * (1 - donor_monitoring)
        reaching = civil_aid / 12 - freed

    Args:
        cronyism: share of posts and public money that goes by patronage, 0 to 1.

    Mechanisms: M56, E06, O06.
    """
    whole = civil_aid / 12.0
    freed = whole * aid_diversion * cronyism * (1.0 - donor_monitoring)
    return freed, whole - freed


def overstatement(earned: Array, excuse: Array, *, overstatement_limit: Array) -> Array:
    """Return the part of the threat told that is not there, 0 to 1, ``(run,)``.

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


def watch(*, donor_monitoring: Array, donor_coordination: Array) -> Array:
    """Return how closely donors look at what is given, 0 to 1, ``(run,)``: together, the closer.

    Equation:
        watch = 1 - (1 - donor_monitoring) * (1 - donor_monitoring * donor_coordination)

    Mechanisms: M58, O06.
    """
    return 1.0 - (1.0 - donor_monitoring) * (1.0 - donor_monitoring * donor_coordination)


def as_told(threat: Array, told: Array, usual: Array) -> Array:
    """Return the threat that powers weigh, as it is told to them, over the usual, ``(run,)``.

    Equation:
        as_told = threat * (1 + told) / (1 + usual)

    Args:
        threat: over its usual level, ratio.
        told: what partners believe of what is overstated, 0 to 1.

    Mechanisms: O23.
    """
    return threat * (1.0 + told) / (1.0 + usual)


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
    strength: Array, wanted: Array, pay_ratio: Array, *, clock_year: Array, clock_five_years: Array,
    pay_pull: Array,
) -> Array:  # fmt: skip
    """Return persons joining (positive) or leaving this month, ``(run,)``.

    Equation:
        gap = wanted - strength
        joining = pay_ratio ** pay_pull * gap / clock_five_years
        strength_change = joining if gap > 0 else gap / clock_year

    Args:
        pay_ratio: pay over that of the start, both over what others earn.

    Mechanisms: X07, M74, M49.
    """
    gap = wanted - strength
    joining = pay_ratio**pay_pull * gap / clock_five_years
    return np.where(gap > 0.0, joining, gap / clock_year)


def wanted_strength(
    effort_ratio: Array, km_taken_over: Array, *, agency_strength: Array, effort_follows: Array,
    persons_per_km: Array,
) -> Array:  # fmt: skip
    """Return the strength the regime pays for, persons, ``(run,)``.

    Equation:
        follows = agency_strength * effort_ratio**effort_follows
        wanted_strength = follows + persons_per_km * km_taken_over

    Args:
        effort_ratio: own effort on the agency's tasks over that at the start.
        km_taken_over: km of border it guards beyond those of the start.

    Mechanisms: M01, M13, X07, M11.
    """
    return agency_strength * effort_ratio**effort_follows + persons_per_km * km_taken_over


def quality_step(
    quality: Array, level: Array, pay_ratio: Array, kit: Array, dialogue: Array, *, pay_pull: Array,
    training_yield: Array, donor_monitoring: Array, donor_coordination: Array, clock_year: Array,
) -> Array:  # fmt: skip
    """Return an agency's quality next month, share of a fully effective one, ``(run,)``.

    Equipment multiplies what is there and cannot replace it, and it yields little where donors
    neither speak about what the force is for nor agree and look. Forces are built over years.

    Equation:
        apart = (1 - donor_monitoring) * (1 - donor_coordination)
        learnt = 1 + training_yield * kit * (1 - (1 - dialogue) * apart)
        odds = level / (1 - level) * pay_ratio ** pay_pull * learnt
        quality_next = quality + (odds / (1 + odds) - quality) / clock_year

    Args:
        level: quality of its class at the pay of 2004 without aid, share.
        pay_ratio: pay over that of the start, both over what others earn.
        kit: useful aid over itself and an ordinary living, for each of its people, 0 to 1.
        dialogue: share of the aid whose giver speaks about politics too, 0 to 1.

    Mechanisms: M47, M48, M49, M62, M63, M65, M74, M126, E20, O24.
    """
    apart = (1.0 - donor_monitoring) * (1.0 - donor_coordination)
    learnt = 1.0 + training_yield * kit * (1.0 - (1.0 - dialogue) * apart)
    odds = level / (1.0 - level) * pay_ratio**pay_pull * learnt
    return quality + (odds / (1.0 + odds) - quality) / clock_year


def without_staff(quality: Array, replaced: Array, *, political_head_loss: Array) -> Array:
    """Return the quality of an agency part of whose staff a political head replaced, ``(run,)``.

    Equation:
        without_staff = quality * (1 - political_head_loss * replaced)

    Args:
        quality: that of the professional staff, share.

    Mechanisms: M23, M24.
    """
    return quality * (1.0 - political_head_loss * replaced)

"""Corruption is three things: collusion with traffickers, predation on citizens, cronyism.

Each compares like with like: what can be had over what would be lost. At even terms the share is
that of the country's habits (``bribery_norm``), so that a slope of zero sends nobody to an end.
"""

import numpy as np

from tajsim.axes import Array


def watched(
    level: Array, aid_share: Array, fear: Array, *, oversight: Array, scrutiny: Array,
    donor_monitoring: Array, donor_coordination: Array, civic_space: Array,
) -> Array:  # fmt: skip
    """Return what one who takes bribes risks a month, in months of pay, ``(agency, run)``.

    Being caught and dismissed: by the service's own checks, by what people dare to tell outlets and
    groups (matveeva-2004:41), and by donors who pay, look, and are not played off against others.

    Equation:
        seen = 1 - (1 - donor_monitoring) * (1 - donor_coordination)
        watched = oversight * level + scrutiny * (2 * (1 - fear) * civic_space + seen * aid_share)

    Args:
        level: the service's own checks, 1 = those of a professional service in 2004.
        aid_share: share of what the service lives on that comes from donors who look, 0 to 1.
        fear: mean fear of the population, 0 to 1, ``(run,)``.

    Mechanisms: M48, M58, O06, S22, M41, M42.
    """
    seen = 1.0 - (1.0 - donor_monitoring) * (1.0 - donor_coordination)
    return oversight * level + scrutiny * (2.0 * (1.0 - fear) * civic_space + seen * aid_share)


def collusion_aim(
    bribe: Array, pay: Array, watch: Array, vetted: Array, *, greed: Array, bribery_norm: Array,
    vetting: Array,
) -> Array:  # fmt: skip
    """Return the share of an agency that would collude with traffickers, ``(agency, run)``.

    The bribe against all that is at stake: pay, and the loss of it when caught. People who were
    tested and picked are out of reach. A unit that meets no trafficker has nobody to collude with.

    Equation:
        odds = bribery_norm / (1 - bribery_norm) * (bribe / (max(pay, 1e-9) * (1 + watch))) ** greed
        tempted = odds / (1 + odds) if bribe > 0 else 0
        collusion_aim = tempted * (1 - vetting * vetted)

    Args:
        bribe: bribes that one who colludes could take, USD/person/month.
        pay: what the person is paid, USD/person/month, above zero.
        watch: what one who colludes risks a month, in months of pay.

    Mechanisms: M45, M46, M47, M48, E09, E12, M52.
    """
    paid = np.maximum(pay, 1e-9) * (1.0 + watch)
    odds = bribery_norm / (1.0 - bribery_norm) * (bribe / paid) ** greed
    return odds / (1.0 + odds) * (bribe > 0.0) * (1.0 - vetting * vetted)


def predation_aim(
    income: Array, fear: Array, pay: Array, watch: Array, *, extortion_rate: Array, greed: Array,
    bribery_norm: Array,
) -> Array:  # fmt: skip
    """Return the share of an agency that would prey on citizens, ``(agency, run)``.

    What people have, and give the sooner the more they fear, against pay and what is at stake.

    Equation:
        taken = extortion_rate * income * (0.5 + fear)
        odds = bribery_norm / (1 - bribery_norm) * (taken / (max(pay, 1e-9) * (1 + watch))) ** greed
        predation_aim = odds / (1 + odds)

    Args:
        pay: what one of the agency is paid, USD/person/month, above zero.
        watch: what one who preys risks a month, in months of pay.

    Mechanisms: M33, M45, M46.
    """
    taken = extortion_rate * income * (0.5 + fear)
    paid = np.maximum(pay, 1e-9) * (1.0 + watch)
    odds = bribery_norm / (1.0 - bribery_norm) * (taken / paid) ** greed
    return odds / (1.0 + odds)


def habit_step(
    share: Array, aim: Array, cleaned: Array, *, clock_year: Array, cleaning: Array
) -> Array:
    """Return next month's share of a staff that colludes or preys, ``(agency, run)``.

    Habits and partnerships make it slow in both directions; a new professional head breaks some.

    Equation:
        moved = share + (aim - share) / clock_year
        habit_next = moved * (1 - cleaning * cleaned)

    Args:
        share: of the professional staff, 0 to 1.
        cleaned: 1 in the month in which a professional head takes over, else 0.

    Mechanisms: E12, M24, S21.
    """
    return (share + (aim - share) / clock_year) * (1.0 - cleaning * cleaned)


def with_clients(share: Array, replaced: Array, *, clientele: Array) -> Array:
    """Return the share of an agency that is corrupt with a political head's people in it.

    A share, ``(agency, run)``. They owe their place to him; when he goes, the old staff and their
    ways return.

    Equation:
        with_clients = share + clientele * replaced * (1 - share)

    Args:
        share: of the professional staff, 0 to 1.

    Mechanisms: M23, M24, S14.
    """
    return share + clientele * replaced * (1.0 - share)


def vetted_step(vetted: Array, kept: Array, *, clock_five_years: Array) -> Array:
    """Return the vetted share of a staff next month, 0 to 1, ``(agency, run)``.

    Equation:
        vetted_next = vetted + (kept - vetted) / clock_five_years

    Args:
        kept: pay over the pay for which they were picked, both over what others earn, at most 1.

    Mechanisms: M48, O01.
    """
    return vetted + (kept - vetted) / clock_five_years


def cronyism_step(
    cronyism: Array, unpaid: Array, *, hunger: Array, scrutiny: Array, civic_space: Array,
    donor_monitoring: Array, donor_coordination: Array, clock_year: Array,
) -> Array:  # fmt: skip
    """Return the share of posts and public money that goes by patronage next month, ``(run,)``.

    Clients whose claims are not met are given what is there to give; what is looked at by donors
    or in public is not. With neither it comes to half. Appointments are not undone in a month.

    Equation:
        seen = 1 - (1 - donor_monitoring) * (1 - donor_coordination)
        odds = exp(hunger * unpaid - scrutiny * (civic_space + seen))
        cronyism_next = cronyism + (odds / (1 + odds) - cronyism) / clock_year

    Args:
        unpaid: share of the clients' claims left unpaid, 0 to 1.

    Mechanisms: P21, M42, M55, M58, O06.
    """
    seen = 1.0 - (1.0 - donor_monitoring) * (1.0 - donor_coordination)
    odds = np.exp(hunger * unpaid - scrutiny * (civic_space + seen))
    return cronyism + (odds / (1.0 + odds) - cronyism) / clock_year

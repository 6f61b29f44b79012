"""The border guard: posts, conscripts, what is met, cleared and reported."""

import numpy as np

from tajsim.axes import Array, shares, total


def deploy(length_guarded: Array, traffic_seen: Array, *, traffic_response: Array) -> Array:
    """Return the share of a guard's people on each section, ``(section, run)``, adding to 1.

    More where it seized more lately, over the sections it guards. An agency that guards nothing
    spreads its people evenly, to no effect.

    Equation:
        relative = traffic_seen / max(mean(traffic_seen, "section"), 1e-9)
        deployment = shares(length_guarded * (1 + traffic_response * relative), "section")

    Args:
        length_guarded: km of each section that the agency guards, ``(section, run)``.
        traffic_seen: kg it seized there lately, ``(section, run)``.

    Mechanisms: E15, M60.
    """
    mean = total(traffic_seen) / len(traffic_seen)
    relative = traffic_seen / np.maximum(mean, 1e-9)
    return shares(length_guarded * (1.0 + traffic_response * relative))


def overload(work: Array, *, overload_loss: Array) -> Array:
    """Return the share of detection that is left, 0 to 1, shape of ``work``.

    Each arrest and each search takes people from the next.

    Equation:
        overload = min((1 + overload_loss) / (1 + overload_loss * work), 1)

    Args:
        work: kg bought by networks for each person set to find it, 1 = as in the first month.

    Mechanisms: E15, S19.
    """
    return np.minimum((1.0 + overload_loss) / (1.0 + overload_loss * work), 1.0)


def detection(
    density: Array,
    quality: Array,
    terrain: Array,
    *,
    detection_limit: Array,
    detection_half_density: Array,
) -> Array:
    """Return the probability that an honest guard meets a load, ``(section, run)``.

    It saturates with strength, and rough terrain needs more men for the same effect.

    Equation:
        effective = density * quality / (detection_half_density * terrain)
        detection = detection_limit * (1 - exp(-ln(2) * effective))

    Args:
        density: persons per km, ``(section, run)``.
        quality: share of a fully trained and equipped guard's effect, ``(run,)`` or more.
        terrain: difficulty, 1 = plain, ``(section, 1)``.

    Mechanisms: M60, M61, M62, E14, E15.
    """
    effective = density * quality / (detection_half_density * terrain)
    found: Array = detection_limit * (1.0 - np.exp(-np.log(2.0) * effective))
    return found


def exit_detection(
    persons: Array,
    quality: Array,
    *,
    exit_detection_limit: Array,
    exit_half_strength: Array,
    exit_openness: Array,
) -> Array:
    """Return the probability that an honest customs post meets a load, ``(exit, run)``.

    Professionals do better than conscripts, but kit without capacity finds little.

    Equation:
        effective = persons * quality / exit_half_strength
        exit_detection = exit_detection_limit * (1 - exp(-ln(2) * effective)) / exit_openness

    Args:
        persons: customs officers in all, ``(run,)``.
        quality: their effectiveness, share.

    Mechanisms: M64, M65, M68.
    """
    effective = persons * quality / exit_half_strength
    found: Array = exit_detection_limit * (1.0 - np.exp(-np.log(2.0) * effective)) / exit_openness
    return found


def clear(
    load: Array,
    detection: Array,
    collusion: Array,
    access: Array,
    luck: Array,
    sheltered: Array,
) -> tuple[Array, Array, Array]:
    """Split loads into ``(met, arranged, seized)`` kg; what is not seized goes through.

    What is met is what guards would seize if none sold passage and none was told to look away.
    Officers on the take are paid by the sheltered too.

    Equation:
        met = load * min(detection * luck, 1)
        arranged = load * collusion * access
        seized = met * (1 - collusion * access) * (1 - sheltered)

    Args:
        load: kg sent, ``(section, run)`` or ``(exit, run)``.
        detection: probability that an honest guard meets a load, same shape.
        collusion: share of the guards who collude, same shape.
        access: share of them who sell to this network, ``(run,)``.
        luck: multiplies the detection of this network this month, mean 1, ``(run,)``.
        sheltered: share of its loads that those above have let pass, ``(run,)``.

    Mechanisms: M60, M61, E09, E12, E10.
    """
    met = load * np.minimum(detection * luck, 1.0)
    sold = collusion * access
    return met, load * sold, met * ((1.0 - sold) * (1.0 - sheltered))


def luck_of_month(normal: Array, *, seizure_spread: Array) -> Array:
    """Return a log-normal factor of mean 1, ``(run,)``: few large loads make seizures uneven.

    Equation:
        luck = exp(seizure_spread * normal - seizure_spread**2 / 2)

    Args:
        normal: a standard normal draw of this network and month.

    Mechanisms: M60.
    """
    return np.exp(seizure_spread * normal - 0.5 * seizure_spread**2)


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


def access(protection: Array, *, open_access: Array) -> Array:
    """Return the share of colluding officers who sell to a network, ``(run,)``.

    Protected networks reach all of them, an unprotected one only the share ``open_access``.

    Equation:
        access = protection + (1 - protection) * open_access

    Args:
        protection: how well the network is connected, share, ``(run,)``.

    Mechanisms: E11.
    """
    return protection + (1.0 - protection) * open_access


def protection_step(
    protection: Array, profit_ratio: Array, lost: Array, *, protection_growth: Array
) -> Array:
    """Return next month's protection of a network, share, ``(run,)``.

    Who has friends makes more of them with the profit, a stranger finds none.

    Equation:
        gained = protection_growth * profit_ratio * (1 - protection) * protection
        protection_next = protection + gained - lost * protection

    Args:
        profit_ratio: profit margin over the usual one, 0 and up.
        lost: share lost this month with a patron or by arrests, 0 to 1.

    Mechanisms: E07, E11, M54, E12.
    """
    gained = protection_growth * profit_ratio * (1.0 - protection) * protection
    return protection + gained - lost * protection


def way_reasons(
    belief_gain: Array, toll_gain: Array, cost_gain: Array, *, route_sensitivity: Array
) -> tuple[Array, Array, Array]:
    """Return what speaks for the new way: ``(losses, tolls, closure)``, each ``(run,)``.

    The terms of the choice of ways on the old way less those on the new one, at least zero.

    Equation:
        losses = max(route_sensitivity * belief_gain, 0)
        tolls = max(route_sensitivity * toll_gain, 0)
        closure = max(cost_gain, 0)

    Args:
        belief_gain: believed share lost, old way less new, -1 to 1.
        toll_gain: expected toll as a share of the load's value, old way less new, -1 to 1.
        cost_gain: standing disadvantage, old way less new, index.

    Mechanisms: X16, M59, M68.
    """
    return (
        np.maximum(route_sensitivity * belief_gain, 0.0),
        np.maximum(route_sensitivity * toll_gain, 0.0),
        np.maximum(cost_gain, 0.0),
    )

"""The border guard: posts, what is met, seized and reported, and protection."""

import numpy as np

from tajsim.axes import Array, shares


def deploy(length_guarded: Array, traffic: Array, *, traffic_response: Array) -> Array:
    """Return the share of a guard's people on each section, ``(section, run)``, adding to 1.

    Part of them follows the traffic, the rest stays with its length of the border. An agency that
    guards nothing spreads its people evenly, to no effect.

    Equation:
        there = traffic + 1e-9 * length_guarded if length_guarded > 0 else 0
        stays = (1 - traffic_response) * shares(length_guarded, "section")
        deployment = stays + traffic_response * shares(there, "section")

    Args:
        length_guarded: km of each section that the agency guards, ``(section, run)``.
        traffic: kg a month that cross there, as its posts know, ``(section, run)``.

    Mechanisms: E15, M60.
    """
    there = np.where(length_guarded > 0.0, traffic + 1e-9 * length_guarded, 0.0)
    stays = (1.0 - traffic_response) * shares(length_guarded)
    return stays + traffic_response * shares(there)


def detection(
    density: Array,
    quality: Array,
    terrain: Array,
    *,
    detection_limit: Array,
    detection_half_density: Array,
    terrain_guard: Array,
) -> Array:
    """Return the probability that an honest guard meets a load, ``(section, run)``.

    It saturates with strength, and rough terrain needs more men for the same effect.

    Equation:
        effective = density * quality / (detection_half_density * terrain**terrain_guard)
        detection = detection_limit * (1 - exp(-ln(2) * effective))

    Args:
        density: persons per km, ``(section, run)``.
        quality: share of a fully trained and equipped guard's effect, ``(run,)`` or more.
        terrain: difficulty of the ground, 1 = a plain, ``(section, 1)``.

    Mechanisms: M60, M61, M62, E14, E15.
    """
    effective = density * quality / (detection_half_density * terrain**terrain_guard)
    found: Array = detection_limit * (1.0 - np.exp(-np.log(2.0) * effective))
    return found


def exit_detection(persons: Array, quality: Array, *, exit_search: Array) -> Array:
    """Return the probability that honest customs meet a load that leaves, ``(run,)``.

    Professionals do better than conscripts, but kit without capacity finds little.

    Equation:
        exit_detection = 1 - exp(-exit_search * persons * quality)

    Args:
        persons: customs officers in all, ``(run,)``.

    Mechanisms: M64, M65, M68.
    """
    found: Array = 1.0 - np.exp(-exit_search * persons * quality)
    return found


def clear(
    load: Array, detection: Array, collusion: Array, access: Array, luck: Array, sheltered: Array
) -> tuple[Array, Array, Array]:
    """Split loads into ``(met, arranged, seized)`` kg; what is not seized goes through.

    What is met is what guards would seize if none sold passage and none was told to look away.
    Officers on the take are paid by the sheltered too.

    Equation:
        met = load * min(detection * luck, 1)
        arranged = load * collusion * access
        seized = met * (1 - collusion * access) * (1 - sheltered)

    Args:
        load: kg sent, ``(section, run)``, or ``(run,)`` inland and at the exits.
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

    Mechanisms: M60.
    """
    return np.exp(seizure_spread * normal - 0.5 * seizure_spread**2)


def reported_share(collusion: Array, gain: Array, at_stake: Array, *, theft_share: Array) -> Array:
    """Return the share of seized drugs that an agency reports, ``(run,)``.

    Colluding officers weigh what a kilogram brings them against the place they may lose, and sell
    the rest on. So a fall in reported seizures can mean less traffic, worse policing, bought
    policing or less honest reports.

    Equation:
        tempted = gain / (gain + at_stake + 1e-9)
        reported_share = 1 - theft_share * collusion * tempted

    Args:
        gain: what the drugs seized would bring, USD/person/month of those who seize them.
        at_stake: pay and expected loss from being caught, USD/person/month.

    Mechanisms: E10, M51.
    """
    return 1.0 - theft_share * collusion * gain / (gain + at_stake + 1e-9)


def access(protection: Array, *, open_access: Array) -> Array:
    """Return the share of colluding officers who sell to a network, ``(run,)``.

    Equation:
        access = protection + (1 - protection) * open_access

    Args:
        protection: how well the network is connected, share, ``(run,)``.

    Mechanisms: E11.
    """
    return protection + (1.0 - protection) * open_access


def protection_step(
    protection: Array,
    size: Array,
    tie: Array,
    lost: Array,
    *,
    protection_bought: Array,
    clock_year: Array,
) -> Array:
    """Return next month's protection of a network, share, ``(run,)``.

    Its share of the trade buys friends, where there is one in office to begin with; they take a
    year to make and are lost when the patron falls or the network is raided. Arrests of small
    dealers leave them alone.

    Equation:
        paid = protection_bought * tie * size
        kept = protection * (1 - lost)
        protection_next = kept + (paid / (1 + paid) - kept) / clock_year

    Args:
        size: of the network, 1 = mean of all.
        tie: 1 for a network with a patron in office, else 0.
        lost: share lost this month with a patron or in a raid, 0 to 1.

    Mechanisms: E07, E11, M54, E12.
    """
    paid = protection_bought * tie * size
    kept = protection * (1.0 - lost)
    return kept + (paid / (1.0 + paid) - kept) / clock_year

"""Loyalty of commanders: rank, drive, followers, and what purges leave behind."""

import numpy as np

from tajsim.axes import Array


def following_step(following: Array, in_place: Array, *, following_fading: Array) -> Array:
    """Return next month's following of a commander, persons, ``(run,)``.

    It stays while he is in place or waits for a post; once he is gone the share
    ``following_fading`` goes home each month.

    Equation:
        following_next = following * (1 - following_fading * (1 - in_place))

    Args:
        in_place: 1 where he has not fallen, else 0.

    Mechanisms: S08, S10.
    """
    return following * (1.0 - following_fading * (1.0 - in_place))


def rejoining(following: Array, grievance: Array, *, rejoin_share: Array) -> Array:
    """Return old fighters who would join a new rebel, persons, ``(run,)``.

    Where people resent the state, the men and caches of a fallen commander are at the call of the
    next one, years later.

    Equation:
        rejoining = rejoin_share * grievance * following

    Args:
        following: what is left of the followings of fallen peers of his side, persons.
        grievance: that of his region, 0 to 1.

    Mechanisms: S10, S29.
    """
    return rejoin_share * grievance * following


def named_step(named: Array, breaks: Array, *, confession: Array, memory_fading: Array) -> Array:
    """Return how far confessions implicate a commander next month, 0 to 1, ``(run,)``.

    Every beaten mutiny of his side leaves captives who name others: ``confession`` of what is
    missing. The suspicion fades by ``memory_fading`` a month.

    Equation:
        left = named * (1 - memory_fading)
        named_next = 1 - (1 - left) * (1 - confession) ** breaks

    Args:
        breaks: mutinies of his side beaten last month.

    Mechanisms: S11.
    """
    left = named * (1.0 - memory_fading)
    return 1.0 - (1.0 - left) * (1.0 - confession) ** breaks


def broadcast_step(
    broadcast: Array, defections: Array, *, broadcast_reach: Array, memory_fading: Array
) -> Array:
    """Return the pull of a defector's appeal next month, index, 0 and up, ``(run,)``.

    It multiplies the pull abroad by ``1 + broadcast`` and the pressure on the faith of serving
    commanders alike.

    Equation:
        broadcast_next = broadcast * (1 - memory_fading) + broadcast_reach * defections

    Args:
        defections: commanders who went over this month.

    Mechanisms: S05.
    """
    return broadcast * (1.0 - memory_fading) + broadcast_reach * defections


def skill_carried(
    readiness: Array, defections: Array, quality: Array, *, defector_skill: Array
) -> Array:
    """Return the readiness of militants after a trained commander joined them, ``(run,)``, 0 to 1.

    Each makes up for part of what they lack: training adds skill without loyalty.

    Equation:
        made_up = 1 - (1 - defector_skill * quality) ** defections
        skill_carried = readiness + (1 - readiness) * made_up

    Args:
        defections: commanders who went over this month.
        quality: that of the force he was trained in, 0 to 1.

    Mechanisms: S06.
    """
    # Written so that nobody who goes over changes nothing, to the last bit.
    made_up = 1.0 - (1.0 - defector_skill * quality) ** defections
    return readiness + (1.0 - readiness) * made_up


def drive_step(drive: Array, struck: Array, *, purge_momentum: Array, purge_relief: Array) -> Array:
    """Return the momentum of the drive to remove rivals next month, 0 to 1, ``(run,)``.

    Each removal without a fight takes it part of the way to 1, because it showed that it can be
    done; a quiet month takes part of it.

    Equation:
        kept = drive * (1 - purge_relief * (struck < 0.5))
        drive_next = 1 - (1 - kept) * (1 - purge_momentum) ** struck

    Args:
        struck: commanders removed without a fight this month.

    Mechanisms: P12.
    """
    kept = drive * (1.0 - purge_relief * (struck < 0.5))
    return 1.0 - (1.0 - kept) * (1.0 - purge_momentum) ** struck


def urge_to_strike(drive: Array, clinging: Array, *, drive_worth: Array) -> Array:
    """Return the growth of the purge rate, ratio, ``(run,)``.

    The drive of early 2004 gathers pace with success, and with the end of the term for a ruler
    who will not go.

    Equation:
        urge = 1 + drive_worth * (1 - (1 - drive) * (1 - clinging))

    Args:
        clinging: nearness of the end of the term times the will to stay, 0 to 1.

    Mechanisms: P12, P24.
    """
    return 1.0 + drive_worth * (1.0 - (1.0 - drive) * (1.0 - clinging))


def kept_peace(past: Array, standing: Array, *, peace_shield: Array) -> Array:
    """Return what is left of the will to strike at a commander, share, ``(run,)``.

    The settlement of 1997 makes a blow to a former opponent costly as long as it is kept; once it
    is undone he is a target.

    Equation:
        kept_peace = 1 - peace_shield * past * standing

    Args:
        past: 1 for the former opposition, else 0.
        standing: legal standing of the party, 0 to 1.

    Mechanisms: P13, P25, S28.
    """
    return 1.0 - peace_shield * past * standing


def dread_of_custody(fear: Array, no_way_back: Array, *, custody_dread: Array) -> Array:
    """Return what a commander who is told of his arrest expects, 0 to 1, ``(run,)``.

    Torture in custody is known to all; where the party of his past is banned and its people are
    hunted nothing else awaits him.

    Equation:
        told = 1 - (1 - custody_dread) * (1 - no_way_back)
        dread = max(fear, told)

    Args:
        no_way_back: how far the channel of his past is closed to him, 0 to 1.

    Mechanisms: S01, S23, S28.
    """
    told = 1.0 - (1.0 - custody_dread) * (1.0 - no_way_back)
    return fear + (told - fear) * (told > fear)


def election_near(months: Array) -> Array:
    """Return how near an election is, 0 to 1, ``(run,)``: it counts in the year before.

    Equation:
        election_near = max(1 - months / 12, 0)

    Args:
        months: months until the next election.

    Mechanisms: M29.
    """
    return np.maximum(1.0 - months / 12.0, 0.0)


def kompromat_step(
    kompromat: Array,
    quality: Array,
    corruption: Array,
    window: Array,
    *,
    kompromat_gathering: Array,
    kompromat_use: Array,
) -> Array:
    """Return compromising material in hand next month, 0 to 1, ``(run,)``.

    A skilled service gathers it where others are corrupt, and spends it before elections.

    Equation:
        gathered = kompromat_gathering * quality * corruption * (1 - kompromat)
        kompromat_next = kompromat + gathered - kompromat_use * window * kompromat

    Args:
        kompromat: material in hand, 0 to 1.
        quality: that of the Security Ministry, share.
        corruption: mean collusion of the other agencies, share.
        window: nearness of an election, 0 to 1.

    Mechanisms: M28.
    """
    gathered = kompromat_gathering * quality * corruption * (1.0 - kompromat)
    return kompromat + gathered - kompromat_use * window * kompromat


def rank_step(
    rank: Array,
    kompromat: Array,
    window: Array,
    *,
    security_rank_start: Array,
    kompromat_worth: Array,
    election_worth: Array,
    security_rank_speed: Array,
) -> Array:
    """Return the Security Ministry's rank against the police next month, 0 to 1, ``(run,)``.

    A share of the way to where its weight puts it: what one gains the other loses.

    Equation:
        use = kompromat_worth * kompromat * (1 + election_worth * window)
        weight = security_rank_start / (1 - security_rank_start) * (1 + use)
        rank_next = rank + security_rank_speed * (weight / (weight + 1) - rank)

    Args:
        kompromat: material in hand, 0 to 1.
        window: nearness of an election, 0 to 1.

    Mechanisms: M28, M29, M30, M13.
    """
    use = kompromat_worth * kompromat * (1.0 + election_worth * window)
    weight = security_rank_start / (1.0 - security_rank_start) * (1.0 + use)
    return rank + security_rank_speed * (weight / (weight + 1.0) - rank)


def loyalty_aim(
    rent_ratio: Array,
    fear: Array,
    creed: Array,
    grudge: Array,
    doubt: Array,
    *,
    loyalty_base: Array,
    loyalty_rent: Array,
    loyalty_fear: Array,
    loyalty_creed: Array,
    loyalty_grudge: Array,
    loyalty_doubt: Array,
) -> Array:
    """Return the loyalty a commander moves to, 0 to 1, ``(run,)``.

    Equation:
        ties = loyalty_base + loyalty_rent * ln(0.1 + rent_ratio)
        hurt = loyalty_creed * creed + loyalty_grudge * grudge
        worry = loyalty_fear * fear + loyalty_doubt * doubt
        loyalty_aim = 1 / (1 + exp(-(ties - hurt - worry)))

    Args:
        rent_ratio: what he receives over what he claims.
        fear: what he expects for himself, 0 to 1.
        creed: pressure on his faith times its weight for him, 0 to 1.
        grudge: humiliation he has not forgotten, 0 to 1.
        doubt: how unsure he is of what comes after the ruler, 0 to 1: he hedges.

    Mechanisms: M17, S01, S02, S03, S27, S28, P24.
    """
    push = loyalty_base + loyalty_rent * np.log(0.1 + rent_ratio)
    push = push - loyalty_fear * fear - loyalty_creed * creed - loyalty_grudge * grudge
    return 1.0 / (1.0 + np.exp(-push + loyalty_doubt * doubt))


def loyalty_step(loyalty: Array, aim: Array, *, loyalty_speed: Array) -> Array:
    """Return next month's loyalty, ``(run,)``.

    Equation:
        loyalty_next = loyalty + loyalty_speed * (aim - loyalty)

    Mechanisms: M17.
    """
    return loyalty + loyalty_speed * (aim - loyalty)


def fear_step(
    fear: Array,
    peers_struck: Array,
    channel_closed: Array,
    *,
    peer_fear: Array,
    ban_fear: Array,
    fear_fading: Array,
) -> Array:
    """Return next month's fear of being next, 0 to 1, ``(run,)``.

    Rises with every peer struck, more among those of the same past, and while the channel of
    that past is closed; fades otherwise.

    Equation:
        push = peer_fear * peers_struck + ban_fear * channel_closed
        fading = fear_fading * fear * (push < 0.001)
        fear_next = fear + min(push, 1) * (1 - fear) - fading

    Args:
        peers_struck: commanders arrested or killed last month; those of the other wartime side
            count less.
        channel_closed: 1 - legal standing of the party, times his tie to it, 0 to 1.

    Mechanisms: S02, S01, S28.
    """
    push = peer_fear * peers_struck + ban_fear * channel_closed
    return fear + np.minimum(push, 1.0) * (1.0 - fear) - fear_fading * fear * (push < 1e-3)

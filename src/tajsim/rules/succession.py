"""Succession: the contest at the end of the ruler's term."""

import numpy as np

from tajsim.axes import Array

#: Kinds of ending, as numbers of the outcome ``handover``; 0 before the end of the term.
NONE, KEPT, ORDERLY, BARGAINED, CONTESTED = range(5)


def stands_behind(
    loyalty: Array,
    rent_ratio: Array,
    fear: Array,
    power: Array,
    carried: Array,
    settled: Array,
    patron: Array,
    vacant: Array,
    *,
    side_gain: Array,
    cause_evenness: Array,
) -> Array:
    """Return the chance that a commander stands behind what the ruler has arranged, ``(run,)``.

    He asks, in this order, what he owes and, before an empty chair, whether he could take it
    himself; what may be done to him; whether the outcome will stand; what he is paid, as far as
    that will go on; whom the patron backs. Each weighs ``cause_evenness`` times as much as the one
    before. Who has no power of his own follows whoever rules.

    Equation:
        e = cause_evenness
        gain = side_gain / (1 + e + e**2 + e**3 + e**4 + e**5)
        owed = 2 * loyalty - 1 + e**4 * (rent_ratio - 1) / (rent_ratio + 1)
        risk = (e * power * vacant + e**2 * fear) * (1 - settled)
        stands = e**3 * (2 * settled - 1) + e**5 * (2 * patron - 1)
        against = 1 / (1 + exp(gain * (carried * owed - risk + stands)))
        stands_behind = 1 - power * against

    Args:
        rent_ratio: what he lately received over what he is used to.
        carried: how far what the ruler gave passes to what comes, 0 to 1: whole where he stays.
        patron: the patron's backing of the arrangement, 0 to 1.

    Mechanisms: P24, M17, M18, S01, S28.
    """
    e = cause_evenness
    gain = side_gain / (1.0 + e + e**2 + e**3 + e**4 + e**5)
    owed = 2.0 * loyalty - 1.0 + e**4 * (rent_ratio - 1.0) / (rent_ratio + 1.0)
    risk = (e * power * vacant + e**2 * fear) * (1.0 - settled)
    stands = e**3 * (2.0 * settled - 1.0) + e**5 * (2.0 * patron - 1.0)
    return 1.0 - power / (1.0 + np.exp(gain * (carried * owed - risk + stands)))


def dread_of_losing(fear: Array, vacant: Array, settled: Array) -> Array:
    """Return what a commander expects of a contest that the others win, 0 to 1, ``(run,)``.

    Over an empty chair with nothing settled the loser has everything to fear.

    Equation:
        dread_of_losing = 1 - (1 - fear) * (1 - vacant * (1 - settled))

    Mechanisms: P24, S01.
    """
    return 1.0 - (1.0 - fear) * (1.0 - vacant * (1.0 - settled))


def ranks_behind(trust: Array, collusion: Array, settled: Array) -> Array:
    """Return the share of an agency's people who stand behind the arrangement, 0 to 1, ``(run,)``.

    Who lives on side incomes waits to see who wins, unless it is settled who wins.

    Equation:
        ranks_behind = trust * (1 - collusion * (1 - settled))

    Args:
        collusion: that of the agency, share.

    Mechanisms: P24, S04.
    """
    return trust * (1.0 - collusion * (1.0 - settled))


def bargain_chance(share_behind: Array, shortfall: Array) -> Array:
    """Return the probability that one who stands against takes a bargain, ``(run,)``.

    Equation:
        bargain_chance = share_behind * (1 - shortfall)

    Args:
        share_behind: armed strength behind the arrangement over that of both sides, 0 to 1.

    Mechanisms: M17, P24.
    """
    return share_behind * (1.0 - shortfall)


def kind_of_ending(leaves: Array, share: Array, bargains: Array, fights: Array) -> Array:
    """Return how the term ended, as a number, ``(run,)``.

    4 contested where anyone took up arms or less than half of the armed strength that took sides
    stands behind the outcome; else 3 where anyone had to be bought; else 2 where the ruler left;
    else 1, he stayed.

    Equation:
        calm = 3 if bargains > 0.5 else 2 if leaves > 0.5 else 1
        kind_of_ending = 4 if fights > 0.5 else 4 if share < 0.5 else calm

    Args:
        share: armed strength behind the outcome over that of both sides, after bargains, 0 to 1.
        bargains, fights: commanders who bargained, who took up arms, count.

    Mechanisms: P24.
    """
    calm = np.where(bargains > 0.5, float(BARGAINED), np.where(leaves > 0.5, ORDERLY, KEPT))
    return np.where((fights > 0.5) | (share < 0.5), float(CONTESTED), calm)


def contest_lost(behind: Array, patron: Array) -> Array:
    """Return the probability that those who fight over the succession win, 0 to 1, ``(run,)``.

    By the square law of combat, as for a mutiny; a patron that acts inside adds to those behind.

    Equation:
        against = (1 - behind) ** 2
        contest_lost = against / (against + (behind * (1 + patron)) ** 2)

    Args:
        behind: armed strength behind the outcome over that of all who would fight, 0 to 1.

    Mechanisms: P24, M113.
    """
    against = (1.0 - behind) ** 2
    return against / (against + (behind * (1.0 + patron)) ** 2)


def nearness(to_go: Array, *, clock_year: Array) -> Array:
    """Return how heavily the end of the term weighs on all, 0 to 1, ``(run,)``.

    Equation:
        nearness = exp(-to_go / (2 * clock_year))

    Args:
        to_go: months until the term ends, 0 and up.

    Mechanisms: P24.
    """
    return np.exp(-to_go / (2.0 * clock_year))


def danger_of_leaving(
    disloyal: Array, record: Array, *, ruler_immunity: Array, immunity_effect: Array
) -> Array:
    """Return what a ruler has to fear once out of office, 0 to 1, ``(run,)``.

    Accounts are settled by those he could not win and for what was done; immunity for him and his
    family takes part of it away.

    Equation:
        danger = 1 - (1 - disloyal) * (1 - record)
        danger_of_leaving = danger * (1 - immunity_effect * ruler_immunity)

    Args:
        disloyal: 1 - mean loyalty of commanders in place.
        record: step on the repression ladder over its last.

    Mechanisms: P23.
    """
    danger = 1.0 - (1.0 - disloyal) * (1.0 - record)
    return danger * (1.0 - immunity_effect * ruler_immunity)


def readiness_to_leave(
    danger: Array, *, succession_process: Array, ruler_commitment: Array, leave_gain: Array
) -> Array:
    """Return the probability with which a ruler would leave at the end of his term, ``(run,)``.

    Survival comes first, so danger keeps him; a process that he can trust and his own word in
    public move him as much.

    Equation:
        push = leave_gain * (succession_process + ruler_commitment - danger)
        readiness_to_leave = 1 / (1 + exp(-push))

    Args:
        danger: what he has to fear once out of office, 0 to 1.

    Mechanisms: P23, P24.
    """
    push = leave_gain * (succession_process + ruler_commitment - danger)
    return 1.0 / (1.0 + np.exp(-push))


def heir_chance(
    near: Array, ready: Array, danger: Array, heir: Array, *, clock_year: Array
) -> Array:
    """Return the probability that the ruler names an heir this month, ``(run,)``.

    Who means to leave, and safely, thinks beyond his term within the year; who does not names no
    rival to himself.

    Equation:
        named = 1 - exp(-near * ready * (1 - danger) / clock_year)
        heir_chance = named * (1 - heir)

    Mechanisms: P23.
    """
    return (1.0 - np.exp(-near * ready * (1.0 - danger) / clock_year)) * (1.0 - heir)


def settlement(
    heir: Array, loyalty: Array, *, succession_process: Array, heir_worth: Array
) -> Array:
    """Return how far it is settled what comes after the ruler, 0 to 1, ``(run,)``.

    Equation:
        settlement = 1 - (1 - succession_process) * (1 - heir_worth * heir * loyalty)

    Args:
        loyalty: mean loyalty of commanders in place, 0 to 1.

    Mechanisms: P24.
    """
    return 1.0 - (1.0 - succession_process) * (1.0 - heir_worth * heir * loyalty)


def doubt_of_after(near: Array, settled: Array, ready: Array, *, staying_doubt: Array) -> Array:
    """Return how unsure all are of what comes after the term, 0 to 1, ``(run,)``.

    Most where the ruler is going and nothing is settled, less where everyone expects him to stay
    beyond his term.

    Equation:
        going = staying_doubt + (1 - staying_doubt) * ready
        doubt_of_after = near * (1 - settled) * going

    Mechanisms: P24.
    """
    return near * (1.0 - settled) * (staying_doubt + (1.0 - staying_doubt) * ready)


def patron_word(guarantee: Array, doubt: Array, *, patron_hesitation: Array) -> Array:
    """Return the patron's backing of a ruler who settles nothing, 0 to 1, ``(run,)``.

    The patron keeps supporting the buffer, and trusts the man less the less is settled.

    Equation:
        patron_word = guarantee * (1 - patron_hesitation * doubt)

    Mechanisms: X21, P24.
    """
    return guarantee * (1.0 - patron_hesitation * doubt)


def unsettled_step(unsettled: Array, *, clock_year: Array) -> Array:
    """Return what a contest left open next month, 0 to 1, ``(run,)``: it fades in two years.

    Equation:
        unsettled_next = unsettled * (1 - 1 / (2 * clock_year))

    Mechanisms: P24.
    """
    return unsettled * (1.0 - 1.0 / (2.0 * clock_year))

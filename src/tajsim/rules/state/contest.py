"""The end of the term: who stands behind the settlement, who bargains, what it adds up to."""

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
    side_loyalty: Array,
    side_rent: Array,
    side_fear: Array,
    side_ambition: Array,
    side_settled: Array,
    side_patron: Array,
) -> Array:
    """Return the chance that a commander stands behind what the ruler has arranged, ``(run,)``.

    He asks what he owes and is paid, as far as that will go on; what may be done to him; whether
    the outcome will stand; whom the patron backs; and, before an empty chair, whether he could
    take it himself.

    Equation:
        owed = side_loyalty * (2 * loyalty - 1) + side_rent * ln(0.1 + rent_ratio)
        risk = (side_fear * fear + side_ambition * power * vacant) * (1 - settled)
        stands = side_settled * (2 * settled - 1) + side_patron * patron
        stands_behind = 1 / (1 + exp(-(carried * owed - risk + stands)))

    Args:
        rent_ratio: what he lately received over what he claims.
        fear: what he expects for himself, 0 to 1.
        power: his independent power, 0 to 1.
        carried: how far what the ruler gave passes to what comes, 0 to 1: whole where he stays.
        settled: how far it is settled what comes, 0 to 1.
        patron: the patron's backing of the arrangement, 0 to 1.
        vacant: 1 where the ruler leaves, else 0.

    Mechanisms: P24, M17, M18, S01, S28.
    """
    owed = side_loyalty * (2.0 * loyalty - 1.0) + side_rent * np.log(0.1 + rent_ratio)
    risk = side_fear * fear + side_ambition * power * vacant
    push = carried * owed - risk * (1.0 - settled) + side_settled * (2.0 * settled - 1.0)
    return 1.0 / (1.0 + np.exp(-push - side_patron * patron))


def ranks_behind(trust: Array, collusion: Array, settled: Array) -> Array:
    """Return the share of an agency's people who stand behind the arrangement, 0 to 1, ``(run,)``.

    Who lives on side incomes waits to see who wins, unless it is settled who wins.

    Equation:
        ranks_behind = trust * (1 - collusion * (1 - settled))

    Args:
        trust: the regime's trust in its apparatus, 0 to 1.
        collusion: that of the agency, share.
        settled: how far it is settled what comes, 0 to 1.

    Mechanisms: P24, S04.
    """
    return trust * (1.0 - collusion * (1.0 - settled))


def bargain_chance(
    share_behind: Array,
    shortfall: Array,
    leverage: Array,
    settled: Array,
    *,
    contest_mediation: Array,
) -> Array:
    """Return the probability that one who stands against takes a bargain, ``(run,)``.

    He is bought where the other side is strong and can pay, or brought to the table by a patron
    with a hold on both, as in 1997, if there is a process to bring him to.

    Equation:
        bought = share_behind * (1 - shortfall)
        brought = contest_mediation * leverage * settled
        bargain_chance = 1 - (1 - bought) * (1 - brought)

    Args:
        share_behind: armed strength behind the arrangement over that of both sides, 0 to 1.
        shortfall: clients' claims left unpaid, 0 to 1.
        leverage: of the patron over the regime, 0 to 1.

    Mechanisms: M17, P13, M111, P24.
    """
    bought = share_behind * (1.0 - shortfall)
    brought = contest_mediation * leverage * settled
    return 1.0 - (1.0 - bought) * (1.0 - brought)


def kind_of_ending(leaves: Array, share: Array, bargains: Array, fights: Array) -> Array:
    """Return how the term ended, as a number, ``(run,)``.

    4 contested where anyone took up arms or less than half of the armed strength that took sides
    stands behind the outcome; else 3 where anyone had to be bought; else 2 where the ruler left;
    else 1, he stayed.

    Equation:
        calm = 3 if bargains > 0.5 else 2 if leaves > 0.5 else 1
        kind_of_ending = 4 if fights > 0.5 else 4 if share < 0.5 else calm

    Args:
        leaves: 1 where the ruler left, else 0.
        share: armed strength behind the outcome over that of both sides, after bargains, 0 to 1.
        bargains, fights: commanders who bargained, who took up arms, count.

    Mechanisms: P24.
    """
    calm = np.where(bargains > 0.5, float(BARGAINED), np.where(leaves > 0.5, ORDERLY, KEPT))
    return np.where((fights > 0.5) | (share < 0.5), float(CONTESTED), calm)

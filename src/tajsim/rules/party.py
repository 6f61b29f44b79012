"""The legal party: how it answers repression, and what each answer changes.

It obeys and keeps what place it has, as it did for ten years (icg-2016:55); it splits, its
greatest danger (icg-2016:69); its leaders go abroad, as one did when the seats were lost
(icg-2016:59); or it boycotts votes that are not counted (icg-2016:59, 75).
"""

import numpy as np

from tajsim.axes import REPRESSION_STEPS, Array


def place_in_politics(
    standing: Array, seat_share: Array, apart: Array, *, absorption_half_seats: Array
) -> Array:
    """Return what place a party has in politics, 0 to 1, ``(run,)``.

    Even a tiny representation counts for much, more seats add less and less; without its leaders,
    or while it boycotts, it has half of it.

    Equation:
        voice = 0.5 + 0.5 * seat_share / (seat_share + absorption_half_seats)
        place_in_politics = standing * voice * (1 - 0.5 * apart)

    Args:
        standing: its legal standing, 1 = tolerated, 0 = closed.
        seat_share: its seats over all seats.
        apart: 1 while its leaders are abroad or it boycotts, else 0.

    Mechanisms: P01, P03, P16.
    """
    voice = 0.5 + 0.5 * seat_share / (seat_share + absorption_half_seats)
    return standing * voice * (1.0 - 0.5 * apart)


def weigh_answers(
    place: Array,
    fear: Array,
    anger: Array,
    creed: Array,
    step: Array,
    *,
    vote_fraud: Array,
    answer_gain: Array,
) -> tuple[Array, Array, Array, Array]:
    """Return the chances that a party ``(obeys, splits, goes abroad, boycotts)``, ``(run,)``.

    Its place and fear speak for obeying; its members' anger and the pressure on their faith part
    them from their leaders; persecution and fear drive the leaders abroad; anger and votes that
    are not counted speak for a boycott, which gives the place up. A closed party has no vote left.

    Equation:
        obeys = exp(answer_gain * (place + fear))
        splits = exp(answer_gain * (anger + creed))
        leaves = exp(answer_gain * (step / 6 + fear))
        boycotts = exp(answer_gain * (anger + vote_fraud - place)) if place > 0 else 0
        whole = obeys + splits + leaves + boycotts
        obey = obeys / whole
        split = splits / whole
        leave = leaves / whole
        boycott = boycotts / whole

    Args:
        place: what it has to lose in politics, 0 to 1, 0 where it is closed.
        fear: of the people, 0 to 1.
        anger: grievance of its members, 0 to 1.

    Mechanisms: P02, P11, P15, P16, P27.
    """
    obeys = np.exp(answer_gain * (place + fear))
    splits = np.exp(answer_gain * (anger + creed))
    leaves = np.exp(answer_gain * (step / len(REPRESSION_STEPS) + fear))
    votes = np.exp(answer_gain * (anger + vote_fraud - place))
    boycotts = np.where(place > 0.0, votes, 0.0)
    whole = obeys + splits + leaves + boycotts
    return obeys / whole, splits / whole, leaves / whole, boycotts / whole


def credit_step(credit: Array, tame: Array, *, clock_year: Array) -> Array:
    """Return what leaders count for with their people next month, 0 to 1, shape of ``credit``.

    Equation:
        credit_next = credit + (1 - 0.5 * tame - credit) / clock_year

    Args:
        tame: 1 while the party obeys or is what a split has left.

    Mechanisms: P02, P11.
    """
    return credit + (1.0 - 0.5 * tame - credit) / clock_year


def shed(
    lost: Array,
    members: Array,
    parting: Array,
    parted: Array,
    obeys: Array,
    *,
    violent_share: Array,
    underground_share: Array,
) -> tuple[Array, Array]:
    """Return those who leave a party and go on: ``(violent, underground)`` persons, ``(run,)``.

    Only some turn to violence, some go underground, most fall silent. In a split all who would do
    so go at once, and those who stay are tame; a party that obeys holds half of them.

    Equation:
        minded = parting * members + (1 - max(0.5 * obeys, parted)) * lost
        violent = minded * violent_share
        underground = minded * underground_share

    Args:
        lost: members whom it loses this month, persons.
        parting: 1 in the month of a split, else 0.
        parted: 1 from then on, until it is tolerated again.

    Mechanisms: P02, M101.
    """
    minded = parting * members + (1.0 - np.maximum(0.5 * obeys, parted)) * lost
    return minded * violent_share, minded * underground_share


def vote_believed(settled: Array, boycott: Array) -> Array:
    """Return how far it is settled what comes after the ruler, 0 to 1, ``(run,)``.

    Equation:
        vote_believed = settled * (1 - 0.5 * boycott)

    Args:
        settled: were the vote not refused, 0 to 1.
        boycott: 1 while the party boycotts, else 0.

    Mechanisms: P24, P27.
    """
    return settled * (1.0 - 0.5 * boycott)

"""What keeps a commander loyal."""

import numpy as np

from tajsim.axes import Array


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

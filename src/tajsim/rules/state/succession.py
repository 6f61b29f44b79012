"""The end of a ruler's time, before it comes: how near, how settled, how safe to leave."""

import numpy as np

from tajsim.axes import Array


def nearness(to_go: Array, *, succession_sight: Array) -> Array:
    """Return how heavily the end of the term weighs on all, 0 to 1, ``(run,)``.

    Seen from afar, and more with every month.

    Equation:
        nearness = exp(-to_go / succession_sight)

    Args:
        to_go: months until the term ends, 0 and up.

    Mechanisms: P24.
    """
    return np.exp(-to_go / succession_sight)


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
    danger: Array,
    *,
    succession_process: Array,
    ruler_commitment: Array,
    leave_bias: Array,
    leave_danger: Array,
    leave_process: Array,
    leave_commitment: Array,
) -> Array:
    """Return the probability with which a ruler would leave at the end of his term, ``(run,)``.

    Survival comes first, so danger keeps him; a process that he can trust and his own word in
    public move him.

    Equation:
        moved = leave_process * succession_process + leave_commitment * ruler_commitment
        push = leave_bias - leave_danger * danger + moved
        readiness_to_leave = 1 / (1 + exp(-push))

    Args:
        danger: what he has to fear once out of office, 0 to 1.

    Mechanisms: P23, P24.
    """
    push = leave_bias - leave_danger * danger + leave_process * succession_process
    return 1.0 / (1.0 + np.exp(-push - leave_commitment * ruler_commitment))


def heir_chance(
    near: Array, ready: Array, danger: Array, heir: Array, *, heir_rate: Array
) -> Array:
    """Return the probability that the ruler names an heir this month, ``(run,)``.

    Who means to leave, and safely, thinks beyond his term; who does not names no rival to himself.

    Equation:
        named = 1 - exp(-heir_rate * near * ready * (1 - danger))
        heir_chance = named * (1 - heir)

    Mechanisms: P23.
    """
    return (1.0 - np.exp(-heir_rate * near * ready * (1.0 - danger))) * (1.0 - heir)


def settlement(
    heir: Array, loyalty: Array, *, succession_process: Array, heir_worth: Array
) -> Array:
    """Return how far it is settled what comes after the ruler, 0 to 1, ``(run,)``.

    By a credible process, or by an heir as far as the elite follows him who named him.

    Equation:
        settlement = 1 - (1 - succession_process) * (1 - heir_worth * heir * loyalty)

    Args:
        heir: 1 where an heir is named, else 0.
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


def claims_grow(doubt: Array, *, claim_rush: Array) -> Array:
    """Return the growth of what a commander claims, ratio, ``(run,)``.

    Who does not know what comes after wants his part now, so rents are fought over.

    Equation:
        claims_grow = 1 + claim_rush * doubt

    Mechanisms: P24, M17.
    """
    return 1.0 + claim_rush * doubt


def unsettled_step(unsettled: Array, *, succession_memory: Array) -> Array:
    """Return what a contest left open next month, 0 to 1, ``(run,)``: it fades with the months.

    Equation:
        unsettled_next = unsettled * (1 - 1 / succession_memory)

    Mechanisms: P24.
    """
    return unsettled * (1.0 - 1.0 / succession_memory)

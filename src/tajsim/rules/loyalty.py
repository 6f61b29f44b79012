"""Loyalty of commanders, and the men who follow them."""

from typing import NamedTuple

import numpy as np

from tajsim.axes import Array


class NewMan(NamedTuple):
    """Who comes to a vacant post: his men, his loyalty and the weight of his faith."""

    following: Array
    loyalty: Array
    creed_weight: Array


def new_man(
    luck: Array, draw: Array, faith: Array, *, following_usual: Array, following_new: Array,
    loyalty_usual: Array, devout_share: Array,
) -> NewMan:  # fmt: skip
    """Return what the successor at a post brings, by one distribution for all posts, ``(run,)``.

    He starts with few men of his own, and nobody knows yet how loyal or how devout he is.

    Equation:
        following = following_new * following_usual * (0.5 + draw)
        loyalty = 1 / (1 + (1 - loyalty_usual) / loyalty_usual * exp(-luck))
        creed_weight = 1 if faith < devout_share else 0

    Args:
        draw, faith: uniform draws.

    Mechanisms: M18, S08.
    """
    following = following_new * following_usual * (0.5 + draw)
    loyalty = 1.0 / (1.0 + (1.0 - loyalty_usual) / loyalty_usual * np.exp(-luck))
    return NewMan(following, loyalty, np.where(faith < devout_share, 1.0, 0.0))


def first_following(
    draw: Array, named: Array, strong: Array, armed: Array, *, following_usual: Array,
    following_new: Array,
) -> Array:  # fmt: skip
    """Return the armed men of one in post in early 2004, persons, ``(run,)``.

    Equation:
        long = (0.5 + draw) * (1 + strong)
        lately = (following_new + (1 - following_new) * draw) * armed
        first_following = following_usual * (named * long + (1 - named) * lately)

    Args:
        named: 1 where a document names him, else 0.
        strong: 1 where a document tells of men who could defy the ruler, else 0.
        armed: 1 where his post commands armed men, else 0.

    Mechanisms: S08, M21.
    """
    long = (0.5 + draw) * (1.0 + strong)
    lately = (following_new + (1.0 - following_new) * draw) * armed
    return following_usual * (named * long + (1.0 - named) * lately)


def following_step(
    following: Array, rent_ratio: Array, armed: Array, *, following_usual: Array,
    clock_five_years: Array,
) -> Array:  # fmt: skip
    """Return next month's following of one in place, persons, ``(run,)``.

    Equation:
        fed = 2 * rent_ratio / (1 + rent_ratio)
        gap = following_usual * armed * fed - following
        following_next = following + gap / clock_five_years

    Args:
        rent_ratio: what he receives over what he is used to.
        armed: 1 where his post commands armed men, else 0.

    Mechanisms: M19, S08, S14.
    """
    fed = 2.0 * rent_ratio / (1.0 + rent_ratio)
    return following + (following_usual * armed * fed - following) / clock_five_years


def grudge_step(grudge: Array, *, clock_five_years: Array) -> Array:
    """Return what is left next month of a grudge between ruler and commander, 0 to 1, ``(run,)``.

    A public humiliation is not forgiven (matveeva-2004:99).

    Equation:
        grudge_next = grudge * (1 - 1 / clock_five_years)

    Mechanisms: M25.
    """
    return grudge * (1.0 - 1.0 / clock_five_years)


def broadcast_step(
    broadcast: Array, defections: Array, exiled: Array, *, broadcast_reach: Array, clock_year: Array
) -> Array:
    """Return the pull of appeals from abroad next month, index, 0 and up, ``(run,)``.

    It multiplies the pull abroad by ``1 + broadcast`` and the pressure on the faith of serving
    commanders alike. Leaders who speak from exile count as one defector in two years.

    Equation:
        appeals = defections + 0.5 * exiled / clock_year
        broadcast_next = broadcast * (1 - 1 / clock_year) + broadcast_reach * appeals

    Args:
        defections: commanders who went over this month.
        exiled: 1 while the leaders of the party are abroad, else 0.

    Mechanisms: S05, P16.
    """
    appeals = defections + 0.5 * exiled / clock_year
    return broadcast * (1.0 - 1.0 / clock_year) + broadcast_reach * appeals


def urge_to_strike(control: Array, clinging: Array, *, drive_worth: Array) -> Array:
    """Return the growth of the purge rate, ratio, ``(run,)``.

    Equation:
        urge = 1 + drive_worth * (1 - (1 - control) * (1 - clinging))

    Args:
        control: civilian control won by removals, 0 to 1.
        clinging: nearness of the end of the term times the will to stay, 0 to 1.

    Mechanisms: P12, P24.
    """
    return 1.0 + drive_worth * (1.0 - (1.0 - control) * (1.0 - clinging))


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
    return np.maximum(fear, told)


class Loyalty(NamedTuple):
    """What each cause takes of a commander's loyalty, in logits, and the loyalty he comes to."""

    rents: Array
    own_fear: Array
    doubt: Array
    unbacked: Array
    creed: Array
    humiliation: Array
    aim: Array


def loyalty_aim(
    rent_ratio: Array, shortfall: Array, fear: Array, guarantee: Array, creed: Array, grudge: Array,
    doubt: Array, *, loyalty_usual: Array, loyalty_gain: Array, cause_evenness: Array,
) -> Loyalty:  # fmt: skip
    """Return what takes loyalty away, in logits, and the loyalty a commander comes to, ``(run,)``.

    Causes weigh in the order in which the documents rank them, each ``cause_evenness`` times as
    much as the one before. Paid as usual, with a patron neither sure nor lost and nothing else
    against the ruler, it is the usual one.

    Equation:
        paid = rent_ratio * (1 - shortfall)
        odds = (1 - loyalty_usual) / loyalty_usual
        e = cause_evenness
        gain = loyalty_gain / (1 + e + e**2 + e**3 + e**4 + e**5)
        rents = gain * (1 - paid) / (1 + paid)
        own_fear = gain * e * fear
        hedging = gain * e**2 * doubt
        unbacked = gain * e**3 * (1 - 2 * guarantee)
        faith = gain * e**4 * creed
        hurt = gain * e**5 * grudge
        aim = 1 / (1 + odds * exp(rents + own_fear + hedging + unbacked + faith + hurt))

    Args:
        rent_ratio: what he receives over what he is used to.
        shortfall: clients' claims left unpaid, 0 to 1.
        creed: pressure on his faith times its weight for him, 0 to 1.
        grudge: humiliation he has not forgotten, 0 to 1.
        doubt: how unsure he is of what comes after the ruler, 0 to 1: he hedges.

    Mechanisms: M17, M113, S01, S02, S03, S27, S28, P24.
    """
    paid = rent_ratio * (1.0 - shortfall)
    e = cause_evenness
    gain = loyalty_gain / (1.0 + e + e**2 + e**3 + e**4 + e**5)
    rents, own_fear = gain * (1.0 - paid) / (1.0 + paid), gain * e * fear
    hedging, unbacked = gain * e**2 * doubt, gain * e**3 * (1.0 - 2.0 * guarantee)
    faith, hurt = gain * e**4 * creed, gain * e**5 * grudge
    odds = (1.0 - loyalty_usual) / loyalty_usual
    aim = 1.0 / (1.0 + odds * np.exp(rents + own_fear + hedging + unbacked + faith + hurt))
    return Loyalty(rents, own_fear, hedging, unbacked, faith, hurt, aim)


def doubt_of_survival(
    doubt: Array, strain: Array, recovers: Array, *, failure_threshold: Array
) -> Array:
    """Return how unsure commanders are of what comes, 0 to 1, ``(run,)``: they hedge.

    They doubt the end of the term, and before it a state that would not stand again had it failed:
    fully where it may fail.

    Equation:
        weak = (strain - recovers) / (failure_threshold - recovers)
        doubt_of_survival = 1 - (1 - doubt) * (1 - min(max(weak, 0), 1))

    Args:
        doubt: of what comes after the ruler's term, 0 to 1.
        recovers: strain below which a failed state stands again, share.

    Mechanisms: S27, E19, P24.
    """
    weak = (strain - recovers) / (failure_threshold - recovers)
    return 1.0 - (1.0 - doubt) * (1.0 - np.minimum(np.maximum(weak, 0.0), 1.0))


def loyalty_step(loyalty: Array, aim: Array, *, clock_season: Array) -> Array:
    """Return next month's loyalty, ``(run,)``: it comes to its aim within a season.

    Equation:
        loyalty_next = loyalty + (aim - loyalty) / clock_season

    Mechanisms: M17.
    """
    return loyalty + (aim - loyalty) / clock_season


def fear_step(
    fear: Array, same_side: Array, other_side: Array, channel_closed: Array, *, peer_fear: Array,
    clock_season: Array, clock_year: Array,
) -> Array:  # fmt: skip
    """Return next month's fear of being next, 0 to 1, ``(run,)``.

    Rises with every peer struck, more among those of the same past; while the channel of that past
    is closed, as if one were struck each season. Fades within a year.

    Equation:
        peers = same_side + 0.5 * other_side
        push = peer_fear * (peers + channel_closed / clock_season)
        fear_next = fear + min(push, 1) * (1 - fear) - fear / clock_year

    Args:
        same_side, other_side: other commanders arrested or killed last month, of his wartime side
            and of the other.
        channel_closed: 1 - legal standing of the party, times his tie to it, 0 to 1.

    Mechanisms: S02, S01, S28.
    """
    push = peer_fear * (same_side + 0.5 * other_side + channel_closed / clock_season)
    return fear + np.minimum(push, 1.0) * (1.0 - fear) - fear / clock_year

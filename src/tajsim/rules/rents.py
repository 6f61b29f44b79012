"""Rents: who takes them, who passes them upwards, and whom the budget and patronage pay."""

import numpy as np

from tajsim.axes import Array


def climb(
    income: Array, commander_reach: Array, *, climb_to_commander: Array, climb_to_regime: Array
) -> tuple[Array, Array, Array]:
    """Split a month's rent of an agency into ``(to commander, to regime, kept by staff)``, USD.

    Equation:
        to_commander = income * climb_to_commander * commander_reach
        to_regime = (income - to_commander) * climb_to_regime
        kept = income - to_commander - to_regime

    Args:
        income: bribes, tolls and extortion taken, USD/month, ``(run,)``.
        commander_reach: 1 where a commander holds the agency's post, else 0.

    Mechanisms: M17, M51, E07, S14.
    """
    to_commander = income * climb_to_commander * commander_reach
    to_regime = (income - to_commander) * climb_to_regime
    return to_commander, to_regime, income - to_commander - to_regime


def commitments_step(
    commitments: Array, left_over: Array, *, overspending: Array, cutting_speed: Array
) -> Array:
    """Return what the state spends besides wages of security, USD/month, ``(run,)``.

    Promises follow revenue up at once and down slowly, so a fall of revenue opens a deficit.

    Equation:
        aim = max(left_over, 0) * (1 + overspending)
        commitments_next = max(aim, commitments + cutting_speed * (aim - commitments))

    Args:
        commitments: of last month, USD/month.
        left_over: revenue less wages of security and its instalment, USD/month.

    Mechanisms: M45, E01.
    """
    aim = np.maximum(left_over, 0.0) * (1.0 + overspending)
    return np.maximum(aim, commitments + cutting_speed * (aim - commitments))


def patronage_paid(purse: Array, need: Array, *, patronage_spending: Array) -> Array:
    """Return what the regime pays its clients this month, USD, ``(run,)``.

    The smaller of the need and a share of the patronage purse.

    Equation:
        patronage_paid = min(need, patronage_spending * max(purse, 0))

    Mechanisms: M17, M56.
    """
    return np.minimum(need, patronage_spending * np.maximum(purse, 0.0))


def shortfall(paid: Array, need: Array) -> Array:
    """Return the share of the clients' claims left unpaid, 0 to 1, ``(run,)``.

    Where nobody claims anything nothing is left unpaid.

    Equation:
        shortfall = 1 - min(paid / max(need, 1e-9), 1) if need > 0 else 0

    Mechanisms: M17.
    """
    return np.where(need > 0.0, 1.0 - np.minimum(paid / np.maximum(need, 1e-9), 1.0), 0.0)


def client_need(following: Array, *, patronage_claim: Array) -> Array:
    """Return what a commander expects a month, USD, ``(run,)``.

    The more men, the larger the claim.

    Equation:
        client_need = patronage_claim * (20 + following)

    Args:
        following: armed men who follow him in person.

    Mechanisms: M17, S08, S14.
    """
    return patronage_claim * (20.0 + following)


def extortion(
    strength: Array,
    collusion: Array,
    fear: Array,
    income_per_head: Array,
    *,
    extortion_rate: Array,
) -> Array:
    """Return what a force extorts, USD/month, ``(run,)``.

    Fear makes paying cheaper than a beating.

    Equation:
        takers = strength * (0.2 + 0.8 * collusion) * (0.5 + fear)
        extortion = takers * extortion_rate * income_per_head

    Args:
        strength: persons.
        collusion: corrupt share of the force.
        fear: mean fear of the population, 0 to 1.
        income_per_head: USD/month.

    Mechanisms: M33, M35, M45, E05.
    """
    return strength * (0.2 + 0.8 * collusion) * (0.5 + fear) * extortion_rate * income_per_head


def barrier_step(
    barrier: Array, rents: Array, pressure: Array, *, barrier_lobby: Array, barrier_opening: Array
) -> Array:
    """Return next month's barriers at the crossings to the neighbours, 0 to 1, ``(run,)``.

    Rents make the extracting agencies lobby for closure; trade presses the other way.

    Equation:
        lobby = barrier_lobby * rents / (1 + rents) * (1 - barrier)
        barrier_next = barrier + lobby - barrier_opening * pressure * barrier

    Args:
        rents: what the barriers earn, over what they earned at the start.
        pressure: push of movers for opening, 0 to 1.

    Mechanisms: M79, M80, M81, M82.
    """
    lobby = barrier_lobby * rents / (1.0 + rents) * (1.0 - barrier)
    return barrier + lobby - barrier_opening * pressure * barrier


def shelter_step(
    shelter: Array,
    drug_rents: Array,
    aid: Array,
    *,
    donor_monitoring: Array,
    donor_coordination: Array,
    shelter_half: Array,
    shelter_speed: Array,
) -> Array:
    """Return next month's shelter, 0 to 1, ``(run,)``.

    The ruling circle and its commanders weigh what the trade brings them against the aid that is
    watched. What they come to live on they tell their agencies, honest ones too, to leave alone;
    habits of that kind take years.

    Equation:
        seen = 1 - (1 - donor_monitoring) * (1 - donor_coordination)
        aim = drug_rents / (drug_rents + shelter_half + seen * aid)
        shelter_next = shelter + shelter_speed * (aim - shelter)

    Args:
        drug_rents: fees, tolls and resold drugs that reach commanders and regime, USD/month.
        aid: useful aid against drugs and for the border, weighted by the conditions that its
            givers attach, USD/month.

    Mechanisms: E07, E10, E11, M53, O06.
    """
    seen = 1.0 - (1.0 - donor_monitoring) * (1.0 - donor_coordination)
    aim = drug_rents / (drug_rents + shelter_half + seen * aid)
    return shelter + shelter_speed * (aim - shelter)


def sheltered(protection: Array, shelter: Array) -> Array:
    """Return the share of a network's loads that the country's agencies must let pass, ``(run,)``.

    Equation:
        sheltered = shelter * protection

    Args:
        protection: how well the network is connected, share.
        shelter: how far those above shelter the trade, 0 to 1.

    Mechanisms: E10, E11.
    """
    return shelter * protection

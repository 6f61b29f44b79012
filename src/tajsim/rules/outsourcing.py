"""The regime's bargain: survival weight, own effort, search, acceptance, dependence, compliance."""

import numpy as np

from tajsim.axes import Array, shares, total


def coordinated(quality: Array, bodies: Array, alarm: Array, *, coordination_cost: Array) -> Array:
    """Return the quality that an agency brings to bear, share, ``(run,)``.

    In quiet months nothing is lost; when much happens at once, bodies with one task get in each
    other's way.

    Equation:
        coordinated = quality / (1 + coordination_cost * (bodies - 1) * alarm)

    Args:
        quality: that of its staff, share.
        bodies: mean number of agencies with its tasks, at least 1.
        alarm: violence that calls for their work at once, 0 to 1.

    Mechanisms: S19, S20, S24, M67.
    """
    return quality / (1.0 + coordination_cost * (bodies - 1.0) * alarm)


def threat_of_ideas(members: Array, violent: Array, *, idea_fear: Array, arms_fear: Array) -> Array:
    """Return the threat that the regime sees in banned and armed groups, 0 to 1, ``(run,)``.

    A movement without borders denies the nation state itself, though it only hands out leaflets.

    Equation:
        felt = idea_fear * members + arms_fear * violent
        threat_of_ideas = felt / (1 + felt)

    Args:
        members: of the banned movement without arms, thousand persons.
        violent: members of violent groups at home, thousand persons.

    Mechanisms: M89, M53.
    """
    felt = idea_fear * members + arms_fear * violent
    return felt / (1.0 + felt)


def survival_weights(
    perceived: Array, *, survival_weight: Array, threat_sensitivity: Array
) -> Array:
    """Return the weight of each task, ``(task, run)``, adding to 1.

    The base weights rank order at home and control of the elite first, and what partners fear
    most last.

    Equation:
        weight = shares(survival_weight * (1 + threat_sensitivity * perceived), "task")

    Args:
        perceived: threat that the regime perceives on each task, index, ``(task, run)``.

    Mechanisms: M01, M07, M08, M12, M13, M53.
    """
    return shares(survival_weight * (1.0 + threat_sensitivity * perceived))


def instalment_paid(weight: Array, leverage: Array, *, free_riding: Array) -> Array:
    """Return the part of its due instalment that the regime pays, share, ``(run,)``.

    Nobody enforces the treaty, so the regime pays in proportion to what the task is worth to its
    own survival.

    Equation:
        instalment_paid = min(weight * (1 - free_riding) * (1 + leverage), 1)

    Args:
        weight: survival weight of the task, share of all tasks.
        leverage: what the power can do to the regime, 0 to 1.

    Mechanisms: M57.
    """
    return np.minimum(weight * (1.0 - free_riding) * (1.0 + leverage), 1.0)


def effort_aim(weight: Array, provision: Array, *, crowding_out: Array) -> Array:
    """Return the share of own effort the regime wants on each task, ``(task, run)``.

    What others do need not be done at home, and what does not bear on survival is not done at
    home anyway.

    Equation:
        effort_aim = shares(weight * (1 - crowding_out * provision), "task")

    Args:
        weight: survival weight of each task, ``(task, run)``.
        provision: share of the task that outsiders carry, ``(task, run)``, 0 to 1.

    Mechanisms: M01, M02, M05, M11, M14.
    """
    return shares(weight * (1.0 - crowding_out * provision))


def effort_step(effort: Array, aim: Array, *, effort_speed: Array) -> Array:
    """Return next month's effort: budgets and posts follow the aim slowly, ``(task, run)``.

    The gap that a departing power leaves is therefore filled late.

    Equation:
        effort_next = effort + effort_speed * (aim - effort)

    Mechanisms: M05, X07, M74.
    """
    return effort + effort_speed * (aim - effort)


def sovereignty_demand(unease: Array, threat: Array, *, sovereignty_wish: Array) -> Array:
    """Return how strongly the regime asks for its border back, 0 to 1, ``(run,)``.

    Dependence is felt, and while nothing is feared at the border asking costs nothing.

    Equation:
        sovereignty_demand = (1 - exp(-sovereignty_wish * unease)) / (1 + threat)

    Args:
        unease: about the patron, 0 to 1.
        threat: that the regime perceives on the border and beyond, index.

    Mechanisms: M06, M83.
    """
    return (1.0 - np.exp(-sovereignty_wish * unease)) / (1.0 + threat)


def grant_chance(demand: Array, *, border_hold: Array, grant_rate: Array) -> Array:
    """Return the chance that the patron hands over a section this month, ``(run,)``.

    The demand is the regime's, the answer the patron's.

    Equation:
        grant_chance = 1 - exp(-grant_rate * demand * (1 - border_hold))

    Args:
        demand: for sovereign control, 0 to 1.

    Mechanisms: M06, M83.
    """
    return 1.0 - np.exp(-grant_rate * demand * (1.0 - border_hold))


def unease(reliance: Array, *, reliance_tolerance: Array) -> Array:
    """Return the regime's unease about its patron, 0 to 1, ``(run,)``.

    A patron who carries nearly everything is one who cannot be refused.

    Equation:
        unease = max(reliance - reliance_tolerance, 0) / (1 - reliance_tolerance)

    Args:
        reliance: share of all security work that the patron does, 0 to 1.

    Mechanisms: O10.
    """
    return np.maximum(reliance - reliance_tolerance, 0.0) / (1.0 - reliance_tolerance)


def search(weakness: Array, unease: Array, *, need_drive: Array) -> Array:
    """Return how widely the regime looks for other partners on each task, 0 to 1, ``(task, run)``.

    A force that cannot do its task sends its minister to whoever will receive him; a state uneasy
    about one partner signs with many.

    Equation:
        search = 1 - (1 - need_drive * weakness) * (1 - unease)

    Args:
        weakness: 1 - what the country's own agencies can do of the task, share, ``(task, run)``.
        unease: about the patron, 0 to 1, ``(run,)``.

    Mechanisms: M03, M123, O10.
    """
    return 1.0 - (1.0 - need_drive * weakness) * (1.0 - unease)


def taking_reasons(
    relief: Array, guarantee: Array, *, relief_value: Array, guarantee_value: Array
) -> tuple[Array, Array]:
    """Return the worth of an offer: ``(relief, backing)``, each ``(task, run)``.

    Equation:
        from_relief = relief_value * relief
        from_backing = guarantee_value * guarantee

    Args:
        relief: offer over the cost of doing the task at home, ratio, ``(task, run)``.
        guarantee: the power's backing of the ruler, 0 to 1, ``(run,)``.

    Mechanisms: M02, M104.
    """
    return relief_value * relief, np.broadcast_to(guarantee_value * guarantee, relief.shape)


def refusal_reasons(
    relief: Array,
    weight: Array,
    intrusion: Array,
    condition: Array,
    exposure_to_overthrow: Array,
    objection: Array,
    *,
    relief_value: Array,
    autonomy_price: Array,
    condition_price: Array,
    objection_price: Array,
) -> tuple[Array, Array, Array, Array]:
    """Return what speaks against an offer, each ``(task, run)``.

    They are ``(little is offered, autonomy, conditions, the patron's objection)``: the prices of
    the regime's choice, and what the offer lacks of the whole cost of the task.

    Equation:
        lack = relief_value * max(1 - relief, 0)
        autonomy = autonomy_price * intrusion * weight
        conditions = condition_price * condition * exposure_to_overthrow
        objected = objection_price * objection

    Args:
        relief: offer over the cost of doing the task at home, ratio, ``(task, run)``.
        weight: survival weight of the task over the mean weight, ``(task, run)``.
        intrusion: how far the power's people would hold the task themselves, 0 to 1, ``(run,)``.
        condition: political conditions attached, 0 to 1, ``(run,)``.
        exposure_to_overthrow: how much the regime fears the opening, 0 to 1, ``(run,)``.
        objection: how strongly the leading patron objects to this power, 0 to 1, ``(run,)``.

    Mechanisms: M03, M109, O09, O12.
    """
    whole = np.zeros(relief.shape)
    return (
        relief_value * np.maximum(1.0 - relief, 0.0),
        autonomy_price * intrusion * weight,
        whole + condition_price * condition * exposure_to_overthrow,
        whole + objection_price * objection,
    )


def acceptance_aim(
    relief: Array,
    guarantee: Array,
    weight: Array,
    intrusion: Array,
    condition: Array,
    exposure_to_overthrow: Array,
    objection: Array,
    search: Array,
    displeasure: Array,
    *,
    relief_value: Array,
    guarantee_value: Array,
    autonomy_price: Array,
    condition_price: Array,
    objection_price: Array,
    search_value: Array,
    displeasure_price: Array,
) -> Array:
    """Return how far the regime opens a task to a power, share, ``(task, run)``.

    A logistic of what the offer is worth less what it costs. The tasks on which survival rests
    are kept, those that matter to others are let. Dependence pulls both ways: by unease it opens
    the regime to others, and what the patron can do makes their offers dearer.

    Equation:
        opened = guarantee_value * guarantee + search_value * search
        worth = relief_value * relief + opened
        autonomy = autonomy_price * intrusion * weight
        opening = condition_price * condition * exposure_to_overthrow
        cost = autonomy + opening + objection_price * objection + displeasure_price * displeasure
        acceptance_aim = 1 / (1 + exp(-(worth - cost)))

    Args:
        relief: offer over the cost of doing the task at home, ratio, ``(task, run)``.
        guarantee: the power's backing of the ruler, 0 to 1, ``(run,)``.
        weight: survival weight of the task over the mean weight, ``(task, run)``.
        intrusion: how far the power's people would hold the task themselves, 0 to 1, ``(run,)``.
        condition: political conditions attached, 0 to 1, ``(run,)``.
        exposure_to_overthrow: how much the regime fears the opening, 0 to 1, ``(run,)``.
        objection: how strongly the leading patron objects to this power, 0 to 1, ``(run,)``.
        search: how widely the regime looks for others than its patron, 0 to 1, ``(task, run)``.
        displeasure: what the patron can make this power's offer cost, 0 to 1, ``(run,)``.

    Mechanisms: M02, M03, M06, M104, M109, M110, M120, M123, O09, O10, O12, O13, O17.
    """
    worth = relief_value * relief + guarantee_value * guarantee + search_value * search
    cost = autonomy_price * intrusion * weight
    cost = cost + condition_price * condition * exposure_to_overthrow
    cost = cost + objection_price * objection + displeasure_price * displeasure
    return 1.0 / (1.0 + np.exp(-(worth - cost)))


def mandate_step(mandate: Array, aim: Array, *, mandate_speed: Array) -> Array:
    """Return next month's mandate of a power on each task, share, ``(task, run)``.

    Equation:
        mandate_next = mandate + mandate_speed * (aim - mandate)

    Mechanisms: M05.
    """
    return mandate + mandate_speed * (aim - mandate)


def provision_of_tasks(by_power: Array) -> Array:
    """Return the share of each task carried by outsiders, ``(task, run)``, at most 1.

    What two do at once is done once.

    Equation:
        provision = 1 - product(1 - by_power, "power")

    Args:
        by_power: ``(power, task, run)``, each 0 to 1.

    Mechanisms: E21, M55.
    """
    # Unlike a sum, a product is taken one after the other however many runs there are.
    left: Array = np.multiply.reduce(1.0 - by_power, axis=0)
    return 1.0 - left


def dependence(provision: Array, effort: Array) -> Array:
    """Return the share of all security work done by outsiders, ``(run,)``, 0 to 1.

    Own effort adds to 1 over the tasks, so provision is averaged over them.

    Equation:
        outside = mean(provision, "task")
        dependence = outside / (outside + sum(effort, "task"))

    Mechanisms: M06.
    """
    outside, own = total(provision), total(effort) * len(effort)
    return outside / (outside + own)


def alignment(by_power: Array, west: Array, moscow: Array) -> Array:
    """Return the regime's position, -1 (West) to 1 (Moscow), ``(run,)``.

    Equation:
        to_moscow = sum(by_power * moscow, "power")
        to_west = sum(by_power * west, "power")
        alignment = (to_moscow - to_west) / max(to_moscow + to_west, 1e-9)

    Args:
        by_power: provision summed over tasks, ``(power, run)``.
        west: 1 for Western powers, ``(power, 1)``.
        moscow: 1 for Russia, ``(power, 1)``.

    Mechanisms: M110, O13.
    """
    to_moscow, to_west = total(by_power * moscow), total(by_power * west)
    return (to_moscow - to_west) / np.maximum(to_moscow + to_west, 1e-9)


def reliance(dependence: Array, by_power: Array, patron: Array) -> Array:
    """Return the share of all security work that the patron does, ``(run,)``, 0 to 1.

    Equation:
        part = sum(by_power * patron, "power") / max(sum(by_power, "power"), 1e-9)
        reliance = dependence * part

    Args:
        dependence: share of all security work done by outsiders, 0 to 1, ``(run,)``.
        by_power: provision summed over tasks, ``(power, run)``.
        patron: 1 for Russia, ``(power, 1)``.

    Mechanisms: M120, O10, O15.
    """
    return dependence * total(by_power * patron) / np.maximum(total(by_power), 1e-9)


def token_effort(effort: Array, demand: Array, *, token_share: Array) -> Array:
    """Return the effort that outsiders see on each task, share, ``(task, run)``.

    Laws, memberships, units and orders without a plan cost little and change little; no rule of
    capability reads this.

    Equation:
        shown = effort + token_share * demand * (1 - effort)

    Args:
        effort: the regime's own effort, share, ``(task, run)``.
        demand: how much outsiders ask for the task, 0 to 1, ``(task, run)``.

    Mechanisms: M09, M53, S21, S26.
    """
    return effort + token_share * demand * (1.0 - effort)


def condition_felt(
    condition: Array,
    demand: Array,
    dismay: Array,
    alternatives: Array,
    *,
    token_share: Array,
    dismay_weight: Array,
    play_off: Array,
    donor_coordination: Array,
) -> Array:
    """Return the political conditions that a donor's offer still carries, 0 to 1, ``(run,)``.

    Token compliance meets part of them; donors who were dismayed cut no aid but ask for more;
    who has rivals for the same task cannot insist, unless they have agreed among themselves.

    Equation:
        asked = condition * (1 + dismay_weight * dismay)
        played_off = play_off * alternatives * (1 - donor_coordination)
        felt = asked * (1 - token_share * demand) * (1 - played_off)
        condition_felt = min(felt, 1)

    Args:
        condition: conditions that the power attaches, 0 to 1.
        demand: how much outsiders ask for their tasks, mean, 0 to 1.
        dismay: donors' dismay, 0 to 1.
        alternatives: share of what is offered for the power's tasks that comes from others.

    Mechanisms: M09, M31, M58, M104.
    """
    felt = condition * (1.0 - token_share * demand) * (1.0 + dismay_weight * dismay)
    felt = felt * (1.0 - play_off * alternatives * (1.0 - donor_coordination))
    return np.minimum(felt, 1.0)


def dismay_step(
    dismay: Array, head: Array, outside_interest: Array, *, dismay_speed: Array
) -> Array:
    """Return donors' dismay next month, 0 to 1, ``(run,)``.

    A warlord at the head of what they pay for dismays them, slowly.

    Equation:
        dismay_next = dismay + dismay_speed * (head * outside_interest - dismay)

    Args:
        head: 1 where an agency has a political head, else 0.
        outside_interest: outsiders' share of its work, 0 to 1.

    Mechanisms: M31.
    """
    return dismay + dismay_speed * (head * outside_interest - dismay)

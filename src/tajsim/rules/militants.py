"""Militants: camps, build-up, weapons, allies, crossings and the second line against them."""

import numpy as np

from tajsim.axes import Array, total


def alliance_force(
    inside: Array, alignment: Array, *, alliance_half: Array, alliance_help: Array
) -> Array:
    """Return the readiness that called allies add, 0 to 1, ``(run,)``.

    A small party is left to the country; a large one brings the rapid reaction force, if the
    country stands with Moscow.

    Equation:
        called = inside / (inside + alliance_half)
        alliance_force = alliance_help * called * max(alignment, 0)

    Args:
        inside: militants in the country, persons.
        alignment: position of the regime, -1 West to 1 Moscow.

    Mechanisms: X04.
    """
    return alliance_help * inside / (inside + alliance_half) * np.maximum(alignment, 0.0)


def second_line(quality: Array, collusion: Array, growth: Array, presence: Array) -> Array:
    """Return readiness to act against militants inside, 0 to 1, ``(run,)``.

    The second line adds depth, but less than its paper strength; a patron's people make up for
    part of it.

    Equation:
        own = quality * (1 - collusion) * sqrt(growth)
        second_line = min(own + 0.5 * presence, 1)

    Args:
        quality: that of the army, share.
        collusion: corrupt share of the army, which exists on paper only.
        growth: strength over that of the start.
        presence: the patron's military presence, 0 to 1.

    Mechanisms: S25, X08, M119.
    """
    return np.minimum(quality * (1.0 - collusion) * np.sqrt(growth) + 0.5 * presence, 1.0)


def weapons_seized(
    weapons: Array,
    guard: Array,
    *,
    weapons_detection: Array,
) -> Array:
    """Return arms seized at the border this month, items, ``(run,)``.

    Bulky goods are found more often, by the same guards.

    Equation:
        weapons_seized = sum(weapons * weapons_detection * guard, "section")

    Args:
        weapons: items on each section, ``(section, run)``.
        guard: honest strength of the guard, 0 to 1, ``(section, run)``.

    Mechanisms: M59, M71.
    """
    return total(weapons * (weapons_detection * guard))


def allies(
    violent: Array,
    disgruntled: Array,
    closed: Array,
    preyed_on: Array,
    *,
    disgruntled_share: Array,
    village_tolerance: Array,
) -> Array:
    """Return sympathisers whom a crossing could count on, thousand persons, ``(run,)``.

    Followers of old commanders rejoin when they are shut out, and villages on which troops prey
    put up with men who pay for what they take.

    Equation:
        own = violent + disgruntled_share * disgruntled * closed
        allies = own * (1 + village_tolerance * preyed_on)

    Args:
        violent: members of violent groups at home, thousand persons.
        disgruntled: followers of the former opposition, thousand persons.
        closed: 1 - legal standing of the party, 0 to 1.
        preyed_on: what the police take, share of income, 0 to 1.

    Mechanisms: X11, X13, M95, M96.
    """
    own = violent + disgruntled_share * disgruntled * closed
    return own * (1.0 + village_tolerance * preyed_on)


def forward_aim(strain: Array, *, base_forward: Array, capital_pull: Array) -> Array:
    """Return the share of the base that its power wants near the border, 0 to 1, ``(run,)``.

    The more the state is strained, the more the patron sees its danger at the capital.

    Equation:
        forward_aim = base_forward * (1 - min(capital_pull * strain, 1))

    Args:
        strain: of the state, 0 to 1.

    Mechanisms: X06.
    """
    return base_forward * (1.0 - np.minimum(capital_pull * strain, 1.0))


def forward_step(forward: Array, aim: Array, *, posture_speed: Array) -> Array:
    """Return next month's share of the base near the border, 0 to 1, ``(run,)``.

    Equation:
        forward_next = forward + posture_speed * (aim - forward)

    Mechanisms: X06.
    """
    return forward + posture_speed * (aim - forward)


def at_border(troops: Array, forward: Array, *, depth_worth: Array) -> Array:
    """Return the base's troops as attackers from outside meet them, persons, ``(run,)``.

    Equation:
        at_border = troops * (forward + depth_worth * (1 - forward))

    Args:
        troops: of the base, persons.
        forward: share of them near the border, 0 to 1.

    Mechanisms: X05, X06.
    """
    return troops * (forward + depth_worth * (1.0 - forward))


def near_capital(backing: Array, forward: Array, *, depth_worth: Array) -> Array:
    """Return the patron's help inside, weighted by where its troops stand, 0 to 1, ``(run,)``.

    Equation:
        near_capital = backing * (1 - forward + depth_worth * forward)

    Args:
        backing: readiness to act against enemies inside, 0 to 1.
        forward: share of the base near the border, 0 to 1.

    Mechanisms: X06.
    """
    return backing * (1.0 - forward + depth_worth * forward)


def fighters_step(
    fighters: Array,
    pressure: Array,
    funds: Array,
    *,
    militant_fighters: Array,
    militant_speed: Array,
    drug_finance: Array,
) -> Array:
    """Return next month's fighters of a group, persons, ``(run,)``.

    A share of the way to what the pressure draws and the money of the trade can keep.

    Equation:
        aim = militant_fighters * pressure * (1 + drug_finance * (funds - 1))
        fighters_next = fighters + militant_speed * (aim - fighters)

    Args:
        pressure: what drives or draws fighters to the border, 1 = as in 2004.
        funds: what networks pay beyond the Afghan line, 1 = as in early 2004.

    Mechanisms: X09, X10, M99, X15, M132.
    """
    aim = militant_fighters * pressure * (1.0 + drug_finance * (funds - 1.0))
    return fighters + militant_speed * (aim - fighters)


def readiness_step(readiness: Array, pressure: Array, *, buildup_months: Array) -> Array:
    """Return readiness to cross next month, 0 to 1, ``(run,)``.

    Grows to 1 in ``buildup_months`` while pressure exceeds 1, decays at the same pace below.

    Equation:
        change = 1 / buildup_months if pressure > 1 else -1 / buildup_months
        readiness_next = min(max(readiness + change, 0), 1)

    Mechanisms: X14.
    """
    change = np.where(pressure > 1.0, 1.0, -1.0) / buildup_months
    return np.minimum(np.maximum(readiness + change, 0.0), 1.0)


def pressure_from_exile(
    pressure: Array,
    hostility: Array,
    strain: Array,
    *,
    strained_from: Array,
    window_pressure: Array,
) -> Array:
    """Return the pressure of rebels sheltered by a hostile neighbour, 1 = as in 2004, ``(run,)``.

    They wait abroad for a crisis at home.

    Equation:
        window = 1 + window_pressure * max(strain - strained_from, 0)
        pressure_from_exile = pressure * (0.5 + hostility) * window

    Args:
        pressure: what the scenario sets, 1 = as in 2004.
        hostility: of the neighbour, index.
        strain: of the state, 0 to 1.

    Mechanisms: M100, M103, M12.
    """
    window = 1.0 + window_pressure * np.maximum(strain - strained_from, 0.0)
    return pressure * (0.5 + hostility) * window


def camps_step(
    camps: Array, inside: Array, control: Array, *, camp_half: Array, camp_speed: Array
) -> Array:
    """Return how far militants have camps in the country next month, 0 to 1, ``(run,)``.

    Men who are in the country settle where the centre does not reach.

    Equation:
        aim = (1 - control) * inside / (inside + camp_half)
        camps_next = camps + camp_speed * (aim - camps)

    Args:
        inside: militants in the country, persons.
        control: the centre's control of the valley, 0 to 1.

    Mechanisms: M94.
    """
    aim = (1.0 - control) * inside / (inside + camp_half)
    return camps + camp_speed * (aim - camps)


def reach(force: Array, camps: Array, *, camp_cover: Array) -> Array:
    """Return the readiness that reaches militants who have camps, 0 to 1, ``(run,)``.

    Equation:
        reach = force * (1 - camp_cover * camps)

    Args:
        force: readiness of army, police and patron to act, 0 to 1.
        camps: how far militants have camps, 0 to 1.

    Mechanisms: M94.
    """
    return force * (1.0 - camp_cover * camps)


def moving_on(passing: Array, camps: Array, hardening: Array, *, onward_rate: Array) -> Array:
    """Return militants who go on towards Ferghana this month, persons, ``(run,)``.

    Camps feed and gather a party; a neighbour who closes his side stops part of it.

    Equation:
        pace = onward_rate * (0.5 + camps) / (1 + hardening)
        moving_on = passing * min(pace, 1)

    Args:
        passing: militants in the country who mean to go on, persons.
        camps: how far militants have camps, 0 to 1.
        hardening: how far the neighbours close their own side, index.

    Mechanisms: M94, X12.
    """
    pace = onward_rate * (0.5 + camps) / (1.0 + hardening)
    return passing * np.minimum(pace, 1.0)


def raided(hostility: Array, raiders: Array, *, raid_anger: Array) -> Array:
    """Return Uzbekistan's hostility after raids from the country, index, ``(run,)``.

    It blames the country for camps and for borders crossed unchecked.

    Equation:
        raided = hostility + raid_anger * raiders / 1000

    Args:
        raiders: militants who went on this month, persons.

    Mechanisms: M94, M98, X12.
    """
    return hostility + raid_anger * raiders / 1000.0


def deterrence(base: Array, guarantee: Array, *, base_half: Array, alliance_deters: Array) -> Array:
    """Return how far attack from outside is deterred, 0 to 1, ``(run,)``.

    It works against outsiders only; no rule for enemies inside reads it.

    Equation:
        held = base / (base + base_half)
        deterrence = 1 - (1 - held) * (1 - alliance_deters * guarantee)

    Args:
        base: the patron's troops, those far from the border counted in part, persons.
        guarantee: the patron's backing, 0 to 1.

    Mechanisms: X01, X02, X05, M130, M12.
    """
    return 1.0 - (1.0 - base / (base + base_half)) * (1.0 - alliance_deters * guarantee)


def crossing_chance(
    fighters: Array,
    readiness: Array,
    weakness: Array,
    window: Array,
    allies: Array,
    deterrence: Array,
    *,
    crossing_rate: Array,
    ally_effect: Array,
) -> Array:
    """Return the probability that a group tries to cross this month, ``(run,)``.

    Equation:
        opening = weakness * (1 + window) * (1 + ally_effect * allies)
        push = fighters / 1000 * readiness * opening
        crossing_chance = 1 - exp(-crossing_rate * push * (1 - deterrence))

    Args:
        weakness: 1 - strength of the weakest section, 0 to 1.
        window: crisis of the state that opens a window, 0 to 1.
        allies: violent sympathisers at home, thousand persons.

    Mechanisms: X11, X13, X16, X23, M100, X20, M10.
    """
    push = fighters / 1000.0 * readiness * weakness * (1.0 + window) * (1.0 + ally_effect * allies)
    return 1.0 - np.exp(-crossing_rate * push * (1.0 - deterrence))


def crossing_result(
    fighters: Array, opposition: Array, *, crossing_party: Array, force_half: Array
) -> tuple[Array, Array]:
    """Return ``(persons who get in, persons killed)`` of one attempt, ``(run,)``.

    A party meets the guard, who stops part of it; a third of those are killed.

    Equation:
        party = crossing_party * fighters
        stopped = opposition / (opposition + force_half)
        inside = party * (1 - stopped)
        killed = party * stopped / 3

    Args:
        opposition: guards per km times quality on the chosen section.

    Mechanisms: X05, X16.
    """
    party = crossing_party * fighters
    stopped = opposition / (opposition + force_half)
    return party * (1.0 - stopped), party * stopped / 3.0


def militants_inside_step(
    inside: Array, arrived: Array, force: Array, *, expulsion_speed: Array
) -> tuple[Array, Array]:
    """Return ``(militants in the country next month, killed)``, persons, ``(run,)``.

    A share of those inside is killed or driven out each month.

    Equation:
        gone = min(expulsion_speed * force, 1) * inside
        inside_next = inside - gone + arrived
        killed = gone

    Args:
        force: readiness of army, police and patron to act, 0 to 1.

    Mechanisms: X04, S07.
    """
    gone = np.minimum(expulsion_speed * force, 1.0) * inside
    return inside - gone + arrived, gone


def crossing_reasons(
    weakness: Array, window: Array, allies: Array, *, ally_effect: Array
) -> tuple[Array, Array, Array]:
    """Return what the opening owes to ``(a weak guard, a crisis, friends inside)``, ``(run,)``.

    The three add to the opening of the rule.

    Equation:
        guard = weakness
        crisis = weakness * window
        friends = weakness * (1 + window) * ally_effect * allies

    Args:
        weakness: 1 - strength of the weakest section, 0 to 1.
        window: crisis of the state that opens a window, 0 to 1.
        allies: violent sympathisers at home, thousand persons.

    Mechanisms: X11, X13, X16.
    """
    return weakness, weakness * window, weakness * (1.0 + window) * ally_effect * allies

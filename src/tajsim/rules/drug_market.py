"""The drug market: ways of the networks, beliefs, prices, volumes, tolls and collusion."""

import numpy as np

from tajsim.axes import Array, total


def way_shares(
    old: Array,
    belief: Array,
    toll_rate: Array,
    cost: Array,
    *,
    route_sensitivity: Array,
    route_inertia: Array,
) -> Array:
    """Return the share of the volume sent each way, ``(way, run)``, adding to 1.

    A logit, mixed with the old shares: pressure on one way moves traffic to the others, with a
    delay.

    Equation:
        weight = exp(-(route_sensitivity * (belief + toll_rate) + cost))
        fresh = weight / sum(weight, "way")
        way_shares = route_inertia * old + (1 - route_inertia) * fresh

    Args:
        old: shares of last month, ``(way, run)``.
        belief: believed share lost on the way, ``(way, run)``.
        toll_rate: expected toll as a share of the value of the load, ``(way, run)``.
        cost: standing disadvantage of the way for this network, index, ``(way, run)``.

    Mechanisms: X16, M59, M68, E14.
    """
    weight = np.exp(-(route_sensitivity * (belief + toll_rate) + cost))
    fresh = (1.0 - route_inertia) / total(weight)
    return route_inertia * old + fresh * weight


def learn(
    belief: Array,
    load: Array,
    lost: Array,
    word: Array,
    *,
    learning_speed: Array,
    word_weight: Array,
) -> Array:
    """Return the believed share lost on each way, ``(way, run)``.

    Moves by ``learning_speed`` to what was seen: its own loss where it sent anything, mixed with
    the word of other networks by ``word_weight``. A way it did not use is known by word alone.

    Equation:
        own = lost / load if load > 0 else 0
        seen = own + word_weight * (word - own) if load > 0 else word
        belief_next = belief + learning_speed * (seen - belief)

    Args:
        belief: believed share lost, ``(way, run)``.
        load: kg sent last month, ``(way, run)``.
        lost: kg seized of them, ``(way, run)``.
        word: share that all networks together lost there, ``(way, run)``.

    Mechanisms: X16, M68.
    """
    used = load > 1e-9
    own = lost / np.where(used, load, 1.0)
    seen = np.where(used, own + word_weight * (word - own), word)
    return belief + learning_speed * (seen - belief)


def inland_detection(
    persons: Array,
    quality: Array,
    *,
    inland_limit: Array,
    inland_half_strength: Array,
) -> Array:
    """Return the share of a stock that an honest drug unit would find in a month, ``(run,)``.

    Equation:
        effective = persons * quality / inland_half_strength
        inland_detection = inland_limit * (1 - exp(-ln(2) * effective))

    Args:
        persons: strength of the unit.
        quality: its effectiveness, share.

    Mechanisms: M66, M67, M14.
    """
    effective = persons * quality / inland_half_strength
    found: Array = inland_limit * (1.0 - np.exp(-np.log(2.0) * effective))
    return found


def arrests(found: Array, protection: Array, *, arrest_hit: Array) -> Array:
    """Return the share of a network lost to arrests this month, ``(run,)``.

    The large protected ones are spared.

    Equation:
        arrests = arrest_hit * found * (1 - protection) ** 2

    Args:
        found: inland detection by all units, share a month.
        protection: connection of the network, share.

    Mechanisms: E11.
    """
    return arrest_hit * found * (1.0 - protection) ** 2


def price_at_border(
    bought: Array,
    harvest: Array,
    *,
    heroin_supply: Array,
    supply_elasticity: Array,
    price_border: Array,
) -> Array:
    """Return the price at the Afghan line in USD/kg, ``(run,)``.

    A record harvest makes the drug cheap, and cheap drugs are bought in greater volume.

    Equation:
        pressure = (bought + 1) / (heroin_supply * harvest)
        price_at_border = price_border * pressure ** (1 / supply_elasticity)

    Args:
        bought: kg bought last month by all networks.
        harvest: Afghan harvest, 1 = ordinary year.

    Mechanisms: E13, M59.
    """
    pressure = (bought + 1.0) / (heroin_supply * harvest)
    return price_border * pressure ** (1.0 / supply_elasticity)


def price_beyond(buyers: Array, *, price_exit: Array) -> Array:
    """Return the price paid beyond each exit, USD/kg, ``(exit, run)``.

    Equation:
        price_beyond = price_exit * buyers

    Args:
        buyers: what buyers abroad pay, 1 = as in 2004.

    Mechanisms: M59.
    """
    return price_exit * buyers


def margin(
    price_out: Array,
    price_in: Array,
    cost_share: Array,
    *,
    handling_cost: Array,
) -> Array:
    """Return expected profit per kg bought, over the outlay for it, ``(run,)`` (a ratio).

    Equation:
        outlay = price_in + handling_cost
        margin = (price_out * (1 - cost_share) - outlay) / outlay

    Args:
        price_out: expected price at the exits, USD/kg.
        price_in: price at the Afghan line, USD/kg.
        cost_share: expected share lost to seizures and tolls on the whole way.

    Mechanisms: M59, M68, E13.
    """
    outlay = price_in + handling_cost
    return (price_out * (1.0 - cost_share) - outlay) / outlay


def volume(
    bought: Array, capacity: Array, margin: Array, *, margin_normal: Array, volume_speed: Array
) -> Array:
    """Return kg bought this month, ``(run,)``.

    A share of the way from last month's volume to what the margin asks for: carriers and credit
    are not found in a month.

    Equation:
        wanted = capacity * min(max(margin / margin_normal, 0), 1.5)
        volume = bought + volume_speed * (wanted - bought)

    Args:
        bought: kg bought last month.
        capacity: what the network can move, kg/month.
        margin: expected profit ratio.

    Mechanisms: M59, E13.
    """
    wanted = capacity * np.minimum(np.maximum(margin / margin_normal, 0.0), 1.5)
    return bought + volume_speed * (wanted - bought)


def capacity_step(
    capacity: Array,
    margin: Array,
    hit: Array,
    inherited: Array,
    *,
    margin_normal: Array,
    capacity_growth: Array,
) -> Array:
    """Return next month's capacity in kg/month, ``(run,)``.

    Equation:
        push = min(max(margin / margin_normal - 1, -1), 1)
        kept = capacity * (1 + capacity_growth * push) * (1 - hit)
        capacity_next = max(kept, 0.01) + inherited

    Args:
        hit: share of the network lost to arrests this month.
        inherited: kg/month of reach taken over from networks that were hit.

    Mechanisms: E11, M54, S16.
    """
    push = np.minimum(np.maximum(margin / margin_normal - 1.0, -1.0), 1.0)
    return np.maximum(capacity * (1.0 + capacity_growth * push) * (1.0 - hit), 0.01) + inherited


def toll(detection: Array, price: Array, *, toll_share: Array, loss_multiple: Array) -> Array:
    """Return the toll of an arranged passage in USD/kg, shape of ``detection``.

    The officer takes a share of the loss that the network avoids, so protection is dearest where
    honest guards would be good.

    Equation:
        toll = toll_share * min(loss_multiple * detection, 1) * price

    Args:
        detection: probability that an honest guard meets the load.
        price: value of the drug at that point, USD/kg, ``(run,)``.

    Mechanisms: E09, E12, M51, M60.
    """
    return toll_share * np.minimum(loss_multiple * detection, 1.0) * price


def collusion_aim(
    rent_on_offer: Array,
    pay: Array,
    supervision: Array,
    *,
    collusion_slope: Array,
    bribery_norm: Array,
) -> Array:
    """Return the share of an agency that would collude at these rewards, ``(run,)``.

    A ratio, because what matters to a person is the bribe against the living; 0.1 USD a month
    stands for what is left where there is no bribe and no pay.

    Equation:
        ratio = (rent_on_offer + 0.1) / (pay + supervision + 0.1)
        collusion_aim = 1 / (1 + exp(-(collusion_slope * ln(ratio) + bribery_norm)))

    Args:
        rent_on_offer: bribes a colluding person could take, USD/person/month.
        pay: what the person is paid, USD/person/month.
        supervision: expected monthly loss from being caught or refused promotion, USD/month.

    Mechanisms: M45, M46, M47, M48, E09, E12, M52.
    """
    ratio = (rent_on_offer + 0.1) / (pay + supervision + 0.1)
    return 1.0 / (1.0 + np.exp(-(collusion_slope * np.log(ratio) + bribery_norm)))


def watched(
    supervision: Array,
    aid_per_head: Array,
    *,
    donor_monitoring: Array,
    donor_coordination: Array,
    oversight_yield: Array,
    civic_space: Array,
    press_exposure: Array,
) -> Array:
    """Return supervision with what donors and press see, USD/person/month, ``(run,)``.

    Who pays can look, if he looks at all and is not played off against others; what outlets and
    groups bring to light makes dismissal likelier.

    Equation:
        seen = 1 - (1 - donor_monitoring) * (1 - donor_coordination)
        exposed = supervision * (1 + press_exposure * civic_space)
        watched = exposed + oversight_yield * aid_per_head * seen

    Args:
        supervision: expected monthly loss from the agency's own supervision, USD/person/month.
        aid_per_head: useful aid of powers, each weighted by the conditions it attaches,
            USD/person/month.

    Mechanisms: M58, O06, S22, M42.
    """
    seen = 1.0 - (1.0 - donor_monitoring) * (1.0 - donor_coordination)
    exposed = supervision * (1.0 + press_exposure * civic_space)
    return exposed + oversight_yield * aid_per_head * seen


def collusion_step(collusion: Array, aim: Array, *, collusion_speed: Array) -> Array:
    """Return next month's collusion: a fixed share of the way to the aim, ``(run,)``.

    Habits and partnerships make it slow in both directions.

    Equation:
        collusion_next = collusion + collusion_speed * (aim - collusion)

    Mechanisms: E12, M24.
    """
    return collusion + collusion_speed * (aim - collusion)


def with_clients(collusion: Array, replaced: Array, *, clientele_collusion: Array) -> Array:
    """Return the collusion of an agency part of whose staff are a political head's own people.

    A share, ``(run,)``. He brings people who owe their place to him; when he goes, the old staff
    and their ways return.

    Equation:
        with_clients = collusion + replaced * max(clientele_collusion - collusion, 0)

    Args:
        collusion: share of the professional staff that colludes.
        replaced: share of the staff he has replaced, 0 to 1.

    Mechanisms: M23, M24, S14.
    """
    return collusion + replaced * np.maximum(clientele_collusion - collusion, 0.0)

"""The drug market: prices, entry, ways of the networks, arrests, tolls."""

from typing import NamedTuple

import numpy as np

from tajsim.axes import Array, shares, total


class Ways(NamedTuple):
    """What speaks against each way, and the share of the loads sent there, ``(way, run)``."""

    losses: Array
    tolls: Array
    shares: Array


def way_shares(
    old: Array,
    length: Array,
    terrain: Array,
    belief: Array,
    tolled: Array,
    *,
    route_sensitivity: Array,
    terrain_cross: Array,
    clock_season: Array,
) -> Ways:
    """Return what speaks against each way, and how loads are divided over them, ``(way, run)``.

    A logit: pressure on one way moves traffic to the others, with a delay. Losses and tolls count
    over their mean on all ways, so that it matters where they are worst, not how high all are.

    Equation:
        usual = mean(belief + tolled, "way") + 1e-9
        answer = exp(-route_sensitivity * (belief + tolled) / usual)
        fresh = shares(length * terrain ** (-terrain_cross) * answer, "way")
        losses = route_sensitivity * belief / usual
        tolls = route_sensitivity * tolled / usual
        shares = old + (fresh - old) / clock_season

    Args:
        terrain: difficulty of the ground, 1 = a plain.
        belief: believed share lost on the way, ``(way, run)``.
        tolled: expected toll as a share of the value of the load, ``(way, run)``.

    Mechanisms: X16, M59, E14.
    """
    usual = total(belief + tolled) / len(belief) + 1e-9
    losses = route_sensitivity * belief / usual
    tolls = route_sensitivity * tolled / usual
    fresh = shares(length * terrain**-terrain_cross * np.exp(-(losses + tolls)))
    return Ways(losses, tolls, old + (fresh - old) / clock_season)


def exit_shares(old: Array, closed: Array, *, clock_season: Array) -> Array:
    """Return the share of the loads that leaves by each exit, ``(exit, run)``, adding to 1.

    Equation:
        ajar = max(1 - closed, 0) + 1e-9
        exit_shares = old + (shares(ajar, "exit") - old) / clock_season

    Args:
        closed: share of the crossings that is closed, by either side, ``(exit, run)``.

    Mechanisms: M68, X16.
    """
    return old + (shares(np.maximum(1.0 - closed, 0.0) + 1e-9) - old) / clock_season


def learn(belief: Array, load: Array, lost: Array, *, clock_season: Array) -> Array:
    """Return the share that is believed lost on each way, ``(way, run)``.

    Equation:
        belief_next = belief + (lost / max(load, 1e-9) - belief) / clock_season

    Args:
        belief: believed share lost, ``(way, run)``.
        load: kg sent there this month by all networks, ``(way, run)``.
        lost: kg seized of them, ``(way, run)``.

    Mechanisms: X16, M68.
    """
    return belief + (lost / np.maximum(load, 1e-9) - belief) / clock_season


def price_inland(price_in: Array, price_out: Array) -> Array:
    """Return what drugs are worth in the country, USD/kg, ``(run,)``: halfway from line to exits.

    Equation:
        price_inland = 0.5 * (price_in + price_out)

    Mechanisms: M69.
    """
    return 0.5 * (price_in + price_out)


def inland_detection(persons: Array, quality: Array, *, inland_search: Array) -> Array:
    """Return the share of what passes that an honest drug unit would find, ``(run,)``.

    Equation:
        inland_detection = 1 - exp(-inland_search * persons * quality)

    Mechanisms: M66, M67, M14.
    """
    found: Array = 1.0 - np.exp(-inland_search * persons * quality)
    return found


class Arrests(NamedTuple):
    """Share of a network that is lost this month to arrests of the exposed, and to raids."""

    exposed: Array
    raided: Array


def arrests(
    found: Array,
    protection: Array,
    *,
    arrest_hit: Array,
    crackdown_on_exposed: Array,
    crackdown_on_protected: Array,
) -> Arrests:
    """Return the share of a network lost to arrests and to raids on the protected, ``(run,)``.

    The large protected ones are spared, unless the crackdown is on them; then their friends go
    with them. A crackdown is counted in the arrests of an ordinary month.

    Equation:
        hit = arrest_hit * found
        exposed = min(hit * (1 + crackdown_on_exposed), 1) * (1 - protection) ** 2
        raided = min(hit * crackdown_on_protected, 1) * protection

    Args:
        found: inland detection by all units, share a month.
        protection: connection of the network, share.

    Mechanisms: E11.
    """
    hit = arrest_hit * found
    exposed = np.minimum(hit * (1.0 + crackdown_on_exposed), 1.0) * (1.0 - protection) ** 2
    return Arrests(exposed, np.minimum(hit * crackdown_on_protected, 1.0) * protection)


def price_at_border(
    bought: Array,
    harvest: Array,
    ceiling: Array,
    *,
    heroin_supply: Array,
    market_demand: Array,
    scarcity_pull: Array,
    price_border: Array,
) -> Array:
    """Return the price at the Afghan line in USD/kg, ``(run,)``.

    A record harvest makes the drug cheap; as what is bought nears what there is, the price rises
    without end, up to what the drug brings beyond the exits. What is usual is the ordinary volume
    out of an ordinary crop.

    Equation:
        left = max(heroin_supply * harvest - bought, 1e-9)
        usual = market_demand / (heroin_supply - market_demand)
        price_at_border = min(price_border * (bought / left / usual) ** scarcity_pull, ceiling)

    Args:
        harvest: Afghan harvest as traders believe it to be, 1 = ordinary year.
        ceiling: price beyond the exits, USD/kg.

    Mechanisms: E13, M59.
    """
    left = np.maximum(heroin_supply * harvest - bought, 1e-9)
    usual = market_demand / (heroin_supply - market_demand)
    return np.minimum(price_border * (bought / left / usual) ** scarcity_pull, ceiling)


def price_beyond(
    sold: Array, buyers: Array, *, price_exit: Array, market_demand: Array, demand_slope: Array
) -> Array:
    """Return the price paid beyond the exits, USD/kg, ``(run,)``.

    It falls with the volume sold: demand beyond is finite.

    Equation:
        price_beyond = price_exit * buyers * (max(sold, 1) / market_demand) ** (-demand_slope)

    Args:
        buyers: what buyers abroad pay for the usual volume, ratio, 1 = as in 2004.

    Mechanisms: M68.
    """
    return price_exit * buyers * (np.maximum(sold, 1.0) / market_demand) ** -demand_slope


def volume(
    bought: Array,
    spread: Array,
    cost_share: Array,
    size: Array,
    hit: Array,
    *,
    price_exit: Array,
    price_border: Array,
    crowding: Array,
    clock_year: Array,
) -> Array:
    """Return kg that a network would buy this month, ``(run,)``: free entry.

    It grows while a dollar laid out brings more than in an ordinary year, and shrinks while it
    brings less; the larger it is the dearer it works, its own people and routes being limited.

    Equation:
        kept = max(1 - cost_share, 1e-9)
        pays = spread * kept * price_border / price_exit
        gain = ln(pays) - crowding * ln(max(size, 1e-9))
        push = 1 - 2 / (exp(2 * gain) + 1)
        volume = bought * exp(push / clock_year) * (1 - hit)

    Args:
        spread: price beyond the exits over that at the line, ratio.
        cost_share: share of the value lost to seizures and tolls on the whole way.
        size: of the network, 1 = mean of all.
        hit: share of the network lost last month to arrests.

    Mechanisms: M59, M68, E13, E11, S16.
    """
    kept = np.maximum(1.0 - cost_share, 1e-9)
    pays = spread * kept * price_border / price_exit
    gain = np.log(pays) - crowding * np.log(np.maximum(size, 1e-9))
    return bought * np.exp(np.tanh(gain) / clock_year) * (1.0 - hit)


def within_crop(wanted: Array, harvest: Array, *, heroin_supply: Array) -> Array:
    """Return kg that each network buys, ``(network, run)``: nobody moves more than there is.

    Equation:
        there_is = heroin_supply * harvest
        within_crop = wanted * min(1, there_is / max(sum(wanted, "network"), 1e-9))

    Args:
        wanted: kg that each network would buy.
        harvest: Afghan harvest as it is, 1 = ordinary year, ``(run,)``.

    Mechanisms: E13, M59.
    """
    share = heroin_supply * harvest / np.maximum(total(wanted), 1e-9)
    return wanted * np.minimum(share, 1.0)


def toll(detection: Array, price: Array, *, toll_rate: Array) -> Array:
    """Return the toll of an arranged passage in USD/kg, shape of ``detection``.

    The officer takes a share of the loss that the network avoids, so protection is dearest where
    honest guards would be good.

    Equation:
        toll = toll_rate * detection * price

    Args:
        price: value of the drug at that point, USD/kg, ``(run,)``.

    Mechanisms: E09, E12, M51, M60.
    """
    return toll_rate * detection * price

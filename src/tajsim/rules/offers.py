"""What outside powers offer: alarm, rivalry, guarantees, rent of the base."""

import numpy as np

from tajsim.axes import Array, shares, total


def rent_in_kind(base: Array, *, base_rent: Array) -> Array:
    """Return the help that takes the place of a base's rent, USD/month, ``(run,)``.

    As it comes in arms and in help against drugs, it stands in no budget, and the regime leans
    the more on who gives it.

    Equation:
        rent_in_kind = base * base_rent

    Args:
        base: troops of the base, persons.

    Mechanisms: O15.
    """
    return base * base_rent


def alarm(strain: Array, *, strained_from: Array, crisis_alarm: Array) -> Array:
    """Return what visible crisis multiplies a power's attention by, 1 and up, ``(run,)``.

    Calm is mistaken for stability, so nothing comes before the trouble shows; then patrons keep
    supporting a ruler they doubt, because his fall would be their problem.

    Equation:
        alarm = 1 + crisis_alarm * max(strain - strained_from, 0)

    Args:
        strain: of the state, 0 to 1.

    Mechanisms: O08, X21, X22.
    """
    return 1.0 + crisis_alarm * np.maximum(strain - strained_from, 0.0)


def invested(strain: Array, *, power_investment: Array, investor_caution: Array) -> Array:
    """Return what each power's firms invest this month, USD/month, ``(power, run)``.

    It depends on how safe the money is, not on how the country is ruled or aligned; no rule of
    leverage or conditions reads it.

    Equation:
        invested = power_investment / 12 * (1 - investor_caution * strain)

    Args:
        strain: of the state, 0 to 1, ``(run,)``.

    Mechanisms: O20.
    """
    return power_investment / 12.0 * (1.0 - investor_caution * strain)


def output_gained(invested: Array, *, investment_yield: Array) -> Array:
    """Return the monthly output that a month's investment adds for good, USD/month, ``(run,)``.

    Equation:
        output_gained = investment_yield / 12 * invested

    Args:
        invested: by all powers, USD in this month.

    Mechanisms: O20.
    """
    return investment_yield / 12.0 * invested


def courted(search: Array, *, power_exposure: Array, courtship_response: Array) -> Array:
    """Return what being asked multiplies a power's attention by, ratio, ``(run,)``.

    Who is visited answers, on the tasks that touch himself.

    Equation:
        asked = sum(power_exposure * search, "task")
        mean_asked = asked / (sum(power_exposure, "task") + 1e-9)
        courted = 1 + courtship_response * mean_asked

    Args:
        search: how much more widely the regime looks for partners than at the start, -1 to 1,
            ``(task, run)``.

    Mechanisms: M123, O10.
    """
    asked = total(power_exposure * search) / (total(power_exposure) + 1e-9)
    return 1.0 + courtship_response * asked


def frightened(told: Array, touched: Array) -> Array:
    """Return what an overstated threat multiplies a power's attention by, ratio, ``(run,)``.

    Equation:
        frightened = 1 + told * touched

    Args:
        told: what it believes of the overstatement, more than at the start, -1 to 1.
        touched: share of its exposure that is to militants, 0 to 1.

    Mechanisms: O23.
    """
    return 1.0 + told * touched


def advance(weight: Array, remembered: Array) -> Array:
    """Return how much each power's weight in the country grew over the year, ``(power, run)``.

    Equation:
        advance = max(weight - remembered, 0)

    Args:
        weight: provision over all tasks, and investment over output, index, ``(power, run)``.
        remembered: the same as rivals remember it, ``(power, run)``.

    Mechanisms: M105, M128.
    """
    return np.maximum(weight - remembered, 0.0)


def rival_gain(advance: Array, watched: Array) -> Array:
    """Return the advance of those whom a power watches, index, ``(run,)``.

    The two camps watch each other; Japan belongs to neither and watches China, and Russia beside
    it.

    Equation:
        rival_gain = sum(watched * advance, "power")

    Args:
        advance: of each power, index, ``(power, run)``.
        watched: 1 for those it watches, else 0, ``(power, 1)``.

    Mechanisms: M105, M107, M108, M128.
    """
    return total(watched * advance)


def offers(
    gap: Array,
    rival_gain: Array,
    attention: Array,
    *,
    power_exposure: Array,
    power_budget: Array,
    vacuum_response: Array,
    rivalry_response: Array,
) -> Array:
    """Return a power's monthly offers in USD/month, ``(task, run)``.

    The budget, times ``attention``, grows with the vacuum it sees and with what rivals gained;
    it is divided over tasks by own exposure times the gap. The power's exposure decides, not the
    country's need.

    Equation:
        seen = sum(power_exposure * gap, "task")
        vacuum = seen / (sum(power_exposure, "task") + 1e-9)
        growth = 1 + vacuum_response * vacuum + rivalry_response * rival_gain
        size = power_budget / 12 * attention * growth
        offers = size * shares(power_exposure * (0.2 + gap), "task")

    Args:
        gap: share of each task that nobody carries, ``(task, run)``.
        rival_gain: growth of rivals' provision over the last year, index, ``(run,)``.
        attention: how much the power cares about the region now, 1 = as in 2004, ``(run,)``.

    Mechanisms: M04, M83, M84, M106, M107, M108, O11, O28, M105, M127.
    """
    need = power_exposure * (0.2 + gap)
    vacuum = total(power_exposure * gap) / (total(power_exposure) + 1e-9)
    size = power_budget / 12.0 * attention
    size = size * (1.0 + vacuum_response * vacuum + rivalry_response * rival_gain)
    return size * shares(need)


def partner_exposure(
    helped: Array, presence: Array, guards: Array, *, embassy_guard: Array
) -> Array:
    """Return how far a power relies on a service of the country, 0 to 1, ``(run,)``.

    Outsourcing runs in both directions: those without troops of their own are protected by the
    local police.

    Equation:
        guarded = embassy_guard * guards * (1 - presence)
        partner_exposure = 1 - (1 - helped) * (1 - guarded)

    Args:
        helped: share of the power's useful aid that goes to the service, 0 to 1.
        presence: share of tasks that the power's own people hold, mean, 0 to 1.
        guards: 1 for the service that guards foreigners, else 0.

    Mechanisms: O27.
    """
    return 1.0 - (1.0 - helped) * (1.0 - embassy_guard * guards * (1.0 - presence))


def burnt_step(
    burnt: Array, exposure: Array, *, defection_shock: Array, partner_forgetting: Array
) -> Array:
    """Return the trust that defections have cost a power, 0 to 1, ``(run,)``.

    Equation:
        shocked = (1 - burnt) * defection_shock * exposure
        burnt_next = burnt * (1 - partner_forgetting) + shocked

    Args:
        burnt: trust lost so far, 0 to 1.
        exposure: how far it relied on a service whose chief went over last month, 0 to 1.

    Mechanisms: O27.
    """
    return burnt * (1.0 - partner_forgetting) + (1.0 - burnt) * defection_shock * exposure


def hostility_step(
    hostility: Array,
    transit: Array,
    militants: Array,
    *,
    neighbour_hostility: Array,
    hostility_blame: Array,
    alliance_half: Array,
    clock_year: Array,
) -> Array:
    """Return Uzbekistan's hostility next month, index, ``(run,)``.

    The neighbour was an ally in the war, its interest has changed, and it blames the country for
    what it tolerates.

    Equation:
        sheltered = militants / (militants + alliance_half)
        blame = hostility_blame * (transit - 1 + sheltered)
        aim = max(neighbour_hostility * (1 + blame), 0)
        hostility_next = hostility + (aim - hostility) / clock_year

    Args:
        transit: drugs leaving towards Uzbekistan over those of the start.
        militants: in the country, persons; an invasion's number gives half of the blame.

    Mechanisms: M98, M103.
    """
    sheltered = militants / (militants + alliance_half)
    blame = hostility_blame * (transit - 1.0 + sheltered)
    aim = np.maximum(neighbour_hostility * (1.0 + blame), 0.0)
    return hostility + (aim - hostility) / clock_year


def hardening(guard: Array, hostility: Array, *, hardening_limit: Array) -> Array:
    """Return how far neighbours close their own side, index, ``(run,)``.

    What the country does not hold at its Afghan line they hold at theirs.

    Equation:
        hardening = hardening_limit * (1 - guard) * (0.5 + hostility)

    Args:
        guard: mean honest strength of the Afghan line, 0 to 1.
        hostility: index.

    Mechanisms: M76, X17.
    """
    return hardening_limit * (1.0 - guard) * (0.5 + hostility)


def guarantee(
    alignment: Array,
    presence: Array,
    *,
    power_guarantee: Array,
    guarantee_reward: Array,
) -> Array:
    """Return the power's backing of the ruler, 0 to 1, ``(run,)``.

    A patron protects who leans on it, and only as far as it is there.

    Equation:
        reward = guarantee_reward * max(alignment, 0) * presence
        guarantee = min(power_guarantee + reward, 1)

    Args:
        alignment: position of the regime, -1 West to 1 Moscow.
        presence: the power's military presence, 0 to 1.

    Mechanisms: M26, M113, X21, O19, M85.
    """
    return np.minimum(power_guarantee + guarantee_reward * np.maximum(alignment, 0.0) * presence, 1)


def leverage(debt: Array, migrants: Array, *, debt_scale: Array, migrant_scale: Array) -> Array:
    """Return what the patron can do to the regime, 0 to 1, ``(run,)``.

    Equation:
        leverage = 1 - 1 / (1 + debt / debt_scale + migrants / migrant_scale)

    Args:
        debt: owed to the patron, USD.
        migrants: citizens who work there, persons.

    Mechanisms: M111, O18, M112.
    """
    return 1.0 - 1.0 / (1.0 + debt / debt_scale + migrants / migrant_scale)


def objection(bloc_share: Array, *, bloc_tolerance: Array) -> Array:
    """Return how strongly the patron objects to more help from blocs, 0 to 1, ``(run,)``.

    Several states are welcome, the dominance of a bloc is not.

    Equation:
        objection = max(bloc_share - bloc_tolerance, 0) / (1 - bloc_tolerance)

    Args:
        bloc_share: share of all outside provision that comes from rival blocs, 0 to 1.

    Mechanisms: O12, O13.
    """
    return np.maximum(bloc_share - bloc_tolerance, 0.0) / (1.0 - bloc_tolerance)


def displeasure(leverage: Array, reliance: Array) -> Array:
    """Return what the patron can make the offer of another cost, 0 to 1, ``(run,)``.

    Debt and migrants are what it can use, and the more of the work it does the less it can be
    refused.

    Equation:
        displeasure = leverage * reliance

    Args:
        leverage: what the patron can do to the regime, 0 to 1.
        reliance: share of all security work that it does, 0 to 1.

    Mechanisms: M120.
    """
    return leverage * reliance

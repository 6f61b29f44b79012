"""Deals: what powers offer, what a bundle is worth to the regime, terms, pressure, cover.

Sizes are shares of what a task needs; benefits, prices and harms are ratios. Arrays are
``(deal, run)`` unless said otherwise; a bundle is a choice of deals on one task.
"""

from typing import NamedTuple

import numpy as np

from tajsim.axes import TASKS, Array, total

#: Tasks over which the worth of a bundle is counted.
TASK_COUNT = float(len(TASKS))
#: Months between two looks at a deal, and at least between its end and its notice.
QUARTER = 3.0
#: Nobody covers quite all of a task.
WHOLE = 1.0 - 1e-3


def attention_step(
    attention: Array, normal: Array, shared: Array, allied: Array, *, attention_spread: Array,
    clock_year: Array,
) -> Array:  # fmt: skip
    """Return the logarithm of powers' attention next month, ``(power, run)``.

    It moves by itself, with elections and other wars, and is forgotten over two years; the spread
    is its long-run standard deviation. Half of what moves allies is their common wars, as that in
    Afghanistan (icg-2016:233).

    Equation:
        kept = exp(-0.5 / clock_year)
        surprise = sqrt(0.5) * (normal + shared) if allied > 0 else normal
        attention_next = kept * attention + sqrt(1 - kept**2) * attention_spread * surprise

    Args:
        shared: one for all allies, ``(run,)``.
        allied: 1 for the powers of the alliance, else 0, ``(power, 1)``.

    Mechanisms: O08, O11, M128.
    """
    kept = np.exp(-0.5 / clock_year)
    surprise = np.where(allied > 0.0, np.sqrt(0.5) * (normal + shared), normal)
    moved: Array = kept * attention + np.sqrt(1.0 - kept**2) * attention_spread * surprise
    return moved


def attends(attention: Array, *, power_attention: Array, attention_spread: Array) -> Array:
    """Return the attention that powers pay now, 1 = usual, ``(power, run)``.

    Equation:
        attends = power_attention * exp(attention - 0.5 * attention_spread**2)

    Mechanisms: O11, M128.
    """
    return power_attention * np.exp(attention - 0.5 * attention_spread**2)


def capacity(
    attention: Array, patron: Array, boom: Array, usual: Array, *, power_budget: Array
) -> Array:
    """Return what powers can and will spend, 1 = usual, ``(power, run)``.

    Equation:
        means = exp(boom) if patron > 0 else 1
        capacity = attention * means * power_budget / usual

    Args:
        patron: 1 for Moscow, whose money follows Russian output; usual: documented money, USD.

    Mechanisms: M05, O16.
    """
    return attention * np.where(patron > 0.0, np.exp(boom), 1.0) * power_budget / usual


def left_alone(left: Array, on_the_spot: Array, aid: Array) -> Array:
    """Return the share of a task that outsiders leave without a deal, 0 to 1, ``(deal, run)``.

    Equation:
        left_alone = min(left / ((1 - on_the_spot) * exp(-aid)), 1)

    Args:
        left: share that they leave with it; on_the_spot, aid: what the deal covers, see `cover`.

    Mechanisms: M84.
    """
    return np.minimum(left / ((1.0 - on_the_spot) * np.exp(-aid)), 1.0)


def threat(
    perceived: Array, usual: Array, drugs: Array, believed: Array, expected: Array, *,
    threat_sensitivity: Array,
) -> Array:  # fmt: skip
    """Return the threat to each task over its usual level, ratio, ``(task, run)``.

    Equation:
        now = 1 + threat_sensitivity * perceived
        crop = sqrt(believed / max(expected, 1e-9)) if drugs > 0 else 1
        threat = now / (1 + threat_sensitivity * usual) * crop

    Args:
        perceived: threat that the regime perceives on each task, index.
        drugs: 1 for the tasks that drugs touch, else 0, ``(task, 1)``.
        believed, expected: harvest as first published, and the same as usual, ratios.

    Mechanisms: M04, M07, M127.
    """
    now = 1.0 + threat_sensitivity * perceived
    crop = np.where(drugs > 0.0, np.sqrt(believed / np.maximum(expected, 1e-9)), 1.0)
    return now / (1.0 + threat_sensitivity * usual) * crop


class Benefit(NamedTuple):
    """What a unit of a deal is worth to its power, by motive, each ``(deal, run)``."""

    exposure: Array
    own_use: Array
    rivalry: Array
    friendship: Array


def benefit(
    exposure: Array, threat: Array, gap: Array, lost: Array, own_use: Array, attention: Array,
    presence: Array, rival: Array, friend: Array, *, rivalry: Array, friendship: Array,
    disappointment: Array,
) -> Benefit:  # fmt: skip
    """Return what a unit of each deal is worth to the power that decides on it.

    The power's own exposure decides, not the country's need; it wants to be where its rival is,
    and there security comes second (matveeva-2004:149); it answers a regime that stands with it.

    Equation:
        seen = exposure * threat * gap * (1 - disappointment * lost) * (1 - rivalry * rival)
        used = own_use * attention
        shown = presence * rivalry * rival
        backed = presence * friendship * friend

    Args:
        exposure: how far the task's threat touches the power, 0 to 1.
        threat: to the task, over its usual level, ratio.
        gap: share of the task that nobody would carry without the deal, 0 to 1.
        lost: share of the power's aid that was diverted of late, 0 to 1.
        own_use: what the deal gives the power whatever the threat, 0 to 1.
        presence: how far the deal shows the flag, 0 to 1.
        rival: share of what outsiders carry that the rival camp does, 0 to 1.
        friend: how far the regime stands with the power's camp, -1 to 1.

    Mechanisms: M04, M83, M84, M105, M106, M107, M108, M128, O08, O11, O18, O28.
    """
    seen = exposure * threat * gap * (1.0 - disappointment * lost) * (1.0 - rivalry * rival)
    return Benefit(
        seen, own_use * attention, presence * (rivalry * rival), presence * (friendship * friend)
    )


def worth_its_cost(benefit: Array, budget: Array, cost: Array) -> Array:
    """Return what a deal is worth to its power over its cost, ratio.

    Equation:
        worth_its_cost = max(benefit, 0) * budget / cost

    Args:
        cost: of a unit of the deal, over what full exposure is worth.

    Mechanisms: M04, M05.
    """
    return np.maximum(benefit, 0.0) * budget / cost


def offered(
    ratio: Array, whim: Array, held: Array, *, leave_below: Array, mood_spread: Array
) -> Array:
    """Return 1 where a power offers a deal, or goes on with it, else 0.

    Equation:
        push = ln(max(ratio, 1e-6)) + mood_spread * whim
        offered = 1 if push > 0 - held * leave_below else 0

    Args:
        whim: what moves the power besides, standard normal.

    Mechanisms: M04, X21, X22.
    """
    push = np.log(np.maximum(ratio, 1e-6)) + mood_spread * whim
    return (push > -leave_below * held).astype(float)


def surplus(ratio: Array) -> Array:
    """Return the part of a deal's worth to its power that is left when its cost is paid, 0 to 1.

    Nobody presses for what is hardly worth its cost.

    Equation:
        surplus = max(1 - 1 / max(ratio, 1e-6), 0)

    Mechanisms: O18, M120.
    """
    return np.maximum(1.0 - 1.0 / np.maximum(ratio, 1e-6), 0.0)


def size_wished(ratio: Array, size: Array) -> Array:
    """Return the size at which a power offers a deal, share of the task's need.

    Equation:
        size_wished = min(size * min(ratio, 2), 0.999)

    Args:
        ratio: worth over cost, over what that usually is, 0 and up.
        size: documented, share of the task's need.

    Mechanisms: M04, M127.
    """
    return np.minimum(size * np.minimum(ratio, 2.0), WHOLE)


def own_condition(listed: Array, level: Array, usual: Array, refused: Array) -> Array:
    """Return the conditions that a power would attach to a deal without rivals, 0 to 1.

    As documented for the deal while the power's level of conditions is as usual; at level 0 none,
    at level 1 full conditions on every deal. Where there are any, a vote that the opposition
    refuses hardens them.

    Equation:
        kept = listed * (1 - max(usual - level, 0) / max(usual, 1e-9))
        own = kept + (1 - kept) * max(level - usual, 0) / max(1 - usual, 1e-9)
        own_condition = own * (1 + refused * (1 - own))

    Args:
        listed: documented conditions of the deal, 0 to 1.
        level: of the power now, 0 to 1.
        usual: documented level of the power, 0 to 1.
        refused: 1 while the party boycotts votes, else 0, ``(run,)``.

    Mechanisms: M104, O06, P27.
    """
    kept = listed * (1.0 - np.maximum(usual - level, 0.0) / np.maximum(usual, 1e-9))
    own = kept + (1.0 - kept) * np.maximum(level - usual, 0.0) / np.maximum(1.0 - usual, 1e-9)
    return own * (1.0 + refused * (1.0 - own))


def spared(condition: Array, theirs: Array) -> Array:
    """Return the part of a demand that the regime is spared with another's offer, 0 to 1.

    Suitors who ask for less are played off against the others; who asks for as much is no way round
    reform (matveeva-2004:149, 253-255).

    Equation:
        spared = max(1 - theirs / max(condition, 1e-9), 0)

    Args:
        condition: that a power would attach without rivals, 0 to 1, ``(run,)``.
        theirs: what others attach now, 0 to 1.

    Mechanisms: M104, M110.
    """
    return np.maximum(1.0 - theirs / np.maximum(condition, 1e-9), 0.0)


def conditions_asked(condition: Array, rivals: Array, *, conditions_fall: Array) -> Array:
    """Return the conditions that a power attaches to a deal now, 0 to 1.

    Who has rivals for the same task cannot insist.

    Equation:
        conditions_asked = condition * (1 - conditions_fall * rivals)

    Args:
        rivals: what others offer that spares its demands, over that and its own offer, 0 to 1.

    Mechanisms: M104, M58, O24.
    """
    return condition * (1.0 - conditions_fall * rivals)


def budget_aim(seen: Array, capacity: Array, *, budget_follows: Array) -> Array:
    """Return the budget that a power moves to, 1 = usual, ``(power, run)``.

    Equation:
        budget_aim = capacity * max(1 + budget_follows * (min(seen, 2) - 1), 0)

    Args:
        seen: what of its tasks is open to it, over the usual.
        capacity: what the power can and will spend, 1 = usual.

    Mechanisms: M05, M83, O16.
    """
    opened = np.minimum(seen, 2.0) - 1.0
    return capacity * np.maximum(1.0 + budget_follows * opened, 0.0)


class Fate(NamedTuple):
    """What becomes of an amount of aid, each of its shape."""

    useful: Array
    diverted: Array
    repeated: Array


def fate_of_aid(
    amount: Array, condition: Array, repeats: Array, corruption: Array, watch: Array
) -> Fate:
    """Split an amount of aid into what is useful, what is diverted, and what repeats other aid.

    Conditions and whoever watches limit what a corrupt state takes; what repeats the aid of others
    is half lost, and easier to take.

    Equation:
        seen = (1 - condition) * (1 - watch)
        share = 1 - exp(-corruption * seen * (1 + repeats))
        arrives = amount * (1 - share)
        useful = arrives * (1 - repeats / 2)
        diverted = amount * share
        repeated = arrives * repeats / 2

    Args:
        amount: of the deal, share of the task's need or USD.
        repeats: share of the task's aid that repeats other aid, 0 to 1.
        corruption: diversion where nobody looks, 0 to 1, ``(run,)``.
        watch: how closely donors look, 0 to 1, ``(run,)``.

    Mechanisms: M55, M56, M58, E06, E20, O03, O06.
    """
    share = corruption * (1.0 - condition) * (1.0 - watch) * (1.0 + repeats)
    diverted = amount * (1.0 - np.exp(-share))
    repeated = 0.5 * repeats * (amount - diverted)
    return Fate(amount - diverted - repeated, diverted, repeated)


def repetition(amounts: Array, *, duplication_limit: Array, donor_coordination: Array) -> Array:
    """Return the share of the aid for a task that repeats other aid, ``(..., run)``.

    Equation:
        whole = sum(amounts, "deal")
        part = amounts / max(whole, 1e-9)
        several = 1 - sum(part**2, "deal") if whole > 1e-9 else 0
        repetition = duplication_limit * (1 - donor_coordination) * several

    Args:
        amounts: of the donors of one task, ``(deal, ..., run)``.

    Mechanisms: M55, E21, M58, O26.
    """
    whole = total(amounts)
    part = amounts / np.maximum(whole, 1e-9)
    alone = total(part * part)
    return duplication_limit * (1.0 - donor_coordination) * (1.0 - alone) * (whole > 1e-9)


class Gains(NamedTuple):
    """What a bundle brings the regime, by reason, each ``(option, run)``."""

    protection: Array
    relief: Array
    rents: Array
    price: Array
    suitors: Array


class Prices(NamedTuple):
    """What speaks against a bundle (and, last, its mood), by reason, each ``(option, run)``."""

    autonomy: Array
    reliance: Array
    conditions: Array
    pressure: Array
    change: Array
    leaning: Array
    mood: Array


def gains(
    weight: Array, protected: Array, cover: Array, taken: Array, money: Array, unpaid: Array,
    paid: Array, concentration: Array, *, relief_worth: Array, rents_worth: Array,
    suitors_worth: Array,
) -> Gains:  # fmt: skip
    """Return what each bundle of deals on a task brings to the regime's survival, by reason.

    Protection counts by the task's weight for survival, rents by the money in it, as clients are
    paid in money (matveeva-2004:23). Sizes of bundles are divided by six, the number of tasks.

    Equation:
        from_protection = weight * protected
        from_relief = relief_worth * cover / 6
        from_rents = rents_worth * taken * (1 + unpaid) * money
        from_price = paid / 6
        from_suitors = suitors_worth * (1 - concentration)

    Args:
        weight: of the task for survival, share, ``(run,)``.
        protected: share of the task that own agencies and outsiders carry, ``(option, run)``.
        cover: share that outsiders carry.
        taken: what of aid and rents for access is diverted to the circle, share of the need.
        money: what the task would cost at home over what all would, share, ``(run,)``.
        unpaid: clients' claims left unpaid, 0 to 1, ``(run,)``.
        paid: what the powers pay the state for it less concessions, share of the need.
        concentration: of outside provision over all tasks on few powers, 0 to 1.

    Mechanisms: M01, M02, M03, M17, M104, M123.
    """
    return Gains(
        weight * protected, relief_worth * cover / TASK_COUNT,
        rents_worth * taken * (1.0 + unpaid) * money, paid / TASK_COUNT,
        suitors_worth * (1.0 - concentration),
    )  # fmt: skip


def prices(
    weight: Array, command: Array, reliance: Array, calm: Array, asked: Array, opening: Array,
    harm: Array, moved: Array, lean: Array, mood: Array, demands: Array, *, autonomy_price: Array,
    reliance_price: Array, condition_price: Array, fear_of_pressure: Array, inertia: Array,
    lean_west: Array, mood_spread: Array,
) -> Prices:  # fmt: skip
    """Return the prices of each bundle of deals on a task to the regime, by reason, as negatives.

    A camp whose offers are tangled with demands for an opening is the worse friend for a ruler,
    whatever the deal; the other asks for none.

    Equation:
        autonomy = -autonomy_price * calm * weight * command
        leaning_on_one = -reliance_price * calm * reliance**2
        conditions = -condition_price * opening * weight * asked
        pressure = -fear_of_pressure * harm
        change = -inertia * moved / 6
        leaning_west = (lean_west - condition_price * opening * demands) * lean / 6
        whim = mood_spread * mood / 6

    Args:
        weight: of the task for survival, share, ``(run,)``.
        command: share of the task under foreign command, ``(option, run)``.
        reliance: share of all security work that the largest power does, 0 to 1.
        calm: how dear autonomy is, 1 in usual times, ``(run,)``.
        asked: conditions attached, times size.
        opening: how much the regime fears an opening, 1 = usual, ``(run,)``.
        harm: what the patron's pressure is expected to cost in a year, index.
        moved: what would change of what is in force, share of the need.
        lean: size of Western deals less that of the patron's, share of the need.
        mood: what moves the regime besides, times size, index.
        demands: conditions on all that the West offers, times the weight of elite control.

    Mechanisms: M06, M109, M110, M120, O09, O10, O12, O13, O17.
    """
    return Prices(
        -autonomy_price * calm * weight * command, -reliance_price * calm * reliance**2,
        -condition_price * opening * weight * asked, -fear_of_pressure * harm,
        -inertia * moved / TASK_COUNT,
        (lean_west - condition_price * opening * demands) * lean / TASK_COUNT,
        mood_spread * mood / TASK_COUNT,
    )  # fmt: skip


def better_terms(
    weight: Array, opening: Array, asked: Array, accept: Array, *, condition_price: Array,
    inertia: Array,
) -> Array:  # fmt: skip
    """Return what asking a power for better terms is worth to the regime, ``(run,)``.

    Equation:
        won = condition_price * opening * weight * asked / 2
        better_terms = accept * won - inertia * asked / 6

    Args:
        weight: of the task for survival times its threat, share.
        asked: conditions attached to the deal times its size.
        accept: chance that it is granted: how keen the power is, times the part of its deal that
            offers with fewer demands would replace, 0 to 1.

    Mechanisms: M104, M109.
    """
    won = condition_price * opening * weight * asked / 2.0
    return accept * won - inertia * asked / TASK_COUNT


def accepted(ratio: Array, instead: Array) -> Array:
    """Return the chance that a power grants better terms, 0 to 1, shape of ``ratio``.

    Equation:
        accepted = min(ln(max(ratio, 1)), 1) * instead

    Args:
        ratio: worth of the deal to it over its cost.
        instead: part of the deal that offers with fewer demands would replace, 0 to 1.

    Mechanisms: M104.
    """
    return np.minimum(np.log(np.maximum(ratio, 1.0)), 1.0) * instead


def terms_agreed(
    condition: Array, agreed: Array, asked: Array, granted: Array, *, clock_year: Array
) -> tuple[Array, Array]:
    """Return ``(conditions of a deal, months for which they are agreed)``, ``(deal, run)``.

    Equation:
        eased = condition * (1 - 0.5 * granted)
        stands = max(agreed, 2 * clock_year * asked)

    Args:
        asked, granted: 1 where the regime asks for better terms, and where it gets them.

    Mechanisms: M104, M109.
    """
    return condition * (1.0 - 0.5 * granted), np.maximum(agreed, 2.0 * clock_year * asked)


def package_offered(surplus: Array, leverage: Array, free: Array) -> Array:
    """Return 1 where the patron offers deals as a whole and binds itself for them, ``(run,)``.

    It gives up its leverage for deals of which more is left to it when their cost is paid.

    Equation:
        package_offered = free if surplus > leverage else 0

    Args:
        surplus: the least of what is left of the worth of its deals, 0 to 1.
        free: 1 where all of its deals are on offer and nothing binds them, else 0.

    Mechanisms: M110, M111.
    """
    return np.where(surplus > leverage, free, 0.0)


def package_gains(
    relief: Array, debt: Array, size: Array, *, fear_of_pressure: Array, inertia: Array
) -> tuple[Array, Array, Array]:
    """Return what a package brings beyond its deals: ``(price, pressure, change)``, ``(run,)``.

    Equation:
        price = 0.5 * debt * size / 6
        pressure = fear_of_pressure * relief
        change = -inertia * size / 6

    Args:
        relief: what the levers that the patron forgoes were expected to cost in a year, index.
        debt: fall of the debt to the patron over itself and a year's revenue, 0 to 1.
        size: of its deals together, shares of what their tasks need.

    Mechanisms: M111, M112, M120.
    """
    price, change = 0.5 * debt * size / TASK_COUNT, -inertia * size / TASK_COUNT
    return price, fear_of_pressure * relief, change


def calm(fear: Array, *, calm_slope: Array) -> Array:
    """Return how dear autonomy is to the regime, 1 in usual times, ``(run,)``.

    Fear for the ruler himself makes foreign command cheap, calm makes it dear.

    Equation:
        calm = exp(-calm_slope * (min(fear, 2) - 1))

    Args:
        fear: threats to order and to the ruler over their usual level, ratio.

    Mechanisms: M26, M111, M83.
    """
    return np.exp(-calm_slope * (np.minimum(fear, 2.0) - 1.0))


def mood_step(mood: Array, normal: Array, *, clock_year: Array) -> Array:
    """Return what moves the regime (or a power) besides reasons next quarter, standard normal.

    Equation:
        kept = exp(-3 / clock_year)
        mood_next = kept * mood + sqrt(1 - kept**2) * normal

    Mechanisms: M120, O11.
    """
    kept = np.exp(-QUARTER / clock_year)
    return kept * mood + np.sqrt(1.0 - kept**2) * normal


def grievance(refused: Array, bloc: Array, *, bloc_tolerance: Array) -> Array:
    """Return the patron's grievance, index, ``(..., run)``.

    Equation:
        grievance = refused + max(bloc - bloc_tolerance, 0) / (1 - bloc_tolerance)

    Args:
        refused: share of the worth of its wishes that the regime does not grant, 0 to 1.
        bloc: share of outside provision that comes from rival blocs, 0 to 1.

    Mechanisms: O12, O13, M120.
    """
    return refused + np.maximum(bloc - bloc_tolerance, 0.0) / (1.0 - bloc_tolerance)


def debt_ratio(debt: Array, revenue: Array) -> Array:
    """Return debt over itself and a year's revenue, 0 to 1, ``(run,)``.

    Equation:
        debt_ratio = debt / max(debt + 12 * revenue, 1)

    Args:
        debt: USD; revenue: USD/month.

    Mechanisms: M111.
    """
    return debt / np.maximum(debt + 12.0 * revenue, 1.0)


def bites(
    remittances: Array, debt_ratio: Array, invested: Array, output: Array, weight: Array,
    word: Array,
) -> tuple[Array, Array, Array, Array, Array]:  # fmt: skip
    """Return how much each lever would hurt the regime, in their order, 0 to 1, ``(run,)``.

    Equation:
        migrants = min(remittances / max(output, 1), 1)
        debt = debt_ratio
        investment = min(invested / max(output, 1), 1)
        opponents = weight
        backing = weight * word

    Args:
        remittances, invested, output: of a month, USD.
        weight: of elite control for survival, share; word: how far the patron's word stands.

    Mechanisms: M111, M112, O18.
    """
    made = np.maximum(output, 1.0)
    sent, built = np.minimum(remittances / made, 1.0), np.minimum(invested / made, 1.0)
    return sent, debt_ratio, built, weight, weight * word


def moves_of_a_lever(chance: Array) -> tuple[Array, Array]:
    """Return the chances in a quarter that a lever is ``(pulled, let go again)``, 0 to 1.

    Equation:
        pulled = 1 - (1 - chance) ** (3 / 12)
        let_go = 0.5 * (1 - chance)

    Args:
        chance: that it is pulled within a year, ``(lever, run)``.

    Mechanisms: M111, O18.
    """
    return 1.0 - (1.0 - chance) ** (QUARTER / 12.0), 0.5 * (1.0 - chance)


def press_chance(
    grievance: Array, bite: Array, cost: Array, *, pressing: Array, press_slope: Array
) -> Array:
    """Return the chance in a year that the patron pulls a lever, ``(lever, ..., run)``.

    Equation:
        ratio = (pressing * grievance * bite / cost) ** press_slope
        press_chance = ratio / (1 + ratio)

    Args:
        bite: how much the lever hurts the regime, 0 to 1.
        cost: of the lever to the patron, over the worth of all its wishes.

    Mechanisms: M111, M112, O18.
    """
    ratio = (pressing * grievance * bite / cost) ** press_slope
    return ratio / (1.0 + ratio)


def expected_harm(chance: Array, bite: Array, pulled: Array, *, pressure_force: Array) -> Array:
    """Return what pressure is expected to cost in the year to come, ``(..., run)``.

    A lever that is pulled already stays so until the patron is met; one pull takes a part of what
    it could take.

    Equation:
        stays = (1 - 0.5 * (1 - chance)) ** 2
        lasting = stays if pulled > 0.5 else chance
        expected_harm = pressure_force * sum(lasting * bite, "lever")

    Args:
        chance: that the lever is pulled within a year, ``(lever, ..., run)``.

    Mechanisms: M111, M120, O18.
    """
    stays = (1.0 - 0.5 * (1.0 - chance)) ** 2
    return pressure_force * total(np.where(pulled > 0.5, stays, chance) * bite)


def sweetened(
    sweet: Array, refused: Array, held: Array, keenness: Array, limit: Array, *, sweetening: Array,
    clock_year: Array, clock_five_years: Array,
) -> Array:  # fmt: skip
    """Return what a power pays the regime for a deal, share of its size.

    Who is refused offers more each quarter, a debt written off or an investment. What is agreed
    stands while the deal is in force; afterwards it is forgotten over the years.

    Equation:
        more = refused * sweetening * min(max(keenness, 0), 1) * 3 / clock_year
        less = sweet * (1 - refused) * (1 - held) * 3 / clock_five_years
        sweetened = min(sweet + more - less, limit)

    Args:
        refused: 1 where the offer stands and is not taken.
        keenness: logarithm of worth over cost.

    Mechanisms: M111, O18, O19.
    """
    more = refused * sweetening * np.minimum(np.maximum(keenness, 0.0), 1.0) * QUARTER / clock_year
    less = sweet * (1.0 - refused) * (1.0 - held) * QUARTER / clock_five_years
    return np.minimum(sweet + more - less, limit)


def concession_aim(gain: Array, leverage: Array, held: Array, *, concession: Array) -> Array:
    """Return what the patron takes of the regime's gain from a deal, share of its size.

    Equation:
        concession_aim = held * concession * leverage * min(max(gain, 0), 1)

    Args:
        gain: what the deal adds to the regime's worth, per unit of size.

    Mechanisms: M111, O18, M120.
    """
    return held * concession * leverage * np.minimum(np.maximum(gain, 0.0), 1.0)


def leverage(debt_ratio: Array, remittance_ratio: Array) -> Array:
    """Return what the patron can do to the regime, 0 to 1, ``(run,)``.

    Equation:
        leverage = 1 - (1 - debt_ratio) * (1 - remittance_ratio)

    Args:
        debt_ratio: debt to the patron over itself and a year's revenue, 0 to 1.
        remittance_ratio: remittances over output, 0 to 1.

    Mechanisms: M111, M112, O18.
    """
    return 1.0 - (1.0 - debt_ratio) * (1.0 - np.minimum(remittance_ratio, 1.0))


def ramp_step(ramp: Array, held: Array, notice: Array) -> Array:
    """Return how much of a deal is on the ground next month, 0 to 1.

    Who needs two years to leave needs two years to come.

    Equation:
        pace = 1 / max(notice, 3)
        ramp_next = min(max(ramp + pace * (2 * held - 1), 0), 1)

    Args:
        held: 1 where the deal is in force and nobody has given notice.
        notice: months from notice to the end.

    Mechanisms: M74, M75, X07.
    """
    moved = ramp + (2.0 * held - 1.0) / np.maximum(notice, QUARTER)
    return np.minimum(np.maximum(moved, 0.0), 1.0)


def built_step(built: Array, ramp: Array, *, clock_year: Array) -> Array:
    """Return how much of the aid of a deal has become capability, 0 to 1: in about two years.

    Equation:
        built_next = built + 0.5 * (ramp - built) / clock_year

    Mechanisms: M74, M126, E20.
    """
    return built + 0.5 * (ramp - built) / clock_year


def cover(on_the_spot: Array, aid: Array) -> Array:
    """Return the share of a task that outsiders carry, ``(..., run)``.

    What two do at once is done once; aid adds less and less.

    Equation:
        left = product(1 - on_the_spot, "deal")
        cover = 1 - left * exp(-sum(aid, "deal"))

    Args:
        on_the_spot: guards, base, backing, access, shares of the need, ``(deal, ..., run)``.
        aid: useful aid that has become capability, shares of the need, ``(deal, ..., run)``.

    Mechanisms: M02, M05, M14, O01, E20, E21, M55.
    """
    # Unlike a sum, a product is taken one after the other however many runs there are.
    left: Array = np.multiply.reduce(1.0 - on_the_spot, axis=0)
    return 1.0 - left * np.exp(-total(aid))


def concentration(by_power: Array) -> Array:
    """Return how far outside provision is in few hands, 0 to 1, ``(..., run)``.

    Equation:
        part = by_power / max(sum(by_power, "power"), 1e-9)
        concentration = sum(part**2, "power")

    Args:
        by_power: provision of each power, ``(power, ..., run)``.

    Mechanisms: M06, M120, O10.
    """
    part = by_power / np.maximum(total(by_power), 1e-9)
    return total(part * part)

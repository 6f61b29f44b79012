"""Stages elite and state: what commanders do, the end of the term, where the state stands."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import tajsim.axes as axes
import tajsim.model.chronicle as chronicle
import tajsim.model.notes as notes
from tajsim.agents.agency import OWN, TASK_COUNT, over_tasks
from tajsim.agents.commander import ARRESTED, BOUGHT_OFF, DEFECTED, KILLED, MUTINIED, Commander
from tajsim.axes import Array, column, shares, total
from tajsim.model.country import Country
from tajsim.model.stages.unrest import disloyal_men, garrison
from tajsim.rules import loyalty, purges
from tajsim.rules import state as state_rules
from tajsim.rules.militants import where_inside
from tajsim.rules.purges import disloyalty_reasons, obedience_reasons, resistance_reasons
from tajsim.rules.state import Strain
from tajsim.rules.succession import bargain_chance, kind_of_ending, ranks_behind
from tajsim.world import UNDER_PRESIDENT

#: Part of an agency that goes with its head.
WITH_THE_HEAD = 0.5

#: Closure of a post that another holds: no veto is as high.
NOT_TO_BE_HAD = 1000.0

#: Closure of each agency's post that nobody holds, ``(agency, 1)``.
VETO = np.where(
    OWN > 0.0, column(name not in UNDER_PRESIDENT for name in axes.AGENCIES), NOT_TO_BE_HAD
)

#: Who does the one and who the other, each 0 or 1, ``(commander, run)``.
Pair = tuple[Array, Array]


@dataclass
class Sides:
    """Who stands where, each 0 or 1, ``(commander, run)``."""

    behind: Array
    bargains: Array
    fights: Array
    apart: Array


def elite(country: Country) -> None:
    """Commanders decide. Writes: loyalty, fear, status, posts, breaks."""
    # The pressure on faith is louder after a defector's appeal.
    faith = np.minimum(country.creed * (1.0 + country.broadcast), 1.0)
    feel(country, faith)
    gather_old_fighters(country)
    # Nobody sees what another decides this month, so that all answer at once.
    told, seized = answer_dismissal(country), answer_arrest(country)
    broke = break_away(country, faith)
    if told or seized or broke:
        note_decisions(country, told, seized, broke, faith)
    country.commanders.keep_following()
    contest(country)
    go_over(country)
    broken = total(country.now["mutinies"]) + total(country.now["defections"])
    country.regime.judge_apparatus(total(country.now["purges"]), broken)
    country.regime.breaks = country.regime.breaks * 0.95 + broken


def feel(country: Country, faith: Array) -> None:
    """Let every commander's fear and loyalty follow last month's blows."""
    commanders = country.commanders
    beaten = country.last["mutinies"] * (commanders.status == KILLED)
    struck = country.last["purges"] + beaten
    commanders.feel(struck, beaten, 1.0 - country.standing, faith)
    country.regions.struck = here = country.regions.zeros()
    for place, blow in zip(commanders.place, struck, strict=True):
        here[place] += blow


def gather_old_fighters(country: Country) -> None:
    """Work out whom of the fallen commanders' men each commander could call on."""
    commanders = country.commanders
    men, _ = commanders.by_side(commanders.following * commanders.fallen)
    grievance = country.regions.grievance[commanders.place]
    commanders.rejoining = country.apply(loyalty.rejoining, men, grievance)


def post_for_bargains(country: Country) -> NDArray[np.intp]:
    """Return the agency whose head's post costs the regime least, ``(run,)``."""
    use = over_tasks(country.regime.weight) / TASK_COUNT
    taken = total(country.commanders.heads) > 0.5
    closed = np.where(taken, NOT_TO_BE_HAD, VETO)
    return country.apply(purges.cheapest_post, use, country.agencies.outside_interest, closed)


def answer_dismissal(country: Country) -> tuple[Array, Array, NDArray[np.intp]] | None:
    """Let who is told to go obey, or resist and be bought off with another post.

    Returns:
        Who obeys and who resists, 0 or 1, ``(commander, run)``, and the post, ``(run,)``.
    """
    commanders = country.commanders
    # Most months bring no order in any run: then there is nothing to decide.
    if not commanders.dismissal_order.any():
        return None
    order = commanders.dismissal_order * commanders.in_place
    commanders.dismissal_order = commanders.zeros()
    post = post_for_bargains(country)
    draw = country.draws.uniform_each("resist", commanders.names, country.calendar_month)
    resists = order * commanders.resist(country.guarantee, draw)
    obeys = order * (1.0 - resists)
    bought = resists > 0.5
    commanders.status = np.where(bought, float(BOUGHT_OFF), commanders.status)
    commanders.post = np.where(bought, post, commanders.post)
    commanders.grudge = np.where(bought, 1.0, commanders.grudge)
    commanders.remove(obeys, ARRESTED)
    country.now["purges"] += obeys
    country.now["bargains"] += resists
    return obeys, resists, post


def answer_arrest(country: Country) -> Pair | None:
    """Let who is about to be arrested fight or give in; return who fights and who gives in."""
    commanders = country.commanders
    if not commanders.arrest_order.any():
        return None
    order = commanders.arrest_order * commanders.in_place
    commanders.arrest_order = commanders.zeros()
    draw = country.draws.uniform_each("fight", commanders.names, country.calendar_month)
    # Expecting the worst is part of being told.
    fear = country.apply(loyalty.dread_of_custody, commanders.fear, commanders.no_way_back)
    fights = order * (draw < commanders.chance_to_fight(fear, country.guarantee))
    yields = order * (1.0 - fights)
    commanders.remove(fights, MUTINIED)
    commanders.remove(yields, ARRESTED)
    country.now["mutinies"] += fights
    country.now["purges"] += yields
    return fights, yields


def break_away(country: Country, faith: Array) -> Pair | None:
    """Mutiny or defect of one's own accord; return who does which."""
    commanders = country.commanders
    mutiny, defection = commanders.breaks(faith, country.guarantee)
    draw = country.draws.uniform_each("break", commanders.names, country.calendar_month)
    breaks = draw < mutiny + defection
    if not breaks.any():
        return None
    mutinies = ((draw < mutiny) & (commanders.following > 0.0)).astype(float)
    defects = (breaks & (draw >= mutiny)).astype(float)
    commanders.remove(mutinies, MUTINIED)
    commanders.remove(defects, DEFECTED)
    country.now["mutinies"] += mutinies
    country.now["defections"] += defects
    return mutinies, defects


def go_over(country: Country) -> None:
    """Let defectors appeal to those at home and bring their skill to the fighters abroad."""
    gone = country.now["defections"]
    country.broadcast = country.apply(loyalty.broadcast_step, country.broadcast, total(gone))
    if not gone.any():
        return
    group = country.militant_group["northern_afghanistan"]
    for i, commander in enumerate(country.commanders):
        quality = country.agencies[commander.home_post].quality
        group.readiness = country.apply(loyalty.skill_carried, group.readiness, gone[i], quality)


def look_ahead(country: Country) -> None:
    """The ruler and the elite weigh what comes. Writes: readiness, heir, settlement, doubt."""
    regime, here = country.regime, country.commanders.in_place
    to_go, over = country.calendar.to_term_end, country.calendar.term_over
    count, held = total(here), total(here * country.commanders.loyalty)
    # Where no commander is left the apparatus is all there is to trust.
    loyal = np.where(count > 0.0, held / np.maximum(count, 1.0), regime.trust)
    chance = regime.weigh_leaving(to_go, over, loyal, len(axes.REPRESSION_STEPS))
    named = country.draws.happens("heir", "regime", country.calendar_month, chance)
    named = named * (1.0 - over)
    new = named * (1.0 - regime.heir)
    regime.name_heir(named, over, loyal)
    country.note("heir_named", new, actor="regime", size=regime.doubt)
    country.commanders.doubt = regime.doubt + country.commanders.zeros()


def contest(country: Country) -> None:
    """At the end of the term all decide. Writes: sides, bargains, mutinies, trust, the ending."""
    regime, ends = country.regime, country.calendar.term_ends
    if not ends.any():
        return
    month, standing = country.calendar_month, ends * (1.0 - regime.failed)
    leaves = standing * country.draws.happens("leave", "regime", month, regime.ready)
    # What stands behind a ruler who stays is only that nobody is unsure who rules.
    staying = 1.0 - country.values.staying_doubt
    settled = np.where(leaves > 0.5, regime.settled, staying)
    sides = take_sides(country, leaves, settled)
    share = strength_behind(country, sides.behind + sides.bargains, settled)
    act(country, sides)
    kind = country.apply(kind_of_ending, leaves, share, total(sides.bargains), total(sides.fights))
    regime.end_term(ends, kind * standing, share, leaves)
    note_contest(country, sides, kind * standing, share)


def take_sides(country: Country, leaves: Array, settled: Array) -> Sides:
    """Let each commander stand behind the arrangement, bargain, fight or keep apart."""
    commanders, month = country.commanders, country.calendar_month
    here = commanders.in_place * (1.0 - country.regime.failed) * country.calendar.term_ends
    chance = commanders.chance_to_follow(leaves, settled, country.guarantee)
    behind = here * (country.draws.uniform_each("side", commanders.names, month) < chance)
    against = here - behind
    share = strength_behind(country, behind, settled)
    taken = country.apply(
        bargain_chance, share, country.regime.shortfall, country.leverage, settled
    )
    bargains = against * (country.draws.uniform_each("settle", commanders.names, month) < taken)
    will = commanders.chance_to_fight(commanders.fear, country.guarantee)
    rest = against - bargains
    fights = rest * (country.draws.uniform_each("rise", commanders.names, month) < will)
    return Sides(behind, bargains, fights, rest - fights)


def strength_behind(country: Country, behind: Array, settled: Array) -> Array:
    """Return the armed strength behind the arrangement over that of both sides, ``(run,)``.

    Who waits stands on neither side. Where nobody takes a side the share is 1.
    """
    agencies, commanders = country.agencies, country.commanders
    away = (WITH_THE_HEAD * commanders.heads * (1.0 - behind)[:, None]).max(axis=0)
    force = OWN * agencies.strength * agencies.quality
    ranks = country.apply(ranks_behind, country.regime.trust, agencies.on_the_side, settled)
    found, against = total(force * ranks * (1.0 - away)), total(force * away)
    men = commanders.men * commanders.in_place
    for ours, theirs in zip(men * behind, men * (1.0 - behind), strict=True):
        found, against = found + ours, against + theirs
    share: Array = 1.0 - against / np.maximum(found + against, 1.0)
    return share


def act(country: Country, sides: Sides) -> None:
    """Carry out what the commanders decided."""
    commanders, bought = country.commanders, sides.bargains > 0.5
    commanders.status = np.where(bought, float(BOUGHT_OFF), commanders.status)
    commanders.remove(sides.fights, MUTINIED)
    # Open defiance is remembered, by him and by whoever rules.
    commanders.grudge = np.where(bought | (sides.apart > 0.5), 1.0, commanders.grudge)
    commanders.loyalty = commanders.loyalty * (1.0 - sides.apart)
    for place, lost in zip(commanders.place, commanders.power * sides.apart, strict=True):
        country.regions[place].control = country.regions[place].control * (1.0 - lost)
    country.now["bargains"] += sides.bargains
    country.now["mutinies"] += sides.fights


def state(country: Country) -> None:
    """Work out where the state stands. Writes: control, strain, polity."""
    hold_regions(country)
    remember_exits(country)
    regime, month = country.regime, country.calendar_month
    terms = strain(country)
    regime.bear(terms)
    chance = country.apply(state_rules.failure_chance, strain=regime.strain)
    fails = country.draws.happens("failure", "state", month, chance)
    # A mutiny that wins topples the state once.
    fails = np.maximum(fails, country.coup * (1.0 - regime.failed))
    regime.stand(fails, country.calendar.months)
    notes.note_polity(country, terms)


def hold_regions(country: Country) -> None:
    """Let the centre's control follow who is in arms in each region, and discontent there."""
    lost = country.regions.hold(
        disloyal_men(country),
        armed_groups(country),
        garrison(country),
        country.regime.collapsed,
    )
    notes.note_control(country, lost)


def armed_groups(country: Country) -> Array:
    """Return militants and members of violent groups, persons, ``(region, run)``.

    Violent groups find their people where the ties to the opposition are.
    """
    where = shares(country.at_home * country.regions.opposition)
    inside = country.apply(where_inside, control=country.regions.control)
    return country.people["violent"] * where + country.militants_inside * inside


def strain(country: Country) -> Strain:
    """Return what strains the state this month, by cause, ``(run,)``."""
    regime, regions, part_of = country.regime, country.regions, state_rules.part_of
    armed = total(disloyal_men(country)) + country.people["violent"] + country.militants_inside
    breaks = country.regime.breaks
    income, revenue = country.now["drug_income"], country.now["budget"]
    return country.apply(
        state_rules.strain_terms,
        voice=country.mean_voice,
        armed=country.apply(part_of, part=armed, other=country.at_hand()),
        uncontrolled=1.0 - country.mean_over_people(regions.control),
        idle=country.apply(part_of, part=total(regions.idle), other=country.migrants),
        unpaid=regime.shortfall,
        succession=regime.doubt,
        breaks=country.apply(part_of, part=breaks, other=float(len(axes.COMMANDERS))),
        unbacked=1.0 - country.guarantee,
        mafia=country.apply(part_of, part=np.maximum(income, 0.0), other=revenue),
    )


def remember_exits(country: Country) -> None:
    """Remember what leaves by each exit of late."""
    lately = country.exits_lately
    lately = lately + (country.now["heroin_leaving"] - lately) / country.values.clock_year
    country.exits_lately = lately


#: Causes of what commanders do, and the ways in which a term ends, in the chronicle.
RESISTING = ("too_strong", "own_fear")
OBEYING = ("too_weak", "deterred")
DISLOYAL = ("rents", "own_fear", "creed", "humiliation", "doubt")
ENDINGS = ("kept", "orderly", "bargained", "contested")


def note_decisions(
    country: Country,
    told: tuple[Array, Array, NDArray[np.intp]] | None,
    seized: Pair | None,
    broke: Pair | None,
    faith: Array,
) -> None:
    """Note what each commander did this month, commander by commander.

    Args:
        told: who obeyed and who resisted, told to go, and the post given for it.
        seized: who fought and who gave in, told of his arrest.
        broke: who mutinied and who went over of his own accord.
        faith: pressure on the faith of all, 0 to 1, ``(run,)``.
    """
    for i, commander in enumerate(country.commanders):
        if told:
            note_answer(country, commander, told[0][i], told[1][i], told[2])
        if seized:
            note_arrest(country, commander, seized[0][i], seized[1][i])
        if broke:
            note_break(country, commander, "mutiny", broke[0][i], faith)
            note_break(country, commander, "defection", broke[1][i], faith)


def note_answer(
    country: Country, commander: Commander, obeys: Array, resists: Array, post: NDArray[np.intp]
) -> None:
    """Note what a commander told to go does, each 0 or 1, ``(run,)``, and the post he is given."""
    if not (obeys.any() or resists.any()):
        return
    power, fear, backing = commander.power, commander.fear, country.guarantee
    country.note(
        "dismissed",
        obeys,
        actor=commander.name,
        size=commander.men,
        cause=country.reason(OBEYING, obedience_reasons, power, backing, fear),
    )
    country.note(
        "bargain",
        resists,
        actor=commander.name,
        target=chronicle.Pick(axes.AGENCIES, post),
        size=commander.men,
        cause=country.reason(RESISTING, resistance_reasons, power, fear),
    )


def note_arrest(country: Country, commander: Commander, fights: Array, yields: Array) -> None:
    """Note what a commander told of his arrest does, each 0 or 1, ``(run,)``."""
    if not (fights.any() or yields.any()):
        return
    men = commander.men + commander.rejoining
    country.note("mutiny", fights, actor=commander.name, size=men, cause="arrest")
    country.note("arrested", yields, actor=commander.name, size=commander.men)


def note_break(
    country: Country, commander: Commander, kind: str, where: Array, creed: Array
) -> None:
    """Note a mutiny or a defection of his own accord.

    Args:
        where: where it happens, ``(run,)``.
        creed: pressure on the faith of all, 0 to 1, ``(run,)``.
    """
    if not where.any():
        return
    pressure = creed * commander.creed_weight
    state = commander.rent_ratio, commander.fear, pressure, commander.grudge, commander.doubt
    country.note(
        kind,
        where,
        actor=commander.name,
        size=commander.men + commander.rejoining if kind == "mutiny" else commander.loyalty,
        cause=country.reason(DISLOYAL, disloyalty_reasons, *state),
    )


def note_contest(country: Country, sides: Sides, kind: Array, share: Array) -> None:
    """Note how the ruler's term ends, and who is bought off, rises or keeps apart over it.

    Args:
        sides: who stands where, 0 or 1, ``(commander, run)``.
        kind: kind of the ending, 0 where there is none, ``(run,)``.
        share: armed strength behind it, 0 to 1, ``(run,)``.
    """
    for i, commander in enumerate(country.commanders):
        for name, where in (
            ("settled", sides.bargains[i]),
            ("mutiny", sides.fights[i]),
            ("stands_apart", sides.apart[i]),
        ):
            men = commander.men + commander.rejoining * (name == "mutiny")
            country.note(name, where, actor=commander.name, size=men, cause="succession")
    ending = chronicle.Pick(("", *ENDINGS), kind.astype(np.intp))
    country.note("term_end", kind > 0.5, actor="regime", target=ending, size=share)

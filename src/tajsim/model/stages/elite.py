"""Stages elite and state: what commanders do, the end of the term, where the state stands."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import tajsim.agents.commander as status
import tajsim.axes as axes
import tajsim.model.chronicle as chronicle
import tajsim.model.notes as notes
from tajsim.agents.agency import OWN, TASK_COUNT, over_tasks
from tajsim.axes import Array, shares, total
from tajsim.draws import AT_START
from tajsim.inputs.switches import TERM
from tajsim.model.country import Country
from tajsim.model.stages.force import by_region, disloyal_men, garrison, topple
from tajsim.rules import loyalty, purges, state as state_rules, succession
from tajsim.rules.militants import near_capital, where_inside

#: Ways in which a quarrel over a post can end, in the order of their rows.
WAYS = (*axes.POSTS, *axes.WAYS_OUT)
POST_COUNT, FIGHT = len(axes.POSTS), WAYS.index("fight")


@dataclass
class Sides:
    """Who stands where, each 0 or 1, ``(commander, run)``."""

    behind: Array
    bargains: Array
    fights: Array
    apart: Array


class Month(NamedTuple):
    """Who did what this month, each 0 or 1, ``(commander, run)``; the way out and the causes."""

    obeys: Array
    settles: Array
    way: NDArray[np.intp]
    fights: Array
    yields: Array
    mutinies: Array
    defects: Array
    answer: purges.Resistance
    felt: loyalty.Loyalty


def begin(country: Country) -> None:
    """Give the commanders of early 2004 what the documents do not print of them."""
    names, draws = country.commanders.names, country.draws
    country.commanders.begin(
        luck=draws.normal_each("new man's loyalty", names, AT_START),
        draw=draws.uniform_each("new man's men", names, AT_START),
        faith=draws.uniform_each("new man's faith", names, AT_START),
    )


def elite(country: Country) -> None:
    """Commanders decide. Writes: loyalty, fear, status, posts, breaks."""
    # The pressure on faith is louder after a defector's appeal.
    faith = np.minimum(country.creed * (1.0 + country.broadcast), 1.0)
    felt = feel(country, faith)
    backing = country.values.internal_backing * country.guarantee
    country.helped = country.apply(near_capital, backing=backing, forward=country.forward)
    # Nobody sees what another decides this month, so that all answer at once.
    obeys, settles, way, answer = answer_dismissal(country)
    fights, yields = answer_arrest(country)
    mutinies, defects = break_away(country, faith)
    note_decisions(
        country, Month(obeys, settles, way, fights, yields, mutinies, defects, answer, felt)
    )
    contest(country)
    go_over(country)
    broken = total(country.now["mutinies"]) + total(country.now["defections"])
    country.regime.judge_apparatus(total(country.now["purges"]), broken)


def feel(country: Country, faith: Array) -> loyalty.Loyalty:
    """Let every commander's fear and loyalty follow last month's blows; return the causes."""
    commanders = country.commanders
    felt = commanders.weigh_loyalty(
        country.regime.shortfall, country.guarantee, faith, country.unsure
    )
    struck = country.last["purges"] + commanders.beaten
    commanders.feel(struck, 1.0 - country.standing, felt.aim)
    country.regions.struck = here = country.regions.zeros()
    for place, blow in zip(commanders.place, struck, strict=True):
        here[place] += blow
    return felt


def answer_dismissal(country: Country) -> tuple[Array, Array, NDArray[np.intp], purges.Resistance]:
    """Let who is told to go obey, or resist; the regime settles with one of them a month.

    Whoever else resists stays until it is his turn.

    Returns:
        Who obeys and with whom it is settled, 0 or 1, ``(commander, run)``, the way in which it
        is, a row of `WAYS`, ``(run,)``, and what the answers owe to.
    """
    commanders = country.commanders
    order = commanders.dismissal_order * commanders.in_place
    draw = country.draws.uniform_each("resist", commanders.names, country.calendar_month)
    answer = commanders.resist(country.guarantee, draw)
    resists = order * answer.resists
    first = np.argmax(resists * (1.0 + commanders.men), axis=0)
    settles = resists * (first == np.arange(len(commanders))[:, None])
    obeys = order - resists
    commanders.dismissal_order = resists - settles
    way = choose_way(country, settles)
    taken = (way == np.arange(len(WAYS))[:, None]) * total(settles)
    country.regime.used = country.apply(purges.used_step, used=country.regime.used, taken=taken)
    commanders.remove(obeys, status.ARRESTED)
    commanders.remove(settles * total(taken[POST_COUNT:FIGHT]), status.LEFT)
    commanders.remove(settles * taken[FIGHT], status.MUTINIED)
    commanders.move(settles[:, None] * taken[:POST_COUNT])
    country.now["purges"] += obeys
    country.now["mutinies"] += settles * taken[FIGHT]
    country.now["bargains"] += settles * (1.0 - taken[FIGHT])
    return obeys, settles, way, answer


def choose_way(country: Country, who: Array) -> NDArray[np.intp]:
    """Return the way in which a quarrel over a post ends, a row of `WAYS`, ``(run,)``.

    Posts of weaker men are to be had, whatever else there is is open to all.

    Args:
        who: 1 for the commander concerned, ``(commander, run)``; at most one a run.
    """
    commanders, agencies = country.commanders, country.agencies
    weight = over_tasks(country.regime.weight) / TASK_COUNT
    use = (weight / weight.max(axis=0))[status.POST_SERVICE] * status.POST_PART
    # Outsiders care by their money for each of its people.
    interest = agencies.kit[status.POST_SERVICE] * status.POST_PART
    holds = commanders.holds
    own = total(holds * who[:, None])
    his = {"use": total(own * use), "power": total(who * commanders.power)}
    ask = country.apply(purges.what_to_ask, **his)
    fear = total(who * commanders.fear)
    peace = total(who * commanders.opposition) * country.standing
    posts = country.apply(purges.price_of_post, use=use, interest=interest, ask=ask)
    out = country.apply(purges.price_of_ways_out, ask=ask, fear=fear, peace=peace)
    stronger = total(holds * commanders.men[:, None]) >= total(who * commanders.men)
    closed = np.maximum(np.maximum(stronger, own), 1.0 - status.TO_GIVE)
    return country.apply(
        purges.way_taken,
        price=np.concatenate([posts, np.stack(out)]),
        used=country.regime.used,
        closed=np.concatenate([closed, np.zeros((len(axes.WAYS_OUT), country.run_count))]),
        draw=country.draws.uniform_each("way out", WAYS, country.calendar_month),
    )


def answer_arrest(country: Country) -> tuple[Array, Array]:
    """Let who is about to be arrested fight or give in; return who fights and who gives in."""
    commanders = country.commanders
    order = commanders.arrest_order * commanders.in_place
    commanders.arrest_order = commanders.zeros()
    draw = country.draws.uniform_each("fight", commanders.names, country.calendar_month)
    # Expecting the worst is part of being told.
    fear = country.apply(
        loyalty.dread_of_custody, fear=commanders.fear, no_way_back=commanders.no_way_back
    )
    fights = order * (draw < commanders.chance_to_fight(fear, country.guarantee))
    yields = order - fights
    commanders.remove(fights, status.MUTINIED)
    commanders.remove(yields, status.ARRESTED)
    country.now["mutinies"] += fights
    country.now["purges"] += yields
    return fights, yields


def break_away(country: Country, faith: Array) -> tuple[Array, Array]:
    """Mutiny or defect of one's own accord; return who does which."""
    commanders = country.commanders
    mutiny, defection = commanders.breaks(faith, country.guarantee)
    draw = country.draws.uniform_each("break", commanders.names, country.calendar_month)
    mutinies = ((draw < mutiny) & (commanders.men >= 1.0)).astype(float)
    defects = ((draw >= mutiny) & (draw < mutiny + defection)).astype(float)
    commanders.remove(mutinies, status.MUTINIED)
    commanders.remove(defects, status.DEFECTED)
    country.now["mutinies"] += mutinies
    country.now["defections"] += defects
    return mutinies, defects


def go_over(country: Country) -> None:
    """Let defectors appeal to those at home."""
    country.broadcast = country.apply(
        loyalty.broadcast_step,
        broadcast=country.broadcast,
        defections=total(country.now["defections"]),
        exiled=country.movement["irpt"].answer[axes.ANSWERS.index("leaders_abroad")],
    )


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
    country.unsure = country.apply(
        loyalty.doubt_of_survival,
        doubt=regime.doubt,
        strain=regime.strain,
        recovers=regime.recovers,
    )


def contest(country: Country) -> None:
    """At the end of the term all decide. Writes: sides, bargains, mutinies, trust, the ending."""
    country.commanders.contends = country.commanders.zeros()
    if country.calendar.term_ends.any():
        with country.asking(TERM):
            end_term(country)


def end_term(country: Country) -> None:
    """Let the ruler go or stay, all take sides, and the strength of the sides decide."""
    regime, ends = country.regime, country.calendar.term_ends
    month, standing = country.calendar_month, ends * (1.0 - regime.collapsed)
    leaves = standing * country.draws.happens("leave", "regime", month, regime.ready)
    # What stands behind a ruler who stays is only that nobody is unsure who rules.
    staying = 1.0 - country.values.staying_doubt
    settled = np.where(leaves > 0.5, regime.settled, staying)
    sides = take_sides(country, leaves, settled)
    won = sides.behind + sides.bargains
    share = strength_behind(country, won, settled, 1.0 - won)
    fought = strength_behind(country, won, settled, sides.fights)
    lost = country.apply(succession.contest_lost, behind=fought, patron=country.helped)
    topple(country, country.draws.happens("contest", "state", month, lost) * state_rules.CONTEST)
    act(country, sides)
    kind = country.apply(
        succession.kind_of_ending,
        leaves=leaves,
        share=share,
        bargains=total(sides.bargains),
        fights=total(sides.fights),
    )
    regime.end_term(ends, kind * standing, share, leaves)
    note_contest(country, sides, kind * standing, share)


def take_sides(country: Country, leaves: Array, settled: Array) -> Sides:
    """Let each commander stand behind the arrangement, bargain, fight or keep apart."""
    commanders, month = country.commanders, country.calendar_month
    here = commanders.in_place * (1.0 - country.regime.collapsed) * country.calendar.term_ends
    chance = commanders.chance_to_follow(leaves, settled, country.guarantee)
    behind = here * (country.draws.uniform_each("side", commanders.names, month) < chance)
    against = here - behind
    share = strength_behind(country, behind, settled, 1.0 - behind)
    taken = country.apply(
        succession.bargain_chance, share_behind=share, shortfall=country.regime.shortfall
    )
    bargains = against * (country.draws.uniform_each("settle", commanders.names, month) < taken)
    dread = country.apply(
        succession.dread_of_losing, fear=commanders.fear, vacant=leaves, settled=settled
    )
    will = commanders.chance_to_fight(dread, country.guarantee)
    rest = against - bargains
    fights = rest * (country.draws.uniform_each("rise", commanders.names, month) < will)
    return Sides(behind, bargains, fights, rest - fights)


def strength_behind(country: Country, behind: Array, settled: Array, against: Array) -> Array:
    """Return the armed strength behind the arrangement over that of both sides, ``(run,)``.

    Ranks who wait, and who of the commanders is neither ``behind`` nor ``against``, stand on
    neither side. Where nobody takes a side the share is 1.
    """
    agencies, commanders = country.agencies, country.commanders
    away, with_them = (
        (status.WITH_THE_HEAD * commanders.heads * who[:, None]).max(axis=0)
        for who in (1.0 - behind, against)
    )
    force = OWN * agencies.strength * agencies.quality
    ranks = country.apply(
        succession.ranks_behind,
        trust=country.regime.trust,
        collusion=agencies.on_the_side,
        settled=settled,
    )
    men = commanders.men * commanders.in_place
    found = total(force * ranks * (1.0 - away)) + total(men * behind)
    rest = total(force * with_them) + total(men * against)
    share: Array = 1.0 - rest / np.maximum(found + rest, 1.0)
    return share


def act(country: Country, sides: Sides) -> None:
    """Carry out what the commanders decided."""
    commanders, bought = country.commanders, sides.bargains > 0.5
    commanders.status = np.where(bought, float(status.BOUGHT_OFF), commanders.status)
    commanders.remove(sides.fights, status.MUTINIED)
    commanders.contends = sides.fights
    # Open defiance is remembered, by him and by whoever rules.
    commanders.grudge = np.where(bought | (sides.apart > 0.5), 1.0, commanders.grudge)
    commanders.loyalty = commanders.loyalty * (1.0 - sides.apart)
    apart, held = by_region(commanders.men * sides.apart), country.regions.control
    lost = country.apply(state_rules.part_of, part=apart, other=garrison(country))
    country.regions.control = held * (1.0 - lost)
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
    # Who wins against it topples the state once.
    fails = np.maximum(fails, (country.fall > 0.5) * (1.0 - regime.failed))
    regime.stand(fails, country.calendar.months)
    notes.note_polity(country, terms)


def hold_regions(country: Country) -> None:
    """Let the centre's control follow who is in arms in each region, and discontent there."""
    lost = country.regions.hold(
        disloyal_men(country), armed_groups(country), garrison(country), country.regime.collapsed
    )
    notes.note_control(country, lost)


def armed_groups(country: Country) -> Array:
    """Return militants and members of violent groups, persons, ``(region, run)``.

    Violent groups find their people where the ties to the opposition are.
    """
    where = shares(country.at_home * country.regions.opposition)
    inside = country.apply(where_inside, control=country.regions.control)
    return country.people["violent"] * where + country.militants.everyone * inside


def strain(country: Country) -> state_rules.Strain:
    """Return what strains the state this month, by cause, ``(run,)``."""
    regime, regions, part_of = country.regime, country.regions, state_rules.part_of
    armed = total(disloyal_men(country)) + country.people["violent"] + country.militants.at_war
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
        breaks=country.apply(part_of, part=breaks, other=total(status.TO_GIVE)),
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
DISLOYAL = ("rents", "own_fear", "doubt", "unbacked", "creed", "humiliation")
ENDINGS = ("kept", "orderly", "bargained", "contested")


def note_decisions(country: Country, month: Month) -> None:
    """Note what each commander did this month, commander by commander."""
    felt = np.broadcast_arrays(*month.felt[:-1])
    did = (month.obeys, month.settles, month.fights, month.yields, month.mutinies, month.defects)
    for i in np.flatnonzero(total(np.stack(did)).any(axis=1)):
        commander, answer = country.commanders[i], [part[i] for part in month.answer]
        name, size = commander.name, commander.men
        fights = month.way == FIGHT
        obeying = chronicle.largest(OBEYING, answer[2:4])
        resisting = chronicle.largest(RESISTING, answer[:2])
        disloyal = chronicle.largest(DISLOYAL, [part[i] for part in felt])
        way = chronicle.Pick(WAYS, month.way)
        settles = month.settles[i] > 0.5
        for kind, where, target, men, cause in (
            ("dismissed", month.obeys[i], "", size, obeying),
            ("bargain", settles & ~fights, way, size, resisting),
            ("mutiny", settles & fights, "", size, resisting),
            ("mutiny", month.fights[i], "", size, "arrest"),
            ("arrested", month.yields[i], "", size, ""),
            ("mutiny", month.mutinies[i], "", size, disloyal),
            ("defection", month.defects[i], "", commander.loyalty, disloyal),
        ):
            country.note(kind, where, actor=name, target=target, size=men, cause=cause)


def note_contest(country: Country, sides: Sides, kind: Array, share: Array) -> None:
    """Note how the ruler's term ends, and who is bought off, rises or keeps apart over it."""
    for i, commander in enumerate(country.commanders):
        for name, where in (
            ("settled", sides.bargains[i]),
            ("mutiny", sides.fights[i]),
            ("stands_apart", sides.apart[i]),
        ):
            country.note(name, where, actor=commander.name, size=commander.men, cause="succession")
    ending = chronicle.Pick(("", *ENDINGS), kind.astype(np.intp))
    country.note("term_end", kind > 0.5, actor="regime", target=ending, size=share)

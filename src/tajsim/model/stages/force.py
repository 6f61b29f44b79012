"""Stage force: mutinies fought out, unrest in the regions, militants who cross or are stopped."""

import numpy as np

import tajsim.axes as axes
from tajsim.agents.agency import OWN
from tajsim.agents.commander import KILLED, MUTINIED, WITH_THE_HEAD, Commanders
from tajsim.agents.deals import PATRON, REACTION
from tajsim.agents.network import TERRAIN, MilitantGroups
from tajsim.axes import AFGHAN_SECTIONS, COMMANDERS, REGIONS, Array, column, total
from tajsim.model.country import Country
from tajsim.model.ledger import HOMES
from tajsim.rules import militants, offers, purges, state as state_rules, unrest as unrest_rules
from tajsim.rules.aid import civil_aid_parts
from tajsim.rules.state import CONTEST, COUP, RISING, part_of
from tajsim.world import CAPITAL, SECTION_REGION

N = len(AFGHAN_SECTIONS)
TALIBAN, EXILES = map(axes.MILITANT_GROUPS.index, ("taliban", "khudaiberdiev"))
#: Who crosses the Afghan line: the Taliban have their war at home.
FROM_SOUTH = np.flatnonzero(MilitantGroups.guests).tolist()

#: The section opposite Kunduz, where fighters gather (icg-2016:137, 157).
KUNDUZ = AFGHAN_SECTIONS.index("pianj")

#: 1 for an agency that can be set on mutineers, ``(agency, 1)``.
FIGHTS_INSIDE = OWN * column(name not in ("customs", "border_troops") for name in axes.AGENCIES)

#: 1 where a commander's following is in a region, ``(region, commander, 1)``.
OF_REGION = np.stack(
    [column(place == r for place in Commanders.place) for r in range(len(REGIONS))]
)

#: 1 where a section of the Afghan line lies in a region, ``(region, section, 1)``.
BEHIND = np.stack([column(SECTION_REGION[s] == r for s in AFGHAN_SECTIONS) for r in REGIONS])

#: 1 where a commander's own trade is in a service, ``(commander, agency, 1)``.
SERVES = (Commanders.service[:, None] == np.arange(len(axes.AGENCIES)))[..., None]

#: Place of the region of the capital.
SEAT = REGIONS.index(CAPITAL)

#: 1 for the region of the capital, ``(region, 1)``.
AT_THE_SEAT = column(name == CAPITAL for name in REGIONS)


def force(country: Country) -> None:
    """Fighting. Writes: losses, militants inside, incidents, coups, orders after a killing."""
    up = country.now["mutinies"] * (country.commanders.status == MUTINIED)  # who has risen
    muster(country, up)
    fight_mutinies(country, up)
    killed(country, unrest(country))
    cross(country)
    arms = country.values.weapons_flow * country.outside.militant_pressure[TALIBAN]
    entering = country.now["heroin_entering"][:N]
    country.now["weapons_seized"] = country.apply(
        militants.weapons_seized,
        weapons=arms * entering / np.maximum(total(entering), 1e-9),
        guard=country.guard_strength[:N],
    )


def muster(country: Country, up: Array) -> None:
    """Count the force that the state has against enemies inside, and what of it is loyal.

    Of a service a part goes with its head, and a head stands aside as far as he is not loyal. The
    service of one who rises stands half aside, whoever heads it now.

    Args:
        up: 1 for who has risen this month, else 0, ``(commander, run)``.
    """
    agencies, commanders = country.agencies, country.commanders
    forces = country.apply(
        state_rules.forces,
        people=FIGHTS_INSIDE * agencies.strength,
        quality=agencies.quality,
        trust=country.regime.trust,
    )
    aside = (WITH_THE_HEAD * commanders.heads * (1.0 - commanders.loyalty)[:, None]).max(axis=0)
    risen = WITH_THE_HEAD * (SERVES * up[:, None]).max(axis=0)
    country.forces = total(forces)
    country.loyal_force = total(forces * (1.0 - aside) * (1.0 - risen))


def fight_mutinies(country: Country, up: Array) -> None:
    """The state fights mutineers within the month; one that wins topples it."""
    commanders, month = country.commanders, country.calendar_month
    # A fight over the succession has been decided by all who took a side.
    own = up * (1.0 - commanders.contends)
    coup = country.apply(
        purges.mutiny_wins,
        men=total(own * commanders.men),
        loyal_force=country.loyal_force,
        patron=country.helped,
        draw=country.draws.uniform("battle", "state", month),
    )
    wins = own * coup + (up - own) * (country.fall == CONTEST)
    topple(country, coup * COUP)
    dead = country.values.mutiny_deaths * commanders.following * up
    for i in np.flatnonzero((up > 0.5).any(axis=1)):
        name = commanders.names[i]
        country.note("mutiny_beaten", up[i] - wins[i], actor=name, size=dead[i])
        country.note("coup", wins[i], actor=name, size=commanders.men[i])
    killed(country, total(dead))
    commanders.following = commanders.following - dead
    commanders.beaten = up - wins
    commanders.status = np.where(up - wins > 0.5, float(KILLED), commanders.status)


def topple(country: Country, fall: Array) -> None:
    """Let the regime fall, once, in the way of which ``fall`` is the number; 0: it does not."""
    country.fall = np.where(country.fall > 0.5, country.fall, fall)


def rise(country: Country) -> None:
    """Let a crowd in the capital topple the ruler where too few would still act against it."""
    regions = country.regions
    obeying = country.loyal_force / np.maximum(country.forces, 1.0)
    chance = country.apply(
        unrest_rules.rising_chance,
        voicing=(regions.voice * country.at_home)[SEAT],
        turnout=regions.turnout[SEAT],
        obeying=garrison(country)[SEAT] * obeying,
        patron=country.helped,
    )
    falls = country.draws.happens("rising", "state", country.calendar_month, chance)
    new = falls * (country.fall < 0.5)
    country.note("rising", new, target=CAPITAL, size=regions.turnout[SEAT])
    topple(country, falls * RISING)


def killed(country: Country, persons: Array) -> None:
    """Count deaths; the dead are taken from the people at home."""
    everyone = np.maximum(country.home_people, 1.0)
    country.people.pay_each("dead", HOMES, -(persons * country.at_home / everyone))
    country.now["deaths"] += persons


def cross(country: Country) -> None:
    """Militants gather and prepare, try where they see their chance, and are driven out."""
    country.forward = country.apply(
        militants.posture_step, forward=country.forward, strain=country.regime.strain
    )
    stops = country.apply(
        militants.deterrence,
        base=country.base_troops,
        forward=country.forward,
        guarantee=country.guarantee,
    )
    groups, tried = country.militants, country.now["incursions"]
    ground = country.apply(
        militants.ground,
        hosts=groups.fighters[TALIBAN],
        usual=country.values.militant_fighters[TALIBAN],
    )
    urge = groups.urge(country.outside.militant_pressure, ground, stops)
    guard = country.guard_strength[:N]
    where = country.apply(
        militants.place_of_tries,
        guard=guard,
        distance=from_kunduz(country),
        length=country.values.section_length[:N],
        terrain=TERRAIN,
    )
    for group in FROM_SOUTH:
        line = try_at(country, group, AFGHAN_SECTIONS, urge[group] * where, guard)
        country.now["crossings_tried"][:N] += line
        tried[group] = total(line)
    # The others wait beyond the Uzbek border, which the country's own troops guard.
    own = country.agency["border_troops"]
    honest = (own.quality * (1.0 - own.collusion))[None]
    tried[EXILES] = total(try_at(country, EXILES, ("uzbek_border",), urge[EXILES][None], honest))
    drive_out(country)


def try_at(
    country: Country, group: int, places: tuple[str, ...], urge: Array, guard: Array
) -> Array:
    """Let a group try at some places; return where it does, ``(place, run)``.

    Args:
        group: its place among the groups.
        urge: its tries a month at an ordinary opening, ``(place, run)``.
        guard: honest strength of the guard, ``(place, run)``.
    """
    band = country.militants[group]
    friends = country.apply(
        part_of, part=country.people["violent"], other=country.values.crossing_party * band.fighters
    )
    opening = country.apply(
        militants.opening, guard=guard, strain=country.regime.strain, friends=friends
    )
    chance = country.apply(militants.crossing_chance, urge=urge, **opening._asdict())
    ways = [f"{band.name} {place}" for place in places]
    draw = country.draws.uniform_each("crossing", ways, country.calendar_month)
    tried = (draw < chance).astype(float)
    inside, dead = country.apply(
        militants.crossing_result, tries=tried, fighters=band.fighters, guard=guard
    )
    for i, place in enumerate(places):
        country.note(
            "crossing",
            tried[i],
            actor=band.name,
            target=place,
            size=inside[i],
            cause=country.cause(opening._replace(few_guards=opening.few_guards[i])),
        )
    band.fighters = np.maximum(band.fighters - total(inside + dead), 0.0)
    country.now["deaths"] += total(dead)
    band.inside = band.inside + total(inside)
    return tried


def from_kunduz(country: Country) -> Array:
    """Return the distance of each section from Kunduz along the line, share of it."""
    length = country.values.section_length[:N]
    middle = np.cumsum(length, axis=0) - 0.5 * length
    distance: Array = np.abs(middle - middle[KUNDUZ]) / country.afghan_length
    return distance


def drive_out(country: Country) -> None:
    """Army, patron and called allies beat those inside where the centre rules."""
    groups = country.militants
    inside = groups.everyone
    allies = country.apply(
        militants.called,
        inside=inside,
        alignment=country.alignment,
        stands=country.deals.ramp[REACTION],
    )
    if crossed := country.watch.crossings("alliance", allies):
        country.note("intervention", crossed[0], actor=axes.POWERS[PATRON], size=inside)
    where = country.apply(militants.where_inside, control=country.regions.control)
    groups.inside, fallen = country.apply(
        militants.inside_step,
        inside=groups.inside,
        passes=groups.passes,
        troops=country.at_hand() + allies + country.values.force_ready * country.base_troops,
        reach=total(where * country.regions.control),
    )
    country.now["deaths"] += total(fallen)


def civil_aid(country: Country) -> None:
    """Aid that is not for security frees own money, or reaches people."""
    freed, country.aid_to_people = country.apply(civil_aid_parts, cronyism=country.cronyism)
    country.money.move("world", "patronage", freed)
    country.now["aid_freed"] = freed
    country.money.move("world", "households", country.aid_to_people)


def invest(country: Country) -> None:
    """Firms of other powers build what adds to output from now on; the money stays theirs."""
    country.invested = country.apply(offers.invested, strain=country.regime.strain)
    held_back = country.values.pressure_force * country.pulled[axes.PRESSURES.index("investment")]
    country.invested[PATRON] *= 1.0 - held_back
    gained = country.apply(offers.output_gained, invested=total(country.invested))
    country.home_output = country.home_output + gained


# Unrest in the regions: killings over rents, the answer to them, riots over arrests.


def by_region(values: Array) -> Array:
    """Add ``(commander, run)`` over the commanders of each region, ``(region, run)``."""
    return total(OF_REGION * values, axis=1)


def disloyal_men(country: Country) -> Array:
    """Return the men of each region's commanders as far as these are not loyal, persons."""
    commanders = country.commanders
    return by_region(commanders.following * commanders.in_place * (1.0 - commanders.loyalty))


def garrison(country: Country) -> Array:
    """Return the state's force in each region, persons, ``(region, run)``.

    It is spread like the people, and of what stands elsewhere the ready part is sent to hold a
    place; in the capital all who stand there count, and the ready of all others.
    """
    spread = country.at_home / np.maximum(country.home_people, 1.0)
    ready, seat = country.at_hand(), AT_THE_SEAT * spread
    return ready * np.maximum(spread, AT_THE_SEAT - seat) + country.forces * seat


def unrest(country: Country) -> Array:
    """Fight over rents. Return the dead, persons. Writes: killings, operations, riots, orders."""
    regions = country.regions
    kill(country)
    riot(country)
    rise(country)
    answer(country)
    now = country.now
    happened = now["killings"] + now["operations"] + now["riots"]
    regions.unrest = regions.apply(
        unrest_rules.unrest_step, unrest=regions.unrest, happened=happened
    )
    fallen = country.values.unrest_shock * now["operations"] * disloyal_men(country)
    return total(now["killings"] + fallen)


def kill(country: Country) -> None:
    """Let officers be killed where rents are divided and nobody above keeps order."""
    commanders, regions, month = country.commanders, country.regions, country.calendar_month
    rents, places = country.now["rents_commander"], commanders.place
    chance = country.apply(
        unrest_rules.killing_chance,
        share=rents / np.maximum(total(rents), 1.0),
        beyond=1.0 - regions.control[places],
        unrest=regions.unrest[places],
        truce=regions.truce[places],
    )
    draw = country.draws.uniform_each("killing", commanders.names, month)
    killed = (draw < chance).astype(float)
    country.now["killings"] = by_region(killed)
    for i, name in enumerate(COMMANDERS):
        country.note("killing", killed[i], actor=name, target=REGIONS[places[i]], size=rents[i])


def riot(country: Country) -> None:
    """Let crowds storm offices over arrests in a protected trade."""
    regions, networks = country.regions, country.networks
    lost = total(networks.entry_share * (networks.hit * networks.protection), axis=1)
    chance = regions.apply(
        unrest_rules.riot_chance,
        hit=total(BEHIND * lost, axis=1),
        strong=country.apply(part_of, part=disloyal_men(country), other=garrison(country)),
        grievance=regions.grievance,
        beyond=1.0 - regions.control,
        unrest=regions.unrest,
        truce=regions.truce,
    )
    draw = country.draws.uniform_each("riot", REGIONS, country.calendar_month)
    riots = country.now["riots"] = (draw < chance).astype(float)
    regions.control = 1.0 - regions.apply(
        unrest_rules.shaken, level=1.0 - regions.control, happened=riots
    )
    regions.protest = np.maximum(regions.protest, riots)
    for name, happened in zip(REGIONS, riots, strict=True):
        country.note("riot", happened, target=name)


def answer(country: Country) -> None:
    """Send troops where an officer was killed beyond control, or talk with those who rule there."""
    regions = country.regions
    killed = np.minimum(country.now["killings"], 1.0) * (1.0 - country.regime.collapsed)
    sends, agrees = regions.apply(
        unrest_rules.answer_chances, killed=killed, control=regions.control
    )
    draw = country.draws.uniform_each("operation", REGIONS, country.calendar_month)
    sent = country.now["operations"] = (draw < sends).astype(float)
    agreed = ((draw >= sends) & (draw < sends + agrees)).astype(float)
    regions.truce = regions.apply(unrest_rules.truce_step, truce=regions.truce, agreed=agreed)
    for name, control, here in zip(REGIONS, regions.control, sent, strict=True):
        country.note("operation", here, target=name, size=control, cause="killing")
    regions.grievance = regions.apply(unrest_rules.shaken, level=regions.grievance, happened=sent)
    arrest_strongmen(country, sent)


def arrest_strongmen(country: Country, sent: Array) -> None:
    """Order the arrest of the strongest in place in each region to which troops are ``sent``."""
    commanders = country.commanders
    here = commanders.in_place * commanders.power
    strongest = np.argmax(OF_REGION * (here + commanders.in_place), axis=1)
    chosen = strongest[:, None] == np.arange(len(COMMANDERS))[:, None]
    aimed = total(OF_REGION * chosen * sent[:, None]) * commanders.in_place
    new = aimed * (commanders.arrest_order < 0.5)
    for i, name in enumerate(COMMANDERS):
        threat = commanders.threat[i]
        country.note(
            "arrest_order", new[i], actor="regime", target=name, size=threat, cause="killing"
        )
    commanders.arrest_order = np.maximum(commanders.arrest_order, aimed)

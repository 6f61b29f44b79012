"""Stage society: migration, hardship, fear, grievance; the channel absorbs or sheds."""

import numpy as np

import tajsim.model.ledger as ledger
import tajsim.model.notes as notes
from tajsim.agents.network import ABROAD, BOYCOTTS
from tajsim.axes import AFGHAN_SECTIONS, REGIONS, SECTIONS, TASKS, Array, ranks, total
from tajsim.model.country import Country
from tajsim.rules import grievance, party, unrest, violence as violence_rules
from tajsim.world import SECTION_REGION

#: Place of each region beside the Afghan line, and the sections there.
BORDER = [
    (r, [i for i in range(len(AFGHAN_SECTIONS)) if SECTION_REGION[SECTIONS[i]] == region])
    for r, region in enumerate(REGIONS)
]


def society(country: Country) -> None:
    """People respond. Writes: people, hardship, fear, grievance, protest, members, violence."""
    values = country.values
    country.creed = country.apply(grievance.control_of_faith, step=country.regime.ladder)
    irpt = country.movement["irpt"]
    country.place = country.apply(
        party.place_in_politics,
        standing=country.standing,
        seat_share=irpt.seats / values.seats_all,
        apart=irpt.answer[ABROAD] + irpt.answer[BOYCOTTS],
    )
    country.absorbed = country.apply(
        grievance.absorption,
        place=country.place,
        appeal=values.party_appeal * irpt.credit,
        creed=country.creed,
    )
    worse = live(country)
    dread(country)
    faith = country.apply(grievance.over_middle, share=country.creed) * country.regions.devout
    faith = faith / np.maximum(country.mean_over_people(country.regions.devout), 1e-9)
    resent(country, worse, faith)
    grow_and_migrate(country)
    protest(country)
    services = country.agency["security_ministry"]
    skill = country.apply(
        violence_rules.skill_against_violence, quality=services.quality, cronyism=country.cronyism
    )
    members(country, skill)
    radicalise(country, skill, faith)
    burst_and_settle(country)
    come_back(country)


def live(country: Country) -> Array:
    """Let hardship follow income; return its odds over the usual ones."""
    people = np.maximum(country.home_people, 1.0)
    # Output holds what is made of money sent home, not that money itself (matveeva-2004:251).
    earned = country.now["output"] + country.now["remittances"] + country.aid_to_people
    taken = total(country.now["extortion"])
    income = np.maximum((earned - taken) / people, 1e-9)
    # In the first month there is none before it.
    growth = np.log(income / np.where(country.income > 0.0, country.income, income))
    country.income = income
    country.better_off = country.apply(
        grievance.better_off_step, better_off=country.better_off, growth=growth
    )
    country.hardship, worse = country.apply(grievance.hardship, better_off=country.better_off)
    return worse


def preying(country: Country) -> Array:
    """Return police who prey on people, over those at the start; 1 = middling."""
    police = country.agency["interior_ministry"]
    policing = police.strength / np.maximum(country.home_people, 1.0) * country.police_scale
    policing = policing * country.regime.effort_ratio(police.tasks)
    return country.apply(grievance.over_middle, share=police.predation) * policing


def dread(country: Country) -> None:
    """Let fear follow the police, repression and violence of late, and silence."""
    regime = country.regime
    regime.remember_steps()
    ratios = np.stack(
        [
            preying(country),
            1.0 + regime.felt,
            1.0 + regime.incidents,
            country.apply(grievance.over_middle, share=1.0 - country.values.civic_space),
        ]
    )
    aim = country.apply(grievance.fear_aim, ratios=ratios, rank=ranks(ratios))
    country.fear = country.apply(grievance.fear_step, fear=country.fear, aim=aim)


def resent(country: Country, worse: Array, faith: Array) -> None:
    """Let the grievance of each region follow its causes, in the order of the documents.

    Args:
        faith: control of religion times the devout share, 1 = middling, ``(region, run)``.
    """
    regions, alike = country.regions, country.regions.zeros()
    insecurity = country.apply(
        grievance.insecurity,
        recent=country.regime.incidents,
        border_weakness=border_weakness(country),
    )
    work = np.maximum(regions.idle + country.abroad, 1.0)
    ratios = np.stack(
        [
            alike + worse,
            alike + preying(country),
            faith,
            country.apply(
                grievance.over_middle, share=regions.excluded(country.place, country.cronyism)
            ),
            insecurity,
            1.0 + regions.idle / work,
        ]
    )
    regions.resent(ratios, country.absorbed)


def border_weakness(country: Country) -> Array:
    """Return 1 - mean guard of the Afghan line beside each region, 0.5 away from it."""
    found = country.regions.zeros() + 0.5
    for region, sections in BORDER:
        if sections:
            found[region] = 1.0 - total(country.guard_strength[sections]) / len(sections)
    return found


def grow_and_migrate(country: Country) -> None:
    """Births less deaths, and people leaving or coming back."""
    growth = country.values.population_growth * (1.0 - country.values.constant_world)
    country.people.pay_each("world", ledger.HOMES, country.at_home * growth)
    demand, usual = country.outside.migrant_demand, country.abroad_start
    country.regions.migrate(country.at_home, country.abroad, demand, usual)
    # A flow that is held may ask for more than there are.
    leaving = np.clip(country.regions.leaving, -country.abroad, country.at_home)
    country.people.move_each(ledger.HOMES, ledger.AWAY, leaving)
    notes.note_return(country)


def protest(country: Country) -> None:
    """Discontent is voiced where fear and departure have not silenced it."""
    regions, before = country.regions, country.regions.protest
    everyone = np.maximum(country.at_home + country.abroad, 1.0)
    chance, *parts = regions.speak(country.abroad / everyone, country.fear)
    draw = country.draws.uniform_each("protest", REGIONS, country.calendar_month)
    regions.protest = (draw < chance).astype(float)
    regions.turnout = regions.apply(
        unrest.turnout_step, turnout=regions.turnout, protest=regions.protest, fear=country.fear
    )
    notes.note_protest(country, before, parts)


def members(country: Country, skill: Array) -> None:
    """Movements win and lose members; a party sheds some to violent groups and underground."""
    movements = country.movements
    anger = country.apply(grievance.anger_ratio, anger=country.anger, usual=country.anger_start)
    violent = movements.apply(movements.win_and_lose, country.standing, anger)
    move_home(country, "violent", -violent)
    country.now["radicalised"] += violent
    effort = country.regime.effort_ratio([TASKS.index("internal_order")])
    country.now["arrests"] = movements.lose_to_arrests(skill, effort)
    move_home(country, "prisoners", -country.now["arrests"])


def radicalise(country: Country, skill: Array, faith: Array) -> None:
    """Some of the aggrieved turn to violent groups; some of those give up, are held, or leave."""
    pull = country.outside.war_abroad * (1.0 + country.broadcast)
    new = country.apply(
        violence_rules.radicalised,
        people=country.at_home,
        idle=country.regions.idle,
        grievance=country.regions.grievance,
        creed_ratio=faith,
        absorbed=country.absorbed,
        pull=pull,
    )
    country.people.pay_each("violent", ledger.HOMES, -new)
    country.now["radicalised"] += total(new)
    leaving, fading, caught = country.apply(
        violence_rules.violent_flows, violent=country.people["violent"], pull=pull, skill=skill
    )
    country.people.draw("violent", "fighters_abroad", leaving)
    country.joined = country.joined + leaving
    country.people.draw("violent", "prisoners", caught)
    move_home(country, "violent", fading)


def burst_and_settle(country: Country) -> None:
    """Violent groups act, the more after other acts; the regime may settle with those who fight."""
    regime, month = country.regime, country.calendar_month
    violent = country.people["violent"]
    chance, *parts = country.apply(
        violence_rules.attack_chance,
        violent=violent / 1000.0,
        recent=regime.incidents,
        truce=country.mean_over_people(country.regions.truce),
    )
    attack = country.draws.happens("incident", "violent", month, chance)
    country.now["incidents"] = attack
    notes.note_attack(country, attack, parts)
    agreed = country.draws.happens(
        "agreement",
        "regime",
        month,
        country.apply(violence_rules.agreement_chance, recent=regime.incidents),
    )
    country.note("agreement", agreed, actor="regime", size=regime.incidents, cause="incidents")
    country.regions.truce = np.maximum(country.regions.truce, agreed)
    # What the other stages did is known a month later.
    others = sum(total(country.last[name]) for name in ("operations", "riots", "mutinies"))
    regime.incidents = country.apply(
        violence_rules.recent_step, recent=regime.incidents, acts=attack + others
    )


def come_back(country: Country) -> None:
    """Fighters die or come home, prisoners are released."""
    killed, back = country.apply(
        violence_rules.fighters_fate,
        fighters=country.people["fighters_abroad"],
        war=np.minimum(country.outside.war_abroad, 1.0),
    )
    country.people.draw("fighters_abroad", "dead", killed)
    country.people.draw("fighters_abroad", "violent", back)
    free = country.apply(violence_rules.released, prisoners=country.people["prisoners"])
    move_home(country, "prisoners", free)


def move_home(country: Country, source: str, persons: Array) -> None:
    """Move people ``(run,)`` from an account to the regions by their people; negative: back.

    No more than there are: what a rule that is held answers knows nothing of it.
    """
    persons = np.minimum(persons, np.maximum(country.people[source], 0.0))
    parts = persons * country.at_home / np.maximum(country.home_people, 1.0)
    country.people.pay_each(source, ledger.HOMES, parts)

"""How a run begins: the actors are put in place, then come the months before the recorded start.

In the spin-up the country comes to rest in its world. Its months go through the same stages as any,
but for what is recorded. What documents date for the start is put back after each; what is usual
follows what is; and no event changes who is in place, what is banned or whether the state stands.
So a run begins with levels that its own parameters and drivers imply, and needs no start value for
them.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import tajsim.model.stages.deals as deals
from tajsim.agents.actors import Actors, Stated
from tajsim.agents.deals import TERMS
from tajsim.axes import AGENCIES, COMMANDERS, DEALS, NETWORKS, SECTIONS, Array
from tajsim.draws import AT_START
from tajsim.model.country import Country
from tajsim.model.ledger import AWAY, HOMES, Ledger
from tajsim.model.stages import elite
from tajsim.model.stages.force import muster
from tajsim.rules import violence
from tajsim.world import GUARDS

#: Processes that have events in the spin-up as in any month: what comes and goes, and what the
#: elite does, which is put back into its places after each. So the fear, distrust and strain that
#: such events leave are there from the start. Whoever is told to go obeys: a bargain would be
#: undone with the post that it brought. In all others, which end the state, a channel or a deal,
#: nothing happens.
_PASSING = "protest", "incident", "incidents", "crossing", "killing", "riot"
LIVELY = frozenset((*_PASSING, "agreement", "operation", "purge", "fight", "break"))

#: Accounts of people that the documents date, and of the dead, who are counted from the start on.
_DATED = (HOMES, AWAY, AGENCIES, ("dead",))


def people_the_model(country: Country) -> None:
    """Create every actor, the ledgers and the state of the country at the start."""
    create_actors(country)
    open_ledgers(country)
    guard_sections(country)
    country_at_start(country)
    elite.begin(country)


def create_actors(country: Country) -> None:
    """Create every kind of actor, ``country.agencies``, and each by name, ``agency["army"]``."""
    for attribute, kind in country.kinds.items():
        made = kind(country)
        setattr(country, attribute, made)
        if isinstance(made, Actors):
            setattr(country, made.dimension, {member.name: member for member in made})
            made.complete = True
    for agent in country.agents:
        agent.complete = True
    country.guards = [country.agency[name] for name in GUARDS]


def open_ledgers(country: Country) -> None:
    """Open the accounts of money (empty) and of people (documented numbers)."""
    purses = ["treasury", "patronage", "households", "passage", *AGENCIES, *COMMANDERS, *NETWORKS]
    country.money = Ledger(purses, country.run_count)
    others = ["violent", "fighters_abroad", "prisoners", "dead"]
    country.people = Ledger([*HOMES, *AWAY, *AGENCIES, *others], country.run_count)
    everyone = country.values.population_start
    share = country.values.region_people
    abroad = country.values.migrants_start
    country.people.pay_each("world", HOMES, (everyone - abroad) * share)
    country.people.pay_each("world", AWAY, abroad * share)
    country.people.pay_each("world", AGENCIES, country.agencies.strength)
    grieved = country.mean_over_people(country.regions.grievance)
    violent = country.apply(violence.violent_start, people=country.home_people, grievance=grieved)
    country.people.move("world", "violent", violent)


def guard_sections(country: Country) -> None:
    """Put the guards of early 2004 on the border: Russian but for the 73 km and Murghab."""
    length = country.values.section_length
    russian, own = country.agency["russian_border_troops"], country.agency["border_troops"]
    for i, section in enumerate(SECTIONS):
        guard = own if section in ("early_transfer", "murghab") else russian
        guard.guarded_km[i] = length[i]
    country.agencies.apply(country.agencies.decide_deployment)


def country_at_start(country: Country) -> None:
    """Set what belongs to no single actor."""
    country.home_output = country.values.output_start / 12.0
    country.living = country.home_output / country.home_people
    country.taxes = country.values.tax_share * country.home_output
    country.allocate()
    muster(country, country.commanders.zeros())
    normals = {n: country.draws.normal_each(f"deal {n}", DEALS, AT_START) for n in TERMS}
    country.deals.apply(country.deals.draw_terms, normals=normals)
    # What stands was agreed to at some time within its term.
    left = country.draws.uniform_each("deal left", DEALS, AT_START)
    country.deals.locked = country.deals.held * country.deals.term * left
    country.sections_once = country.agency["russian_border_troops"].guarded_km.copy()
    deals.delivery(country)


def spin_up(country: Country, stages: Sequence[Callable[[Country], None]]) -> None:
    """Simulate the months before the start with ``stages``; the next month is the recorded first.

    Cost and draws are those of so many months; calendar months key the draws, so that they are the
    same in every scenario.
    """
    dated, months = begin_spin_up(country)
    for country.months_run in range(-months, 0):
        country.begin_month()
        for stage in stages:
            stage(country)
        end_spin_up_month(country, dated)
    end_spin_up(country)


#: What documents date for the start: holder, attribute and value of states; "people", balances.
Dated = list[tuple[Any, str, Array]]


def begin_spin_up(country: Country) -> tuple[Dated, int]:
    """Get ready for the months before the start; return what is dated, and how many they are."""
    dated = [
        (holder, name, getattr(holder, name).copy())
        for holder in holders(country)
        for name, declared in holder.declared.items()
        if declared.pinned
    ]
    dated.append((country.people, "balance", country.people.balance.copy()))
    country.draws.lively = LIVELY
    settle_usual(country)
    # A constant of the registry: the same in all runs.
    months = int(country.values.spin_up_months[0])
    expect_growth(country, months)
    return dated, months


def end_spin_up_month(country: Country, dated: Dated) -> None:
    """Put back what is dated; let what is usual follow what is."""
    for holder, name, value in dated:
        if holder is country.people:
            put_people_back(country, value)
        else:
            setattr(holder, name, value.copy())
    settle_usual(country)


def end_spin_up(country: Country) -> None:
    """Begin the recorded months."""
    country.months_run, country.draws.lively = 0, None
    country.forget_events()
    # Who was fought or sought is in his place, and nobody is told of it.
    for name in ("beaten", "arrest_order", "dismissal_order"):
        setattr(country.commanders, name, country.commanders.zeros())
    if country.values.switches:
        # Here alone it is decided from when on rules that are taken out are held.
        country.values.switches.holding = True


def expect_growth(country: Country, months: int) -> None:
    """Let Russia expect the growth of the year in which the spin-up begins, ``months`` before."""
    out, date = country.outside, country.calendar
    date.turn(country.first_month - months, -months)
    out.trend = out.growth = np.where(date.growth_recorded > 0.5, date.growth, out.growth)


def holders(country: Country) -> list[Any]:
    """Return all that has declared states."""
    parts = [country.outside, *(getattr(country, name) for name in country.kinds)]
    return [country, *(part for part in parts if isinstance(part, Stated))]


def settle_usual(country: Country) -> None:
    """Set every usual level from the state as it is now.

    Nothing else sets one: the last of the spin-up holds from the recorded start on.
    """
    for holder in holders(country):
        for name, declared in holder.declared.items():
            if declared.usual:
                value: Array = getattr(holder, declared.usual)
                setattr(holder, name, value.copy())


def put_people_back(country: Country, people: Array) -> None:
    """Put dated accounts of people back to what they were; the difference comes from outside."""
    ledger = country.people
    for names in _DATED:
        rows = ledger.rows(names)
        ledger.pay_each("world", names, people[rows] - ledger.balance[rows])
        # To the bit, whatever was added and taken off again.
        ledger.balance[rows] = people[rows]

"""The months before the recorded start, in which the country comes to rest in its world.

They go through the same stages as any month, but for what is recorded. What documents date for the
start is put back after each; what is usual follows what is; and no event changes who is in place,
what is banned or whether the state stands. So a run begins with levels that its own parameters and
drivers imply, and needs no start value for them.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tajsim.agents.actors import Stated
from tajsim.axes import AGENCIES, Array
from tajsim.model.country import Country
from tajsim.model.ledger import AWAY, HOMES

#: Processes that have events in the spin-up as in any month: what comes and goes. In all others,
#: which end careers, channels or the state, nothing happens.
LIVELY = frozenset(("protest", "incident", "incidents", "crossing", "killing", "riot"))

#: Accounts of people that the documents date, and of the dead, who are counted from the start on.
_DATED = (HOMES, AWAY, AGENCIES, ("dead",))


def simulate(country: Country, stages: Sequence[Callable[[Country], None]]) -> None:
    """Simulate the months before the start with ``stages``; the next month is the recorded first.

    Cost and draws are those of so many months; calendar months key the draws, so that they are the
    same in every scenario.
    """
    pinned = [
        (holder, name, getattr(holder, name).copy())
        for holder in holders(country)
        for name, declared in holder.declared.items()
        if declared.pinned
    ]
    people = country.people.balance.copy()
    country.draws.lively = LIVELY
    settle_usual(country)
    # A constant of the registry: the same in all runs.
    months = int(country.values.spin_up_months[0])
    expect_growth(country, months)
    for country.months_run in range(-months, 0):
        country.begin_month()
        for stage in stages:
            stage(country)
        for holder, name, value in pinned:
            setattr(holder, name, value.copy())
        put_people_back(country, people)
        settle_usual(country)
    country.months_run, country.draws.lively = 0, None
    country.forget_events()
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
    """Put the dated accounts of people back to what they were; the difference comes from outside.

    Args:
        people: balances, ``(account, run)``.
    """
    ledger = country.people
    for names in _DATED:
        rows = ledger.rows(names)
        ledger.pay_each("world", names, people[rows] - ledger.balance[rows])
        # To the bit, whatever was added and taken off again.
        ledger.balance[rows] = people[rows]

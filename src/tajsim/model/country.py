"""The country that the stages act on: its actors, its ledgers, its state, and means over them."""

from __future__ import annotations

import ast
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar, TypeVar

import mesa
import numpy as np
from numpy.typing import NDArray

import tajsim.agents
import tajsim.model
import tajsim.rules
from tajsim.agents.agency import SecurityAgencies, SecurityAgency, mean_of_own
from tajsim.agents.commander import Commander, Commanders
from tajsim.agents.network import (
    MilitantGroup,
    MilitantGroups,
    Movement,
    Movements,
    Networks,
    TraffickingNetwork,
)
from tajsim.agents.power import ExternalPower, ExternalPowers
from tajsim.agents.regime import Regime
from tajsim.agents.region import Region, Regions
from tajsim.axes import AFGHAN_SECTIONS, EXITS, POWERS, Array, total
from tajsim.draws import Draws
from tajsim.inputs.registry import load_families
from tajsim.inputs.values import ParameterValues
from tajsim.model.chronicle import Chronicle, Name, Pick, Runs, Size, Watch, largest
from tajsim.model.ledger import AWAY, HOMES, Flows, Ledger

Result = TypeVar("Result")


class Country(mesa.Model):
    """All that stages read and write; ``TajikistanModel`` puts it in place and steps it."""

    kinds: ClassVar[dict[str, Callable[[mesa.Model], Any]]]
    run_count: int
    first_month: int
    month_count: int
    months_run: int
    events_by_month: dict[int, list[Any]]
    ramps: dict[str, list[Array]]  # parameter -> its values in the coming months
    draws: Draws
    values: ParameterValues
    now: Flows
    last: Flows
    outside: SimpleNamespace
    money: Ledger
    people: Ledger
    chronicle: Chronicle
    watch: Watch
    regime: Regime
    agencies: SecurityAgencies
    powers: ExternalPowers
    networks: Networks
    commanders: Commanders
    movements: Movements
    militants: MilitantGroups
    regions: Regions
    agency: dict[str, SecurityAgency]
    power: dict[str, ExternalPower]
    commander: dict[str, Commander]
    movement: dict[str, Movement]
    militant_group: dict[str, MilitantGroup]
    network: dict[str, TraffickingNetwork]
    region: dict[str, Region]
    guards: list[SecurityAgency]

    # State of the country that belongs to no single actor, each (run,) unless said.
    price_in: Array  # USD/kg at the Afghan line
    price_out: Array  # USD/kg beyond the exits, (exit, run)
    work_start: Array  # kg/person in the first month: on the line, inland, at exits, (3, run)
    drug_money: Array  # paid beyond the Afghan line, 1 = as in the first month
    outlay_start: Array  # paid there in the first month, USD
    entry_toll: Array  # expected toll, share of value, (section, run)
    exit_toll: Array  # (exit, run)
    entry_word: Array  # share lost by all networks last month, (section, run)
    exit_word: Array  # (exit, run)
    guard_strength: Array  # honest detection over its limit, (section, run)
    barrier: Array  # closure of the crossings to the neighbours, 0 to 1
    barrier_rents_start: Array  # USD/month
    alignment: Array  # -1 West to 1 Moscow
    west_share: Array  # of outside provision
    objection: Array  # of Moscow to blocs, 0 to 1
    leverage: Array  # of Moscow, 0 to 1
    reliance: Array  # share of all security work that Moscow does
    displeasure: Array  # what Moscow can make another's offer cost, 0 to 1
    search: Array  # how widely the regime looks for other partners, (task, run)
    search_start: Array  # the same in the first month, (task, run)
    told: Array  # what partners believe of an overstated threat, 0 to 1
    told_start: Array  # the same in the first month
    invested: Array  # by firms of each power, USD/month, (power, run)
    cleared: Array  # share of the mined farmland given back
    guarantee: Array  # Moscow's backing of the ruler, 0 to 1
    standing: Array  # of the legal party, 0 to 1
    absorbed: Array  # share of grievance carried by the legal channel
    creed: Array  # control of religion, 0 to 1
    crime: Array  # 1 = as in 2004
    gangs: Array  # 1 = as in 2004
    underworld: Array  # share of informers who come from the underworld
    joined: Array  # people who left to fight abroad since the start, persons
    preyed_on: Array  # what the police take, share of income
    aid_to_people: Array  # civilian aid that reaches people, USD/month
    home_output: Array  # output without remittances, USD/month
    presence_start: Array  # presence of the Russian base at the start, 0 to 1
    hostility: Array  # of Uzbekistan, index
    hardening: Array  # how far neighbours close their own side, index
    exits_usual: Array  # mean of the first year, kg/month, (exit, run)
    exits_lately: Array  # kg/month, (exit, run)
    shelter: Array  # how far those above keep protected networks untouched, 0 to 1
    mafia: Array  # hold of the drug trade over the state, 0 to 1
    militants_inside: Array  # persons
    passing: Array  # those of them who mean to go on to Ferghana, persons
    camps: Array  # how far militants have camps in the country, 0 to 1
    forward: Array  # share of the Russian base near the border
    pressure: Array  # of militants at the Afghan line, 1 = as in 2004
    coup: Array  # 1 where a mutiny has won
    broadcast: Array  # pull of defectors' appeals, index
    other_debt: Array  # foreign debt not owed to Russia, USD
    commitments: Array  # what the state spends besides security, USD/month
    police_scale: Array  # people per policeman at the start

    def apply(self, rule: Callable[..., Result], *state: object) -> Result:
        """Call a rule with the parameters in force, indexed families whole."""
        return rule(*state, **self.values.of(rule))

    def note(
        self,
        kind: str,
        where: Array | NDArray[np.bool_],
        *,
        actor: Name = "",
        target: Name = "",
        size: Size = np.nan,
        cause: Name = "",
    ) -> None:
        """Keep an event of this month in the chronicle, for every run where ``where`` is not zero.

        Kinds and causes are those of ``tajsim.inputs.ledger``; functions given for a size or
        a name are called only if there is such a run.
        """
        self.chronicle.note(self.months_run, kind, where, actor, target, size, cause)

    def reason(
        self, names: Sequence[str], rule: Callable[..., Sequence[Array]], *state: Array
    ) -> Callable[[Runs], Pick]:
        """Return the cause of an event: the name of the largest part that ``rule`` answers.

        The rule is asked only for the runs in which the event happens.

        Args:
            names: of the parts, in the order of the answer.
            rule: a pure function that answers as many parts ``(run,)``.
            state: what it is given, last axis ``run``.
        """

        def of(here: Runs) -> Pick:
            terms = {name: value[..., here] for name, value in self.values.of(rule).items()}
            return largest(names, rule(*(part[..., here] for part in state), **terms))

        return of

    @property
    def calendar_month(self) -> int:
        """Months since year 0: the month number that keys the draws."""
        return self.first_month + self.months_run

    @property
    def home_people(self) -> Array:
        """People at home, persons."""
        return total(self.at_home)

    @property
    def migrants(self) -> Array:
        """People at work abroad, persons."""
        return total(self.abroad)

    @property
    def at_home(self) -> Array:
        """People at home by region, persons, ``(region, run)``: the accounts themselves."""
        return self.people.accounts(HOMES)

    @property
    def abroad(self) -> Array:
        """People at work abroad by region, persons, ``(region, run)``: the accounts themselves."""
        return self.people.accounts(AWAY)

    def mean_over_people(self, values: Array) -> Array:
        """Return the mean of regional values ``(region, run)`` by people at home, ``(run,)``."""
        result: Array = total(self.at_home * values) / self.home_people
        return result

    @property
    def mean_voice(self) -> Array:
        """Voiced discontent, 0 to 1."""
        return self.mean_over_people(self.regions.voice)

    @property
    def mean_fear(self) -> Array:
        """Fear, 0 to 1."""
        return self.mean_over_people(self.regions.fear)

    @property
    def mean_control(self) -> Array:
        """Control of the centre over the country: mean over regions by area, 0 to 1."""
        areas = self.values.region_area
        result: Array = total(self.regions.control * areas) / total(areas)
        return result

    @property
    def mean_collusion(self) -> Array:
        """Mean collusion of the country's own agencies, 0 to 1."""
        return mean_of_own(self.agencies.collusion)

    @property
    def base_troops(self) -> Array:
        """Troops of the Russian base, persons."""
        troops: Array = self.values.power_base[POWERS.index("russia")]
        return troops

    @property
    def informers(self) -> Array:
        """Informers from the underworld, by the quality of the service that runs them, 0 to 1."""
        return self.underworld * self.agency["security_ministry"].quality

    @property
    def base_presence(self) -> Array:
        """How much of the tasks of defence the base's people hold, 0 to 1."""
        troops = self.base_troops
        result: Array = troops / (troops + self.values.base_half)
        return result

    def exit_ratio(self, name: str) -> Array:
        """Drugs that leave by an exit of late over those of the first year, ``(run,)``."""
        i = EXITS.index(name)
        result: Array = self.exits_lately[i] / np.maximum(self.exits_usual[i], 1e-9)
        return result

    @property
    def afghan_length(self) -> Array:
        """Length of the Afghan line, km."""
        return total(self.values.section_length[: len(AFGHAN_SECTIONS)])


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        yield import_module(info.name)


def _reads(function: ast.FunctionDef) -> Iterator[str]:
    """Yield the keyword-only arguments, and every ``name`` in ``values.name``."""
    yield from (argument.arg for argument in function.args.kwonlyargs)
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute):
            holder = getattr(node.value, "attr", getattr(node.value, "id", ""))
            if holder == "values":
                yield node.attr


@lru_cache
def readers() -> dict[str, list[str]]:
    """Return, for each family, the functions that read it, as ``package.module.function``."""
    found: dict[str, list[str]] = {name: [] for name in load_families()}
    for package in (tajsim.rules, tajsim.agents, tajsim.model):
        for module in _modules(package):
            for node in ast.walk(ast.parse(inspect.getsource(module))):
                if not isinstance(node, ast.FunctionDef):
                    continue
                where = f"{module.__name__.removeprefix('tajsim.')}.{node.name}"
                for name in _reads(node):
                    if name in found and where not in found[name]:
                        found[name].append(where)
    return found

"""The country that the stages act on: its actors, its ledgers, its state, and means over them."""

import ast
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, TypeVar

import mesa
import numpy as np
from numpy.typing import NDArray

import tajsim.agents
import tajsim.model
import tajsim.rules
from tajsim.agents.actors import Stated, state
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
from tajsim.inputs.families import Families
from tajsim.inputs.values import ParameterValues
from tajsim.model.chronicle import Chronicle, Name, Pick, Runs, Size, Watch, largest
from tajsim.model.ledger import AWAY, HOMES, Flows, Ledger

Result = TypeVar("Result")


class OutsideWorld(Stated):
    """What nobody in the country decides."""

    harvest_luck = state("ratio", "harvest of the year over the expected one")
    harvest = state("ratio", "harvest, 1 = as expected in 2004")
    demand_shock = state("index", "logarithm of the work that migrants find, over the usual")
    terms = state(outcome="migrant_terms")
    migrant_demand = state("ratio", "work that migrants find")
    militant_pressure = state("index", "what draws fighters to the border", "militant_group")

    def __init__(self, values: ParameterValues, runs: int) -> None:
        self.values, self.runs = values, runs
        self.allocate()


class Country(Stated, mesa.Model):
    """All that stages read and write; ``TajikistanModel`` puts it in place and steps it."""

    #: Each kind of actor by attribute; a subclass of the model may name a subclass of a kind.
    kinds: ClassVar[dict[str, type[Any]]] = {
        "regime": Regime,
        "agencies": SecurityAgencies,
        "powers": ExternalPowers,
        "networks": Networks,
        "commanders": Commanders,
        "movements": Movements,
        "militants": MilitantGroups,
        "regions": Regions,
    }
    run_count: int
    first_month: int
    month_count: int
    months_run: int
    events_by_month: dict[int, list[Any]]
    ramps: dict[str, list[Array]]  # parameter -> its values in the coming months
    draws: Draws
    now: Flows
    last: Flows
    outside: OutsideWorld
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

    price_in = state("USD/kg", "price at the Afghan line")
    price_out = state("USD/kg", "price beyond the exits", "exit")
    exit_cost = state("index", "standing disadvantage of an exit", "exit", start="exit_cost")
    work_start = state("kg/person", "search of the first month", "search", start=1.0)
    drug_money = state("ratio", "paid beyond the Afghan line, 1 = as in the first month", start=1.0)
    outlay_start = state("USD/month", "paid there in the first month", start=1.0)
    arranged = state("kg/month", "let pass on the line for a bribe", "section")
    entry_toll = state("share", "of the value, expected toll", "section")
    exit_toll = state("share", "of the value, expected toll", "exit")
    entry_word = state("share", "lost last month", "afghan_section", start="belief_start")
    exit_word = state("share", "lost last month", "exit", start="belief_start")
    guard_strength = state(outcome="section_guard", start=0.3)
    barrier = state("share", "closure of crossings to the neighbours", start="barrier_start")
    barrier_rents_start = state("USD/month", "taken there in the first month", start=1.0)
    alignment = state(outcome="alignment", start=0.5)
    west_share = state("share", "of the West in outside provision", start=0.3)
    objection = state("share", "objection of Moscow to blocs")
    leverage = state("share", "leverage of Moscow", start=0.5)
    reliance = state(outcome="reliance_on_patron")
    displeasure = state("share", "what Moscow can make another's offer cost")
    search = state(outcome="search_for_partners")
    search_start = state("share", "the same in the first month", "task")
    told = state(outcome="threat_overstated")
    told_start = state("share", "the same in the first month")
    invested = state(outcome="investment")
    cleared = state(outcome="land_cleared")
    guarantee = state(outcome="guarantee")
    standing = state("share", "legal standing of the party", start=1.0)
    absorbed = state(outcome="channel")
    creed = state("share", "control of religion")
    crime = state(outcome="crime", start=1.0)
    gangs = state("index", "strength of gangs, 1 = as in 2004", start=1.0)
    underworld = state(outcome="underworld_informers", start="underworld_start")
    joined = state(outcome="fighters_joined")
    preyed_on = state("share", "of income that the police take")
    aid_to_people = state("USD/month", "civilian aid that reaches people")
    home_output = state("USD/month", "output without remittances", start=None)
    presence_start = state("share", "presence of the Russian base at the start", start=None)
    hostility = state(outcome="hostility", start="neighbour_hostility")
    hardening = state(outcome="hardening")
    exits_usual = state("kg/month", "leaving by each exit in the first year", "exit", start=1.0)
    exits_lately = state("kg/month", "leaving by each exit of late", "exit", start=1.0)
    shelter = state(outcome="shelter", start="shelter_start")
    mafia = state(outcome="mafia")
    forces = state("persons", "who would fight for the state", start=10000.0)
    militants_inside = state(outcome="militants_inside")
    passing = state("persons", "those of them who mean to go on to Ferghana")
    camps = state(outcome="militant_camps")
    forward = state(outcome="base_forward_share", start=None)
    pressure = state("index", "of militants at the Afghan line, 1 = as in 2004", start=1.0)
    coup = state("0 or 1", "whether a mutiny has won")
    broadcast = state("index", "pull of defectors' appeals")
    other_debt = state("USD", "foreign debt not owed to Russia", start="other_debt_start")
    commitments = state("USD/month", "what the state spends besides security")
    police_scale = state("ratio", "people per policeman at the start", start=None)

    def apply(self, rule: Callable[..., Result], *state: object, **named: object) -> Result:
        """Call a rule with a state, by position or by name, and the parameters, families whole."""
        return rule(*state, **named, **self.values.of(rule))

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


def _reads(part: ast.FunctionDef | ast.ClassDef) -> Iterator[str]:
    """Yield what may be a family: keyword-only arguments, ``values.name``; starts of states."""
    if isinstance(part, ast.ClassDef):
        declared = [line.value for line in part.body if isinstance(line, ast.Assign)]
        given = [
            given for call in declared if isinstance(call, ast.Call) for given in call.keywords
        ]
        yield from (ast.unparse(k.value).strip("'") for k in given if k.arg == "start")
        return
    yield from (argument.arg for argument in part.args.kwonlyargs)
    for node in ast.walk(part):
        if isinstance(node, ast.Attribute):
            holder = getattr(node.value, "attr", getattr(node.value, "id", ""))
            if holder == "values":
                yield node.attr


@cache
def readers() -> dict[str, list[str]]:
    """Return, for each family, the functions and classes that read it, ``package.module.name``."""
    found: dict[str, list[str]] = {name: [] for name in Families.__annotations__}
    for package in (tajsim.rules, tajsim.agents, tajsim.model):
        for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            for node in ast.walk(ast.parse(inspect.getsource(import_module(info.name)))):
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    place = f"{info.name.removeprefix('tajsim.')}.{node.name}"
                    for name in _reads(node):
                        if name in found and place not in found[name]:
                            found[name].append(place)
    return found

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
import tajsim.agents.network as groups
import tajsim.model
import tajsim.rules
from tajsim.agents.actors import Stated, state
from tajsim.agents.agency import AT_BORDER, SecurityAgencies, SecurityAgency
from tajsim.agents.commander import Commander, Commanders
from tajsim.agents.deals import BASE, PATRON, Deal, Deals, ExternalPower, ExternalPowers
from tajsim.agents.regime import Regime
from tajsim.agents.region import Region, Regions
from tajsim.axes import AFGHAN_SECTIONS, EXITS, TASKS, Array, total
from tajsim.draws import Draws
from tajsim.inputs.families import Families
from tajsim.inputs.values import ParameterValues
from tajsim.model.calendar import Calendar
from tajsim.model.chronicle import Chronicle, Name, Pick, Runs, Size, Watch, largest
from tajsim.model.ledger import AWAY, HOMES, Flows, Ledger
from tajsim.rules import state as state_rules

Result = TypeVar("Result")


class OutsideWorld(Stated):
    """What nobody in the country decides."""

    # The crop of 2001, under a ban, emptied no market: the spin-up begins with an ordinary one.
    crop = state("ratio", "Afghan crop of the year, 1 = the mean of 2003 and 2004", start=1.0)
    crop_believed = state("ratio", "the same as first published", start=1.0)
    harvest = state(outcome="harvest", start=1.0)
    harvest_believed = state(outcome="harvest_believed", start=1.0)
    harvest_usual = state("ratio", "the same as usual", usual="harvest_believed", start=1.0)
    growth = state("1/year", "growth of Russian output by itself", start="growth_mean")
    russian_growth = state(outcome="russian_growth")
    trend = state("1/year", "growth that Russia has come to expect", start="growth_mean")
    boom = state("index", "logarithm of Russian output over its own path")
    boom_start = state("index", "the same at the start", usual="boom")
    terms = state(outcome="migrant_terms", start=1.0)
    migrant_demand = state(outcome="work_abroad", start=1.0)
    buyers = state("ratio", "what buyers abroad pay, 1 = as in 2004", start=1.0)
    war_abroad = state("ratio", "pull of wars abroad, 1 = as in 2015")
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
        "deals": Deals,
        "networks": groups.Networks,
        "commanders": Commanders,
        "movements": groups.Movements,
        "militants": groups.MilitantGroups,
        "regions": Regions,
    }
    run_count: int
    first_month: int
    month_count: int
    months_run: int  # since the recorded start, negative in the spin-up
    calendar: Calendar
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
    deals: Deals
    networks: groups.Networks
    commanders: Commanders
    movements: groups.Movements
    militants: groups.MilitantGroups
    regions: Regions
    agency: dict[str, SecurityAgency]
    power: dict[str, ExternalPower]
    deal: dict[str, Deal]
    commander: dict[str, Commander]
    movement: dict[str, groups.Movement]
    militant_group: dict[str, groups.MilitantGroup]
    network: dict[str, groups.TraffickingNetwork]
    region: dict[str, Region]
    guards: list[SecurityAgency]

    price_in = state("USD/kg", "price at the Afghan line")
    price_out = state("USD/kg", "price beyond the exits")
    sold = state("kg/month", "left the country", start="market_demand")
    arranged = state("kg/month", "let pass on the line for a bribe", "section")
    entry_toll = state("share", "of the value, expected toll", "section")
    entry_belief = state("share", "believed lost", "afghan_section")
    exit_share = state("share", "leaving by each exit", "exit", start=1.0 / len(EXITS))
    stood = state("0 or 1", "whether in place last month", "commander")
    guard_strength = state(outcome="section_guard", start=0.3)
    barrier = state("share", "closure of crossings to the neighbours", start="barrier_start")
    useful = state("share", "of its task that each deal covers", "deal")
    diverted_part = state("share", "of each deal that is diverted", "deal")
    pulled = state(outcome="pressure_on")
    bound = state(
        "months", "for which a package binds both sides; -1 when it is over", "package", pinned=True
    )
    debt_paid = state("USD/month", "paid on the debt that Moscow calls in")
    debt_settled = state("USD", "of debt to Russia, written off by agreement or paid", pinned=True)
    moscows_grievance = state(outcome="moscows_grievance")
    expected_harm = state("index", "what pressure is expected to cost in a year")
    opening = state("index", "how much the regime fears an opening")
    opening_usual = state("index", "the same as usual", usual="opening")
    sections_once = state(
        "km", "of each section, Russia's to guard while its deal stands", "section"
    )
    barrier_rents_start = state(
        "share", "of output taken there at the start", usual="barrier_rents"
    )
    cronyism = state(outcome="cronyism", start=0.5)
    cronyism_start = state("share", "the same at the start", usual="cronyism")
    claims = state("USD/month", "what clients claim")
    clients_usual = state("index", "armed power of clients over five years", usual="clients_power")
    living = state("USD/month", "what people have each", start=None)
    living_start = state("USD/month", "the same at the start", usual="living")
    taxes = state("USD/month", "taxes of last month less what a debt took", start=None)
    taxes_start = state("USD/month", "the same at the start", usual="taxes")
    alignment = state(outcome="alignment", start=0.5)
    west_share = state("share", "of the West in outside provision", start=0.3)
    leverage = state("share", "leverage of Moscow", start=0.5)
    reliance = state(outcome="reliance_on_patron")
    told = state(outcome="threat_overstated")
    told_start = state("share", "the same at the start", usual="told")
    invested = state(outcome="investment")
    guarantee = state(outcome="guarantee")
    standing = state("share", "legal standing of the party", start=1.0)
    place = state("share", "place of the party in politics", start=0.7)
    absorbed = state(outcome="channel")
    creed = state("share", "control of religion", start="religious_control")
    anger_start = state("share", "the same at the start", usual="anger")
    hardship = state(outcome="hardship", start="poverty_start")
    income = state("USD/month", "left to a head, at home and sent home")
    better_off = state("ratio", "logarithm of that income over what people are used to")
    fear = state(outcome="fear", start="fear_usual")
    joined = state(outcome="fighters_joined", pinned=True)
    aid_to_people = state("USD/month", "civilian aid that reaches people")
    home_output = state("USD/month", "output without remittances", start=None, pinned=True)
    people_start = state("persons", "people at home at the start", usual="home_people")
    abroad_start = state("share", "of people who were abroad at the start", usual="abroad_share")
    presence_start = state("share", "presence of the base at the start", usual="base_presence")
    hostility = state(outcome="hostility", start="neighbour_hostility")
    hardening = state(outcome="hardening")
    exits_usual = state("kg/month", "leaving by each exit", "exit", usual="exits_lately")
    exits_lately = state("kg/month", "leaving by each exit of late", "exit", start=1.0)
    shelter = state(outcome="shelter")
    forces = state("persons", "the state's force: own armed services by quality and trust")
    loyal_force = state("persons", "of that who would act for the regime against enemies inside")
    forward = state(outcome="base_forward_share", start="base_forward")
    unsure = state("share", "doubt of commanders of what comes")
    helped = state("share", "the patron's help against enemies near the capital")
    fall = state("number", "of the way in which the regime fell, a place in FALLS")
    broadcast = state("index", "pull of defectors' appeals", pinned=True)
    police_scale = state("ratio", "the same at the start", usual="people_per_policeman")

    def begin_month(self) -> None:
        """Turn the calendar; last month's flows are remembered, those of this month begin."""
        self.last, self.now = self.now, Flows(self.run_count)
        self.calendar.turn(self.calendar_month, self.months_run)
        if self.values.switches:
            self.values.switches.new_month()

    def forget_events(self) -> None:
        """Begin the chronicle anew."""
        self.chronicle = Chronicle(self.run_count)

    def apply(self, rule: Callable[..., Result], *state: object, **named: object) -> Result:
        """Call a rule with a state, by position or by name, and the parameters, families whole."""
        return self.switched(rule, rule(*state, **named, **self.values.of(rule)))

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
        """

        def of(here: Runs) -> Pick:
            terms = {name: value[..., here] for name, value in self.values.of(rule).items()}
            return largest(names, rule(*(part[..., here] for part in state), **terms))

        return of

    def cause(self, terms: Sequence[Array]) -> Callable[[Runs], Pick]:
        """Return the cause of an event: the name of the largest of the terms of a rule."""
        names = type(terms)._fields  # type: ignore[attr-defined]
        return lambda here: largest(names, [part[..., here] for part in terms])

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
    def abroad_share(self) -> Array:
        """Share of people who work abroad."""
        return self.migrants / (self.migrants + self.home_people)

    @property
    def boom(self) -> Array:
        """Logarithm of Russian output over its own path, less that at the start."""
        return self.outside.boom - self.outside.boom_start

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
    def anger(self) -> Array:
        """Grievance of the devout under control of their faith, 0 to 1."""
        return self.mean_over_people(self.regions.grievance * self.regions.devout) * self.creed

    @property
    def mean_control(self) -> Array:
        """Control of the centre over the country: mean over regions by area, 0 to 1."""
        areas = self.values.region_area
        result: Array = total(self.regions.control * areas) / total(areas)
        return result

    @property
    def base_troops(self) -> Array:
        """Troops of the Russian base, persons."""
        troops: Array = self.values.power_base[PATRON] * self.deals.ramp[BASE]
        return troops

    @property
    def base_presence(self) -> Array:
        """How much of the tasks of defence the base's people hold, 0 to 1."""
        troops = self.base_troops
        result: Array = troops / (troops + self.values.base_half)
        return result

    @property
    def barrier_rents(self) -> Array:
        """What agencies take from people at the crossings, over output."""
        taken: Array = total(self.now["extortion"][AT_BORDER]) + 1.0
        return taken / np.maximum(self.now["output"], 1.0)

    @property
    def clients_power(self) -> Array:
        """Armed power of the commanders in place, index."""
        power: Array = total(self.commanders.power * self.commanders.in_place) + 1e-9
        return power

    @property
    def earnings(self) -> Array:
        """What people have each, 1 = as at the start."""
        return self.living / self.living_start

    @property
    def revenue(self) -> Array:
        """Taxes of last month less what was paid on a debt, 1 = as at the start."""
        return self.taxes / self.taxes_start

    @property
    def people_per_policeman(self) -> Array:
        """People at home for each of the police."""
        return self.home_people / np.maximum(self.agency["interior_ministry"].strength, 1.0)

    @property
    def russian_debt(self) -> Array:
        """Debt to Russia that is left, USD."""
        return np.maximum(self.values.debt_to_russia - self.debt_settled, 0.0)

    def at_hand(self) -> Array:
        """Return the force that the state can send to a place at once, persons, ``(run,)``."""
        order = [TASKS.index("internal_order"), TASKS.index("elite_control")]
        effort = self.regime.effort_ratio(order)
        return self.apply(state_rules.at_hand, forces=self.forces, effort=effort)

    def exit_ratio(self, name: str) -> Array:
        """Drugs that leave by an exit of late over those usual at the start, ``(run,)``."""
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

"""The country that the stages act on: its actors, its ledgers, its state, and means over them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeVar

import mesa
import numpy as np

from tajsim.agents.agency import SecurityAgency
from tajsim.agents.commander import Commander
from tajsim.agents.militants import MilitantGroup
from tajsim.agents.movement import Movement
from tajsim.agents.network import Networks, TraffickingNetwork
from tajsim.agents.power import ExternalPower
from tajsim.agents.regime import Regime
from tajsim.agents.region import Region
from tajsim.axes import EXITS, Array, total
from tajsim.draws import Draws
from tajsim.inputs.values import ParameterValues
from tajsim.model.flows import Flows
from tajsim.model.ledger import Ledger

Result = TypeVar("Result")


class Country(mesa.Model):
    """All that stages read and write; ``TajikistanModel`` puts it in place and steps it."""

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
    regime: Regime
    agencies: list[SecurityAgency]
    powers: list[ExternalPower]
    networks: list[TraffickingNetwork]
    traffic: Networks  # the networks' state side by side
    commanders: list[Commander]
    movements: list[Movement]
    militants: list[MilitantGroup]
    regions: list[Region]
    agency: dict[str, SecurityAgency]
    power: dict[str, ExternalPower]
    commander: dict[str, Commander]
    movement: dict[str, Movement]
    guards: list[SecurityAgency]
    drug_units: list[SecurityAgency]

    # State of the country that belongs to no single actor, each (run,) unless said.
    price_in: Array  # USD/kg at the Afghan line
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
    guarantee: Array  # Moscow's backing of the ruler, 0 to 1
    standing: Array  # of the legal party, 0 to 1
    absorbed: Array  # share of grievance carried by the legal channel
    creed: Array  # control of religion, 0 to 1
    crime: Array  # 1 = as in 2004
    preyed_on: Array  # what the police take, share of income
    aid_to_people: Array  # civilian aid that reaches people, USD/month
    home_output: Array  # output without remittances, USD/month
    presence_start: Array  # presence of the Russian base at the start, 0 to 1
    hostility: Array  # of Uzbekistan, index
    hardening: Array  # how far neighbours close their own side, index
    exits_usual: Array  # mean of the first year, kg/month, (exit, run)
    exits_lately: Array  # kg/month, (exit, run)
    mafia: Array  # hold of the drug trade over the state, 0 to 1
    militants_inside: Array  # persons
    pressure: Array  # of militants at the Afghan line, 1 = as in 2004
    coup: Array  # 1 where a mutiny has won
    broadcast: Array  # pull of defectors' appeals, index
    other_debt: Array  # foreign debt not owed to Russia, USD
    police_scale: Array  # people per policeman at the start

    def ask(self, rule: Callable[..., Result], *state: object) -> Result:
        """Call a rule with the parameters in force, indexed families whole."""
        return rule(*state, **self.values.of(rule))

    @property
    def calendar_month(self) -> int:
        """Months since year 0: the month number that keys the draws."""
        return self.first_month + self.months_run

    @property
    def home_people(self) -> Array:
        """People at home, persons."""
        result = self.people[f"home_{self.regions[0].name}"].copy()
        for region in self.regions[1:]:
            result += self.people[f"home_{region.name}"]
        return result

    @property
    def migrants(self) -> Array:
        """People at work abroad, persons."""
        result = self.people[f"abroad_{self.regions[0].name}"].copy()
        for region in self.regions[1:]:
            result += self.people[f"abroad_{region.name}"]
        return result

    def mean_over_people(self, values: list[Array]) -> Array:
        """Return the mean of regional values, weighted by people at home, ``(run,)``."""
        whole = self.people[f"home_{self.regions[0].name}"] * values[0]
        for region, value in zip(self.regions[1:], values[1:], strict=True):
            whole = whole + self.people[f"home_{region.name}"] * value
        result: Array = whole / self.home_people
        return result

    @property
    def mean_voice(self) -> Array:
        """Voiced discontent, 0 to 1."""
        return self.mean_over_people([r.voice for r in self.regions])

    @property
    def mean_grievance(self) -> Array:
        """Grievance, 0 to 1."""
        return self.mean_over_people([r.grievance for r in self.regions])

    @property
    def mean_fear(self) -> Array:
        """Fear, 0 to 1."""
        return self.mean_over_people([r.fear for r in self.regions])

    @property
    def mean_devout(self) -> Array:
        """Devout share of the people."""
        return self.mean_over_people([r.devout for r in self.regions])

    @property
    def mean_control(self) -> Array:
        """Control of the centre over the country: mean over regions by area, 0 to 1."""
        areas = self.values.family("region_area")
        whole = self.regions[0].control * areas[0]
        for i, region in enumerate(self.regions[1:], start=1):
            whole = whole + region.control * areas[i]
        result: Array = whole / total(areas)
        return result

    @property
    def mean_collusion(self) -> Array:
        """Mean collusion of the country's own agencies, 0 to 1."""
        own = [a.collusion for a in self.agencies if not a.foreign]
        result = own[0].copy()
        for value in own[1:]:
            result += value
        return result / len(own)

    @property
    def base_troops(self) -> Array:
        """Troops of the Russian base, persons."""
        return self.values["power_base.russia"]

    @property
    def base_presence(self) -> Array:
        """How much of the tasks of defence the base's people hold, 0 to 1."""
        troops = self.base_troops
        result: Array = troops / (troops + self.values["base_half"])
        return result

    def exit_ratio(self, name: str) -> Array:
        """Drugs that leave by an exit of late over those of the first year, ``(run,)``."""
        i = EXITS.index(name)
        result: Array = self.exits_lately[i] / np.maximum(self.exits_usual[i], 1e-9)
        return result

    @property
    def afghan_length(self) -> Array:
        """Length of the Afghan line, km."""
        return total(self.values.family("section_length")[:6])

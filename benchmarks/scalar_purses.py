"""Purses the ordinary way: one run a model, floats and ifs, plain Mesa.

Written from the equations in the docstrings of ``tajsim.rules.rents``, ``migration`` and
``corruption``: pay, taxes and wages, what agencies take from people, how rents climb, what clients
claim and are paid. What the rest of the month does is given (`benchmarks.recorded`). Nothing here
uses numpy.
"""

from __future__ import annotations

from math import exp
from typing import ClassVar

import mesa

from benchmarks.recorded import Place, ScalarPart
from tajsim.agents.agency import SecurityAgencies
from tajsim.axes import AGENCIES, COMMANDERS, NETWORKS, PRESSURES, TASKS
from tajsim.inputs.deals import load_deals
from tajsim.model.stages import money
from tajsim.world import AGENCY_TASKS, FOREIGN_RUN, NETWORK_PATRON, VETTED

#: Every account of money, in the order of the package's ledger.
PURSES = (
    *("world", "treasury", "patronage", "households", "passage"),
    *(*AGENCIES, *COMMANDERS, *NETWORKS),
)
AT_BORDER = ("border_troops", "customs")


class ScalarEarner(mesa.Agent):  # type: ignore[misc]
    """A commander, agency or network in one run: what it is paid and used to."""

    model: ScalarPurses

    def __init__(self, model: ScalarPurses, name: str) -> None:
        super().__init__(model)
        self.name = name
        self.rent_ratio = self.habit = self.received = self.fee = 0.0
        self.pay = self.topup = self.fed = self.illicit = 0.0

    def get_used(self, received: float, in_place: bool) -> None:
        """Let what a commander is used to follow what he receives."""
        p, self.received = self.model.p, received
        now = received / max(self.habit, 1e-9) if self.habit > 0.0 else 1.0
        self.rent_ratio += (now - self.rent_ratio) / p["clock_season"]
        if not in_place:
            self.habit = 0.0
        elif self.habit > 0.0:
            self.habit += (received - self.habit) / (2.0 * p["clock_year"])
        else:
            self.habit = received


class ScalarPurses(ScalarPart):
    """One run of the purses."""

    PLACES: ClassVar = {
        "be_paid": Place(
            SecurityAgencies,
            "be_paid",
            (
                *("regime.effort", "regime.effort_start", "regime.strain", "regime.strain_usual"),
                *("agencies.fed_start", "agencies.pay_start", "agencies.strength_start"),
                *("living_start", "taxes_start", "deals.ramp", "deals.size"),
            ),
        ),
        "settle": Place(
            money,
            "money",
            (
                *("migrants", "boom", "home_people", "people_start", "cronyism_start", "fear"),
                *("networks.revenue", "networks.outlay", "networks.tolls", "networks.protection"),
                *("commanders.in_place", "commanders.heads", "commanders.power", "clients_power"),
                *("agencies.strength", "agencies.predation", "agencies.watched_aid", "unsure"),
                *("regime.instalment", "pulled", "russian_debt", "barrier_rents_start"),
                *("now.resale", "now.tolls", "now.drug_rents", "now.aid_diverted"),
                *("now.aid_freed", "now.access_rent_taken", "living_start", "regions.idle"),
            ),
            (
                *("now.remittances", "now.output", "now.network_margin", "now.fees_commander"),
                *("now.fees_regime", "now.drug_income", "now.budget", "now.extortion"),
                *("now.tolls", "now.rents_to_commander", "now.rents_to_regime", "now.rents_kept"),
                *("now.drug_rents", "now.patronage", "now.rents_commander", "now.regime_kept"),
                "now.rents_regime",
            ),
        ),
    }
    KEPT = (
        *("agencies.pay", "agencies.topup", "agencies.fed", "agencies.illicit", "networks.fee"),
        *("commanders.rent_ratio", "commanders.habit", "commanders.received", "cronyism"),
        *("home_output", "living", "taxes", "barrier", "shelter", "claims", "clients_usual"),
        *("regime.shortfall", "money.balance"),
    )
    COLLECTED = (
        *("agencies.pay", "now.output", "now.budget", "now.rents_kept", "now.rents_commander"),
        *("now.patronage", "now.regime_kept", "cronyism", "barrier", "regime.shortfall"),
    )

    home_output: float
    living: float
    taxes: float
    barrier: float
    shelter: float
    claims: float
    clients_usual: float
    cronyism: float
    regime_shortfall: float

    def people(self) -> None:
        """Put agencies, commanders and networks in place."""
        self.agencies, self.commanders, self.networks = (
            [ScalarEarner(self, name) for name in names]
            for names in (AGENCIES, COMMANDERS, NETWORKS)
        )
        self.kinds = {
            "agencies": self.agencies,
            "commanders": self.commanders,
            "networks": self.networks,
        }
        self.purse: dict[str, float] = {}

    @property
    def money_balance(self) -> list[float]:
        """Every account, in order."""
        return [*self.purse.values()]

    @money_balance.setter
    def money_balance(self, value: list[float]) -> None:
        self.purse = dict(zip(PURSES, value, strict=True))

    def move(self, source: str, target: str, amount: float) -> None:
        """Move money from one account to another."""
        self.purse[source] -= amount
        self.purse[target] += amount

    def draw(self, source: str, target: str, amount: float) -> float:
        """Move an amount, or what there is; return what was moved."""
        moved = min(amount, max(self.purse[source], 0.0))
        self.move(source, target, moved)
        return moved

    def own(self, name: str, index: str) -> float:
        """Return a parameter of an agency, zero where the registry has none."""
        return self.p.get(f"{name}.{index}", 0.0)

    # --- pay -------------------------------------------------------------------------------------

    def be_paid(self) -> None:
        """The regime divides what it has for security; principals abroad pay their own."""
        p, given = self.p, self.given
        earnings = self.living / given["living_start"]
        strained = 1.0 + p["consolidate"] * given["regime.strain"]
        strained /= 1.0 + p["consolidate"] * given["regime.strain_usual"]
        weights, bills = {}, {}
        for i, agency in enumerate(self.agencies):
            if agency.name in (*VETTED, *FOREIGN_RUN):
                continue
            tasks = [TASKS.index(task) for task in AGENCY_TASKS[agency.name]]
            now = sum(given["regime.effort"][task] for task in tasks)
            ratio = now / sum(given["regime.effort_start"][task] for task in tasks)
            left = 1.0 - p["self_feed"] * agency.fed
            left /= 1.0 - p["self_feed"] * given["agencies.fed_start"][i]
            weights[agency] = ratio ** p["effort_follows"] * left
            bills[agency] = given["agencies.pay_start"][i] * given["agencies.strength_start"][i]
        mean = sum(weights[a] * bills[a] for a in weights) / max(sum(bills.values()), 1e-9)
        for agency in self.agencies:
            aim = self.own("agency_pay", agency.name)
            if agency in weights:
                aim *= weights[agency] / mean * self.taxes / given["taxes_start"] * strained
            else:
                aim *= earnings
            topup = self.own("pay_topup", agency.name) * earnings
            for row, deal in enumerate(load_deals().values()):
                if deal.pay_of == agency.name:
                    stands = min(
                        given["deals.ramp"][row] * given["deals.size"][row] / deal.size, 1.0
                    )
                    whole = self.own("agency_pay", agency.name) * deal.pay_part * earnings
                    aim, topup = aim - whole, topup + whole * stands
            agency.pay += (aim + topup - agency.pay) / p["clock_season"]
            agency.topup = min(topup, agency.pay)

    # --- the month's payments --------------------------------------------------------------------

    def settle(self) -> None:
        """Settle the month's payments."""
        self.economy()
        self.network_accounts()
        self.budget()
        self.pay_tolls()
        self.take_from_people()
        self.share_rents()
        self.give_shelter()
        self.pay_clients()
        p = self.p
        seen = 1.0 - (1.0 - p["donor_monitoring"]) * (1.0 - p["donor_coordination"])
        push = p["hunger"] * self.regime_shortfall - p["scrutiny"] * (p["civic_space"] + seen)
        odds = exp(push)
        self.cronyism += (odds / (1.0 + odds) - self.cronyism) / p["clock_year"]
        self.move("households", "world", self.purse["households"])
        for network in self.networks:
            self.draw(network.name, "world", self.purse[network.name])

    def economy(self) -> None:
        """Output and remittances reach the households."""
        p, given, monthly = self.p, self.given, self.p["output_start"] / 12.0
        sent = p["remittance_ratio"] * monthly * given["migrants"] / p["migrants_start"]
        self.now_remittances = sent * exp(p["migrant_wages"] * given["boom"])
        self.now_output = self.home_output + p["remittance_multiplier"] * self.now_remittances
        closed = self.cronyism - given["cronyism_start"] + self.barrier - p["barrier_start"]
        hands = (given["home_people"] - sum(given["regions.idle"])) / given["people_start"]
        aim = monthly * hands * exp(-p["corruption_drag"] * closed)
        self.home_output += (aim - self.home_output) / p["clock_five_years"]
        self.move("world", "households", self.now_output + self.now_remittances)
        self.living = self.now_output / max(given["home_people"], 1.0)

    def network_accounts(self) -> None:
        """Networks buy and sell; patrons, or the ruling circle, take a fee of the profit."""
        given = self.given
        self.now_network_margin = self.now_drug_income = self.now_fees_regime = 0.0
        fees = dict.fromkeys(COMMANDERS, 0.0)
        for i, network in enumerate(self.networks):
            earned, outlay = given["networks.revenue"][i], given["networks.outlay"][i]
            self.move("world", network.name, earned)
            self.now_network_margin += earned - self.draw(network.name, "world", outlay)
            self.now_drug_income += earned - outlay
            profit = max(earned - outlay - given["networks.tolls"][i], 0.0)
            fee = self.p["protection_fee"] * profit * given["networks.protection"][i]
            network.fee = self.draw(network.name, "patronage", fee)
            patron = NETWORK_PATRON[network.name]
            if patron in fees and given["commanders.in_place"][COMMANDERS.index(patron)]:
                self.move("patronage", patron, network.fee)
                fees[patron] += network.fee
            else:
                self.now_fees_regime += network.fee
        self.now_fees_commander = [*fees.values()]
        self.now_drug_income += sum(given["now.resale"])

    def budget(self) -> None:
        """The treasury takes taxes and pays wages, its instalment and the rest of the state."""
        p, given = self.p, self.given
        taxes = p["tax_share"] * self.now_output
        self.taxes = self.now_budget = self.draw("households", "treasury", taxes)
        for agency, strength in zip(self.agencies, given["agencies.strength"], strict=True):
            payer = "world" if agency.name in FOREIGN_RUN else "treasury"
            self.move(payer, agency.name, (agency.pay - agency.topup) * strength)
            self.move("world", agency.name, agency.topup * strength)
            self.move(agency.name, "households", agency.pay * strength)
            if agency.name == "russian_border_troops":
                due = p["border_cost_per_head"] * strength * p["treaty_share"]
                self.move("treasury", "world", due * given["regime.instalment"])
        if given["pulled"][PRESSURES.index("debt")]:
            called = p["pressure_force"] * given["russian_debt"] / p["clock_five_years"]
            self.taxes -= self.draw("treasury", "world", called)
        self.move("treasury", "world", self.purse["treasury"])

    def pay_tolls(self) -> None:
        """Networks pay their tolls as far as their purses go; agencies share what was paid."""
        tolls, paid = self.given["now.tolls"], 0.0
        for network, toll in zip(self.networks, self.given["networks.tolls"], strict=True):
            paid += self.draw(network.name, "passage", toll)
        part = paid / max(sum(tolls), 1e-9)
        self.now_tolls = [toll * part for toll in tolls]
        for name, toll in zip(AGENCIES, self.now_tolls, strict=True):
            self.move("passage", name, toll)

    def take_from_people(self) -> None:
        """The police take where people live, others where they cross the border."""
        p, given, taken = self.p, self.given, dict.fromkeys(AGENCIES, 0.0)
        preys = dict(zip(AGENCIES, given["agencies.predation"], strict=True))
        police = "interior_ministry"
        takers = given["agencies.strength"][AGENCIES.index(police)] * preys[police]
        asked = takers * (0.5 + given["fear"]) * p["extortion_rate"] * self.living
        taken[police] = self.draw("households", police, asked)
        for name in AT_BORDER:
            asked = p["crossing_take"] * self.now_output * self.barrier
            taken[name] = self.draw("households", name, asked * preys[name] / len(AT_BORDER))
        self.now_extortion = [*taken.values()]
        for i, agency in enumerate(self.agencies):
            resold = given["now.resale"][i]
            self.move("world", agency.name, resold)
            agency.illicit = self.now_extortion[i] + self.now_tolls[i] + resold
        rents = (sum(taken[name] for name in AT_BORDER) + 1.0) / max(self.now_output, 1.0)
        weight = (rents / given["barrier_rents_start"] / p["trade_pressure"]) ** p["barrier_lobby"]
        shut = p["barrier_start"] / (1.0 - p["barrier_start"]) * weight
        self.barrier += (shut / (1.0 + shut) - self.barrier) / p["clock_year"]

    def share_rents(self) -> None:
        """Let rents climb to the commander at the head, to the regime, or stay below."""
        given, climbs = self.given, self.p["climb"]
        self.takings = [0.0] * len(COMMANDERS)
        self.now_drug_rents = given["now.drug_rents"]
        self.now_rents_to_commander: list[float] = []
        self.now_rents_to_regime: list[float] = []
        self.now_rents_kept: list[float] = []
        for i, agency in enumerate(self.agencies):
            heads = [j for j, of in enumerate(given["commanders.heads"]) if of[i]]
            up = agency.illicit * climbs if heads else 0.0
            to_regime = (agency.illicit - up) * climbs
            kept = agency.illicit - up - to_regime
            self.move(agency.name, "patronage", to_regime)
            self.move(agency.name, "households", kept)
            for j in heads:
                self.move(agency.name, COMMANDERS[j], up / len(heads))
                self.takings[j] += up / len(heads)
            paid = agency.pay * given["agencies.strength"][i]
            agency.fed = kept / (kept + paid + 1e-9)
            drugs = (self.now_tolls[i] + given["now.resale"][i]) / max(agency.illicit, 1e-9)
            self.now_drug_rents += (up + to_regime) * drugs
            self.now_rents_to_commander.append(up)
            self.now_rents_to_regime.append(to_regime)
            self.now_rents_kept.append(kept)

    def into_patronage(self) -> float:
        """Return what came into the purse of the ruling circle this month, USD."""
        climbed = sum(self.now_rents_to_regime) + self.now_fees_regime
        aid = sum(self.given["now.aid_diverted"]) + self.given["now.aid_freed"]
        return float(climbed + aid + self.given["now.access_rent_taken"])

    def give_shelter(self) -> None:
        """Let those above shelter the trade as far as they live on it."""
        p, given = self.p, self.given
        self.now_drug_rents += sum(network.fee for network in self.networks)
        rents = sum(self.takings) + sum(self.now_fees_commander) + self.into_patronage()
        watched = 0.0
        for name, aid in zip(AGENCIES, given["agencies.watched_aid"], strict=True):
            if name not in FOREIGN_RUN and not {"drugs", "border"}.isdisjoint(AGENCY_TASKS[name]):
                watched += aid
        seen = 1.0 - (1.0 - p["donor_monitoring"]) * (1.0 - p["donor_coordination"])
        aim = p["shelter_strength"] * self.now_drug_rents / max(rents + seen * watched, 1e-9)
        self.shelter += (aim - self.shelter) / p["clock_year"]

    def pay_clients(self) -> None:
        """The circle pays its clients what it has for them, and keeps what they do not get."""
        p, given = self.p, self.given
        purse = p["patronage_share"] * max(self.purse["patronage"], 0.0)
        claims = self.claims
        unpaid = max(1.0 - purse / max(claims, 1e-9), 0.0) if claims > 0.0 else 0.0
        self.regime_shortfall += (unpaid - self.regime_shortfall) / p["clock_season"]
        here = [on > 0.0 for on in given["commanders.in_place"]]
        armed = [
            power if on else 0.0 for power, on in zip(given["commanders.power"], here, strict=True)
        ]
        self.now_patronage, self.now_rents_commander = [], []
        for j, man in enumerate(self.commanders):
            share = armed[j] / sum(armed) if sum(armed) > 0.0 else 1.0 / len(armed)
            part = min(purse, claims) * share if any(here) else 0.0
            self.move("patronage", man.name, part)
            received = self.takings[j] + part + self.now_fees_commander[j]
            self.now_patronage.append(part)
            self.now_rents_commander.append(received)
            man.get_used(received, here[j])
            self.move(man.name, "households", self.purse[man.name])
        self.claim_more(purse)
        self.now_regime_kept = self.purse["patronage"]
        self.move("patronage", "world", self.now_regime_kept)
        self.now_rents_regime = self.into_patronage()

    def claim_more(self, purse: float) -> None:
        """Let clients claim what there is to give, and more where they grow strong or doubt."""
        p, power = self.p, self.given["clients_power"]
        grown = 2.0 * power / (power + self.clients_usual)
        aim = purse * max((1.0 + self.given["unsure"]) * grown, 0.0) ** p["claim"]
        months = p["clock_season"] if aim > self.claims else 2.0 * p["clock_year"]
        self.claims += (aim - self.claims) / months
        self.clients_usual += (power - self.clients_usual) / p["clock_five_years"]

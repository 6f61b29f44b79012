"""Inputs for tests of rules: all rules, states and parameters in their documented ranges."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

import tajsim.rules
from tajsim.axes import COMMANDERS, DIMENSIONS, PARTS, POWERS, REGIONS, SECTIONS, TASKS, Array
from tajsim.inputs.registry import Family, load_families, load_parameters
from tajsim.inputs.values import parameters_of

Rule = Callable[..., Any]

#: State arguments that are shares, probabilities or indices between 0 and 1.
SHARES = frozenset(
    """
    abroad_share absorbed access aim alarm at_home_post barrier belief best_drawn_off bloc_share
    by_power channel_closed closed collusion commander_reach condition contested control
    corruption cost_share creed detection deterrence dismay doubted draw
    duplicated effort exclusion exposure_to_overthrow failed fear force found gap grievance
    grudge guarantee guard hardship head hit intrusion kompromat leverage lost loyalty
    mandate moscow moscow_tolerance named objection old outside_cost outside_interest patron
    power presence protection provision quality rank readiness replaced seat_share shortfall
    standing strain strongmen struck_here toll_rate trust uncontrolled voice
    weakness west west_priority west_share window word
    camps forward informers shelter sheltered underworld
    border_weakness mafia open_ears preyed_on protest skill succession unchecked
    armed ask faith interest peace strong taken use
    clinging danger disloyal doubt heir leaves near no_way_back past ready record settled
    share share_behind unsettled vacant
    alternatives burnt cleared dependence dialogue displeasure earned excuse experts exposure guards
    helped regime reliance search tolerance told touched unease watched
""".split()  # noqa: SIM905
)

#: Lowest and highest of the other state arguments, in the units of the docstrings.
RANGES: dict[str, tuple[float, float]] = {
    "abroad": (0.0, 2e6),
    "advance": (0.0, 6.0),
    "aid_per_head": (0.0, 5e3),
    "aid": (0.0, 5e6),
    "alignment": (-1.0, 1.0),
    "allies": (0.0, 20.0),
    "appeal": (0.0, 3.0),
    "arrived": (0.0, 1e4),
    "at_stake": (0.0, 2e3),
    "attention": (0.0, 5.0),
    "base": (0.0, 2e4),
    "belief_gain": (-1.0, 1.0),
    "bodies": (1.0, 5.0),
    "bargains": (0.0, 8.0),
    "bought": (0.0, 2e4),
    "backing": (0.0, 1.0),
    "breaks": (0.0, 10.0),
    "capacity": (0.0, 2e4),
    "carried": (0.0, 10.0),
    "commitments": (0.0, 1e9),
    "conscript": (0.0, 1.0),
    "cost": (0.0, 6.0),
    "cost_gain": (-6.0, 6.0),
    "crime": (0.0, 20.0),
    "debt": (0.0, 3e9),
    "disgruntled": (0.0, 100.0),
    "drug_income": (0.0, 1e9),
    "drug_rents": (0.0, 1e8),
    "defections": (0.0, 4.0),
    "delivered": (0.0, 5e7),
    "demand": (0.0, 5.0),
    "density": (0.0, 300.0),
    "exiles": (0.0, 1e4),
    "push": (0.0, 10.0),
    "effort_ratio": (0.05, 6.0),
    "extortion": (0.0, 1.0),
    "fighters": (0.0, 2e4),
    "fights": (0.0, 8.0),
    "fringe": (0.0, 10.0),
    "following": (0.0, 5e3),
    "funds": (0.0, 5.0),
    "gain": (0.0, 1e5),
    "forces": (0.0, 5e4),
    "gangs": (0.0, 5.0),
    "growth": (0.0, 6.0),
    "harvest": (0.1, 5.0),
    "home": (1e4, 1e7),
    "hostility": (0.0, 5.0),
    "idle": (0.0, 1.0),
    "incidents": (0.0, 20.0),
    "income": (0.0, 1e9),
    "income_per_head": (5.0, 500.0),
    "incursion": (0.0, 20.0),
    "insecurity": (0.0, 10.0),
    "inherited": (0.0, 1e3),
    "inside": (0.0, 2e4),
    "invested": (0.0, 3e7),
    "km_taken_over": (0.0, 1500.0),
    "hardening": (0.0, 5.0),
    "left_over": (-1e8, 1e9),
    "length_guarded": (0.0, 500.0),
    "load": (0.0, 5e3),
    "loss": (0.0, 100.0),
    "loyal_force": (0.0, 5e4),
    "luck": (0.0, 50.0),
    "margin": (-1.0, 10.0),
    "members": (0.0, 2e5),
    "men": (0.0, 5e3),
    "migrants": (0.0, 2e6),
    "militants": (0.0, 20.0),
    "money": (0.0, 5e7),
    "months": (0.0, 600.0),
    "months_since": (0.0, 600.0),
    "need": (0.0, 1e7),
    "normal": (-8.3, 8.3),
    "opposition": (0.0, 300.0),
    "paid": (0.0, 1e7),
    "passing": (0.0, 2e4),
    "pay": (1.0, 1e3),
    "pay_ratio": (0.0, 400.0),
    "peers_struck": (0.0, 6.0),
    "people": (0.0, 1e7),
    "perceived": (0.0, 5.0),
    "persons": (0.0, 5e4),
    "policing": (0.0, 10.0),
    "presence_start": (0.0, 1.0),
    "pressure": (0.0, 5.0),
    "prisoners": (0.0, 1e5),
    "price": (1.0, 5e4),
    "price_in": (1.0, 5e4),
    "price_out": (1.0, 5e4),
    "profit_ratio": (0.0, 2.0),
    "pull": (0.0, 5.0),
    "purse": (-1e6, 1e9),
    "raiders": (0.0, 2e4),
    "recent": (0.0, 20.0),
    "released": (0.0, 5e3),
    "relief": (0.0, 100.0),
    "remittances": (0.0, 1e9),
    "remembered": (0.0, 6.0),
    "rent_on_offer": (0.0, 1e6),
    "rent_ratio": (0.0, 5.0),
    "rents": (0.0, 100.0),
    "returned": (-1e6, 1e6),
    "revenue": (0.0, 1e9),
    "rival_gain": (0.0, 10.0),
    "scattered": (0.0, 5e4),
    "state": (-5.0, 5.0),
    "step": (0.0, 6.0),
    "strength": (0.0, 5e4),
    "struck": (0.0, 6.0),
    "supervision": (0.0, 1e3),
    "terrain": (0.8, 6.0),
    "toll_gain": (-1.0, 1.0),
    "threat": (0.0, 20.0),
    "transit": (0.0, 10.0),
    "to_go": (0.0, 300.0),
    "traffic_seen": (0.0, 5e3),
    "urge": (1.0, 4.0),
    "used": (0.0, 20.0),
    "troops": (0.0, 2e4),
    "violent": (0.0, 1e5),
    "wanted": (0.0, 1e5),
    "weapons": (0.0, 1e3),
    "weight": (0.0, 6.0),
    "work": (0.0, 20.0),
}
#: Where the same name means something else in one rule.
SPECIAL: dict[tuple[str, str], tuple[float, float]] = {
    ("purge_hazard", "threat"): (0.0, 1.0),
    ("instalment_paid", "weight"): (0.0, 1.0),
    ("barrier_step", "pressure"): (0.0, 1.0),
    ("allies", "violent"): (0.0, 50.0),
    ("underworld_step", "crime"): (0.05, 20.0),
    ("incident_chance", "violent"): (0.0, 50.0),
    ("idle_step", "idle"): (0.0, 1e6),
    ("members_step", "people"): (1e4, 1e7),
    ("national_output", "home"): (0.0, 1e9),
    ("output_step", "output"): (0.0, 1e9),
    ("underground_arrested", "effort"): (0.0, 6.0),
    ("control_aim", "effort"): (0.0, 6.0),
    ("token_effort", "demand"): (0.0, 1.0),
    ("grant_chance", "demand"): (0.0, 1.0),
    ("courted", "search"): (-1.0, 1.0),
    ("frightened", "told"): (-1.0, 1.0),
    ("threat_of_ideas", "members"): (0.0, 50.0),
    ("threat_of_ideas", "violent"): (0.0, 50.0),
    ("condition_felt", "demand"): (0.0, 1.0),
    ("operation_chance", "struck"): (0.0, 1.0),
    ("broadcast_step", "broadcast"): (0.0, 5.0),
    ("new_man", "luck"): (-8.3, 8.3),
    ("way_taken", "price"): (-1.0, 3.0),
    ("way_taken", "draw"): (1e-9, 1.0 - 1e-9),
}
#: Own dimensions of states; all others are ``(run,)``.
TASK, SECTION = (len(TASKS),), (len(SECTIONS),)
REGION = (len(REGIONS),)
SHAPES: dict[str, dict[str, tuple[int, ...]]] = {
    "alignment": {"by_power": (len(POWERS),), "west": (len(POWERS),), "moscow": (len(POWERS),)},
    "courted": {"search": TASK},
    "dependence": {"provision": TASK, "effort": TASK},
    "deploy": {"length_guarded": SECTION, "traffic_seen": SECTION},
    "members_step": dict.fromkeys(("members", "open_ears", "people"), REGION),
    "radicalised": dict.fromkeys(("people", "grievance", "creed", "idle"), REGION),
    "shed": {"members": REGION},
    "underground_arrested": {"members": REGION},
    "duplication": {"money": (len(POWERS), *TASK)},
    "token_effort": {"effort": TASK, "demand": TASK},
    "effort_aim": {"weight": TASK, "provision": TASK},
    "offers": {"gap": TASK},
    "provision": {"delivered": TASK, "presence": TASK},
    "provision_of_tasks": {"by_power": (len(POWERS), *TASK)},
    "reliance": dict.fromkeys(("by_power", "patron"), (len(POWERS),)),
    "rival_gain": dict.fromkeys(("advance", "watched"), (len(POWERS),)),
    "skill_carried": dict.fromkeys(("defections", "quality"), (len(COMMANDERS),)),
    "survival_weights": {"perceived": TASK},
    "used_step": dict.fromkeys(("used", "taken"), (len(PARTS["way"]),)),
    "way_shares": dict.fromkeys(("old", "belief", "toll_rate", "cost"), (6,)),
    "way_taken": dict.fromkeys(("price", "used", "closed", "draw"), (len(PARTS["way"]),)),
    "weapons_seized": {"weapons": SECTION, "guard": SECTION},
}
#: Dimensions of actors: a rule is asked for one of them at a time.
ACTORS = ("power", "agency", "commander", "movement", "militant_group", "region", "network")


def all_rules() -> dict[str, Rule]:
    """Return every function of the rules by ``module.name``."""
    found: dict[str, Rule] = {}
    for info in pkgutil.walk_packages(tajsim.rules.__path__, "tajsim.rules."):
        for name, rule in vars(import_module(info.name)).items():
            if inspect.isfunction(rule) and rule.__module__ == info.name:
                found[f"{info.name.removeprefix('tajsim.rules.')}.{name}"] = rule
    return found


def state_names(rule: Rule) -> list[str]:
    """Return the names of a rule's state arguments: all that are not parameters."""
    parameters = parameters_of(rule)
    return [name for name in inspect.signature(rule).parameters if name not in parameters]


def state_range(rule: Rule, name: str) -> tuple[float, float]:
    """Return the documented range of a state argument.

    Raises:
        KeyError: for an argument that this file does not know yet: add it above.
    """
    if (rule.__name__, name) in SPECIAL:
        return SPECIAL[rule.__name__, name]
    return (0.0, 1.0) if name in SHARES else RANGES[name]


def states(rule: Rule, runs: int, random: np.random.Generator) -> dict[str, Array]:
    """Return states of a rule: a third at the low end, a third at the high end, a third between."""
    found = {}
    for name in state_names(rule):
        low, high = state_range(rule, name)
        shape = (*SHAPES.get(rule.__name__, {}).get(name, ()), runs)
        place = random.uniform(size=shape) * random.integers(0, 2, size=shape)
        place = np.where(random.uniform(size=shape) < 1 / 3, 1.0, place)
        found[name] = low + (high - low) * place
    if rule.__name__ == "learn":  # nobody loses more than he sent
        found["lost"] = found["lost"] * found["load"]
    if rule.__name__ == "way_shares":  # shares add to 1
        found["old"] = (found["old"] + 1e-3) / (found["old"] + 1e-3).sum(axis=0)
    return found


def corners(rule: Rule, runs: int, random: np.random.Generator) -> dict[str, Array]:
    """Return the parameters of a rule with every corner of their ranges among the runs.

    Bit *j* of the run number puts the *j*-th family at its low or high end. Of a family of
    actors, each run takes the row of one of them.
    """
    found = {}
    for j, name in enumerate(parameters_of(rule)):
        high = (np.arange(runs) >> j) & 1 == 1
        ends = [np.where(high, row[1], row[0]) for row in rows_of(load_families()[name], random)]
        found[name] = ends[0] if len(ends) == 1 else np.stack(ends)
    return found


def between(rule: Rule, runs: int, random: np.random.Generator) -> dict[str, Array]:
    """Return parameters of a rule anywhere in their ranges, those of one actor."""
    found = {}
    for name in parameters_of(rule):
        rows = rows_of(load_families()[name], random)
        drawn = [low + (high - low) * random.uniform(size=runs) for low, high in rows]
        found[name] = drawn[0] if len(drawn) == 1 else np.stack(drawn)
    return found


def rows_of(
    family: Family, random: np.random.Generator
) -> list[tuple[float | Array, float | Array]]:
    """Return (low, high) of a plain family, of one actor's, or of each index of a dimension."""
    parameters = load_parameters()

    def ends(name: str) -> tuple[float, float]:
        row = parameters.get(name)
        return (row.low, row.high) if row else (0.0, 0.0)

    if family.dimension is None:
        return [ends(family.name)]
    first, _, second = family.dimension.partition(".")
    if first not in ACTORS:
        return [ends(f"{family.name}.{index}") for index in DIMENSIONS[first]]
    listed = sorted({(row.index or "").split(".")[0] for row in family.parameters})
    actor = listed[random.integers(len(listed))]
    if second:
        return [ends(f"{family.name}.{actor}.{index}") for index in DIMENSIONS[second]]
    return [ends(f"{family.name}.{actor}")]

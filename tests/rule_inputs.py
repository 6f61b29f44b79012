"""Inputs for tests of rules: all rules, states and parameters in their documented ranges."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

import tajsim.rules
from tajsim.axes import (
    AGENCIES,
    COMMANDERS,
    DIMENSIONS,
    PARTS,
    POWERS,
    REGIONS,
    SECTIONS,
    TASKS,
    Array,
)
from tajsim.inputs.registry import Family, load_families, load_parameters
from tajsim.inputs.values import parameters_of

Rule = Callable[..., Any]

#: State arguments that are shares, probabilities or indices between 0 and 1.
SHARES = frozenset(
    """
    abroad_share absorbed access aim alarm at_home_post barrier belief best_drawn_off bloc_share
    by_power channel_closed closed collusion commander_reach condition control
    corruption cost_share creed detection deterrence dismay distrusted_past doubted draw
    effort exposure_to_overthrow failed fear force found gap grievance
    duplicated effort exposure_to_overthrow fear found gap grievance
    grudge guarantee guard hardship head hit in_place intrusion kompromat leverage lost loyalty
    mandate moscow moscow_tolerance named objection old outside_cost outside_interest patron
    power presence protection provision quality rank readiness replaced seat_share shortfall
    standing strain strongmen struck_here toll_rate trust uncontrolled voice
    weakness west west_priority west_share window word
    armed ask faith interest peace strong taken use contested
    war
    agreed armed beyond collapsed distance fails forward friends informers killed level reach
    truce unbacked unpaid shelter sheltered
    border_weakness mafia skill succession unchecked
    clinging danger disloyal doubt drive heir leaves near no_way_back past ready record settled
    share share_behind unsettled vacant
    abused aid_share cleaned cronyism duplicated fed fed_start kept kit predation regime_pays
    strain_start unpaid vetted
    alternatives burnt dependence dialogue displeasure earned excuse exposure guards
    helped regime reliance search tolerance told touched unease watched
    standing strain strongmen struck_here survival_use tie trust uncontrolled voice
    weakness west west_priority west_share window
    camps forward informers shelter sheltered
    border_weakness mafia preyed_on protest skill succession unchecked
    clinging danger disloyal doubt drive heir leaves near no_way_back past ready record settled
    share share_behind unsettled vacant
    alternatives burnt cleared dependence dialogue displeasure earned excuse experts exposure guards
    helped regime reliance search tolerance told tolled touched unease watched
""".split()  # noqa: SIM905
)

#: Lowest and highest of the other state arguments, in the units of the docstrings.
RANGES: dict[str, tuple[float, float]] = {
    "abroad": (0.0, 2e6),
    "advance": (0.0, 6.0),
    "allies": (0.0, 0.7),
    "aid_per_head": (0.0, 5e3),
    "aid": (0.0, 5e6),
    "alignment": (-1.0, 1.0),
    "appeal": (0.0, 3.0),
    "at_stake": (0.0, 2e3),
    "attention": (0.0, 5.0),
    "base": (0.0, 2e4),
    "bodies": (1.0, 5.0),
    "bargains": (0.0, 8.0),
    "bought": (0.0, 2e4),
    "backing": (0.0, 1.0),
    "breaks": (0.0, 10.0),
    "bribe": (0.0, 1e6),
    "capacity": (0.0, 2e4),
    "boom": (-0.5, 0.5),
    "buyers": (0.0, 5.0),
    "carried": (0.0, 10.0),
    "claims": (0.0, 1e7),
    "crop": (0.1, 10.0),
    "commitments": (0.0, 1e9),
    "cost": (0.0, 6.0),
    "cost_gain": (-6.0, 6.0),
    "acts": (0.0, 5.0),
    "anger": (0.0, 5.0),
    "better_off": (-1.0, 1.0),
    "creed_ratio": (0.0, 5.0),
    "felt": (0.0, 12.0),
    "buyers": (0.1, 5.0),
    "ceiling": (1.0, 5e4),
    "conscript": (0.0, 1.0),
    "crisis": (-2.0, 3.0),
    "debt": (0.0, 3e9),
    "drug_rents": (0.0, 1e8),
    "defections": (0.0, 4.0),
    "delivered": (0.0, 5e7),
    "demand": (0.0, 5.0),
    "density": (0.0, 300.0),
    "push": (0.0, 10.0),
    "earnings": (0.1, 10.0),
    "effort_ratio": (0.05, 6.0),
    "fighters": (0.0, 2e4),
    "few_guards": (-1.5, 1.5),
    "fights": (0.0, 8.0),
    "forces": (0.0, 5e4),
    "garrison": (0.0, 5e4),
    "happened": (0.0, 3.0),
    "following": (0.0, 5e3),
    "gain": (0.0, 1e5),
    "forces": (0.0, 5e4),
    "growth": (0.0, 6.0),
    "harvest": (0.1, 5.0),
    "home": (1e4, 1e7),
    "hostility": (0.0, 5.0),
    "idle": (0.0, 1.0),
    "rank": (0.0, 5.0),
    "ratios": (0.0, 10.0),
    "recent": (0.0, 20.0),
    "income": (0.0, 1e9),
    "income_per_head": (5.0, 500.0),
    "index": (0.1, 10.0),
    "incursion": (0.0, 20.0),
    "inside": (0.0, 2e4),
    "invested": (0.0, 3e7),
    "km_taken_over": (0.0, 1500.0),
    "hardening": (0.0, 5.0),
    "left_over": (-1e8, 1e9),
    "length": (1.0, 500.0),
    "length_guarded": (0.0, 500.0),
    "level": (0.1, 0.9),
    "length": (50.0, 500.0),
    "load": (0.0, 5e3),
    "loyal_force": (0.0, 5e4),
    "luck": (0.0, 50.0),
    "margin": (-1.0, 10.0),
    "mean_weight": (0.1, 10.0),
    "members": (0.0, 2e5),
    "men": (0.0, 5e3),
    "migrants": (0.0, 2e6),
    "militants": (0.0, 20.0),
    "money": (0.0, 5e7),
    "months": (0.0, 600.0),
    "months_since": (0.0, 600.0),
    "normal": (-8.3, 8.3),
    "opposition": (0.0, 300.0),
    "passing": (0.0, 2e4),
    "paid": (0.0, 1e7),
    "part": (0.0, 1e9),
    "other": (0.0, 1e9),
    "pay": (1.0, 1e3),
    "pay_ratio": (0.0, 400.0),
    "peers_struck": (0.0, 6.0),
    "people": (0.0, 1e7),
    "perceived": (0.0, 5.0),
    "persons": (0.0, 5e4),
    "presence_start": (0.0, 1.0),
    "policing": (0.0, 10.0),
    "pressure": (0.0, 5.0),
    "prisoners": (0.0, 1e5),
    "price": (1.0, 5e4),
    "pull": (0.0, 5.0),
    "purse": (0.0, 1e9),
    "raiders": (0.0, 2e4),
    "recent": (0.0, 20.0),
    "released": (0.0, 5e3),
    "received": (0.0, 1e7),
    "relief": (0.0, 100.0),
    "sent": (0.0, 1e9),
    "remembered": (0.0, 6.0),
    "rent_ratio": (0.0, 5.0),
    "rents": (0.0, 100.0),
    "returned": (-1e6, 1e6),
    "rival_gain": (0.0, 10.0),
    "scattered": (0.0, 5e4),
    "size": (0.0, 40.0),
    "sold": (0.0, 2e4),
    "spread": (0.1, 100.0),
    "state": (-5.0, 5.0),
    "step": (0.0, 6.0),
    "steps": (0.0, 6.0),
    "usual": (0.0, 5e4),
    "strength": (0.0, 5e4),
    "struck": (0.0, 6.0),
    "terrain": (0.8, 6.0),
    "threat": (0.0, 20.0),
    "traffic": (0.0, 5e3),
    "transit": (0.0, 10.0),
    "to_go": (0.0, 300.0),
    "traffic_seen": (0.0, 5e3),
    "tries": (0.0, 1.0),
    "unrest": (0.0, 10.0),
    "urge": (1.0, 4.0),
    "used": (0.0, 20.0),
    "troops": (0.0, 2e4),
    "violent": (0.0, 1e5),
    "usual": (0.01, 8.0),
    "wanted": (0.0, 1e5),
    "watch": (0.0, 20.0),
    "weapons": (0.0, 1e3),
    "weight": (0.0, 6.0),
}
#: Where the same name means something else in one rule.
SPECIAL: dict[tuple[str, str], tuple[float, float]] = {
    ("purge_hazard", "threat"): (0.0, 1.0),
    ("instalment_paid", "weight"): (0.0, 1.0),
    ("claims_step", "power"): (0.01, 8.0),
    ("habit_step", "habit"): (0.0, 1e7),
    ("rent_ratio_step", "habit"): (0.0, 1e7),
    ("usual_step", "power"): (0.0, 8.0),
    ("commitments_step", "debt"): (0.0, 5.0),
    ("pay_aim", "weight"): (0.1, 6.0),
    ("pay_step", "aim"): (1.0, 1e3),
    ("predation_aim", "income"): (5.0, 500.0),
    ("rent_ratio_step", "ratio"): (0.0, 5.0),
    ("shelter_step", "rents"): (1e8, 1e9),
    ("taken_at_crossings", "output"): (0.0, 1e9),
    ("quality_aim", "level"): (0.1, 0.9),
    ("watched", "level"): (0.0, 8.0),
    ("allies", "violent"): (0.0, 50.0),
    ("attack_chance", "violent"): (0.0, 50.0),
    ("better_off_step", "growth"): (-0.5, 0.5),
    ("members_step", "aim"): (0.0, 2e5),
    ("shed", "lost"): (0.0, 1e4),
    ("exclusion", "opposition"): (0.0, 1.0),
    ("threat_step", "push"): (-1.0, 2.0),
    ("step_chances", "threat"): (0.4, 3.0),
    ("barrier_step", "pressure"): (0.0, 1.0),
    ("idle_step", "idle"): (0.0, 1e6),
    ("growth_after_record", "growth"): (-0.2, 0.2),
    ("trend_step", "growth"): (-0.2, 0.2),
    ("trend_step", "trend"): (-0.2, 0.2),
    ("boom_step", "growth"): (-0.2, 0.2),
    ("boom_step", "trend"): (-0.2, 0.2),
    ("work_abroad", "terms"): (0.0, 2.0),
    ("migration_flow", "usual"): (0.0, 1.0),
    ("reception", "usual"): (0.0, 1.0),
    ("national_output", "home"): (0.0, 1e9),
    ("output_step", "output"): (0.0, 1e9),
    ("output_step", "people"): (0.1, 5.0),
    ("output_step", "corruption"): (-1.0, 1.0),
    ("underground_arrested", "effort"): (0.0, 6.0),
    ("at_hand", "effort"): (0.0, 6.0),
    ("control_aim", "lost"): (0.0, 4.0),
    ("crossing_chance", "urge"): (0.0, 2.0),
    ("forces", "people"): (0.0, 5e4),
    ("lost_control", "militants"): (0.0, 2e4),
    ("lost_control", "strongmen"): (0.0, 2e4),
    ("hostility_step", "militants"): (0.0, 2e4),
    ("riot_chance", "hit"): (0.0, 5.0),
    ("riot_chance", "strong"): (0.0, 1.0),
    ("shaken", "happened"): (0.0, 1.0),
    ("strain_terms", "breaks"): (0.0, 1.0),
    ("strain_terms", "idle"): (0.0, 1.0),
    ("where_inside", "control"): (0.0, 0.99),
    ("token_effort", "demand"): (0.0, 1.0),
    ("grant_chance", "demand"): (0.0, 1.0),
    ("courted", "search"): (-1.0, 1.0),
    ("frightened", "told"): (-1.0, 1.0),
    ("threat_of_ideas", "members"): (0.0, 50.0),
    ("threat_of_ideas", "violent"): (0.0, 50.0),
    ("condition_felt", "demand"): (0.0, 1.0),
    ("broadcast_step", "broadcast"): (0.0, 5.0),
    ("new_man", "luck"): (-8.3, 8.3),
    ("way_taken", "price"): (-1.0, 3.0),
    ("way_taken", "draw"): (1e-9, 1.0 - 1e-9),
}
#: Own dimensions of states; all others are ``(run,)``.
TASK, SECTION, AGENCY = (len(TASKS),), (len(SECTIONS),), (len(AGENCIES),)
REGION = (len(REGIONS),)
SHAPES: dict[str, dict[str, tuple[int, ...]]] = {
    "alignment": {"by_power": (len(POWERS),), "west": (len(POWERS),), "moscow": (len(POWERS),)},
    "courted": {"search": TASK},
    "dependence": {"provision": TASK, "effort": TASK},
    "grievance_aim": dict.fromkeys(("ratios", "rank"), (6,)),
    "fear_aim": dict.fromkeys(("ratios", "rank"), (4,)),
    "threat_parts": dict.fromkeys(("ratios", "rank"), (4,)),
    "radicalised": dict.fromkeys(("people", "grievance", "creed_ratio"), REGION),
    "deploy": {"length_guarded": SECTION, "traffic": SECTION},
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
    "forces": {"people": AGENCY, "quality": AGENCY},
    "place_of_tries": dict.fromkeys(("guard", "distance", "length", "terrain"), SECTION),
    "exit_shares": {"old": (4,), "closed": (4,)},
    "way_shares": dict.fromkeys(("old", "length", "terrain", "belief", "tolled"), (6,)),
    "within_crop": {"wanted": (5,)},
    "weapons_seized": {"weapons": SECTION, "guard": SECTION},
    "where_inside": {"control": REGION},
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
    if rule.__name__ in ("way_shares", "exit_shares"):  # shares add to 1
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

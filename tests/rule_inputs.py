"""Inputs for tests of rules: all rules, states and parameters in their documented ranges."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from functools import cache
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
from tajsim.draws import Draws
from tajsim.inputs.registry import Family, load_families, load_parameters
from tajsim.inputs.values import ParameterValues, parameters_of

Rule = Callable[..., Any]

#: State arguments that are shares, probabilities or indices between 0 and 1.
SHARES = frozenset(
    """
    abroad_share absorbed abused accept access agreed aid_share aim alarm armed ask asked
    at_home_post barrier belief best_drawn_off beyond bite bloc border_weakness built
    by_power chance channel_closed cleaned clinging closed collapsed collusion command
    commander_reach concentration condition control corruption cost_share cover creed cronyism
    allied danger debt_ratio dependence detection deterrence dialogue disloyal distance doubt
    doubted draw earned effort excuse exposure fails faith fear fed fed_start forward found
    friends gap grievance grudge guarantee guard heir held hit in_place
    interest kept killed kit kompromat leaves level leverage limit listed lost loyalty mafia moscow
    moscow_tolerance named near no_way_back old on_the_spot outside_cost
    own own_use past patron peace power predation presence protected protection provision pulled
    quality ramp rank reach readiness ready record refused regime regime_pays reliance
    remittance_ratio repeats replaced rival rivals seat_share settled share share_behind shelter
    sheltered shortfall skill standing strain strain_start strong strongmen struck_here
    succession sweet taken tie told tolerance tolled truce trust unbacked unchecked uncontrolled
    unpaid unsettled use vacant vetted voice war west west_priority west_share window
""".split()  # noqa: SIM905
)


def ranges(text: str) -> dict[str, tuple[float, float]]:
    """Return the lowest and highest value of each name that stands behind them."""
    rows = [line.split(":") for line in text.strip().splitlines()]
    ends = [(*map(float, row[0].split()), row[1].split()) for row in rows]
    return {name: (low, high) for low, high, names in ends for name in names}


#: Lowest and highest of the other state arguments, in the units of the docstrings.
RANGES = ranges("""
-1e8 1e9: left_over
-1e6 1e6: returned
-8.3 8.3: normal shared
-5 5: keenness mood whim
-2 3: crisis
-2 5: benefit
-1.5 1.5: few_guards
-1 1: alignment better_off friend lean
-0.5 0.5: boom
0 0.7: allies
0 1: backing idle tries
0 2: moved
0 3: appeal budget happened
0 4: defections
0 5: acts anger attention creed_ratio demand drugs hardening harm hostility opening perceived
0 5: pressure pull rent_ratio
0 6: cost growth peers_struck step steps struck weight
0 8: bargains fights
0 10: breaks carried push ratios seen transit unrest
0 12: felt
0 20: calm militants recent threat used watch
0 40: size
0 50: luck
0 60: notice
0 100: ratio rents
0 300: density opposition to_go
0 400: pay_ratio
0 500: length_guarded
0 600: months months_since
0 1000: weapons
0 1500: km_taken_over
0 2000: at_stake
0 5000: following load men released traffic
0 20000: base bought capacity fighters inside sold troops
0 50000: forces garrison loyal_force persons scattered strength
0 100000: gain prisoners violent wanted
0 200000: members
0 1e6: amount amounts bribe
0 2e6: abroad
0 5e6: aid
0 1e7: claims paid people received
0 3e7: invested
0 1e8: drug_rents
0 1e9: commitments income other part purse sent
0 3e9: debt
0.01 8: usual
0.05 6: effort_ratio
0.1 5: buyers harvest
0.1 10: crop earnings index mean_weight
0.1 100: spread
0.8 6: terrain
1 4: urge
1 5: bodies
1 1000: pay
1 50000: ceiling price
5 500: income_per_head
50 500: length
10000 1e7: home
""")
#: Where the same name means something else in one rule: ``rule.name``.
SPECIAL = ranges("""
-8.3 8.3: new_man.luck
-3 3: attention_step.attention
-1 1: gains.paid output_step.corruption
-1 2: threat_step.push
-1 3: way_taken.price
-0.5 0.5: better_off_step.growth
-0.2 0.2: boom_step.growth boom_step.trend growth_after_record.growth trend_step.growth
-0.2 0.2: trend_step.trend
0 0.99: where_inside.control
0 1: exclusion.opposition fate_of_aid.watch instalment_paid.weight migration_flow.usual
0 1: own_condition.usual own_condition.level purge_hazard.threat reception.usual
0 1: riot_chance.strong shaken.happened strain_terms.breaks strain_terms.idle
0 2: crossing_chance.urge work_abroad.terms
0 3: press_chance.grievance
0 4: control_aim.lost
0 5: broadcast_step.broadcast commitments_step.debt rent_ratio_step.ratio riot_chance.hit
0 6: at_hand.effort underground_arrested.effort
0 8: usual_step.power watched.level
0 50: attack_chance.violent threat_of_ideas.members threat_of_ideas.violent
0 10000: shed.lost
0 20000: hostility_step.militants lost_control.militants lost_control.strongmen
0 50000: forces.people
0 200000: members_step.aim
0 1e6: idle_step.idle
0 1e7: habit_step.habit rent_ratio_step.habit
0 1e9: national_output.home output_step.output taken_at_crossings.output
1e-9 0.999999999: way_taken.draw
0.01 5: press_chance.cost worth_its_cost.cost
0.01 8: claims_step.power
0.1 0.9: quality_aim.level
0.1 5: output_step.people
0.1 6: pay_aim.weight
0.4 3: step_chances.threat
1 1000: pay_step.aim
5 500: predation_aim.income
1e8 1e9: shelter_step.rents
""")
#: Own dimensions of states; all others are ``(run,)``.
TASK, SECTION, AGENCY = (len(TASKS),), (len(SECTIONS),), (len(AGENCIES),)
REGION = (len(REGIONS),)
SHAPES: dict[str, dict[str, tuple[int, ...]]] = {
    "alignment": {"by_power": (len(POWERS),), "west": (len(POWERS),), "moscow": (len(POWERS),)},
    "concentration": {"by_power": (len(POWERS),)},
    "cover": dict.fromkeys(("on_the_spot", "aid"), (5,)),
    "expected_harm": dict.fromkeys(("chance", "bite", "pulled"), (5,)),
    "repetition": {"amounts": (5,)},
    "dependence": {"provision": TASK, "own": TASK},
    "grievance_aim": dict.fromkeys(("ratios", "rank"), (6,)),
    "fear_aim": dict.fromkeys(("ratios", "rank"), (4,)),
    "threat_parts": dict.fromkeys(("ratios", "rank"), (4,)),
    "radicalised": dict.fromkeys(("people", "grievance", "creed_ratio"), REGION),
    "deploy": {"length_guarded": SECTION, "traffic": SECTION},
    "effort_aim": {"weight": TASK, "provision": TASK},
    "reliance": dict.fromkeys(("by_power", "patron"), (len(POWERS),)),
    "skill_carried": dict.fromkeys(("defections", "quality"), (len(COMMANDERS),)),
    "survival_weights": {"perceived": TASK},
    "used_step": dict.fromkeys(("used", "taken"), (len(PARTS["way"]),)),
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
    special = SPECIAL.get(f"{rule.__name__}.{name}")
    return special or ((0.0, 1.0) if name in SHARES else RANGES[name])


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


@cache
def documented() -> ParameterValues:
    """Return every parameter at its value, for one run."""
    return ParameterValues(Draws(1, [0]), mode="fixed")


def as_documented(rule: Rule, **changed: float) -> dict[str, Array]:
    """Return a rule's parameters at their values, some changed."""
    assert set(parameters_of(rule)) >= set(changed)
    found = {name: documented().family(name) for name in parameters_of(rule)}
    return found | {name: np.array([value]) for name, value in changed.items()}


def at(*numbers: float) -> list[Array]:
    """Return states of one run."""
    return [np.array([number]) for number in numbers]


def answer(rule: Rule, *state: float, **given: float) -> Any:
    """Return what a rule answers for one run, at the values of its parameters, some changed."""
    named = {name: np.array([given.pop(name)]) for name in state_names(rule) if name in given}
    return rule(*at(*state), **named, **as_documented(rule, **given))


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

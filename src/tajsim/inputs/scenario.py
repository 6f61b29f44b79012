"""Scenarios for the rest of the program: load, check, list, describe and write them."""

from tajsim.inputs.scenario_folder import scenario_names, scenario_path
from tajsim.inputs.scenario_load import check_scenario, load_scenario
from tajsim.inputs.scenario_origins import format_origins
from tajsim.inputs.scenario_parts import Claim, Event, Scenario
from tajsim.inputs.scenario_schema import json_schema
from tajsim.inputs.scenario_template import new_scenario

__all__ = [
    "Claim",
    "Event",
    "Scenario",
    "check_scenario",
    "format_origins",
    "json_schema",
    "load_scenario",
    "new_scenario",
    "scenario_names",
    "scenario_path",
]

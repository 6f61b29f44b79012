"""Experiments for the rest of the program: load, check and list them."""

from tajsim.inputs.experiment_folder import experiment_names, experiment_path, is_experiment
from tajsim.inputs.experiment_load import check_experiment, load_experiment
from tajsim.inputs.experiment_parts import Design, Experiment, Factor, Keep

__all__ = [
    "Design",
    "Experiment",
    "Factor",
    "Keep",
    "check_experiment",
    "experiment_names",
    "experiment_path",
    "is_experiment",
    "load_experiment",
]

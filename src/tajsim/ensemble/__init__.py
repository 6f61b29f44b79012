"""Ensembles: the runs of one scenario or several, simulated together into one Dataset."""

from tajsim.ensemble.dataset import load_results, save
from tajsim.ensemble.run import run, run_many

__all__ = ["load_results", "run", "run_many", "save"]

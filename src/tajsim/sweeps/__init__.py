"""Sweeps: the points of an experiment simulated together, kept so that nothing finished is lost."""

from tajsim.sweeps.read import Sweep, load_sweep
from tajsim.sweeps.run import Report, sweep

__all__ = ["Report", "Sweep", "load_sweep", "sweep"]

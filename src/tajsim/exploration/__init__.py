"""What a sweep shows: what drives its results, where an outcome happens, which choice is robust."""

from tajsim.exploration.discovery import Discovery, discover
from tajsim.exploration.level import Sought, seek
from tajsim.exploration.robustness import Robustness, robust
from tajsim.exploration.sensitivity import Sensitivity, sensitivity

__all__ = [
    "Discovery", "Robustness", "Sensitivity", "Sought", "discover", "robust", "seek", "sensitivity",
]  # fmt: skip

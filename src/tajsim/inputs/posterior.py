"""The calibrated sample of parameters that ships with the package."""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from tajsim.axes import Array
from tajsim.errors import UserError
from tajsim.inputs.parameters import load_parameters

FILE_NAME = "posterior.csv"


@cache
def load_posterior() -> dict[str, Array]:
    """Return the sample: full parameter name -> ``(row,)`` values, all rows of equal weight.

    Raises:
        UserError: if there is no sample, or it names what the registry does not have as an
            uncertain assumption.
    """
    source = files("tajsim") / "data" / FILE_NAME
    if not source.is_file():
        raise UserError(
            f"{FILE_NAME} is missing; make it with: python -m tajsim.calibration FOLDER"
        )
    header, *rows = csv.reader(source.read_text(encoding="utf-8").splitlines())
    known = load_parameters()
    wrong = [
        f"{FILE_NAME}: '{name}' is no uncertain parameter with an assumption as its basis"
        for name in header
        if name not in known
        or known[name].role != "uncertainty"
        or known[name].basis.kind != "assumption"
    ]
    if wrong:
        raise UserError(wrong)
    values = np.array(rows, dtype=float)
    return {name: values[:, column] for column, name in enumerate(header)}


def about_posterior() -> dict[str, Any]:
    """Return how the sample was made: model, targets, seed, numbers of particles and runs."""
    text = (files("tajsim") / "data" / "posterior.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)

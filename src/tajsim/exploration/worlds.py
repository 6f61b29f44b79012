"""The runs of a sweep as portfolios in worlds: what is chosen, and all that is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tajsim.axes import Array
from tajsim.errors import UserError, unknown
from tajsim.sweeps.read import Sweep

#: Roles of factors that somebody decides on.
DECIDED = ("lever", "event")


@dataclass(frozen=True)
class Worlds:
    """Every portfolio in the same worlds.

    Attributes:
        levers: the factors chosen (``scenario`` may be one of them).
        portfolios: a row a portfolio, its levers.
        worlds: a row a world: the other factors, ``scenario``, ``run``.
        values: column -> ``(portfolio, world)``.
        missing: worlds left out because a portfolio has no run there.
    """

    levers: tuple[str, ...]
    portfolios: pd.DataFrame
    worlds: pd.DataFrame
    values: dict[str, Array]
    missing: int


def make_worlds(sweep: Sweep, columns: Sequence[str], levers: Sequence[str] | None) -> Worlds:
    """Return the runs of a sweep by portfolio and world.

    A world is a scenario, a value for every factor that is no lever, and the number of a run: its
    luck and its uncertain parameters, the same at every point.

    Args:
        sweep: the sweep.
        columns: what is judged.
        levers: names of factors, or ``scenario``; by default the factors somebody decides on.

    Raises:
        UserError: for unknown levers, fewer than two portfolios, no world in which all were run.
    """
    factors = [str(name) for name in sweep.factors.index]
    if levers is None:
        levers = [n for n in factors if sweep.factors.loc[n, "role"] in DECIDED]
        if not levers:
            raise UserError(
                "no factor of this sweep is a lever; name with --levers what can be chosen"
            )
    wrong = [unknown("lever", n, [*factors, "scenario"]) for n in levers]
    wrong = [w for n, w in zip(levers, wrong, strict=True) if n not in (*factors, "scenario")]
    if wrong:
        raise UserError(wrong)
    levers = list(dict.fromkeys(levers))
    others = [name for name in ("scenario", *factors) if name not in levers]
    table = sweep.table().dropna(subset=list(columns))
    portfolio = table.groupby(levers, sort=False).ngroup().to_numpy()
    world = table.groupby([*others, "run"], sort=False).ngroup().to_numpy()
    shape = (portfolio.max() + 1, world.max() + 1)
    if shape[0] < 2:
        raise UserError(f"{', '.join(levers)}: only one portfolio was run; there is no choice")
    there = np.zeros(shape, bool)
    there[portfolio, world] = True
    whole = there.all(axis=0)
    if not whole.any():
        raise UserError(
            f"no world has a run of all {shape[0]:,} portfolios of {', '.join(levers)}; regret "
            "compares them in the same worlds, so use a grid over levers and other factors, or "
            "levers alone"
        )
    values = {}
    for column in columns:
        cells = np.full(shape, np.nan)
        cells[portfolio, world] = table[column].to_numpy(dtype=float)
        values[column] = cells[:, whole]
    first_of = pd.Series(np.arange(len(table))).groupby(portfolio).first().to_numpy()
    world_of = pd.Series(np.arange(len(table))).groupby(world).first().to_numpy()
    return Worlds(
        levers=tuple(levers),
        portfolios=table.iloc[first_of][levers].reset_index(drop=True),
        worlds=table.iloc[world_of[whole]][[*others, "run"]].reset_index(drop=True),
        values=values,
        missing=int((~whole).sum()),
    )

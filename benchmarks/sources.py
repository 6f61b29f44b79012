"""Where the scalar market gets its runs from: parameters and first state of an array model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.plain_draws import KeyedDraws, OneRunDraws, StreamDraws
from tajsim.model.model import TajikistanModel
from tajsim.world import DRUG_UNITS

NETWORK = ("bought", "protection", "hit", "raided", "cost_share", "entry_share")
AGENCY = ("strength", "quality", "pay", "watch", "collusion", "seen")
COUNTRY = ("sold", "shelter", "barrier", "hardening", "entry_toll", "entry_belief", "exit_share")
OUTSIDE = ("harvest", "harvest_believed", "buyers")


class RunsOf:
    """Gives the scalar market parameters and first state of each run of an array model, and draws.

    Args:
        model: its parameter values and its state are used, by the order of its runs.
        keyed: draw by key, as the array model does; otherwise from an ordinary stream.
    """

    def __init__(self, model: TajikistanModel, keyed: bool = True) -> None:
        self._names, values = model.parameter_values
        self._rows: dict[int, tuple[int, list[float]]] = {
            run: (i, row)
            for i, (run, row) in enumerate(
                zip(model.draws.runs.tolist(), values.T.tolist(), strict=True)
            )
        }
        self._state = {name: getattr(model.networks, name).copy() for name in NETWORK}
        self._state |= {name: getattr(model.agencies, name).copy() for name in AGENCY}
        self._state |= {name: getattr(model, name).copy() for name in COUNTRY}
        self._units = model.agencies.apply(model.agencies.drug_units)
        self._outside = [getattr(model.outside, name).copy() for name in OUTSIDE]
        self._seed, self._draws = model.draws.seed, KeyedDraws if keyed else StreamDraws

    def __call__(self, run: int) -> tuple[Mapping[str, float], OneRunDraws, Mapping[str, Any]]:
        """Return parameters by full name, the draws of a run, and its state at the start."""
        place, row = self._rows[run]
        start: dict[str, Any] = {k: v[..., place].tolist() for k, v in self._state.items()}
        start["units"] = dict(zip(DRUG_UNITS, self._units[:, place].tolist(), strict=True))
        start["outside"] = [float(value[place]) for value in self._outside]
        return dict(zip(self._names, row, strict=True)), self._draws(self._seed, run), start

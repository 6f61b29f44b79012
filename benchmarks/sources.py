"""Where the scalar market gets its runs from: the parameters of an array model."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.plain_draws import KeyedDraws, OneRunDraws, StreamDraws
from tajsim.model.model import TajikistanModel


class RunsOf:
    """Gives the scalar market the parameters of each run of an array model, and draws.

    Args:
        model: its parameter values are used, by the order of its runs.
        keyed: draw by key, as the array model does; otherwise from an ordinary stream.
    """

    def __init__(self, model: TajikistanModel, keyed: bool = True) -> None:
        self._names, values = model.parameter_values
        self._rows: dict[int, list[float]] = dict(
            zip(model.draws.runs.tolist(), values.T.tolist(), strict=True)
        )
        self._seed, self._draws = model.draws.seed, KeyedDraws if keyed else StreamDraws

    def __call__(self, run: int) -> tuple[Mapping[str, float], OneRunDraws]:
        """Return parameters by full name and the draws of a run."""
        parameters = dict(zip(self._names, self._rows[run], strict=True))
        return parameters, self._draws(self._seed, run)

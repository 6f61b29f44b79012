"""Stage 13, record: outcomes of the month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tajsim.model.outcomes import MEASURES

if TYPE_CHECKING:
    from tajsim.model.model import TajikistanModel


def record(model: TajikistanModel) -> None:
    """Write every outcome asked for. Writes: results."""
    for name, series in model.record.items():
        series[..., model.months_run, :] = MEASURES[name](model)

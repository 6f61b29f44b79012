"""Stage 13, record: outcomes of the month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tajsim.model.outcomes import MEASURES

if TYPE_CHECKING:
    from tajsim.model.country import Country


def record(country: Country) -> None:
    """Write every outcome asked for. Writes: results."""
    for name, series in country.record.items():
        series[..., country.months_run, :] = MEASURES[name](country)

"""What the date alone decides, as numbers that stages read: a month is the same work in each."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from tajsim.agents.actors import Stated, state
from tajsim.inputs.ledger import load_figures
from tajsim.inputs.toml import month_number
from tajsim.inputs.values import ParameterValues
from tajsim.world import HARVEST_MONTH, RECORD_END, TERM_END, WAR_ABROAD


class Calendar(Stated):
    """The date in all runs: set before the stages of a month, so that none of them asks for it.

    With ``constant_world`` every driver of the record is what it was in the mean of 2003 and 2004,
    and there is no war abroad.
    """

    months = state("months", "since the recorded start, negative before it")
    to_term_end = state("months", "to the end of the ruler's term, negative after it")
    term_ends = state("0 or 1", "1 in the month in which the ruler's term ends")
    term_over = state("0 or 1", "1 in the months after it")
    harvest_in = state("0 or 1", "1 in the month in which the crop of the year is in")
    crop_recorded = state("0 or 1", "1 where the crop of the year is in the record")
    crop = state("ratio", "Afghan crop as it was, as far as known, 1 = mean of 2003 and 2004")
    crop_published = state("ratio", "the same as first published")
    new_year = state("0 or 1", "1 in January")
    growth_recorded = state("0 or 1", "1 where the growth of the year is in the record")
    growth = state("1/year", "growth of Russian output")
    war_abroad = state("share", "how far there is a war abroad that draws fighters")

    year = state("year", "the calendar year")
    quarter_ends = state("0 or 1", "1 in the last month of a quarter: powers and regime decide")

    def __init__(self, values: ParameterValues, runs: int) -> None:
        self.values, self.runs = values, runs
        self.allocate()

    def turn(self, month: int, since: int) -> None:
        """Set what a month brings."""
        year, of_year = divmod(month, 12)
        crop_year = year - (of_year < HARVEST_MONTH)
        to_go = month_number(TERM_END) - month
        for name, value in (
            ("months", since),
            ("year", month // 12),
            ("quarter_ends", month % 3 == 2),
            ("to_term_end", to_go),
            ("term_ends", to_go == 0),
            ("term_over", to_go < 0),
            ("harvest_in", of_year == HARVEST_MONTH),
            ("new_year", of_year == 0),
        ):
            setattr(self, name, np.full(self.runs, float(value)))
        published, growths = of_record("afghan-opium"), of_record("russian-growth")
        still = self.values.constant_world
        self._read("crop", of_record("afghan-opium", "-revised"), crop_year)
        self._read("crop_published", published, crop_year)
        self._read("growth", growths, year)
        self.crop_recorded = np.maximum(float(crop_year in published), still)
        self.growth_recorded = np.maximum(float(year in growths), still)
        days, pulls = zip(*((month_number(day), pull) for day, pull in WAR_ABROAD), strict=True)
        self.war_abroad = np.interp(month, days, pulls) * (1.0 - still)

    def _read(self, name: str, series: Mapping[int, float], year: int) -> None:
        """Set a driver from the record; where there is none it stands at its mean of 2003-04."""
        usual = 0.5 * (series[2003] + series[2004])
        still = self.values.constant_world
        setattr(self, name, np.where(still > 0.5, usual, series.get(year, usual)))


@cache
def of_record(stem: str, variant: str = "") -> dict[int, float]:
    """Return a yearly series of the ledger up to the end of the record, in the model's unit.

    Args:
        stem: beginning of its ids, which end with the year.
        variant: ending of the rows that take the place of those without it.
    """
    found: dict[int, float] = {}
    rows = load_figures()
    for year in range(2000, RECORD_END + 1):
        row = rows.get(f"{stem}-{year}{variant}") or rows[f"{stem}-{year}"]
        found[year] = row.value or 0.0
    # Per cent to shares; tonnes to the mean of 2003 and 2004.
    percent = row.unit == "percent/year"
    scale = 100.0 if percent else 0.5 * (found[2003] + found[2004])
    return {year: value / scale for year, value in found.items()}

"""What the date alone decides, as numbers that stages read: a month is the same work in each."""

import numpy as np

from tajsim.agents.actors import Stated, state
from tajsim.inputs.toml import month_number
from tajsim.inputs.values import ParameterValues
from tajsim.world import ELECTION, HARVEST_MONTH, TERM_END


class Calendar(Stated):
    """The date in all runs: set before the stages of a month, so that none of them asks for it."""

    months = state("months", "since the start")
    first_year = state("0 or 1", "1 in the first twelve months")
    to_election = state("months", "to the parliamentary election that the others are counted from")
    to_term_end = state("months", "to the end of the ruler's term, negative after it")
    term_ends = state("0 or 1", "1 in the month in which the ruler's term ends")
    term_over = state("0 or 1", "1 in the months after it")
    harvest_in = state("0 or 1", "1 when the crop of the year is in, and in the first month")

    def __init__(self, values: ParameterValues, runs: int) -> None:
        self.values, self.runs = values, runs
        self.allocate()

    def turn(self, month: int, since: int) -> None:
        """Set what a month brings.

        Args:
            month: months since year 0.
            since: months since the start.
        """
        to_go = month_number(TERM_END) - month
        for name, value in (
            ("months", since),
            ("first_year", since < 12),
            ("to_election", month_number(ELECTION) - month),
            ("to_term_end", to_go),
            ("term_ends", to_go == 0),
            ("term_over", to_go < 0),
            ("harvest_in", since == 0 or month % 12 == HARVEST_MONTH),
        ):
            setattr(self, name, np.full(self.runs, float(value)))

"""What depends on the month alone, as values: no stage branches on the month."""

from functools import cache
from typing import NamedTuple

import numpy as np

from tajsim.inputs.toml import month_number
from tajsim.world import ELECTION, TERM_END

HARVEST_MONTH = 5  # June: the crop is in
YEAR = 12


class Calendar(NamedTuple):
    """One month, in numbers that rules and stages take in; what is or is not so is 1 or 0."""

    number: np.float64  # months simulated before it
    crop: np.float64  # whether a crop is known: in June, and in the first month
    first_year: np.float64  # whether it is one of the first twelve
    to_election: np.float64  # months to go, negative after it
    to_term: np.float64  # months to the end of the ruler's term, negative after it
    term_ends: np.float64  # whether the term ends in it


@cache
def of_month(calendar_month: int, number: int) -> Calendar:
    """Return the values of a month: its number since year 0, and the months simulated before."""
    to_term = month_number(TERM_END) - calendar_month
    crop = number == 0 or calendar_month % YEAR == HARVEST_MONTH
    to_election = month_number(ELECTION) - calendar_month
    values = (number, crop, number < YEAR, to_election, to_term, to_term == 0)
    return Calendar(*map(np.float64, values))

"""What nobody in the country decides: Afghan crop, growth in Russia, work for migrants there."""

from typing import NamedTuple

import numpy as np

from tajsim.axes import Array


def crop_after_record(normal: Array, *, harvest_mean: Array, harvest_spread: Array) -> Array:
    """Return an Afghan crop of which no record is kept, 1 = the mean of 2003-04, ``(run,)``.

    Log-normal with the mean of the record, without trend or memory.

    Equation:
        usual = ln(harvest_mean) - harvest_spread**2 / 2
        crop = exp(usual + harvest_spread * normal)

    Mechanisms: E13, M59.
    """
    usual = np.log(harvest_mean) - 0.5 * harvest_spread**2
    result: Array = np.exp(usual + harvest_spread * normal)
    return result


def growth_after_record(normal: Array, *, growth_mean: Array, growth_spread: Array) -> Array:
    """Return a year's growth of Russian output where no record is used, 1/year, ``(run,)``.

    Equation:
        growth = growth_mean + growth_spread * normal

    Mechanisms: E01.
    """
    return growth_mean + growth_spread * normal


def boom_step(
    boom: Array, growth: Array, trend: Array, *, clock_year: Array, clock_five_years: Array
) -> tuple[Array, Array]:
    """Return ``(Russian output over its own path, growth expected)`` next month, ``(run,)``.

    The first is a logarithm, the second 1/year. Nothing that grows enters: what is expected is in
    the trend, and a level becomes usual within about two years.

    Equation:
        boom_next = boom + (growth - trend) / 12 - boom / (2 * clock_year)
        trend_next = trend + (growth - trend) / clock_five_years

    Args:
        trend: the growth that is expected, 1/year.

    Mechanisms: E01.
    """
    boom_next = boom + (growth - trend) / 12.0 - boom / (2.0 * clock_year)
    return boom_next, trend + (growth - trend) / clock_five_years


def reception(
    presence: Array, usual: Array, carried: Array, *, base_for_terms: Array, transit_stigma: Array
) -> Array:
    """Return the terms that migrants meet in Russia, 1 = as at the start, ``(run,)``.

    Rights for the base are paid with easier migration; a name for drugs and crime is paid for by
    all who travel.

    Equation:
        reception = exp(base_for_terms * (presence - usual)) * (2 / (1 + carried)) ** transit_stigma

    Args:
        presence: how much of the tasks of defence the base holds, 0 to 1.
        usual: the same at the start.
        carried: drugs carried by migrants and air over those of the start.

    Mechanisms: M70, M112, M133.
    """
    result: Array = np.exp(base_for_terms * (presence - usual))
    return result * (2.0 / (1.0 + carried)) ** transit_stigma


class Work(NamedTuple):
    """What multiplies the work for migrants that there was at the start; fields name causes."""

    no_work: Array
    terms: Array


def work_abroad(
    boom: Array, terms: Array, *, migrant_jobs: Array, migrants_expelled: Array
) -> Work:
    """Return what multiplies the work that migrants find, by cause, each ``(run,)``.

    Who is sent home or not let in finds none, whatever the economy.

    Equation:
        no_work = exp(migrant_jobs * boom)
        admitted = terms * (1 - migrants_expelled)

    Args:
        boom: of Russian output over that at the start, logarithm.
        terms: that migrants meet, 1 = as at the start.

    Mechanisms: E01, M38, M112, M133.
    """
    return Work(np.exp(migrant_jobs * boom), terms * (1.0 - migrants_expelled))

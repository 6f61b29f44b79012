"""What powers make of being asked, and of what they are told."""

from tajsim.axes import Array, total


def courted(search: Array, *, power_exposure: Array, courtship_response: Array) -> Array:
    """Return what being asked multiplies a power's attention by, ratio, ``(run,)``.

    Who is visited answers, on the tasks that touch himself.

    Equation:
        asked = sum(power_exposure * search, "task")
        mean_asked = asked / (sum(power_exposure, "task") + 1e-9)
        courted = 1 + courtship_response * mean_asked

    Args:
        search: how much more widely the regime looks for partners than at the start, -1 to 1,
            ``(task, run)``.

    Mechanisms: M123, O10.
    """
    asked = total(power_exposure * search) / (total(power_exposure) + 1e-9)
    return 1.0 + courtship_response * asked


def frightened(told: Array, touched: Array) -> Array:
    """Return what an overstated threat multiplies a power's attention by, ratio, ``(run,)``.

    Equation:
        frightened = 1 + told * touched

    Args:
        told: what it believes of the overstatement, more than at the start, -1 to 1.
        touched: share of its exposure that is to militants, 0 to 1.

    Mechanisms: O23.
    """
    return 1.0 + told * touched

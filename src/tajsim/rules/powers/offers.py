"""What a power offers for each task."""

from tajsim.axes import Array, shares, total


def offers(
    gap: Array,
    rival_gain: Array,
    attention: Array,
    *,
    power_exposure: Array,
    power_budget: Array,
    vacuum_response: Array,
    rivalry_response: Array,
) -> Array:
    """Return a power's monthly offers in USD/month, ``(task, run)``.

    The budget, times ``attention``, grows with the vacuum it sees and with what rivals gained;
    it is divided over tasks by own exposure times the gap. The power's exposure decides, not the
    country's need.

    Equation:
        seen = sum(power_exposure * gap, "task")
        vacuum = seen / (sum(power_exposure, "task") + 1e-9)
        growth = 1 + vacuum_response * vacuum + rivalry_response * rival_gain
        size = power_budget / 12 * attention * growth
        offers = size * shares(power_exposure * (0.2 + gap), "task")

    Args:
        gap: share of each task that nobody carries, ``(task, run)``.
        rival_gain: growth of rivals' provision over the last year, index, ``(run,)``.
        attention: how much the power cares about the region now, 1 = as in 2004, ``(run,)``.

    Mechanisms: M04, M83, M84, M106, M107, M108, O11, O28, M105, M127.
    """
    need = power_exposure * (0.2 + gap)
    vacuum = total(power_exposure * gap) / (total(power_exposure) + 1e-9)
    size = power_budget / 12.0 * attention
    size = size * (1.0 + vacuum_response * vacuum + rivalry_response * rival_gain)
    return size * shares(need)

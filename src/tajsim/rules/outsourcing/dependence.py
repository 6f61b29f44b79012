"""How far the regime leans on others, and on whom."""

import numpy as np

from tajsim.axes import Array, total


def provision_of_tasks(by_power: Array) -> Array:
    """Return the share of each task carried by outsiders, ``(task, run)``, at most 1.

    ``1 - product(1 - provision)`` over powers: what two do at once is done once.

    Args:
        by_power: ``(power, task, run)``, each 0 to 1.

    Mechanisms: E21, M55.
    """
    left: Array = 1.0 - by_power[0]
    for one in by_power[1:]:
        left = left * (1.0 - one)
    return 1.0 - left


def dependence(provision: Array, effort: Array) -> Array:
    """Return the share of all security work done by outsiders, ``(run,)``, 0 to 1.

    ``sum(provision) / sum(provision + effort * tasks)``.

    Mechanisms: M06, O15.
    """
    outside, own = total(provision), total(effort) * len(effort)
    return outside / (outside + own)


def alignment(by_power: Array, west: Array, moscow: Array) -> Array:
    """Return the regime's position, -1 (West) to 1 (Moscow), ``(run,)``.

    Args:
        by_power: provision summed over tasks, ``(power, run)``.
        west: 1 for Western powers, ``(power, 1)``.
        moscow: 1 for Russia, ``(power, 1)``.

    Mechanisms: M110, O13.
    """
    to_moscow, to_west = total(by_power * moscow), total(by_power * west)
    return (to_moscow - to_west) / np.maximum(to_moscow + to_west, 1e-9)

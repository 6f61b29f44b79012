"""How far the regime leans on others, and on whom."""

import numpy as np

from tajsim.axes import Array, total


def provision_of_tasks(by_power: Array) -> Array:
    """Return the share of each task carried by outsiders, ``(task, run)``, at most 1.

    What two do at once is done once.

    Equation:
        provision = 1 - product(1 - by_power, "power")

    Args:
        by_power: ``(power, task, run)``, each 0 to 1.

    Mechanisms: E21, M55.
    """
    # Unlike a sum, a product is taken one after the other however many runs there are.
    left: Array = np.multiply.reduce(1.0 - by_power, axis=0)
    return 1.0 - left


def dependence(provision: Array, effort: Array) -> Array:
    """Return the share of all security work done by outsiders, ``(run,)``, 0 to 1.

    Own effort adds to 1 over the tasks, so provision is averaged over them.

    Equation:
        outside = mean(provision, "task")
        dependence = outside / (outside + sum(effort, "task"))

    Mechanisms: M06.
    """
    outside, own = total(provision), total(effort) * len(effort)
    return outside / (outside + own)


def alignment(by_power: Array, west: Array, moscow: Array) -> Array:
    """Return the regime's position, -1 (West) to 1 (Moscow), ``(run,)``.

    Equation:
        to_moscow = sum(by_power * moscow, "power")
        to_west = sum(by_power * west, "power")
        alignment = (to_moscow - to_west) / max(to_moscow + to_west, 1e-9)

    Args:
        by_power: provision summed over tasks, ``(power, run)``.
        west: 1 for Western powers, ``(power, 1)``.
        moscow: 1 for Russia, ``(power, 1)``.

    Mechanisms: M110, O13.
    """
    to_moscow, to_west = total(by_power * moscow), total(by_power * west)
    return (to_moscow - to_west) / np.maximum(to_moscow + to_west, 1e-9)


def reliance(dependence: Array, by_power: Array, patron: Array) -> Array:
    """Return the share of all security work that the patron does, ``(run,)``, 0 to 1.

    Equation:
        part = sum(by_power * patron, "power") / max(sum(by_power, "power"), 1e-9)
        reliance = dependence * part

    Args:
        dependence: share of all security work done by outsiders, 0 to 1, ``(run,)``.
        by_power: provision summed over tasks, ``(power, run)``.
        patron: 1 for Russia, ``(power, 1)``.

    Mechanisms: M120, O10, O15.
    """
    return dependence * total(by_power * patron) / np.maximum(total(by_power), 1e-9)

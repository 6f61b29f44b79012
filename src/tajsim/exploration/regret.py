"""Regret and satisficing of portfolios over worlds: pure arithmetic on arrays."""

from __future__ import annotations

import numpy as np

from tajsim.axes import Array


def regret(values: Array, sign: int) -> Array:
    """Return how far each portfolio falls behind the best one of the same world.

    Args:
        values: ``(portfolio, world)`` of one goal.
        sign: 1 if high is good, -1 if low is.

    Returns:
        ``(portfolio, world)``, 0 for the best, in the unit of the values.
    """
    found: Array = (sign * values).max(axis=0) - sign * values
    return found


def together(regrets: list[Array], values: list[Array]) -> Array:
    """Return the largest regret over goals, each in standard deviations of its own values.

    One goal alone stays in its own unit. A goal that never varies causes no regret.
    """
    if len(regrets) == 1:
        return regrets[0]
    sizes = [float(v.std()) for v in values]
    scaled = [r / s if s > 0.0 else 0.0 * r for r, s in zip(regrets, sizes, strict=True)]
    found: Array = np.max(scaled, axis=0)
    return found


def best_by(rule: str, regrets: Array, satisfied: np.ndarray, counts: Array | None = None) -> int:
    """Return the recommended portfolio.

    ``regret`` takes the one with the smallest largest regret (Savage), ``satisfy`` the one that
    reaches the levels in most worlds; the other figure, then the mean regret, break ties.

    Args:
        rule: ``regret`` or ``satisfy``.
        regrets: ``(portfolio, world)``.
        satisfied: ``(portfolio, world)``.
        counts: ``(world,)`` how often each world counts; those of 0 are left out.
    """
    counts = np.ones(regrets.shape[1]) if counts is None else counts
    largest = regrets[:, counts > 0.0].max(axis=1)
    reached = satisfied @ counts / counts.sum()
    mean = regrets @ counts / counts.sum()
    order = (mean, -reached, largest) if rule == "regret" else (mean, largest, -reached)
    return int(np.lexsort(order)[0])


def undominated(goods: Array) -> np.ndarray:
    """Tell which portfolios no other one equals in all goals and beats in one.

    Args:
        goods: ``(goal, portfolio)``, high is good.
    """
    found = np.ones(goods.shape[1], bool)
    for i in range(goods.shape[1]):
        as_good = (goods >= goods[:, [i]]).all(axis=0)
        better = (goods > goods[:, [i]]).any(axis=0)
        found[i] = not (as_good & better).any()
    return found

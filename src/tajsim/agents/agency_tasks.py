"""Who works on what: sums over the tasks of each agency, means over the agencies of each task."""

from __future__ import annotations

import numpy as np

from tajsim.axes import AGENCIES, TASKS, Array, column, total
from tajsim.world import AGENCY_TASKS, FOREIGN_RUN

#: Numbers of the tasks of each agency, in its own order.
TASKS_OF = [[TASKS.index(task) for task in AGENCY_TASKS[name]] for name in AGENCIES]

#: How many tasks each agency has, ``(agency, 1)``.
TASK_COUNT = column(len(tasks) for tasks in TASKS_OF)

# The first, second, ... task of each agency; what is no task of it counts nothing.
_PLACES = range(max(len(tasks) for tasks in TASKS_OF))
_AT = np.array([[t[k] if k < len(t) else 0 for t in TASKS_OF] for k in _PLACES])
_COUNTS = np.array([[[float(k < len(t))] for t in TASKS_OF] for k in _PLACES])

#: 1 for the country's own agencies, 0 for those that others run, ``(agency, 1)``.
OWN = column(name not in FOREIGN_RUN for name in AGENCIES)
_OWN_COUNT = total(OWN)

# 1 where an own agency works on a task, (agency, task, 1), and how many do, (task, 1).
_WORKS_ON = np.array([[[float(t in tasks)] for t in range(len(TASKS))] for tasks in TASKS_OF])
_WORKS_ON *= OWN[:, None]
_BODIES = total(_WORKS_ON)

#: Mean number of agencies that have an agency's tasks, 1 for a foreign one, ``(agency, 1)``.
BODIES = column(sum(t in o for t in own for o in TASKS_OF) / len(own) for own in TASKS_OF)
BODIES = np.where(OWN > 0.0, BODIES, 1.0)


def over_tasks(values: Array) -> Array:
    """Add over the tasks of each agency: ``(..., task, run) -> (..., agency, run)``."""
    return total(values.take(_AT, axis=-2) * _COUNTS, axis=-3)


def shared_out(values: Array) -> Array:
    """Divide what tasks get over the own agencies of each, evenly, ``(..., agency, run)``.

    Args:
        values: by task, ``(..., task, run)``.
    """
    shared: Array = over_tasks(values / _BODIES) * OWN
    return shared


def mean_by_task(values: Array) -> Array:
    """Return the mean over the own agencies that work on each task, ``(task, run)``.

    Args:
        values: ``(agency, run)``, or ``(agency, task, run)`` where they differ by task.
    """
    each = values if values.ndim > 2 else values[:, None]
    return total(each * _WORKS_ON) / _BODIES


def mean_of_own(values: Array) -> Array:
    """Return the mean of ``(agency, run)`` over the country's own agencies, ``(run,)``."""
    return total(values * OWN) / _OWN_COUNT

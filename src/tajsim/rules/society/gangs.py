"""Armed gangs left over from the war, broken one by one."""

import numpy as np

from tajsim.axes import Array


def gangs_step(
    gangs: Array,
    policing: Array,
    informers: Array,
    idle: Array,
    *,
    gang_breaking: Array,
    informer_worth: Array,
    gang_forming: Array,
) -> Array:
    """Return next month's gangs, 1 = as in 2004, ``(run,)``.

    The police break a share of what is left, more of it where the services have informers in the
    underworld; men without work form new ones.

    Equation:
        broken = min(gang_breaking * policing * (1 + informer_worth * informers), 1)
        gangs_next = gangs * (1 - broken) + gang_forming * idle

    Args:
        policing: police per head times own effort on order, over that at the start.
        informers: share of informers from the underworld times the quality of those who run them.
        idle: returned migrants without work, share of people.

    Mechanisms: M36, M92, E02.
    """
    broken = np.minimum(gang_breaking * policing * (1.0 + informer_worth * informers), 1.0)
    return gangs * (1.0 - broken) + gang_forming * idle

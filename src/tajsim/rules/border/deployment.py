"""Where an agency puts its people along the border."""

import numpy as np

from tajsim.axes import Array, shares, total


def deploy(length_guarded: Array, traffic_seen: Array, *, traffic_response: Array) -> Array:
    """Return the share of a guard's people on each section, ``(section, run)``, adding to 1.

    More where it seized more lately, over the sections it guards. An agency that guards nothing
    spreads its people evenly, to no effect.

    Equation:
        relative = traffic_seen / max(mean(traffic_seen, "section"), 1e-9)
        deployment = shares(length_guarded * (1 + traffic_response * relative), "section")

    Args:
        length_guarded: km of each section that the agency guards, ``(section, run)``.
        traffic_seen: kg it seized there lately, ``(section, run)``.

    Mechanisms: E15, M60.
    """
    mean = total(traffic_seen) / len(traffic_seen)
    relative = traffic_seen / np.maximum(mean, 1e-9)
    return shares(length_guarded * (1.0 + traffic_response * relative))

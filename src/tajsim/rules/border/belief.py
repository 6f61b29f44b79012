"""What a network believes about the risk of each way."""

import numpy as np

from tajsim.axes import Array


def learn(
    belief: Array,
    load: Array,
    lost: Array,
    word: Array,
    *,
    learning_speed: Array,
    word_weight: Array,
) -> Array:
    """Return the believed share lost on each way, ``(way, run)``.

    Moves by ``learning_speed`` to what was seen: its own loss where it sent anything, mixed with
    the word of other networks by ``word_weight``. A way it did not use is known by word alone.

    Equation:
        own = lost / load if load > 0 else 0
        seen = own + word_weight * (word - own) if load > 0 else word
        belief_next = belief + learning_speed * (seen - belief)

    Args:
        belief: believed share lost, ``(way, run)``.
        load: kg sent last month, ``(way, run)``.
        lost: kg seized of them, ``(way, run)``.
        word: share that all networks together lost there, ``(way, run)``.

    Mechanisms: X16, M68.
    """
    used = load > 1e-9
    own = lost / np.where(used, load, 1.0)
    seen = np.where(used, own + word_weight * (word - own), word)
    return belief + learning_speed * (seen - belief)

"""What a mutiny or a defection leaves behind: confessions, a broadcast, a carried skill."""

from tajsim.axes import Array


def named_step(named: Array, breaks: Array, *, confession: Array, memory_fading: Array) -> Array:
    """Return how far confessions implicate a commander next month, 0 to 1, ``(run,)``.

    Every beaten mutiny of his side leaves captives who name others: ``confession`` of what is
    missing. The suspicion fades by ``memory_fading`` a month.

    Equation:
        left = named * (1 - memory_fading)
        named_next = 1 - (1 - left) * (1 - confession) ** breaks

    Args:
        breaks: mutinies of his side beaten last month.

    Mechanisms: S11.
    """
    left = named * (1.0 - memory_fading)
    return 1.0 - (1.0 - left) * (1.0 - confession) ** breaks


def broadcast_step(
    broadcast: Array, defections: Array, *, broadcast_reach: Array, memory_fading: Array
) -> Array:
    """Return the pull of a defector's appeal next month, index, 0 and up, ``(run,)``.

    It multiplies the pull abroad by ``1 + broadcast`` and the pressure on the faith of serving
    commanders alike.

    Equation:
        broadcast_next = broadcast * (1 - memory_fading) + broadcast_reach * defections

    Args:
        defections: commanders who went over this month.

    Mechanisms: S05.
    """
    return broadcast * (1.0 - memory_fading) + broadcast_reach * defections


def skill_carried(
    readiness: Array, defections: Array, quality: Array, *, defector_skill: Array
) -> Array:
    """Return the readiness of militants after a trained commander joined them, ``(run,)``, 0 to 1.

    Each makes up for part of what they lack: training adds skill without loyalty.

    Equation:
        lacking = (1 - readiness) * (1 - defector_skill * quality) ** defections
        skill_carried = 1 - lacking

    Args:
        defections: commanders who went over this month.
        quality: that of the force he was trained in, 0 to 1.

    Mechanisms: S06.
    """
    return 1.0 - (1.0 - readiness) * (1.0 - defector_skill * quality) ** defections

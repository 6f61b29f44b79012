"""How far the centre controls a region."""

from tajsim.axes import Array


def control_aim(
    effort: Array,
    strongmen: Array,
    voice: Array,
    protest: Array,
    militants: Array,
    failed: Array,
    *,
    control_base: Array,
    control_effort: Array,
    control_strongmen: Array,
    control_voice: Array,
    control_protest: Array,
    control_militants: Array,
) -> Array:
    """Return the control a region moves to, 0 to 1, ``(run,)``.

    Effort holds a region; strongmen, discontent, protest and militants loosen it. Halved where
    the state has failed.

    Equation:
        held = control_base * (1 + control_effort * (effort - 1))
        people = control_voice * voice + control_protest * protest
        armed = control_strongmen * strongmen + control_militants * militants
        aim = (held - people - armed) * (1 - 0.5 * failed)
        control_aim = min(max(aim, 0), 1)

    Args:
        effort: own effort on order and control over that at the start.
        strongmen: independent power of commanders with a following there, 0 to 1.
        protest: 1 where people were in the streets this month, else 0.
        militants: militants and violent groups in the region, thousand persons.

    Mechanisms: S14, S17, S12, S13, M34.
    """
    value = control_base * (1.0 + control_effort * (effort - 1.0))
    value = value - control_strongmen * strongmen - control_voice * voice
    value = value - control_protest * protest
    value = (value - control_militants * militants) * (1.0 - 0.5 * failed)
    value = value * (value > 0.0)
    return value + (1.0 - value) * (value > 1.0)


def control_step(control: Array, aim: Array, *, control_speed: Array) -> Array:
    """Return next month's control, 0 to 1, ``(run,)``.

    Equation:
        control_next = control + control_speed * (aim - control)

    Mechanisms: S17.
    """
    return control + control_speed * (aim - control)

"""What weighed most in a step of repression or brought people out: terms of the rules."""

import numpy as np

from tajsim.axes import Array


def repression_reasons(
    appeal: Array,
    seat_share: Array,
    incidents: Array,
    uncontrolled: Array,
    voice: Array,
    *,
    threat_appeal: Array,
    threat_incidents: Array,
    threat_uncontrolled: Array,
) -> tuple[Array, Array, Array, Array, Array]:
    """Return the parts of the threat seen in the party, each ``(run,)``.

    They are ``(appeal, incidents, regions beyond control, voice, seats)`` and add to the threat.

    Equation:
        from_appeal = threat_appeal * max(appeal - 1, 0)
        from_incidents = threat_incidents * incidents
        from_regions = threat_uncontrolled * uncontrolled
        from_voice = voice
        from_seats = seat_share

    Args:
        appeal: of the party, 1 = as in 2004.
        seat_share: its share of the seats, 0 to 1.
        incidents: recent violent incidents, index.
        uncontrolled: share of the country outside control.
        voice: mean voiced discontent, 0 to 1.

    Mechanisms: P09, P10, P11, X19.
    """
    return (
        threat_appeal * np.maximum(appeal - 1.0, 0.0),
        threat_incidents * incidents,
        threat_uncontrolled * uncontrolled,
        voice,
        seat_share,
    )


def protest_reasons(
    voice: Array,
    struck_here: Array,
    unchecked: Array,
    *,
    protest_rate: Array,
    local_protest: Array,
    escalation: Array,
) -> tuple[Array, Array, Array]:
    """Return the parts of the push to protest, each ``(run,)``: they add to it.

    They are ``(grievance voiced, a man of the region struck, a protest that went unchecked)``.

    Equation:
        from_voice = protest_rate * voice**2
        from_blow = local_protest * struck_here
        from_protest = escalation * unchecked

    Args:
        voice: voiced discontent, 0 to 1.
        struck_here: commanders of the region struck last month.
        unchecked: last month's protest times what fear did not check of it, 0 to 1.

    Mechanisms: M27, M34, M37, S13.
    """
    return protest_rate * voice**2, local_protest * struck_here, escalation * unchecked

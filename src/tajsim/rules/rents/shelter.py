"""How far those above keep the trade of protected networks from being touched."""

from tajsim.axes import Array


def shelter_step(
    shelter: Array,
    drug_rents: Array,
    aid: Array,
    *,
    donor_monitoring: Array,
    donor_coordination: Array,
    shelter_half: Array,
    shelter_speed: Array,
) -> Array:
    """Return next month's shelter, 0 to 1, ``(run,)``.

    The ruling circle and its commanders weigh what the trade brings them against the aid that is
    watched. What they come to live on they tell their agencies, honest ones too, to leave alone;
    habits of that kind take years.

    Equation:
        seen = 1 - (1 - donor_monitoring) * (1 - donor_coordination)
        aim = drug_rents / (drug_rents + shelter_half + seen * aid)
        shelter_next = shelter + shelter_speed * (aim - shelter)

    Args:
        drug_rents: fees, tolls and resold drugs that reach commanders and regime, USD/month.
        aid: useful aid against drugs and for the border, weighted by the conditions that its
            givers attach, USD/month.

    Mechanisms: E07, E10, E11, M53, O06.
    """
    seen = 1.0 - (1.0 - donor_monitoring) * (1.0 - donor_coordination)
    aim = drug_rents / (drug_rents + shelter_half + seen * aid)
    return shelter + shelter_speed * (aim - shelter)


def sheltered(protection: Array, shelter: Array) -> Array:
    """Return the share of a network's loads that the country's agencies must let pass, ``(run,)``.

    Equation:
        sheltered = shelter * protection

    Args:
        protection: how well the network is connected, share.
        shelter: how far those above shelter the trade, 0 to 1.

    Mechanisms: E10, E11.
    """
    return shelter * protection

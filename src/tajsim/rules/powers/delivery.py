"""What arrives of what was pledged."""

from tajsim.axes import Array, total


def duplication(money: Array, *, donor_coordination: Array) -> Array:
    """Return the share of aid on each task that repeats what another donor does, ``(task, run)``.

    Equation:
        part = money / (sum(money, "power") + 1e-9)
        duplication = (1 - donor_coordination) * (1 - sum(part**2, "power"))

    Args:
        money: delivered aid, USD/month, ``(power, task, run)``.

    Mechanisms: M55, E21, M58, O26.
    """
    whole = total(money) + 1e-9
    concentration = total((money / whole) ** 2)
    return (1.0 - donor_coordination) * (1.0 - concentration)


def diverted_share(
    corruption: Array,
    duplicated: Array,
    *,
    aid_diversion: Array,
    donor_monitoring: Array,
    civic_space: Array,
    scrutiny: Array,
) -> Array:
    """Return the share of delivered aid that is diverted, ``(task, run)``, at most 1.

    A tenth always arrives; where nobody may investigate, corruption flourishes.

    Equation:
        unwatched = (1 - donor_monitoring) * (1 - scrutiny * civic_space)
        share = aid_diversion * corruption * (1 + duplicated) * unwatched
        diverted_share = min(share, 0.9)

    Args:
        corruption: mean collusion of the agencies that receive, ``(task, run)``.
        duplicated: share of the aid that repeats other aid, ``(task, run)``.

    Mechanisms: M42, M55, E06, E20, O03, O06, M58.
    """
    share = aid_diversion * corruption * (1.0 + duplicated) * (1.0 - donor_monitoring)
    share = share * (1.0 - scrutiny * civic_space)
    return share + (0.9 - share) * (share > 0.9)


def provision(
    delivered: Array, presence: Array, *, task_cost: Array, provision_half: Array
) -> Array:
    """Return the share of each task that a power carries, ``(task, run)``, 0 to below 1.

    Money saturates, people on the spot count in full.

    Equation:
        bought = delivered / (provision_half * task_cost)
        provision = 1 - (1 - presence) / (1 + bought)

    Args:
        delivered: useful aid on the task, USD/month.
        presence: share of the task that the power's own people hold, 0 to 1.

    Mechanisms: M02, M05, M14, O01, E20.
    """
    return 1.0 - (1.0 - presence) / (1.0 + delivered / (provision_half * task_cost))

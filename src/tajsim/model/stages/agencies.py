"""Stage 5, agencies: pay, recruitment, collusion, quality, deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import AGENCIES, REGIONS, total

if TYPE_CHECKING:
    from tajsim.agents.agency import SecurityAgency
    from tajsim.axes import Array
    from tajsim.model.model import TajikistanModel


def agencies(model: TajikistanModel) -> None:
    """Agencies decide from the old state, then change. Writes: strength, collusion, deployment."""
    drawn_off = best_drawn_off(model)
    joining = []
    for agency in model.agencies:
        ratio = model.regime.effort_ratio(agency.tasks)
        agency.ask(agency.set_pay, ratio)
        agency.ask(agency.replace_staff, political_head(model, agency))
        agency.ask(agency.decide_collusion)
        conscript = agency.name in ("border_troops", "army")
        per_head = agency.aid / np.maximum(agency.strength, 1.0)
        agency.decide_quality(per_head, drawn_off * float(conscript))
        joining.append(agency.recruits(ratio))
    for agency, persons in zip(model.agencies, joining, strict=True):
        recruit(model, agency, persons)
        agency.ask(agency.decide_deployment)


def best_drawn_off(model: TajikistanModel) -> Array:
    """Return how far a better-paying foreign service takes the draft first, 0 to 1."""
    foreign = model.agency["russian_border_troops"]
    own = model.agency["border_troops"]
    richer = foreign.pay / np.maximum(foreign.pay + own.pay, 1e-9)
    return richer * foreign.strength / np.maximum(foreign.strength + own.strength, 1.0)


def political_head(model: TajikistanModel, agency: SecurityAgency) -> Array:
    """Return 1 where a commander heads an agency that is not his own trade, else 0."""
    post, found = AGENCIES.index(agency.name), np.zeros(model.run_count)
    for commander in model.commanders:
        if commander.home_post != post:
            found = np.maximum(found, (commander.post == post) * commander.in_place)
    return found


def recruit(model: TajikistanModel, agency: SecurityAgency, joining: Array) -> None:
    """Move people between the regions and the force, in proportion to those at home."""
    home = [model.people[f"home_{r}"] for r in REGIONS]
    whole = np.maximum(total(np.stack(home)), 1.0)
    parts = [joining * h / whole for h in home]
    for region, part in zip(REGIONS, parts, strict=True):
        model.people.move(f"home_{region}", agency.name, part)
    agency.strength = np.maximum(model.people[agency.name], 0.0).copy()

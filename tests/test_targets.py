"""The targets: a complete file, clear errors, and what is measured in runs."""

import math
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from conftest import refused

from tajsim.analysis.targets import last_month, standard_errors, target_outcomes, target_values
from tajsim.inputs.deals import load_packages
from tajsim.inputs.ledger import load_figures
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.inputs.targets import Target, load_targets, read_targets, target_text

LIST = read_targets(target_text())

ROW = (Path(__file__).with_name("data") / "targets.toml").read_text(encoding="utf-8")


def only(text: str = ROW) -> Target:
    return next(iter(read_targets(text).targets.values()))


def test_every_target_figure_of_the_ledger_has_an_answer() -> None:
    wanted = {f.id for f in load_figures().values() if f.role == "target"}
    used = {t.figure.id for t in LIST.targets.values()}
    assert wanted <= used | set(LIST.not_comparable)
    assert not used & set(LIST.not_comparable)


def test_no_target_is_the_basis_of_a_parameter() -> None:
    # What the model reads cannot test it.
    basis = {f for p in load_parameters().values() for f in p.basis.figures}
    assert not basis & {t.figure.id for t in LIST.targets.values()}


def is_set(target: Target) -> bool:
    """Whether history's own events set or hold what is compared in its months."""
    (first, last), lasting = target.window, False
    for event in sorted(load_scenario("history").events, key=lambda event: event.month):
        given = [event.kind, *map(str, event.arguments.values())]
        named = {part for text in given for part in text.split(".")}
        if event.kind == "package":
            named |= {"deal", *load_packages()[str(event.arguments["package"])].deals}
        ours = named & {*load_outcomes()[target.outcome].set_by} and event.month <= last
        if not ours or not named >= {*target.where.values()}:
            continue
        if event.month >= first and "free" not in named:
            return True
        lasting = lasting if event.month >= first else bool(named & {"set", "hold", "close"})
    return lasting


def test_what_history_sets_or_holds_is_given() -> None:
    held = {t.id: t.use for t in LIST.targets.values() if is_set(t)}
    assert held == dict.fromkeys(("us-top-up-2014", "eu-border-2005"), "given")
    struck = {"outcome": "purges", "window": ("2009-07", "2009-07")}
    for name in ("ziyoyev", "khalimov"):  # one of whom history has arrested then
        planted = only().model_copy(update={**struck, "where": {"commander": name}})
        assert is_set(planted) == (name == "ziyoyev")


def test_values_come_from_the_ledger() -> None:
    targets = load_targets()
    assert targets["heroin-reported-2008"].observed == 1450
    assert targets["migrants-home-2015"].observed == 350_000  # the printed range, 90 %
    assert targets["migrants-home-2015"].error == pytest.approx(100_000 / 3.2898)
    hundreds = targets["fighters-abroad-hundreds"]  # no value: the middle on the scale
    assert hundreds.observed == pytest.approx(math.sqrt(100 * 999))
    assert hundreds.error == pytest.approx(math.log(9.99) / 3.2898)
    assert (targets["mirzoev-arrested"].observed, targets["regime-stands-2015"].observed) == (1, 0)


def results(values: np.ndarray, name: str, aggregate: str, *dims: str) -> xr.Dataset:
    """Return results of one outcome over 2008 and 2009, ``values (dims..., month, run)``."""
    months = (np.arange(24) + np.datetime64("2008-01", "M")).astype("datetime64[ns]")
    data = {name: (("scenario", *dims, "month", "run"), values[None], {"aggregate": aggregate})}
    coordinates = {"month": months, "scenario": ["history"]}
    coordinates |= {"agency": ["army", "customs"]} if "agency" in dims else {}
    return xr.Dataset(data, coordinates)


FLOW = np.stack([np.full((24, 3), 10.0), np.tile([0.0, 10.0, 20.0], (24, 1))])


def simulated(old: str = "", new: str = "", values: np.ndarray = FLOW) -> list[float]:
    target = only(ROW.replace(old, new, 1))
    dataset = results(values, target.outcome, "yearly", "agency")
    found = target_values(dataset, [target])
    assert found.shape == (1, 3)
    return [float(x) for x in found[0]]


def test_measures() -> None:
    assert simulated() == [120, 240, 360]  # both agencies, twelve months
    assert simulated('["2008-01", "2008-12"]', '["2008-01", "2008-03"]') == [30, 60, 90]
    level = 'window = ["2008-01", "2008-03"]\nmeasure = "level"'
    window = 'window = ["2008-01", "2008-12"]\nmeasure = "sum"'
    assert simulated(window, level) == pytest.approx([120, 240, 360])  # a year's worth of it
    assert simulated(window, level + "\ntimes = 0.001") == pytest.approx([0.12, 0.24, 0.36])
    there = level + '\nwhere = { agency = "customs" }'
    assert simulated(window, there) == pytest.approx([0, 120, 240])
    rising = FLOW * np.where(np.arange(24) < 12, 1.0, 1.5)[:, None]
    base = window.replace("2008", "2009") + '\nbase = ["2008-01", "2008-12"]'
    change = base.replace('"sum"', '"change"') + '\nwhere = { agency = "customs" }'
    found = simulated(window, change, rising)
    assert math.isnan(found[0]) and found[1:] == pytest.approx([50, 50])
    difference = base.replace('"sum"', '"difference"') + "\ntimes = -1"
    assert simulated(window, difference, rising) == pytest.approx([-60, -120, -180])
    ratio = window.replace('"sum"', '"ratio"') + '\ndivisor = "heroin_seized_reported"'
    assert simulated(window, ratio) == pytest.approx([1, 1, 1])


def test_an_event_happened_or_not() -> None:
    text = ROW.replace('scale = "log"\nerror = 0.25\nerror_reason = "because"\n', "")
    values = np.zeros((2, 24, 3))
    values[1, 3, 1], values[1, 20, 2] = 1, 1  # inside the window, and after it
    for measure, errors in (("happened", [-2, 0, -2]), ("absent", [0, 2, 0])):
        target = only(text.replace('"sum"', f'"{measure}"'))
        found = target_values(results(values, target.outcome, "total", "agency"), [target])
        assert found.tolist() == [[0, 1, 0]]
        assert standard_errors(target, found).tolist() == [errors]


def test_errors_are_counted_on_the_scale_and_not_on_the_allowed_side() -> None:
    values = np.array([1450.0, 1450.0 * math.e, 0.0, np.nan])
    plain = standard_errors(only(), values)
    assert plain[:2] == pytest.approx([0, 4]) and plain[2] < -30 and math.isnan(plain[3])
    natural = standard_errors(only(ROW.replace('"log"', '"natural"')), np.array([1451.0]))
    assert natural == pytest.approx([4])
    for bound, errors in (("at_least", [0, -4]), ("at_most", [4, 0])):
        target = only(ROW.replace('scale = "log"', f'scale = "log"\nbound = "{bound}"'))
        around = 1450.0 * np.exp([1.0, -1.0])
        assert standard_errors(target, around) == pytest.approx(errors)


def test_results_that_lack_something_are_told() -> None:
    target = only()
    assert target_outcomes([target]) == ("heroin_seized_reported",)
    assert last_month([target]) == "2008-12"
    dataset = results(FLOW, "heroin_entering", "yearly", "agency").isel(month=slice(0, 6))
    first, second = refused("needs the outcome", target_values, dataset, [target])
    assert "needs the outcome 'heroin_seized_reported'" in first and "looks beyond" in second
    *_, said = refused("look", target_values, dataset, [target] * 5)
    assert said.startswith("targets '") and "' and 2 more look beyond the results" in said

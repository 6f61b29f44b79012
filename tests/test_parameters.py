"""The parameter registry: every number has a unit, a range, a role, a basis, and a reader."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import refused
from hypothesis import given, strategies as st
from rule_inputs import all_rules

import tajsim.inputs.families as families
import tajsim.inputs.registry as registry
from docs.generate.schemas import families_text
from tajsim.axes import DIMENSIONS
from tajsim.draws import Draws
from tajsim.errors import _SUCCESSORS, UserError, unknown
from tajsim.inputs.ledger import load_documents, load_figures
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.values import ParameterValues, parameters_of, prior_quantile
from tajsim.model.country import readers
from tajsim.rules.offers import guarantee

EVERY = list(registry.load_parameters().values())
BASES = ("documented", "derived", "assumption")
A_DOCUMENT_LINE = re.compile(r"\b((?:[a-z]+-)+\d{4}(?:-\d{2})?):(\d+)")


def computed(arithmetic: str) -> float:
    """Return the value of an expression over figures, numbers and + - * / ** and parentheses."""
    text = re.sub(r"\{([^}]+)\}", lambda found: repr(load_figures()[found[1]].value), arithmetic)
    assert re.fullmatch(r"[0-9.e+*/() -]+", text), arithmetic
    return float(eval(text))


def names(parameters: list[registry.Parameter]) -> list[str]:
    """Return names, to be compared with ``[]`` so that a failure lists all of them."""
    return [p.name for p in parameters]


def with_basis(kind: str) -> list[registry.Parameter]:
    return [p for p in EVERY if p.basis.kind == kind]


# What each row holds, and why each has its value.


def test_rows_are_of_the_closed_lists_and_values_lie_in_their_range() -> None:
    lists = {"role": registry.ROLES, "spread": registry.SPREADS, "unit": registry.UNITS}
    assert names([p for p in EVERY if any(getattr(p, n) not in lists[n] for n in lists)]) == []
    assert names([p for p in EVERY if not p.low <= p.value <= p.high]) == []
    assert names([p for p in EVERY if not np.isfinite([p.value, p.low, p.high]).all()]) == []
    assert names([p for p in EVERY if (p.low < p.high) == (p.role == "constant")]) == []
    shares = [p for p in EVERY if p.unit in ("share", "share/month", "0 or 1")]
    assert names([p for p in shares if p.low < 0.0 or p.high > 1.0]) == []


def test_dimensions_are_known_and_index_names_are_of_them() -> None:
    for family in registry.load_families().values():
        assert not family.dimension or set(family.dimension.split(".")) <= set(DIMENSIONS)
        indices = {p.index for p in family.parameters if p.index is not None}
        assert indices <= set(registry.dimension_names(family)), family.name


def test_the_registry_stays_small() -> None:
    assert registry.number_count() <= 300
    assert registry.number_count("uncertainty") <= 150
    assert registry.number_count() == sum(map(registry.number_count, registry.ROLES))
    assert registry.number_count() < len(EVERY)


def test_every_parameter_has_a_basis() -> None:
    assert names([p for p in EVERY if p.basis.kind not in BASES]) == []
    assert names([p for p in with_basis("assumption") if not p.basis.reason.strip()]) == []
    # Reasons are read one at a time (``tajsim parameters NAME``), so 'as above' says nothing.
    assert names([p for p in EVERY if re.match(r"(as )?(above|below)\b", p.basis.reason)]) == []
    assert names([p for p in with_basis("documented") if not p.basis.figures]) == []
    assert {i for p in EVERY for i in p.basis.figures} <= set(load_figures())
    for p in with_basis("assumption"):  # lines that reasons name are of known documents
        for document, line in A_DOCUMENT_LINE.findall(p.basis.reason):
            assert document in load_documents() and int(line) >= 1, p.name


def test_documented_and_derived_values_are_those_of_the_figures() -> None:
    wrong = []
    for p in with_basis("documented"):
        found = [load_figures()[i] for i in p.basis.figures]
        spans = [(f.low or f.value, f.high or f.value) for f in found if f.unit == p.unit]
        if not any(low is not None and low <= p.value <= high for low, high in spans if high):
            wrong.append(p.name)
    assert wrong == []
    for p in with_basis("derived"):
        assert registry.figures_in(p.basis.arithmetic), p.name
        assert p.value == pytest.approx(computed(p.basis.arithmetic), rel=1e-5), p.name


# Who reads it.


def test_every_family_is_read_and_rules_ask_for_nothing_else() -> None:
    assert set(readers()) == set(registry.load_families())
    assert [name for name, where in readers().items() if not where] == []
    found = {n: where for where, rule in all_rules().items() for n in parameters_of(rule)}
    assert {n: where for n, where in found.items() if n not in registry.load_families()} == {}


def test_the_list_of_families_is_current_and_a_new_one_comes_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = registry.load_families()
    written = Path(families.__file__).read_text(encoding="utf-8")
    assert written == families_text(), "renew it: python -m docs.generate.schemas"
    source = files("tajsim").joinpath("data/parameters")
    texts = {file.name: file.read_text(encoding="utf-8") for file in source.iterdir()}
    row = '[{}]\nmeaning = "m"\nunit = "share"\nrole = "constant"\nvalue = 1\nassumption = "a"\n'
    folder = tmp_path / "data/parameters"
    folder.mkdir(parents=True)
    for name, text in {**texts, "a_new_theme.toml": row.format("a_new_one")}.items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(registry, "files", lambda _: tmp_path)
    assert list(registry.load_families.__wrapped__()) == [*known, "a_new_one"]
    (folder / "a_new_theme.toml").write_text(row.format("tax_share"), encoding="utf-8")
    with pytest.raises(UserError, match=r"^data/parameters/rents\.toml: 'tax_share' is defined in"):
        registry.load_families.__wrapped__()


# The values in force.

UNCERTAIN = [p for p in EVERY if p.role == "uncertainty"]


@given(st.sampled_from(UNCERTAIN), st.lists(st.floats(2**-53, 1 - 2**-53), min_size=2, max_size=9))
def test_prior_quantiles_rise_and_stay_in_range(p: registry.Parameter, u: list[float]) -> None:
    found = prior_quantile(p, np.sort(u))
    slack = 1e-12 * max(abs(p.low), abs(p.high))
    assert np.all(np.diff(found) >= -slack)
    assert np.all((found >= p.low - slack) & (found <= p.high + slack))


@pytest.mark.parametrize("spread", registry.SPREADS)
def test_priors_span_their_range_and_follow_their_spread(spread: str) -> None:
    p = next(p for p in UNCERTAIN if p.spread == "log")
    p = registry.Parameter(**{**vars(p), "spread": spread, "value": 2.0, "low": 1.0, "high": 4.0})
    ends = prior_quantile(p, np.array([1e-12, 1 - 1e-12]))
    assert ends == pytest.approx([1.0, 4.0], abs=1e-4)
    # Where the mode lies, in the measure of the spread: a third, a third, a half of the way.
    middle = {"uniform": 2.0, "triangular": 2.0, "log": 2.0}[spread]
    below = {"uniform": 1 / 3, "triangular": 1 / 3, "log": 1 / 2}[spread]
    assert prior_quantile(p, np.array([below]))[0] == pytest.approx(middle)


def values(mode: str = "prior", runs: int = 50, **options: Any) -> ParameterValues:
    return ParameterValues(Draws(3, np.arange(runs)), mode=mode, **options)


def test_prior_draws_uncertain_parameters_alone_and_fixed_none() -> None:
    found, fixed = values(), values("fixed")
    assert {p.name for p in EVERY if np.ptp(found[p.name]) > 0.0} == {p.name for p in UNCERTAIN}
    assert names([p for p in EVERY if np.any(fixed[p.name] != p.value)]) == []


def test_a_setting_replaces_the_draw_and_leaves_the_others() -> None:
    name = UNCERTAIN[0].name
    plain, changed = values(), values(settings={name: UNCERTAIN[0].high})
    assert np.all(changed[name] == UNCERTAIN[0].high)
    assert all(np.array_equal(plain[p.name], changed[p.name]) for p in EVERY if p.name != name)


def test_rules_are_handed_what_is_set_and_the_values_of_one_actor() -> None:
    def rule(state: float, *, greed: float) -> None: ...

    found = values("fixed")
    before = found.of(rule)["greed"]
    found.set("greed", before + 1.0)
    assert np.array_equal(found.of(rule)["greed"], before + 1.0)
    own = found.of(guarantee, power="russia")["power_guarantee"]
    assert np.all(own == registry.load_parameters()["power_guarantee.russia"].value)


def test_indexed_families_have_the_order_of_their_dimension() -> None:
    for family in registry.load_families().values():
        whole = getattr(values("fixed", runs=2), family.name)
        if not family.dimension:
            continue
        order = registry.dimension_names(family)
        for p in family.parameters:
            assert np.all(whole[order.index(str(p.index))] == p.value), p.name
        # A name of the dimension that has no row counts as zero.
        listed = {p.index for p in family.parameters}
        assert all(np.all(whole[i] == 0.0) for i, n in enumerate(order) if n not in listed)


def test_unknown_names_are_told_in_one_line_each() -> None:
    unknown = {"agency_pay.border_trops": 1.0, "nothing_like_it": 2.0}
    first, second = refused(".", values, settings=unknown)
    assert "did you mean 'agency_pay.border_troops'?" in first
    assert "nothing_like_it" in second and "\n" not in first + second
    refused("unknown mode of the parameters 'fixd'.*fixed", values, "fixd")


def test_a_name_of_the_first_version_is_told_its_successor() -> None:
    known = {*registry.load_families(), *load_outcomes(), *DIMENSIONS["militant_group"]}
    assert not known & {*_SUCCESSORS}
    for name, told in _SUCCESSORS.items():
        assert told in unknown("parameter", f"{name}.army", known)
        new = re.split(r", | or ", re.sub(r" \(.*?\)", "", told))
        assert told == "nothing" or known.issuperset(new), name

"""The documentation: equations that compute what the rules compute, and pages that cannot drift."""

import csv
import inspect
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rule_inputs import all_rules, between, states

from docs.generate import claims as claim_pages, submodels
from docs.generate.claims import TABLE, claims_text
from docs.generate.equation import EquationError, answers, compute, equation, names_used
from docs.generate.failures import explanations
from docs.generate.latex import ROOM, formula, widest
from docs.generate.markdown import plain
from docs.generate.offline import loaded
from docs.generate.pages import parts, whole_pages, written
from docs.generate.renew import ITEMS, Item, renew, stale_tables
from docs.generate.stability import EXCEPTION, exceptions
from tajsim.axes import Array
from tajsim.inputs.ledger import load_figures, load_mechanisms
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.registry import load_families, load_parameters
from tajsim.inputs.scenario_parts import load_scenario, shipped_scenarios
from tajsim.inputs.switches import load_rules
from tajsim.inputs.targets import load_targets
from tajsim.model.model import MONTH

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))


RULES = all_rules()
RUNS = 500
#: Pages written by hand; the generated ones are right by the way they are made.
PAGES = ("index", "first-steps", "results", "limits", "levers", "model", "glossary")


@pytest.mark.parametrize("name", RULES)
def test_the_equation_computes_what_the_rule_computes(name: str) -> None:
    rule, random = RULES[name], np.random.default_rng(5)
    state, values = states(rule, RUNS, random), between(rule, RUNS, random)
    found = rule(*state.values(), **values)
    with np.errstate(all="ignore"):  # both sides of a case are computed
        told = compute(rule, {**state, **values})
    for one, other in zip(told, found if isinstance(found, tuple) else (found,), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)
    # It uses every argument, and fits the page.
    assert set(inspect.signature(rule).parameters) <= names_used(equation(rule))
    assert widest(equation(rule)) <= ROOM


def test_an_equation_can_be_wrong() -> None:
    def nothing(a: Array) -> Array:
        """Return a."""
        return a

    def unknown(a: Array) -> Array:
        """Return a.

        Equation:
            b = a + c
        """
        return a

    def no_axis(a: Array) -> Array:
        """Return a sum.

        Equation:
            b = sum(a)
        """
        return a

    for rule, complaint in ((nothing, "no block"), (unknown, "'c'"), (no_axis, "axis")):
        with pytest.raises(EquationError, match=complaint):
            equation(rule)


def example(a: Array, b: Array, *, speed: Array) -> tuple[Array, Array]:
    """Return ``(first, second)``.

    Equation:
        ratio = (a + 1) / (2 * b)
        first = ratio ** 2 if a > b else sum(a - b, "task")
        second = -speed * (a - (b - ratio)) * 1e-9

    Mechanisms: none.
    """
    raise NotImplementedError


def test_an_equation_is_set_in_latex() -> None:
    assert answers(example) == 2
    assert formula(equation(example), {"speed"}).splitlines() == [
        r"\begin{aligned}",
        r"\text{first} &= \begin{cases}\text{ratio}^{2} & \operatorname{where}\; "
        r"\text{a} > \text{b} \\ \sum_{\operatorname{task}} \left(\text{a} - \text{b}\right) "
        r"& \operatorname{otherwise}\end{cases} \\",
        r"\text{second} &= -\operatorname{speed} \cdot \left(\text{a} - "
        r"\left(\text{b} - \text{ratio}\right)\right) \cdot 10^{-9} \\",
        r"\text{ratio} &= \frac{\text{a} + 1}{2 \cdot \text{b}}",
        r"\end{aligned}",
    ]


def test_an_equation_is_computed_over_the_first_axis() -> None:
    a, b = np.array([[1.0, 5.0], [2.0, 0.0]]), np.array([[3.0, 1.0], [1.0, 1.0]])
    first, second = compute(example, {"a": a, "b": b, "speed": np.array([2.0, 2.0])})
    np.testing.assert_allclose(first, [[-1.0, 9.0], [2.25, 3.0]])
    np.testing.assert_allclose(second[0], [-2e-9 * (1 - (3 - 1 / 3)), -2e-9 * (5 - (1 - 3))])


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return written()


def test_every_rule_stands_on_a_page(made: dict[str, str]) -> None:
    assert set(submodels.all_rules()) == set(RULES)
    for name in RULES:
        folder = name.partition(".")[0]
        assert f"(rule-{name})=" in made[f"submodels-{folder}.md"]
        assert f"](#rule-{name})" in made["submodels.inc"]


def test_every_link_within_the_generated_pages_has_its_place(made: dict[str, str]) -> None:
    pages = "\n".join(made.values())
    places = set(re.findall(r"^\(([\w.-]+)\)=$", pages, re.M))
    places |= set(re.findall(r"\]\{#([\w.-]+)\}", pages))
    assert set(re.findall(r"\]\(#([\w.-]+)\)", pages)) - places == set()


def test_registries_are_complete(made: dict[str, str]) -> None:
    for page, kind, names in (
        ("parameters.md", "parameter", load_families()),
        ("outcomes.md", "outcome", load_outcomes()),
        ("figures.md", "figure", load_figures()),
    ):
        assert [name for name in names if f"]{{#{kind}-{name}}}" not in made[page]] == []
    assert [s for s in shipped_scenarios() if f"(scenario-{s})=" not in made["scenarios.md"]] == []
    stages = re.findall(r"^\| \d+ \| ([\w ]+) \|", made["month.inc"], re.M)
    assert stages == [name for name, _ in MONTH]


def test_every_generated_file_is_used() -> None:
    text = "\n".join((ROOT / "docs" / f"{n}.md").read_text(encoding="utf-8") for n in PAGES)
    included = set(re.findall(r"\{include\} generated/(\S+)", text))
    listed = {f"{name}.md" for name in re.findall(r"^generated/(\S+)$", text, re.M)}
    assert included == set(parts())
    assert listed == set(whole_pages())


def known_names() -> set[str]:
    """Return every name that a page may put in code."""
    source = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "src").rglob("*.py"))
    return {
        *(*load_parameters(), *load_families(), *load_outcomes(), *load_figures(), *load_rules()),
        *(*load_mechanisms(), *shipped_scenarios()),
        *re.findall(r"[\w-]+", source),
    }


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_nothing_that_does_not_exist(page: str) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    inline = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose)
    names = known_names()
    unknown = [
        word
        for code in inline
        for word in code.split()
        if word not in names and not (ROOT / word).exists() and "my-question" not in word
    ]
    made = "results.nc summary.csv comparison.csv claims.csv bands.csv variance.csv assumptions.csv"
    others = ".venv out/withdrawal .venv/bin/tajsim python3 venv python3-venv pip install"
    allowed = {*made.split(), *others.split(), "[set]", "[hold]", "[[move]]", "[[drop]]"}
    assert [word for word in unknown if word not in allowed] == []


def test_the_scenario_of_the_first_steps_can_be_read(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "first-steps.md").read_text(encoding="utf-8")
    code, more = re.findall(r"^```toml\n(.*?)^```", text, re.M | re.S)
    head, own = code.replace("status-quo", "history").split("[[events]]")
    (tmp_path / "q.toml").write_text(f"{head}{more}[[events]]{own}", encoding="utf-8")
    labels = {event.label for event in load_scenario(str(tmp_path / "q.toml")).events}
    assert {"A living wage on the border", "A second bargain over the base"} < labels


def test_claims_come_from_a_table(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    assert "tajsim claims" in claims_text(path)
    head = "scenario,claim,statement,verdict,expect,effect,unit,share,document,line"
    rows = [
        "a,good,Good,holds,rises,1,share,0.9,icg-2016,3",
        "b,bad,Bad,fails,falls,2.5,%,0.1,icg-2016,4",
    ]
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    text = claims_text(path)
    assert text.startswith("2 claims: 1 hold, 1 fail.")
    assert "| b | Bad (icg-2016:4) | fails | falls | 2.5 % | 10 % |  |" in text
    assert "Good" not in text


def test_misses_are_explained_where_a_target_exists(made: dict[str, str]) -> None:
    assert set(explanations()) <= set(load_targets())
    assert "| near |" in made["failures.inc"]


def test_what_a_browser_would_load_is_found(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text('<a href="https://a.org">x</a><img src="b.png"><math xmlns="http://w3.org"/>')
    assert loaded(tmp_path) == []
    page.write_text('<script async src="https://cdn.org/x.js"></script>')
    assert len(loaded(tmp_path)) == 1


def test_what_is_renewed_exists() -> None:
    named = [path for item in ITEMS for path in (*item.made_from, *item.writes)]
    assert [path for path in named if not (ROOT / path).exists()] == []
    modules = [item.command[1] for item in ITEMS if item.command[0] == "-m"]
    assert [name for name in modules if find_spec(name) is None] == []


def test_only_what_is_stale_is_renewed_and_a_failure_ends_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    copy = "from pathlib import Path; Path('b').write_text(Path('a.py').read_text())"
    items = (
        Item("cheap", ("-c", "print(1)"), ("c",), into="c"),
        Item("costly", ("-c", copy), ("b",), made_from=("a.py",)),
        Item("last", ("-c", "import pathlib; print(pathlib.Path('b').read_text())"), ("d",)),
    )

    def said(everything: bool = False) -> list[str]:
        assert renew(tmp_path, items, everything) == 0
        return [line.split(" (")[0].split(": ")[1] for line in capsys.readouterr().out.splitlines()]

    (tmp_path / "a.py").write_text("x = 1\n")
    assert said() == ["renewed", "renewed", "as it was"]
    assert said() == ["as it was", "current", "as it was"]
    assert said(everything=True) == ["as it was", "as it was", "as it was"]
    (tmp_path / "a.py").write_text("x = 1  # a comment\n")
    assert said()[1] == "current"
    (tmp_path / "b").write_text("edited by hand")
    assert said()[1] == "renewed"
    (tmp_path / "a.py").write_text("x = 2\n")
    assert said()[1] == "renewed" and (tmp_path / "b").read_text() == "x = 2\n"

    broken = Item("broken", ("-c", "import sys; sys.exit('no room')"), ("b",), made_from=("a.py",))
    assert renew(tmp_path, (broken, *items)) == 1
    assert capsys.readouterr().out == "broken: FAILED: no room\n"
    assert renew(tmp_path, (broken, *items)) == 1, "still stale"


@pytest.mark.skipif(
    any(find_spec(name) is None for name in ("sphinx", "myst_parser", "furo")),
    reason="the documentation extra is not installed",
)
@pytest.mark.filterwarnings("ignore")  # thousands of deprecations inside Sphinx, slow to record
def test_the_site_builds_without_a_warning_and_needs_no_network(
    made: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sphinx.builders.html import StandaloneHTMLBuilder
    from sphinx.cmd.build import build_main

    # The index of words takes a fifth of the time, and the pages of rules are made already.
    monkeypatch.setattr(StandaloneHTMLBuilder, "search", False)
    monkeypatch.setattr("docs.generate.pages.written", lambda: made)
    assert build_main(["-q", "-W", "--keep-going", str(ROOT / "docs"), str(tmp_path / "site")]) == 0
    assert loaded(tmp_path / "site") == []
    assert "<math" in (tmp_path / "site" / "generated" / "submodels-border_guard.html").read_text()


# Every claim that fails is explained in the documentation.


def failing() -> set[tuple[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["scenario"], row["claim"]) for row in rows if row["verdict"] == "fails"}


def test_exceptions_of_drift_and_ends_would_fail() -> None:
    for measure, excused in exceptions().items():
        rows = pd.read_csv(ROOT / "docs" / "tables" / f"{measure}.csv")
        used = rows[rows["verdict"] == EXCEPTION]
        assert {*used["outcome"]} == {*excused}
        for name, one in excused.items():  # each place that is named
            assert {*one.get("places", ())} <= {*used[used["outcome"] == name].get("place", [])}


def test_every_failing_claim_says_what_may_be_missing() -> None:
    assert failing()
    assert failing() - set(claim_pages.explanations()) == set()
    text = claims_text()
    assert [key for key in failing() if plain(claim_pages.explanations()[key]) not in text] == []


def test_only_claims_that_exist_are_explained() -> None:
    for scenario, claim in claim_pages.explanations():
        assert claim in [one.id for one in load_scenario(scenario).claims], (scenario, claim)


def test_tables_of_the_docs_are_of_this_model(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("sign,model\nx,0.1.0+00000000\n")
    (tmp_path / "none.csv").write_text("sign\nx\n")
    assert stale_tables(tmp_path) == ["none.csv", "old.csv"]
    assert stale_tables(ROOT / "docs" / "tables") == []

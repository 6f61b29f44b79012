"""Which functions carry which mechanism: read from their docstrings, so that it cannot drift."""

import ast
import inspect
import pkgutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib import import_module
from types import ModuleType

from tajsim import agents, model, rules
from tajsim.inputs import ledger, registry, scenario_parts, targets
from tajsim.inputs.signs import load_signs
from tajsim.model.country import readers
from tajsim.results.numbers import WIDTH, text_table


def _functions(package: ModuleType) -> Iterator[tuple[str, str]]:
    """Return the place of every function of a package, and its docstring."""
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        module = import_module(info.name)
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.FunctionDef):
                where = f"{module.__name__.removeprefix('tajsim.')}.{node.name}"
                yield where, ast.get_docstring(node) or ""


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return what belongs to each name, each once, in the order in which it comes."""
    found: dict[str, dict[str, None]] = {}
    for name, part in pairs:
        found.setdefault(name, {})[part] = None
    return {name: tuple(parts) for name, parts in found.items()}


@lru_cache
def mechanism_index() -> dict[str, tuple[str, ...]]:
    """Return, for each mechanism, the functions that name it, as ``package.module.function``.

    Rules come first, then agents and stages.
    """
    found = _gathered(
        (identity, where)
        for package in (rules, agents, model)
        for where, text in _functions(package)
        for identity in ledger.ids_in(text)
    )
    return {**dict.fromkeys(ledger.load_mechanisms(), ()), **found}


def parameters_of(functions: tuple[str, ...]) -> list[str]:
    """Return the families of parameters that these functions read, in the registry's order."""
    return [family for family, places in readers().items() if set(places) & set(functions)]


@lru_cache
def claims_by_mechanism() -> dict[str, tuple[str, ...]]:
    """Return, for each mechanism, the claims that test it, as ``scenario: claim``."""
    return _gathered(
        (identity, f"{name}: {claim.id}")
        for name in scenario_parts.shipped_scenarios()
        for claim in scenario_parts.load_scenario(name).claims
        for identity in claim.mechanisms
    )


@lru_cache
def figure_uses() -> dict[str, tuple[str, ...]]:
    """Return what uses each figure of the ledger: parameters, targets, events of scenarios."""
    known = registry.load_parameters().values()
    uses = [(figure, f"parameter {p.name}") for p in known for figure in p.basis.figures]
    uses += [(t.figure.id, f"target {t.id} ({t.use})") for t in targets.load_targets().values()]
    for name in scenario_parts.shipped_scenarios():
        events = scenario_parts.load_scenario(name).events
        own = [e for e in events if e.where.startswith(f"scenarios/{name}.toml")]
        uses += [(figure, f"scenario {name}") for event in own for figure in event.figures]
    return _gathered(uses)


_LABEL = 12


def counts(mechanisms: Iterable[ledger.Mechanism]) -> str:
    """Return how many there are by grade: ``263 mechanisms: 62 choice, 143 rule, ...``."""
    grades = [m.grade for m in mechanisms]
    parts = ", ".join(f"{grades.count(grade)} {grade}" for grade in ledger.GRADES)
    return f"{len(grades)} mechanisms: {parts}"


@lru_cache
def shown_by(identity: str) -> tuple[str, ...]:
    """Return what shows a mechanism in the whole model: who cites it, or its `shown`."""
    signs = [sign.id for sign in load_signs().signs.values() if identity in sign.mechanisms]
    claims = [text.partition(": ")[2] for text in claims_by_mechanism().get(identity, ())]
    own = ledger.load_mechanisms()[identity].shown
    return (*signs, *claims) or ((own,) if own else ())


def place(m: ledger.Mechanism) -> str:
    """Return where a mechanism is carried, in short; a reason where it is not."""
    if m.reason:
        return m.reason
    first, *others = (where.removeprefix("rules.") for where in mechanism_index()[m.id])
    return f"{first} and {len(others)} more" if others else first


def mechanism_table(mechanisms: Sequence[ledger.Mechanism]) -> str:
    """Return one line per mechanism, and the counts by grade beneath."""
    rows = [[m.id, m.grade, place(m), ", ".join(m.sources)] for m in mechanisms]
    table = text_table(("id", "grade", "where, or why not", "source"), rows, left=range(4))
    return f"{table}\n\n{counts(mechanisms)}"


def mechanism_in_full(m: ledger.Mechanism) -> str:
    """Return everything about one mechanism: statement, sources, functions, parameters, claims."""
    functions = mechanism_index()[m.id]
    documents = ledger.load_documents()
    sources = [f"{s} ({documents[s.partition(':')[0]].title})" for s in m.sources]
    parts = {
        "grade": [m.grade],
        "status": [m.status],
        "reason": [m.reason] if m.reason else [],
        "scenario": [m.scenario] if m.scenario else [],
        "source": sources,
        "carried by": functions or ["no function"],
        "parameters": [", ".join(parameters_of(functions)) or "none"],
        "claims": claims_by_mechanism().get(m.id, ("no claim tests it",)),
        "shown by": [", ".join(shown_by(m.id)) or "nothing in the model as a whole"],
    }
    lines = [m.id, *textwrap.wrap(m.statement, WIDTH), ""]
    for label, entries in parts.items():
        wrapped = [line for entry in entries for line in textwrap.wrap(entry, WIDTH - _LABEL)]
        lines += [f"{label if i == 0 else '':{_LABEL}}{line}" for i, line in enumerate(wrapped)]
    return "\n".join(lines)

"""The submodels: every rule with its equation, what it reads, where its parameters come from."""

from __future__ import annotations

import ast
import inspect
import pkgutil
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from types import ModuleType

import tajsim.agents
import tajsim.model
import tajsim.rules
from docs.generate.basis import SHORT_HEAD, in_short
from docs.generate.docstrings import first_sentence, parsed
from docs.generate.equation import Rule, equation
from docs.generate.latex import formula
from docs.generate.markdown import code, folded, link, page, plain, prose, table, target
from tajsim.inputs.ledger import ids_in, load_mechanisms
from tajsim.inputs.registry import load_families
from tajsim.inputs.values import parameters_of


def themes() -> dict[str, ModuleType]:
    """Return the themes of rules, a module each, by name."""
    names = [info.name for info in pkgutil.iter_modules(tajsim.rules.__path__)]
    return {name: import_module(f"tajsim.rules.{name}") for name in names}


def theme_title(theme: str) -> str:
    """Return the title of a theme from the docstring of its module: ``Drug market``."""
    title = first_sentence(themes()[theme].__doc__ or theme).partition(":")[0]
    return title.removeprefix("The ").capitalize() if title.startswith("The ") else title


def rules_of(module: ModuleType) -> list[Rule]:
    """Return the rules that a module defines, in its order."""
    return [
        thing
        for name, thing in vars(module).items()
        if inspect.isfunction(thing) and thing.__module__ == module.__name__ and name[0] != "_"
    ]


def all_rules() -> dict[str, Rule]:
    """Return every rule by ``theme.function``."""
    return {place(rule): rule for module in themes().values() for rule in rules_of(module)}


def place(rule: Rule) -> str:
    """Return ``theme.function``."""
    return f"{rule.__module__.removeprefix('tajsim.rules.')}.{rule.__name__}"


def theme_page(theme: str) -> str:
    """Return the page of one theme."""
    module = themes()[theme]
    about = first_sentence(module.__doc__ or "").partition(": ")[2]
    blocks = [
        f"{plain(about[:1].upper() + about[1:])}. The rules of `src/tajsim/rules/{theme}.py`."
    ]
    blocks += [rule_text(rule) for rule in rules_of(module)]
    return target(f"submodels-{theme}") + "\n" + page(theme_title(theme), *blocks)


def rule_text(rule: Rule) -> str:
    """Return everything about one rule."""
    doc = parsed(rule)
    parameters = parameters_of(rule)
    blocks = [
        f"{target(f'rule-{place(rule)}')}\n## {plain(rule.__name__)}",
        " ".join([answer(doc.summary), *map(prose, doc.prose)]),
        f"```{{math}}\n{formula(equation(rule), set(parameters))}\n```",
    ]
    states = [name for name in inspect.signature(rule).parameters if name not in parameters]
    explained = [[name.replace("_", " "), prose(doc.arguments.get(name, ""))] for name in states]
    if any(text for _, text in explained):
        rows = [row for row in explained if row[1]]
        blocks.append(table(("state", "what it is"), rows))
    if parameters:
        rows = [in_short(load_families()[name]) for name in parameters]
        blocks.append(table(SHORT_HEAD, rows, "basis"))
    return "\n\n".join([*blocks, carried(rule)])


def answer(summary: str) -> str:
    """Return what a rule answers, without the word that opens its docstring."""
    told = summary.removeprefix("Return ")
    return prose(told[0].upper() + told[1:])


def carried(rule: Rule) -> str:
    """Return the mechanisms that a rule carries, folded, and who asks it."""
    rows = [load_mechanisms()[identity] for identity in ids_in(rule.__doc__ or "")]
    told = "\n".join(f"- {m.id}: {plain(m.statement)} ({', '.join(m.sources)})" for m in rows)
    asked = ", ".join(code(where) for where in askers().get(rule.__name__, [])) or "other rules"
    source = f"`{rule.__module__.removeprefix('tajsim.')}`, asked by {asked}"
    names = ", ".join(m.id for m in rows)
    return f"{folded(f'Mechanisms {names}', told)}\n\nIn {source}." if rows else f"In {source}."


@lru_cache
def askers() -> dict[str, list[str]]:
    """Return, for each function name, the methods of actors and stages that use it."""
    found: dict[str, list[str]] = {}
    for package in (tajsim.agents, tajsim.model):
        for where, function in _functions(package):
            for name in _used(function):
                if where not in found.setdefault(name, []):
                    found[name].append(where)
    return found


def _used(function: ast.FunctionDef) -> Iterator[str]:
    """Return the names that a function takes from its module: it calls them or hands them on."""
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    own = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    own |= {node.id for node in names if isinstance(node.ctx, ast.Store)}
    yield from (node.id for node in names if node.id not in own)


def _functions(package: ModuleType) -> Iterator[tuple[str, ast.FunctionDef]]:
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        module = import_module(info.name)
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.FunctionDef):
                yield f"{info.name.removeprefix('tajsim.')}.{node.name}", node


def overview() -> str:
    """Return the table of submodels: theme and rules."""
    rows = [
        [
            link(theme_title(theme), f"submodels-{theme}"),
            ", ".join(link(plain(r.__name__), f"rule-{place(r)}") for r in rules_of(module)),
        ]
        for theme, module in themes().items()
    ]
    return table(("theme", "rules"), rows)

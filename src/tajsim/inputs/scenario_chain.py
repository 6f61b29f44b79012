"""Follow ``extends`` from a scenario file to its parents."""

from __future__ import annotations

from pathlib import Path

from tajsim.errors import UserError
from tajsim.inputs.scenario_folder import parent_path
from tajsim.inputs.scenario_source import Source, read_source


def read_chain(path: Path) -> tuple[list[Source], list[str]]:
    """Return the files of a chain, the oldest parent first, and messages about unreadable ones.

    A missing parent, or a cycle, is a problem of the file that names it.

    Raises:
        UserError: if the first file itself cannot be read.
    """
    chain = [read_source(path)]
    messages: list[str] = []
    while "extends" in chain[0].top:
        child = chain[0]
        try:
            parent = parent_path(child.top["extends"], child.path)
        except UserError as error:
            child.problems.add(("extends",), str(error))
            break
        seen = [source.path.resolve() for source in reversed(chain)]
        if parent.resolve() in seen:
            names = [p.stem for p in seen[seen.index(parent.resolve()) :]]
            cycle = " -> ".join([*names, parent.stem])
            child.problems.add(("extends",), f"the chain is cyclic: {cycle}; expected an end")
            break
        try:
            chain.insert(0, read_source(parent))
        except UserError as error:
            messages += error.messages
            break
    return chain, messages

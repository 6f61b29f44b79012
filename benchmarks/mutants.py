"""How much the tests of rules see: small mistakes are put into rules, and counted if caught.

    python -m benchmarks.mutants --most 60 --seed 1

Works in a copy; an operator, comparison, sign, minimum, or number is changed, one at a time, at
places drawn from all rules. A mistake is caught if the fast tests of rules fail.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: The tests that try a rule by itself, without a simulation; the quickest to fail first.
TESTS = ("docs", "mechanism_signs", "scalar_reference", "rules_ranges")
CHOSEN = "not site and not page and not renew and not notebook"
EXCHANGED: dict[type[ast.AST], type[ast.AST]] = {
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult},
    **{ast.Lt: ast.GtE, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.GtE: ast.Lt},
    **{ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd},
}
NAMES = {"minimum": "maximum", "maximum": "minimum"}


def mutated(node: ast.AST) -> ast.AST | None:
    """Return the node with a mistake in it, or None if none is made here."""
    made = copy.deepcopy(node)
    if isinstance(made, ast.BinOp) and type(made.op) in EXCHANGED:
        made.op = EXCHANGED[type(made.op)]()  # type: ignore[assignment]
    elif isinstance(made, ast.Compare) and type(made.ops[0]) in EXCHANGED:
        made.ops[0] = EXCHANGED[type(made.ops[0])]()  # type: ignore[call-overload]
    elif isinstance(made, ast.UnaryOp) and isinstance(made.op, ast.USub):
        return made.operand
    elif isinstance(made, ast.Attribute) and made.attr in NAMES:
        made.attr = NAMES[made.attr]
    elif isinstance(made, ast.Constant) and type(made.value) is float:
        made.value = 1.5 * made.value + 0.25
    else:
        return None
    return made


def places(tree: ast.Module) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Yield parent, field and index of every node in a body of a function that can be changed."""
    bodies = [part for f in tree.body if isinstance(f, ast.FunctionDef) for part in f.body]
    for parent in [node for body in bodies for node in ast.walk(body)]:
        for field, value in ast.iter_fields(parent):
            for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(node, ast.AST) and mutated(node) is not None:
                    yield parent, field, index


def change(file: Path, number: int) -> str:
    """Put the mistake of this number into a file; return what was changed, and where."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    parent, field, index = list(places(tree))[number]
    held = getattr(parent, field)
    old = held if index is None else held[index]
    new = mutated(old)
    assert new is not None
    told = f"{file.name}:{old.lineno}: {ast.unparse(old)} -> {ast.unparse(new)}"
    if index is None:
        setattr(parent, field, new)
    else:
        held[index] = new
    file.write_text(ast.unparse(ast.fix_missing_locations(tree)), encoding="utf-8")
    return told


def caught(root: Path) -> bool:
    """Return whether a test fails in the copy."""
    tests = [f"tests/test_{name}.py" for name in TESTS]
    given = ("-x", "-q", "-p", "no:cacheprovider", "-k", CHOSEN, *tests)
    own = {**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = (sys.executable, "-m", "pytest", *given)
    return subprocess.run(command, cwd=root, env=own, capture_output=True).returncode != 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Print each mistake that no test saw, and the share caught."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--most", type=int, default=60, help="number of mistakes (60)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the places (1)")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for entry in ROOT.iterdir():
            if entry.name not in ("src", ".git"):
                (root / entry.name).symlink_to(entry)
        shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
        if caught(root):
            sys.exit("the tests fail without any mistake")
        files = sorted((root / "src/tajsim/rules").rglob("*.py"))
        count = {file: len(list(places(ast.parse(file.read_text("utf-8"))))) for file in files}
        every = [(file, number) for file in files for number in range(count[file])]
        chosen = random.Random(given.seed).sample(every, min(given.most, len(every)))
        seen = 0
        for file, number in chosen:
            whole = file.read_text(encoding="utf-8")
            told = change(file, number)
            found = caught(root)
            file.write_text(whole, encoding="utf-8")
            seen += found
            print(f"{'caught' if found else 'MISSED'}  {told}", flush=True)
    print(f"{seen} of {len(chosen)} caught ({seen / len(chosen):.0%}), of {len(every)} places")


if __name__ == "__main__":
    main()

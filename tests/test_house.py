"""The rules of the house: who imports whom, no second source of chance, sizes, paths in texts."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tajsim.axes import DIMENSIONS

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "tajsim"

#: Part of the package -> the parts it may import from. What is no key is a folder or file of
#: ``src/tajsim`` that has no place yet, and fails.
GROUND = {"axes", "display", "draws", "errors", "files", "inputs", "version", "world"}
MODEL = {"model", "agents", "rules"} | GROUND
ALLOWED = {
    "__init__": {"analysis", "ensemble", "exploration", "errors", "inputs", "model", "report"}
    | {"sweeps", "version"},
    "__main__": {"cli"},
    "cli": {"analysis", "app", "exploration", "plots", "report", "results", "sweeps"}
    | {"ensemble", "calibration", "compiled"}
    | MODEL,
    "app": {"analysis", "plots", "results", "ensemble", "compiled"} | MODEL,
    "report": {"analysis", "plots", "results", "ensemble"} | MODEL,
    "exploration": {"analysis", "plots", "results", "sweeps", "ensemble"} | MODEL,
    "analysis": {"plots", "sweeps", "results", "ensemble"} | MODEL,
    "sweeps": {"plots", "results", "ensemble", "compiled"} | MODEL,
    "calibration": {"analysis", "results", "ensemble"} | MODEL,
    "plots": {"results"} | GROUND,
    "results": GROUND,
    "ensemble": {"results", "compiled"} | MODEL,
    "compiled": MODEL,
    "model": MODEL,
    "agents": {"rules"} | GROUND,
    "rules": {"axes"},
    **dict.fromkeys(GROUND, GROUND),
    "inputs": GROUND | {"rules"},  # a file names the rules to take out
}
#: What the two inner layers may import from outside the package.
OUTSIDE = {"rules": {"numpy"}, "agents": {"numpy", "mesa"}}
#: What no inner layer touches.
FILES_AND_LINES = {"sys", "os", "pathlib", "argparse", "io", "tempfile", "subprocess", "shutil"}
#: What keeps the house easy to walk through; files are counted outside of the rules.
MOST_FILES, LONGEST_FILE, LONGEST_FUNCTION = 135, 800, 60
MOST_IMPORTS = 0.05  # lines of import statements, of all lines


def files(*parts: str) -> list[Path]:
    """Return the modules of the package, or of some of its parts."""
    found = sorted(SOURCE.rglob("*.py"))
    return [path for path in found if not parts or part_of(path) in parts]


def part_of(path: Path) -> str:
    """Return the folder or file directly under ``src/tajsim`` that a module belongs to."""
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def shown(path: Path, node: ast.AST | None = None) -> str:
    line = f":{node.lineno}" if isinstance(node, ast.stmt | ast.expr) else ""
    return f"{path.relative_to(ROOT)}{line}"


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(node: ast.AST) -> list[str]:
    """Return the full names a statement imports: ``package.module`` and ``package.module.name``."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    assert node.module and not node.level, "relative imports hide where things come from"
    return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]


def imports(path: Path) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.walk(tree(path)):
        for name in imported(node):
            yield name, node


def test_imports_run_one_way() -> None:
    assert {part_of(path) for path in files()} <= set(ALLOWED)
    found = []
    for path in files():
        part = part_of(path)
        for name, node in imports(path):
            home, _, rest = name.partition(".")
            target = rest.partition(".")[0]
            if home == "tajsim" and rest and target not in {part, *ALLOWED[part]}:
                found.append(f"{shown(path, node)}: {part} imports {name}")
    assert found == []


@pytest.mark.parametrize("part", ["model", *OUTSIDE])
def test_inner_layers_import_little_from_outside(part: str) -> None:
    standard = {"__future__", "collections", "contextlib", "dataclasses", "typing", "tajsim"}
    found = []
    for path in files(part):
        for name, node in imports(path):
            home = name.split(".")[0]
            known = OUTSIDE.get(part, {home} - FILES_AND_LINES)
            found += [] if home in known | standard else [f"{shown(path, node)}: {name}"]
    assert found == []


def test_no_import_cycle() -> None:
    """Imports inside functions and for types count, since a reader follows them too."""
    modules = {module_name(path): path for path in files()}
    graph = {
        name: {m for m, _ in imports(path) if m in modules and m != name} - {"tajsim"}
        for name, path in modules.items()
    }
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join((*way[way.index(name) :], name))
        if name not in done:
            for target in sorted(graph[name]):
                visit(target, (*way, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


CHANCE = {"random", "secrets"}
CHANCE_NAMES = {"uuid1", "uuid4", "urandom", "getrandbits", "default_rng", "RandomState", "rvs"}
CHANCE_ATTRIBUTES = {"random", "rng", "shuffle", "shuffle_do", "choice", *CHANCE_NAMES}
#: The points of a Latin hypercube come from scipy, by the seed of the experiment.
DESIGNED = "sampler.random"
#: The token of the dashboard is to be guessed by nobody; no number of the model comes from it.
SECRET = ("app", "server.py", "secrets")


JOINERS = ("sum", "mean", "median", "max", "min", "weighted", "reduce", "nansum", "nanmean")
#: Where places do not become one number: that is done in the results alone.
OUTER = {part for part in ALLOWED if part not in ("results", "model", "agents", "rules")}
#: Files that name how an outcome aggregates without acting on it: they define, list or store it.
NAMES_AGGREGATE = {
    "inputs/outcomes.py", "ensemble/fingerprint.py", "cli/lists.py",
    "sweeps/store.py", "model/record.py",
}  # fmt: skip
#: Where no outcome is told: a whole is divided by what each brings to it.
DIVIDES = {"plots/stacks.py"}


def test_draws_are_the_only_source_of_chance() -> None:
    found = []
    for path in files():
        for name, node in imports(path):
            words = set(name.split("."))
            secret = (part_of(path), path.name, name) == SECRET
            if words & (CHANCE | CHANCE_NAMES) and not secret:
                found.append(f"{shown(path, node)}: {name}")
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and node.attr in CHANCE_ATTRIBUTES:
                said = ast.unparse(node)
                if (part_of(path), said) != ("sweeps", DESIGNED):
                    found.append(f"{shown(path, node)}: {said}")
            if isinstance(node, ast.Name) and node.id in CHANCE_NAMES:
                found.append(f"{shown(path, node)}: {node.id}")
    assert found == []


def test_an_idea_has_one_file_and_no_file_is_endless() -> None:
    assert len(files(*ALLOWED.keys() - {"rules"})) <= MOST_FILES
    sizes = {shown(p): len(p.read_text(encoding="utf-8").splitlines()) for p in files()}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}


def test_few_lines_say_where_things_come_from() -> None:
    outside = files(*ALLOWED.keys() - {"rules"})
    lines = sum(len(p.read_text(encoding="utf-8").splitlines()) for p in outside)
    spent = sum(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for path in outside
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
    )
    assert spent / lines < MOST_IMPORTS, f"{spent} of {lines} lines say where things come from"


INNER = ("rules", "agents", "model")
SCENARIOS = sorted(path.stem for path in (ROOT / "scenarios").glob("*.toml"))
#: Methods of the actors that are applied with what they are given; the rest are rules.
OWN = {"self", "deals", "agencies", "movements", "networks", "commanders", "powers", "regions"}


def word(node: ast.AST) -> str:
    """Return the name or attribute that a node is, if it is one."""
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def sees_files(node: ast.AST) -> bool:
    names = {"read_text", "read_bytes", "write_text", "write_bytes", "argv", "environ", "getenv"}
    called = word(node.func) if isinstance(node, ast.Call) else ""
    calls = called in {"open", "input", "print", "exec", "eval", "breakpoint"}
    return calls or (isinstance(node, ast.Attribute) and node.attr in {"open", *names})


def makes_files(node: ast.AST) -> bool:
    """Everything goes through ``files.py``, so that it appears whole."""
    writers = {"mkstemp", "NamedTemporaryFile", "umask", "write_text", "write_bytes", "expanduser"}
    return isinstance(node, ast.Attribute) and node.attr in writers


def takes_every_script(node: ast.AST) -> bool:
    """``inputs`` has readers that take digits and letters of ASCII."""
    asked = {"isdigit", "isdecimal", "isnumeric", "isalnum"}
    typed = isinstance(node, ast.keyword) and node.arg == "type"
    return (
        (isinstance(node, ast.Attribute) and node.attr in asked)
        or (isinstance(node, ast.Constant) and "\\d" in str(node.value))
        or (typed and ast.unparse(node.value) in ("int", "float"))
    )


def knows_a_scenario(node: ast.AST) -> bool:
    """A stem of one common word may stand in prose, never as a text in the code."""
    text = node.value if isinstance(node, ast.Constant) else None
    return any(
        text == name
        or ("-" in name and (name in str(text) or word(node) == name.replace("-", "_")))
        for name in SCENARIOS
    )


def applies_by_place(node: ast.AST) -> bool:
    """State goes into rules by name; methods of the kind itself are no rules."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr != "apply" or len(node.args) < 2:
        return False
    rule = node.args[0]
    kind = ast.unparse(rule.value).split(".")[-1] if isinstance(rule, ast.Attribute) else ""
    return kind not in OWN


def joins_places(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or word(node.func) not in JOINERS:
        return False
    given = [a for part in (*node.args, *node.keywords) for a in ast.walk(part)]
    places = {a.value for a in given if isinstance(a, ast.Constant)} & set(DIMENSIONS)
    return bool(places) and isinstance(node.func, ast.Attribute)


def asks_how_places_are_joined(node: ast.AST) -> bool:
    asked = isinstance(node, ast.Attribute) and node.attr == "aggregate"
    return asked or (isinstance(node, ast.Constant) and node.value == "aggregate")


def is_long(node: ast.AST) -> bool:
    named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return named and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION


@pytest.mark.parametrize(
    ("forbidden", "parts", "but"),
    [
        (sees_files, INNER, ()),
        (makes_files, (), ("files.py", "sweeps/store.py")),
        (takes_every_script, (), ()),
        (knows_a_scenario, INNER, ()),
        (applies_by_place, INNER, ()),
        (joins_places, OUTER, DIVIDES),
        (asks_how_places_are_joined, OUTER, NAMES_AGGREGATE),
        (is_long, (), ()),
    ],
)
def test_nowhere_stands(
    forbidden: Callable[[ast.AST], bool], parts: tuple[str, ...], but: tuple[str, ...]
) -> None:
    assert "status-quo" in SCENARIOS
    left = [p for p in files(*parts) if p.relative_to(SOURCE).as_posix() not in but]
    assert [shown(p, node) for p in left for node in ast.walk(tree(p)) if forbidden(node)] == []


def test_no_two_classes_share_a_name() -> None:
    homes: dict[str, list[str]] = {}
    for path in files():
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(shown(path))
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


TEXTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/model.md")
#: A path in a text: words joined by slashes or with a known ending, in code marks or as a link.
PATH = re.compile(r"[\w.-]+(?:/[\w.*<>-]+)+/?|[\w-]+\.(?:py|toml|md|csv|cff|json)")
#: Files and folders that the commands make, and placeholders of a reader's own files.
MADE = re.compile(
    r"(out/|generated/|\.venv|results|summary|comparison|claims|variance|assumptions|bands|my-|NAME|<|.*\.nc$)"
)


def paths_in(text: str) -> set[str]:
    """Return what a text names as a path: links, and code in marks that looks like one."""
    plain = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)", plain)
    marked = [m for m in re.findall(r"`([^`\n]+)`", plain) if PATH.fullmatch(m)]
    return {p for p in [*links, *marked] if "://" not in p and not MADE.match(p)}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_name_only_paths_that_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    places = (ROOT, (ROOT / name).parent, SOURCE, ROOT / "scenarios", SOURCE / "data")
    missing = [
        path
        for path in sorted(paths_in(text))
        if not any((place / path).exists() or list(place.glob(path)) for place in places)
    ]
    assert missing == []


def project_files() -> list[Path]:
    """Return the files of the repository; without git, those outside of what commands make."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        return [ROOT / line for line in told.stdout.splitlines() if (ROOT / line).is_file()]
    except (OSError, subprocess.CalledProcessError):
        parts = ("src", "tests", "scenarios", "docs", "benchmarks", ".ci")
        inside = [p for part in parts for p in (ROOT / part).rglob("*")]
        return [p for p in [*ROOT.iterdir(), *inside] if p.is_file()]


#: Folders of one machine. Put together here, so that this file does not name them.
MACHINE = re.compile("|".join(re.escape(f"/{name}/") for name in ("work", "root", "home", "opt")))


def test_no_path_of_a_build_machine() -> None:
    found = []
    for path in project_files():
        if path.suffix in {".png", ".pdf", ".nc", ".pyc"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            # An absolute path starts a word; 'people/home/' would not.
            for match in MACHINE.finditer(line):
                before = line[match.start() - 1] if match.start() else " "
                if not (before.isalnum() or before in "._-/}>"):
                    found.append(f"{shown(path)}:{number}: {line.strip()}")
    assert found == []


#: Numbers that steer nothing: identities, halves, doubles, the months of a year.
PLAIN = {0.0, 0.5, 1.0, 2.0, 12.0}
#: What is so small only keeps a quotient from breaking.
GUARD = 1e-3
#: Function -> the numbers in it that are no choices about behaviour, and why.
KNOWN = {
    "turn": {3.0},  # a quarter has three months
    "_read": {2003.0, 2004.0},  # the years of the usual level
    "of_record": {100.0, 2000.0, 2003.0, 2004.0},  # per cent; the years of the record
    "end_of_quarter": {3.0},
    "gap_without": {0.05},  # keeps a quotient bounded; of what is recorded only
    "polity": {3.0},  # the number of a state of the polity
    "over_tasks": {3.0},  # an axis
    "loyalty_aim": {3.0, 4.0, 5.0},  # ranks of causes
    "stands_behind": {3.0, 4.0, 5.0},
}


def steering(function: ast.FunctionDef) -> set[float]:
    """Return the numbers of a function that are neither plain nor guards."""
    told = [node.value for node in ast.walk(function) if isinstance(node, ast.Constant)]
    sizes = {abs(float(v)) for v in told if isinstance(v, int | float) and not isinstance(v, bool)}
    return {size for size in sizes - PLAIN if size > GUARD}


def test_no_number_that_steers_behaviour_stands_in_code() -> None:
    places: dict[str, set[float]] = {}
    told = ("chronicle.py", "notes.py", "snapshot.py", "events.py", "ledger.py")
    for path in (path for path in files(*INNER) if path.name not in told):
        for function in ast.walk(tree(path)):
            if isinstance(function, ast.FunctionDef):
                left = indices(function, steering(function)) - KNOWN.get(function.name, set())
                if left:
                    places[f"{path.name}:{function.name}"] = left
    assert places == {}


def indices(function: ast.FunctionDef, found: set[float]) -> set[float]:
    """Leave out numbers that are places: ``range(5)``, ``x[4]``, thousands of persons."""
    places = {
        abs(float(n.value))
        for outer in ast.walk(function)
        if isinstance(outer, ast.Subscript)
        or (isinstance(outer, ast.Call) and ast.unparse(outer.func) in ("range", "column"))
        for n in ast.walk(outer.slice if isinstance(outer, ast.Subscript) else outer)
        if isinstance(n, ast.Constant) and isinstance(n.value, int | float)
    }
    return found - places - {1000.0}


def test_a_steering_number_is_found() -> None:
    (function,) = ast.parse("def rule(x):\n    return 0.7 * x + x[3]\n").body
    assert indices(function, steering(function)) == {0.7}

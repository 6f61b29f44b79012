#!/usr/bin/env python3
"""Set up and run tajsim with nothing but Python: ``python3 dev.py demo``, ``test``, ``docs``.

Each command makes ``.venv`` beside this file and installs what it needs there, once; the second
time it starts at once. Further arguments are handed on, as in ``python3 dev.py test -k draws``.
Only the standard library is used, and the file must be readable by any Python 3, so that an old
one gets a clear line.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file is also started by what is too old
    sys.exit(
        f"dev.py: tajsim needs Python 3.11 or newer, this is {sys.version_info[0]}."
        f"{sys.version_info[1]}; start it with a newer one, such as: python3.12 dev.py"
    )

import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "tajsim-installed.json"
LOG = VENV / "install.log"

PICTURES = "out/withdrawal"
DEMO = (
    *("compare", "arrangement-of-2004", "russian-border-withdrawal"),
    *("--runs", "200", "--seed", "1", "--out", PICTURES, "--overwrite"),
)
#: What ``clean`` removes besides the caches inside the folders.
MADE_HERE = (
    *(".venv", "out", "build", "dist", "docs/generated"),
    *(".pytest_cache", ".mypy_cache", ".ruff_cache"),
)
#: Lines of pip that mean that no index could be reached.
UNREACHED = (
    "connection broken",
    "name resolution",
    "NewConnectionError",
    "Max retries",
    "timed out",
)


def demo(arguments: Sequence[str]) -> int:
    """Compare the Russian border withdrawal with the arrangement of 2004, 200 paired runs."""
    # Compiling takes less time than it saves here; a reader goes on to the report and dashboard.
    set_up("app", "fast", "report")
    return run_module("tajsim", *DEMO, *arguments)


def test(arguments: Sequence[str]) -> int:
    """Run the tests."""
    set_up("test")
    workers = str(min(os.cpu_count() or 1, 4))
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # every core has a worker already
    # What a module prepares is made once, in the worker that has its tests, unless one is idle.
    return run_module("pytest", "-n", workers, "--dist", "worksteal", *arguments)


def lint(arguments: Sequence[str]) -> int:
    """Check style, layout and types; run all three even if one fails."""
    set_up("dev", "test")  # types are checked against what the tests use too
    checks = (("ruff", "check"), ("ruff", "format", "--check"), ("mypy",))
    return max([run_module(*check, *arguments) for check in checks])


def docs(arguments: Sequence[str]) -> int:
    """Build the documentation as a site in out/docs."""
    set_up("docs")
    built = run_module("sphinx", "-q", "-W", "--keep-going", "docs", "out/docs", *arguments)
    return built or run_module("docs.generate.offline", "out/docs")


def renew(arguments: Sequence[str]) -> int:
    """Renew what is generated and stale; --all renews all of it."""
    set_up("test")
    return run_module("docs.generate.renew", *arguments)


def clean(arguments: Sequence[str]) -> int:
    """Remove the environment, results and caches."""
    for name in MADE_HERE:
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for part in ("src", "tests", "benchmarks", "docs", "geometry"):
        for cache in [*(ROOT / part).rglob("__pycache__")]:
            shutil.rmtree(cache, ignore_errors=True)
    return 0


COMMANDS = {"demo": demo, "test": test, "lint": lint, "docs": docs, "renew": renew, "clean": clean}


def set_up(*extras: str) -> None:
    """Make ``.venv`` hold the project with these extras; do nothing if it does already."""
    wanted = {
        "project": hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest(),
        "folder": str(ROOT),
    }
    found = read_stamp()
    held = set(found.pop("extras", ()))
    if found == wanted and set(extras) <= held:
        return
    make_environment(fresh=found.get("folder", wanted["folder"]) != wanted["folder"])
    every = sorted(held.union(extras) if found == wanted else extras)
    print("dev.py: installing into .venv, once ...", file=sys.stderr, flush=True)
    install(f".[{','.join(every)}]" if every else ".")
    STAMP.write_text(json.dumps({**wanted, "extras": every}), encoding="utf-8")


def read_stamp() -> dict[str, Any]:
    """Return what is known to be installed; nothing if the environment is gone or broken."""
    try:
        # A venv whose Python was removed or moved is no environment.
        stamp: dict[str, Any] = json.loads(STAMP.read_text(encoding="utf-8"))
        return stamp if PYTHON.exists() else {}
    except (OSError, ValueError):
        return {}


def make_environment(fresh: bool) -> None:
    """Make ``.venv`` unless a working one is there. ``fresh`` replaces one from another folder."""
    if not fresh and PYTHON.exists() and quiet(str(PYTHON), "-m", "pip", "--version") == 0:
        return
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        fail("this Python lacks venv or ensurepip; on Debian or Ubuntu: apt install python3-venv")
    if quiet(sys.executable, "-m", "venv", "--clear", str(VENV)) != 0:
        fail(
            f"could not make {VENV}; is the folder writable, with room on the disk? "
            "On Debian or Ubuntu also: apt install python3-venv"
        )


def install(project: str) -> None:
    """Install the project in place, with what it needs; the whole story goes to a log."""
    with LOG.open("w", encoding="utf-8") as log:
        command = (str(PYTHON), "-m", "pip", "install", "--editable", project)
        status = run(command, stdout=log, stderr=subprocess.STDOUT)
    if status == 0:
        return
    if status > 128:  # ended by a signal
        sys.exit(status)
    told = LOG.read_text(encoding="utf-8", errors="replace")
    if any(sign.lower() in told.lower() for sign in UNREACHED):
        fail(f"pip could not reach the package index; is there a network? All it said: {LOG}")
    errors = [line for line in told.splitlines() if line.startswith("ERROR:")]
    fail(f"pip failed: {errors[-1][7:] if errors else 'no reason given'} (all it said: {LOG})")


def run_module(name: str, *arguments: str) -> int:
    """Run a module of the environment in the project folder and return its exit status."""
    return run((str(PYTHON), "-m", name, *arguments))


def quiet(*command: str) -> int:
    """Run a command without its output and return its exit status."""
    return run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run(command: Sequence[str], **streams: object) -> int:
    """Run a command in the project folder; an interrupt waits until it has cleaned up."""
    # Another Python's paths in the environment would put other packages before ours.
    names = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    environment = {k: v for k, v in os.environ.items() if k not in names}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, **streams)  # type: ignore[call-overload]
    try:
        status: int = process.wait()
    except KeyboardInterrupt:  # the terminal has told the child too
        process.wait()
        raise
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    return 128 - status if status < 0 else status


def fail(message: str) -> NoReturn:
    """End with one line."""
    sys.exit(f"dev.py: {message}")


def main() -> int:
    """Run the command named first."""
    name, arguments = (sys.argv[1] if len(sys.argv) > 1 else "--help"), sys.argv[2:]
    if name in ("-h", "--help"):
        print("usage: python3 dev.py COMMAND [ARGUMENTS]\n")
        for known, command in COMMANDS.items():
            print(f"  {known:6} {command.__doc__}")
        return 0
    if name not in COMMANDS:
        print(
            f"dev.py: unknown command '{name}'; valid are: {', '.join(COMMANDS)}", file=sys.stderr
        )
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return COMMANDS[name](arguments)
    except KeyboardInterrupt:
        print("dev.py: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())

"""How to make the results and the report again: commands, windows, versions, seed, checksums."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from dataclasses import dataclass

from tajsim.analysis.windows import attribute
from tajsim.inputs.scenario_folder import scenario_names
from tajsim.report.facts import Facts
from tajsim.report.wording import listed, month

#: What results of Python are called in the commands that make a report of them.
_FILE = "results{}.nc"
_OWN_FILE = re.compile(r"^# (\S+\.toml)$", re.MULTILINE)


@dataclass(frozen=True)
class Recipe:
    """Everything that is needed: ``facts`` are (name, value), sums are (name, SHA-256).

    ``notes`` are sentences on what the commands need besides themselves.
    """

    commands: list[str]
    notes: list[str]
    facts: list[tuple[str, str]]
    versions: list[tuple[str, str]]
    files: list[tuple[str, str]]
    texts: list[tuple[str, str]]


def recipe(facts: Facts) -> Recipe:
    """Return how to make the results of a report again, and then the report."""
    attrs = facts.dataset.attrs
    texts = attribute(facts.dataset, "scenario_text")
    return Recipe(
        commands=commands(facts),
        notes=[*_own_files(facts, texts), *_continued(facts)],
        facts=[
            ("tajsim", str(attrs.get("tajsim_version", "unknown"))),
            ("model", str(attrs.get("model", "unknown"))),
            ("seed", str(attrs.get("seed", "unknown"))),
            ("runs", f"{facts.runs:,}"),
            ("parameters", str(attrs.get("parameters_mode", "unknown"))),
            ("months simulated", " to ".join(facts.period)),
            ("window of the numbers", _windows(facts)),
            ("results made", str(attrs.get("created", "unknown"))),
        ],
        versions=sorted(json.loads(attrs.get("versions") or "{}").items()),
        files=[(name, checksum or "cannot be read") for name, checksum in facts.given.files],
        texts=[(name, text_checksum(texts[name])) for name in facts.names if name in texts],
    )


def commands(facts: Facts) -> list[str]:
    """Return the commands that make the results, then the one that makes the report of them."""
    made = [c for c in str(facts.dataset.attrs.get("command", "")).splitlines() if c]
    if not made:
        return ["not kept"]
    steps, places = [], []
    for number, command in enumerate(made, start=1):
        step, place = _step(command, number if len(made) > 1 else 0)
        steps.append(step)
        places.append(place)
    window = ["--window", ":".join(facts.asked)] if facts.asked else []
    return [*steps, shlex.join(["tajsim", "report", *places, *window, "--out", "report.html"])]


def _step(command: str, number: int) -> tuple[str, str]:
    """Return a command that writes its results, and where it writes them."""
    name = _FILE.format(f"-{number}" if number else "")
    call = command.removeprefix("tajsim.ensemble.")
    if call.startswith(("run_many(", "tajsim.compare(")):
        results = f"{call}.dataset" if call.startswith("tajsim.compare(") else call
        return (
            f"import tajsim\nfrom tajsim.ensemble import run_many, save\nsave({results}, {name!r})"
        ), name
    words = shlex.split(command)
    for place, word in enumerate(words):
        if word == "--out" and place + 1 < len(words):
            return command, words[place + 1]
        if word.startswith("--out="):
            return command, word.removeprefix("--out=")
    folder = name.removesuffix(".nc")
    return shlex.join([*words, "--out", folder]), folder


def _windows(facts: Facts) -> str:
    """Return over which months the numbers are told, and why these."""
    if facts.asked:
        return f"{' to '.join(facts.asked)}, as asked for"
    if not facts.others:
        return f"{' to '.join(facts.window(facts.reference))}, all months"
    found = {name: facts.window(name) for name in facts.others}
    why = "from the first difference in settings or events to the end"
    if len(set(found.values())) == 1:
        return f"{' to '.join(next(iter(found.values())))}, {why}"
    first = dict.fromkeys(window[0] for window in found.values())
    starts = [
        f"{month(start)} ({listed([n for n, w in found.items() if w[0] == start], 3)})"
        for start in sorted(first)
    ]
    return f"for each scenario {why}: {'; '.join(starts)}"


def _own_files(facts: Facts, texts: dict[str, str]) -> list[str]:
    """Say which scenario files do not ship; their texts stand in the report."""
    shipped = {f"scenarios/{name}.toml" for name in scenario_names()}
    files = [f for name in facts.names for f in _OWN_FILE.findall(texts.get(name, ""))]
    own = [file for file in dict.fromkeys(files) if file not in shipped]
    if not own:
        return []
    verb, text = ("does", "its text stands") if len(own) == 1 else ("do", "their texts stand")
    return [f"{listed(own)} {verb} not ship with tajsim; {text} below."]


def _continued(facts: Facts) -> list[str]:
    """Say of what saved history the results are a continuation."""
    return [
        f"The results go on from {one['file']}, a saved state of {one['scenario']} up to "
        f"{one['until']}, which tajsim run with --save makes."
        for one in facts.continued
    ]


def text_checksum(text: str) -> str:
    """Return the SHA-256 of the text of a scenario with its parents, as the results hold it."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()

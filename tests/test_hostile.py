"""Files as they should not be: damaged ones of ours, and inputs made from shipped ones.

``python tests/test_hostile.py damages 2000`` and ``... inputs 10000`` try so many; the tests
a few. Each is made from its number alone.
"""

import contextlib
import io
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator

from tajsim.cli.main import main
from tajsim.ensemble import load_results, run, save
from tajsim.ensemble.dataset import load_state
from tajsim.ensemble.run import prepare, simulate
from tajsim.errors import UserError
from tajsim.model.snapshot import packed
from tajsim.sweeps import load_sweep, sweep

SHIPPED = [*Path(__file__).parents[1].glob("scenarios/*.toml")]
EXPERIMENTS = [*Path(__file__).parents[1].glob("experiments/*.toml")]
SMALL = (Path(__file__).with_name("data") / "small.toml").read_text(encoding="utf-8")


def damaged(data: bytes, other: bytes, chance: Generator) -> bytes:
    """Return the content of a file with a bit turned, a part zeroed, cut off, foreign or huge."""
    kind, at = chance.integers(6), int(chance.integers(len(data)))
    size = int(chance.choice([1, 64, 512, 4096, 65536]))
    part = data[at : at + size]
    if kind == 0:
        return data[:at] + bytes([data[at] ^ 1 << int(chance.integers(8))]) + data[at + 1 :]
    if kind == 1:
        return data[:at] + bytes(len(part)) + data[at + len(part) :]
    if kind == 2:
        return data[:at]
    if kind == 3:
        return data[:at] + (other[at : at + len(part)] or b"x") + data[at + len(part) :]
    if kind == 4:  # what begins alike would be the other file, whole
        return data[:at] + (other[at:] if data[:at] != other[:at] else b"")
    return data + bytes(chance.bytes(size)) if chance.integers(2) else data[at:] + data[:at]


def arrays_of(path: Path) -> dict[str, Any]:
    """Return what one of our files holds, as arrays by name."""
    if path.suffix == ".nc":
        found = load_results(path)
        return {**{str(n): v.values for n, v in found.variables.items()}, **found.attrs}
    if path.suffix == ".npz":
        state = load_state(path)
        parts = [packed(part.snapshot) for part in state.parts]
        return {f"{i} {name}": a for i, part in enumerate(parts) for name, a in part.items()}
    held = load_sweep(path.parent if path.suffix else path)
    tables = {"points": held.points, "factors": held.factors, "design": held.design}
    rows = {f"{r.point} {r.run}": r for r in held.results.itertuples(index=False)}
    return {**{n: t.to_csv() for n, t in tables.items()}, **rows}


def same(ours: Any, theirs: Any) -> bool:
    """Return whether two values are equal to the bit, missing ones too."""
    if isinstance(ours, np.ndarray):
        return bool(np.array_equal(ours, theirs, equal_nan=ours.dtype.kind == "f"))
    return bool(ours == theirs)


def files_of_ours(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Make results, a state and a sweep; yield each file with another one of its kind."""
    (folder / "other").mkdir()
    for place, seed in ((folder, 1), (folder / "other", 2)):
        save(run("status-quo", runs=2, seed=seed, until="2004-03"), place / "results.nc")
        plan = prepare(["status-quo"], runs=2, seed=seed, until="2004-03")
        simulate(plan, save_to=place / "state.npz")
        (place / "small.toml").write_text(SMALL.replace("runs = 2", f"runs = 2\nseed = {seed}"))
        sweep(place / "small.toml", place / "sweep")
    found = sorted(folder.glob("*.n*")) + sorted((folder / "sweep").rglob("*.*"))
    others = {path.name.split("-")[0]: path for path in (folder / "other").rglob("*.*")}
    for path in found:
        yield path, others[path.name.split("-")[0]].read_bytes()


def try_damages(count: int, folder: Path, first: int = 0) -> dict[str, int]:
    """Damage files of ours; count what came of it. What is not refused must read the same."""
    kinds = [(path, path.read_bytes(), other) for path, other in files_of_ours(folder)]
    place = {path: folder / "sweep" if "sweep" in path.parts else path for path, _, _ in kinds}
    whole = {at: arrays_of(at) for at in set(place.values())}
    counted = {"refused": 0, "reads the same": 0, "left out": 0}
    for number in range(first, first + count):
        chance = np.random.default_rng(number)
        path, data, other = kinds[int(chance.integers(len(kinds)))]
        path.write_bytes(damaged(data, other, chance))
        try:
            found, right = arrays_of(place[path]), whole[place[path]]
            assert all(same(right[n], value) for n, value in found.items()), (number, path)
            rows = "reads the same" if len(found) == len(right) else "left out"
            assert rows != "left out" or "sweep" in path.parts, (number, path)
            counted[rows] += 1
        except UserError as error:
            assert len(error.messages) == 1 and "\n" not in error.messages[0], (number, path)
            counted["refused"] += 1
        path.write_bytes(data)
    return counted


ODD = [
    "1e400", "-1", "0", "nan", "9" * 300, "true", '""', "[]", "{}", '"\u0663"', '"2004-13"', "-0.0",
    '"\\u001b[31m"', '"' + "x" * 5000 + '"', "1979-05-27", "[[[[]]]]", '["2010-01", "2004-01"]',
    '"status-quo"', "{ factor = 'x' }", "0x7fffffffffffffff", "'''\n'''", '"../../etc/passwd"',
]  # fmt: skip


def edited(text: str, other: str, chance: Generator) -> str:
    """Return the text of an input with one or two edits, most of which keep it TOML."""
    lines, more = text.split("\n"), other.split("\n")
    for _ in range(int(chance.integers(1, 3))):
        at, kind = int(chance.integers(len(lines))), chance.integers(9)
        key, equals, value = lines[at].partition("=")
        if kind <= 2 and equals:  # another number of the same make
            value = re.sub(r"[0-9]", lambda _: str(chance.integers(10)), value, count=1)
            lines[at] = f"{key}={value}"
        elif kind == 3 and equals:
            lines[at] = f"{key}= {ODD[int(chance.integers(len(ODD)))]}"
        elif kind == 4 and equals and len(key) > 2:
            cut = int(chance.integers(len(key) - 1))
            lines[at] = key[:cut] + key[cut + 1 :] + equals + value
        elif kind == 5:
            del lines[at : at + 1]
            lines = lines or [""]
        elif kind == 6:
            lines.insert(at, lines[int(chance.integers(len(lines)))])
        elif kind == 7:
            lines.insert(at, more[int(chance.integers(len(more)))])
        else:
            lines[at] += str(chance.choice(["  # \u202e", " ", "\t", "\x00", '"', "]", "\r"]))
    return "\n".join(lines)


def _command(verb: str, path: Path, small: bool) -> list[str]:
    short = ["--runs", "1", "--until", "2004-02"]
    verbs = {
        "run": [verb, str(path), *short],
        "compare": [verb, "status-quo", str(path), *short, "--no-variance"],
        **({"sweep": [verb, str(path), "--out", str(path.with_name("sweep"))]} if small else {}),
    }
    return verbs.get(verb, ["check", str(path)])  # of large experiments only the reading is tried


def try_inputs(count: int, folder: Path, first: int = 0) -> dict[int, int]:
    """Give generated inputs to the verbs; count by status. None may crash, hang or write."""
    counted: dict[int, int] = {}
    for number in range(first, first + count):
        chance = np.random.default_rng(number)
        verb = str(chance.choice(["check", "check", "run", "compare", "sweep"]))
        kinds = EXPERIMENTS if verb == "sweep" else SHIPPED
        one, two = (kinds[int(i)].read_text("utf-8") for i in chance.integers(len(kinds), size=2))
        small = verb == "sweep" and chance.integers(2)
        path = folder / "input.toml"
        path.write_text(edited(SMALL if small else one, two, chance), "utf-8", newline="")
        err, began = io.StringIO(), time.process_time()
        with contextlib.redirect_stderr(err), contextlib.redirect_stdout(io.StringIO()):
            status = main(_command(verb, path, bool(small)))
        counted[status] = counted.get(status, 0) + 1
        said = [line for line in err.getvalue().splitlines() if not line.startswith("tajsim: warn")]
        assert status in (0, 2) and bool(said) == (status == 2), (number, said)
        clear = all(len(line) <= 300 and line.startswith("tajsim: ") for line in said)
        assert clear, (number, said)
        assert time.process_time() - began < 10.0, number
        shutil.rmtree(folder / "sweep", ignore_errors=True)
        assert [p.name for p in folder.iterdir()] == ["input.toml"], number
    return counted


def test_a_damaged_file_is_refused_or_reads_the_same(tmp_path: Path) -> None:
    counted = try_damages(60, tmp_path)
    assert counted["refused"] > 30 and sum(counted.values()) == 60


def test_no_input_crashes_hangs_or_writes(tmp_path: Path) -> None:
    counted = try_inputs(36, tmp_path)
    assert counted[0] >= 12 and counted[2] >= 6  # a third at least reach the model


if __name__ == "__main__":
    tries = {"damages": try_damages, "inputs": try_inputs}[sys.argv[1]]
    with tempfile.TemporaryDirectory() as made:
        print(tries(int(sys.argv[2]), Path(made), *map(int, sys.argv[3:])))  # type: ignore[operator]

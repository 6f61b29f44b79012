"""Other tools: the blocks of docs/others.md run as they stand, on fewer months and points."""

import re
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import finished, same_record
from fake_sweeps import cube, fake_sweep

from tajsim.display import table_csv
from tajsim.exploration.sensitivity import salib_indices
from tajsim.sweeps.read import write_tidy

ROOT = Path(__file__).parents[1]
DATA = ROOT / "src" / "tajsim" / "data"
PAGE = ROOT / "docs" / "others.md"


def block(heading: str, number: int = 0) -> str:
    """Return a block of Python under a heading of the page."""
    part = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"```python\n(.*?)```", part, re.DOTALL)[number]


def run(text: str, *changes: tuple[str, str]) -> dict[str, Any]:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    names: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(text, str(PAGE), "exec"), names)
    return names


@pytest.fixture
def tidy(tmp_path: Path) -> Path:
    """A sweep of a known function as Parquet."""
    pytest.importorskip("pyarrow")
    places = np.round(cube(12, 1) * 3.0)
    answer = {"heroin_seized": lambda p: 10.0 * p[:, 0]}
    sweep = fake_sweep("points", places, answer, runs=4, names=["border_pay"])
    path = tmp_path / "runs.parquet"
    write_tidy(sweep, path, path.name)
    return path


def test_mesa() -> None:
    model = run(block("Mesa"), ("runs=100", "runs=20"), ("2012-12", "2005-12"))["model"]
    assert model.record["defections"].shape == (18, 24, 20)
    assert model.commander["khalimov"].loyalty.shape == (20,)


def test_ema_workbench() -> None:
    pytest.importorskip("ema_workbench")
    fewer = ("runs=20", "runs=2"), ("scenarios=50", "scenarios=2"), ("policies=4", "policies=2")
    found = run(block("EMA Workbench"), ("2010-12", "2004-03"), *fewer)
    experiments, outcomes = found["experiments"], found["outcomes"]
    assert len(experiments) == 4
    again = found["withdrawal"](
        float(experiments["border_pay"][3]), float(experiments["detection_limit"][3])
    )
    assert outcomes["heroin_seized"][3] == pytest.approx(again["heroin_seized"], rel=1e-9)
    assert np.ptp(outcomes["heroin_seized"]) > 0.0


def test_salib_run_directly_gives_the_indices_of_a_point_at_a_time() -> None:
    pytest.importorskip("SALib")
    found = run(block("SALib"), ("2010-12", "2004-03"), ("problem, 64,", "problem, 4,"))
    points, seized = found["points"], found["seized"]
    assert seized.shape == (4 * 4,)
    settings = dict(zip(found["problem"]["names"], points[5], strict=True))
    scenario = found["scenario"]
    own = {"settings": {**scenario.settings, **settings}, "events": scenario.events}
    alone = finished(runs=[0], end="2004-03", parameters="fixed", outcomes=["heroin_seized"], **own)
    same_record(found["model"], alone, [5])
    mine = salib_indices("sobol", found["problem"], seized, seized.astype(float), 1)
    first = mine[mine["index"] == "first"]["value"].to_numpy()
    assert first == pytest.approx(found["indices"]["S1"])


@pytest.mark.parametrize(("place", "library"), [(0, "pandas"), (1, "polars"), (2, "duckdb")])
def test_parquet_is_read_by(place: int, library: str, tidy: Path) -> None:
    pytest.importorskip(library)
    text = block("pandas, polars, DuckDB, R", place)
    means = run(text, ("runs.parquet", str(tidy)))["means"]
    rows = means.items() if library == "pandas" else means.rows() if library == "polars" else means
    assert dict(rows) == pytest.approx({0.0: 0.0, 1.0: 10.0, 2.0: 20.0, 3.0: 30.0})


def test_parquet_holds_the_units(tidy: Path) -> None:
    schema = pytest.importorskip("pyarrow.parquet").read_schema(tidy)
    assert schema.field("border_pay").metadata == {b"unit": b"share"}
    assert schema.field("heroin_seized").metadata[b"label"] == b"The heroin_seized"
    assert schema.field("run").metadata is None


TABLE = pd.DataFrame({"name": ["a", "b"], "size": [0.0, 1.5], "count": [1, 2], "so": [True, False]})


@pytest.mark.parametrize("library", ["pandas", "polars", "duckdb"])
def test_a_table_has_the_same_types_in(library: str, tmp_path: Path) -> None:
    reader, path = pytest.importorskip(library), tmp_path / "table.csv"
    path.write_text(table_csv(pd.concat([TABLE] * 200), "0.2+x"), encoding="utf-8")
    read = reader.read_csv(str(path))
    read = read.df() if library == "duckdb" else read
    types = dict(read.schema if library == "polars" else read.dtypes)
    assert {n: str(t)[0].lower() for n, t in types.items()} in (
        {"name": first, "size": "f", "count": "i", "so": "b", "model": first} for first in "os"
    )


@pytest.mark.skipif(shutil.which("taplo") is None, reason="taplo is not installed")
@pytest.mark.parametrize("kind", ["scenario", "experiment"])
def test_taplo_takes_what_the_check_takes(kind: str, tmp_path: Path) -> None:
    schema = f"--schema={(DATA / f'{kind}.schema.json').as_uri()}"
    files = [str(path) for path in (ROOT / f"{kind}s").glob("*.toml")]
    done = subprocess.run(["taplo", "lint", schema, *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(Path(files[0]).read_text("utf-8").replace("title =", "tilte =", 1))
    done = subprocess.run(["taplo", "lint", schema, wrong], capture_output=True, text=True)
    assert done.returncode != 0 and "tilte" in done.stderr

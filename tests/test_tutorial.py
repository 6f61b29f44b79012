"""The tutorial: every block runs, in order, and what the text says about the output is true."""

import json
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))

import docs.tutorial as tutorial  # noqa: E402
from docs.generate import gallery  # noqa: E402

TEXT = tutorial.PAGE.read_text(encoding="utf-8")
#: What is made smaller so that the page runs in seconds: fewer runs, no year after 2006,
#: and no pictures that a comparison draws by itself (those of `plot` and `report` are drawn).
SMALLER = (
    (r"(--out withdrawal)$", r"\1 --no-pictures"),
    (r"--runs 100\b", "--runs 12 --until 2006-12"),
    (r"\bruns=100\b", "runs=12"),
)


def smaller(code: str) -> str:
    for pattern, text in SMALLER:
        code = re.sub(pattern, text, code)
    return code


def printed_by(ran: list[tuple[tutorial.Block, str]], words: str) -> str:
    (found,) = [text for block, text in ran if words in block.code and block.language != "text"]
    return found


def check_lines_shown(ran: list[tuple[tutorial.Block, str]]) -> None:
    shown = [(block, printed) for block, printed in ran if block.language == "text"]
    assert len(shown) >= 5
    for block, printed in shown:
        # A row without a sign may be missing with few runs: nothing differs in any of them.
        lines = [line for line in block.code.splitlines() if not re.search(r"\d {8,}- ", line)]
        tutorial.shown_lines("\n".join(lines), printed)


def row(folder: Path, table: str, outcome: str, where: str) -> pd.Series:  # type: ignore[type-arg]
    """Return one row of ``comparison.csv`` in a folder of results."""
    rows = pd.read_csv(folder / table / "comparison.csv", keep_default_na=False, na_values=["nan"])
    return rows[(rows.outcome == outcome) & (rows["where"] == where)].iloc[0]


#: What the page says of a table -> folder, outcome, coordinate, sign.
SAID = {
    "the heroin seized on the line falls": ("withdrawal", "heroin_seized", "section=all", "falls"),
    "Outside provision on the border falls": (
        *("withdrawal", "outside_provision", "task=border", "falls"),
    ),
    "own effort there rises": ("withdrawal", "own_effort", "task=border", "rises"),
    "Collusion over all agencies rises": (*("withdrawal", "collusion", "agency=all", "rises"),),
    "With a living wage the border troops collude less": (
        *("pay", "collusion", "agency=border_troops", "falls"),
    ),
    "more heroin is seized on the line": ("pay", "heroin_seized", "section=all", "rises"),
}


def check_directions(folder: Path) -> None:
    for words, (table, outcome, where, sign) in SAID.items():
        assert words in " ".join(TEXT.split())
        assert row(folder, table, outcome, where).direction == sign, words


def check_sizes(folder: Path) -> None:
    effort, left = (
        float(row(folder, "withdrawal", outcome, "task=border").difference)
        for outcome in ("own_effort", "outside_provision")
    )
    assert effort < 0.2 * -left, "by far less than what left"
    before = float(row(folder, "withdrawal", "heroin_seized", "section=all").reference_median)
    paid = float(row(folder, "pay", "heroin_seized", "section=all")["median"])
    assert paid < before, "what is seized stays below what it was with the Russians there"


#: Words of a block -> what the page says that it prints.
PRINTS = {
    "tajsim --version": ("tajsim 0", "compare"),
    "--out withdrawal\n": ("Claims of", "matveeva-2004:", "Sources of variance", "results.nc"),
    "tajsim figures": ("1 USD/month", "matveeva-2004:"),
    "parameters agency_pay": ("USD/month", "range", "basis", "rules"),
    "explain pay --scenario": ("A living wage on the border", "2006"),
    "tajsim report": ("pay.html",),
    "load_results": ("A living wage on the border", "my-question", "0.05"),
    "tajsim.compare": ("difference", "agency="),
    "TajikistanModel(": ("border_troops", "(12,)"),
}


def check_what_is_announced(ran: list[tuple[tutorial.Block, str]], folder: Path) -> None:
    for words, announced in PRINTS.items():
        printed = printed_by(ran, words)
        assert [text for text in announced if text not in printed] == []
    inside = "withdrawal/results.nc", "withdrawal/claims.csv"
    for name in ("answer.png", "fan.png", "pay.html", *inside):
        assert (folder / name).stat().st_size > 0


def test_the_page_runs_and_what_it_says_is_true(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One test, since all of it stands on the same few simulations."""
    monkeypatch.setenv("MPLBACKEND", "Agg")
    # What a report draws is tested with the report.
    monkeypatch.setattr("tajsim.report.page.pictures", lambda facts: [])
    before = Path.cwd()
    ran = list(tutorial.executed(TEXT, tmp_path, smaller))
    assert Path.cwd() == before
    check_lines_shown(ran)
    check_directions(tmp_path)
    check_sizes(tmp_path)
    check_what_is_announced(ran, tmp_path)
    wrong, mended = [block.code for block, _ in ran if block.language == "toml"]
    assert (tmp_path / tutorial.SCENARIO).read_text(encoding="utf-8") == tutorial.scenario_file(
        wrong, mended
    )


def test_one_line_of_the_scenario_is_replaced() -> None:
    assert tutorial.scenario_file("a = 1\nb = 2\n", "a = 3\n") == "a = 3\nb = 2\n"
    with pytest.raises(ValueError, match="stands on 0 lines"):
        tutorial.scenario_file("a = 1\nb = 2\n", "c = 1\n")


def test_the_notebook_is_that_of_the_page() -> None:
    told = "the notebook is old; renew it with: python -m docs.tutorial --notebook"
    assert tutorial.NOTEBOOK.read_text(encoding="utf-8") == tutorial.notebook(TEXT), told
    cells = json.loads(tutorial.notebook(TEXT))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert sum(c.count("!tajsim compare") for c in code) == 2
    assert len([c for c in code if c.startswith("%%writefile")]) == 2
    assert len([c for c in code if not c.startswith(("!", "%%"))]) == len(python())


def test_the_picture_is_drawn_by_the_command_above_it() -> None:
    """README, the first page and this one share a picture, and the command is that of it."""
    line, _ = [c for b in tutorial.blocks(TEXT) for c in b.commands if c.startswith("tajsim plot")]
    assert line == " ".join(["tajsim", *gallery.FIRST.command])
    place = gallery.FIRST_PICTURE.relative_to(ROOT / "docs").as_posix()
    assert f"{line}\n```\n\n![{gallery.FIRST.text.rstrip('.')}]({place})" in TEXT
    assert gallery.FIRST_PICTURE.is_file()
    assert f"](docs/{place})" in (ROOT / "README.md").read_text(encoding="utf-8")


def python() -> list[tutorial.Block]:
    return [block for block in tutorial.blocks(TEXT) if block.language == "python"]


def test_a_line_that_is_not_printed_is_found() -> None:
    printed = "Heroin  kg  1,804  -1,664  rises  100 %\nother\nlast 3"
    assert tutorial.shown_lines(
        "Heroin kg 7 +2.5 rises 8 %\n...\nlast 4", printed
    ).splitlines() == [*(printed.splitlines()[0], "...", "last 3")]
    for wrong in ("Heroin kg 1 2 falls 3 %", "last 3\nother"):
        with pytest.raises(ValueError, match="not in the output"):
            tutorial.shown_lines(wrong, printed)
    assert tutorial.likeness("12.35 m  -3 to +4") == tutorial.likeness("1,234  +0.1 to -2e-05")


def test_the_output_in_a_page_is_renewed(tmp_path: Path) -> None:
    page = "A\n```python\nprint('x 17')\n```\n```text\nx 3\n```\nB\n"
    assert tutorial.renewed(page, tmp_path) == page.replace("x 3", "x 17")

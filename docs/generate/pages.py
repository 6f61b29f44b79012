"""Every generated page and part, by the name of its file; ``write`` puts them into a folder."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from docs.generate.actors import actors_table, month_table, scales_table, starts, states_table
from docs.generate.claims import claims_text
from docs.generate.commands import commands_page
from docs.generate.failures import failures_text
from docs.generate.markdown import page
from docs.generate.python_names import python_page
from docs.generate.registry import (
    documents_page,
    figures_page,
    levers_table,
    outcomes_page,
    parameters_page,
)
from docs.generate.scenarios import history_events, scenarios_page
from docs.generate.submodels import overview, theme_page, themes

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "generated"


def whole_pages() -> dict[str, Callable[[], str]]:
    """Return the pages of the site that are generated as a whole."""
    return {
        **{f"submodels-{theme}.md": partial(theme_page, theme) for theme in themes()},
        "parameters.md": parameters_page,
        "outcomes.md": outcomes_page,
        "figures.md": figures_page,
        "documents.md": documents_page,
        "scenarios.md": scenarios_page,
        "commands.md": commands_page,
        "python.md": python_page,
        "cite.md": cite_page,
    }


def parts() -> dict[str, Callable[[], str]]:
    """Return the parts that hand-written pages include."""
    return {
        "actors.inc": actors_table,
        "states.inc": states_table,
        "scales.inc": scales_table,
        "month.inc": month_table,
        "starts.inc": starts,
        "submodels.inc": overview,
        "events.inc": history_events,
        "claims.inc": claims_text,
        "failures.inc": failures_text,
        "levers.inc": levers_table,
    }


def cite_page() -> str:
    """Return how to cite, from CITATION.cff and the version of the project."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8").rstrip()
    about = (
        f"Name the program with its version ({project['version']}) and the seed of your results."
        " The results file holds both, with the command and the text of every scenario; that is"
        " what another needs to make them again. Cite the documents behind a figure as"
        " [their list](documents.md) has them."
    )
    return page("How to cite", about, f"```yaml\n{citation}\n```")


def written() -> dict[str, str]:
    """Return the text of every generated file."""
    return {name: make() for name, make in {**whole_pages(), **parts()}.items()}


def write(folder: Path = FOLDER) -> None:
    """Write every generated file into a folder; one that has not changed is left alone."""
    texts = written()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.name not in texts:
            old.unlink()
    for name, text in texts.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")

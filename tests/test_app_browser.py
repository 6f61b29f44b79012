"""The dashboard in a real browser: headless Chromium, driven over the DevTools protocol."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("tornado", reason="no tornado: pip install 'tajsim[app]' for the dashboard")

from app_browser import CHROMIUM, WHY_NOT, Chromium, Tab, wait_for
from app_server import ROOT, Dashboard, link

from tajsim.analysis.paired import compare_results
from tajsim.ensemble import load_results

pytestmark = pytest.mark.skipif(not CHROMIUM, reason=WHY_NOT)

PAY = "agency_pay.border_troops"
SMALL = {"scenario": "status-quo", "reference": "status-quo", "until": "2005-06", "runs": 45}
TABLE = (
    "[...document.querySelectorAll('#table tbody tr[data-spec]')]"
    ".map(row => [row.dataset.spec, row.dataset.difference])"
)
COMPLETE = "document.body.dataset.complete === '45'"


@pytest.fixture(scope="module")
def dashboard() -> Iterator[Dashboard]:
    served = Dashboard()
    yield served
    served.end()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    browser = Chromium(tmp_path_factory.mktemp("browser"))
    yield browser
    hosts = {urlsplit(url).hostname or "" for url in browser.close()}
    # What the browser asks its maker for on its own account is not the page's doing.
    own = {host for host in hosts if host.endswith(("google.com", "googleapis.com"))}
    assert hosts - own <= {"127.0.0.1", "newtab", "new-tab-page"}


def at(chromium: Chromium, dashboard: Dashboard, width: int = 1280, **more: Any) -> Tab:
    """Open a tab with a state and wait until all runs are there."""
    tab = chromium.tab(f"{dashboard.address}?{link(**{**SMALL, **more})}", width)
    tab.wait(COMPLETE)
    return tab


def open_family(tab: Tab, name: str) -> None:
    """Unfold the family of a lever."""
    family = name.split(".")[0].replace("_", " ")
    tab.run(
        "for (const d of document.querySelectorAll('#levers details'))"
        f" if (d.querySelector('summary').textContent.startsWith('{family}')) d.open = true"
    )
    tab.wait(f"document.querySelector('[data-lever=\"{name}\"]') !== null")


def slide(tab: Tab, name: str, *places: int) -> None:
    """Move the slider of a lever to places from 0 to 400, one upon the other."""
    tab.run(
        f"for (const place of {list(places)}) {{"
        f" const slider = document.querySelector('[data-lever=\"{name}\"]');"
        " slider.value = String(place); slider.dispatchEvent(new Event('input')); }"
    )


def numbers(tab: Tab) -> dict[str, float]:
    """Return the differences that the table shows, all rows."""
    tab.do("const all = document.getElementById('all-rows'); if (!all.checked) all.click()")
    return {spec: float(value) for spec, value in tab.run(TABLE) if value != "null"}


def expected(folder: Path) -> dict[str, float]:
    """Return the differences of results that the command line has written."""
    table = compare_results(load_results(folder))
    table = table[table["share_tied"] < 1.0]
    found = {}
    for row in table.itertuples():
        whole = row.where == "" or row.where.endswith("=all")
        found[row.outcome if whole else f"{row.outcome}@{row.where}"] = row.difference
    return {spec: value for spec, value in found.items() if value == value}


def downloaded(chromium: Chromium, tab: Tab, name: str, saved: str = "") -> Path:
    """Click a download and return the file."""
    place = chromium.downloads / (saved or name)
    place.unlink(missing_ok=True)
    tab.run(f"document.querySelector('[data-file=\"{name}\"]').click()")
    wait_for(lambda: place.exists() and place.stat().st_size > 0, 120)
    return place


def test_a_lever_moves_the_numbers_as_the_command_line_says(
    chromium: Chromium, dashboard: Dashboard, tmp_path: Path
) -> None:
    tab = at(chromium, dashboard)
    assert numbers(tab) == {}, "nothing differs before a lever is moved"
    open_family(tab, PAY)
    slide(tab, PAY, 160)
    assert tab.run("document.body.dataset.complete") == ""
    tab.wait(COMPLETE)
    status = tab.run("document.getElementById('status').textContent")
    assert "45 of 45 paired runs, 90 % intervals, seed 1" in status
    shown = numbers(tab)

    scenario = downloaded(chromium, tab, "scenario.toml", "my-scenario.toml")
    (tmp_path / "my-scenario.toml").write_bytes(scenario.read_bytes())
    command = tab.run("document.getElementById('command').textContent").split()
    outcomes = load_results(downloaded(chromium, tab, "results.nc"))
    kept = [str(name) for name, v in outcomes.data_vars.items() if "month" in v.dims]
    subprocess.run(
        [sys.executable, "-m", *command, "--no-pictures", "--outcomes", ",".join(kept)],
        cwd=tmp_path, check=True, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    theirs = load_results(tmp_path / "results")
    assert outcomes.drop_attrs(deep=False).identical(theirs.drop_attrs(deep=False))
    table = downloaded(chromium, tab, "comparison.csv", "my-scenario-comparison.csv")
    assert table.read_bytes() == (tmp_path / "results" / "comparison.csv").read_bytes()
    assert len(shown) > 50
    assert shown == expected(tmp_path / "results"), "to the last digit"
    assert tab.mistakes() == []


def test_the_basis_of_a_lever_is_shown_on_hover(chromium: Chromium, dashboard: Dashboard) -> None:
    tab = at(chromium, dashboard)
    open_family(tab, PAY)
    box = tab.run(
        f"(() => {{ const row = document.querySelector('[data-row=\"{PAY}\"]');"
        " row.scrollIntoView({block: 'center'}); const b = row.getBoundingClientRect();"
        " return [b.left + 20, b.top + 8] })()"
    )
    assert tab.run("document.getElementById('tip').hidden")
    tab.call("Input.dispatchMouseEvent", type="mouseMoved", x=box[0], y=box[1])
    tip = tab.wait(
        "!document.getElementById('tip').hidden && document.getElementById('tip').textContent"
    )
    assert "tajik-border-soldier-pay" in tip and "matveeva-2004:" in tip and "from 1 to 100" in tip


def test_a_hundred_fast_moves_end_at_the_last(chromium: Chromium, dashboard: Dashboard) -> None:
    tab = at(chromium, dashboard)
    open_family(tab, PAY)
    slide(tab, PAY, *range(300, 200, -1))
    tab.wait(COMPLETE)
    value = tab.run(f"document.querySelector('[data-value-of=\"{PAY}\"]').value")
    assert f"{PAY}={value}".replace("=", "%3D") in tab.run("location.search")
    other = at(chromium, dashboard, set=f"{PAY}={value}")
    assert numbers(tab) == numbers(other) != {}
    assert tab.mistakes() == other.mistakes() == []


def test_two_tabs_do_not_disturb_each_other(chromium: Chromium, dashboard: Dashboard) -> None:
    links = [f"{dashboard.address}?{link(**SMALL, set=f'{PAY}={pay}')}" for pay in (17, 71)]
    tabs = [chromium.tab(address) for address in links]
    for tab in tabs:
        tab.wait(COMPLETE)
    shown = [numbers(tab) for tab in tabs]
    assert shown[0] != shown[1]
    open_family(tabs[0], PAY)
    tabs[0].do(
        f"const field = document.querySelector('[data-value-of=\"{PAY}\"]'); field.value = '71';"
        " field.dispatchEvent(new Event('change'))"
    )
    tabs[0].wait(COMPLETE)
    assert numbers(tabs[0]) == shown[1] == numbers(tabs[1])


def test_a_restart_is_told_and_survived(chromium: Chromium) -> None:
    first = Dashboard()
    tab = at(chromium, first, set=f"{PAY}=33", run=4, month="2004-09")
    shown = numbers(tab)
    first.end()
    tab.wait("!document.getElementById('connection').hidden")
    assert "connection to tajsim is lost" in tab.run(
        "document.getElementById('connection').textContent"
    )
    tab.run("document.body.dataset.complete = ''")
    second = Dashboard(first.port)
    try:
        tab.wait("document.body.dataset.connected === 'yes'")
        tab.wait(COMPLETE)
        assert tab.run("document.getElementById('connection').hidden")
        assert numbers(tab) == shown
        tab.run("location.reload()")
        tab.wait("document.querySelector('#moved output')?.textContent === '33'")
        tab.wait(COMPLETE)
        assert tab.run("document.getElementById('month-shown').textContent") == "2004-09"
        assert "run 4" in tab.run("document.getElementById('story-of').textContent")
        assert numbers(tab) == shown
    finally:
        second.end()


def test_wrong_input_is_told_in_the_words_of_the_command_line(
    chromium: Chromium, dashboard: Dashboard
) -> None:
    tab = at(chromium, dashboard)
    open_family(tab, PAY)
    tab.do(
        f"const field = document.querySelector('[data-value-of=\"{PAY}\"]'); field.value = '4000';"
        " field.dispatchEvent(new Event('change'))"
    )
    said = tab.wait("document.getElementById('errors').textContent")
    assert said == (
        f"tajsim: my-scenario.toml:9: set.{PAY}: 4000 is out of range; expected 1 to 100 USD/month"
    )
    assert tab.run("document.body.dataset.complete") == ""
    tab.run("document.getElementById('reset').click()")
    tab.wait(COMPLETE)
    assert tab.run("document.getElementById('errors').hidden")


def test_what_a_tab_asks_for_stays_on_this_machine(
    chromium: Chromium, dashboard: Dashboard
) -> None:
    tab = at(chromium, dashboard, set=f"{PAY}=17")
    asked = {
        event["params"]["request"]["url"]
        for event in tab.heard
        if event["method"] == "Network.requestWillBeSent"
    }
    assert f"{dashboard.address}app.js" in asked
    assert {url for url in asked if not url.startswith(dashboard.address)} == set()
    assert tab.run("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'stopped')") == "stopped"
    assert any("Content Security Policy" in line for line in tab.mistakes()), "the policy stops it"


@pytest.mark.parametrize("width", [1280, 400])
def test_the_page_fits_and_says_what_it_shows(
    chromium: Chromium, dashboard: Dashboard, width: int
) -> None:
    tab = at(chromium, dashboard, width, set=f"{PAY}=17")
    assert tab.run("document.documentElement.scrollWidth") <= width
    said = tab.run(
        "[...document.querySelectorAll('svg[role=img]')].map(s => s.getAttribute('aria-label'))"
    )
    assert len(said) == 4 + 2 and all(
        "status-quo" in text or "my-scenario" in text for text in said
    )
    tab.run("for (const d of document.querySelectorAll('details')) d.open = true")
    tab.wait("document.querySelectorAll('#uncertain .lever').length > 100")
    unnamed = tab.run(
        "[...document.querySelectorAll('input, select, button')].filter(e => !e.labels?.length"
        " && !e.ariaLabel && !e.textContent.trim()).map(e => e.outerHTML)"
    )
    assert unnamed == []
    assert tab.run("document.documentElement.scrollWidth") <= width


def test_the_map_follows_the_month_without_a_new_simulation(
    chromium: Chromium, dashboard: Dashboard
) -> None:
    tab = at(chromium, dashboard, set=f"{PAY}=17")
    values = "[...document.querySelectorAll('#maps [data-section]')].map(s => s.dataset.value)"
    last = tab.run(values)
    tab.do(
        "const slider = document.getElementById('month'); slider.value = '5';"
        " slider.dispatchEvent(new Event('input'))"
    )
    assert tab.run("document.getElementById('month-shown').textContent") == "2004-06"
    assert tab.run(values) != last
    assert tab.run(COMPLETE), "nothing is asked for"
    assert "month=2004-06" in tab.run("location.search")

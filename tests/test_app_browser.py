"""The dashboard in a real browser: headless Chromium, driven over the DevTools protocol."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from app_browser import CHROMIUM, WHY_NOT, Chromium, Tab, wait_for
from app_server import Dashboard

from tajsim.ensemble import load_results
from tajsim.results.effect import compare_results

pytest.importorskip("tornado", reason="no tornado: pip install 'tajsim[app]' for the dashboard")


pytestmark = pytest.mark.skipif(not CHROMIUM, reason=WHY_NOT)

PAY = "agency_pay.border_troops"
SMALL = {"scenario": "status-quo", "reference": "status-quo", "until": "2005-06", "runs": 45}
TABLE = (
    "[...document.querySelectorAll('#table tbody tr[data-spec]')]"
    ".map(row => [row.dataset.spec, row.dataset.difference])"
)
CONTRAST = (Path(__file__).with_name("data") / "contrast.js").read_text(encoding="utf-8")
COMPLETE = "document.body.dataset.complete === '45'"


Opener = Callable[..., Tab]


@pytest.fixture
def at(chromium: Chromium, dashboard: Dashboard) -> Opener:
    """Return a function that opens a tab with a state and waits until all runs are there."""

    def opened(width: int = 1280, served: Dashboard = dashboard, **more: Any) -> Tab:
        state = {**SMALL, **more}
        tab = chromium.tab(served.page(**state), width)
        tab.wait(f"document.body.dataset.complete === '{state['runs']}'")
        return tab

    return opened


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


def expected(results: xr.Dataset) -> dict[str, float]:
    """Return the differences as the command line works them out."""
    table = compare_results(results)
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


def test_a_lever_moves_the_numbers_as_the_command_line_says(at: Opener, chromium: Chromium) -> None:
    tab = at()
    assert numbers(tab) == {}, "nothing differs before a lever is moved"
    open_family(tab, PAY)
    slide(tab, PAY, 160)
    assert tab.run("document.body.dataset.complete") == ""
    tab.wait(COMPLETE)
    status = tab.run("document.getElementById('status').textContent")
    assert "45 of 45 paired runs, 90 % intervals, seed 1" in status
    shown = numbers(tab)
    assert tab.run("document.querySelectorAll('#fans path.discrepancy').length") >= 4
    assert " %" not in tab.run("document.getElementById('finding').textContent"), "kept together"
    assert "Dashed: 90\xa0%" in tab.run("document.getElementById('bands').textContent")

    scenario = downloaded(chromium, tab, "scenario.toml", "my-scenario.toml")
    theirs = load_results(downloaded(chromium, tab, "results.nc"))
    assert scenario.read_text().startswith("# Made with 'tajsim app'.")
    assert len(shown) > 50
    assert shown == expected(theirs), "to the last digit"
    assert tab.mistakes() == []


def test_the_basis_of_a_lever_is_shown_on_hover_and_by_keyboard(at: Opener) -> None:
    tab = at()
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
    expected = ("tajik-border-soldier-pay", "matveeva-2004:", "from 1 to 100 USD/month")
    assert all(part in tip for part in expected)
    row = f"document.querySelector('[data-row=\"{PAY}\"]')"
    slider = f"{row}.querySelector('input[type=range]')"
    spoken = tab.run(f"[{slider}.ariaLabel, {slider}.getAttribute('aria-valuetext')]")
    assert spoken == [
        "pay, border troops, 1 to 100 USD/month, documented",
        f"{tab.run(row + '.querySelector(`[data-value-of]`).value')} USD/month",
    ]
    described = tab.run(
        f"document.getElementById({slider}.getAttribute('aria-describedby')).textContent"
    )
    assert all(part in described for part in expected)
    tab.do(f"{row}.querySelector('.basis').focus()")
    for kind in ("keyDown", "keyUp"):
        key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
        tab.call("Input.dispatchKeyEvent", type=kind, **key)
    assert tab.run(f"{row}.querySelector('.basis').ariaExpanded") == "true"
    assert "matveeva-2004:" in tab.run(f"{row}.querySelector('.why:not([hidden])').textContent")


def test_a_restart_is_told_and_survived(at: Opener, chromium: Chromium) -> None:
    first = Dashboard(0, "--workers", "1")
    few: dict[str, Any] = {"runs": 5, "until": "2004-12"}
    tab = at(served=first, **few, set=f"{PAY}=33", run=4, month="2004-09")
    complete = "document.body.dataset.complete === '5'"
    shown = numbers(tab)
    told = "document.getElementById('connection').textContent"
    first.end()
    tab.wait(f"{told}.startsWith('The connection to tajsim was lost')")
    tab.run("document.body.dataset.complete = ''")
    second = Dashboard(first.port, "--workers", "1")
    try:
        tab.wait(f"{told}.startsWith('tajsim has been restarted: open the address')")
        # The address that is printed lets this browser in; the old tab goes on by itself.
        other = chromium.tab(second.page(**SMALL | few))
        tab.wait("document.body.dataset.connected === 'yes'")
        tab.wait(complete)
        assert tab.run("document.getElementById('connection').hidden")
        assert numbers(tab) == shown
        tab.run("location.reload()")
        tab.wait("document.querySelector('#moved output')?.textContent === '33'")
        tab.wait(complete)
        assert tab.run("document.getElementById('month-shown').textContent") == "2004-09"
        assert "run 4" in tab.run("document.getElementById('story-of').textContent")
        assert numbers(tab) == shown
        other.go("about:blank")
    finally:
        second.end()


def test_the_token_is_in_no_link(at: Opener, chromium: Chromium, dashboard: Dashboard) -> None:
    tab = at(set=f"{PAY}=17")
    assert tab.run("document.cookie") == "", "no script can read it"
    tab.do("document.getElementById('copy').click()")
    link = tab.wait("document.getElementById('copied').textContent")
    texts = tab.run("[location.href, document.documentElement.outerHTML, document.referrer]")
    assert all(dashboard.token not in text for text in [link, *texts])
    assert chromium.tab(link).wait(COMPLETE), "opens in the browser that was let in"


def test_wrong_input_is_told_in_the_words_of_the_command_line(at: Opener) -> None:
    tab = at()
    open_family(tab, PAY)
    tab.do(
        f"const field = document.querySelector('[data-value-of=\"{PAY}\"]'); field.value = '4000';"
        " field.dispatchEvent(new Event('change'))"
    )
    said = tab.wait("document.getElementById('errors').textContent")
    assert said == (
        f"tajsim: my-scenario.toml:10: set.{PAY}: 4000 is out of range; expected 1 to 100 USD/month"
    )
    assert tab.run("document.body.dataset.complete") == ""
    tab.run("document.getElementById('reset').click()")
    tab.wait(COMPLETE)
    assert tab.run("document.getElementById('errors').hidden")


def test_what_a_tab_asks_for_stays_on_this_machine(at: Opener, dashboard: Dashboard) -> None:
    tab = at(set=f"{PAY}=17")
    sent = [event for event in tab.heard if event["method"] == "Network.requestWillBeSent"]
    asked = {event["params"]["request"]["url"] for event in sent}
    assert f"{dashboard.address}app.js" in asked
    assert {url for url in asked if not url.startswith(dashboard.address)} == set()
    assert tab.run("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'stopped')") == "stopped"
    assert any("Content Security Policy" in line for line in tab.mistakes()), "the policy stops it"


@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_fits_and_says_what_it_shows(at: Opener, width: int) -> None:
    tab = at(width, set=f"{PAY}=17")
    assert tab.run("document.documentElement.scrollWidth") <= width
    said = tab.run(
        "[...document.querySelectorAll('svg[role=img]')].map(s => s.getAttribute('aria-label'))"
    )
    assert len(said) == 4 + 2 and all(
        "Status quo" in text or "With your changes" in text for text in said
    )
    # All columns are there; the table moves in its own box, and the names of the rows stay.
    assert tab.run("[...document.querySelectorAll('thead :is(th, td)')].every(c => c.offsetWidth)")
    if width < 400:
        tab.do("document.querySelector('.scroll').scrollLeft = 200")
        assert tab.run(
            "document.querySelector('#table tbody th').getBoundingClientRect().left"
            " - document.querySelector('.scroll').getBoundingClientRect().left"
        ) in (0, 1)
    tab.run("for (const d of document.querySelectorAll('details')) d.open = true")
    tab.wait("document.querySelectorAll('#uncertain .lever').length > 100")
    unnamed = tab.run(
        "[...document.querySelectorAll('input, select, button')].filter(e => !e.labels?.length"
        " && !e.ariaLabel && !e.textContent.trim()).map(e => e.outerHTML)"
    )
    assert unnamed == []
    assert tab.run("document.documentElement.scrollWidth") <= width
    if width < 400:
        small = tab.run(
            "[...document.querySelectorAll('input:not(.reader), select, button, summary')]"
            ".filter(e => e.offsetWidth).map(e => [e.getBoundingClientRect(), e.outerHTML])"
            ".filter(([b]) => b.height < 24 || b.width < 24).map(([, text]) => text)"
        )
        assert small == [], "what a finger must hit"


def test_a_change_of_the_numbers_is_said_once_it_is_whole(at: Opener) -> None:
    tab = at(show="grievance")
    open_family(tab, PAY)
    tab.do(
        "window.told = []; const live = document.querySelector('[aria-live]');"
        " const hear = new MutationObserver(() => told.push(live.textContent));"
        " hear.observe(live, {childList: true})"
    )
    slide(tab, PAY, *range(10, 200, 10))
    tab.wait(COMPLETE)
    said = tab.wait("told.length && told")
    assert len(said) == 1 and "45 paired runs" in said[0] and "difference" in said[0]
    # The months can be read by keyboard.
    tab.do(
        "const reader = document.querySelector('.reader'); reader.focus(); reader.value = '0';"
        " reader.dispatchEvent(new Event('input'))"
    )
    first = tab.run("document.querySelector('.reader').getAttribute('aria-valuetext')")
    assert first.startswith("2004-12: Status quo") and "difference" in first


def test_an_event_moves(at: Opener) -> None:
    state = {"scenario": "russian-border-withdrawal", "until": "2005-09"}
    tab = at(**state)
    before = numbers(tab)
    tab.do("document.getElementById('event-section').open = true")
    tab.do(
        "const slider = document.querySelector('[data-event=khorog-handed-over]');"
        " slider.value = String(Number(slider.value) + 5); slider.dispatchEvent(new Event('input'))"
    )
    tab.wait(COMPLETE)
    assert (
        tab.run("document.querySelector('[data-month-of=khorog-handed-over]').value") == "2005-04"
    )
    tab.wait("location.search.includes('move=khorog-handed-over%402005-04')")
    assert numbers(tab) != before


def test_both_themes_can_be_read(at: Opener) -> None:
    tab = at(set=f"{PAY}=17")
    open_family(tab, PAY)
    grounds = []
    for scheme in ("light", "dark"):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        tab.call("Emulation.setEmulatedMedia", features=features)
        grounds.append(tab.run("getComputedStyle(document.body).backgroundColor"))
        assert tab.run(CONTRAST) == []
    assert grounds[0] != grounds[1], "the page follows the system"
    for theme, ground in (("light", grounds[0]), ("dark", grounds[1]), ("auto", grounds[1])):
        tab.do("document.getElementById('theme').click()")
        assert tab.run("document.getElementById('theme').textContent") == f"Theme: {theme}"
        assert tab.run("getComputedStyle(document.body).backgroundColor") == ground


def test_the_map_follows_the_month_without_a_new_simulation(at: Opener) -> None:
    tab = at(set=f"{PAY}=17")
    values = "[...document.querySelectorAll('#maps [data-section]')].map(s => s.dataset.value)"
    last = tab.run(values)
    tab.do(
        "const slider = document.getElementById('month'); slider.value = '5';"
        " slider.dispatchEvent(new Event('input'))"
    )
    assert tab.run("document.getElementById('month-shown').textContent") == "2004-06"
    assert tab.run(values) != last
    assert tab.run(COMPLETE), "nothing is asked for"
    tab.wait("location.search.includes('month=2004-06')")

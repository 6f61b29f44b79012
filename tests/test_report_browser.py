"""The page of a report in a real browser: headless Chromium."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
import xarray as xr
from app_browser import CHROMIUM, QUIET, WHY_NOT, Chromium, Tab

from tajsim.report import write_report

pytestmark = pytest.mark.skipif(not CHROMIUM, reason=WHY_NOT)
#: Whom the browser itself asks for updates and the time, whatever it shows.
ITS_OWN = re.compile(r"https?://([\w-]+\.)*(google|googleapis|gvt1)\.com/")


@pytest.fixture(scope="module")
def place(pair: xr.Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(pair, tmp_path_factory.mktemp("page") / "page.html")


def visit(page: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Open a page; a profile of its own keeps what one visit leaves from the next."""
    assert CHROMIUM
    options = ("--host-resolver-rules=MAP * ~NOTFOUND", *options)
    return subprocess.run(
        [CHROMIUM, *QUIET, f"--user-data-dir={folder / 'profile'}", *options, page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


def requests(page: Path, folder: Path) -> set[str]:
    """Return every address that the browser asks for while it shows a page."""
    folder.mkdir()
    log = folder / "net.json"
    visit(page, folder, f"--log-net-log={log}", "--virtual-time-budget=3000", "--dump-dom")
    text = log.read_text(encoding="utf-8").rstrip().rstrip(",")
    try:
        events = json.loads(text)["events"]
    except json.JSONDecodeError:  # a log that was not closed
        events = json.loads(f"{text}]}}")["events"]
    urls = (event.get("params", {}).get("url", "") for event in events)
    return {u for u in urls if not u.startswith(("data:", "chrome")) and not ITS_OWN.match(u)} - {
        ""
    }


def test_no_request_leaves_the_page(place: Path, tmp_path: Path) -> None:
    assert "google" not in place.read_text(encoding="utf-8")
    assert requests(place, tmp_path / "a") <= {place.as_uri()}
    # The log does show a request, where there is one.
    leaky = tmp_path / "leaky.html"
    leaky.write_text('<!DOCTYPE html><title>leaky</title><img src="http://127.0.0.1:9/x.png">')
    assert "http://127.0.0.1:9/x.png" in requests(leaky, tmp_path / "b")


def test_no_error_in_the_console(place: Path, tmp_path: Path) -> None:
    done = visit(place, tmp_path, "--enable-logging=stderr", "--virtual-time-budget=3000")
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    text = place.read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    broken.write_text(text.replace("<footer>", '<footer><img src="http://127.0.0.1:9/x.png">'))
    done = visit(broken, tmp_path, "--enable-logging=stderr", "--virtual-time-budget=3000")
    assert "Content Security Policy" in done.stderr, "the page's own policy stops what it must"


@pytest.mark.parametrize("wide", [1280, 400])
def test_nothing_is_wider_than_the_window(place: Path, tmp_path: Path, wide: int) -> None:
    """A copy of the page measures itself in a frame (no window is as narrow as a telephone)."""
    script = """<script>addEventListener('load', () => {
      const images = [...document.images], root = document.documentElement;
      const decoded = images.filter(i => i.complete && i.naturalWidth > 0).length;
      parent.postMessage([innerWidth, root.scrollWidth, decoded, images.length].join(' '), '*');
    });</script></body>"""
    text = place.read_text(encoding="utf-8").replace("</body>", script)
    none, script_too = "default-src &#39;none&#39;", "script-src &#39;unsafe-inline&#39;"
    assert none in text
    (tmp_path / "copy.html").write_text(text.replace(none, script_too))
    frame = tmp_path / "frame.html"
    frame.write_text(
        "<!DOCTYPE html><title>frame</title><script>addEventListener('message', event => "
        "{document.documentElement.dataset.measured = event.data;});</script>"
        f'<iframe src="copy.html" width="{wide}" height="900" style="border: 0"></iframe>'
    )
    done = visit(
        frame, tmp_path, "--window-size=1400,1000", "--virtual-time-budget=9000", "--dump-dom"
    )
    found = re.search(r'data-measured="(\d+) (\d+) (\d+) (\d+)"', done.stdout)
    assert found
    window, width, decoded, images = map(int, found.groups())
    assert window == wide and width <= wide
    assert decoded == images > 0


def test_light_and_dark(place: Path, tmp_path: Path) -> None:
    light, dark = (shot(place, tmp_path, scheme) for scheme in (1, 0))
    assert light[:40, :40].min() > 0.95 and dark[:40, :40].max() < 0.2
    # Text stands out from its ground in both.
    assert light[:400].min() < 0.3 and dark[:400].max() > 0.8


def shot(place: Path, folder: Path, scheme: int) -> np.ndarray:
    """Return the grey values of the top of the page; scheme 1 is light, 0 dark."""
    picture = folder / f"{scheme}.png"
    options: Sequence[str] = (f"--blink-settings=preferredColorScheme={scheme}",)
    visit(place, folder, "--window-size=1280,800", f"--screenshot={picture}", *options)
    pixels = np.asarray(matplotlib.image.imread(picture))
    assert pixels.shape[:2] == (800, 1280)
    grey: np.ndarray = pixels[..., :3].mean(axis=2)
    return grey


@pytest.fixture(scope="module")
def tab(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    browser = Chromium(tmp_path_factory.mktemp("browser"))
    tab = browser.tab(place.as_uri())
    tab.wait("document.readyState == 'complete'")
    tab.do("for (const part of document.querySelectorAll('details')) part.open = true")
    yield tab
    browser.close()


def plates(tab: Tab, scheme: str, media: str = "") -> list[np.ndarray]:
    """Return the grey values of every figure as the browser shows it, cut from one picture."""
    dark = {"name": "prefers-color-scheme", "value": scheme}
    tab.call("Emulation.setEmulatedMedia", media=media, features=[dark])
    boxes = tab.run(
        "[...document.querySelectorAll('.plate img')].map(i => i.getBoundingClientRect())"
        ".map(r => [r.x + scrollX, r.y + scrollY, r.right + scrollX, r.bottom + scrollY])"
    )
    found = tab.call("Page.captureScreenshot", captureBeyondViewport=True)
    pixels = matplotlib.image.imread(io.BytesIO(base64.b64decode(found["data"])))
    grey: np.ndarray = np.asarray(pixels)[..., :3].mean(axis=2)
    edges = np.rint(boxes).astype(int)
    return [grey[top:bottom, left:right] for left, top, right, bottom in edges]


def test_figures_follow_into_the_dark_and_print_light(tab: Tab) -> None:
    light, dark, printed = (
        plates(tab, scheme, media)
        for scheme, media in (("light", ""), ("dark", ""), ("dark", "print"))
    )
    assert len(light) == len(dark) == len(printed) >= 4
    for number, (day, night, paper) in enumerate(zip(light, dark, printed, strict=True)):
        assert np.median(day) > 0.85 and day.min() < 0.4, number
        assert np.median(night) < 0.35 and night.max() > 0.85, number
        assert day[1:5].min() > 0.98 and night[1:5].max() < 0.12, "the ground is the page's"
        assert np.median(paper) > 0.85 and paper[1:5].min() > 0.98, number


def test_every_figure_and_table_has_a_name_for_who_does_not_see_it(tab: Tab) -> None:
    nodes = tab.call("Accessibility.getFullAXTree")["nodes"]
    named = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node.get("ignored") and "role" in node
    ]
    images = [name for role, name in named if role == "image"]
    assert len(images) == tab.run("document.images.length")
    assert min(map(len, images)) > 60
    tables = [name for role, name in named if role == "table"]
    assert len(tables) == tab.run("document.querySelectorAll('table').length") >= 3
    assert all(tables)
    assert all(name for role, name in named if role in ("link", "heading", "region"))


def test_it_prints(place: Path, tmp_path: Path) -> None:
    printed = tmp_path / "page.pdf"
    visit(place, tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={printed}")
    data = printed.read_bytes()
    assert data.startswith(b"%PDF-") and len(data) > 50_000
    assert len(re.findall(rb"/Type\s*/Page\b", data)) >= 3
    text, short = place.read_text(encoding="utf-8"), tmp_path / "short.html"
    short.write_text(re.sub(r'<section id="appendix".*?</section>', "", text, flags=re.DOTALL))
    visit(short, tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={printed}")
    assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) <= 6


@pytest.mark.parametrize(("wide", "high"), [(1280, 900), (400, 900)])
def test_the_card_stands_on_the_first_screen(tab: Tab, wide: int, high: int) -> None:
    tab.call("Emulation.setDeviceMetricsOverride", width=wide, height=high, deviceScaleFactor=1,
             mobile=False)  # fmt: skip
    tab.call("Emulation.setEmulatedMedia", media="screen", features=[])  # not what was before
    tab.do("scrollTo({top: 0, behavior: 'instant'})")
    # Nought until the page is laid out in its new size.
    bottom = tab.wait("document.querySelector('.card .numbers').getBoundingClientRect().bottom", 10)
    assert tab.run("document.querySelectorAll('.card .numbers li').length") >= 3
    assert 0 < bottom <= high

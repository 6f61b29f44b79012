"""The page of a report in a real browser: headless Chromium."""

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from app_browser import CHROMIUM, WHY_NOT, Chromium, Tab

pytestmark = pytest.mark.skipif(not CHROMIUM, reason=WHY_NOT)
BROKEN = '<img src="http://127.0.0.1:9/x.png">'


@pytest.fixture
def visit(chromium: Chromium) -> Callable[[Path], Tab]:
    """Return what opens a page, whole."""

    def opened(page: Path) -> Tab:
        tab = chromium.tab(page.as_uri())
        tab.wait("location.protocol === 'file:' && document.readyState === 'complete'")
        return tab

    return opened


@pytest.fixture
def tab(visit: Callable[[Path], Tab], report_page: Path) -> Tab:
    """The page, all that is folded opened."""
    found = visit(report_page)
    found.do("for (const part of document.querySelectorAll('details')) part.open = true")
    return found


def asked(tab: Tab) -> set[str]:
    """Return every address that a tab has asked for."""
    tab.run("1")  # take in what was said until now
    heard = [event for event in tab.heard if event["method"] == "Network.requestWillBeSent"]
    urls = {event["params"]["request"]["url"] for event in heard}
    return {url for url in urls if not url.startswith("data:")}


def test_no_request_leaves_the_page_and_its_policy_stops_what_would(
    visit: Callable[[Path], Tab], report_page: Path, tmp_path: Path
) -> None:
    text = report_page.read_text(encoding="utf-8")
    assert "google" not in text
    page = visit(report_page)
    assert asked(page) == {report_page.as_uri()} and page.mistakes() == []
    # A request and a breach of the policy are seen, where there are any.
    leaky, broken = tmp_path / "leaky.html", tmp_path / "broken.html"
    leaky.write_text(f"<!DOCTYPE html><title>leaky</title>{BROKEN}")
    assert "http://127.0.0.1:9/x.png" in asked(visit(leaky))
    broken.write_text(text.replace("<footer>", f"<footer>{BROKEN}"), "utf-8")
    assert "Content Security Policy" in str(visit(broken).mistakes())


def resized(tab: Tab, wide: int) -> None:
    size = {"width": wide, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    tab.call("Emulation.setDeviceMetricsOverride", **size)


@pytest.mark.parametrize("wide", [1280, 400])
def test_it_fits_the_window_and_the_card_stands_on_the_first_screen(
    visit: Callable[[Path], Tab], report_page: Path, wide: int
) -> None:
    tab = visit(report_page)
    resized(tab, wide)
    assert tab.run("document.documentElement.scrollWidth") <= wide
    assert tab.run("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    # Nought until the page is laid out in its new size.
    bottom = tab.wait("document.querySelector('.card .numbers').getBoundingClientRect().bottom", 10)
    assert tab.run("document.querySelectorAll('.card .numbers li').length") >= 3
    assert 0 < bottom <= 900


def looks(tab: Tab, scheme: str, media: str = "") -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the grey values of the page, and of every figure, cut from the same picture."""
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
    return grey, [grey[top:bottom, left:right] for left, top, right, bottom in edges]


def test_page_and_figures_follow_into_the_dark_and_print_light(tab: Tab) -> None:
    (bright, light), (dim, dark), (_, printed) = (
        looks(tab, scheme, media)
        for scheme, media in (("light", ""), ("dark", ""), ("dark", "print"))
    )
    assert bright[:40, :40].min() > 0.95 and dim[:40, :40].max() < 0.2
    assert bright[:400].min() < 0.3 and dim[:400].max() > 0.8, "text stands out in both"
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


def test_it_prints(visit: Callable[[Path], Tab], report_page: Path) -> None:
    tab = visit(report_page)

    def pages() -> int:
        data = base64.b64decode(tab.call("Page.printToPDF")["data"])
        assert data.startswith(b"%PDF-") and len(data) > 50_000
        return len(re.findall(rb"/Type\s*/Page\b", data))

    tab.call("Emulation.setEmulatedMedia", media="print")
    for part in (".card .numbers", ".note", "#limits li", ".changes li"):
        assert tab.run(f"document.querySelector('{part}').getClientRects().length > 0"), part
    tab.call("Emulation.setEmulatedMedia", media="")
    assert pages() >= 3
    tab.do("document.getElementById('appendix').remove()")
    assert pages() <= 6

"""How soon the dashboard answers, in a real browser (Chromium).

``PYTHONPATH=src:tests python -m benchmarks.app_speed`` prints the time from opening the address to
the first paint; and, for three kinds of moves, the median time from the slider's event to the fans
of the first runs, to those of all 500, and to the whole page.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from app_browser import Chromium, Tab  # type: ignore[import-not-found]
from app_server import Dashboard  # type: ignore[import-not-found]

MOVES = 7
PAY = "agency_pay.border_troops"
RUNS = 500
_COMPLETE = f"document.body.dataset.complete === '{RUNS}'"
#: Notes when the page has drawn the fans of the first runs and of all since a move.
_HEAR = f"""
window.marks = null;
new MutationObserver(() => {{
  const {{ drawn, complete }} = document.body.dataset;
  if (!window.marks || !drawn) return;
  const now = (performance.now() - window.marks.begun) / 1000;
  window.marks.first ??= now;
  if (drawn === '{RUNS}') window.marks.all ??= now;
  if (complete === '{RUNS}') window.marks.page ??= now;
}}).observe(document.body, {{ attributes: true }});
"""
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def main() -> None:
    """Measure and print."""
    withdrawal = {"scenario": "russian-border-withdrawal", "reference": "status-quo"}
    ban = {"scenario": "irpt-ban", "reference": "status-quo"}
    dashboard = Dashboard()
    with tempfile.TemporaryDirectory() as folder:
        browser = Chromium(Path(folder))
        try:
            for told, state, selector, place in (
                ("lever from the start", withdrawal, f"[data-lever='{PAY}']", _pay),
                ("lever from 2012-01", {**withdrawal, "from": "2012-01"},
                 f"[data-lever='{PAY}']", _pay),
                ("event of 2015", ban, "[data-event=irpt-banned]", _month),
            ):  # fmt: skip
                tab = browser.tab(dashboard.page(runs=RUNS, **state))
                print(f"first paint {tab.wait(_PAINT) / 1000:.2f} s after the address")
                print(f"{told}: {_measured(tab, selector, place)}; load {os.getloadavg()[0]:.1f}")
                browser.close_tabs()
        finally:
            browser.close()
            dashboard.end()


def _pay(move: int) -> int:
    return 100 + 13 * move


def _month(move: int) -> int:
    """Return September 2015 and what comes after it; August is where the event stands."""
    return 2015 * 12 + 8 + move


def _measured(tab: Tab, selector: str, place: Callable[[int], int]) -> str:
    tab.wait(_COMPLETE, 300)
    tab.do("for (const d of document.querySelectorAll('#levers details')) d.open = true;" + _HEAR)
    tab.wait(f'document.querySelector("{selector}") !== null')
    found = []
    for move in range(MOVES):
        tab.do(
            "window.marks = { begun: performance.now() };"
            f'const slider = document.querySelector("{selector}");'
            f" slider.value = '{place(move)}'; slider.dispatchEvent(new Event('input'))"
        )
        tab.wait("window.marks.page", 300)
        found.append(tab.run("[window.marks.first, window.marks.all, window.marks.page]"))
    first, whole, page = zip(*found, strict=True)
    return (
        f"first fans {median(first):.2f} s, fans of {RUNS} runs {median(whole):.2f} s "
        f"({min(whole):.2f} to {max(whole):.2f}), page {median(page):.2f} s"
    )


if __name__ == "__main__":
    main()

"""Drive a headless Chromium over the DevTools protocol, with nothing but tornado."""

import asyncio
import base64
import json
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

from tornado.websocket import WebSocketClientConnection, websocket_connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WHY_NOT = "no chromium: apt-get install chromium to test pages in a browser"
#: What keeps the browser from talking on its own account.
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage",
    "--disable-field-trial-config",
    "--disable-features=AutofillServerCommunication,OptimizationHints,OptimizationGuideModelDownloading",
)  # fmt: skip


class Chromium:
    """A browser with a profile and a download folder of its own."""

    def __init__(self, folder: Path) -> None:
        assert CHROMIUM
        self.downloads = folder / "downloads"
        self.downloads.mkdir(parents=True)
        self.loop = asyncio.new_event_loop()
        self._tabs: list[Tab] = []
        profile = folder / "profile"
        self._net = folder / "net.json"
        command = [CHROMIUM, *QUIET, "--remote-debugging-port=0", f"--user-data-dir={profile}"]
        command += [f"--log-net-log={self._net}"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen([*command, "about:blank"], **quiet)  # type: ignore[call-overload]
        told = profile / "DevToolsActivePort"
        wait_for(lambda: told.exists() and "\n" in told.read_text(), 60)
        self._port = told.read_text().split()[0]

    def tab(self, url: str = "about:blank", width: int = 1280, height: int = 900) -> "Tab":
        """Open a tab of a size."""
        asked = urllib.request.Request(f"http://127.0.0.1:{self._port}/json/new", method="PUT")
        with urllib.request.urlopen(asked, timeout=30) as answer:
            address = json.load(answer)["webSocketDebuggerUrl"]
        tab = Tab(self.loop, address)
        self._tabs.append(tab)
        for domain in ("Page", "Runtime", "Network", "Log"):
            tab.call(f"{domain}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        tab.call("Emulation.setDeviceMetricsOverride", **size)
        allow = {"behavior": "allow", "downloadPath": str(self.downloads)}
        tab.call("Browser.setDownloadBehavior", **allow)
        tab.go(url)
        return tab

    def close_tabs(self) -> None:
        """Close what a test has opened: the dashboard serves a few tabs only."""
        while self._tabs:
            self._tabs.pop().call("Page.close")

    def close(self) -> set[str]:
        """End the browser; return every address that it asked for."""
        self._process.terminate()
        self._process.wait(30)
        self.loop.close()
        text = self._net.read_text(encoding="utf-8").rstrip().rstrip(",")
        try:
            events = json.loads(text)["events"]
        except json.JSONDecodeError:  # a log that was not closed
            whole = text[: text.rindex("},\n") + 1]  # what it ended in may be half a line
            events = json.loads(f"{whole}]}}")["events"]
        urls = (event.get("params", {}).get("url", "") for event in events)
        return {url for url in urls if "://" in url}


class Tab:
    """One tab. ``heard`` are the events of the protocol so far."""

    def __init__(self, loop: asyncio.AbstractEventLoop, address: str) -> None:
        self._loop = loop
        self._line = loop.run_until_complete(_connect(address))
        self._number = 0
        self.heard: list[dict[str, Any]] = []

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        return self._loop.run_until_complete(asyncio.wait_for(self._call(method, parameters), 60))

    async def _call(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        asked = {"id": self._number, "method": method, "params": parameters}
        await self._line.write_message(json.dumps(asked))
        while True:
            text = await self._line.read_message()
            assert text is not None, "the browser has hung up"
            message: dict[str, Any] = json.loads(text)
            if message.get("id") == self._number:
                assert "error" not in message, message
                found: dict[str, Any] = message["result"]
                return found
            self.heard.append(message)

    def run(self, script: str) -> Any:
        """Evaluate JavaScript in the page and return its value."""
        found = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def do(self, script: str) -> None:
        """Run statements in the page."""
        self.run(f"(() => {{ {script} }})()")

    def go(self, url: str) -> None:
        """Open an address."""
        self.call("Page.navigate", url=url)

    def wait(self, script: str, seconds: float = 60) -> Any:
        """Wait until JavaScript gives something true, and return it."""
        careful = f"(() => {{ try {{ return {script} }} catch {{}} }})()"

        def asked() -> Any:
            try:
                return self.run(careful)
            except AssertionError as error:
                if "navigated" not in str(error):
                    raise
                return None  # asked while one page gave way to the next

        return wait_for(asked, seconds)

    def picture(self, path: Path, whole: bool = True) -> None:
        """Save what the tab shows."""
        found = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(found["data"]))

    def mistakes(self) -> list[str]:
        """Return errors of the console and exceptions of the page."""
        self.run("1")  # take in what was said until now
        said = []
        for event in self.heard:
            kind, what = event["method"], event.get("params", {})
            if kind == "Runtime.exceptionThrown":
                said.append(str(what["exceptionDetails"]))
            if kind == "Runtime.consoleAPICalled" and what["type"] == "error":
                said.append(str(what["args"]))
            if kind == "Log.entryAdded" and what["entry"]["level"] == "error":
                said.append(str(what["entry"]))
        return said


async def _connect(address: str) -> WebSocketClientConnection:
    return await websocket_connect(address, max_message_size=1 << 28)


def wait_for(found: Any, seconds: float) -> Any:
    """Wait until a function gives something true, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} seconds")

"""The dashboard as a process of its own, for tests: started on a free port, asked, ended."""

import asyncio
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

ROOT = Path(__file__).parents[1]


class Dashboard:
    """``tajsim app`` in a process.

    Attributes:
        address: of the page, ending with a slash.
        token, cookie: what opens it, once as the value of a cookie and once as the whole header.
    """

    def __init__(self, port: int = 0, *options: str) -> None:
        command = [sys.executable, "-m", "tajsim", "app", "--no-browser", "--port", str(port)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen([*command, *options], text=True, env=environment, **pipes)
        assert self.process.stdout
        self.said = self.process.stdout.readline()
        found = re.search(r"(http://127\.0\.0\.1:(\d+)/)\?token=([\w-]+)&", self.said)
        assert found, self.process.communicate()[1]
        self.address, self.port, self.token = found[1], int(found[2]), found[3]
        self.cookie = f"tajsim-{self.port}={self.token}"

    def page(self, **keys: Any) -> str:
        """Return the address of a state, with the token."""
        return f"{self.address}?{link(token=self.token, **keys)}"

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Return status and body of an answer."""
        headers = {"Cookie": self.cookie, **headers}
        asked = urllib.request.Request(self.address + path, headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=240) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def file(self, name: str, query: str) -> tuple[int, bytes]:
        """Ask for a file of a state."""
        return self.get(f"file/{name}?{query}")

    def workers(self) -> list[int]:
        """Return the process ids of its workers."""
        command = ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(self.process.pid)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [int(line.split()[0]) for line in told.splitlines() if "spawn_main" in line]

    def end(self) -> int:
        """End it as Ctrl-C does; return its status."""
        self.process.terminate()
        status = self.process.wait(30)
        self.process.communicate()
        return status


def link(**keys: Any) -> str:
    """Return a query; ``set`` and ``show`` may be lists, ``since`` stands for ``from``."""
    return urlencode({k.replace("since", "from"): v for k, v in keys.items()}, doseq=True)


async def connect(dashboard: Dashboard) -> WebSocketClientConnection:
    """Return a line as a tab has it."""
    address = f"ws://127.0.0.1:{dashboard.port}/live"
    asked = HTTPRequest(address, headers={"Cookie": dashboard.cookie})
    return await websocket_connect(asked, max_message_size=1 << 28)


def talk(dashboard: Dashboard, queries: list[str], seconds: float = 240) -> list[dict[str, Any]]:
    """Send states one upon the other; return all that is said until the last is complete."""

    async def whole() -> list[dict[str, Any]]:
        line = await connect(dashboard)
        for number, query in enumerate(queries, 1):
            await line.write_message(json.dumps({"number": number, "query": query}))
        said: list[dict[str, Any]] = []
        while True:
            text = await line.read_message()
            assert text is not None, "the dashboard has hung up"
            said.append(json.loads(text))
            last = said[-1]
            over = last["kind"] == "errors" or last.get("complete")
            if over and last["number"] == len(queries):
                line.close()
                return said

    return asyncio.run(asyncio.wait_for(whole(), seconds))

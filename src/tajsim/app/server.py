"""The web server: on this machine's loopback only, nothing fetched from anywhere else."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import signal
import socket
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from tajsim.app.entry import TOKEN, Entry
from tajsim.app.handlers import (
    CatalogueHandler,
    DownloadHandler,
    HelloHandler,
    LiveHandler,
    PageHandler,
)
from tajsim.app.hub import Hub
from tajsim.errors import UserError

_LARGEST = 64 * 1024  # bytes of a message or a request of the page


def loopback(host: str) -> str:
    """Return the address to bind to.

    Raises:
        UserError: if it is not one that only this machine can reach.
    """
    if host == "localhost":
        return "127.0.0.1"
    try:
        ours = ipaddress.ip_address(host).is_loopback
    except ValueError:
        ours = False
    if not ours:
        raise UserError(
            f"--host {host}: the dashboard serves this machine only; "
            "expected a loopback address: 127.0.0.1, ::1 or localhost"
        )
    return host


def bind(host: str, port: int) -> list[socket.socket]:
    """Return listening sockets on a loopback address.

    Raises:
        UserError: for another address, or a port that cannot be had.
    """
    address = loopback(host)
    if not 0 <= port <= 65535:
        raise UserError(f"--port {port}: expected 1 to 65535, or 0 for any that is free")
    try:
        return bind_sockets(port, address)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UserError(
            f"--port {port}: cannot be used on {address} ({reason}); "
            "choose another, or 0 for any that is free"
        ) from None


def application(hub: Hub, entry: Entry) -> Application:
    """Return the application: the page, what it can choose from, its tabs and its files."""

    @lru_cache(1)
    def choices() -> str:
        from tajsim.app.catalogue import catalogue

        return json.dumps(catalogue(hub.offered))

    ours = {"entry": entry}
    return Application(
        [
            (r"/catalogue\.json", CatalogueHandler, {**ours, "choices": choices}),
            (r"/hello", HelloHandler, ours),
            (r"/live", LiveHandler, {**ours, "hub": hub}),
            (r"/file/([a-z.]+)", DownloadHandler, {**ours, "hub": hub}),
            (r"/([a-z.]*)", PageHandler, ours),
        ],
        websocket_max_message_size=_LARGEST,
        websocket_ping_interval=20,
        log_function=lambda handler: None,
    )


def serve(
    sockets: Sequence[socket.socket],
    offered: Sequence[str],
    workers: int,
    ready: Callable[[str, str], None],
) -> None:
    """Serve until an interrupt or a request to terminate; then end all workers.

    Args:
        sockets: from `bind`.
        offered: the scenarios to choose from.
        workers: how many processes simulate.
        ready: told when the page can be opened: its address with the token, and one that opens
            once only; more keys of the query can be added to both.
    """
    asyncio.run(_serve(sockets, offered, workers, ready))


async def _serve(
    sockets: Sequence[socket.socket],
    offered: Sequence[str],
    workers: int,
    ready: Callable[[str, str], None],
) -> None:
    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    with TemporaryDirectory(prefix="tajsim-app-") as folder:
        hub = Hub(offered, workers, Path(folder))
        host, port = sockets[0].getsockname()[:2]
        entry = Entry(port)
        server: Any = HTTPServer(application(hub, entry), max_body_size=_LARGEST)
        server.add_sockets(sockets)
        page = f"http://{f'[{host}]' if ':' in host else host}:{port}/?{TOKEN}="
        ready(f"{page}{entry.token}", f"{page}{entry.once()}")
        try:
            await end.wait()
        finally:
            server.stop()
            hub.close()

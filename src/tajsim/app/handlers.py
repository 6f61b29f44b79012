"""The answers of the web server."""

from __future__ import annotations

import asyncio
import json
import mimetypes
from collections.abc import Callable
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlsplit

from tornado.web import HTTPError, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from tajsim.app.downloads import file_of
from tajsim.app.entry import Entry, parted
from tajsim.app.hub import Hub
from tajsim.app.tab import Tab
from tajsim.errors import UserError
from tajsim.inputs.units_text import whole_number

_HOSTS = ("localhost", "127.0.0.1", "::1")
_SHUT = (
    "This is the dashboard of tajsim. It opens with the address that `tajsim app` has printed,\n"
    "which holds a token. A link that somebody shared has none: open the dashboard first, then\n"
    "paste the link into the address bar of the same browser.\n"
)
_POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'none'"


class LocalHandler(RequestHandler):
    """Answers what is asked of this machine by its own name, from its own page, with the token.

    A page of the internet could otherwise let its own name point here and read what we answer, and
    any program of another user of this machine could ask.
    """

    def initialize(self, entry: Entry) -> None:
        """Take what tells who is let in."""
        self._entry = entry

    def prepare(self) -> None:
        """Refuse other hosts, other pages, and whoever has no token."""
        if not _ours(self.request.host) or not self._own_page():
            raise HTTPError(403)
        if not self._entry.opens(self.get_cookie(self._entry.cookie)):
            self.no_token()

    def _own_page(self) -> bool:
        """Tell whether the address was typed, or stands in our own page, as far as a browser says.

        Another page may send its reader to ours, but can then not look at it.
        """
        says = self.request.headers
        from_us = says.get("Sec-Fetch-Site", "none") in ("none", "same-origin")
        return from_us or (self.request.path == "/" and says.get("Sec-Fetch-Mode") == "navigate")

    def no_token(self) -> None:
        """Refuse who has no cookie."""
        raise HTTPError(403, reason="the token is missing")

    def set_default_headers(self) -> None:
        """Let the page fetch nothing from elsewhere."""
        self.set_header("Content-Security-Policy", _POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Server", "tajsim")

    def write_error(self, status_code: int, **_: Any) -> None:
        """Answer with one line."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}: {self._reason}\n")


def _ours(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name in _HOSTS or name.startswith("127.")


class PageHandler(LocalHandler):
    """The page and the few files that it consists of, out of the package."""

    def no_token(self) -> None:
        """Let in who brings the token in the address, or say how to come in."""
        token, query = parted(self.request.query)
        if not self._entry.opens(token):
            self.set_status(403)
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(_SHUT)
            return
        name, value = self._entry.cookie, self._entry.token
        self.set_cookie(name, value, httponly=True, samesite="Strict")
        self.redirect(f"/?{query}")

    def get(self, name: str) -> None:
        """Answer with a file of the folder ``page``."""
        token, query = parted(self.request.query)
        if token is not None:  # a link copied from the address bar must not hold it
            self.redirect(f"/?{query}")
            return
        name = name or "index.html"
        known = {file.name: file for file in files("tajsim.app").joinpath("page").iterdir()}
        if name not in known:
            raise HTTPError(404)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        kind = "text/javascript" if name.endswith(".js") else kind
        self.set_header("Content-Type", f"{kind}; charset=utf-8")
        self.finish(known[name].read_bytes())


class HelloHandler(LocalHandler):
    """Tells a page that has lost its line whether it would be let in."""

    def get(self) -> None:
        """Answer with nothing."""
        self.set_status(204)
        self.finish()


class CatalogueHandler(LocalHandler):
    """What the page can choose from."""

    def initialize(self, entry: Entry, choices: Callable[[], str]) -> None:  # type: ignore[override]
        """Take the function that makes it."""
        super().initialize(entry)
        self._choices = choices

    async def get(self) -> None:
        """Answer with JSON."""
        text = await asyncio.get_running_loop().run_in_executor(None, self._choices)
        self.set_header("Content-Type", "application/json")
        self.finish(text)


class DownloadHandler(LocalHandler):
    """The files of a state."""

    def initialize(self, entry: Entry, hub: Hub) -> None:  # type: ignore[override]
        """Take the hub."""
        super().initialize(entry)
        self._hub = hub
        self._work: asyncio.Task[tuple[str, bytes]] | None = None

    async def get(self, name: str) -> None:
        """Answer with the file, or with the lines of what is wrong and status 400."""
        work = file_of(self._hub, name, self.request.query)
        self._work = asyncio.create_task(work)
        try:
            name, content = await self._work
        except asyncio.CancelledError:
            return
        except UserError as error:
            self.set_status(400)
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish("".join(f"tajsim: {line}\n" for line in error.messages))
            return
        self.set_header("Content-Type", mimetypes.guess_type(name)[0] or "application/octet-stream")
        self.set_header("Content-Disposition", f"attachment; filename={quote(name)}")
        self.finish(content)

    def on_connection_close(self) -> None:
        """Stop the work that nobody waits for any more."""
        if self._work:
            self._work.cancel()


class LiveHandler(LocalHandler, WebSocketHandler):
    """The line to one tab. It takes ``{"number": 3, "query": "scenario=..."}``."""

    def initialize(self, entry: Entry, hub: Hub) -> None:  # type: ignore[override]
        """Take the hub."""
        super().initialize(entry)
        self._hub = hub
        self._tab: Tab | None = None

    def _own_page(self) -> bool:
        """Leave it to `check_origin`, which wants the origin to be our host and port."""
        return True

    def open(self, *_: str, **__: str) -> None:
        """Let the tab in, or say why not and hang up."""
        tab = Tab(self._hub, self._tell)
        try:
            self._hub.enter(tab)
        except UserError as error:
            self._tell({"number": 0, "kind": "errors", "messages": error.messages})
            self.close(1013, "too many")
            return
        self._tab = tab

    def on_message(self, message: str | bytes) -> None:
        """Hand a new state to the tab."""
        try:
            asked = json.loads(message)
            number, query = whole_number(str(asked["number"])), str(asked["query"])
        except (ValueError, KeyError, TypeError):
            self.close(1003, "not understood")
            return
        if self._tab:
            self._tab.move(number, query)

    def on_close(self) -> None:
        """Forget the tab."""
        if self._tab:
            self._tab.close()

    def _tell(self, message: dict[str, Any]) -> None:
        try:
            self.write_message(json.dumps(message, allow_nan=False))
        except WebSocketClosedError:
            return

"""The web server: on this machine's loopback only, nothing fetched from anywhere else."""

import asyncio
import ipaddress
import json
import mimetypes
import re
import secrets
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from hmac import compare_digest
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import matplotlib as mpl
import xarray as xr
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

import tajsim.app.figures as figures
from tajsim.analysis.comparison import compare_dataset
from tajsim.app import state as links
from tajsim.app.session import Listener, Session, SessionManager, request_for
from tajsim.axes import DIMENSIONS
from tajsim.display import table_csv
from tajsim.ensemble import save
from tajsim.errors import UserError, check_names, refuse
from tajsim.files import data_text, write_whole
from tajsim.inputs import ledger, outcomes, registry, scenario_parts
from tajsim.plots import SUFFIXES, draw, map as country, style
from tajsim.results.numbers import parameter_name

#: The key of the token in the query of an address.
TOKEN = "token"


class Gate:
    """The token of one start of the dashboard.

    Attributes:
        token: opens as often as it is brought.
        cookie: name of the cookie. Cookies of one host are shared by its ports, so it has its own.
    """

    def __init__(self, port: int) -> None:
        self.token, self.cookie = secrets.token_urlsafe(24), f"tajsim-{port}"
        self._once: set[str] = set()

    def once(self) -> str:
        """Return a token that opens once.

        It is for the command line of the browser, which other users of the machine can see.
        """
        token = secrets.token_urlsafe(24)
        self._once.add(token)
        return token

    def opens(self, given: str | None) -> bool:
        """Tell whether a token opens; one that opens once is used up."""
        if given is None:
            return False
        if given in self._once:
            self._once.remove(given)
            return True
        return compare_digest(given.encode(), self.token.encode())


def token_and_query(query: str) -> tuple[str | None, str]:
    """Return the token of a query, if there is one, and the query without it."""
    pairs = parse_qsl(query, keep_blank_values=True)
    tokens = [value for key, value in pairs if key == TOKEN]
    return (tokens[-1] if tokens else None), urlencode([p for p in pairs if p[0] != TOKEN])


#: Name of a table -> the attribute of a comparison that holds it, as ``tajsim compare`` writes.
TABLES = {"summary.csv": "summary", "comparison.csv": "table", "claims.csv": "claims"}
RESULTS = "results.nc"
#: Seconds after which a download looks again whether all runs of its state are there.
_AGAIN = 0.05
FIGURES = ("answer", "fan", "difference", "map")

#: The names of all files but the scenario, whose name is its own.
FILES = [RESULTS, *TABLES, *(f"{kind}{suffix}" for kind in FIGURES for suffix in SUFFIXES)]


async def file_of(manager: SessionManager, name: str, query: str) -> tuple[str, bytes]:
    """Return the name to save under and the bytes of one file of a state.

    Raises:
        UserError: for an unknown file, and for anything wrong with the state.
    """
    state = links.read_state(query, manager.offered)
    if name == "scenario.toml":
        request_for(manager, state)  # only what `tajsim check` accepts is handed out
        return links.file_name(state), links.scenario_text(state).encode()
    check_names("file", [name], ["scenario.toml", *FILES])
    waiting = Listener()
    manager.enter(waiting)
    try:
        request = request_for(manager, state)
        manager.want(waiting, request.jobs, request.plan.bytes_needed())
        while request.complete(manager) < len(request.pairs):
            refuse(waiting.lines)
            await asyncio.sleep(_AGAIN)
        dataset = request.dataset(request.records(manager, len(request.pairs)))
    finally:
        manager.leave(waiting)
    loop = asyncio.get_running_loop()
    content = await loop.run_in_executor(manager.drawing, _written, name, dataset, state)
    return f"{state.own_name}-{name}" if name != RESULTS else name, content


def _written(name: str, dataset: xr.Dataset, state: links.PageState) -> bytes:
    """Return the bytes of a file, made where the command line would write it."""
    with TemporaryDirectory(prefix="tajsim-") as folder:
        path = Path(folder, name)
        kind, shown = path.stem, dict[str, Any]()
        if name == RESULTS:
            save(dataset, path)
        elif name in TABLES:
            table = getattr(compare_dataset(dataset), TABLES[name])
            if table.empty:  # the command line does not write it either
                raise UserError(f"{name}: it is empty, as neither scenario states a claim")
            write_whole(path, table_csv(table, str(dataset.attrs["model"])))
        else:  # a figure of what the page shows
            if kind == "map":
                shown["outcome"] = [state.border, state.land]
                shown |= {"at": [state.month]} if state.month else {}
            elif kind != "answer":
                dataset, shown["outcome"] = figures.as_shown(dataset, state)
                shown |= {"smooth": 12} if kind == "fan" else {}
            draw(kind, dataset, path, **shown)
        return path.read_bytes()


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

    def initialize(self, gate: Gate, manager: SessionManager, choices: Callable[[], str]) -> None:
        """Take who is let in, the sessions, and what the page can choose from (JSON)."""
        self._gate, self._manager, self._choices = gate, manager, choices

    def prepare(self) -> None:
        """Refuse other hosts, other pages, and whoever has no token."""
        if not _ours(self.request.host) or not self._own_page():
            raise HTTPError(403)
        if not self._gate.opens(self.get_cookie(self._gate.cookie)):
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
    """Tell whether a Host names this machine: ``localhost`` or an address of its loopback."""
    try:
        return bool(loopback(urlsplit(f"//{host}").hostname or ""))
    except (ValueError, UserError):
        return False


class PageHandler(LocalHandler):
    """The page and the few files that it consists of, out of the package."""

    def no_token(self) -> None:
        """Let in who brings the token in the address, or say how to come in."""
        token, query = token_and_query(self.request.query)
        if not self._gate.opens(token):
            self.set_status(403)
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(_SHUT)
            return
        name, value = self._gate.cookie, self._gate.token
        self.set_cookie(name, value, httponly=True, samesite="Strict")
        self.redirect(f"/?{query}")

    def get(self, name: str) -> None:
        """Answer with a file of the folder ``page``."""
        token, query = token_and_query(self.request.query)
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
        content = known[name].read_text(encoding="utf-8")
        if name == "index.html":  # with what would keep it from being drawn
            own = secrets.token_urlsafe(16)
            policy = _POLICY.replace("'self'", f"'self' 'nonce-{own}'", 1)
            self.set_header("Content-Security-Policy", policy)
            for tag, told in re.findall(r"<(style|script)>([a-z.]+)<", content):
                text = f"<{tag} nonce={own}>{known[told].read_text(encoding='utf-8')}<"
                content = content.replace(f"<{tag}>{told}<", text)
        self.finish(content)


class CatalogueHandler(LocalHandler):
    """What the page can choose from, as JSON; of ``/hello`` only whether one is let in."""

    async def get(self) -> None:
        """Answer."""
        if self.request.path == "/hello":
            self.set_status(204)
            return
        text = await asyncio.get_running_loop().run_in_executor(None, self._choices)
        self.set_header("Content-Type", "application/json")
        self.finish(text)


class DownloadHandler(LocalHandler):
    """The files of a state."""

    _work: asyncio.Task[tuple[str, bytes]] | None = None

    async def get(self, name: str) -> None:
        """Answer with the file, or with the lines of what is wrong and status 400."""
        work = file_of(self._manager, name, self.request.query)
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
    """The connection to one page. It takes ``{"number": 3, "query": "scenario=..."}``."""

    _session: Session | None = None

    def _own_page(self) -> bool:
        """Leave it to `check_origin`, which wants the origin to be our host and port."""
        return True

    def open(self, *_: str, **__: str) -> None:
        """Begin a session, or say why not and hang up."""
        session = Session(self._manager, self._send)
        try:
            self._manager.enter(session)
        except UserError as error:
            self._send({"number": 0, "kind": "errors", "messages": error.messages})
            self.close(1013, "too many")
            return
        self._session = session

    def on_message(self, message: str | bytes) -> None:
        """Hand a new state to the session."""
        try:
            asked = json.loads(message)
            number, query = registry.whole_number(str(asked["number"])), str(asked["query"])
        except (ValueError, KeyError, TypeError, RecursionError):
            self.close(1003, "not understood")
            return
        if self._session:
            self._session.move(number, query)

    def on_close(self) -> None:
        """End the session."""
        if self._session:
            self._session.close()

    def _send(self, message: dict[str, Any]) -> None:
        try:
            self.write_message(json.dumps(message, allow_nan=False))
        except WebSocketClosedError:
            return


_LARGEST = 64 * 1024  # bytes of a message or a request of the page


def loopback(host: str) -> str:
    """Return the address to bind to.

    Raises:
        UserError: if it is not one that only this machine can reach.
    """
    address = "127.0.0.1" if host == "localhost" else host
    with suppress(ValueError):
        if ipaddress.ip_address(address).is_loopback:
            return address
    raise UserError(
        f"--host {host}: the dashboard serves this machine only; "
        "expected a loopback address: 127.0.0.1, ::1 or localhost"
    )


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


def application(manager: SessionManager, gate: Gate) -> Application:
    """Return the application: the page, what it can choose from, its sessions and its files."""

    @lru_cache(1)
    def choices() -> str:
        return json.dumps(catalogue(manager.offered))

    handlers: dict[str, type[LocalHandler]] = {
        r"/(?:catalogue\.json|hello)": CatalogueHandler,
        r"/live": LiveHandler,
        r"/file/([a-z.]+)": DownloadHandler,
        r"/([a-z.]*)": PageHandler,
    }
    shared = {"gate": gate, "manager": manager, "choices": choices}
    return Application(
        [(path, handler, shared) for path, handler in handlers.items()],
        websocket_max_message_size=_LARGEST,
        websocket_ping_interval=20,
        log_function=lambda handler: None,
        choices=choices,
    )


async def serve(
    sockets: Sequence[socket.socket],
    offered: Sequence[str],
    workers: int,
    ready: Callable[[str, str], None],
) -> None:
    """Serve until an interrupt or a request to terminate; then end all workers.

    Args:
        sockets: from `bind`.
        ready: called when the page can be opened: its address with the token, and one that opens
            once only; more keys of the query can be added to both.
    """
    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    with TemporaryDirectory(prefix="tajsim-app-") as folder:
        manager = SessionManager(offered, workers, Path(folder))
        host, port = sockets[0].getsockname()[:2]
        gate = Gate(port)
        pages = application(manager, gate)
        asyncio.get_running_loop().run_in_executor(None, pages.settings["choices"])
        server: Any = HTTPServer(pages, max_body_size=_LARGEST)
        server.add_sockets(sockets)
        page = f"http://{f'[{host}]' if ':' in host else host}:{port}/?{TOKEN}="
        ready(f"{page}{gate.token}", f"{page}{gate.once()}")
        try:
            await end.wait()
        finally:
            server.stop()
            manager.close()


_STOPS = 9
#: The levers that stand on top of the page, those of one theme together.
_TOP = (
    "agency_pay.border_troops", "pay_topup.drug_control_agency", "oversight_professionals",
    "afghan_harvest", "migrants_expelled", "debt_to_russia", "power_budget.united_states",
    "donor_monitoring", "west_priority", "religious_control", "party_appeal",
    "crackdown_on_protected",
)  # fmt: skip


def catalogue(offered: Sequence[str]) -> dict[str, Any]:
    """Return everything that does not change while the dashboard runs, ready for JSON."""
    known = registry.load_parameters()
    about = ("name", "label", "dimensions", "headline", "meaning")
    return {
        "scenarios": [_scenario(name) for name in offered],
        "levers": [_parameter(p) for p in known.values() if p.role == "lever"],
        "uncertain": [_parameter(p) for p in known.values() if p.role == "uncertainty"],
        "outcomes": [{n: getattr(o, n) for n in about} for o in outcomes.load_outcomes().values()],
        "dimensions": DIMENSIONS,
        "modes": list(registry.MODES),
        "opens_on": links.OPENS_ON,
        "top": [name for name in _TOP if name in known],
        "most_shown": links.MOST_SHOWN,
        "files": FILES,
        "maps": {"border": _stops(style.SEIZED_MAP), "land": _stops("GnBu")},
        "shapes": {
            **json.loads(data_text("map.json")),
            **{"aspect": country.geography().aspect, "credit": country.CREDIT},
        },
    }


def _scenario(name: str) -> dict[str, Any]:
    scenario = scenario_parts.load_scenario(name)
    later: dict[str, list[str]] = {}
    for event in scenario.events:
        if event.kind == "set":
            later.setdefault(str(event.arguments["parameter"]), []).append(event.month)
    return {
        "name": name,
        "shown": name if name in scenario_parts.shipped_scenarios() else Path(name).name,
        **{key: getattr(scenario, key) for key in ("title", "question", "start", "end")},
        "extends": scenario.parent,
        "settings": dict(scenario.settings),
        "later": later,
        "events": [
            _event(key, event)
            for key, event in zip(links.event_keys(scenario.events), scenario.events, strict=True)
        ],
    }


def _event(key: str, event: scenario_parts.Event) -> dict[str, Any]:
    what = ", ".join(f"{n} = {v}" for n, v in event.arguments.items()).replace("_", " ")
    undated = "no document dates it; the scenario file says why it is there"
    return {
        "name": key,
        "label": event.label,
        "month": event.month,
        "meaning": f"{event.kind.replace('_', ' ')}: {what}",
        "basis": "documented" if event.figures else "assumption",
        "why": [_place(figure) for figure in event.figures] or [undated],
    }


def _place(identity: str) -> str:
    figure = ledger.load_figures()[identity]
    place = f"{figure.document}:{figure.line}"
    return f"{identity}: {figure.text} {figure.unit}, {figure.what} ({place})"


def _parameter(p: registry.Parameter) -> dict[str, Any]:
    own = {name: getattr(p, name) for name in ("name", "family", "value", "low", "high", "unit")}
    told = {"words": parameter_name(p.name), "meaning": p.meaning, "held": registry.held_text(p)}
    return {**own, **told, "basis": p.basis.kind, "why": why(p)}


def why(p: registry.Parameter) -> list[str]:
    """Return the lines on why a parameter has its value: arithmetic, reason, figures, places."""
    detail = p.basis.arithmetic if p.basis.kind == "derived" else p.basis.reason
    lead = p.basis.kind if p.basis.kind == "documented" else f"{p.basis.kind}: {detail}"
    return [lead, *(_place(identity) for identity in dict.fromkeys(p.basis.figures))]


def _stops(name: str) -> list[str]:
    colours = mpl.colormaps[name]
    return [mpl.colors.to_hex(colours(i / (_STOPS - 1))) for i in range(_STOPS)]

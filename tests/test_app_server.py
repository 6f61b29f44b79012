"""The server of the dashboard: loopback only, numbers of the command line, no stale work."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest
import xarray as xr
from app_server import Dashboard, connect, link, talk
from conftest import refused

import tajsim.app.session as session
from tajsim.app.figures import PARTS
from tajsim.app.server import Gate, LiveHandler, bind, loopback, token_and_query
from tajsim.cli.main import main

pytest.importorskip("tornado", reason="no tornado: pip install 'tajsim[app]' for the dashboard")


SMALL = {"scenario": "status-quo", "set": "agency_pay.border_troops=40", "until": "2004-12"}
NEEDS_PS = pytest.mark.skipif(
    not (shutil.which("ps") and Path("/proc").exists()), reason="no ps and /proc to find workers"
)
FEW = link(**SMALL, runs=5)


def test_only_loopback_is_bound() -> None:
    for host in ("0.0.0.0", "::", "192.168.1.5", "example.org", ""):
        refused("serves this machine only", bind, host, 0)
    assert (loopback("localhost"), loopback("127.0.0.2")) == ("127.0.0.1", "127.0.0.2")
    for served in bind("127.0.0.1", 0):
        assert served.getsockname()[0] == "127.0.0.1"
        refused("cannot be used on", bind, "127.0.0.1", served.getsockname()[1])
        served.close()


def test_without_tornado_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tornado", None)
    assert main(["app", "--no-browser"]) == 2
    said = "tornado is not installed; install it with: pip install 'tajsim[app]'"
    assert capsys.readouterr().err == f"tajsim: {said}\n"


PATHS = ("", "app.js", "catalogue.json", "hello", f"file/scenario.toml?{FEW}")


def test_nobody_is_let_in_without_the_token(dashboard: Dashboard) -> None:
    for cookie in ("", f"tajsim-{dashboard.port}=", f"tajsim-{dashboard.port}=x{dashboard.token}"):
        for path in PATHS:
            assert dashboard.get(path, Cookie=cookie)[0] == 403
    assert "the address that `tajsim app` has printed" in dashboard.get("", Cookie="")[1].decode()
    assert b" 403 " in upgrade(dashboard, "Origin: http://127.0.0.1")
    assert [dashboard.get(path)[0] for path in PATHS] == [200, 200, 200, 204, 200]


def test_the_address_that_is_printed_gives_a_cookie_and_leaves_the_token(
    dashboard: Dashboard,
) -> None:
    line = HTTPConnection("127.0.0.1", dashboard.port)
    for token, status, place in ((dashboard.token, 302, f"/?{FEW}"), ("wrong", 403, None)):
        line.request("GET", f"/?token={token}&{FEW}")
        answer = line.getresponse()
        answer.read()
        assert (answer.status, answer.getheader("Location")) == (status, place)
        cookie = answer.getheader("Set-Cookie") or ""
        for part in (dashboard.cookie, "HttpOnly", "SameSite=Strict"):
            assert (part in cookie) == (status == 302)
    line.close()


def test_a_token_for_the_command_line_of_a_browser_opens_once() -> None:
    gate = Gate(8417)
    once = gate.once()
    assert [gate.opens(text) for text in (once, once, "", None)] == [True, False, False, False]
    assert gate.opens(gate.token) and gate.opens(gate.token)
    assert token_and_query(f"a=1&token={once}&b=%402") == (once, "a=1&b=%402")


def test_a_page_of_elsewhere_cannot_read_it(dashboard: Dashboard) -> None:
    for path in PATHS:
        assert dashboard.get(path, Host="evil.example")[0] == 403
        assert dashboard.get(path, Host=f"evil.example:{dashboard.port}")[0] == 403
    # A browser says from where a page asks; another port of this machine is not ours either.
    for site in ("cross-site", "same-site"):
        for path in PATHS:
            assert dashboard.get(path, **{"Sec-Fetch-Site": site})[0] == 403
        led = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
        assert [dashboard.get(path, **led)[0] for path in ("", PATHS[-1])] == [200, 403]
    cookie = f"Cookie: {dashboard.cookie}"
    for origin in ("http://evil.example", "http://127.0.0.1:1", "null"):
        assert b" 403 " in upgrade(dashboard, f"Origin: {origin}", cookie)
    evil = ("evil.example", "127.evil.example", "localhost.evil.example", "[::1", "2130706433")
    assert all(b" 403 " in upgrade(dashboard, cookie, host=host) for host in evil)
    assert b" 101 " in upgrade(dashboard, f"Origin: http://127.0.0.1:{dashboard.port}", cookie)


@pytest.mark.parametrize(
    "message",
    [
        "[" * 5000, '{"number": ' + "[" * 3000, '{"number": 1', "null", "3", b"\xff\xfe",
        '{"number": 1e400, "query": ""}', '{"number": {}, "query": []}', '{"number": "\u0663"}',
    ],
    ids=lambda message: str(message[:14]),
)  # fmt: skip
def test_a_message_that_is_none_closes_the_connection_and_nothing_else(
    message: str | bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, closed = LiveHandler.__new__(LiveHandler), list[int]()
    monkeypatch.setattr(handler, "close", lambda code, reason: closed.append(code), raising=False)
    handler.on_message(message)
    assert closed == [1003]


def upgrade(dashboard: Dashboard, *headers: str, host: str = "") -> bytes:
    """Ask for a web socket; return the first line of the answer."""
    lines = [
        "GET /live HTTP/1.1", f"Host: {host or f'127.0.0.1:{dashboard.port}'}", *headers,
        "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: eA==", "", "",
    ]  # fmt: skip
    with socket.create_connection(("127.0.0.1", dashboard.port)) as line:
        line.sendall("\r\n".join(lines).encode())
        return line.recv(200).partition(b"\r\n")[0]


def test_nothing_but_the_page_is_served(dashboard: Dashboard) -> None:
    paths = ("../server.py", "%2e%2e/server.py", "server.py", "page/x", "file/")
    assert [dashboard.get(path)[0] for path in paths] == [404] * len(paths)


def test_files_are_those_of_the_command_line(
    dashboard: Dashboard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = link(**SMALL, runs=45, seed=3, since="2004-06", show=["grievance", "heroin_met"])
    status, scenario = dashboard.file("scenario.toml", query)
    assert status == 200
    (tmp_path / "ours.nc").write_bytes(dashboard.file("results.nc", query)[1])
    ours = xr.load_dataset(tmp_path / "ours.nc", engine="netcdf4")
    command = ours.attrs["command"].split()
    (tmp_path / command[3]).write_bytes(scenario)
    monkeypatch.chdir(tmp_path)
    assert main([*command[1:], "--no-pictures", "--workers", "1"]) == 0
    theirs = xr.load_dataset(tmp_path / "results" / "results.nc", engine="netcdf4")
    # To the bit: every outcome, event and parameter, the scenario's text, the settings.
    assert ours.drop_attrs(deep=False).identical(theirs.drop_attrs(deep=False))
    differ = {key for key in theirs.attrs if ours.attrs.get(key) != theirs.attrs[key]}
    assert differ <= {"created", "command"}
    for name in ("comparison.csv", "summary.csv"):
        assert dashboard.file(name, query)[1] == (tmp_path / "results" / name).read_bytes()


def test_figures_are_drawn(dashboard: Dashboard) -> None:
    begins = {"fan.svg": b"<?xml", "map.png": b"\x89PNG", "answer.svg": b"<?xml"}
    for name, begin in (begins | {"difference.pdf": b"%PDF"}).items():
        status, content = dashboard.file(name, FEW)
        assert (status, content[: len(begin)]) == (200, begin)


def test_wrong_input_is_answered_with_the_lines_of_the_command_line(dashboard: Dashboard) -> None:
    query = link(set=["agency_pay.army=9000", "agency_pay.armi=1"])
    status, said = dashboard.file("results.nc", query)
    lines = said.decode().splitlines()
    assert status == 400
    right = dashboard.file("scenario.toml", link(set="agency_pay.army=9"))[1].decode().splitlines()
    line = right.index('"agency_pay.army" = 9.0') + 1
    where = f"my-scenario.toml:{line}: set.agency_pay.army"
    assert f"tajsim: {where}: 9000 is out of range" in lines[0]
    assert "did you mean 'agency_pay.army'?" in lines[1]
    (message,) = talk(dashboard, [query])
    assert [f"tajsim: {line}" for line in message["messages"]] == lines
    assert "unknown file 'fan.gif'" in dashboard.file("fan.gif", FEW)[1].decode()


def test_a_hundred_fast_moves_end_with_the_last(dashboard: Dashboard) -> None:
    def query(pay: int) -> str:
        moved = f"agency_pay.border_troops={pay}"
        return link(scenario="status-quo", set=moved, runs=60, until="2009-12")

    said = talk(dashboard, [query(pay) for pay in range(1, 101)])
    begun = [message["number"] for message in said if message["kind"] == "asked"]
    assert begun[-1] == 100
    assert len(begun) <= 10, "moves that come faster than the work are passed over"
    views = [message for message in said if message["kind"] == "view"]
    assert [view["runs"] for view in views if view["number"] == 100] == [60] * len(PARTS)
    assert {view["number"] for view in views} <= {*begun}
    assert "= 100.0" in next(m for m in reversed(said) if m["kind"] == "asked")["scenario"]


@NEEDS_PS
def test_a_worker_that_is_killed_is_replaced(dashboard: Dashboard) -> None:
    short = SMALL | {"until": "2004-02"}
    talk(dashboard, [link(**short, runs=6)])  # they start with the first work
    workers = dashboard.workers()
    assert workers
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    said = talk(dashboard, [link(**short, runs=7)])
    assert said[-1]["runs"] == 7 and said[-1]["complete"]


def test_too_many_tabs_and_too_much_memory_are_refused(dashboard: Dashboard) -> None:
    async def last() -> dict[str, object]:
        most = session.MOST_SESSIONS
        lines = [await connect(dashboard) for _ in range(most + 1)]
        found: dict[str, object] = json.loads(await lines[-1].read_message() or "{}")
        for line in lines:
            line.close()
        return found

    assert "tabs or downloads are open" in str(asyncio.run(last())["messages"])
    assert talk(dashboard, [link(**SMALL, runs=5)])[-1]["complete"], "there is room again"


@NEEDS_PS
def test_no_worker_outlives_the_dashboard() -> None:
    served = Dashboard(0, "--workers", "1")
    talk(served, [link(**SMALL | {"until": "2004-02"}, runs=2)])  # they start with the first work
    workers = served.workers()
    assert workers
    served.process.kill()
    served.process.communicate()
    end = time.monotonic() + 30
    while time.monotonic() < end and any(Path(f"/proc/{pid}").exists() for pid in workers):
        time.sleep(0.1)
    assert [pid for pid in workers if Path(f"/proc/{pid}").exists()] == []

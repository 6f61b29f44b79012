"""``tajsim app``: a dashboard in the browser, served by this machine for this machine."""

from __future__ import annotations

import argparse
import os

from tajsim.cli.parser import whole

HELP = "open the dashboard in the browser"
DESCRIPTION = """\
Open a page in the browser on which you choose a scenario and a reference and move levers, and see
hundreds of paired runs of both: fans, differences with their intervals, the map, the story of one
run. It is served on this machine's loopback address only and needs no internet. What the page
shows can be saved as a scenario file or as a link. Ctrl-C ends it."""
EXAMPLE = "tajsim app --scenario russian-border-withdrawal --reference status-quo"
PORT = 8417


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument
    add("--scenario", metavar="A", help="what levers change: a shipped scenario or a file")
    add("--reference", metavar="B", help="what it is compared with: a shipped scenario or a file")
    add("--port", type=whole, default=PORT, metavar="N", help=f"port (default {PORT})")
    add("--host", default="127.0.0.1", help="loopback address to bind to (default 127.0.0.1)")
    add(
        "--workers",
        type=whole,
        default=_usual_workers(),
        metavar="N",
        help="processes (default: one for each core, 2 to 4)",
    )
    add("--no-browser", action="store_true", help="print the address only")


def _usual_workers() -> int:
    """Return one worker for each core: more than four would have too few runs each."""
    return min(max(os.cpu_count() or 2, 2), 4)


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    from tajsim.errors import UserError
    from tajsim.inputs.scenario import load_scenario

    try:
        import tornado  # noqa: F401
    except ImportError:
        raise UserError(
            "the dashboard needs tornado, which is not installed: pip install 'tajsim[app]'"
        ) from None
    from tajsim.app.server import bind, serve
    from tajsim.app.state import State, offered_scenarios

    if not 1 <= options.workers <= 16:
        raise UserError(f"--workers {options.workers}: expected 1 to 16")
    given = [name for name in (options.scenario, options.reference) if name]
    for name in given:
        load_scenario(name)
    offered = offered_scenarios(*given)
    sockets = bind(options.host, options.port)
    usual = State(options.scenario or offered[0], options.reference or offered[0])

    def ready(address: str, once: str) -> None:
        chosen = usual.query()
        print(f"The dashboard is at {address}&{chosen}")
        print(
            "It serves this machine only, and whoever has this address. Ctrl-C ends it.", flush=True
        )
        if not options.no_browser:
            _open(f"{once}&{chosen}")

    serve(sockets, offered, options.workers, ready)
    return 0


def _open(link: str) -> None:
    """Open the browser in a thread of its own: some browsers return only when they are closed."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()

"""Running the application: a socket first, its address as the first line that is printed, then uvicorn until it is stopped."""

from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import Callable

import uvicorn

from almoner.errors import AlmonerError
from almoner.web import logs
from almoner.web.app import create_app
from almoner.web.settings import Settings

_BACKLOG = 2048
_SECONDS_TO_END = 5


def run(settings: Settings, host: str, port: int, browser: bool, proxy: str | None, say: Callable[[str], None]) -> None:
    """Serve until stopped.

    Raises:
        AlmonerError: the address cannot be listened on.
    """
    bound = _bound(host, port)
    address = f"http://{_shown(host)}:{bound.getsockname()[1]}"
    say(address)
    logs.configure()
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy or "",
        timeout_graceful_shutdown=_SECONDS_TO_END,
        backlog=_BACKLOG,
    )
    if browser:
        threading.Timer(1.0, webbrowser.open, (address,)).start()
    uvicorn.Server(config).run(sockets=[bound])


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(where)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise AlmonerError(f"The server cannot listen at {host}:{port}: {reason}; choose another --port (0 for any).") from None
    return bound


def _shown(host: str) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    return f"[{shown}]" if ":" in shown and not shown.startswith("[") else shown

"""Running the application: a socket, then uvicorn until it is stopped; the address is the first line, once it answers."""

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


class _Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config, listens: Callable[[], None]) -> None:
        super().__init__(config)
        self._listens = listens

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so; what could not start is said by uvicorn and ends the program."""
        await super().startup(sockets)
        if self.started:
            self._listens()


def run(settings: Settings, host: str, port: int, browser: bool, proxy: str | None, say: Callable[[str], None]) -> None:
    """Serve until stopped.

    Raises:
        AlmonerError: the address cannot be listened on.
    """
    bound = _bound(host, port)
    address = f"http://{_shown(host)}:{bound.getsockname()[1]}"
    logs.configure()
    config = uvicorn.Config(
        create_app(settings),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy or "",
        timeout_graceful_shutdown=_SECONDS_TO_END,
        backlog=_BACKLOG,
    )

    def listens() -> None:
        say(address)
        if browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    _Server(config, listens).run(sockets=[bound])


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

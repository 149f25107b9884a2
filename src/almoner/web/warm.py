"""Making ready what first visitors would wait for, in the background while nobody asks for anything.

In: an application that has started. Out: compiled kernels, the baseline of England, the first preview and the usual maps in memory.
What fails is logged and left for the first visitor to meet.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from almoner.web import logs

_QUIET_SECONDS: Final = 0.5
_POLL_SECONDS: Final = 0.1
_NICENESS: Final = 10


class Warmer:
    """Carries out steps on a thread of its own, each only when no request is under way or has just been."""

    def __init__(self) -> None:
        self._busy = 0
        self._last = 0.0
        self._stop = threading.Event()
        self.done: list[str] = []

    def begin(self) -> None:
        """Note that a request has come."""
        self._busy += 1

    def end(self) -> None:
        """Note that a request has been answered."""
        self._busy -= 1
        self._last = time.monotonic()

    def start(self) -> None:
        """Begin to make ready."""
        threading.Thread(target=self._work, name="warm", daemon=True).start()

    def stop(self) -> None:
        """Leave out the steps that have not begun."""
        self._stop.set()

    def _work(self) -> None:
        # On Linux a thread, and those that it starts, can step back behind whoever asks for a page.
        if sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        for step in STEPS:
            while self._busy or time.monotonic() - self._last < _QUIET_SECONDS:
                if self._stop.wait(_POLL_SECONDS):
                    return
            if self._stop.is_set():
                return
            try:
                step()
            except Exception:
                logs.log().exception("warm", step=step.__name__)
            else:
                self.done.append(step.__name__)


class Watch:
    """Middleware that tells a `Warmer` when requests come and go."""

    def __init__(self, app: ASGIApp, warmer: Warmer) -> None:
        self.app, self._warmer = app, warmer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or scope["path"].endswith("/events"):
            await self.app(scope, receive, send)
            return
        self._warmer.begin()
        try:
            await self.app(scope, receive, send)
        finally:
            self._warmer.end()


def drawing() -> None:
    """Start the engine that draws charts."""
    from almoner.report.figure import warm

    warm()


def first_map() -> None:
    """Read the tables of the start page."""
    from almoner.web.views import maps, places

    places.groups()
    maps.map_view("turnover", None, "tiles")
    maps.map_view("turnover", None, "map")


def first_preview() -> None:
    """Compile the months, build the baseline of England, and run the first preview."""
    from almoner.reference.areas import resolve
    from almoner.study.scenario import USUAL, load_scenario
    from almoner.web.routes.scenarios import USUAL_AREA
    from almoner.web.views import trial
    from almoner.web.views.answers import TO_YEAR

    trial.previewed(resolve(USUAL_AREA), load_scenario(USUAL[0]), TO_YEAR)


def children() -> None:
    """Fit the record of children's services and compile its months."""
    from almoner.web.routes.scenarios import USUAL_AREA
    from almoner.web.views.answers import children_of

    children_of(USUAL_AREA)


def discharge() -> None:
    """Compile the flow out of hospital and fit the boards to their record."""
    from almoner.web.routes.scenarios import USUAL_AREA
    from almoner.web.views.answers import delays_of

    delays_of(USUAL_AREA)


def whole_map() -> None:
    """Run England once, for the maps of modelled measures."""
    from almoner.web.views import maps

    maps.map_view("vacancy", None, "tiles")


STEPS: Final[tuple[Callable[[], None], ...]] = (drawing, first_map, first_preview, whole_map, children, discharge)

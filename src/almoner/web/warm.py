"""Making ready what visitors would wait for: the first preview before the address is said, the rest while nobody asks for anything.

In: an application that has started, and the addresses of pages that are read. Out: compiled kernels, the baseline of England, the
usual maps and answers in memory, and doing nothing run for the places that visitors look at, which previews set changes beside.
What fails is logged and left for the first visitor to meet.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

from almoner.errors import AlmonerError
from almoner.web import logs

_QUIET_SECONDS: Final = 0.5
_POLL_SECONDS: Final = 0.1
_NICENESS: Final = 10
_PATIENCE_SECONDS: Final = 10.0
_MOST_VISITED: Final = 8
"""Places that wait to be made ready: those looked at last."""
_MOST_KNOWN: Final = 1024
_LONGEST_NAME: Final = 100

_PAGE_OF_A_PLACE: Final = re.compile(r"/areas/([^/.]+)")
_BUILDER: Final = "/scenarios/build"

Step = Callable[[], None]


class Warmer:
    """Carries out steps on a thread of its own, each only when no request is under way or has just been."""

    def __init__(self) -> None:
        self._busy = 0
        self._last = 0.0
        self._stop = threading.Event()
        self._visited: deque[tuple[str, str]] = deque(maxlen=_MOST_VISITED)
        self._known: set[tuple[str, str]] = set()
        self.done: list[str] = []

    def begin(self) -> None:
        """Note that a request has come."""
        self._busy += 1

    def end(self) -> None:
        """Note that a request has been answered."""
        self._busy -= 1
        self._last = time.monotonic()

    def visit(self, path: str, query: bytes) -> None:
        """Note the place that a page is about: whoever looks at it may try a scenario there next."""
        found = _PAGE_OF_A_PLACE.match(path)
        asked = parse_qs(query.decode("latin-1")) if path.startswith(_BUILDER) else {}
        place = found[1] if found else asked.get("area", [""])[0]
        visit = place, asked.get("to", [""])[0][:4]
        if 0 < len(place) <= _LONGEST_NAME and visit not in self._known and len(self._known) < _MOST_KNOWN:
            self._known.add(visit)
            self._visited.append(visit)

    def start(self) -> None:
        """Make the first preview ready, then go on in the background."""
        ready = threading.Event()
        threading.Thread(target=self._work, args=(ready,), name="warm", daemon=True).start()
        ready.wait(_PATIENCE_SECONDS)

    def stop(self) -> None:
        """Leave out the steps that have not begun."""
        self._stop.set()

    def _work(self, ready: threading.Event) -> None:
        self._carry_out(FIRST)
        # Whoever started the server asks for a page next.
        self._last = time.monotonic()
        ready.set()
        # On Linux a thread, and those that it starts, can step back behind whoever asks for a page.
        if sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        steps = deque(STEPS)
        while not self._stop.wait(_POLL_SECONDS if not (steps or self._visited) or self._is_busy() else 0):
            if self._is_busy():
                continue
            if self._visited:
                self._carry_out(_of_visit(*self._visited.popleft()))
            elif steps:
                self._carry_out(steps.popleft())

    def _is_busy(self) -> bool:
        return self._busy > 0 or time.monotonic() - self._last < _QUIET_SECONDS

    def _carry_out(self, step: Step) -> None:
        try:
            step()
        except Exception:
            logs.log().exception("warm", step=step.__name__)
        else:
            self.done.append(step.__name__)


class Watch:
    """Middleware that tells a `Warmer` when requests come and go, and what they look at."""

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
            self._warmer.visit(scope["path"], scope["query_string"])


def first_preview() -> None:
    """Read the parameters, build England, load what is compiled, and preview the least of places, whose runs take no time."""
    from almoner.reference.areas import resolve
    from almoner.study.scenario import USUAL, load_scenario
    from almoner.web.views import trial
    from almoner.web.views.answers import TO_YEAR

    trial.previewed(resolve(_LEAST), load_scenario(USUAL[0]), TO_YEAR)


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


def usual_place() -> None:
    """Run doing nothing for the place that the builder begins with."""
    from almoner.web.routes.scenarios import USUAL_AREA

    look_at(USUAL_AREA)


def discharge() -> None:
    """Read the answers about delays that are shipped; where they are stale, fit the boards to their record."""
    from almoner.web.routes.scenarios import USUAL_AREA
    from almoner.web.views.answers import delays_of

    delays_of(USUAL_AREA)


def children() -> None:
    """Fit the record of children's services and compile its months."""
    from almoner.web.routes.scenarios import USUAL_AREA
    from almoner.web.views.answers import children_of

    children_of(USUAL_AREA)


def whole_map() -> None:
    """Run England once, for the maps of modelled measures."""
    from almoner.web.views import maps

    maps.map_view("vacancy", None, "tiles")


def whole_country() -> None:
    """Run England as its own page shows it, with more draws than the maps have."""
    from almoner.reference.vocabulary import ENGLAND
    from almoner.web.views.answers import plan_of

    plan_of(ENGLAND)


def look_at(text: str, to: str = "") -> None:
    """Run doing nothing for a place to a year, for its previews; a text that is no place is passed over."""
    from almoner.reference.areas import resolve
    from almoner.web.views import trial
    from almoner.web.views.answers import FIRST_END, LAST_END, TO_YEAR

    to_year = int(to) if to.isdecimal() and FIRST_END <= int(to) <= LAST_END else TO_YEAR
    try:
        place = resolve(text)
    except AlmonerError:
        return
    if len(place.members) <= trial.MOST_AREAS:
        trial.doing_nothing(place, to_year)


def _of_visit(place: str, to: str = "") -> Step:
    def visited() -> None:
        look_at(place, to)

    return visited


_LEAST: Final = "E06000053"
_REGIONS: Final = tuple(f"E1200000{number}" for number in range(1, 10))
"""Doing nothing takes longest in regions, a second of a core or more."""

FIRST: Final[Step] = first_preview
STEPS: Final[tuple[Step, ...]] = (
    drawing,
    first_map,
    usual_place,
    discharge,
    children,
    *map(_of_visit, _REGIONS),
    whole_map,
    whole_country,
)

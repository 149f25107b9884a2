"""The answers that pages show, kept in memory: each is computed once, by one reader, while the others wait for it.

In: the code of a place and a horizon. Out: the same records that the command line prints. Draws are fewer where a place has many
areas, so that a first visit takes seconds; the record says how many there were.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, TypeVar

from almoner.analysis.children_record import ChildrenRecord
from almoner.analysis.delays_record import DelaysRecord
from almoner.analysis.plan_record import PlanRecord
from almoner.reference.areas import england, resolve

Answer = TypeVar("Answer")

TO_YEAR: Final = 2040
FIRST_END: Final = 2026
LAST_END: Final = 2046
_KEPT: Final = 64
_KEPT_OF_PLACES: Final = 512
"""What no scenario changes is small, some hundred kilobytes a place, and is asked for again by every preview there."""
_FEW: Final = 12
_MANY: Final = 50


class Memory:
    """Answers by key, the least used forgotten first."""

    def __init__(self, most: int = _KEPT) -> None:
        self._most = most
        self._held: OrderedDict[object, Any] = OrderedDict()
        self._making: dict[object, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: object, make: Callable[[], Answer]) -> Answer:
        """Return the answer under a key, made now if it is not held."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]  # type: ignore[no-any-return]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._held:
                    return self._held[key]  # type: ignore[no-any-return]
            found = make()
            with self._lock:
                self._held[key] = found
                self._making.pop(key, None)
                while len(self._held) > self._most:
                    self._held.popitem(last=False)
        return found


_MEMORY: Final = Memory()
_OF_PLACES: Final = Memory(_KEPT_OF_PLACES)


def remembered(key: object, make: Callable[[], Answer]) -> Answer:
    """Return the answer under a key, made now if it is not held."""
    return _MEMORY.get(key, make)


def lasting(key: object, make: Callable[[], Answer]) -> Answer:
    """Return what no scenario changes, made now if it is not held: answers to drafts never push it out."""
    return _OF_PLACES.get(key, make)


def months_to(to_year: int) -> int:
    """Return the months of a run that ends on 31 March of a year."""
    from almoner.study.design import Study

    return Study(england(), (), 1, to_year).months


def draws_for(members: int) -> int:
    """Return the draws behind a page: enough for an 80% interval where a place is one area, fewer where it is many."""
    return 32 if members <= _FEW else 16 if members <= _MANY else 8


def plan_of(code: str, to_year: int = TO_YEAR) -> PlanRecord:
    """Return the plan of a place if nothing changes."""
    from almoner.analysis.plan import make_plan
    from almoner.study.design import Study
    from almoner.study.scenario import DO_NOTHING, load_scenario

    place = resolve(code)

    def make() -> PlanRecord:
        study = Study(place, (), draws_for(len(place.members)), to_year)
        return make_plan(study.with_scenarios((load_scenario(DO_NOTHING, study.months),)))

    return remembered(("plan", place.code, to_year), make)


def delays_of(code: str) -> DelaysRecord:
    """Return whose the delays out of hospital of a place are."""
    from almoner.analysis.delays import delays

    place = resolve(code)
    return remembered(("delays", place.code), lambda: delays(place, draws_for(len(place.members))))


def children_of(code: str, to_year: int = 2035) -> ChildrenRecord:
    """Return children's social care of a place if nothing changes."""
    from almoner.analysis.children import children_answer
    from almoner.study.scenario import DO_NOTHING, load_scenario

    place = resolve(code)

    def make() -> ChildrenRecord:
        return children_answer(place, [load_scenario(DO_NOTHING)], to_year, draws=40)

    return remembered(("children", place.code, to_year), make)

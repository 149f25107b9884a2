"""Who may do what: the one place of all checks.

Every route declares a level by `dependencies=[require(level)]` (or the `access` of `page_route`); a test walks all routes and fails
where one is missing. What changes something must also carry its form's token. Everything that is kept belongs to a workspace, and
`own` refuses what belongs to another with the same answer as for what does not exist.
"""

from __future__ import annotations

from typing import Any, Final, Literal, Protocol, TypeVar

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from almoner.web import csrf
from almoner.web.limits import check_requests
from almoner.web.problems import Refused
from almoner.web.sessions import Anonymous, Member, Visitor, current

Level = Literal["public", "member", "analyst", "admin"]
LEVELS: Final[tuple[Level, ...]] = ("public", "member", "analyst", "admin")
_LEVEL_OF_ROLE: Final = {"": 0, "viewer": 1, "analyst": 2, "administrator": 3}


class InWorkspace(Protocol):
    """Anything that belongs to a workspace."""

    workspace_id: Any


Owned = TypeVar("Owned", bound=InWorkspace)


class Access:
    """The declaration of a route: who may use it. As a dependency it refuses all others."""

    def __init__(self, level: Level) -> None:
        self.level: Level = level

    async def __call__(self, request: Request) -> None:
        """Let the request pass, or raise `Refused`."""
        visitor = await run_in_threadpool(current, request) if request.cookies else current(request)
        if not may(visitor, self.level):
            if isinstance(visitor, Anonymous):
                raise Refused(401, "Sign in to see this page.")
            raise Refused(403, f"Your role in {visitor.workspace_name} is {visitor.role}: ask its administrator for more.")
        if request.method not in csrf.SAFE_METHODS:
            await run_in_threadpool(check_requests, request)
            if not await csrf.is_ours(request):
                raise Refused(403, "This form is too old or came from another site: load the page again and send it again.")


def require(level: Level) -> Any:
    """Return the dependency that lets pass those who have at least a level: public, member (viewer), analyst, admin."""
    if level not in LEVELS:
        raise ValueError(f"there is no level {level!r}")
    return Depends(Access(level))


def level_of(route: Any) -> Level | None:
    """Return the level that a route declares, None where it declares none."""
    dependant = getattr(route, "dependant", None)
    levels = [each.call.level for each in dependant.dependencies if isinstance(each.call, Access)] if dependant else []
    return max(levels, key=LEVELS.index) if levels else None


def may(visitor: Visitor, level: Level) -> bool:
    """Whether somebody has at least a level."""
    return _LEVEL_OF_ROLE[visitor.role] >= LEVELS.index(level)


def member(request: Request) -> Member:
    """Return the member who asks, on a route that only members reach."""
    visitor = current(request)
    if not isinstance(visitor, Member):
        raise Refused(401, "Sign in to see this page.")
    return visitor


def own(thing: Owned | None, visitor: Visitor, kind: str) -> Owned:
    """Return a thing of the visitor's workspace; one of another workspace is refused as if it did not exist."""
    if thing is None or not isinstance(visitor, Member) or thing.workspace_id != visitor.workspace_id:
        raise Refused(404, f"There is no such {kind} in your workspace.")
    return thing

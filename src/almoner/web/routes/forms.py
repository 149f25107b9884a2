"""What routes share that take a form or JSON and send the browser on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from fastapi import APIRouter
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from almoner.errors import InputFileError, in_words
from almoner.web.csrf import FIELD
from almoner.web.permissions import Level, require
from almoner.web.problems import problems

Model = TypeVar("Model", bound=BaseModel)
Taker = TypeVar("Taker", bound=Callable[..., Any])


def form_route(router: APIRouter, path: str, *, access: Level, form: type[BaseModel] | None = None) -> Callable[[Taker], Taker]:
    """Register a function that takes a form sent by POST and sends the browser on by `see_other`, for those who have `access`.

    `form` describes the fields where the function reads them by `filled`; what it declares as parameters describes itself.
    """

    def register(take: Taker) -> Taker:
        router.add_api_route(
            path,
            take,
            methods=["POST"],
            status_code=303,
            response_class=Response,
            response_model=None,
            responses=goes_on(),
            dependencies=[require(access)],
            openapi_extra=None if form is None else form_of(form),
            operation_id=f"{take.__module__.rpartition('.')[2]}_{take.__name__}",
        )
        return take

    return register


def goes_on() -> dict[int | str, dict[str, Any]]:
    """Return the part of OpenAPI of a form that sends the browser on."""
    return problems(409, 415) | {303: {"description": "Done: see the address in Location"}}


def see_other(path: str) -> RedirectResponse:
    """Send the browser on to a page of ours, by GET."""
    return RedirectResponse(path, 303, {"Cache-Control": "no-store"})


def inside(path: str | None, otherwise: str = "/") -> str:
    """Return a path that leads to no other site, or another in its place."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or any(ord(each) < 33 for each in path):
        return otherwise
    parts = urlsplit(path)
    return path if not parts.scheme and not parts.netloc else otherwise


async def filled(request: Request, model: type[Model], lists: tuple[str, ...] = ()) -> Model:
    """Return a form's fields as a model; an empty field is one that was left out."""
    form = await request.form()
    values: dict[str, Any] = {}
    for name in form:
        given = [value for value in form.getlist(name) if isinstance(value, str) and value.strip()]
        if name != FIELD and given:
            values[name] = given if name in lists else given[0]
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]).replace("_", " ") or "The form"
        raise InputFileError(f"{where}: {in_words(first)}."[:500]) from None


def form_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the part of OpenAPI that describes a form with these fields."""
    schema = model.model_json_schema()
    schema.pop("$defs", None)
    schema["properties"] = {FIELD: {"type": "string"}, **schema.get("properties", {})}
    schema["additionalProperties"] = False
    return {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}}

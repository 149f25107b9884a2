"""What `/openapi.json` says of every address is true: schemathesis tries them, as a member and as nobody, within bounded time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from .conftest import ADDRESS, Server
from .test_access import fill, member_of

EXAMPLES = 5
"""Examples an address and a visitor: about a hundred addresses in about a minute on two cores."""


def test_every_address_that_is_served_is_described_once(team: Server) -> None:
    described = team.browser().get("/openapi.json").json()
    served = {(route.path, method.lower()) for route in team.app.routes if isinstance(route, APIRoute) for method in route.methods}
    assert {(path, method) for path, item in described["paths"].items() for method in item} == served
    ids = [operation["operationId"] for item in described["paths"].values() for operation in item.values()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", ["ada", None], ids=["an administrator", "nobody"])
def test_no_address_answers_with_an_error_of_the_program_or_against_its_description(
    serve: Callable[..., Server], name: str | None
) -> None:
    from .conftest import people

    server = people(serve(requests_per_minute=1_000_000, sign_ins_per_quarter_hour=1_000_000))
    fill(server, member_of(server, "ann"))
    browser = server.browser() if name is None else server.signed_in(f"{name}@example.org")
    headers = {"X-CSRF-Token": browser.token(), "Accept": "application/json"}
    cookies = {cookie.name: cookie.value for cookie in browser.client.cookies.jar}
    server.app.openapi()
    schema = schemathesis.openapi.from_dict(server.app.openapi())
    schema.app = server.app
    schema.config.base_url = ADDRESS
    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path in ("/account/sign-out", "/account/password"):
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def attempt(case: schemathesis.Case) -> None:
            response = case.call(headers=headers, cookies=cookies)
            case.validate_response(response, checks=checks)

        from hypothesis import given

        given(case=operation.as_strategy())(attempt)()
        tried += 1
    assert tried > 40

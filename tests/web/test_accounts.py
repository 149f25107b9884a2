"""Signing in: with a password or by a provider, within limits, with cookies and forms that other sites cannot use."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import update

from almoner.web import accounts, csrf, sessions
from almoner.web.security import HEADERS
from almoner.web.settings import OpenIdSettings
from almoner.web.tables import AuditEntry, SignIn, User, now

from .conftest import ADDRESS, PASSWORD, Server, people


def actions(server: Server) -> list[str]:
    with server.app.state.database.reading() as db:
        return [entry.action for entry in db.query(AuditEntry).order_by(AuditEntry.id)]


def test_a_member_signs_in_and_out_on_each_kind_of_database(any_team: Server) -> None:
    browser = any_team.browser()
    assert browser.get("/account.json").status_code == 401
    answer = browser.sign_in("Ann@Example.org ")
    assert answer.status_code == 303
    assert browser.get("/account.json").json()["member"]["role"] == "analyst"
    assert browser.post("/account/sign-out").status_code == 303
    assert browser.get("/account.json").status_code == 401
    assert actions(any_team)[-2:] == ["sign in", "sign out"]


def test_the_cookie_of_a_session_is_kept_from_scripts_and_other_sites(serve: Callable[..., Server]) -> None:
    server = people(serve(secure_cookies=True))
    cookie = server.browser().sign_in("ann@example.org").headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"))


def test_a_wrong_password_and_a_wrong_name_are_told_apart_by_nobody(team: Server) -> None:
    said = [
        team.browser().post("/account/sign-in", data=form)
        for form in (
            {"email": "ann@example.org", "password": "not this one"},
            {"email": "nobody@example.org", "password": PASSWORD},
        )
    ]
    assert [answer.status_code for answer in said] == [422, 422]
    assert "set-cookie" not in said[0].headers or csrf.SESSION_COOKIE not in said[0].headers["set-cookie"]


def test_neither_the_password_nor_the_session_is_in_the_database(team: Server) -> None:
    browser = team.signed_in("ann@example.org")
    token = browser.client.cookies[csrf.SESSION_COOKIE]
    content = (team.settings.data / "almoner.sqlite").read_bytes() + (team.settings.data / "almoner.sqlite-wal").read_bytes()
    assert PASSWORD.encode() not in content
    assert token.encode() not in content
    assert b"$argon2id$" in content


def test_too_many_tries_for_one_account_are_refused_until_the_window_ends(serve: Callable[..., Server]) -> None:
    server = people(serve(sign_ins_per_quarter_hour=3))
    statuses = [server.browser().sign_in("ann@example.org", "wrong").status_code for _ in range(3)]
    refused = server.browser().sign_in("ann@example.org")
    assert statuses == [422] * 3
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 900
    assert server.browser().sign_in("vic@example.org").status_code == 303


def test_too_many_tries_from_one_address_are_refused_whatever_the_account(serve: Callable[..., Server]) -> None:
    server = people(serve(sign_ins_per_quarter_hour=1))
    statuses = [server.browser().sign_in(f"p{n}@example.org", "wrong").status_code for n in range(4)]
    assert statuses == [422, 422, 422, 429]


def test_the_counters_hold_no_address_and_no_name(team: Server) -> None:
    team.browser().sign_in("ann@example.org", "wrong")
    with team.app.state.database.reading() as db:
        from almoner.web.tables import RateCount

        assert all(len(row.key) == 64 for row in db.query(RateCount))


def test_a_session_ends_when_it_expires_or_the_account_is_closed(team: Server) -> None:
    ann, vic = team.signed_in("ann@example.org"), team.signed_in("vic@example.org")
    with team.app.state.database.session() as db:
        db.execute(update(User).where(User.email == "ann@example.org").values(disabled_at=now()))
        later = db.query(User).filter_by(email="vic@example.org").one().id
        db.execute(update(SignIn).where(SignIn.user_id == later).values(expires_at=now() - timedelta(seconds=1)))
    assert ann.get("/runs.json").status_code == 401
    assert vic.get("/runs.json").status_code == 401


def test_a_new_password_ends_all_other_sessions(team: Server) -> None:
    here, there = team.signed_in("ann@example.org"), team.signed_in("ann@example.org")
    assert here.post("/account/password", data={"old": PASSWORD, "new": "short"}).status_code == 400
    assert here.post("/account/password", data={"old": PASSWORD, "new": "four other plain words"}).status_code == 303
    assert there.get("/runs.json").status_code == 401
    assert here.get("/runs.json").status_code == 200


@pytest.mark.parametrize("path", ["/runs", "/api/scenarios", "/account/sign-out", "/scenarios/x/undo"])
def test_what_changes_something_needs_the_token_of_its_own_browser(team: Server, path: str) -> None:
    browser = team.signed_in("ann@example.org")
    for headers in ({}, {csrf.HEADER: "made up"}, {csrf.HEADER: team.signed_in("vic@example.org").token()}):
        assert browser.client.post(path, headers=headers).status_code == 403
    assert browser.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_the_token_may_be_a_field_of_the_form(team: Server) -> None:
    browser = team.browser()
    form = {"email": "ann@example.org", "password": PASSWORD, csrf.FIELD: browser.token()}
    assert browser.client.post("/account/sign-in", data=form, follow_redirects=False).status_code == 303


def test_signing_in_leads_to_no_other_site(team: Server) -> None:
    for there in ("https://example.org/", "//example.org", "/\\example.org", "javascript:x", "/\texample"):
        browser = team.browser()
        form = {"email": "ann@example.org", "password": PASSWORD, "next": there}
        assert browser.post("/account/sign-in", data=form).headers["location"] == "/"
    form = {"email": "ann@example.org", "password": PASSWORD, "next": "/runs?x=1"}
    assert team.browser().post("/account/sign-in", data=form).headers["location"] == "/runs?x=1"


@pytest.mark.parametrize("path", ["/healthz", "/runs.json", "/nothing", "/openapi.json", "/shared/made.up.json"])
def test_every_answer_has_the_headers_of_a_strict_site(team: Server, path: str) -> None:
    headers = team.browser().get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "http" not in policy


def test_a_server_of_one_computer_answers_to_no_other_name(serve: Callable[..., Server]) -> None:
    browser = serve(single_user=True).browser()
    assert browser.get("/runs.json").status_code == 200
    assert browser.get("/runs.json", headers={"Host": "evil.example.org"}).status_code == 400


def test_what_is_too_large_is_refused_whether_its_length_is_told_or_not(team: Server) -> None:
    browser = team.signed_in("ann@example.org")
    large = b"x" * (team.settings.largest_upload_bytes + team.settings.largest_form_bytes + 1)
    assert browser.post("/api/scenarios", content=large).status_code == 413
    assert browser.post("/api/scenarios", content=iter([large]), headers={"Content-Type": "application/json"}).status_code == 413


def test_the_last_administrator_stays_one(team: Server) -> None:
    ada = team.signed_in("ada@example.org")
    me = ada.get("/account.json").json()["member"]["user_id"]
    assert ada.post(f"/admin/members/{me}/role", data={"role": "viewer"}).status_code == 400
    assert ada.post(f"/admin/members/{me}/remove").status_code == 400


def test_an_administrator_changes_roles_and_the_audit_log_says_so(team: Server) -> None:
    ada = team.signed_in("ada@example.org")
    people_now = {person["email"]: person for person in ada.get("/admin.json").json()["people"]}
    assert set(people_now) == {"ada@example.org", "ann@example.org", "vic@example.org"}
    assert ada.post(f"/admin/members/{people_now['vic@example.org']['user_id']}/role", data={"role": "analyst"}).status_code == 303
    newest = ada.get("/admin.json").json()["entries"][0]
    assert (newest["who"], newest["action"], newest["detail"]) == ("Ada", "change role", "role: analyst")
    assert "change role" in ada.get("/admin/audit.csv").text


class Provider(BaseHTTPRequestHandler):
    """A provider of sign-ins on this computer: whoever asks is `claims`, and every address but the token's is open."""

    key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
    claims: ClassVar[dict[str, object]] = {}
    nonce = ""
    asked: ClassVar[dict[str, list[str]]] = {}

    def answer(self, content: dict[str, object]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        if self.path == "/keys":
            self.answer({"keys": [self.key.as_dict(private=False)]})
            return
        parts = {"authorization_endpoint": "/authorise", "token_endpoint": "/token", "jwks_uri": "/keys"}
        self.answer({"issuer": issuer} | {name: issuer + path for name, path in parts.items()})

    def do_POST(self) -> None:
        type(self).asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        claims = {"iss": issuer, "aud": "almoner", "sub": "42", "exp": int(time.time()) + 60, "nonce": self.nonce} | self.claims
        token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key)
        self.answer({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def with_provider(serve: Callable[..., Server]) -> Iterator[Server]:
    """A team's server whose sign-ins a provider on loopback vouches for."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    yield people(serve(open_id=OpenIdSettings(f"http://127.0.0.1:{http.server_address[1]}", "almoner", "a secret")))
    http.shutdown()
    thread.join()
    http.server_close()


def come_back(server: Server, claims: dict[str, object], nonce: str | None = None):
    """Go to the provider and come back as whom it says."""
    browser = server.browser()
    away = browser.get("/account/open-id?next=/runs.json", follow_redirects=False)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(away.headers["location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{ADDRESS}/account/open-id/back"
    Provider.claims, Provider.nonce = claims, asked["nonce"] if nonce is None else nonce
    back = browser.get(f"/account/open-id/back?code=abc&state={asked['state']}", follow_redirects=False)
    return browser, back


def test_a_member_signs_in_by_a_provider(with_provider: Server) -> None:
    browser, back = come_back(with_provider, {"email": "ann@example.org", "email_verified": True})
    assert (back.status_code, back.headers["location"]) == (303, "/runs.json")
    assert browser.get("/account.json").json()["member"]["name"] == "Ann"
    assert "code_verifier" in Provider.asked


def test_a_stranger_whom_the_provider_knows_gets_a_workspace_of_their_own(with_provider: Server) -> None:
    browser, _ = come_back(with_provider, {"email": "new@example.org", "email_verified": True, "name": "New", "sub": "43"})
    member = browser.get("/account.json").json()["member"]
    assert (member["name"], member["role"]) == ("New", "administrator")
    assert browser.get("/runs.json").json() == []


@pytest.mark.parametrize(
    ("claims", "nonce"),
    [
        ({"email": "ann@example.org", "email_verified": False}, None),
        ({"email": "ann@example.org", "email_verified": True, "aud": "another"}, None),
        ({"email": "ann@example.org", "email_verified": True, "iss": "http://127.0.0.1:1"}, None),
        ({"email": "ann@example.org", "email_verified": True, "exp": 1}, None),
        ({"email": "ann@example.org", "email_verified": True}, "another"),
    ],
    ids=["address not verified", "for another", "from another", "too old", "of another sign-in"],
)
def test_an_answer_that_cannot_be_trusted_opens_nothing(
    with_provider: Server, claims: dict[str, object], nonce: str | None
) -> None:
    browser, back = come_back(with_provider, claims, nonce)
    assert back.status_code == 400
    assert browser.get("/account.json").status_code == 401

    assert with_provider.browser().get("/account/open-id/back?code=a&state=b").status_code == 400


def test_a_session_is_of_the_workspace_that_its_member_belongs_to(team: Server) -> None:
    browser = team.signed_in("eve@example.org")
    assert browser.post("/account/workspace", data={"workspace": sessions.LOCAL_ID}).status_code == 404


def test_passwords_are_hashed_at_the_cost_of_rfc_9106(real_cost: None) -> None:
    kind, _, parameters = accounts.hashed("three words are easy")[1:].split("$")[:3]
    assert kind == "argon2id"
    # The second recommended option: 64 MiB, three passes, four lanes.
    assert parameters == "m=65536,t=3,p=4"

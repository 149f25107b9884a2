"""Signing in by OpenID Connect: the authorisation code flow with PKCE, state and nonce, by Authlib.

What the browser must bring back is kept in a signed cookie of its own for ten minutes; tokens of the provider are not kept at all.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from httpx2 import HTTPError
from itsdangerous import BadSignature, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from almoner.web.problems import Refused
from almoner.web.sessions import set_cookie
from almoner.web.settings import OpenIdSettings, Settings

COOKIE: Final = "almoner_open_id"
_MINUTES: Final = 10
_SECONDS: Final = 15.0
_ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA"]
_CLOCK_SKEW_SECONDS: Final = 60


@dataclass(frozen=True)
class Provider:
    """The provider of sign-ins."""

    told: OpenIdSettings
    settings: Settings

    async def start(self, request: Request, there: str) -> Response:
        """Return the answer that sends a browser to the provider."""
        async with self._client(request) as client:
            known = await self._discover(client)
            verifier, nonce = generate_token(64), generate_token(32)
            address, state = client.create_authorization_url(known["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
        response = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
        kept = self._signer().dumps({"state": state, "nonce": nonce, "verifier": verifier, "there": there})
        set_cookie(response, COOKIE, str(kept), self.settings, _MINUTES * 60)
        return response

    async def finish(self, request: Request) -> tuple[dict[str, Any], str]:
        """Return the claims that the provider makes of who came back, and where they wanted to go.

        Raises:
            Refused: they come back too late, to another browser, or with a token that is not the provider's.
        """
        kept = self._kept(request)
        if request.query_params.get("state") != kept["state"] or "code" not in request.query_params:
            raise Refused(400, "Signing in was not finished: go back and try again.")
        try:
            async with self._client(request, kept["state"]) as client:
                known = await self._discover(client)
                answer = await client.fetch_token(
                    known["token_endpoint"], code=request.query_params["code"], code_verifier=kept["verifier"]
                )
                keys = (await client.request("GET", known["jwks_uri"], withhold_token=True)).raise_for_status().json()
            token = jwt.decode(answer["id_token"], KeySet.import_key_set(keys), algorithms=_ALGORITHMS)
            rules = jwt.JWTClaimsRegistry(
                now=int(time.time()),
                leeway=_CLOCK_SKEW_SECONDS,
                iss={"essential": True, "value": known["issuer"]},
                aud={"essential": True, "value": self.told.client_id},
                exp={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": kept["nonce"]},
            )
            rules.validate(token.claims)
        except (OAuthError, JoseError, HTTPError, KeyError, ValueError, TypeError):
            raise Refused(400, "The provider's answer cannot be trusted: go back and try again.") from None
        return dict(token.claims), kept["there"]

    async def _discover(self, client: AsyncOAuth2Client) -> dict[str, Any]:
        try:
            answer = await client.request("GET", f"{self.told.issuer}/.well-known/openid-configuration", withhold_token=True)
            known: dict[str, Any] = answer.raise_for_status().json()
        except (HTTPError, ValueError):
            raise Refused(503, "The provider of sign-ins does not answer: try again later.") from None
        if str(known.get("issuer", "")).rstrip("/") != self.told.issuer:
            raise Refused(503, "The provider of sign-ins says that it is another: tell whoever looks after this server.")
        return known

    def _client(self, request: Request, state: str | None = None) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self.told.client_id,
            self.told.client_secret,
            scope="openid email profile",
            redirect_uri=str(request.url_for("open_id_back")),
            code_challenge_method="S256",
            state=state,
            timeout=_SECONDS,
            trust_env=False,
        )

    def _kept(self, request: Request) -> dict[str, str]:
        try:
            kept: dict[str, str] = self._signer().loads(request.cookies.get(COOKIE, ""), max_age=_MINUTES * 60)
        except BadSignature:
            raise Refused(400, "Signing in took too long or was begun in another browser: go back and try again.") from None
        return kept

    def _signer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.settings.secret, salt="open id")


def provider(request: Request) -> Provider:
    """Return the provider that this server is told of."""
    settings: Settings = request.app.state.settings
    if settings.open_id is None or settings.single_user:
        raise Refused(404, "This server has no provider of sign-ins: sign in with your password.")
    return Provider(settings.open_id, settings)

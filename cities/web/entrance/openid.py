"""OpenID Connect, as strict as it is written: signature, issuer, audience, time, nonce, and a proof key."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from requests import RequestException

from cities.entrance.rules import Vouching, authenticated_at

#: What a signature may be made with: a pair of keys. `none` and a shared secret prove nothing here.
ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "PS256", "EdDSA"]
#: Two clocks differ a little.
LEEWAY = 30


def nonce_for(verifier: str) -> str:
    """The nonce of a sign-in, from the secret that only its own session holds: nothing more to keep."""
    return hashlib.sha256(f"nonce of {verifier}".encode()).hexdigest()


class HouseAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    """Reads the answer of a provider."""

    verifier = ""

    @property
    def openid_config(self) -> Any:
        """What the provider says of itself, which must be the issuer that the administrator named."""
        found = super().openid_config
        wanted = self.get_provider().app.settings["issuer"]
        if not isinstance(found, dict) or str(found.get("issuer", "")).rstrip("/") != wanted.rstrip("/"):
            raise OAuth2Error("the issuer is another one")
        return found

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> Any:
        self.verifier = pkce_code_verifier or ""
        return super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Who it is, by the ID token alone."""
        claims = self.checked(app, kwargs["response"].get("id_token"))
        login = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        rule = app.settings["vouches"]
        at = timezone.now()
        said = {
            "fresh_at": authenticated_at(claims, at=at),
            "second_factor": Vouching(rule["claim"], frozenset(rule["values"])).counts(claims),
        }
        login.said = said
        return login

    def checked(self, app: Any, id_token: object) -> dict[str, Any]:
        """The claims of a token that is what it says. Anything else is an error, and no sign-in."""
        if not isinstance(id_token, str):
            raise OAuth2Error("no ID token")
        config = self.openid_config
        try:
            key = self._key(config["jwks_uri"], id_token)
            claims: dict[str, Any] = jwt.decode(
                id_token, key, algorithms=ALGORITHMS, audience=app.client_id, issuer=config["issuer"], leeway=LEEWAY,
                options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
            )  # fmt: skip
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("the ID token does not hold") from error
        if not self.verifier or not hmac.compare_digest(str(claims["nonce"]), nonce_for(self.verifier)):
            raise OAuth2Error("the nonce is another one")
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != app.client_id:
            raise OAuth2Error("the token was made for another party")
        return claims

    def _key(self, address: str, id_token: str) -> Any:
        from allauth.socialaccount.adapter import get_adapter

        with get_adapter().get_requests_session() as session:
            answer = session.get(address)
            answer.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(answer.json())
        wanted = jwt.get_unverified_header(id_token).get("kid")
        found = [key for key in keys.keys if key.key_id == wanted or (wanted is None and len(keys.keys) == 1)]
        if not found:
            raise OAuth2Error("the ID token is signed with a key that the provider does not publish")
        return found[0].key


class HouseOpenID(OpenIDConnectProvider):  # type: ignore[misc]  # allauth has no types
    """A provider of the environment."""

    oauth2_adapter_class = HouseAdapter

    def get_pkce_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_pkce_params()
        return {**params, "nonce": nonce_for(params["code_verifier"])}

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Nothing of the request's address goes to the provider. Who is in already is asked again there."""
        found: dict[str, Any] = super().get_redirect_from_request_kwargs(request)
        again = {"prompt": "login", "max_age": "0"} if request.user.is_authenticated else {}
        return {**found, "scope": self.get_scope(), "auth_params": again}

    def redirect(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """To the provider; a page that says so when it can't be reached, or is another one than was named."""
        try:
            return super().redirect(request, *args, **kwargs)  # type: ignore[no-any-return]  # allauth has no types
        except (OAuth2Error, RequestException, ValueError, KeyError) as error:
            return render_authentication_error(request, self, exception=error)  # type: ignore[no-any-return]

    def serialize(self) -> dict[str, Any]:
        """Between the provider and the second factor a sign-in waits in the session: by the provider's own name, since
        two of them may call us alike."""
        return {**super().serialize(), "id": self.sub_id}

    def extract_uid(self, data: dict[str, Any]) -> str:
        """Who it is there: the subject of that issuer, in a form that says nothing by itself."""
        claims = data["id_token"]
        return hashlib.sha256(f"{claims['iss']}\n{claims['sub']}".encode()).hexdigest()

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Of all that a provider tells, one word is kept: by which its owner knows it from another."""
        claims = data["id_token"]
        label = claims.get("preferred_username") or claims.get("email") or ""
        return {"label": str(label)[:150]}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []


def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """On the way to a provider. (Allauth's own views would read the answer by an adapter that checks less.)"""
    return _through(OAuth2LoginView, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from it."""
    return _through(OAuth2CallbackView, request, provider_id)


def _through(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    names = {provider.app.provider_id for provider in get_adapter().list_providers(request)}
    if provider_id not in names:
        raise Http404
    return view.adapter_view(HouseAdapter(request, provider_id))(request)  # type: ignore[no-any-return]

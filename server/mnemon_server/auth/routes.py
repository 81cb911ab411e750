"""The paths of the authorization server, assembled from the SDK's handlers, with what they leave out."""

from __future__ import annotations

from mcp.server.auth.handlers.authorize import AuthorizationHandler
from mcp.server.auth.handlers.register import RegistrationHandler
from mcp.server.auth.handlers.token import TokenHandler
from mcp.server.auth.middleware.client_auth import AuthenticationError, ClientAuthenticator
from mcp.server.auth.routes import cors_middleware
from mcp.server.auth.settings import ClientRegistrationOptions
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mnemon_server.auth.around import (
    NO_STORE,
    Handler,
    for_our_resource,
    known_clients_only,
    naming_the_issuer,
    noted,
    refused,
    registering,
)
from mnemon_server.auth.authority import Authority
from mnemon_server.auth.clients import SCOPE
from mnemon_server.auth.consent import Consent, exchange_in_trouble, page_in_trouble

_PROTECTED = "/.well-known/oauth-protected-resource"
_AUTHORIZATION_SERVER = "/.well-known/oauth-authorization-server"
_OAUTH = (_AUTHORIZATION_SERVER, "/authorize", "/consent", "/token", "/register", "/revoke")


def auth_routes(authority: Authority) -> list[BaseRoute]:
    """Metadata, OAuth, and the exchange of a secret for a device's token. Without a passphrase OAuth is off."""
    consent = Consent(authority)
    routes: list[BaseRoute] = [
        *(
            _open_to_pages(path, _metadata(authority, _resource_metadata(authority)), "GET")
            for path in (_PROTECTED, f"{_PROTECTED}/mcp")
        ),
        Route("/auth/exchange", noted(authority, "exchange", consent.exchange, exchange_in_trouble), methods=["POST"]),
    ]
    if not authority.has_oauth:
        return [
            *routes,
            *(Route(path, _is_off, methods=["GET", "POST", "OPTIONS"]) for path in _OAUTH),
        ]
    authenticator = ClientAuthenticator(authority)
    options = ClientRegistrationOptions(enabled=True, valid_scopes=[SCOPE], default_scopes=[SCOPE])
    authorize = naming_the_issuer(authority, AuthorizationHandler(authority).handle)
    token = for_our_resource(authority, TokenHandler(authority, authenticator).handle)
    register = registering(authority, RegistrationHandler(authority, options).handle)
    return [
        *routes,
        _open_to_pages(_AUTHORIZATION_SERVER, _metadata(authority, _server_metadata(authority)), "GET"),
        Route("/authorize", noted(authority, "authorize", known_clients_only(authorize)), methods=["GET", "POST"]),
        Route("/consent", noted(authority, "consent", consent.page, page_in_trouble), methods=["GET", "POST"]),
        _open_to_pages("/token", noted(authority, "token", token), "POST"),
        _open_to_pages("/register", noted(authority, "register", register), "POST"),
        _open_to_pages("/revoke", noted(authority, "revoke", _revoking(authority, authenticator)), "POST"),
    ]


def _server_metadata(authority: Authority) -> dict[str, object]:
    """RFC 8414. The issuer stands there to the letter, as in `iss`."""
    url = authority.public_url
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}/authorize",
        "token_endpoint": f"{url}/token",
        "registration_endpoint": f"{url}/register",
        "revocation_endpoint": f"{url}/revoke",
        "scopes_supported": [SCOPE],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        # Public clients only. Claude uses its published document only where it finds this and the next but one.
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "client_id_metadata_document_supported": True,
        "authorization_response_iss_parameter_supported": True,
        "code_challenge_methods_supported": ["S256"],
    }


def _resource_metadata(authority: Authority) -> dict[str, object]:
    """RFC 9728."""
    found: dict[str, object] = {
        "resource": authority.resource,
        "resource_name": "mnemon",
        "scopes_supported": [SCOPE],
        "bearer_methods_supported": ["header"],
    }
    return found | ({"authorization_servers": [authority.public_url]} if authority.has_oauth else {})


def _metadata(authority: Authority, found: dict[str, object]) -> Handler:
    async def answer(request: Request) -> Response:
        await authority.watch.note_rarely("discovery", "ok")
        # Without OAuth yet: whoever looks again after a passphrase was set has to see it.
        return JSONResponse(
            found, headers={"Cache-Control": "public, max-age=3600"} if authority.has_oauth else NO_STORE
        )

    return answer


def _open_to_pages(path: str, handle: Handler, method: str) -> Route:
    """Clients that run in a browser, such as the inspector, ask these from a page of their own."""
    return Route(path, cors_middleware(handle, [method, "OPTIONS"]), methods=[method, "OPTIONS"])


def _revoking(authority: Authority, authenticator: ClientAuthenticator) -> Handler:
    """RFC 7009. The SDK's own handler refuses public clients: it wants a `client_secret` in the form."""

    async def answer(request: Request) -> Response:
        try:
            client = await authenticator.authenticate_request(request)
        except AuthenticationError as trouble:
            return refused(401, "invalid_client", trouble.message)
        token = (await request.form()).get("token")
        if not isinstance(token, str):
            return refused(400, "invalid_request", "no token")
        await authority.revoke(client.client_id or "", token)
        return Response(status_code=200, headers=NO_STORE)

    return answer


async def _is_off(request: Request) -> Response:
    return refused(
        404, "temporarily_unavailable", "OAuth is off: the owner has set no passphrase (MNEMON_OWNER_PASSPHRASE_HASH)"
    )

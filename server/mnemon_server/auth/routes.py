"""The paths of the authorization server, assembled from the SDK's handlers, with what they leave out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode, urlsplit

from mcp.server.auth.handlers.authorize import AuthorizationHandler
from mcp.server.auth.handlers.register import RegistrationHandler
from mcp.server.auth.handlers.token import TokenHandler
from mcp.server.auth.middleware.client_auth import AuthenticationError, ClientAuthenticator
from mcp.server.auth.routes import cors_middleware
from mcp.server.auth.settings import ClientRegistrationOptions
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mnemon_server.auth.authority import Authority
from mnemon_server.auth.clients import SCOPE
from mnemon_server.auth.consent import Consent

Handler = Callable[[Request], Awaitable[Response]]
_PROTECTED = "/.well-known/oauth-protected-resource"
_NO_STORE = {"Cache-Control": "no-store"}


def auth_routes(authority: Authority) -> list[BaseRoute]:
    """Metadata, OAuth, and the exchange of a secret for a device's token. Without a passphrase OAuth is off."""
    consent = Consent(authority)
    routes: list[BaseRoute] = [
        *(
            _open_to_pages(path, _metadata(_resource_metadata(authority)), "GET")
            for path in (_PROTECTED, f"{_PROTECTED}/mcp")
        ),
        Route("/auth/exchange", consent.exchange, methods=["POST"]),
    ]
    if not authority.has_oauth:
        return [
            *routes,
            *(Route(path, _is_off) for path in ("/authorize", "/consent", "/token", "/register", "/revoke")),
        ]
    authenticator = ClientAuthenticator(authority)
    options = ClientRegistrationOptions(enabled=True, valid_scopes=[SCOPE], default_scopes=[SCOPE])
    return [
        *routes,
        _open_to_pages("/.well-known/oauth-authorization-server", _metadata(_server_metadata(authority)), "GET"),
        Route(
            "/authorize", _naming_the_issuer(authority, AuthorizationHandler(authority).handle), methods=["GET", "POST"]
        ),
        Route("/consent", consent.page, methods=["GET", "POST"]),
        _open_to_pages("/token", _for_our_resource(authority, TokenHandler(authority, authenticator).handle), "POST"),
        _open_to_pages("/register", RegistrationHandler(authority, options).handle, "POST"),
        _open_to_pages("/revoke", _revoking(authority, authenticator), "POST"),
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


def _metadata(found: dict[str, object]) -> Handler:
    async def answer(request: Request) -> Response:
        return JSONResponse(found, headers={"Cache-Control": "public, max-age=3600"})

    return answer


def _open_to_pages(path: str, handle: Handler, method: str) -> Route:
    """Clients that run in a browser, such as the inspector, ask these from a page of their own."""
    return Route(path, cors_middleware(handle, [method, "OPTIONS"]), methods=[method, "OPTIONS"])


def _for_our_resource(authority: Authority, handle: Handler) -> Handler:
    """The SDK gives a token out whatever `resource` says (RFC 8707); we do not."""

    async def answer(request: Request) -> Response:
        form = await request.form()
        resources = [str(value) for value in form.getlist("resource")]
        if not all(authority.is_ours(resource) for resource in resources):
            await authority.note("token", "for another resource")
            told = {"error": "invalid_target", "error_description": "this server is another resource"}
            return JSONResponse(told, 400, _NO_STORE)
        return await handle(request)

    return answer


def _naming_the_issuer(authority: Authority, handle: Handler) -> Handler:
    """An error that goes back to the client says who it is from (RFC 9207), which the SDK leaves out."""

    async def answer(request: Request) -> Response:
        response = await handle(request)
        address = response.headers.get("location", "")
        if address and not address.startswith(f"{authority.public_url}/consent?"):
            joint = "&" if urlsplit(address).query else "?"
            response.headers["location"] = f"{address}{joint}{urlencode({'iss': authority.public_url})}"
        return response

    return answer


def _revoking(authority: Authority, authenticator: ClientAuthenticator) -> Handler:
    """RFC 7009. The SDK's own handler refuses public clients: it wants a `client_secret` in the form."""

    async def answer(request: Request) -> Response:
        try:
            client = await authenticator.authenticate_request(request)
        except AuthenticationError as trouble:
            return JSONResponse({"error": "invalid_client", "error_description": trouble.message}, 401, _NO_STORE)
        token = (await request.form()).get("token")
        if not isinstance(token, str):
            return JSONResponse({"error": "invalid_request", "error_description": "no token"}, 400, _NO_STORE)
        await authority.revoke(client.client_id or "", token)
        return Response(status_code=200, headers=_NO_STORE)

    return answer


async def _is_off(request: Request) -> Response:
    told = {
        "error": "temporarily_unavailable",
        "error_description": "OAuth is off: the owner has set no passphrase (MNEMON_OWNER_PASSPHRASE_HASH)",
    }
    return JSONResponse(told, 404, _NO_STORE)

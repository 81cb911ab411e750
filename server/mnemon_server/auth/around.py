"""What the SDK's OAuth handlers leave out, put around them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mnemon_server.auth import clients
from mnemon_server.auth.authority import Authority
from mnemon_server.auth.watch import watched
from mnemon_server.errors import MnemonError

Handler = Callable[[Request], Awaitable[Response]]
NO_STORE = {"Cache-Control": "no-store"}


def refused(status: int, error: str, description: str, wait: int = 0) -> Response:
    """An OAuth error (RFC 6749 section 5.2)."""
    headers = NO_STORE | ({"Retry-After": str(wait)} if wait else {})
    return JSONResponse({"error": error, "error_description": description}, status, headers)


def in_trouble() -> Response:
    return refused(503, "temporarily_unavailable", "the server cannot read or write its own file of clients", 5)


def noted(authority: Authority, hop: str, handle: Handler, trouble: Callable[[], Response] = in_trouble) -> Handler:
    """What a handler refuses by itself goes into the log of attempts; a file in trouble gets an answer, too."""

    async def answer(request: Request) -> Response:
        with watched() as notes:
            try:
                response = await handle(request)
            except MnemonError:
                response = trouble()
            error = _error_of(response)
            if error and not notes:
                await authority.watch.note_rarely(hop, f"refused: {error}")
        return response

    return answer


def known_clients_only(handle: Handler) -> Handler:
    """The SDK would only say "not found": whoever brings a document of its own learns that none is fetched."""

    async def answer(request: Request) -> Response:
        sent = request.query_params if request.method == "GET" else await request.form()
        client_id = str(sent.get("client_id", ""))
        if "://" in client_id and client_id not in clients.PUBLISHED:
            return refused(
                400, "invalid_request", "this client's document is none that is built in here; register at /register"
            )
        return await handle(request)

    return answer


def naming_the_issuer(authority: Authority, handle: Handler) -> Handler:
    """An error that goes back to the client says who it is from (RFC 9207)."""

    async def answer(request: Request) -> Response:
        response = await handle(request)
        address = response.headers.get("location", "")
        if address and not address.startswith(f"{authority.public_url}/consent?"):
            joint = "&" if urlsplit(address).query else "?"
            response.headers["location"] = f"{address}{joint}{urlencode({'iss': authority.public_url})}"
        return response

    return answer


def for_our_resource(authority: Authority, handle: Handler) -> Handler:
    """The SDK gives a token out whatever `resource` says (RFC 8707); we do not."""

    async def answer(request: Request) -> Response:
        form = await request.form()
        if not all(authority.is_ours(str(resource)) for resource in form.getlist("resource")):
            return refused(400, "invalid_target", "this server is another resource")
        return await handle(request)

    return answer


def registering(authority: Authority, handle: Handler) -> Handler:
    """Too many are told when to come back, and addresses are looked at as they were sent: once the SDK has parsed
    them, a backslash is a slash and `loc%61lhost` is localhost."""

    async def answer(request: Request) -> Response:
        wait = await anyio.to_thread.run_sync(clients.seconds_to_wait, authority.store, authority.clock())
        if wait:
            return refused(429, "temporarily_unavailable", "too many registrations; try again later", wait)
        sent = _sent(await request.body())
        if not _has_allowed_redirects(sent):
            await authority.watch.note_rarely("register", "refused", claimed=str(sent.get("client_name", "")))
            return refused(400, "invalid_redirect_uri", clients.WHERE_A_CODE_MAY_GO)
        return await handle(request)

    return answer


def _sent(body: bytes) -> dict[str, object]:
    """Empty for what is no registration at all: the SDK says so in its own words."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return sent if isinstance(sent, dict) else {}


def _has_allowed_redirects(sent: dict[str, object]) -> bool:
    redirects = sent.get("redirect_uris")
    if not isinstance(redirects, list):
        return True  # likewise
    return all(clients.is_allowed_redirect(address) for address in redirects if isinstance(address, str))


def _error_of(response: Response) -> str:
    """The word for what went wrong, in the answer or in the redirect that is the answer; empty when nothing did."""
    if response.status_code < 400:
        # The last one: the client's own address may have a parameter of that name.
        error = parse_qs(urlsplit(response.headers.get("location", "")).query).get("error", [""])[-1]
    else:
        try:
            error = json.loads(bytes(response.body))["error"]
        except (ValueError, TypeError, KeyError):
            return str(response.status_code)
    return error if isinstance(error, str) and error.replace("_", "").isalpha() and len(error) < 40 else ""

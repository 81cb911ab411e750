"""`/consent`: the owner's passphrase turns a request into a code; `/auth/exchange`: it turns into a device's token."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from mcp.server.auth.provider import AuthorizationCode, AuthorizationParams, construct_redirect_uri
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from mnemon_server import __version__
from mnemon_server.auth import clients, consent_page, devices, grants, guessing
from mnemon_server.auth.authority import Authority
from mnemon_server.auth.consent_page import Asking
from mnemon_server.auth.devices import DeviceTrouble
from mnemon_server.auth.passphrase import LONGEST, is_right
from mnemon_server.auth.store import digest
from mnemon_server.errors import UsageError

_AT_ONCE = 2  # passphrases hashed at the same time: each takes 32 MB and a tenth of a second
# From its callback Claude goes on to its other name or to the app on the desktop.
_CLAUDE = "https://claude.ai https://claude.com claude:"


@dataclass(frozen=True)
class _Request:
    client_id: str
    name: str
    params: AuthorizationParams


class Consent:
    """Both doors that a passphrase opens, with one bound for guesses."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._turn = anyio.Semaphore(_AT_ONCE)

    async def page(self, request: Request) -> Response:
        """GET shows who asks; POST is the owner's answer."""
        form = request.query_params if request.method == "GET" else await request.form()
        ticket = str(form.get("tx", ""))
        asked = await anyio.to_thread.run_sync(self._found, ticket)
        if asked is None:
            text = "This request is over: it was answered, or too long ago. Start again where you came from."
            return HTMLResponse(consent_page.notice("Nothing to allow", text), 400, consent_page.headers())
        if request.method == "GET":
            return self._shown(asked, ticket)
        if _is_from_elsewhere(request, self._authority.public_url):
            text = "Another site sent this form. Nothing was allowed."
            return HTMLResponse(consent_page.notice("Not allowed", text), 403, consent_page.headers())
        if form.get("answer") == "deny":
            return await self._denied(asked, ticket)
        return await self._answered(asked, ticket, str(form.get("passphrase", "")))

    async def exchange(self, request: Request) -> Response:
        """A passphrase or a pairing code for a token in the name of a device."""
        try:
            sent = json.loads(await request.body())
            secret, name = sent["secret"], devices.checked_name(sent["name"])
            if not isinstance(secret, str):
                raise TypeError
        except (ValueError, RecursionError, TypeError, KeyError, AttributeError, UsageError):
            return _problem(400, "usage", "an exchange takes a secret and the device's name", 2)
        if _is_from_elsewhere(request, self._authority.public_url):
            return _problem(403, "foreign-origin", "web pages may not talk to this server", 4)
        wait = await anyio.to_thread.run_sync(guessing.take_try, self._authority.store, self._authority.clock())
        if wait:
            await self._authority.watch.note_rarely("exchange", "locked", claimed=name)
            return _problem(429, "too-many-attempts", f"too many wrong secrets; try again in {_minutes(wait)}", 1, wait)
        try:
            given = await self._device_for(secret, name)
        except DeviceTrouble as trouble:
            return _problem(409, trouble.code, trouble.message, trouble.exit_status)
        if given is None:
            await self._authority.watch.note("exchange", "wrong secret", name)
            return _problem(403, "wrong-secret", "that is neither the passphrase nor a code that is still good", 4)
        await self._authority.watch.note("exchange", "ok", given[1])
        return JSONResponse(
            {"ok": True, "result": {"token": given[0], "name": given[1]}, "version": __version__},
            headers={"Cache-Control": "no-store"},
        )

    # --- The page's answers ----------------------------------------------------------------------------------------

    def _shown(self, asked: _Request, ticket: str, trouble: str = "", status: int = 200, wait: int = 0) -> Response:
        address = str(asked.params.redirect_uri)
        published = asked.client_id in clients.PUBLISHED
        asking = Asking(
            name=asked.name or "A client without a name",
            vouched_by=urlsplit(asked.client_id).netloc if published else "",
            leads_to=clients.redirect_host(address),
            ticket=ticket,
        )
        headers = consent_page.headers(_way_on(address)) | ({"Retry-After": str(wait)} if wait else {})
        return HTMLResponse(consent_page.question(asking, trouble), status, headers)

    async def _answered(self, asked: _Request, ticket: str, passphrase: str) -> Response:
        store, now = self._authority.store, self._authority.clock()
        wait = await anyio.to_thread.run_sync(guessing.take_try, store, now)
        if wait:
            await self._authority.watch.note_rarely("consent", "locked", asked.name)
            return self._shown(asked, ticket, f"Too many wrong passphrases. Try again in {_minutes(wait)}.", 429, wait)
        if not await self._is_right(passphrase):
            await self._authority.watch.note("consent", "wrong secret", asked.name)
            return self._shown(asked, ticket, "That is not the passphrase.", 403)
        await anyio.to_thread.run_sync(guessing.note_right, store)
        if not await anyio.to_thread.run_sync(self._used_up, ticket):
            return HTMLResponse(
                consent_page.notice("Nothing to allow", "This request was answered already."),
                400,
                consent_page.headers(),
            )
        await self._authority.watch.note("consent", "allowed", asked.name)
        params = asked.params
        code = AuthorizationCode(
            code="",
            scopes=[clients.SCOPE],
            expires_at=0,
            client_id=asked.client_id,
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
            resource=self._authority.resource,
            subject=grants.OWNER,
        )
        issued = await anyio.to_thread.run_sync(grants.issue_code, store, code, asked.name, self._authority.clock())
        return self._back(asked, code=issued)

    async def _denied(self, asked: _Request, ticket: str) -> Response:
        await anyio.to_thread.run_sync(self._used_up, ticket)
        await self._authority.watch.note("consent", "denied", asked.name)
        return self._back(asked, error="access_denied", error_description="the owner said no")

    def _back(self, asked: _Request, **answer: str) -> Response:
        state = {"state": asked.params.state} if asked.params.state is not None else {}
        redirect = str(asked.params.redirect_uri)
        address = construct_redirect_uri(redirect, **answer, **state, iss=self._authority.public_url)
        return RedirectResponse(address, 302, consent_page.headers(_way_on(redirect)))

    # --- What both doors need --------------------------------------------------------------------------------------

    async def _is_right(self, passphrase: str) -> bool:
        if not passphrase or len(passphrase) > LONGEST:
            return False
        async with self._turn:
            return await anyio.to_thread.run_sync(is_right, passphrase, self._authority.passphrase_hash)

    async def _device_for(self, secret: str, name: str) -> tuple[str, str] | None:
        store, now = self._authority.store, self._authority.clock()
        paired = await anyio.to_thread.run_sync(devices.pair, store, secret, now) if len(secret) < 100 else None
        if paired is None and not await self._is_right(secret):
            return None
        await anyio.to_thread.run_sync(guessing.note_right, store)
        return await anyio.to_thread.run_sync(devices.new_device_like, store, paired or name, now)

    def _found(self, ticket: str) -> _Request | None:
        if not ticket or len(ticket) > 200:
            return None
        with self._authority.store.read() as connection:
            row = connection.execute(
                "SELECT client_id, parameters FROM requests WHERE tx_hash = ? AND expires_at >= ?",
                (digest(ticket), self._authority.clock()),
            ).fetchone()
        if row is None:
            return None
        client = clients.find_client(self._authority.store, row[0])
        if client is None:
            return None
        return _Request(row[0], client.client_name or "", AuthorizationParams.model_validate_json(row[1]))

    def _used_up(self, ticket: str) -> bool:
        """Whether this answer is the first one; the request is over with it."""
        with self._authority.store.write() as connection:
            row = connection.execute(
                "DELETE FROM requests WHERE tx_hash = ? RETURNING client_id", (digest(ticket),)
            ).fetchone()
        return row is not None


def page_in_trouble() -> Response:
    text = "The server cannot read or write its own file of clients. Its log says more."
    return HTMLResponse(consent_page.notice("Not now", text), 503, consent_page.headers())


def exchange_in_trouble() -> Response:
    return _problem(503, "disk-trouble", "the server cannot read or write its own file of devices", 1, 5)


def _is_from_elsewhere(request: Request, public_url: str) -> bool:
    """What browsers say about who sent a form; a program that says nothing knows the ticket, and that is enough."""
    origin = request.headers.get("origin", "")
    if origin in ("", "null"):
        # Under `no-referrer` browsers send "null" for our own form too.
        return request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    try:
        sender = urlsplit(origin).netloc
    except ValueError:  # no browser sends that
        return True
    return sender not in (urlsplit(public_url).netloc, request.headers.get("host", ""))


def _way_on(address: str) -> str:
    """Where a browser may come to after our form: Chromium holds `form-action` against every redirect that follows."""
    if address in clients.CALLBACKS:
        return _CLAUDE
    parts = urlsplit(address)
    # A content security policy has no way to write an IPv6 address; browsers would block the way back.
    return f"{parts.scheme}:" if "[" in parts.netloc else f"{parts.scheme}://{parts.netloc}"


def _minutes(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def _problem(status: int, code: str, message: str, exit_status: int, wait: int = 0) -> Response:
    told = {"code": code, "message": message, "hint": "", "exit_status": exit_status}
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": str(wait)} if wait else {})
    return JSONResponse({"ok": False, "problem": told, "version": __version__}, status, headers)

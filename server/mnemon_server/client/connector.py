"""What claude.ai does to connect to a server, hop by hop, so that the one that fails has a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import httpx

from mnemon_server.client.connector_talk import (
    ADDRESS,
    BETWEEN,
    CALLBACK,
    HEADERS,
    LOOK_ALIKE,
    OPENING,
    PROTOCOL,
    VERSION,
    Broken,
    Stopped,
    Way,
    host,
    json_of,
    message,
    parameter,
    reason,
    registration,
    result_of,
)
from mnemon_server.client.consent_form import read_form

TIMEOUT = 60.0  # seconds for one request; a server that sleeps takes some to wake up
_NO_OAUTH = "set the owner's passphrase on the server, which switches OAuth on: MNEMON_OWNER_PASSPHRASE_HASH"


@dataclass(frozen=True)
class Hop:
    """One request of claude.ai's, or a few that belong together. `message` is a sentence, `hint` what to do."""

    name: str
    verdict: Literal["ok", "fail", "skipped"]
    message: str
    hint: str = ""


def walk(client: httpx.Client, url: str, passphrase: Callable[[], str]) -> Iterator[Hop]:
    """Each hop when it has been made, up to the first that fails.

    Args:
        client: follows no redirect on its own.
        url: of the server, without `/mcp`.
        passphrase: asked when the consent page is there; an empty one ends the walk at that page.

    What was made on the way (a client, tokens) is taken back at the end, whatever happened.
    """
    way = Way(client, url, passphrase)
    try:
        for name, hop in _HOPS:
            try:
                yield Hop(name, "ok", hop(way))
            except Stopped as stopped:
                yield Hop(name, "skipped", *stopped.args)
                return
            except Broken as broken:
                yield Hop(name, "fail", *broken.args)
                return
            except httpx.HTTPError as trouble:
                yield Hop(name, "fail", f"{url} did not answer: {trouble or type(trouble).__name__}", BETWEEN)
                return
    finally:
        way.clear_up()


def _reach(way: Way) -> str:
    for address in (way.resource, f"{way.resource}/"):
        answer = way.client.post(address, json=message("initialize", OPENING), headers=HEADERS)
        if answer.is_redirect:
            where = host(answer.headers.get("location", ""))
            raise Broken(f"{address} redirects to {where or 'elsewhere'}, which claude.ai does not follow", BETWEEN)
        if answer.status_code == 200:
            raise Broken(f"{address} lets anybody in without a token", "take this server off the net, then set a token")
        if answer.status_code != 401:
            raise Broken(f"{address} answers {answer.status_code} where 401 is due", BETWEEN)
        named = parameter(answer.headers.get("www-authenticate", ""), "resource_metadata")
        if not named:
            raise Broken("the 401 does not name the resource's metadata in WWW-Authenticate: OAuth is off", _NO_OAUTH)
        way.metadata_url = way.metadata_url or named
    return "/mcp asks for a token, and says where to learn how to get one"


def _describe_resource(way: Way) -> str:
    way.demand_own(way.metadata_url, "the address of the resource's metadata")
    root = f"{way.url}/.well-known/oauth-protected-resource"
    for address in (way.metadata_url, root):
        told = json_of(way.client.get(address), address)
        if told.get("resource") != way.resource:
            raise Broken(f"{address} is about {told.get('resource')!r}, not {way.resource}", ADDRESS)
        servers = told.get("authorization_servers")
        if not isinstance(servers, list) or not servers or not isinstance(servers[0], str):
            raise Broken(f"{address} names no authorization server", _NO_OAUTH)
        way.issuer = servers[0]
    return f"the resource is {way.resource}, as it should be"


def _describe_server(way: Way) -> str:
    address = f"{way.url}/.well-known/oauth-authorization-server"
    told = json_of(way.client.get(address), address)
    if told.get("issuer") != way.issuer:
        raise Broken(f"the issuer is {told.get('issuer')!r} here and {way.issuer!r} at the resource", ADDRESS)
    way.demand_own(way.issuer, "the issuer")
    for name in ("authorization_endpoint", "token_endpoint", "registration_endpoint"):
        if not isinstance(told.get(name), str):
            raise Broken(f"the metadata lacks {name}", VERSION)
        way.demand_own(told[name], name)
    for name, value in (
        ("code_challenge_methods_supported", "S256"),
        ("token_endpoint_auth_methods_supported", "none"),
        ("response_types_supported", "code"),
        ("grant_types_supported", "refresh_token"),
    ):
        if value not in (told.get(name) or ()):
            raise Broken(f"the metadata's {name} lacks {value}", VERSION)
    for name in ("client_id_metadata_document_supported", "authorization_response_iss_parameter_supported"):
        if told.get(name) is not True:
            raise Broken(f"the metadata does not say {name}", VERSION)
    way.server = told
    return "the authorization server says what claude.ai needs to hear"


def _register(way: Way) -> str:
    for _ in range(2):  # as claude.ai does on a fresh connection
        answer = way.client.post(way.server["registration_endpoint"], json=registration(CALLBACK))
        told = json_of(answer, "registration", 201)
        if not isinstance(told.get("client_id"), str):
            raise Broken("the registration gave no client_id", VERSION)
        way.client_id = told["client_id"]
    if way.client.post(way.server["registration_endpoint"], json=registration(LOOK_ALIKE)).status_code == 201:
        raise Broken(f"a client that leads to {host(LOOK_ALIKE)} was taken", VERSION)
    return "claude.ai can register, twice, and a look-alike cannot"


def _authorize(way: Way) -> str:
    answer, _ = way.page_at(way.authorization("https://example.com/mcp"))
    if answer.status_code == 200:
        raise Broken("a consent page is shown for another server's resource", VERSION)
    answer, address = way.page_at(way.authorization(way.resource))
    if answer.status_code != 200 or "text/html" not in answer.headers.get("content-type", ""):
        raise Broken(f"/authorize answers {answer.status_code} and no consent page{reason(answer)}", BETWEEN)
    if "no-store" not in answer.headers.get("cache-control", ""):
        raise Broken("the consent page may be cached", BETWEEN)
    if "frame-ancestors 'none'" not in answer.headers.get("content-security-policy", ""):
        raise Broken("the consent page may be shown inside another page", BETWEEN)
    way.page, way.page_url = answer.text, address
    # A browser on a page that sends no referrer hides the form's origin too.
    is_hidden = "no-referrer" in answer.headers.get("referrer-policy", "")
    way.page_origin = "null" if is_hidden else "{0.scheme}://{0.netloc}".format(urlsplit(way.url))
    return "the consent page is there, and no other page can frame it"


def _consent(way: Way) -> str:
    form = read_form(way.page, way.page_url)
    if form is None:
        raise Broken("the consent page has no form for a passphrase", VERSION)
    way.demand_own(form.address, "the consent form's address")
    secret = way.passphrase()
    if not secret:
        raise Stopped(
            "without the owner's passphrase the rest was not walked: consent, token, a call, refresh",
            f"mnemon doctor connector --url {way.url} --passphrase-stdin",
        )
    answer = way.client.post(form.address, data=form.filled(secret), headers={"Origin": way.page_origin})
    if answer.status_code == 429:
        raise Broken("too many wrong passphrases lately", f"wait {answer.headers.get('retry-after', 'some')} seconds")
    if not answer.is_redirect:
        raise Broken(f"the passphrase was not taken (status {answer.status_code})", "try again with the right one")
    target = answer.headers["location"]
    if not target.startswith(f"{CALLBACK}?"):
        raise Broken(f"consent leads to {host(target) or 'nowhere'} and not to claude.ai", BETWEEN)
    told = parse_qs(urlsplit(target).query)
    if "error" in told:
        raise Broken(f"consent ended with {told['error'][0]}", "look at the server's log")
    for name, due in (("state", way.state), ("iss", way.issuer)):
        if told.get(name) != [due]:
            raise Broken(f"the way back to claude.ai carries another {name} than it must", ADDRESS)
    way.code = told.get("code", [""])[0]
    if not way.code:
        raise Broken("the way back to claude.ai carries no code", "look at the server's log")
    return "the passphrase was taken, and the way leads back to claude.ai"


def _token(way: Way) -> str:
    way.take_tokens({"grant_type": "authorization_code", "code": way.code, "code_verifier": way.verifier})
    return "the code was exchanged for a token"


def _call(way: Way) -> str:
    headers = {**HEADERS, "Authorization": f"Bearer {way.access}"}
    answer = way.client.post(way.resource, json=message("initialize", OPENING), headers=headers)
    opened = result_of(answer, "initialize")
    headers |= {"Mcp-Protocol-Version": str(opened.get("protocolVersion", PROTOCOL))}
    if session := answer.headers.get("mcp-session-id"):
        headers |= {"Mcp-Session-Id": session}
    initialized = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    way.client.post(way.resource, json=initialized, headers=headers)
    called = way.client.post(
        way.resource, json=message("tools/call", {"name": "memory_status", "arguments": {}}), headers=headers
    )
    if result_of(called, "memory_status").get("isError"):
        raise Broken("memory_status failed: the vault is in trouble", "mnemon doctor remote")
    if session:
        way.client.delete(way.resource, headers=headers)
    return "a tool was called with it: memory_status"


def _refresh(way: Way) -> str:
    former = way.refresh
    if not former:
        raise Broken("the token came without one to refresh it", VERSION)
    way.take_tokens({"grant_type": "refresh_token", "refresh_token": former})
    if way.refresh == former:
        raise Broken("the refresh token stays the same when it is used", VERSION)
    return "the token was refreshed, and the one to refresh it is new"


def _revoke(way: Way) -> str:
    access = way.access
    way.clear_up()
    headers = {**HEADERS, "Authorization": f"Bearer {access}"}
    answer = way.client.post(way.resource, json=message("initialize", OPENING), headers=headers)
    if answer.status_code != 401:
        raise Broken(f"the revoked token is still taken (status {answer.status_code})", "mnemon connections")
    return "the tokens were revoked, and nothing stays behind"


_HOPS: tuple[tuple[str, Callable[[Way], str]], ...] = (
    ("reach", _reach),
    ("resource", _describe_resource),
    ("server", _describe_server),
    ("register", _register),
    ("authorize", _authorize),
    ("consent", _consent),
    ("token", _token),
    ("call", _call),
    ("refresh", _refresh),
    ("revoke", _revoke),
)
NAMES = tuple(name for name, _ in _HOPS)

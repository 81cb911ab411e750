"""Which OAuth clients there are: the two whose documents Anthropic publishes, and those that register themselves."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import apsw
from mcp.server.auth.provider import RegistrationError
from mcp.shared.auth import InvalidRedirectUriError, OAuthClientInformationFull
from pydantic import AnyUrl

from mnemon_server.auth.store import AuthStore

SCOPE = "memory"
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
# Where a code may be sent to, apart from this machine: the callbacks of claude.ai on the web and in its apps.
CALLBACKS = ("https://claude.ai/api/mcp/auth_callback", "https://claude.com/api/mcp/auth_callback")
WHERE_A_CODE_MAY_GO = "a redirect address is a callback of claude.ai or claude.com, or on this machine"
MOST_CLIENTS = 200
UNUSED = 86_400.0  # seconds after which a client without a token goes
MOST_REGISTRATIONS, REGISTRATION_SPAN = 20, 600.0
_NAME_LIMIT = 80
# Printable ASCII without space, backslash and fragment: what everybody reads in the same way. Browsers, and the SDK
# when it parses an address, take a backslash for a slash and drop line breaks.
_PLAIN_ADDRESS = re.compile(r'[!"$-\[\]-~]{1,2000}')


class Client(OAuthClientInformationFull):
    """A client whose loopback redirects may come with any port (RFC 8252 section 7.3)."""

    def validate_redirect_uri(self, redirect_uri: AnyUrl | None) -> AnyUrl:
        """The address to send the code to.

        Raises:
            InvalidRedirectUriError: none of the client's.
        """
        if redirect_uri is None or not is_loopback_address(str(redirect_uri)):
            return super().validate_redirect_uri(redirect_uri)
        if not is_allowed_redirect(str(redirect_uri)):
            raise InvalidRedirectUriError("the redirect address is not allowed")
        if _portless(str(redirect_uri)) not in {_portless(str(known)) for known in self.redirect_uris or []}:
            raise InvalidRedirectUriError("the redirect address is not registered for this client")
        return redirect_uri


def _published(client_id: str, name: str, redirects: tuple[str, ...]) -> Client:
    return Client(
        client_id=client_id,
        client_name=name,
        redirect_uris=[AnyUrl(address) for address in redirects],
        token_endpoint_auth_method="none",  # noqa: S106  a method's name
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        scope=SCOPE,
    )


# Client id metadata documents, as published. Built in: an address that a stranger names is not fetched.
PUBLISHED: dict[str, Client] = {
    client.client_id or "": client
    for client in (
        _published("https://claude.ai/oauth/mcp-oauth-client-metadata", "Claude", CALLBACKS),
        _published(
            "https://claude.ai/oauth/claude-code-client-metadata",
            "Claude Code",
            ("http://localhost/callback", "http://127.0.0.1/callback"),
        ),
    )
}


def find_client(store: AuthStore, client_id: str) -> Client | None:
    """The client with this id, published or registered."""
    if client_id in PUBLISHED:
        return PUBLISHED[client_id]
    with store.read() as connection:
        row = connection.execute("SELECT metadata FROM clients WHERE client_id = ?", (client_id,)).fetchone()
    return Client.model_validate_json(row[0]) if row else None


def register(store: AuthStore, client: OAuthClientInformationFull, now: float) -> None:
    """Keep a client that registered itself. It becomes a public one whatever it asked for: what it is given has no
    secret (RFC 7591 section 3.2.1 lets a server substitute values).

    Raises:
        RegistrationError: a redirect that may lead elsewhere, or too many registrations.
    """
    redirects = [str(address) for address in client.redirect_uris or []]
    if not redirects or len(redirects) > 10 or not all(map(is_allowed_redirect, redirects)):
        raise RegistrationError("invalid_redirect_uri", WHERE_A_CODE_MAY_GO)
    client.token_endpoint_auth_method, client.client_secret, client.client_secret_expires_at = "none", None, None
    client.client_name = inert(client.client_name or "")
    client.scope, client.response_types = SCOPE, ["code"]
    client.grant_types = ["authorization_code", "refresh_token"]
    for surplus in ("client_uri", "logo_uri", "tos_uri", "policy_uri", "jwks_uri", "jwks", "contacts"):
        setattr(client, surplus, None)
    client.software_id = client.software_version = None
    with store.write() as connection:
        obstacle = _make_room(connection, now)
        if not obstacle:
            kept = client.model_dump_json(exclude_none=True)
            connection.execute("INSERT INTO clients VALUES (?, ?, ?)", (client.client_id, kept, now))
    if obstacle:  # outside the block: the SDK's errors are frozen, and a context manager would touch them
        raise RegistrationError("invalid_client_metadata", obstacle)


def seconds_to_wait(store: AuthStore, now: float) -> int:
    """0 while another client may register."""
    with store.read() as connection:
        recent = connection.execute(
            "SELECT at FROM registrations WHERE at > ? AND at <= ? ORDER BY at DESC LIMIT ?",
            (now - REGISTRATION_SPAN, now, MOST_REGISTRATIONS),
        ).fetchall()
    if len(recent) < MOST_REGISTRATIONS:
        return 0
    return min(int(REGISTRATION_SPAN), int(float(recent[-1][0] or 0) + REGISTRATION_SPAN - now) + 1)


def _make_room(connection: apsw.Connection, now: float) -> str:
    """Collect what nobody uses; why there is no room all the same, if there is none."""
    # A clock that was set back shuts nobody out until it has caught up.
    connection.execute("DELETE FROM registrations WHERE at <= ? OR at > ?", (now - REGISTRATION_SPAN, now))
    recent = int(connection.execute("SELECT count(*) FROM registrations").get or 0)
    if recent >= MOST_REGISTRATIONS:
        return "too many registrations; try again in ten minutes"
    connection.execute("INSERT INTO registrations VALUES (?)", (now,))
    unused = "client_id NOT IN (SELECT client_id FROM families)"
    connection.execute(f"DELETE FROM clients WHERE created_at < ? AND {unused}", (now - UNUSED,))  # noqa: S608  ours
    surplus = int(connection.execute("SELECT count(*) FROM clients").get or 0) - MOST_CLIENTS + 1
    if surplus > 0:
        connection.execute(
            f"DELETE FROM clients WHERE client_id IN (SELECT client_id FROM clients WHERE {unused}"  # noqa: S608  ours
            " ORDER BY created_at LIMIT ?)",
            (surplus,),
        )
        if int(connection.execute("SELECT count(*) FROM clients").get or 0) >= MOST_CLIENTS:
            return "too many clients; revoke one: mnemon connections"
    return ""


def is_allowed_redirect(address: str) -> bool:
    """Whether a code may be sent there: one of the callbacks to the letter, or http on the user's own machine."""
    return address in CALLBACKS or is_loopback_address(address)


def is_loopback_address(address: str) -> bool:
    """`http://localhost:1234/callback` and the like, and nothing that only looks like it."""
    if not _PLAIN_ADDRESS.fullmatch(address):
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    host = parts.netloc.removesuffix(f":{port}") if port is not None else parts.netloc
    return parts.scheme == "http" and host.lower() in LOOPBACK and "@" not in parts.netloc


def redirect_host(address: str) -> str:
    """What a person should see of where a code goes."""
    return urlsplit(address).netloc


def inert(name: str) -> str:
    """A claimed name, short, on one line, without what turns text around."""
    return "".join(letter if letter.isprintable() else " " for letter in name).strip()[:_NAME_LIMIT]


def _portless(address: str) -> tuple[str, str, str]:
    parts = urlsplit(address)
    return parts.hostname or "", parts.path or "/", parts.query

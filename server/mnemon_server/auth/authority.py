"""The authorization server: what the SDK's OAuth handlers ask, and whose each bearer token is."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable

import anyio.to_thread
import apsw
from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    AuthorizeError,
    IdentityAssertionParams,
    RefreshToken,
    TokenError,
)
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken

from mnemon_server.auth import clients, grants
from mnemon_server.auth.devices import device_of
from mnemon_server.auth.store import AuthStore, digest, new_secret
from mnemon_server.auth.watch import Watch
from mnemon_server.errors import MnemonError

REQUEST_LIFETIME = 600.0  # seconds to type a passphrase
OWNER_SCOPES = [clients.SCOPE, "owner"]
_LONGEST_TOKEN = 512
_LONGEST_REQUEST = 8_000  # characters: strangers may leave hundreds of them here
# A token that was good is taken at its word for so long; revoked here it is forgotten at once, elsewhere after this.
_REMEMBERED = 5.0  # seconds
_SPACING = 60.0  # seconds between two notes of a token's use
_MOST_REMEMBERED = 1_000


class Authority:
    """Over one store. Answers the SDK's `OAuthAuthorizationServerProvider` and `TokenVerifier`."""

    def __init__(
        self,
        store: AuthStore,
        public_url: str,
        static_token: str | None,
        passphrase_hash: str | None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.store = store
        self.public_url = public_url
        self.resource = f"{public_url}/mcp"
        self.passphrase_hash = passphrase_hash or ""
        self.clock = clock
        self.watch = Watch(store, clock)
        self._static = digest(static_token) if static_token else None
        self._remembered: dict[bytes, tuple[AccessToken, float]] = {}
        self._noted: dict[str, float] = {}

    @property
    def has_oauth(self) -> bool:
        """Only whoever has a passphrase can consent to anything."""
        return bool(self.passphrase_hash)

    # --- Bearer tokens ---------------------------------------------------------------------------------------------

    async def verify_token(self, token: str) -> AccessToken | None:
        """Whose token this is; None when it is nobody's, has expired or was revoked."""
        if not token or len(token) > _LONGEST_TOKEN:
            return None
        hashed, now = digest(token), self.clock()
        if self._static is not None and hmac.compare_digest(hashed, self._static):
            return self._of_the_owner("local")
        known = self._remembered.get(hashed)
        if known is not None and 0 <= now - known[1] < _REMEMBERED and now < (known[0].expires_at or now + 1):
            return known[0]
        remembered = self._remembered
        try:
            found = await anyio.to_thread.run_sync(self._look_up, hashed, now)
        except MnemonError:
            return None  # a store in trouble lets nobody in but the owner
        if found is not None:
            if len(remembered) >= _MOST_REMEMBERED:
                remembered.clear()
            remembered[hashed] = (found, now)
        return found

    def forget(self) -> None:
        """Something was revoked in this process: nobody is taken at their word any more."""
        # A new one, not an empty one: a look-up under way may have seen what is revoked now, and keeps it in the old.
        self._remembered = {}

    def _look_up(self, hashed: bytes, now: float) -> AccessToken | None:
        with self.store.read() as connection:
            device = device_of(connection, hashed)
            granted = None if device else grants.find_access(connection, hashed, now)
        if device is not None:
            name = str(device["name"])
            self._note_use("devices", "name", name, now)
            return self._of_the_owner(f"device:{name}")
        if granted is None:
            return None
        self._note_use("families", "id", granted[1], now)
        return granted[0]

    def _note_use(self, table: str, column: str, value: str, now: float) -> None:
        key = f"{table}:{value}"
        if 0 <= now - self._noted.get(key, 0.0) < _SPACING:
            return
        self._noted[key] = now
        try:
            with self.store.write() as connection:
                connection.execute(f"UPDATE {table} SET used_at = ? WHERE {column} = ?", (now, value))  # noqa: S608  ours
        except (MnemonError, apsw.Error):
            return  # a full disk keeps nobody out

    def _of_the_owner(self, client_id: str) -> AccessToken:
        return AccessToken(
            token="", client_id=client_id, scopes=list(OWNER_SCOPES), resource=self.resource, subject=grants.OWNER
        )

    # --- What the SDK's handlers ask -------------------------------------------------------------------------------

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        return await anyio.to_thread.run_sync(clients.find_client, self.store, client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        try:
            await anyio.to_thread.run_sync(clients.register, self.store, client_info, self.clock())
        except Exception as refused:
            await self.watch.note_rarely("register", "refused", claimed=client_info.client_name or "")
            raise refused
        await self.watch.note("register", "ok", client_info.client_name or "")

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        """The address of the consent page for this request."""
        name = client.client_name or ""
        if params.resource is not None and not self.is_ours(params.resource):
            await self.watch.note_rarely("authorize", "for another resource", name)
            raise AuthorizeError("invalid_target", "this server is another resource")
        kept = json.dumps(params.model_dump(mode="json"))
        if len(kept) > _LONGEST_REQUEST:
            await self.watch.note_rarely("authorize", "too long", name)
            raise AuthorizeError("invalid_request", "the request is too long")
        ticket = new_secret("t")
        await anyio.to_thread.run_sync(self._keep_request, ticket, client.client_id or "", kept)
        await self.watch.note_rarely("authorize", "ok", name)
        return f"{self.public_url}/consent?tx={ticket}"

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        found = await anyio.to_thread.run_sync(
            grants.find_code, self.store, client.client_id or "", authorization_code, self.clock()
        )
        if found is None:
            self.forget()  # it may have been a second use, which revokes
            await self.watch.note_rarely("token", "unknown or used code", client.client_name or "")
        return found

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        try:
            issued = await anyio.to_thread.run_sync(grants.redeem_code, self.store, authorization_code, self.clock())
        finally:
            self.forget()  # likewise
        await self.watch.note("token", "ok", client.client_name or "")
        return issued

    async def load_refresh_token(self, client: OAuthClientInformationFull, refresh_token: str) -> RefreshToken | None:
        found = await anyio.to_thread.run_sync(
            grants.find_refresh, self.store, client.client_id or "", refresh_token, self.clock()
        )
        if found is None:
            self.forget()
            await self.watch.note_rarely("refresh", "unknown or replaced token", client.client_name or "")
        return found

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        issued = await anyio.to_thread.run_sync(grants.rotate, self.store, refresh_token, scopes, self.clock())
        await self.watch.note("refresh", "ok", client.client_name or "")
        return issued

    async def exchange_identity_assertion(
        self, client: OAuthClientInformationFull, params: IdentityAssertionParams
    ) -> OAuthToken:
        raise TokenError("unauthorized_client", "not offered here")

    async def load_access_token(self, token: str) -> AccessToken | None:
        """Only what OAuth gave out."""
        found = await anyio.to_thread.run_sync(self._granted, digest(token))
        return found[0].model_copy(update={"token": token}) if found else None

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        await self.revoke(token.client_id, token.token)

    async def revoke(self, client_id: str, token: str) -> None:
        """End what this token of the client's belongs to; a device's token is not for clients to end."""
        await anyio.to_thread.run_sync(grants.revoke_family_of, self.store, client_id, token)
        self.forget()

    # --- Shared with the pages -------------------------------------------------------------------------------------

    def is_ours(self, resource: str) -> bool:
        """Whether a resource indicator (RFC 8707) means this server; a last slash does not matter."""
        return resource.removesuffix("/") == self.resource

    async def note_refused(self, outcome: str) -> None:
        """Somebody came to the server without a credential that is good."""
        await self.watch.note_rarely("mcp", outcome)

    def _granted(self, hashed: bytes) -> tuple[AccessToken, str] | None:
        with self.store.read() as connection:
            return grants.find_access(connection, hashed, self.clock())

    def _keep_request(self, ticket: str, client_id: str, parameters: str) -> None:
        now = self.clock()
        with self.store.write() as connection:
            connection.execute("DELETE FROM requests WHERE expires_at < ?", (now,))
            # Requests cost nothing to make; the oldest of very many make room.
            connection.execute(
                "DELETE FROM requests WHERE tx_hash IN"
                " (SELECT tx_hash FROM requests ORDER BY expires_at DESC LIMIT -1 OFFSET 499)"
            )
            connection.execute(
                "INSERT INTO requests VALUES (?, ?, ?, ?)",
                (digest(ticket), client_id, parameters, now + REQUEST_LIFETIME),
            )

"""Codes and tokens: issued, used once, rotated, revoked. What a client holds from one consent is a family."""

from __future__ import annotations

import json
import secrets

import apsw
from mcp.server.auth.provider import AccessToken, AuthorizationCode, RefreshToken, TokenError
from mcp.shared.auth import OAuthToken

from mnemon_server.auth.clients import redirect_host
from mnemon_server.auth.store import AuthStore, digest, new_secret

CODE_LIFETIME = 60.0  # seconds
ACCESS_LIFETIME = 3_600
REFRESH_LIFETIME = 60 * 86_400
# A client whose answer was lost asks once more with the token it has; from then on the same is taken for theft.
GRACE = 60.0
OWNER = "owner"


def issue_code(store: AuthStore, code: AuthorizationCode, client_name: str, now: float) -> str:
    """A code for what was consented to; `code.code` is ignored."""
    text, family = new_secret("c"), secrets.token_hex(4)
    with store.write() as connection:
        _purge(connection, now)
        connection.execute(
            "INSERT INTO codes VALUES (?, ?, ?, ?, ?, NULL)",
            (
                digest(text),
                code.client_id,
                json.dumps({**code.model_dump(mode="json", exclude={"code"}), "client_name": client_name}),
                family,
                now + CODE_LIFETIME,
            ),
        )
    return text


def find_code(store: AuthStore, client_id: str, text: str, now: float) -> AuthorizationCode | None:
    """The code, unless it is used up or too old; one that is used a second time revokes all that came from it."""
    with store.write() as connection:
        row = connection.execute(
            "SELECT parameters, family, expires_at, used_at FROM codes WHERE code_hash = ? AND client_id = ?",
            (digest(text), client_id),
        ).fetchone()
        if row is None:
            return None
        if row[3] is not None:
            connection.execute("DELETE FROM families WHERE id = ?", (row[1],))
        if row[3] is not None or row[2] < now:
            return None
    return AuthorizationCode.model_validate({**json.loads(row[0]), "code": text, "expires_at": row[2]})


def redeem_code(store: AuthStore, code: AuthorizationCode, now: float) -> OAuthToken:
    """The first pair of tokens.

    Raises:
        TokenError: somebody was faster with this code.
    """
    with store.write() as connection:
        row = connection.execute(
            "UPDATE codes SET used_at = ? WHERE code_hash = ? AND used_at IS NULL AND expires_at >= ?"
            " RETURNING family, parameters",
            (now, digest(code.code), now),
        ).fetchone()
        if row is not None:
            name = str(json.loads(row[1]).get("client_name", ""))
            connection.execute(
                "INSERT INTO families VALUES (?, ?, ?, ?, ?, NULL)",
                (row[0], code.client_id, name, redirect_host(str(code.redirect_uri)), now),
            )
            return _issue(connection, row[0], code.client_id, code.scopes, code.resource or "", now)
        # Two came at once: as in `find_code`, a second use revokes what the first one got.
        connection.execute(
            "DELETE FROM families WHERE id IN"
            " (SELECT family FROM codes WHERE code_hash = ? AND client_id = ? AND used_at IS NOT NULL)",
            (digest(code.code), code.client_id),
        )
    # Outside the block: the SDK's errors are frozen, and a context manager would touch them.
    raise TokenError("invalid_grant", "authorization code does not exist")


def find_refresh(store: AuthStore, client_id: str, text: str, now: float) -> RefreshToken | None:
    """The refresh token, when it is this client's; one that was replaced over a minute ago revokes its family."""
    with store.write() as connection:
        row = connection.execute(
            "SELECT family, scopes, resource, expires_at, replaced_at FROM tokens"
            " WHERE token_hash = ? AND client_id = ? AND kind = 'refresh' AND expires_at >= ?",
            (digest(text), client_id, now),
        ).fetchone()
        if row is None:
            return None
        # abs: a clock that was set back a little makes nobody a thief.
        if row[4] is not None and abs(now - row[4]) > GRACE:
            connection.execute("DELETE FROM families WHERE id = ?", (row[0],))
            return None
    return RefreshToken(
        token=text,
        client_id=client_id,
        scopes=row[1].split(),
        resource=row[2],
        expires_at=int(row[3]),
        subject=OWNER,
    )


def rotate(store: AuthStore, token: RefreshToken, scopes: list[str], now: float) -> OAuthToken:
    """A new pair in the same family.

    Raises:
        TokenError: the family was revoked meanwhile.
    """
    with store.write() as connection:
        row = connection.execute(
            "UPDATE tokens SET replaced_at = coalesce(replaced_at, ?) WHERE token_hash = ? RETURNING family",
            (now, digest(token.token)),
        ).fetchone()
        if row is not None:
            _purge(connection, now)
            return _issue(connection, row[0], token.client_id, scopes, token.resource or "", now)
    raise TokenError("invalid_grant", "refresh token does not exist")  # as above


def find_access(connection: apsw.Connection, token_hash: bytes, now: float) -> tuple[AccessToken, str] | None:
    """The access token with this hash, and its family. `token` in it is the hash: no secret travels on."""
    row = connection.execute(
        "SELECT client_id, scopes, resource, expires_at, family FROM tokens"
        " WHERE token_hash = ? AND kind = 'access' AND expires_at >= ?",
        (token_hash, now),
    ).fetchone()
    if row is None:
        return None
    found = AccessToken(
        token=token_hash.hex(),
        client_id=row[0],
        scopes=row[1].split(),
        resource=row[2],
        expires_at=int(row[3]),
        subject=OWNER,
    )
    return found, row[4]


def revoke_family_of(store: AuthStore, client_id: str, text: str) -> None:
    """Everything that came from the same consent as this token of the client's; nothing for another's token."""
    with store.write() as connection:
        connection.execute(
            "DELETE FROM families WHERE id = (SELECT family FROM tokens WHERE token_hash = ? AND client_id = ?)",
            (digest(text), client_id),
        )


def _issue(
    connection: apsw.Connection, family: str, client_id: str, scopes: list[str], resource: str, now: float
) -> OAuthToken:
    access, refresh = new_secret("a"), new_secret("r")
    for kind, text, lifetime in (("access", access, ACCESS_LIFETIME), ("refresh", refresh, REFRESH_LIFETIME)):
        connection.execute(
            "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
            (digest(text), kind, family, client_id, " ".join(scopes), resource, now + lifetime),
        )
    return OAuthToken(access_token=access, refresh_token=refresh, expires_in=ACCESS_LIFETIME, scope=" ".join(scopes))


def _purge(connection: apsw.Connection, now: float) -> None:
    """Expired codes stay a day and replaced tokens while they last, so that a second use is still noticed."""
    connection.execute("DELETE FROM codes WHERE expires_at < ?", (now - 86_400,))
    connection.execute("DELETE FROM requests WHERE expires_at < ?", (now,))
    connection.execute("DELETE FROM tokens WHERE expires_at < ?", (now,))
    connection.execute("DELETE FROM families WHERE id NOT IN (SELECT family FROM tokens)")

"""Named tokens, one per device, and the one-time codes with which a device gets its own."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from typing import Any

import apsw

from mnemon_server.auth.store import AuthStore, digest, new_secret
from mnemon_server.errors import MnemonError, UsageError

NAME_LIMIT = 60
PAIRING_LIFETIME = 600.0  # seconds
_MOST = 200


class DeviceTrouble(MnemonError):
    """No device has this name, or one has it already."""

    code = "device"


def new_device(store: AuthStore, name: str, now: float) -> str:
    """A token for the device called `name`; it is shown once and stored as a hash.

    Raises:
        UsageError: a name that is none.
        DeviceTrouble: the name is taken, or there are too many devices.
    """
    name = checked_name(name)
    with store.write() as connection:
        return _add(connection, name, now)


def new_device_like(store: AuthStore, name: str, now: float) -> tuple[str, str]:
    """A token, and the name it got: `name`, or with a number where that is taken."""
    name = checked_name(name)
    with store.write() as connection:
        free = name
        number = 1
        while _exists(connection, free):
            number += 1
            free = f"{name[: NAME_LIMIT - 5]}-{number}"
        return _add(connection, free, now), free


def new_pairing(store: AuthStore, name: str, now: float) -> str:
    """A code of 128 bits, good once and for ten minutes, that `pair` turns into a token for `name`."""
    name = checked_name(name)
    code = base64.b32encode(secrets.token_bytes(16)).decode("ascii").rstrip("=")
    with store.write() as connection:
        if _exists(connection, name):
            raise DeviceTrouble(f"there is a device called {name} already", f"mnemon token revoke {name}")
        connection.execute("DELETE FROM pairings WHERE expires_at < ?", (now,))
        connection.execute("INSERT INTO pairings VALUES (?, ?, ?)", (digest(code), name, now + PAIRING_LIFETIME))
    return "-".join(code[start : start + 5] for start in range(0, len(code), 5))


def pair(store: AuthStore, code: str, now: float) -> str | None:
    """The name that a code stands for; the code is used up. None when it is wrong, used or too old."""
    plain = code.replace("-", "").replace(" ", "").upper()
    with store.write() as connection:
        row = connection.execute(
            "DELETE FROM pairings WHERE code_hash = ? RETURNING name, expires_at", (digest(plain),)
        ).fetchone()
    return str(row[0]) if row is not None and row[1] >= now else None


def devices(store: AuthStore) -> list[dict[str, Any]]:  # Any: JSON values
    """`[{"name", "created_at", "used_at"}]`, seconds since 1970; `used_at` None for one never used."""
    with store.read() as connection:
        rows = connection.execute("SELECT name, created_at, used_at FROM devices ORDER BY created_at, rowid").fetchall()
    return [{"name": row[0], "created_at": row[1], "used_at": row[2]} for row in rows]


def has_any(store: AuthStore) -> bool:
    with store.read() as connection:
        return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM devices)").get)


def revoke_device(store: AuthStore, name: str) -> None:
    """Raises DeviceTrouble when there is none of this name."""
    with store.write() as connection:
        if connection.execute("DELETE FROM devices WHERE name = ? RETURNING name", (name,)).fetchone() is None:
            raise DeviceTrouble(f"there is no device called {name}", "mnemon token list")


def device_of(connection: apsw.Connection, token_hash: bytes) -> Mapping[str, Any] | None:  # Any: column values
    """Name and last use of the device whose token has this hash."""
    row = connection.execute("SELECT name, used_at FROM devices WHERE token_hash = ?", (token_hash,)).fetchone()
    return {"name": row[0], "used_at": row[1]} if row else None


def checked_name(name: str) -> str:
    plain = name.strip()
    if not plain or len(plain) > NAME_LIMIT or not plain.isprintable() or plain.startswith("-"):
        raise UsageError(f"a device's name has 1 to {NAME_LIMIT} printable characters and begins with no hyphen")
    return plain


def _exists(connection: apsw.Connection, name: str) -> bool:
    return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM devices WHERE name = ?)", (name,)).get)


def _add(connection: apsw.Connection, name: str, now: float) -> str:
    if _exists(connection, name):
        raise DeviceTrouble(f"there is a device called {name} already", f"mnemon token revoke {name}")
    if int(connection.execute("SELECT count(*) FROM devices").get or 0) >= _MOST:
        raise DeviceTrouble(f"there are {_MOST} devices already", "mnemon token list")
    token = new_secret("d")
    connection.execute("INSERT INTO devices VALUES (?, ?, ?, NULL)", (name, digest(token), now))
    return token

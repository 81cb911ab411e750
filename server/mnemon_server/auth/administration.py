"""What the owner does about who may come in, as actions; for the command line here and through the server elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from mnemon_server.auth import attempts as log
from mnemon_server.auth import devices, families
from mnemon_server.auth.store import AuthStore
from mnemon_server.errors import MnemonError, UsageError
from mnemon_server.memory import as_rfc3339

Result = dict[str, Any]  # Any: JSON


class UnknownConnection(MnemonError):
    """No connection has this id."""

    code = "unknown-connection"


def token_new(store: AuthStore, name: str, pairing: bool = False) -> Result:
    """A token for the device called `name`, or with `pairing` a one-time code for it.

    Returns:
        `{"name", "token"}`, or `{"name", "code", "expires_in_s"}`: secrets, shown once.
    """
    name = devices.checked_name(name)
    if pairing:
        code = devices.new_pairing(store, name, time.time())
        return {"name": name, "code": code, "expires_in_s": int(devices.PAIRING_LIFETIME)}
    return {"name": name, "token": devices.new_device(store, name, time.time())}


def token_list(store: AuthStore) -> Result:
    """`{"devices": [{"name", "created_at", "used_at"}]}`"""
    return {"devices": [_with_moments(device) for device in devices.devices(store)]}


def token_revoke(store: AuthStore, name: str) -> Result:
    """The device called `name` stays out from now on. `{"revoked": name}`"""
    devices.revoke_device(store, name.strip())
    return {"revoked": name.strip()}


def connections(store: AuthStore) -> Result:
    """Who came in through OAuth, and the devices.

    Returns:
        `{"connections": [{"id", "client", "kind", "leads_to", "created_at", "used_at", "expires_at"}],
        "devices": [as in token_list]}`
    """
    found = [_with_moments(connection) for connection in families.connections(store, time.time())]
    return {"connections": found, **token_list(store)}


def connections_revoke(store: AuthStore, id: str) -> Result:
    """One connection, or with `all` every one, is ended with all its tokens. `{"revoked": count}`

    Raises:
        UnknownConnection: no such connection.
    """
    count = families.revoke_connection(store, id)
    if not count and id != "all":
        raise UnknownConnection(f"there is no connection {id}", "mnemon connections")
    return {"revoked": count}


def auth_attempts(store: AuthStore, limit: int = 50) -> Result:
    """Who tried to come in, newest first: `{"attempts": [{"at", "hop", "outcome", "client"}]}`"""
    if not 1 <= limit <= log.MOST:
        raise UsageError(f"limit takes a number from 1 to {log.MOST}, not {limit}")
    return {"attempts": log.attempts(store, limit)}


ADMINISTRATION: dict[str, Callable[..., Result]] = {
    "token_new": token_new,
    "token_list": token_list,
    "token_revoke": token_revoke,
    "connections": connections,
    "connections_revoke": connections_revoke,
    "auth_attempts": auth_attempts,
}


def _with_moments(entry: Result) -> Result:
    """Seconds as RFC 3339."""
    return {
        name: as_rfc3339(int(value * 1000)) if name.endswith("_at") and value is not None else value
        for name, value in entry.items()
    }

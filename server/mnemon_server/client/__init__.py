"""How everything else reaches a vault: one protocol, three ways (in this process, by the resident, over HTTP)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

from mnemon_server.resident.place import is_off
from mnemon_server.settings import Settings

if TYPE_CHECKING:
    from mnemon_server.client.remote import RemoteVault

Progress = Callable[[int, int], None]


class VaultClient(Protocol):
    """A vault somewhere. Results are JSON-able dicts under the names that `--json` prints."""

    def call(self, action: str, /, **parameters: Any) -> dict[str, Any]:  # Any: JSON on both sides
        """Carry out one action by name, such as `search`, `save`, `status`.

        Raises:
            MnemonError: an expected failure; the vault is as it was.
        """
        ...

    def close(self) -> None:
        """Let go of the vault. Calling twice is fine."""
        ...


Reach = Callable[..., VaultClient]  # what has the parameters of `connect`, and may reach the vault by another way


def connect(
    settings: Settings,
    caller: str,
    report: Progress | None = None,
    session: str | None = None,
    project: str = "",
    patience: float | None = None,
    waiting: Callable[[str], None] | None = None,
    resident: Literal["no", "if there", "start"] = "no",
) -> VaultClient:
    """A client of the vault that `settings` names; `caller` is recorded as the source of what it saves.
    `report(done, total)` is called on the way through long work. `session` names what belongs together; by default
    it is this client's own, and none for the command line. `project` is where what it saves belongs, if anywhere.

    A vault on the web is given `patience` seconds for a call, by default as many as its work may take; it makes no
    progress known, but `waiting(host)` is called once when its server has to be waited for. The vault of this machine
    is created on the first call when there is none, and is left alone while there is one on the web. With `resident` it
    is asked for through the server of this machine, if there is one, or even if one has to be started.

    Raises:
        MnemonError: there is no token for the vault on the web.
    """
    if settings.remote:
        return connect_remote(settings, caller, session, project, patience, waiting)
    if resident != "no" and settings.value("resident_minutes") and not is_off(os.environ):
        from mnemon_server.client.shared import SharedVault

        return SharedVault(settings, caller, report, session, project, start=resident == "start")
    from mnemon_server.client.in_process import InProcess

    return InProcess(settings, caller, report, session, project)


def connect_remote(
    settings: Settings,
    caller: str,
    session: str | None = None,
    project: str = "",
    patience: float | None = None,
    waiting: Callable[[str], None] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> RemoteVault:
    """The same for whoever knows that the vault is on the web. The `environment` may name a token and a proxy."""
    from mnemon_server.client.credentials import find_token
    from mnemon_server.client.remote import RemoteVault

    token = find_token(environment, settings)
    return RemoteVault(settings.remote, token, caller, session, project, patience, waiting, environment)

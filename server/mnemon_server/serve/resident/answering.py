"""Questions of commands and dashboard, and events of hooks: each in a worker thread, at the vault as the caller's
settings have it."""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from mnemon_server.client import VaultClient, connect_remote
from mnemon_server.client.dispatch import taken_by
from mnemon_server.client.shared import ASKED
from mnemon_server.errors import MnemonError, UsageError
from mnemon_server.hooks import log
from mnemon_server.hooks.carrying_out import carried_out
from mnemon_server.hooks.order import CLIENTS, QUICK
from mnemon_server.serve.open_vault import OpenVault
from mnemon_server.serve.resident.rooms import Rooms
from mnemon_server.settings import Settings, load_settings

_log = logging.getLogger("mnemon")
_LONGEST_NAME = 80
Json = dict[str, Any]  # Any: JSON


@dataclass(frozen=True)
class Answering:
    """`folder` is that of the vault whose resident this is; a caller's environment says the rest."""

    folder: Path
    home: Path
    rooms: Rooms
    _inode: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_inode", self.folder.stat().st_ino)

    def is_at_home(self) -> bool:
        """Whether the folder is still the one that was opened. Where it was deleted or renamed, a question would make
        an empty vault in its place."""
        try:
            return self.folder.stat().st_ino == self._inode
        except OSError:
            return False

    def settings(self, environment: Mapping[str, str]) -> Settings:
        """As config.toml is now.

        Raises:
            MnemonError: it cannot be used.
        """
        return load_settings({**environment, "MNEMON_VAULT_DIR": str(self.folder)}, self.home)

    def question(self, environment: Mapping[str, str], sent: bytes) -> bytes:
        """`{"result": ...}` or `{"problem": ...}` as JSON."""
        try:
            return json.dumps({"result": self._result(environment, sent)}).encode()
        except MnemonError as trouble:
            told = trouble.to_json() | {"exit_status": trouble.exit_status}
        except Exception:  # noqa: BLE001  the boundary of the server; what a bug says stays in its log
            _log.exception("a question failed")
            told = {"code": "bug", "message": "this is a bug in mnemon", "hint": "its log says where", "exit_status": 1}
        return json.dumps({"problem": told}).encode()

    def event(self, environment: Mapping[str, str], hook: str, client: str, sent: bytes) -> bytes:
        """What the hook of that name makes of an event, as JSON: `{"answer": text for the client}`."""
        began = time.monotonic()
        module = QUICK.get(hook)
        client = client if client in CLIENTS else CLIENTS[0]
        if module is None:
            return b'{"answer": ""}'
        try:
            outcome = carried_out(
                module, client, sent, lambda: self.settings(environment), partial(self._reach, environment)
            )
            answer, note = outcome.answer, outcome.note
        except Exception as trouble:  # noqa: BLE001  no reason to stop the user's prompt
            answer, note = "", f"bug {log.where(trouble)}"
        milliseconds = (time.monotonic() - began) * 1000
        log.note(self.folder / "logs", hook, client, f"{note}, by the resident", milliseconds)
        return json.dumps({"answer": answer}).encode()

    def _result(self, environment: Mapping[str, str], sent: bytes) -> Json:
        order = _order(sent)
        parameters = taken_by(order["action"], order["parameters"])
        with self.rooms.entered(self.settings(environment)) as vault:
            return vault.perform(order["action"], parameters, order["client"], order["session"], order["project"])

    def _reach(
        self,
        environment: Mapping[str, str],
        settings: Settings,
        caller: str,
        session: str | None = None,
        project: str = "",
        patience: float | None = None,
    ) -> VaultClient:
        if settings.remote:
            return connect_remote(settings, caller, session, project, patience, environment=environment)
        vault = self.rooms.enter(settings)
        return Guest(vault, lambda: self.rooms.leave(vault), caller, session, project)


class Guest:
    """A VaultClient of a vault that is open in this process; closed, it leaves the room."""

    def __init__(
        self, vault: OpenVault, leave: Callable[[], None], caller: str, session: str | None, project: str
    ) -> None:
        self._vault = vault
        self._leave = leave
        self._caller = caller
        self._session = uuid.uuid4().hex if session is None else session
        self._project = project

    def call(self, action: str, /, **parameters: Any) -> Json:  # Any: JSON
        """See the protocol."""
        return self._vault.perform(action, parameters, self._caller, self._session, self._project)

    def close(self) -> None:
        """See the protocol."""
        self._leave()


def _order(sent: bytes) -> Json:
    try:
        order = json.loads(sent)
    except (ValueError, RecursionError):
        raise UsageError("the question is not JSON") from None
    if not isinstance(order, dict) or not isinstance(order.get("parameters", {}), dict):
        raise UsageError("the question is not a JSON object with parameters")
    names = {name: order.get(name) or "" for name in ("action", "client", "session", "project")}
    if not all(isinstance(value, str) and len(value) <= 1_000 for value in names.values()):
        raise UsageError("action, client, session and project are texts")
    if names["action"] not in ASKED:
        raise UsageError(f"{names['action'][:_LONGEST_NAME]!r} is nothing to ask a resident")
    return {"parameters": order.get("parameters", {}), **names, "client": names["client"][:_LONGEST_NAME]}

"""What doctor looks at, one file each, in the order people see them."""

from __future__ import annotations

from mnemon_installer.checks.check import Check
from mnemon_installer.checks.client_entry import ClientEntry
from mnemon_installer.checks.model import Model
from mnemon_installer.checks.python_sqlite import PythonSqlite
from mnemon_installer.checks.server import ClientServer, OwnServer
from mnemon_installer.checks.vault import Vault
from mnemon_installer.checks.vec import Vec
from mnemon_installer.clients import CLIENTS

CHECKS: tuple[Check, ...] = (
    PythonSqlite(),
    Vec(),
    Vault(),
    Model(),
    *(check for client in CLIENTS for check in (ClientEntry(client), ClientServer(client))),
    OwnServer(),
)

__all__ = ["CHECKS", "Check"]

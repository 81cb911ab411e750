"""What doctor looks at, one file each, in the order people see them."""

from __future__ import annotations

from mnemon_installer.checks.backup import Backup
from mnemon_installer.checks.check import Check
from mnemon_installer.checks.client_entry import ClientEntry
from mnemon_installer.checks.client_files import ClientSecrets, DeadEntries
from mnemon_installer.checks.client_hooks import ClientHooks
from mnemon_installer.checks.clients import Clients
from mnemon_installer.checks.deployment import Deployment
from mnemon_installer.checks.disk import Disk
from mnemon_installer.checks.hook_run import HookRun
from mnemon_installer.checks.judge import Judge
from mnemon_installer.checks.model import Model
from mnemon_installer.checks.pending import Pending
from mnemon_installer.checks.processes import Processes
from mnemon_installer.checks.python_sqlite import PythonSqlite
from mnemon_installer.checks.remote import Remote, RemoteToken
from mnemon_installer.checks.resident import Resident
from mnemon_installer.checks.server import ClientServer, OwnServer
from mnemon_installer.checks.vault import Vault
from mnemon_installer.checks.vault_index import VaultIndex
from mnemon_installer.checks.vec import Vec
from mnemon_installer.clients import CLIENTS, Client


def _checks_of(client: Client) -> tuple[Check, ...]:
    hooks: tuple[Check, ...] = (ClientHooks(client), HookRun(client)) if client.hooks else ()
    return (ClientEntry(client), ClientServer(client), *hooks)


CHECKS: tuple[Check, ...] = (
    PythonSqlite(),
    Vec(),
    Disk(),
    Vault(),
    VaultIndex(),
    Model(),
    Judge(),
    Pending(),
    Remote(),
    RemoteToken(),
    Deployment(),
    Backup(),
    Clients(),
    *(check for client in CLIENTS for check in _checks_of(client)),
    OwnServer(),
    Resident(),
    ClientSecrets(),
    DeadEntries(),
    Processes(),
)

__all__ = ["CHECKS", "Check"]

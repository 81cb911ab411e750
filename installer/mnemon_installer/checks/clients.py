"""Is there a client that has been told of mnemon?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.checks.client_entry import leads_to_the_web
from mnemon_installer.clients import CLIENTS, Client
from mnemon_installer.clients.config_file import read_config
from mnemon_server.errors import MnemonError


@dataclass(frozen=True)
class Clients:
    """One is enough: which ones is the user's choice."""

    code: str = "clients"
    about: str = "at least one MCP client on this machine has mnemon registered"
    needs: Sequence[str] = ("vault",)  # without one setup has not been run, and that is the cause to show
    clients: Sequence[Client] = CLIENTS

    def run(self, subject: Subject) -> Finding:
        installed = [client for client in self.clients if client.is_installed(subject.world)]
        known = {client.title: _is_registered(client, subject) for client in installed}
        if registered := [title for title, is_registered in known.items() if is_registered]:
            return Finding(self.code, "ok", f"registered in {', '.join(registered)}")
        if None in known.values():
            return Finding(self.code, "skipped", "a client's file cannot be read; see its entry")
        if installed:
            return Finding(self.code, "fail", f"mnemon is registered in no client ({', '.join(known)})", "mnemon setup")
        start = f"{subject.facts.launcher.path or 'mnemon'} serve"
        return Finding(self.code, "skipped", f"no MCP client was found here; any other can start `{start}`")


def _is_registered(client: Client, subject: Subject) -> bool | None:
    """None where the file cannot be read: the entry's own check says what is wrong with it."""
    try:
        file = read_config(subject.world, client)
    except MnemonError:
        return None
    if not file.document.has(client.entry_path):
        return False
    return not file.is_foreign(client) or leads_to_the_web(subject, client)

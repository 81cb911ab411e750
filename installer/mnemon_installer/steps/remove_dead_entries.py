"""Entries of ours that stand where their client does not read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.clients import Client
from mnemon_installer.clients.config_file import read_place
from mnemon_installer.facts.client_files import dead_entries
from mnemon_installer.plan.step import Done, Needed, Verdict
from mnemon_installer.steps.backup import back_up
from mnemon_installer.world import World


@dataclass(frozen=True)
class RemoveDeadEntries:
    """Takes out ours; the rest of each file stays byte for byte."""

    client: Client
    backups: Path
    needs: Sequence[str] = ()
    is_optional: bool = True

    @property
    def key(self) -> str:
        return f"{self.client.name}.dead-entries"

    @property
    def subject(self) -> str:
        return self.client.title

    def describe(self) -> str:
        return f"remove an entry of ours that {self.client.title} does not read"

    def check(self, world: World) -> Verdict:
        diffs = []
        for dead in dead_entries(world, (self.client,)):
            file = read_place(world, dead.place)
            diffs.append(file.diff(file.document.remove(dead.place.entry_path)))
        return Needed("\n".join(diffs)) if diffs else Done()

    def apply(self, world: World) -> str:
        for dead in dead_entries(world, (self.client,)):
            file = read_place(world, dead.place)
            back_up(world, file.path, file.content, self.backups, self.client.name)
            edited = file.document.remove(dead.place.entry_path)
            world.write(file.path, edited.text.encode(), file.content)
        return "removed"

    def undo(self, world: World) -> None:
        """Nothing: no client has ever read it."""

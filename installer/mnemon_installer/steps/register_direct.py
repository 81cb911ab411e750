"""An entry that leads to the vault on the web by itself: its address and the token, and no program of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from mnemon_installer.clients import Client
from mnemon_installer.clients.client import Place
from mnemon_installer.clients.config_file import AnyDocument, ConfigFile, read_config
from mnemon_installer.facts.remote import is_open, token_for
from mnemon_installer.plan.receipts import digest_of_value
from mnemon_installer.plan.step import Blocked, Done, Needed, StepFailed, Verdict
from mnemon_installer.steps.entries import has_foreign, has_ours, meaning_at
from mnemon_installer.steps.keeping import Insertion, Keeping
from mnemon_installer.steps.read_only import read_only
from mnemon_installer.steps.remove_entry import RemoveEntry
from mnemon_installer.world import World
from mnemon_server.settings import Settings

_TO_COME = "TOKEN"  # stands in the diff of a plan for the token that the server has yet to give


@dataclass(frozen=True)
class RegisterDirect:
    """Always by our own edit: a client's own program would be told the token on its command line."""

    client: Client
    settings: Settings
    path: Path
    replace_foreign: bool = False
    needs: Sequence[str] = ("remote",)
    is_optional: bool = False

    @property
    def key(self) -> str:
        return f"{self.client.name}.entry"

    @property
    def subject(self) -> str:
        return self.client.title

    def describe(self) -> str:
        return f"put the address {self._url} and this machine's token into {self.path}"

    def check(self, world: World) -> Verdict:
        file = read_config(world, self.client, self.path)
        wanted = self._wanted(world)
        if wanted is None:
            reason = f"{self.client.title} takes no server on the web from its file"
            return Blocked(reason, f"mnemon setup {self.client.name}")
        if file.document.has(self.client.entry_path) and file.document.get(self.client.entry_path) == wanted:
            return self._exposed(world) or Done()
        receipt = self._keeping(world).receipts.of(self.path)
        if not self.replace_foreign and has_foreign(file, self.client, self._place, receipt):
            line = f"mnemon setup {self.client.name} --remote-url {quote(self.settings.remote)} --direct"
            return Blocked(f"{self.path} has another server called mnemon", f"{line} --replace-foreign")
        exposed = self._exposed(world)
        return exposed or read_only(world, self.path) or Needed(file.diff(self._edited(world, file, wanted)))

    def apply(self, world: World) -> str:
        file, wanted = read_config(world, self.client, self.path), self._wanted(world)
        if wanted is None or (not world.is_rehearsal and not self._token(world)):
            raise StepFailed(
                f"there is no token for {self.settings.remote} on this machine", "mnemon doctor remote.token"
            )
        place, keeping = self._place, self._keeping(world)
        had_one, edited = file.document.has(place.entry_path), self._edited(world, file, wanted)
        insertion = Insertion(
            owner=self.client.name,
            kind="entry",
            place=place.entry_path,
            value=digest_of_value(wanted),
            parents=file.document.absent_above(place.entry_path),
            replaces_foreign=has_foreign(file, self.client, place, keeping.receipts.of(self.path)),
        )
        keeping.change(self.path, file.content, edited.text.encode(), insertion, meaning_at(world, place))
        return "updated" if had_one else "registered"

    def undo(self, world: World) -> None:
        removal = RemoveEntry(self.client, self._place, None, self.settings.backups_folder)
        if isinstance(removal.check(world), Needed):
            removal.apply(world)

    @property
    def _url(self) -> str:
        return f"{self.settings.remote}/mcp"

    @property
    def _place(self) -> Place:
        return Place(self.path, self.client.format, self.client.entry_path)

    def _keeping(self, world: World) -> Keeping:
        return Keeping(world, self.settings.backups_folder)

    def _token(self, world: World) -> str:
        return token_for(world, self.settings, self.settings.remote)

    def _wanted(self, world: World) -> dict[str, Any] | None:  # Any: JSON or TOML values
        return self.client.direct_entry(self._url, self._token(world) or _TO_COME)

    def _edited(self, world: World, file: ConfigFile, wanted: dict[str, Any]) -> AnyDocument:  # Any: as above
        receipt = self._keeping(world).receipts.of(self.path)
        is_ours = has_ours(file, self.client, self._place, receipt)
        return file.with_entry(self.client, wanted, file.document.get(self.client.entry_path) if is_ours else None)

    def _exposed(self, world: World) -> Blocked | None:
        """No token goes where other users of this machine can read it."""
        if not is_open(world, self.path):
            return None
        reason = f"{self.path} can be read by other users of this machine"
        return Blocked(reason, f"chmod 600 {quote(str(self.path))}")

"""Our entry in a client's file: through the client's own tool where there is one, else by a careful edit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnemon_installer.clients import Client
from mnemon_installer.clients.client import Launch, starts_the_same
from mnemon_installer.clients.config_file import AnyDocument, ConfigFile, read_config
from mnemon_installer.edits.mask import mask_json
from mnemon_installer.plan.step import Blocked, Done, Needed, StepFailed, Verdict
from mnemon_installer.steps.backup import back_up
from mnemon_installer.world import World


@dataclass(frozen=True)
class RegisterClient:
    """`launch` is None, and `obstacle` says why, where no client could rely on our command."""

    client: Client
    launch: Launch | None
    path: Path
    program: Path | None
    backups: Path
    replace_foreign: bool = False
    obstacle: tuple[str, str] = ("", "")
    needs: Sequence[str] = ()
    is_optional: bool = False

    @property
    def key(self) -> str:
        return f"{self.client.name}.entry"

    @property
    def subject(self) -> str:
        return self.client.title

    def describe(self) -> str:
        how = f" (through `{self.program.name}`)" if self.program else ""
        return f"register mnemon in {self.path}{how}"

    def check(self, world: World) -> Verdict:
        if self.launch is None:
            return Blocked(*self.obstacle)
        file = read_config(world, self.client, self.path)
        entry = self._entry(file)
        if starts_the_same(self.client.launch_of(entry), self.launch):
            return Done()
        if file.is_foreign(self.client) and not self.replace_foreign:
            reason = f"{self.path} has another server called mnemon: {_one_line(entry)}"
            return Blocked(reason, f"mnemon setup {self.client.name} --replace-foreign")
        return Needed(file.diff(self._wanted(file)))

    def apply(self, world: World) -> str:
        file = read_config(world, self.client, self.path)
        had_one = file.document.has(self.client.entry_path)
        back_up(world, self.path, file.content, self.backups, self.client.name)
        if self.program is not None and self._suits_the_program(file):
            self._through_program(world, str(self.program), file)
        else:
            world.write(self.path, self._wanted(file).text.encode(), file.content)
        return "updated" if had_one else "registered"

    def undo(self, world: World) -> None:
        file = read_config(world, self.client, self.path)
        if file.document.has(self.client.entry_path) and not file.is_foreign(self.client):
            world.write(self.path, file.document.remove(self.client.entry_path).text.encode(), file.content)

    def _entry(self, file: ConfigFile) -> Any:  # Any: whatever stands in the file
        return file.document.get(self.client.entry_path)

    def _wanted(self, file: ConfigFile) -> AnyDocument:
        assert self.launch is not None  # `check` blocks before
        return file.with_launch(self.client, self.launch)

    def _suits_the_program(self, file: ConfigFile) -> bool:
        """A client that reads strictly refuses to touch an empty file, or one with comments."""
        if file.content is None:
            return True
        return not file.document.is_blank and not file.refused_by(self.client)[0]

    def _through_program(self, world: World, program: str, file: ConfigFile) -> None:
        assert self.launch is not None  # `check` blocks before
        path = self.client.entry_path
        if file.document.has(path):
            world.run(self.client.remove_command(program))
        try:
            added = world.run(self.client.add_command(program, self.launch))
        except BaseException:  # Ctrl-C too: between remove and add there is no entry at all
            self._put_back(world, file)
            raise
        if added.status == 0:
            return
        self._put_back(world, file)
        said = (added.stderr.strip() or added.stdout.strip() or f"status {added.status}").splitlines()[0]
        raise StepFailed(f"`{Path(program).name} mcp add` refused: {said}", f"mnemon setup {self.client.name}")

    def _put_back(self, world: World, former: ConfigFile) -> None:
        """The entry that `former` has, by our own edit: it may hold secrets, which no command line may."""
        path = self.client.entry_path
        file = read_config(world, self.client, self.path)
        if former.document.has(path) and not file.document.has(path):
            restored = file.with_entry(self.client, former.document.get(path))
            world.write(self.path, restored.text.encode(), file.content)


def _one_line(entry: Any) -> str:  # Any: whatever stands in the file
    """An entry for people, secrets hidden."""
    shown = json.loads(mask_json(json.dumps({"mnemon": entry})))["mnemon"]
    return json.dumps(shown, ensure_ascii=False)

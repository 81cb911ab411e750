"""Our entry in a client's file: through the client's own tool where there is one, else by a careful edit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnemon_installer.clients import Client
from mnemon_installer.clients.client import Launch, Place, starts_the_same
from mnemon_installer.clients.config_file import AnyDocument, ConfigFile, read_config
from mnemon_installer.edits.mask import mask_json
from mnemon_installer.plan.receipts import digest_of_value
from mnemon_installer.plan.step import Blocked, Done, Needed, StepFailed, Verdict
from mnemon_installer.steps.entries import has_foreign, meaning_at
from mnemon_installer.steps.keeping import Insertion, Keeping, Meaning
from mnemon_installer.steps.read_only import read_only
from mnemon_installer.steps.remove_entry import RemoveEntry
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
        if self._is_foreign(world, file) and not self.replace_foreign:
            reason = f"{self.path} has another server called mnemon: {_one_line(entry)}"
            return Blocked(reason, f"mnemon setup {self.client.name} --replace-foreign")
        return read_only(world, self.path) or Needed(file.diff(self._wanted(file)))

    def apply(self, world: World) -> str:
        file = read_config(world, self.client, self.path)
        had_one, wanted = file.document.has(self.client.entry_path), self._wanted(file)
        keeping, insertion, meaning = (
            Keeping(world, self.backups),
            self._insertion(world, file, wanted),
            self._meaning(world),
        )
        if self.program is None or not self._suits_the_program(file):
            keeping.change(self.path, file.content, wanted.text.encode(), insertion, meaning)
            return "updated" if had_one else "registered"
        keeping.begin(self.path, file.content, None, insertion, meaning)
        try:
            self._through_program(world, str(self.program), file)
        finally:
            keeping.end(self.path)
        return "updated" if had_one else "registered"

    def undo(self, world: World) -> None:
        removal = RemoveEntry(self.client, self._place, self.program, self.backups)
        if isinstance(removal.check(world), Needed):
            removal.apply(world)

    @property
    def _place(self) -> Place:
        return Place(self.path, self.client.format, self.client.entry_path)

    def _is_foreign(self, world: World, file: ConfigFile) -> bool:
        """Somebody else's; one that leads to the web, and that we put there, is not."""
        return has_foreign(file, self.client, self._place, Keeping(world, self.backups).receipts.of(self.path))

    def _insertion(self, world: World, file: ConfigFile, wanted: AnyDocument) -> Insertion:
        path = self.client.entry_path
        return Insertion(
            owner=self.client.name,
            kind="entry",
            place=path,
            value=digest_of_value(wanted.get(path)),
            parents=file.document.absent_above(path),
            replaces_foreign=self._is_foreign(world, file),
        )

    def _meaning(self, world: World) -> Meaning:
        return meaning_at(world, self._place)

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

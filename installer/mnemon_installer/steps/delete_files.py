"""Files of ours out of the vault's folder, and with them the folders that hold nothing then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote

from mnemon_installer.facts.belongings import Belongings, find_belongings
from mnemon_installer.plan.step import Done, Needed, StepFailed, Verdict
from mnemon_installer.world import World
from mnemon_server.settings import Settings


@dataclass(frozen=True)
class DeleteFiles:
    """`pick` says which of our belongings go; each look at reality asks it anew."""

    key: str
    subject: str
    what: str
    settings: Settings
    pick: Callable[[Belongings], tuple[Path, ...]] = field(compare=False)
    needs: Sequence[str] = ()
    is_optional: bool = False

    def describe(self) -> str:
        return f"delete {self.what}"

    def check(self, world: World) -> Verdict:
        return Needed() if self._files(world) else Done()

    def apply(self, world: World) -> str:
        files = self._files(world)
        world.perform(self.describe(), lambda: self._delete(world, files))
        return "deleted"

    def undo(self, world: World) -> None:
        """Nothing: what is deleted is gone, which is why the plan says so and asks."""

    def _files(self, world: World) -> tuple[Path, ...]:
        return self.pick(find_belongings(world, self.settings))

    def _delete(self, world: World, files: Sequence[Path]) -> None:
        folders = find_belongings(
            world, self.settings
        ).folders  # as they are while the files in them say whose they are
        emptied = {parent for file in files for parent in file.parents}
        for file in files:
            try:
                file.unlink(missing_ok=True)
            except OSError as trouble:
                look = f"ls -ld {quote(str(file.parent))}"
                raise StepFailed(f"{file} cannot be deleted: {trouble.strerror}", look) from trouble
        remove_empty(folder for folder in folders if folder in emptied and folder != self.settings.folder)


def remove_empty(folders: Iterable[Path]) -> None:
    """Take away those that are empty; the innermost come first."""
    for folder in folders:
        with suppress(OSError):  # something that is not ours is in it
            folder.rmdir()

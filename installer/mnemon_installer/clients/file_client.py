"""A client that we register with by editing its file: all of them but Claude Code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mnemon_installer.clients.client import Format, Launch, Place, Shadow
from mnemon_installer.clients.hook_table import HookStyle
from mnemon_installer.clients.places import Finder
from mnemon_installer.clients.shapes import EntryShape
from mnemon_installer.edits.jsonc import Path as KeyPath
from mnemon_installer.world import World
from mnemon_installer.world.programs import find_program


@dataclass(frozen=True)
class FileClient:
    """A Client made of values; see there for what they mean.

    Attributes:
        config: finds its file.
        rules: finds the file with the user's standing instructions.
        hook_files: find the file with its hooks, and others where ours may have come to stand.
        traces: find what only this client leaves on a machine, its file apart.
        programs: its commands, any of which is a trace too.
        takes_remote: its file may name a server on the web.
    """

    name: str
    title: str
    config: Finder
    entry_path: KeyPath
    next_step: str
    verify: str
    shape: EntryShape = field(default_factory=EntryShape)
    format: Format = "jsonc"
    file_note: str = ""
    refuses_comments: bool = False
    refuses_trailing_commas: bool = False
    traces: Sequence[Finder] = ()
    programs: Sequence[str] = ()
    rules: Finder | None = None
    rules_header: str = ""
    hooks: HookStyle | None = None
    hook_files: Sequence[Finder] = ()
    takes_remote: bool = True
    remote_hint: str = ""
    version_command: tuple[str, ...] = ()

    def config_path(self, world: World) -> Path:
        return self.config(world)

    def rules_file(self, world: World) -> Path | None:
        return self.rules(world) if self.rules else None

    def hooks_files(self, world: World) -> tuple[Path, ...]:
        return tuple(dict.fromkeys(find(world) for find in self.hook_files))

    def program(self, world: World) -> Path | None:
        return None  # their own writers lose comments or layout, are slow, or do not exist

    def is_installed(self, world: World) -> bool:
        traces = (self.config, *self.traces)
        found = any(world.look(trace(world)) for trace in traces)
        return found or any(find_program(world, program) for program in self.programs)

    def entry(self, launch: Launch, former: Any = None) -> dict[str, Any]:  # Any: JSON or TOML values
        return self.shape.entry(launch, former)

    def launch_of(self, entry: Any) -> Launch | None:  # Any: whatever stands in the file
        return self.shape.launch_of(entry)

    def direct_entry(self, url: str, token: str) -> dict[str, Any] | None:  # Any: JSON or TOML values
        return self.shape.direct_entry(url, token) if self.takes_remote else None

    def is_switched_off(self, entry: Any) -> bool:  # Any: whatever stands in the file
        return self.shape.is_switched_off(entry)

    def shadows(self, data: Mapping[str, Any]) -> list[Shadow]:  # Any: JSON
        return []

    def stale_places(self, world: World) -> tuple[Place, ...]:
        return ()

    def add_command(self, program: str, launch: Launch) -> tuple[str, ...]:
        raise NotImplementedError("there is no `program` to register through")

    def remove_command(self, program: str) -> tuple[str, ...]:
        raise NotImplementedError("there is no `program` to register through")

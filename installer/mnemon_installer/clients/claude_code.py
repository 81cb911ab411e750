"""Claude Code: servers of the user stand in `~/.claude.json`; `settings.json` beside it is not read for them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnemon_installer.argv import claude
from mnemon_installer.clients import hook_table
from mnemon_installer.clients.client import SERVER_NAME, Format, Launch, Place, Shadow
from mnemon_installer.clients.hook_table import HookStyle
from mnemon_installer.clients.shapes import EntryShape
from mnemon_installer.edits.jsonc import Path as KeyPath
from mnemon_installer.world import World
from mnemon_installer.world.programs import find_program

# As `claude mcp add` writes it.
_SHAPE = EntryShape(
    local_marks={"type": "stdio"}, remote_marks={"type": "http"}, marks_are_optional=True, writes_empty_environment=True
)


@dataclass(frozen=True)
class ClaudeCode:
    """The command line client of Anthropic."""

    name: str = "claude-code"
    title: str = "Claude Code"
    entry_path: KeyPath = ("mcpServers", SERVER_NAME)
    next_step: str = "restart running Claude Code sessions (a new `claude` has it at once)"
    format: Format = "jsonc"
    file_note: str = "`CLAUDE_CONFIG_DIR` moves it"
    refuses_comments: bool = True
    refuses_trailing_commas: bool = True
    verify: str = "`claude mcp get mnemon`, or `/mcp` in a session"
    remote_hint: str = ""
    version_command: tuple[str, ...] = ("claude", "--version")
    rules_header: str = ""
    hooks: HookStyle = hook_table.CLAUDE_CODE

    def config_path(self, world: World) -> Path:
        return (_named_folder(world) or world.home) / ".claude.json"

    def rules_file(self, world: World) -> Path:
        return _folder(world) / "CLAUDE.md"

    def hooks_files(self, world: World) -> tuple[Path, ...]:
        folders = dict.fromkeys((_folder(world), world.home / ".claude"))
        return tuple(folder / name for name in ("settings.json", "settings.local.json") for folder in folders)

    def program(self, world: World) -> Path | None:
        return find_program(world, "claude")

    def is_installed(self, world: World) -> bool:
        traces = (self.config_path(world), _folder(world))
        return self.program(world) is not None or any(world.look(trace) for trace in traces)

    def entry(self, launch: Launch, former: Any = None) -> dict[str, Any]:  # Any: JSON
        return _SHAPE.entry(launch, former)

    def launch_of(self, entry: Any) -> Launch | None:  # Any: whatever stands in the file
        return _SHAPE.launch_of(entry)

    def direct_entry(self, url: str, token: str) -> dict[str, Any]:  # Any: JSON
        return _SHAPE.direct_entry(url, token)

    def is_switched_off(self, entry: Any) -> bool:  # Any: whatever stands in the file
        return False  # `disabled` in an entry has no effect here

    def shadows(self, data: Mapping[str, Any]) -> list[Shadow]:  # Any: JSON
        projects = data.get("projects")
        if not isinstance(projects, dict):
            return []
        removal = shlex.join(claude.remove_server("claude", SERVER_NAME, "local"))
        return [
            Shadow(f"the project {folder}", f"cd {shlex.quote(folder)} && {removal}")
            for folder, project in projects.items()
            if _has_own(project)
        ]

    def stale_places(self, world: World) -> tuple[Place, ...]:
        return (Place(_folder(world) / "settings.json", "jsonc", self.entry_path),)

    def add_command(self, program: str, launch: Launch) -> tuple[str, ...]:
        return claude.add_server(program, SERVER_NAME, launch.command, launch.arguments, launch.environment)

    def remove_command(self, program: str) -> tuple[str, ...]:
        return claude.remove_server(program, SERVER_NAME)


def _named_folder(world: World) -> Path | None:
    named = world.environment.get("CLAUDE_CONFIG_DIR", "")
    return Path(named) if named else None


def _folder(world: World) -> Path:
    return _named_folder(world) or world.home / ".claude"


def _has_own(project: Any) -> bool:  # Any: whatever stands in the file
    servers = project.get("mcpServers") if isinstance(project, dict) else None
    return isinstance(servers, dict) and SERVER_NAME in servers

"""Claude Code: servers of the user stand in `~/.claude.json`; `settings.json` beside it is not read for them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnemon_installer.argv import claude
from mnemon_installer.clients.client import SERVER_NAME, Launch, Shadow
from mnemon_installer.edits.jsonc import Path as KeyPath
from mnemon_installer.world import World
from mnemon_installer.world.programs import find_program


@dataclass(frozen=True)
class ClaudeCode:
    """The command line client of Anthropic."""

    name: str = "claude-code"
    title: str = "Claude Code"
    entry_path: KeyPath = ("mcpServers", SERVER_NAME)
    next_step: str = "restart running Claude Code sessions (a new `claude` has it at once)"
    reads_strictly: bool = True

    def config_path(self, world: World) -> Path:
        named = world.environment.get("CLAUDE_CONFIG_DIR", "")
        return (Path(named) if named else world.home) / ".claude.json"

    def program(self, world: World) -> Path | None:
        return find_program(world, "claude")

    def is_installed(self, world: World) -> bool:
        named = world.environment.get("CLAUDE_CONFIG_DIR", "")
        traces = (self.config_path(world), Path(named) if named else world.home / ".claude")
        return self.program(world) is not None or any(world.look(trace) for trace in traces)

    def entry(self, launch: Launch) -> dict[str, Any]:  # Any: JSON
        return {
            "type": "stdio",
            "command": launch.command,
            "args": list(launch.arguments),
            "env": dict(launch.environment),
        }

    def launch_of(self, entry: Any) -> Launch | None:  # Any: whatever stands in the file
        if not isinstance(entry, dict) or entry.get("type", "stdio") != "stdio":
            return None
        command, arguments, variables = entry.get("command"), entry.get("args", []), entry.get("env") or {}
        if not isinstance(command, str) or not isinstance(arguments, list) or not isinstance(variables, dict):
            return None
        return Launch(command, tuple(map(str, arguments)), {key: str(value) for key, value in variables.items()})

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

    def add_command(self, program: str, launch: Launch) -> tuple[str, ...]:
        return claude.add_server(program, SERVER_NAME, launch.command, launch.arguments, launch.environment)

    def remove_command(self, program: str) -> tuple[str, ...]:
        return claude.remove_server(program, SERVER_NAME)


def _has_own(project: Any) -> bool:  # Any: whatever stands in the file
    servers = project.get("mcpServers") if isinstance(project, dict) else None
    return isinstance(servers, dict) and SERVER_NAME in servers

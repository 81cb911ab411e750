"""What to put where, for clients whose files we do not edit: a text to paste, with this installation's command."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from mnemon_installer.clients.client import SERVER_NAME, Launch
from mnemon_installer.clients.shapes import EntryShape


def snippet(name: str, launch: Launch) -> str:
    """What to do for the client called `name`, one of NAMES: a sentence, then what to paste."""
    return _TEXTS[name](launch)


def _goose(launch: Launch) -> str:
    where = "~/.config/goose/config.yaml (Windows: %APPDATA%\\Block\\goose\\config\\config.yaml)"
    lines = [
        "extensions:",
        f"  {SERVER_NAME}:",
        f"    name: {SERVER_NAME}",
        "    type: stdio",
        f"    cmd: {_quoted(launch.command)}",
        f"    args: {_quoted(list(launch.arguments))}",
        f"    envs: {_quoted(dict(launch.environment))}",
        "    enabled: true",
        "    timeout: 60",
    ]
    return _told(f"Goose: put this into {where}, under the `extensions` that are there:", lines)


def _continue(launch: Launch) -> str:
    lines = [
        f"name: {SERVER_NAME}",
        "version: 0.0.1",
        "schema: v1",
        "mcpServers:",
        f"  - name: {SERVER_NAME}",
        f"    command: {_quoted(launch.command)}",
        f"    args: {_quoted(list(launch.arguments))}",
        f"    env: {_quoted(dict(launch.environment))}",
    ]
    return _told(f"Continue: write this to a new file ~/.continue/mcpServers/{SERVER_NAME}.yaml:", lines)


def _lmstudio(launch: Launch) -> str:
    return _told("LM Studio: Program > Install > Edit mcp.json, and put this in:", _standard(launch))


def _warp(launch: Launch) -> str:
    return _told("Warp: Settings > AI > Manage MCP servers > Add, and paste this:", _standard(launch))


def _other(launch: Launch) -> str:
    environment = [f"  {name}={value}" for name, value in launch.environment.items()]
    lines = [
        *_standard(launch),
        "",
        f"command:   {launch.command}",
        f"arguments: {' '.join(launch.arguments)}",
        *(["variables:", *environment] if environment else []),
    ]
    return _told("Any client that starts MCP servers over stdio takes this, or the same in its own words:", lines)


def _standard(launch: Launch) -> list[str]:
    entry = {"mcpServers": {SERVER_NAME: EntryShape().entry(launch)}}
    return json.dumps(entry, indent=2, ensure_ascii=False).splitlines()


def _told(sentence: str, lines: list[str]) -> str:
    return "\n".join([sentence, "", *(f"  {line}".rstrip() for line in lines), ""])


def _quoted(value: object) -> str:
    """JSON, which is YAML too."""
    return json.dumps(value, ensure_ascii=False)


_TEXTS: Mapping[str, Callable[[Launch], str]] = {
    "goose": _goose,
    "continue": _continue,
    "lmstudio": _lmstudio,
    "warp": _warp,
    "other": _other,
}
NAMES: tuple[str, ...] = tuple(_TEXTS)
TITLES: Mapping[str, str] = {
    "goose": "Goose",
    "continue": "Continue",
    "lmstudio": "LM Studio",
    "warp": "Warp",
    "other": "any other client",
}

"""A handler in a client's list of hooks: how ours looks, and how one of ours is known again."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mnemon_installer.clients.client import SERVER_NAME, Launch
from mnemon_installer.clients.hook_table import EVENTS, Hook, HookStyle, Mode, hooks_of

_VAULT = "MNEMON_VAULT_DIR"
# What a careful hand puts around a program in a shell's line: `2>/dev/null`, `|| true`, `& ` in PowerShell.
_SHELL_HEAD = re.compile(r"\s*(try\s*\{\s*)?(&\s+)?")
_SHELL_TAIL = re.compile(
    r"(\s*(\d?&?>>?\s*(&\d|[^\s;|&<>]+)|\}\s*catch\s*\{\s*\}|\|\|\s*(true|:|exit 0)|;\s*(true|exit 0)))+\s*$"
)
_WINDOWS_PATH = re.compile(r"[\"']?(?:[A-Za-z]:|\\\\)")
_SHELL_SIGNS = re.compile(r"[;|&<>`\n]|\$\(")


@dataclass(frozen=True)
class HookCall:
    """What a handler of ours runs: `command hook event ...`; `arguments` are all after the command."""

    command: str
    arguments: tuple[str, ...]

    @property
    def event(self) -> str:
        return self.arguments[1]


@dataclass(frozen=True)
class WantedHook:
    """A hook as it is to stand in a client's file: under which of its events, and the handler."""

    hook: Hook
    event: str
    handler: dict[str, Any]  # Any: JSON


def wanted_hooks(
    client: str, style: HookStyle, launch: Launch, platform: str, mode: Mode = "local"
) -> tuple[WantedHook, ...]:
    """All that setup registers with the client of that name."""
    return tuple(
        WantedHook(hook, style.events[hook.moment], _handler(hook, client, style, launch, platform))
        for hook in hooks_of(style, mode)
    )


def hook_call(hook: Hook, client: str, launch: Launch) -> HookCall:
    """What a hook runs. It has no variables of its own, so that a vault elsewhere is named in its arguments."""
    vault = launch.environment.get(_VAULT, "")
    where = ("--vault-dir", vault) if vault else ()
    return HookCall(launch.command, ("hook", hook.event, "--client", client, *where))


def call_of(handler: Any) -> HookCall | None:  # Any: whatever stands in the file
    """What a handler of ours runs, in whichever shape; None for one that is not ours.

    Ours is our launcher, in any folder, with `hook` and an event of ours.
    """
    if not isinstance(handler, dict) or not isinstance(handler.get("command"), str):
        return None
    command, arguments = handler["command"], handler.get("args")
    if isinstance(arguments, list):
        return _call([command, *map(str, arguments)])
    return _call(_words(command))


def _handler(hook: Hook, client: str, style: HookStyle, launch: Launch, platform: str) -> dict[str, Any]:  # Any: JSON
    call, timeout = hook_call(hook, client, launch), hook.timeout * style.units_per_second
    named = {"name": f"{SERVER_NAME}-{hook.event}"} if style.takes_names else {}
    if style.takes_arguments:
        return {**named, "type": "command", "command": call.command, "args": list(call.arguments), "timeout": timeout}
    line = _shell_line((call.command, *call.arguments), style, platform)
    return {**named, "type": "command", "command": line, "timeout": timeout}


def _shell_line(words: Sequence[str], style: HookStyle, platform: str) -> str:
    if platform != "win32":
        return shlex.join(words) + (" 2>/dev/null || true" if style.must_end_well else "")
    if style.windows_shell == "cmd":
        return subprocess.list2cmdline(words)
    # PowerShell takes a quoted program for a text, unless it is called.
    line = "& " + " ".join(_powershell_quoted(word) for word in words)
    return f"try {{ {line} }} catch {{ }}; exit 0" if style.must_end_well else line


def _powershell_quoted(word: str) -> str:
    return word if re.fullmatch(r"[\w.-]+", word) else "'" + word.replace("'", "''") + "'"


def _call(words: Sequence[str]) -> HookCall | None:
    if len(words) < 3 or words[1] != "hook" or words[2] not in EVENTS:
        return None
    program = words[0].replace("\\", "/").rsplit("/", 1)[-1].lower()
    return HookCall(words[0], tuple(words[1:])) if program.removesuffix(".exe") == SERVER_NAME else None


def _words(line: str) -> list[str]:
    """The words of a shell's line that runs one program; none for one that does more."""
    line = _SHELL_TAIL.sub("", _SHELL_HEAD.sub("", line, count=1))
    is_windows = _WINDOWS_PATH.match(line) is not None
    if is_windows:
        line = line.replace("''", "\0")  # how PowerShell writes an apostrophe inside quotes
    try:
        words = shlex.split(line, posix=not is_windows)
    except ValueError:  # quotes that do not pair up
        return []
    if _SHELL_SIGNS.search("".join(_unquoted(line))):
        return []
    return [word.strip("'\"").replace("\0", "'") for word in words] if is_windows else words


def _unquoted(line: str) -> list[str]:
    """What of a line stands outside quotes."""
    return re.split(r"'[^']*'|\"(?:\\.|[^\"\\])*\"", line)

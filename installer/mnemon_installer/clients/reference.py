"""docs/reference/clients.md, made by `python -m mnemon_installer.clients.reference` from what the installer goes by."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomlkit

from mnemon_installer.clients import CLIENTS, Client
from mnemon_installer.clients.client import Launch
from mnemon_installer.clients.hook_reference import hook_lines
from mnemon_installer.clients.snippets import NAMES, TITLES, snippet
from mnemon_installer.world import World
from mnemon_installer.world.real import RealWorld

_COMMAND = "/home/me/.local/bin/mnemon"
_PLATFORMS = (("darwin", "macOS"), ("linux", "Linux"), ("win32", "Windows"))

_OPENING = """\
# MCP clients

<!-- Made by `python -m mnemon_installer.clients.reference`; edit installer/mnemon_installer/clients/ instead. -->

`mnemon setup` registers mnemon in every client of this table that it finds; `mnemon setup NAME` in one, found or not.
Only our own entry is changed. Comments, order, indentation, line ends and all other servers stay as they are, and a
file that cannot be read is left alone, with the line to mend.

The command is an absolute path, because most clients do not know your shell's PATH. Where your vault is not in
`~/.mnemon`, the entry carries `MNEMON_VAULT_DIR`, and each hook says `--vault-dir`.

Clients with hooks get ours after your own, which stay as they are. `mnemon setup --no-hooks` adds none, and takes ours
out again. One of ours is known by our program's name, `hook` and its event, wherever the program is.
"""


def reference() -> str:
    """The whole page."""
    parts = [_OPENING, "\n".join(_table()), *(_section(client) for client in CLIENTS), "\n".join(_snippets())]
    return "\n".join(parts)


def _table() -> Iterator[str]:
    yield "| name | client | registered by | hooks that reach the model | rules file | comments | trailing commas |"
    yield "|---|---|---|---|---|---|---|"
    for client in CLIENTS:
        how = f"`{client.version_command[0]} mcp add`, else our edit" if client.name == "claude-code" else "our edit"
        rules = client.rules_file(_machine("linux"))
        cells = (
            f"[`{client.name}`](#{_anchor(client)})",
            client.title,
            how,
            "yes" if client.hooks else "no",
            f"`{_shown(rules, 'linux')}`" if rules else "none",
            "refused" if client.refuses_comments else "kept",
            _commas(client),
        )
        yield f"| {' | '.join(cells)} |"
    yield ""


def _commas(client: Client) -> str:
    if client.format == "toml":
        return "as TOML has them"
    return "refused" if client.refuses_trailing_commas else "kept"


def _anchor(client: Client) -> str:
    return client.title.lower().replace(" ", "-")


def _section(client: Client) -> str:
    return "\n".join(_lines(client))


def _lines(client: Client) -> Iterator[str]:
    yield f"## {client.title}\n"
    yield from _files(client)
    yield f"- Entry at `{'.'.join(client.entry_path)}`:\n"
    yield from _fenced(client, client.entry(Launch(_COMMAND)))
    direct = client.direct_entry("https://example.com/mcp", "TOKEN")
    if direct is None:
        yield f"- A server on the web: {client.remote_hint}."
    else:
        yield "- For a server on the web, without a local process, with the token in it:\n"
        yield from _fenced(client, direct)
    yield from hook_lines(client, _machine("linux"), Launch(_COMMAND))
    yield f"- Afterwards: {client.next_step}."
    yield f"- To see it: {client.verify}."
    for place in client.stale_places(_machine("linux")):
        where = f"`{'.'.join(place.entry_path)}` in `{_shown(place.path, 'linux')}`"
        yield f"- Never read by {client.title}, and cleaned of entries of ours: {where}."
    yield ""


def _files(client: Client) -> Iterator[str]:
    paths = {platform: client.config_path(_machine(platform)) for platform, _ in _PLATFORMS}
    note = f" ({client.file_note})" if client.file_note else ""
    if len(set(paths.values())) == 1:
        yield f"- File: `{_shown(paths['linux'], 'linux')}`{note}"
        return
    yield f"- File{note}:"
    for platform, title in _PLATFORMS:
        yield f"  - {title}: `{_shown(paths[platform], platform)}`"


def _machine(platform: str) -> World:
    """A machine with nothing on it, whose folders have the names that people know them by."""
    windows = {"APPDATA": "%APPDATA%", "LOCALAPPDATA": "%LOCALAPPDATA%"}
    return RealWorld(windows if platform == "win32" else {}, Path("~"), platform)


def _shown(path: Path, platform: str) -> str:
    return path.as_posix().replace("/", "\\") if platform == "win32" else path.as_posix()


def _fenced(client: Client, entry: Mapping[str, Any]) -> Iterator[str]:  # Any: JSON or TOML values
    if client.format == "toml":
        tables: Any = dict(entry)  # Any: as above
        for name in reversed(client.entry_path):
            tables = {name: tables}
        language, text = "toml", tomlkit.dumps(tables).strip()
    else:
        language, text = "json", json.dumps({client.entry_path[-1]: entry}, indent=2)[2:-2].replace("\n  ", "\n")[2:]
    yield from (f"  {line}".rstrip() for line in (f"```{language}", *text.splitlines(), "```"))
    yield ""


def _snippets() -> Iterator[str]:
    yield "## Other clients\n"
    yield "Files in YAML we do not edit, and of some clients we do not know enough to. `mnemon setup NAME` prints what"
    yield "to paste, with your own command in it.\n"
    for name in NAMES:
        yield f"### {TITLES[name][0].upper()}{TITLES[name][1:]}: `mnemon setup {name}`\n"
        sentence, pasted = snippet(name, Launch(_COMMAND)).split("\n\n", 1)
        yield f"{sentence}\n"
        yield "```"
        yield from (line.removeprefix("  ") for line in pasted.rstrip("\n").splitlines())
        yield "```\n"


if __name__ == "__main__":
    sys.stdout.write(reference())

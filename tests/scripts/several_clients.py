"""A home with a few clients of different formats, each with a server and comments of the user's own."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.installer.machine import Machine

NAMES = ("claude-code", "cursor", "codex")

BEFORE = {
    ".claude.json": '{\n  "numStartups": 3,\n  "mcpServers": {\n    "other": {\n      "command": "x"\n    }\n  }\n}',
    ".cursor/mcp.json": '{\r\n\t"mcpServers": {"äöü": {"command": "y", "args": ["a", "b"]}}\r\n}\r\n',
    ".codex/config.toml": '# mine\nmodel = "o1"\n\n[mcp_servers.o] # this\ncommand = "z"\nargs = [\n  "a", # b\n]\n',
    ".claude/CLAUDE.md": "Be brief.\r\nWrite in English.",
}
SETUP = ("setup", *NAMES, "--no-model", "--rules")
UNINSTALL = ("uninstall", "--yes")


@dataclass(frozen=True)
class Stage:
    """One machine that is put back to a state again and again: receipts know files by their absolute paths."""

    machine: Machine
    states: Path

    def keep(self, name: str) -> None:
        shutil.copytree(self.machine.home, self.states / name, symlinks=True)

    def back_to(self, name: str) -> None:
        shutil.rmtree(self.machine.home)
        shutil.copytree(self.states / name, self.machine.home, symlinks=True)


def furnish(home: Path) -> None:
    for name, text in BEFORE.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(text.encode())


def client_files(home: Path) -> dict[str, bytes]:
    return {name: (home / name).read_bytes() for name in BEFORE}


def names(home: Path) -> set[str]:
    """Every file and folder: what is too much, half-written copies among it, shows here."""
    return {str(each.relative_to(home)) for each in home.rglob("*")}

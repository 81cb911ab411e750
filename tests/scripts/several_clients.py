"""A home with a few clients of different formats, each with a server, hooks and comments of the user's own."""

from __future__ import annotations

from pathlib import Path

from mnemon_installer.edits.jsonc import Document

NAMES = ("claude-code", "cursor", "gemini", "codex")

BEFORE = {
    ".claude.json": '{\n  "numStartups": 3,\n  "mcpServers": {\n    "other": {\n      "command": "x"\n    }\n  }\n}',
    ".cursor/mcp.json": '{\r\n\t"mcpServers": {"äöü": {"command": "y", "args": ["a", "b"]}}\r\n}\r\n',
    ".codex/config.toml": '# mine\nmodel = "o1"\n\n[mcp_servers.o] # this\ncommand = "z"\nargs = [\n  "a", # b\n]\n',
    ".claude/settings.json": '{\n    "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "w"}]}]}\n}',
    ".gemini/settings.json": '{ "theme": "dark", // mine\n  "mcpServers": {"g": {"command": "v"}} }\n',
    ".claude/CLAUDE.md": "Be brief.\r\nWrite in English.",
}
# Two things of ours come to stand in this one, one after the other.
WRITTEN_TWICE = ".gemini/settings.json"
SETUP = ("setup", *NAMES, "--no-model", "--rules")
UNINSTALL = ("uninstall", "--yes")


def furnish(home: Path) -> None:
    for name, text in BEFORE.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(text.encode())


def client_files(home: Path) -> dict[str, bytes]:
    return {name: (home / name).read_bytes() for name in BEFORE}


def are_old_or_new(found: dict[str, bytes], after: dict[str, bytes]) -> None:
    """Each file is as it was or as it will be, or, for the one that is written twice, half way and whole."""
    for name, content in found.items():
        if name == WRITTEN_TWICE:
            assert Document(content.decode()).get(("mcpServers", "g")) == {"command": "v"}
        else:
            assert content in (BEFORE[name].encode(), after[name]), name


def names(home: Path) -> set[str]:
    """Every file and folder: what is too much, half-written copies among it, shows here."""
    return {str(each.relative_to(home)) for each in home.rglob("*")}

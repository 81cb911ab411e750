"""A client's file, read for editing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from mnemon_installer.edits.jsonc import Document
from mnemon_installer.edits.jsonc import Path as KeyPath
from mnemon_installer.edits.jsonc_tree import NotJson
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError


class BadClientFile(MnemonError):
    """A client's file cannot be edited as it stands; not a byte of it was changed."""

    code = "bad-client-file"


@dataclass(frozen=True)
class ConfigFile:
    """The bytes as they were read (None: no such file), and what they say."""

    path: Path
    content: bytes | None
    document: Document


def read_config(world: World, path: Path, entry_path: KeyPath) -> ConfigFile:
    """Read and parse the file; a missing or blank one says nothing.

    Raises:
        BadClientFile: it cannot be edited, or what `entry_path` leads through is no object; with line and column.
    """
    content = world.read(path)
    try:
        document = Document((content or b"").decode("utf-8"))
        document.get(entry_path)
    except UnicodeDecodeError as trouble:
        line = (content or b"").count(b"\n", 0, trouble.start) + 1
        problem = f"{path} is not UTF-8 text (line {line}); it was left as it is"
        raise BadClientFile(problem, edit_command(world, path, line)) from trouble
    except NotJson as trouble:
        problem = f"{path}, {trouble.message}; it was left as it is"
        raise BadClientFile(problem, edit_command(world, path, trouble.line)) from trouble
    return ConfigFile(path, content, document)


def edit_command(world: World, path: Path, line: int) -> str:
    """What to type to mend a line."""
    if world.platform == "win32":
        return f'notepad "{path}"'
    return f"${{EDITOR:-nano}} +{line} {quote(str(path))} && mnemon setup"

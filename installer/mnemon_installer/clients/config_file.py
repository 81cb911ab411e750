"""A client's file, read for editing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.edits.jsonc import Document
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


def read_config(world: World, path: Path) -> ConfigFile:
    """Read and parse the file; a missing or blank one says nothing.

    Raises:
        BadClientFile: with line and column.
    """
    content = world.read(path)
    try:
        return ConfigFile(path, content, Document((content or b"").decode("utf-8")))
    except UnicodeDecodeError as trouble:
        line = (content or b"").count(b"\n", 0, trouble.start) + 1
        raise BadClientFile(f"{path} is not UTF-8 text (line {line}); it was left as it is", _mend(line)) from trouble
    except NotJson as trouble:
        line = int(trouble.message.split(",")[0].removeprefix("line "))
        raise BadClientFile(f"{path}, {trouble.message}; it was left as it is", _mend(line)) from trouble


def _mend(line: int) -> str:
    return f"mend line {line} in an editor, then run `mnemon setup` again"

"""A client's file, read for editing by the editor of its format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any, Protocol

from mnemon_installer.clients.client import Client, Format, Launch, Place, is_ours
from mnemon_installer.edits.diff import json_diff, toml_diff
from mnemon_installer.edits.jsonc import Document
from mnemon_installer.edits.jsonc import Path as KeyPath
from mnemon_installer.edits.jsonc_strict import set_strictly
from mnemon_installer.edits.jsonc_tree import NotJson, line_and_column, parse_tree
from mnemon_installer.edits.toml import NotToml, TomlDocument
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError

AnyDocument = Document | TomlDocument


class BadClientFile(MnemonError):
    """A client's file cannot be edited as it stands; not a byte of it was changed."""

    code = "bad-client-file"


class Reader(Protocol):
    """Whoever reads a file: a client its entries, or its hooks."""

    @property
    def refuses_comments(self) -> bool: ...

    @property
    def refuses_trailing_commas(self) -> bool: ...


@dataclass(frozen=True)
class ConfigFile:
    """The bytes as they were read (None: no such file), and what they say."""

    path: Path
    content: bytes | None
    document: AnyDocument

    def refused_by(self, reader: Reader) -> tuple[int, str]:
        """The first line that we can read and `reader` cannot, with what is there; 0 when there is none."""
        if not isinstance(self.document, Document) or self.document.is_blank:
            return 0, ""
        text, tree = self.document.text, parse_tree(self.document.text)
        found = []
        if reader.refuses_comments and tree.comments:
            found.append((line_and_column(text, tree.comments[0][0])[0], "a comment"))
        if reader.refuses_trailing_commas and tree.trailing_comma >= 0:
            found.append((line_and_column(text, tree.trailing_comma)[0], "a trailing comma"))
        return min(found, default=(0, ""))

    def is_foreign(self, client: Client) -> bool:
        """There is an entry of our name, and it does not start our server."""
        entry = self.document.get(client.entry_path)
        return self.document.has(client.entry_path) and not is_ours(client.launch_of(entry))

    def with_launch(self, client: Client, launch: Launch) -> AnyDocument:
        """The document with our entry: a new one, or ours of before with what differs changed in place."""
        former = None if self.is_foreign(client) else self.document.get(client.entry_path)
        return self.with_entry(client, client.entry(launch, former), former)

    def with_entry(self, client: Client, entry: dict[str, Any], former: Any = None) -> AnyDocument:  # Any: JSON, TOML
        path = client.entry_path
        if isinstance(self.document, TomlDocument):
            return self.document.set(path, entry)
        if not isinstance(former, dict):
            return _set(self.document, path, entry, client)
        edited = self.document
        for name in former.keys() - entry.keys():
            edited = edited.remove((*path, name))
        for name, value in entry.items():
            edited = _set(edited, (*path, name), value, client)
        return edited

    def diff(self, edited: AnyDocument) -> str:
        """What `edited` changes, for people, secrets hidden."""
        show = json_diff if isinstance(edited, Document) else toml_diff
        return show(self.document.text, edited.text, str(self.path))


def read_config(world: World, client: Client, path: Path | None = None) -> ConfigFile:
    """Read and parse the client's file, or the one at `path`; a missing or blank one says nothing.

    Raises:
        BadClientFile: it cannot be edited, or what the entry's path leads through is no object; with line and column.
    """
    return read_place(world, Place(path or client.config_path(world), client.format, client.entry_path))


def read_place(world: World, place: Place) -> ConfigFile:
    """The same for an entry that stands anywhere."""
    return parse_place(world, place, world.read(place.path))


def parse_place(world: World, place: Place, content: bytes | None) -> ConfigFile:
    """The same for bytes that stood there once."""
    try:
        document = _parsed((content or b"").decode("utf-8"), place.format)
        document.get(place.entry_path)
    except UnicodeDecodeError as trouble:
        line = (content or b"").count(b"\n", 0, trouble.start) + 1
        problem = f"{place.path} is not UTF-8 text (line {line}); it was left as it is"
        raise BadClientFile(problem, edit_command(world, place.path, line)) from trouble
    except (NotJson, NotToml) as trouble:
        raise refused(world, place.path, trouble) from trouble
    return ConfigFile(place.path, content, document)


def refused(world: World, path: Path, trouble: NotJson | NotToml) -> BadClientFile:
    """The same trouble for people: which file, and what to type."""
    problem = f"{path}, {trouble.message}; it was left as it is"
    return BadClientFile(problem, edit_command(world, path, trouble.line))


def edit_command(world: World, path: Path, line: int) -> str:
    """What to type to mend a line; 0 where none can be named."""
    if world.platform == "win32":
        return f'notepad "{path}"'
    return f"${{EDITOR:-nano}} {f'+{line} ' if line else ''}{quote(str(path))} && mnemon setup"


def _parsed(text: str, format: Format) -> AnyDocument:
    return TomlDocument(text) if format == "toml" else Document(text)


def _set(before: Document, path: KeyPath, value: Any, client: Client) -> Document:  # Any: JSON
    """With `value` at `path`, and no trailing comma of our making where the client refuses them."""
    return set_strictly(before, path, value) if client.refuses_trailing_commas else before.set(path, value)

"""Texts with something torn out, doubled or put in: read whole or refused with a place, never anything else."""

from __future__ import annotations

import random
import tomllib

import pytest
from hypothesis import given, settings
from tests.installer.edits.test_toml_properties import PAIRS, SEEDS, TABLES, written
from tests.installer.edits.writing_jsonc import OBJECTS, Writer
from tests.installer.edits.writing_toml import TomlWriter
from tests.seeded import examples

from mnemon_installer.edits.jsonc import Document
from mnemon_installer.edits.jsonc_tree import NotJson
from mnemon_installer.edits.toml import NotToml, TomlDocument

ENTRY = ("mcpServers", "mnemon")
SCRAPS = ["", *"\"'{}[],:=#\\\n\r\x00\ufeffé", "//", "/*", "*/"]


def mangled(text: str, seed: int) -> str:
    pick = random.Random(seed)
    for _ in range(pick.choice([1, 1, 2])):
        start = pick.randrange(len(text) + 1)
        end = min(start + pick.choice([0, 1, 1, 3]), len(text))
        text = text[:start] + pick.choice(SCRAPS) + text[end:]
    return text


@settings(max_examples=examples(300), deadline=None)
@given(OBJECTS, SEEDS)
def test_mangled_json_is_refused_or_edited_whole(data: dict[str, object], seed: int) -> None:
    text = mangled(Writer(seed).write(data), seed)
    try:
        document = Document(text)
        edited = document.set(ENTRY, {"command": "x"})
    except NotJson as refusal:
        assert refusal.message.startswith(f"line {refusal.line}, column ")
    else:
        assert edited.get(ENTRY) == {"command": "x"}
        assert edited.remove(ENTRY).data.keys() == document.data.keys() | {"mcpServers"}


@settings(max_examples=examples(300), deadline=None)
@given(SEEDS, PAIRS, TABLES, TABLES)
def test_mangled_toml_is_refused_or_edited_whole(
    seed: int, top: dict[str, object], tables: dict[str, object], servers: dict[str, object]
) -> None:
    text = mangled(written(TomlWriter(seed), top, tables, servers), seed)
    try:
        data = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError:
        with pytest.raises(NotToml) as refusal:
            TomlDocument(text)
        assert refusal.value.line > 0
        return
    document = TomlDocument(text)
    assert document.data == data or "nan" in text
    edited = document.set(("servers of ours", "mnemon"), {"command": "x"})
    assert edited.text.startswith(text)
    assert edited.remove(("servers of ours", "mnemon")).text == text

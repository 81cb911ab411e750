"""Properties of the TOML editor, over texts in every form that people and programs write."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.installer.edits.writing_toml import ENTRIES, NAMES, PAIRS, TomlWriter
from tests.seeded import examples

from mnemon_installer.edits.paths import changed, is_same
from mnemon_installer.edits.toml import TomlDocument

ENTRY = ("mcp_servers", "mnemon")
TABLES = st.dictionaries(NAMES.map("t{}".format), PAIRS, max_size=3)
SEEDS = st.integers()


@settings(max_examples=examples(200), deadline=None)
@given(SEEDS, PAIRS, TABLES, TABLES, ENTRIES, st.sampled_from(["", "\ufeff"]), st.booleans())
def test_a_new_table_leaves_every_byte_and_goes_without_a_trace(
    seed: int,
    top: dict[str, Any],
    tables: dict[str, Any],
    servers: dict[str, Any],
    entry: dict[str, Any],
    bom: str,
    ends: bool,
) -> None:
    text = written(TomlWriter(seed), top, tables, servers)
    text = bom + (text if ends else text.rstrip("\r\n"))
    document = TomlDocument(text)
    edited = document.set(ENTRY, entry)
    assert edited.text.startswith(text)
    assert is_same(tomllib.loads(edited.text.removeprefix("\ufeff")), changed(document.data, ENTRY, entry))
    assert edited.set(ENTRY, entry).text == edited.text
    assert edited.remove(ENTRY, prune=document.absent_above(ENTRY)).text == text


@settings(max_examples=examples(300), deadline=None)
@given(SEEDS, TABLES, TABLES, ENTRIES, ENTRIES, st.sampled_from(["table", "subtables", "inline", "dotted"]))
def test_an_entry_that_is_there_is_changed_among_bytes_that_stay(
    seed: int, above: dict[str, Any], below: dict[str, Any], old: dict[str, Any], new: dict[str, Any], form: str
) -> None:
    writer = TomlWriter(seed)
    below = {f"z{name}": pairs for name, pairs in below.items()}
    before, ours, after = written(writer, {}, above, {}), entry_text(writer, old, form), written(writer, {}, below, {})
    document = TomlDocument(before + ours + after)
    edited = document.set(ENTRY, new)
    assert edited.text.startswith(before)
    assert after in edited.text
    assert is_same(edited.data, changed(document.data, ENTRY, new))
    assert edited.set(ENTRY, new).text == edited.text
    removed = document.remove(ENTRY)
    assert removed.text.startswith(before.rstrip("\r\n"))
    assert removed.text.endswith(after)
    assert not removed.has(ENTRY)


@settings(max_examples=examples(150), deadline=None)
@given(SEEDS, PAIRS, PAIRS, ENTRIES)
def test_a_pair_in_an_inline_table_comes_and_goes(
    seed: int, top: dict[str, Any], servers: dict[str, Any], entry: dict[str, Any]
) -> None:
    writer = TomlWriter(seed)
    top.pop("mcp_servers", None)
    before = writer.pairs(top) + "mcp_servers = "
    after = writer.end() + writer.header("tui")
    text = before + writer.value(servers) + after
    edited = TomlDocument(text).set(ENTRY, entry)
    assert (edited.text.startswith(before), edited.text.endswith(after)) == (True, True)
    assert is_same(edited.get(ENTRY), entry)
    assert edited.set(ENTRY, {"a": 1}).set(ENTRY, entry).text == edited.text
    back = edited.remove(ENTRY)
    assert back.text == text if servers else is_same(back.get(("mcp_servers",)), {})


def written(writer: TomlWriter, top: dict[str, Any], tables: dict[str, Any], servers: dict[str, Any]) -> str:
    top = {name: value for name, value in top.items() if name not in tables and name != "mcp_servers"}
    text = writer.pairs(top)
    for name, pairs in tables.items():
        text += writer.header(name) + writer.pairs(pairs)
    for name, pairs in servers.items():
        text += writer.header("mcp_servers", name) + writer.pairs(pairs)
    return text + writer.gap()


def entry_text(writer: TomlWriter, entry: dict[str, Any], form: str) -> str:
    if form == "inline":
        return writer.header("mcp_servers") + writer.pairs({"mnemon": entry})
    if form == "dotted" and entry:
        return writer.header("mcp_servers") + writer.pairs(entry, prefix="mnemon.")
    inner = {name: value for name, value in entry.items() if isinstance(value, dict) and form == "subtables"}
    text = writer.header(*ENTRY) + writer.pairs({name: value for name, value in entry.items() if name not in inner})
    for name, pairs in inner.items():
        text += writer.header(*ENTRY, name) + writer.pairs(pairs)
    return text

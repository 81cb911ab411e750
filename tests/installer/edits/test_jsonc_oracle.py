"""Another reader of JSON with comments agrees with ours, on the texts that it can read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.installer.edits.writing_jsonc import OBJECTS, Writer

from mnemon_installer.edits.jsonc import Document

parser = pytest.importorskip("jsonc_parser.parser", reason="jsonc-parser is a dev dependency").JsoncParser


@settings(max_examples=150, deadline=None)
@given(OBJECTS, st.integers())
def test_both_read_the_same(data: dict[str, object], seed: int) -> None:
    written = json.dumps(data, ensure_ascii=False)
    if any(sign in written for sign in ("/", "\\")):
        return  # it takes these for comments even within strings, and loses text
    text = Writer(seed).write(data)
    try:
        theirs = parser.parse_str(text)
    except Exception:  # its own grammar is narrower: no byte order mark, no trailing comma, no \r
        return
    assert Document(text).data == theirs


def test_it_reads_an_edited_text_as_meant() -> None:
    text = '{\n  // mine\n  "servers": { "other": { "command": "cat" } } /* all */\n}\n'
    edited = Document(text).set(("servers", "mnemon"), {"command": "mnemon", "args": ["serve"]})
    assert parser.parse_str(edited.text) == edited.data
    assert edited.data == {"servers": {"other": {"command": "cat"}, "mnemon": {"command": "mnemon", "args": ["serve"]}}}

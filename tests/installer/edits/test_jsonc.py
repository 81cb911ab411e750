"""The splice editor on texts as people write them, before and after."""

from __future__ import annotations

import json
import time

import pytest
from tests.scripts.doomed import SEEDED

from mnemon_installer.edits.jsonc import Document
from mnemon_installer.edits.jsonc_tree import NotJson

ENTRY = ("mcpServers", "mnemon")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '{\n  "mcpServers": {\n    "mnemon": 1\n  }\n}\n'),
        ("{}", '{\n  "mcpServers": {\n    "mnemon": 1\n  }\n}'),
        ('{"a":1}', '{"a":1,"mcpServers":{"mnemon":1}}'),
        ('{ "a": 1 }', '{ "a": 1, "mcpServers": {"mnemon": 1} }'),
        ('{\n\t"a": 1\n}\n', '{\n\t"a": 1,\n\t"mcpServers": {\n\t\t"mnemon": 1\n\t}\n}\n'),
        ('{\r\n  "a": 1\r\n}', '{\r\n  "a": 1,\r\n  "mcpServers": {\r\n    "mnemon": 1\r\n  }\r\n}'),
        ('\ufeff{"a":1}', '\ufeff{"a":1,"mcpServers":{"mnemon":1}}'),
        ('{\n  "mcpServers": {}\n}', '{\n  "mcpServers": {\n    "mnemon": 1\n  }\n}'),
        ('{\n  "mcpServers": {"x": {}}\n}', '{\n  "mcpServers": {"x": {}, "mnemon": 1}\n}'),
        (
            '{\n  "mcpServers": {\n    "x": 1 // mine\n  }\n}',
            '{\n  "mcpServers": {\n    "x": 1, // mine\n    "mnemon": 1\n  }\n}',
        ),
        (
            '{\n  "mcpServers": {\n    "x": 1, // mine\n  },\n}',
            '{\n  "mcpServers": {\n    "x": 1, // mine\n    "mnemon": 1,\n  },\n}',
        ),
        ("{\n  // nothing yet\n}", '{\n  // nothing yet\n  "mcpServers": {\n    "mnemon": 1\n  }\n}'),
        ('{"mcpServers": {"mnemon": {"old": true}}}', '{"mcpServers": {"mnemon": 1}}'),
    ],
)
def test_an_entry_is_added_in_the_style_of_the_file(before: str, after: str) -> None:
    edited = Document(before).set(ENTRY, 1)
    assert edited.text == after
    assert edited.set(ENTRY, 1).text == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"x": 1}', "{}"),
        ('{\n  "x": 1\n}', "{}"),
        ('{"a": 1, "x": 2}', '{"a": 1}'),
        ('{"x": 1, "a": 2}', '{"a": 2}'),
        ('{ "x": 1, "a": 2 }', '{ "a": 2 }'),
        ('{\n  "a": 1,\n  "x": 2\n}', '{\n  "a": 1\n}'),
        ('{\n  "a": 1,\n  "x": 2,\n}', '{\n  "a": 1,\n}'),
        ('{\n  "a": 1, // one\n  "x": 2\n}', '{\n  "a": 1 // one\n}'),
        ('{\n  "a": 1, // one\n  "x": 2, // two\n  "b": 3\n}', '{\n  "a": 1, // one\n  // two\n  "b": 3\n}'),
        ('{\n  // all\n  "x": 2 }', "{\n  // all\n  }"),
    ],
)
def test_a_removed_member_leaves_comments_and_no_stray_comma(before: str, after: str) -> None:
    assert Document(before).remove(("x",)).text == after


def test_numbers_escapes_and_characters_elsewhere_stay_as_they_were_written() -> None:
    before = (
        '{"big": 12345678901234567890, "e": 1E+2, "u": "\\u00e9\\/ é 日本", "url": "http://x//y", "h": "a \\"b\\""}'
    )
    after = Document(before).set(ENTRY, {"command": "/home/é/mnemon"}).text
    assert after == before[:-1] + ', "mcpServers": {"mnemon": {"command": "/home/é/mnemon"}}}'


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"a": 1, "a": 2}', "line 1, column 10: the name 'a' stands twice"),
        ('{\n  "a": NaN\n}', "line 2, column 8: a value is due"),
        ("{'a': 1}", "line 1, column 2: a name in double quotes"),
        ('{\r\n  "a": 1,\r\n  "b": {', "line 3, column 9: the text ends here"),
        ('{"a": "x', "line 1, column 7: unterminated string"),
        ('{"a": 1} x', "line 1, column 10: something follows"),
        ('{"a": 1,, "b": 2}', "line 1, column 9"),
        ('{"a": 01}', 'line 1, column 8: "," or "}" is due'),
        ("[1]", "line 1, column 1: an object is due"),
        ("/* no end", "line 1, column 1: this comment never ends"),
        ('{"a": ' + "[" * 100_000, "line 1, column 206: nested more than 200 deep"),
        ('{"a": ' * 100_000, "nested more than 200 deep"),
        ('{"a": Infinity}', "line 1, column 7: a value is due"),
        ('{"a": -Infinity}', "line 1, column 7: a value is due"),
        ('{"a": .5}', "line 1, column 7: a value is due"),
        ('{"a": 0x10}', 'line 1, column 8: "," or "}" is due'),
        ('{"a": True}', "line 1, column 7: a value is due"),
        ('{\n  "a": "b\x01"\n}', "line 2, column 10: invalid control character"),
        ('{\n  "a": "b\n"}', "line 2, column 10: invalid control character"),
        ('{"a": "\\x"}', "line 1, column 8: invalid \\escape"),
        ('{"a": "\ud83d"}', "line 1, column 8: half of a surrogate pair"),
        ('{"a": 1, "\\u0061": 2}', "line 1, column 10: the name 'a' stands twice"),
        ("\ufeff\ufeff{}", "line 1, column 1: a value is due"),
        ("{}\x00", "line 1, column 3: something follows"),
        ('{"a": 1}}', "line 1, column 9: something follows"),
        ('{"a"\u00a0: 1}', 'line 1, column 5: ":" is due'),
        ("{/}", "line 1, column 2: a stray slash"),
        ("{,}", "line 1, column 2: a name in double quotes"),
        ("// only a comment", "line 1, column 18: the text ends here"),
        ('{"mcpServers": null}', "line 1, column 16: mcpServers is null, not an object"),
        ('{"mcpServers": ["a"]}', "line 1, column 16: mcpServers is a list, not an object"),
    ],
)
def test_what_cannot_be_edited_is_refused_with_its_place(text: str, where: str) -> None:
    with pytest.raises(NotJson) as refusal:
        Document(text).set(ENTRY, 1)
    assert where in refusal.value.message


def test_a_refusal_does_not_quote_the_file() -> None:
    with pytest.raises(NotJson) as refusal:
        Document('{"token": "s3cret" "b": 1}')
    assert "s3cret" not in refusal.value.message


def test_what_a_strict_reader_would_refuse_is_named_by_its_line() -> None:
    assert Document('{"a": 1}').lenient_line == 0
    assert Document('{\n"a": 1 // c\n}').lenient_line == 2
    assert Document('{\n"a": 1,\n\n"b": [2,\n]}').lenient_line == 4


@pytest.mark.parametrize("indent", [2, pytest.param(None, marks=SEEDED)])
def test_a_megabyte_is_edited_soon(indent: int | None) -> None:
    projects = {
        f"/home/dev/project{n}": {"history": [{"display": "x" * 40, "at": n + m} for m in range(5)], "mcpServers": {}}
        for n in range(2600)
    }
    text = json.dumps({"projects": projects}, indent=indent)
    assert len(text) > 1_000_000
    started = time.process_time()
    assert Document(text).set(ENTRY, {"command": "x"}).remove(("mcpServers",)).text == text
    assert time.process_time() - started < 15  # two edits, which usually take less than one

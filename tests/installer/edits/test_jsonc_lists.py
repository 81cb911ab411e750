"""Items of lists, as hooks need them: added at the end, found and taken out by what they say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mnemon_installer.edits.jsonc import Document
from mnemon_installer.edits.jsonc_tree import NotJson

STOP = ("hooks", "Stop")
FIXTURES = Path(__file__).parents[2] / "fixtures/clients"


def is_ours(item: Any) -> bool:  # Any: JSON
    return (isinstance(item, Mapping) and item.get("command") == "mnemon") or "/opt/mnemon" in str(item)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '{\n  "hooks": {\n    "Stop": [\n      "mnemon"\n    ]\n  }\n}\n'),
        ('{"hooks": {"Stop": []}}', '{"hooks": {"Stop": ["mnemon"]}}'),
        ('{"hooks":{"Stop":["a"]}}', '{"hooks":{"Stop":["a","mnemon"]}}'),
        ('{"hooks": {"Stop": ["a" ,]}}', '{"hooks": {"Stop": ["a" , "mnemon",]}}'),
        ('{\n  "hooks": {"Stop": ["a"]}\n}', '{\n  "hooks": {"Stop": ["a", "mnemon"]}\n}'),
        (
            '{\r\n\t"hooks": {\r\n\t\t"Stop": [\r\n\t\t\t"a" // mine\r\n\t\t]\r\n\t}\r\n}',
            '{\r\n\t"hooks": {\r\n\t\t"Stop": [\r\n\t\t\t"a", // mine\r\n\t\t\t"mnemon"\r\n\t\t]\r\n\t}\r\n}',
        ),
    ],
)
def test_an_item_is_appended_in_the_style_of_the_list(before: str, after: str) -> None:
    document = Document(before)
    edited = document.append(STOP, "mnemon")
    assert edited.text == after
    assert edited.append(STOP, "mnemon").text == after
    created = document.absent_above((*STOP, 0))
    assert edited.remove_items(STOP, lambda item: item == "mnemon", prune=created).text == before


def test_an_object_follows_how_the_one_before_it_is_written() -> None:
    flat = '{\n  "Stop": [\n    {"command": "a"}\n  ]\n}\n'
    assert Document(flat).append(("Stop",), {"command": "b"}).text == (
        '{\n  "Stop": [\n    {"command": "a"},\n    {"command": "b"}\n  ]\n}\n'
    )
    hugging = '{\n  "Stop": [{\n    "command": "a"\n  }]\n}\n'
    assert Document(hugging).append(("Stop",), {"command": "b"}).text == (
        '{\n  "Stop": [{\n    "command": "a"\n  }, {\n    "command": "b"\n  }]\n}\n'
    )


def test_hooks_of_a_real_file_keep_every_byte_when_ours_come_and_go() -> None:
    before = (FIXTURES / "claude-code/05-hooks-test.settings.json").read_text()
    group = {"hooks": [{"type": "command", "command": "/opt/mnemon", "args": ["hook", "extract"], "timeout": 30}]}
    document = Document(before)
    edited = document
    for event in ("Stop", "UserPromptSubmit", "Notification"):
        edited = edited.append(("hooks", event), group)
    assert edited.data["hooks"]["Stop"] == [*document.data["hooks"]["Stop"], group]
    assert edited.data["hooks"]["Notification"] == [group]
    for event in ("Stop", "UserPromptSubmit", "Notification"):
        edited = edited.remove_items(("hooks", event), is_ours, prune=[["hooks", "Notification"]])
    assert edited.text == before


def test_a_list_within_an_item_is_reached_by_number() -> None:
    before = '{"hooks": {"Stop": [{"hooks": [{"command": "a"}, {"command": "mnemon"}, {"command": "b"}]}]}}'
    document = Document(before)
    inner = (*STOP, 0, "hooks")
    assert document.find(inner, is_ours) == (1,)
    assert document.get((*inner, 1, "command")) == "mnemon"
    assert document.set((*inner, 1, "timeout"), 5).get((*inner, 1)) == {"command": "mnemon", "timeout": 5}
    assert document.set((*inner, 1), {"command": "new"}).text == before.replace('"mnemon"', '"new"')
    without = document.remove((*inner, 1))
    assert without.text == '{"hooks": {"Stop": [{"hooks": [{"command": "a"}, {"command": "b"}]}]}}'
    assert without.append(inner, {"command": "mnemon"}).find(inner, is_ours) == (2,)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"l": [1, 9, 9, 2]}', '{"l": [1, 2]}'),
        ('{"l": [9, 9, 1]}', '{"l": [1]}'),
        ('{"l": [1, 9, 9]}', '{"l": [1]}'),
        ('{"l": [1, 9, 9,]}', '{"l": [1,]}'),
        ('{"l": [ 9 ]}', '{"l": []}'),
        ('{"l": [\n  9, // a\n  9 // b\n]}', '{"l": [\n  // a\n  // b\n]}'),
        ('{"l": [\n  9 // a\n  , 1]}', '{"l": [\n  // a\n   1]}'),
        ('{"l": [\n  1, // a\n  9,\n  9]}', '{"l": [\n  1 // a\n  ]}'),
        ('{"l": [\n  1,\n  9, // a\n  2,\n  9\n]}', '{"l": [\n  1,\n  // a\n  2\n]}'),
    ],
)
def test_all_items_that_match_go_and_comments_beside_them_stay(before: str, after: str) -> None:
    assert Document(before).remove_items(("l",), lambda item: item == 9).text == after


def test_one_and_true_are_not_the_same_item() -> None:
    assert Document('{"l": [1]}').append(("l",), True).text == '{"l": [1, true]}'


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"hooks": null}', "line 1, column 11: hooks is null, not an object"),
        ('{"hooks": {"Stop": {}}}', "line 1, column 20: hooks.Stop is an object, not a list"),
        ('{"hooks": {"Stop": "x"}}', "line 1, column 20: hooks.Stop is a text, not a list"),
    ],
)
def test_a_list_is_not_made_where_something_else_stands(text: str, where: str) -> None:
    with pytest.raises(NotJson, match=where):
        Document(text).append(STOP, 1)


def test_a_number_that_the_list_lacks_is_refused() -> None:
    document = Document('{"hooks": {"Stop": [{}]}}')
    assert document.get((*STOP, 4)) is None
    with pytest.raises(NotJson, match=r"hooks.Stop\[4\]: there is no item 4"):
        document.set((*STOP, 4), 1)
    with pytest.raises(NotJson, match="the text is an object, not a list"):
        document.set((0,), 1)

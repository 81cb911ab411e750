"""Hooks in a JSON text, before and after: ours at the end of the user's own, changed in place, and out again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mnemon_installer.edits.hooks import Due, absent_above, with_hooks, without_hooks
from mnemon_installer.edits.jsonc import Document
from mnemon_installer.edits.jsonc_tree import NotJson

DUE = (
    Due("Prompt", "find", {"type": "command", "command": "us", "args": ["find"], "timeout": 8}),
    Due("Stop", "keep", {"type": "command", "command": "us", "args": ["keep"], "timeout": 30}),
)
EVENTS = [each.event for each in DUE]


def name_of(handler: Any) -> str | None:  # Any: JSON
    """Ours run `us NAME`, or say so in one text as they did of old."""
    words = [handler.get("command"), *handler.get("args", [])] if isinstance(handler, dict) else []
    words = " ".join(map(str, words)).split()
    return words[1] if words[:1] == ["us"] else None


def added(text: str) -> str:
    once = with_hooks(Document(text), DUE, name_of)
    assert with_hooks(once, DUE, name_of).text == once.text, "a second time changes nothing"
    return once.text


def taken_out(text: str, before: str) -> str:
    return without_hooks(Document(text), name_of, absent_above(Document(before), EVENTS)).text


MINE = """{
  "model": "x",
  "hooks": {
    "Stop": [
      {
        "matcher": "",
        "hooks": [
          {"type": "command", "command": "mine.sh"}
        ]
      }
    ],
    "Other": [{"hooks": []}]
  }
}
"""
MINE_AND_OURS = """{
  "model": "x",
  "hooks": {
    "Stop": [
      {
        "matcher": "",
        "hooks": [
          {"type": "command", "command": "mine.sh"}
        ]
      },
      {
        "hooks": [
          {
            "type": "command",
            "command": "us",
            "args": [
              "keep"
            ],
            "timeout": 30
          }
        ]
      }
    ],
    "Other": [{"hooks": []}],
    "Prompt": [
      {
        "hooks": [
          {
            "type": "command",
            "command": "us",
            "args": [
              "find"
            ],
            "timeout": 8
          }
        ]
      }
    ]
  }
}
"""


def test_ours_come_in_groups_of_their_own_after_the_users() -> None:
    assert added(MINE) == MINE_AND_OURS
    assert taken_out(MINE_AND_OURS, MINE) == MINE


@pytest.mark.parametrize(
    "before",
    [
        "", "{}", '{\n  "a": 1\n}', '{\r\n\t"a": "日本"\r\n}\r\n', '\ufeff{\n    "a": 1\n}\n',
        '{"hooks": {}}', '{\n  "hooks": {\n    "Stop": []\n  }\n}\n',
        '{"hooks":{"Stop":[{"hooks":[{"command":"mine"}]}]}}',
        '{\n  // mine\n  "hooks": {\n    "Stop": [ // here\n      {"hooks": []} /* there */\n    ]\n  }\n}',
    ],
)  # fmt: skip
def test_in_and_out_again_is_every_byte_as_before(before: str) -> None:
    assert taken_out(added(before), before) == before


def test_a_strict_reader_gets_no_trailing_comma_from_us() -> None:
    for before in (
        '{"a": 1,}',
        '{"hooks": {"Stop": [{"hooks": [],},],},}',
        '{\n  "hooks": {\n    "Stop": [\n    ],\n  },\n}',
    ):
        assert added(before).count(",\n}") + added(before).count(",}") <= before.count(",\n}") + before.count(",}")
    json.loads(added('{"a": 1,}'))
    json.loads(added('{\n  "hooks": {"Stop": [{"hooks": []},], }\n}\n'))


def test_one_of_ours_from_elsewhere_is_changed_where_it_stands_with_what_the_user_added() -> None:
    before = """{
  "hooks": {
    "Prompt": [
      {"hooks": [{"command": "mine"}, {"command": "us find", "once": 1}]}
    ],
    "Stop": [{"hooks": [{"type": "command", "command": "us", "args": ["keep", "--old"], "timeout": 3000}]}]
  }
}"""
    assert (
        added(before)
        == """{
  "hooks": {
    "Prompt": [
      {"hooks": [{"command": "mine"}, {"command": "us", "once": 1, "type": "command", "args": ["find"], "timeout": 8}]}
    ],
    "Stop": [{"hooks": [{"type": "command", "command": "us", "args": ["keep"], "timeout": 30}]}]
  }
}"""
    )


def test_one_is_enough_and_each_in_its_place() -> None:
    before = """{
  "hooks": {
    "Stop": [
      {"hooks": [{"command": "us keep"}, {"command": "mine.sh"}, {"command": "us", "args": ["keep"]}]},
      {"matcher": "x", "hooks": [{"command": "us find"}]},
      {"hooks": [{"command": "us keep"}, {"command": "us former"}]}
    ],
    "Prompt": [{"hooks": [{"type": "command", "command": "us", "args": ["find"], "timeout": 8}]}],
    "Wrong": [{"hooks": [{"command": "us keep"}]}]
  }
}"""
    assert (
        added(before)
        == """{
  "hooks": {
    "Stop": [
      {"hooks": [{"command": "us", "type": "command", "args": ["keep"], "timeout": 30}, {"command": "mine.sh"}]}
    ],
    "Prompt": [{"hooks": [{"type": "command", "command": "us", "args": ["find"], "timeout": 8}]}]
  }
}"""
    )


def test_beside_the_users_own_in_one_group_only_ours_goes() -> None:
    before = '{"hooks": {"Stop": [{"hooks": [{"command": "mine"}, {"command": "us keep"}]}]}}'
    after = without_hooks(Document(before), name_of, None).text
    assert after == '{"hooks": {"Stop": [{"hooks": [{"command": "mine"}]}]}}'


def test_what_holds_nothing_then_goes_unless_it_is_known_to_be_the_users() -> None:
    text = '{"a": 1, "hooks": {"Stop": [{"hooks": [{"command": "us keep"}]}]}}'
    assert without_hooks(Document(text), name_of, None).text == '{"a": 1}'
    assert without_hooks(Document(text), name_of, ()).text == '{"a": 1, "hooks": {"Stop": []}}'
    assert without_hooks(Document(text), name_of, [("hooks", "Stop")]).text == '{"a": 1, "hooks": {}}'


def test_a_note_in_a_group_of_ours_stays() -> None:
    text = '{"hooks": {"Stop": [{"hooks": [\n  // why\n  {"command": "us keep"}\n]}]}}'
    assert "// why" in without_hooks(Document(text), name_of, None).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n  "hooks": null\n}', "line 2, column 12: hooks is null, not an object"),
        ('{"hooks": []}', "hooks is a list, not an object"),
        ('{"hooks": "none"}', "hooks is a text, not an object"),
        ('{"hooks": {\n"Stop": {"hooks": []}}}', "line 2, column 9: hooks.Stop is an object, not a list"),
        ('{"hooks": {"Prompt": null}}', "hooks.Prompt is null, not a list"),
    ],
)
def test_where_hooks_have_no_room_they_are_refused_and_there_is_nothing_to_take_out(text: str, said: str) -> None:
    with pytest.raises(NotJson, match=said.replace(".", r"\.")):
        with_hooks(Document(text), DUE, name_of)
    assert without_hooks(Document(text), name_of, None).text == text


@pytest.mark.parametrize(
    "strange", ['"x"', "null", "[]", '{"hooks": null}', '{"hooks": {"a": 1}}', '{"hooks": ["x", 1]}']
)
def test_groups_of_strange_shapes_are_the_users(strange: str) -> None:
    before = f'{{"hooks": {{"Stop": [{strange}], "Other": {strange}}}}}'
    after = added(before)
    assert json.loads(after)["hooks"]["Stop"][0] == json.loads(strange)
    assert taken_out(after, before) == before

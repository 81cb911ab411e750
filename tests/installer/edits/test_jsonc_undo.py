"""Parents that an edit made go with it, and nothing of the user's does."""

from __future__ import annotations

import pytest

from mnemon_installer.edits.jsonc import Document
from mnemon_installer.edits.jsonc_tree import NotJson

ENTRY = ("mcpServers", "mnemon")


@pytest.mark.parametrize(
    ("before", "created"),
    [
        ("", ((), ("mcpServers",))),
        ("\ufeff\r\n", ((), ("mcpServers",))),
        ("{}", (("mcpServers",),)),
        ('{\n\t"a": [1, 2]\n}\n', (("mcpServers",),)),
        ('{"mcpServers": {}}', ()),
        ('{"mcpServers": {"other": {}}}', ()),
    ],
)
def test_what_was_made_on_the_way_goes_again(before: str, created: tuple[tuple[str, ...], ...]) -> None:
    document = Document(before)
    assert document.absent_above(ENTRY) == created
    edited = document.set(ENTRY, {"command": "x"})
    assert edited.text != before
    assert edited.remove(ENTRY, prune=[list(path) for path in created]).text == before


def test_a_blank_file_gets_the_line_ends_it_had() -> None:
    assert Document("\r\n").set(("a",), 1).text == '\r\n{\r\n  "a": 1\r\n}\r\n'


@pytest.mark.parametrize(
    ("now", "after"),
    [
        ('{"mcpServers": {"mnemon": 1, "new": 2}}', '{"mcpServers": {"new": 2}}'),
        ('{"mcpServers": { /* mine */ "mnemon": 1}}', '{"mcpServers": { /* mine */}}'),
        ('// mine\n{"mcpServers": {"mnemon": 1}}', "// mine\n{}"),
        ('{"mcpServers": {"mnemon": 1}, "b": 2}', '{"b": 2}'),
        ('{"mcpServers": {"mnemon": 1}}', ""),
    ],
)
def test_what_the_user_put_beside_ours_keeps_its_parents(now: str, after: str) -> None:
    assert Document(now).remove(ENTRY, prune=[(), ("mcpServers",)]).text == after


def test_without_receipt_empty_parents_stay() -> None:
    assert Document('{"mcpServers": {"mnemon": 1}}').remove(ENTRY).text == '{"mcpServers": {}}'


def test_numbers_that_no_program_can_hold_stay_as_they_are() -> None:
    before = '{"a": 1e400, "b": -1e400, "c": ' + "9" * 5000 + ', "d": 0.10, "e": 12345678901234567890123}'
    edited = Document(before).set(ENTRY, {"command": "x"})
    assert edited.text.startswith(before[:-1])
    assert edited.remove(ENTRY, prune=[("mcpServers",)]).text == before


def test_a_value_that_json_cannot_say_is_refused() -> None:
    for number in (float("inf"), float("nan")):
        with pytest.raises(NotJson, match="JSON has no such number"):
            Document("{}").set(ENTRY, {"n": number})


def test_half_a_surrogate_pair_that_a_client_wrote_as_an_escape_stays() -> None:
    before = '{"history": ["cut off \\ud83d"]}'
    assert Document(before).set(("a",), 1).text == before[:-1] + ', "a": 1}'


def test_lines_keep_their_own_ends_in_a_mixed_file() -> None:
    before = '{\r\n  "a": 1,\n  "b": {\n    "x": 1\n  }\n}\r\n'
    after = '{\r\n  "a": 1,\n  "b": {\n    "x": 1,\n    "y": 2\n  }\n}\r\n'
    assert Document(before).set(("b", "y"), 2).text == after

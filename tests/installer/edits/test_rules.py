"""Our block in a file of rules: it comes, changes and goes, and the user's words stay."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnemon_installer.edits.rules import BEGIN, END, BadRules, fenced, find_block, with_block, without_block

USER_TEXTS = st.lists(
    st.sampled_from(["# Rules", "- one", "", " ", "mnemon:end", "é 日本", "```", "<!-- mine -->", "\t"]), max_size=6
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"{BEGIN}\nsearch\n{END}\n"),
        ("# Rules\n", f"# Rules\n\n{BEGIN}\nsearch\n{END}\n"),
        ("# Rules", f"# Rules\n\n{BEGIN}\nsearch\n{END}"),
        ("# Rules\n\n", f"# Rules\n\n\n{BEGIN}\nsearch\n{END}\n"),
        ("\ufeff# Rules\r\n", f"\ufeff# Rules\r\n\r\n{BEGIN}\r\nsearch\r\n{END}\r\n"),
        ("\ufeff", f"\ufeff{BEGIN}\nsearch\n{END}\n"),
        ("a\rb\r", f"a\rb\r\r{BEGIN}\rsearch\r{END}\r"),
        ("---\nalwaysApply: true\n---\n", f"---\nalwaysApply: true\n---\n\n{BEGIN}\nsearch\n{END}\n"),
    ],
)
def test_the_block_comes_to_the_end_and_goes_without_a_trace(before: str, after: str) -> None:
    assert with_block(before, "search") == after
    assert with_block(after, "search") == after
    assert without_block(after) == before
    assert without_block(before) == before


def test_the_block_is_replaced_where_the_user_moved_it() -> None:
    before = f"# One\r\n\r\n  {BEGIN}  \r\nold\r\nlines\r\n{END}\r\n# Two\r\n"
    after = f"# One\r\n\r\n{BEGIN}\r\nnew\r\n{END}\r\n# Two\r\n"
    assert with_block(before, "new\n") == after
    assert without_block(before) == "# One\r\n# Two\r\n"


def test_what_was_written_after_the_block_stays() -> None:
    before = "# Rules\n"
    later = with_block(before, "search") + "\n# Later\n"
    assert without_block(later) == "# Rules\n\n# Later\n"
    assert without_block(with_block("", "search") + "# Later") == "# Later"


def test_without_an_empty_line_before_it_none_is_taken() -> None:
    assert without_block(f"# Rules\n{BEGIN}\nx\n{END}\n") == "# Rules\n"
    assert without_block(f"# Rules\n{BEGIN}\nx\n{END}") == "# Rules\n"


def test_marks_of_another_wording_are_ours_too() -> None:
    old = "<!-- mnemon:begin v0 -->\nold\n<!--mnemon:end-->\n"
    assert find_block(old) is not None
    assert with_block(old, "new") == f"{BEGIN}\nnew\n{END}\n"
    assert with_block(old, "old") == old


def test_marks_in_a_sentence_are_no_marks() -> None:
    text = f"mnemon writes between `{BEGIN}` and `{END}`.\n> {BEGIN}\n"
    assert find_block(text) is None
    assert without_block(with_block(text, "search")) == text


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (f"a\n{BEGIN}\nb\n", "line 2: mnemon:begin has no mnemon:end after it"),
        (f"a\r\n\r\n{END}\r\n", "line 3: mnemon:end has no mnemon:begin before it"),
        (f"{BEGIN}\n{BEGIN}\n{END}\n", "line 2: mnemon:begin stands twice"),
        (f"{BEGIN}\n{END}\n{END}\n", "line 3: a second block"),
        (f"{BEGIN}\n{END}\n\n{BEGIN}\nx\n{END}\n", "line 4: a second block"),
    ],
)
def test_marks_that_do_not_pair_up_are_refused_with_their_line(text: str, where: str) -> None:
    for edit in (without_block, lambda text: with_block(text, "search")):
        with pytest.raises(BadRules) as refusal:
            edit(text)
        assert where in refusal.value.message
        assert f"line {refusal.value.line}:" in refusal.value.message


def test_a_large_file_takes_no_time() -> None:
    text = "- a rule that someone wrote\n" * 40_000
    assert without_block(with_block(text, "search")) == text


@settings(max_examples=300, deadline=None)
@given(USER_TEXTS, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.booleans(), st.text("ab\n$<", max_size=9))
def test_any_text_keeps_every_byte(lines: list[str], newline: str, bom: bool, ends: bool, body: str) -> None:
    text = "\ufeff" * bom + newline.join(lines) + newline * ends
    edited = with_block(text, body)
    assert edited.startswith(text)
    assert with_block(edited, body) == edited
    found = find_block(edited)
    assert found is not None
    assert found.body == body.strip("\n")
    assert edited[found.start : found.end] == fenced(body).replace("\n", newline if newline in text else "\n")
    changed = with_block(edited, "other")
    assert (
        changed
        == edited[: found.start]
        + fenced("other").replace("\n", newline if newline in edited else "\n")
        + edited[found.end :]
    )
    assert without_block(changed) == text


@settings(max_examples=200, deadline=None)
@given(st.booleans(), st.text("a \r\n", max_size=8), st.text("a \r\n", max_size=8))
def test_what_stands_around_a_block_stays(bom: bool, before: str, after: str) -> None:
    if before and not before.endswith(("\r", "\n")):
        before += "\n"
    before = "\ufeff" * bom + before
    text = before + fenced("search") + "\n" + after
    left = without_block(text)
    assert [left.startswith(before.rstrip("\r\n")), left.endswith(after)] == [True, True]
    assert 0 <= len(before + after) - len(left) <= 2
    replaced = with_block(text, "new")
    assert (replaced.startswith(before), replaced.endswith("\n" + after)) == (True, True)

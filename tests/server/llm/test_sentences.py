"""What counts as a sentence of the speaker's own, and what leads into it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemon_server.llm import Said
from mnemon_server.llm.heuristics import Heuristics, may_stand_alone
from mnemon_server.llm.sentences import MOST_CHARACTERS, sentences
from mnemon_server.llm.titles import LONGEST, title_of
from mnemon_server.llm.wording import trimmed


def texts(message: str) -> list[str]:
    return [sentence.text for sentence in sentences(message)]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("one thing. another thing! and a third", ["one thing.", "another thing!", "and a third"]),
        ("It is version 2.1 now, e.g. in `a.b`. Fine.", ["It is version 2.1 now, e.g. in `a.b`.", "Fine."]),
        ("Das gilt z.B. hier. Sonst nicht.", ["Das gilt z.B. hier.", "Sonst nicht."]),
        ("- first item\n- second item", ["first item", "second item"]),
        ("1. one\n2) two", ["one", "two"]),
        ("# Heading\ntext below", ["text below"]),
        ("**Bold sentence.** Plain one.", ["Bold sentence.", "Plain one."]),
        ("これは文です。次の文です。", ["これは文です。", "次の文です。"]),
        ("before\n```py\ncode = 'a sentence. in code'\n```\nafter", ["before", "after"]),
        ("before\n~~~\nunclosed code", ["before"]),
        ("> quoted\nown", ["own"]),
        ("| a | table |\n|---|---|\nown", ["own"]),
        ('own\nTraceback (most recent call last):\n  File "x", line 1\nmore', ["own", "more"]),
        ("bob wrote:\nwe decided on tabs\n\nthat is what he says", ["bob wrote:", "that is what he says"]),
        ("keep <private>this out. and this</private> of it", ["keep", "of it"]),
        ("keep <PRIVATE>the rest out, it has no end", ["keep"]),
        ("a <memory-data x>stored. text</memory-data x> b", ["a", "b"]),
        ("", []),
    ],
)
def test_a_message_is_split_into_its_own_sentences(message: str, expected: list[str]) -> None:
    assert texts(message) == expected


def test_places_and_headings_are_known() -> None:
    found = sentences("## Options\n- one\n- two\n\nThe end.")
    assert [(each.place, each.count, each.is_item, each.heading) for each in found] == [
        (0, 3, True, "Options"),
        (1, 3, True, "Options"),
        (2, 3, False, "Options"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("btw we never deploy on a Friday here", "we never deploy on a Friday here"),
        ("ok and also, we never deploy on a Friday", "we never deploy on a Friday"),
        ("no, but fyi: the port of the admin app is 8000", "the port of the admin app is 8000"),
        ("One finding on the way: `a` calls `b` twice.", "`a` calls `b` twice."),
        ("übrigens, die Nummern sind pro Mandant vergeben", "die Nummern sind pro Mandant vergeben"),
        ("Note that short", "Note that short"),
        ("money: always integer cents in this codebase", "money: always integer cents in this codebase"),
    ],
)
def test_what_only_leads_into_a_sentence_goes(text: str, expected: str) -> None:
    assert trimmed(text) == expected


@pytest.mark.parametrize(
    ("text", "can"),
    [
        ("We never deploy on a Friday here.", True),
        ("Should we never deploy on a Friday?", False),
        ("¿no deberíamos desplegar nunca en viernes", False),
        ("too short", False),
        ("These are the candidates for it:", False),
        ("word " * 200, False),
    ],
)
def test_only_whole_statements_can_stand_alone(text: str, can: bool) -> None:
    assert may_stand_alone(text) is can


def test_a_title_is_short_and_keeps_names_whole() -> None:
    text = "`order_factory` rounds **VAT** per line, whereas production rounds once per order, so totals differ."
    assert title_of(text) == "order_factory rounds VAT per line"
    assert title_of("short one.") == "short one"
    assert len(title_of("word " * 100)) <= LONGEST


@given(st.text())
def test_no_text_is_too_odd(message: str) -> None:
    for statement in Heuristics().extract([Said("user", message), Said("assistant", message)]):
        assert statement.title
        assert statement.text


def test_a_megabyte_takes_no_longer_than_its_beginning() -> None:
    """Every pattern runs on at most 60,000 characters, and none backtracks: this ends at once."""
    for filler in ("a" * 10**6, "a b " * 250_000, "<private>" * 100_000, "`" * 10**6, "no " * 300_000, "(" * 10**6):
        assert len(texts(filler)) <= MOST_CHARACTERS
        Heuristics().extract([Said("user", filler)])


def test_a_phone_s_apostrophe_gives_away_as_much() -> None:
    text = "Please don't ever commit straight to main, because the release job picks it up."
    [plain], [typed] = (Heuristics().extract([Said("user", each)]) for each in (text, text.replace("'", "’")))
    assert (typed.kind, typed.cue) == (plain.kind, plain.cue)
    assert "don’t" in typed.text

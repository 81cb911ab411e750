"""Properties of the splice editor, over texts in every layout that people and programs write."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.installer.edits.writing_jsonc import NAMES, OBJECTS, VALUES, Writer
from tests.seeded import examples

from mnemon_installer.edits.jsonc import Document


@settings(deadline=None)
@given(OBJECTS, st.integers())
def test_what_was_written_is_what_is_read(data: dict[str, object], seed: int) -> None:
    assert Document(Writer(seed).write(data)).data == data


@settings(max_examples=examples(150), deadline=None)
@given(OBJECTS, st.integers(), NAMES, VALUES)
def test_a_new_member_leaves_the_text_around_it_alone(
    data: dict[str, object], seed: int, name: str, value: object
) -> None:
    data.pop(name, None)
    text = Writer(seed).write(data)
    edited = Document(text).set((name,), value)
    assert edited.data == {**data, name: value}
    assert edited.set((name,), value).text == edited.text  # twice is once
    if data:
        assert edited.remove((name,)).text == text
    else:
        assert edited.remove((name,)).data == {}


@settings(max_examples=examples(120), deadline=None)
@given(OBJECTS, st.integers(), st.lists(NAMES, min_size=2, max_size=3), VALUES)
def test_a_deep_member_comes_and_goes(data: dict[str, object], seed: int, path: list[str], value: object) -> None:
    data[path[0]] = {"there": 1}
    text = Writer(seed).write(data)
    if path[1] == "there":
        path[1] = "elsewhere"
    edited = Document(text).set(tuple(path), value)
    assert edited.get(tuple(path)) == value
    assert edited.remove(tuple(path[:2])).text == text


@settings(max_examples=examples(120), deadline=None)
@given(OBJECTS.filter(bool), st.integers(), st.randoms(use_true_random=False))
def test_a_removed_member_takes_nothing_with_it(data: dict[str, object], seed: int, pick: random.Random) -> None:
    name = pick.choice(sorted(data))
    text = Writer(seed).write(data)
    document = Document(text)
    removed = document.remove((name,))
    assert removed.data == {key: value for key, value in data.items() if key != name}
    assert removed.text.count("/") - text.count("/") == -text[slice(*_span(document, name))].count("/")


@settings(max_examples=examples(120), deadline=None)
@given(OBJECTS.filter(bool), st.integers(), st.randoms(use_true_random=False), VALUES)
def test_a_replaced_value_changes_only_its_own_span(
    data: dict[str, object], seed: int, pick: random.Random, value: object
) -> None:
    name = pick.choice(sorted(data))
    text = Writer(seed).write(data)
    document = Document(text)
    edited = document.set((name,), value)
    node = document.root.members[name].value
    assert edited.text.startswith(text[: node.start])
    assert edited.text.endswith(text[node.end :])
    assert edited.data == {**data, name: value}


def _span(document: Document, name: str) -> tuple[int, int]:
    member = document.root.members[name]
    return member.start, member.value.end

"""Properties of edits to lists, and of taking back what was made on the way."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.installer.edits.writing_jsonc import NAMES, OBJECTS, VALUES, Writer
from tests.seeded import examples

from mnemon_installer.edits.jsonc import Document
from mnemon_installer.edits.paths import is_same

LISTS = st.lists(VALUES, max_size=5)
MARKED = "longer than any other text"


def is_marked(item: object) -> bool:
    return item == MARKED


@settings(max_examples=examples(150), deadline=None)
@given(OBJECTS, st.integers(), LISTS, VALUES)
def test_an_appended_item_comes_and_goes(data: dict[str, object], seed: int, items: list[object], new: object) -> None:
    items = [item for item in items if not is_same(item, new)]
    data["list"] = {"inner": items}
    path = ("list", "inner")
    text = Writer(seed).write(data)
    document = Document(text)
    edited = document.append(path, new)
    assert edited.get(path) == [*items, new]
    assert edited.append(path, new).text == edited.text  # twice is once
    assert outside(edited, path) == outside(document, path)
    back = edited.remove_items(path, lambda item: is_same(item, new))
    assert back.text == text if items else back.data == document.data


@settings(max_examples=examples(150), deadline=None)
@given(OBJECTS, st.integers(), LISTS, st.randoms(use_true_random=False))
def test_marked_items_go_and_the_others_keep_their_bytes(
    data: dict[str, object], seed: int, items: list[object], pick: random.Random
) -> None:
    mixed = list(items)
    for _ in range(pick.randrange(1, 5)):
        mixed.insert(pick.randrange(len(mixed) + 1), MARKED)
    data["list"] = mixed
    text = Writer(seed).write(data)
    document = Document(text)
    edited = document.remove_items(("list",), is_marked)
    assert edited.get(("list",)) == items
    assert outside(edited, ("list",)) == outside(document, ("list",))
    kept = [written(document, item) for item in document.root.members["list"].value.items if item.value.data != MARKED]
    assert [written(edited, item) for item in edited.root.members["list"].value.items] == kept
    assert comments(edited) == comments(document)


@settings(max_examples=examples(150), deadline=None)
@given(OBJECTS, st.integers(), st.lists(NAMES, min_size=1, max_size=3), VALUES, st.booleans())
def test_with_a_receipt_undo_gives_back_every_byte(
    data: dict[str, object], seed: int, path: list[str], value: object, in_list: bool
) -> None:
    data.pop(path[0], None)
    data["there"] = 1  # white space in an empty object is not told apart from ours
    place = (*path, 0) if in_list else tuple(path)
    text = Writer(seed).write(data)
    document = Document(text)
    created = document.absent_above(place)
    edited = document.append(place[:-1], value) if in_list else document.set(place, value)
    assert edited.get(place) == value
    assert edited.remove(place, prune=created).text == text


@settings(max_examples=50, deadline=None)
@given(st.text(" \t\r\n", max_size=4), st.booleans(), VALUES)
def test_a_blank_text_is_blank_again(blank: str, bom: bool, value: object) -> None:
    text = "\ufeff" * bom + blank
    document = Document(text)
    edited = document.set(("a", "b"), value)
    assert edited.data == {"a": {"b": value}}
    assert edited.remove(("a", "b"), prune=document.absent_above(("a", "b"))).text == text


def outside(document: Document, path: tuple[str, ...]) -> tuple[str, str]:
    node = document.root
    for name in path:
        node = node.members[name].value
    return document.text[: node.start], document.text[node.end :]


def written(document: Document, item: object) -> str:
    value = item.value  # type: ignore[attr-defined]  # a Member
    return document.text[value.start : value.end]


def comments(document: Document) -> list[str]:
    return [document.text[start:end] for start, end in document._tree.comments]

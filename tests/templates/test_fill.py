"""Templates are filled in exactly, and their texts agree with what the server says."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_snapshot.plugin import Snapshot

import mnemon_templates
from mnemon_installer.edits.rules import fenced, find_block, without_block
from mnemon_server.kinds import KIND_NAMES
from mnemon_server.tools.declarations import INSTRUCTIONS, TOOLS_BY_NAME
from mnemon_templates import TemplateError, fill

NAMES = sorted(path.name.removesuffix(".tmpl") for path in Path(mnemon_templates.__file__).parent.glob("*.tmpl"))


def test_a_value_goes_where_its_name_stands() -> None:
    assert fill("cursor_rules.mdc", rules="search $first").endswith("\n---\n\nsearch $first\n")


def test_values_that_do_not_fit_are_refused_by_name() -> None:
    with pytest.raises(TemplateError, match=r"cursor_rules\.mdc: no value for rules"):
        fill("cursor_rules.mdc")
    with pytest.raises(TemplateError, match=r"rules\.md: has no place for app, rule"):
        fill("rules.md", rule="x", app="y")
    with pytest.raises(TemplateError, match="nothing: there is no such template"):
        fill("nothing")
    for path in ("../mnemon_templates/rules.md", "..\\rules.md"):
        with pytest.raises(TemplateError, match="a name, not a path"):
            fill(path)


@pytest.mark.parametrize("name", NAMES)
def test_every_template_is_a_text_with_one_line_break_at_its_end(name: str) -> None:
    raw = (Path(mnemon_templates.__file__).parent / f"{name}.tmpl").read_bytes()
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert not raw.endswith(b"\n\n")
    assert max(len(line) for line in raw.decode().splitlines()) <= 120


def test_the_rules_say_what_the_server_says() -> None:
    rules = fill("rules.md")
    assert len(rules.splitlines()) <= 25
    assert f"Types: {', '.join(KIND_NAMES)}." in without_brackets(rules)
    assert f"Types: {', '.join(KIND_NAMES)}." in without_brackets(INSTRUCTIONS)
    named = {word.strip("`.,)(") for word in rules.split() if "memory_" in word}
    assert named == {"memory_search", "memory_get", "memory_save"} <= TOOLS_BY_NAME.keys()
    for phrase in ("at the start of a task", "promising ones whole", "supersedes"):
        assert phrase in joined(rules)
        assert phrase in joined(INSTRUCTIONS)
    for start in ("a decision, a preference, a person, a project or a convention", "an approach that failed"):
        assert start in joined(rules)
        assert start in joined(INSTRUCTIONS)


def test_the_rules_for_cursor_are_a_block_under_its_front_matter(snapshot: Snapshot) -> None:
    text = fill("cursor_rules.mdc", rules=fenced(fill("rules.md")))
    found = find_block(text)
    assert found is not None
    assert found.body == fill("rules.md").strip("\n")
    assert without_block(text).splitlines()[0::3] == ["---", "---"]
    snapshot.assert_match(text, "mnemon.mdc")


def without_brackets(text: str) -> str:
    return joined(text).replace(" (do not do this again)", "")


def joined(text: str) -> str:
    return " ".join(text.split())

"""The page of the profile, the inbox and the contradictions: everything on it is really done, and taken back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.dashboard.sample import HEARD, hear, waiting
from tests.dashboard.stage import complaints, show, words

from mnemon_server.client import connect
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import UnknownMemory
from mnemon_server.settings import Settings
from mnemon_server.vault.verdicts import Judged, put_verdict

pytestmark = pytest.mark.ui
HOSTILE = "<script>alert(1)</script> ![x](http://e.example/x.png) :red[red] $x^2$ **bold** [a](javascript:alert(1))"


@pytest.fixture
def pair(vault: InProcess) -> tuple[int, int]:
    """The newer and the older of two memories of which a judge has said that they cannot both stand."""
    older = _save(vault, "Database of the shop", "The shop runs on MySQL.")
    newer = _save(
        vault, "The shop has moved", "The shop runs on PostgreSQL now.\n\n" + "It took a night. " * 29 + "It is done."
    )
    with vault.context.vault.write() as connection:
        put_verdict(connection, Judged(newer, older, "update", "says `now` of the shop", 0.9, "heuristics", 1))
    return newer, older


def test_every_line_of_the_profile_opens_the_memory_behind_it(vault: InProcess) -> None:
    app = show("profile")
    assert "**Name**: The user is called Ada." in words(app)
    line = next(
        each
        for section in vault.call("profile")["sections"]
        for each in section["lines"]
        if each["title"] == "Short commit messages"
    )
    _button(app, f"#{line['sources'][0]}").click().run()
    assert (complaints(app), "".join(app.query_params["memory"])) == ([], str(line["sources"][0]))


def test_the_profile_is_also_there_as_a_model_reads_it(vault: InProcess) -> None:
    [text] = [each.value for each in show("profile").code if "## Stated facts" in each.value]
    assert "- Name: The user is called Ada." in text


def test_a_fact_is_stated_corrected_and_taken_out_and_each_is_taken_back(vault: InProcess) -> None:
    app = show("profile")
    app.text_input[0].set_value("City")
    app.text_area[0].set_value("The user lives in Ghent.")
    _button(app, "Add to the profile").click().run()
    assert (_facts(vault)["City"], complaints(app)) == ("The user lives in Ghent.", [])
    app.button(key="correct-City").click().run()
    [area] = [each for each in app.text_area if each.label.startswith("City")]
    area.set_value("The user lives in Bruges.")
    _button(app, "Save").click().run()
    assert _facts(vault)["City"] == "The user lives in Bruges."
    app.button(key="take-out-City").click().run()
    assert "City" not in _facts(vault)
    app.button(key="undo-done-profile").click().run()
    assert _facts(vault)["City"] == "The user lives in Bruges."
    assert complaints(app) == []


def test_an_empty_fact_is_refused_with_the_reason_and_the_page_stays(vault: InProcess) -> None:
    app = show("profile")
    app.text_input[0].set_value("City")
    _button(app, "Add to the profile").click().run()
    assert ["the content is empty" in each for each in complaints(app)] == [True]
    assert "Stated facts" in words(app)
    assert app.text_input[0].value == "City", "what was typed is still there"
    app.text_area[0].set_value("The user lives in Ghent.")
    _button(app, "Add to the profile").click().run()
    assert (app.text_input[0].value, _facts(vault)["City"]) == ("", "The user lives in Ghent.")


def test_a_capture_says_whose_words_it_was_and_is_kept(vault: InProcess) -> None:
    app = show("profile", part="inbox")
    assert "You said it, recognised by the words “always”" in words(app)
    [number] = waiting(vault)
    app.button(key=f"keep-{number}").click().run()
    assert (waiting(vault), _memory(vault, number)["captured"]) == ([], None)
    assert "Nothing waits here" in words(app)
    app.button(key="undo-done-profile").click().run()
    assert (waiting(vault), complaints(app)) == ([number], [])


def test_the_shown_captures_are_dropped_at_once_and_brought_back(vault: InProcess) -> None:
    for name in ("Anna", "Bernd", "Clara"):
        hear(vault, name, f"{name} looks after the printer of floor {len(name)} and its toner.")
    before = waiting(vault)
    app = show("profile", part="inbox")
    app.button(key="drop-all").click().run()
    assert (waiting(vault), len(before)) == ([], 4)
    _save(vault, "Meanwhile", "Another client saves something.")
    app.button(key="undo-done-profile").click().run()
    assert (waiting(vault), complaints(app)) == (before, [])


def test_all_shown_are_kept_and_taken_back(vault: InProcess) -> None:
    hear(vault, "Printer", "Anna looks after the printer of the second floor and its toner.")
    before = waiting(vault)
    app = show("profile", part="inbox")
    app.button(key="keep-all").click().run()
    assert waiting(vault) == []
    app.button(key="undo-done-profile").click().run()
    assert (waiting(vault), complaints(app)) == (before, [])


def test_a_capture_that_somebody_else_dropped_is_told_and_the_page_stays(vault: InProcess) -> None:
    app = show("profile", part="inbox")
    [number] = waiting(vault)
    vault.call("drop", id=number)
    app.button(key=f"keep-{number}").click().run()
    assert [f"memory {number} was forgotten" in each for each in complaints(app)] == [True]
    assert "Nothing waits here" in words(app)
    assert complaints(app.run()) == [], "it is said once"


def test_what_came_after_the_page_was_drawn_is_not_dropped_with_the_others(vault: InProcess) -> None:
    hear(vault, "Printer", "Anna looks after the printer of the second floor and its toner.")
    app = show("profile", part="inbox")
    hear(vault, "Rooms", "The rooms of the third floor are locked at eight in the evening.")
    app.button(key="drop-all").click().run()
    assert [_memory(vault, number)["title"] for number in waiting(vault)] == ["Rooms"]


def test_two_memories_stand_side_by_side_with_their_whole_texts(vault: InProcess, pair: tuple[int, int]) -> None:
    newer, older = (_memory(vault, number) for number in pair)
    app = show("profile", part="contradictions")
    assert [each.value for each in app.text if each.value in (newer["content"], older["content"])] == [
        newer["content"],
        older["content"],
    ]
    assert "says now of the shop; judged by the rules" in words(app)
    assert _memory(vault, pair[0])["access_count"] == 0, "to be looked at here is no access"


def test_the_newer_supersedes_in_one_click_and_that_is_taken_back(vault: InProcess, pair: tuple[int, int]) -> None:
    app = show("profile", part="contradictions")
    app.button(key=f"resolve-{pair[0]}-{pair[1]}").click().run()
    with pytest.raises(UnknownMemory, match=f"superseded by {pair[0]}"):
        vault.call("get", id=pair[1])
    app.button(key="undo-done-profile").click().run()
    assert vault.call("get", id=pair[1])["memory"]["title"] == "Database of the shop"
    assert (vault.call("conflicts")["count"], complaints(app)) == (1, [])


def test_both_stand_when_somebody_says_so(vault: InProcess, pair: tuple[int, int]) -> None:
    app = show("profile", part="contradictions")
    app.button(key=f"both-{pair[0]}-{pair[1]}").click().run()
    assert (vault.call("conflicts")["count"], complaints(app)) == (0, [])
    assert _memory(vault, pair[1])["title"] == "Database of the shop"


def test_what_was_not_compared_yet_is_compared_on_request(vault: InProcess) -> None:
    left = vault.call("conflicts")["unexamined"]
    app = show("profile", part="contradictions")
    assert left > 0
    app.button(key="examine").click().run()
    assert (vault.call("conflicts")["unexamined"], complaints(app)) == (0, [])
    assert "No two memories contradict each other" in words(app)


def test_hostile_text_is_text_in_every_part(vault: InProcess) -> None:
    vault.call("state_fact", title=HOSTILE[:100], content=HOSTILE)
    hear(vault, f"A {HOSTILE}", f"heard {HOSTILE}")
    two = [_save(vault, f"{n} {HOSTILE}", f"{n} {HOSTILE}", "preference") for n in range(2)]
    with vault.context.vault.write() as connection:
        put_verdict(connection, Judged(two[1], two[0], "update", HOSTILE, 0.9, HOSTILE, 1))
    for part in ("profile", "inbox", "contradictions"):
        app = show("profile", part=part)
        formatted = [each.value for kind in ("markdown", "caption", "info") for each in getattr(app, kind)]
        assert any("script" in each for each in formatted), part
        assert [each for each in formatted if re.search(r"(?<!\\)(<script|!\[|\]\(|\*\*bold|:red|\$x)", each)] == []
        assert complaints(app) == []


def test_an_empty_vault_says_what_will_be_here(empty_home: Path) -> None:
    assert "Nothing is known about you yet" in words(show("profile"))
    assert "Nothing waits here" in words(show("profile", part="inbox"))
    assert "No two memories contradict each other" in words(show("profile", part="contradictions"))
    assert complaints(show("profile", part="nonsense")) == []


def test_a_capture_of_a_vault_on_the_web_is_kept_and_taken_back(joined_home: Path) -> None:
    vault = connect(Settings(joined_home / ".mnemon", remote=_address(joined_home)), "cli")
    app = show("profile", part="inbox")
    [heard] = vault.call("inbox")["memories"]
    assert (heard["title"], complaints(app)) == (HEARD[0], [])
    app.button(key=f"keep-{heard['id']}").click().run()
    assert (vault.call("inbox")["total"], complaints(app)) == (0, [])
    app.button(key="undo-done-profile").click().run()
    assert (vault.call("inbox")["total"], complaints(app)) == (1, [])
    vault.close()


def _address(home: Path) -> str:
    return (home / ".mnemon/remote_url").read_text().strip()


def _save(vault: InProcess, title: str, content: str, kind: str = "decision") -> int:
    return int(vault.call("save", title=title, content=content, content_type=kind)["memory"]["id"])


def _memory(vault: InProcess, number: int) -> dict[str, Any]:
    found: dict[str, Any] = vault.call("changes", id=number)["memory"]
    return found


def _facts(vault: InProcess) -> dict[str, str]:
    sections = {each["name"]: each["lines"] for each in vault.call("profile")["sections"]}
    return {line["title"]: line["text"] for line in sections.get("Stated facts", [])}


def _button(app: Any, label: str) -> Any:  # Any: of an extra
    return next(each for each in app.button if each.label == label)

"""The page Timeline: counts by day, the days of a stretch, and the diary of handoffs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Clock
from tests.dashboard.stage import complaints, show, words

from mnemon_server.client import connect
from mnemon_server.client.in_process import InProcess
from mnemon_server.dashboard.timeline_stretch import WEEK, Stretch, stacked, start_of
from mnemon_server.settings import Settings

pytestmark = pytest.mark.ui

DIARY = "Diary of handoffs"
Say = Callable[..., int]


@pytest.fixture
def say(home: Path, clock: Clock, open_client: Callable[..., InProcess]) -> Iterator[Say]:
    """Save a memory some days after 28 May 2026, 22:26 in Berlin, by a client in a session; gives its id."""
    began = clock.now

    def one(title: str, days: float = 0, client: str = "cursor", session: str = "one", kind: str = "note") -> int:
        clock.now = began
        clock.pass_days(days)
        vault = open_client(Settings(home / ".mnemon"), client, session)
        return int(vault.call("save", title=title, content=f"{title}, in full.", content_type=kind)["memory"]["id"])

    yield one


def listed(app: Any) -> list[int]:
    """The ids of the memories in the list, as they stand."""
    keys = [str(button.key) for button in app.button]
    return [int(key.rpartition("-")[2]) for key in keys if key.startswith(("title-timeline-", "title-diary-"))]


def days(app: Any) -> list[str]:
    return [each.value.removeprefix("##### ") for each in app.markdown if each.value.startswith("##### ")]


def test_an_empty_vault_says_what_to_do(empty_home: Path) -> None:
    assert "mnemon save" in words(show("timeline"))
    assert "mnemon setup" in words(show("timeline", show=DIARY))


def test_days_are_those_of_whoever_looks(say: Say) -> None:
    first, second = say("Before midnight"), say("After it", days=0.1)
    assert (days(show("timeline")), listed(show("timeline"))) == (
        ["Friday, 29 May 2026", "Thursday, 28 May 2026"],
        [second, first],
    )
    assert days(show("timeline", timezone="Asia/Tokyo")) == ["Friday, 29 May 2026"]
    assert days(show("timeline", timezone="America/New_York")) == ["Thursday, 28 May 2026"]


def test_a_stretch_of_days_is_chosen(say: Say) -> None:
    old, middle, new = say("Old"), say("Middle", days=200), say("New", days=220)
    app = show("timeline")
    assert listed(app) == [new, middle]
    assert listed(app.button(key="span-Everything").click().run()) == [new, middle, old]
    app.date_input(key="timeline-from").set_value(date(2026, 5, 1))
    app.date_input(key="timeline-until").set_value(date(2026, 6, 1))
    assert listed(app.run()) == [old]
    assert "1–1 of 1 memories in these days" in words(app)
    app.date_input(key="timeline-from").set_value(date(2026, 8, 1))
    app.date_input(key="timeline-until").set_value(date(2026, 7, 1))  # the wrong way round
    assert listed(app.run()) == []
    assert "No memory was made in these days" in words(app)
    assert complaints(app) == []


def test_a_day_is_told_apart_by_type_client_and_session(say: Say) -> None:
    say("A", client="cursor", session="one", kind="note")
    say("B", client="gemini", session="two", kind="note")
    say("C", client="cursor", session="one", kind="decision")
    assert _groups(show("timeline")) == ["decision", "note"]
    assert _groups(show("timeline", by="client")) == ["cursor", "gemini"]
    sessions = _groups(show("timeline", by="session"))
    assert sessions == ["cursor, 28 May 22:26, …one", "gemini, 28 May 22:26, …two"]


def _groups(app: Any) -> list[str]:
    names = ("decision", "note", "cursor", "gemini")
    return [text for text in map(_plain, app.caption) if text.startswith(names) and "#" not in text]


def _plain(caption: Any) -> str:
    return str(caption.value).replace("\\", "")


def test_a_long_stretch_comes_in_pages(say: Say) -> None:
    ids = [say(f"Memory {number}", days=number) for number in range(30)]
    app = show("timeline")
    assert listed(app) == ids[:4:-1]
    assert listed(app.button(key="timeline-Older").click().run()) == ids[4::-1]
    assert "26–30 of 30 memories" in words(app)


def test_a_memory_opens_over_the_time_line(filled_home: Path) -> None:
    app = show("timeline").button(key="title-timeline-2").click().run()
    assert "#### Backups at night" in words(app)


def test_handoffs_read_as_a_diary_by_project(filled_home: Path) -> None:
    client = connect(Settings(filled_home / ".mnemon"), "claude-code")
    for project, session in (("harbour", "a"), ("harbour", "b"), ("/home/ada/#1 100%", "c")):
        text = f"## Done\n- session {session}\n\n![x](http://evil.example/x.png)"
        client.call("put_handoff", project=project, session=session, title=f"Session {session}", content=text)
    client.close()
    app = show("timeline", show=DIARY)
    assert app.selectbox(key="project").options == ["all projects", "/home/ada/#1 100%", "harbour", "no project"]
    assert len(listed(app)) == 4
    assert len(listed(app.selectbox(key="project").set_value("harbour").run())) == 2
    assert [text.value for text in app.text] == [
        f"## Done\n- session {session}\n\n![x](http://evil.example/x.png)" for session in "ba"
    ]
    app.selectbox(key="project").set_value("no project").run()
    assert "The parser is done; the bookings of June are missing." in [text.value for text in app.text]


def test_short_stretches_are_counted_by_day_and_long_ones_by_week() -> None:
    assert Stretch(date(2026, 3, 1), date(2026, 5, 31)).step.days == 1
    assert Stretch(date(2026, 3, 1), date(2026, 6, 1)).step == WEEK
    assert start_of(date(2026, 11, 26), WEEK) == date(2026, 11, 23)
    assert Stretch(date(2026, 3, 1), date(2026, 3, 1)).ends(UTC).isoformat() == "2026-03-02T00:00:00+00:00"


def test_bars_stand_on_each_other() -> None:
    counts = {(date(2026, 3, 1), "a"): 2, (date(2026, 3, 1), "b"): 3, (date(2026, 3, 8), "b"): 1}
    rows = stacked(counts, ["a", "b"], WEEK)
    assert [(row["day"], row["name"], row["low"], row["high"]) for row in rows] == [
        ("2026-03-01T00:00:00", "a", 0, 2),
        ("2026-03-01T00:00:00", "b", 2, 5),
        ("2026-03-08T00:00:00", "b", 0, 1),
    ]


def test_a_brush_names_two_moments_or_none() -> None:
    from mnemon_server.dashboard.timeline_charts import brushed

    assert brushed({"selection": {"stretch": {"day": [2_000.5, 1_000]}}}) == (1_000, 2_000)
    assert brushed({"selection": {"stretch": {}}}) is None
    assert brushed({}) is None

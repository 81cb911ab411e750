"""The page that shows how the vault is: its figures, its charts, and what it tells people to look at."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.dashboard.stage import complaints, show, words

from mnemon_server.client import connect
from mnemon_server.dashboard.overview_days import MOST_POINTS, growth, lately
from mnemon_server.dashboard.overview_hints import Hint, Place, hints
from mnemon_server.settings import Settings

ui = pytest.mark.ui
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
TODAY = NOW.date()
HERE, ON_THE_WEB = Place(is_remote=False, bucket="vaults"), Place(is_remote=True, bucket="")
FINE = "2026-11-20T08:00:00.000Z"
PUSH = "mnemon sync push && mnemon sync verify"


def test_growth_of_one_day_goes_from_nothing_to_what_there_is() -> None:
    rows = growth([{"day": "2026-11-26", "type": "note", "count": 3}], TODAY)
    assert rows == [
        {"day": "2026-11-25T00:00:00", "type": "note", "memories": 0},
        {"day": "2026-11-26T00:00:00", "type": "note", "memories": 3},
    ]


def test_growth_has_every_type_on_every_day_up_to_today() -> None:
    made = [
        {"day": "2026-11-23", "type": "note", "count": 1},
        {"day": "2026-11-25", "type": "decision", "count": 2},
        {"day": "2026-11-25", "type": "note", "count": 4},
    ]
    by_day: dict[str, dict[str, int]] = {}
    for row in growth(made, TODAY):
        by_day.setdefault(row["day"][:10], {})[row["type"]] = row["memories"]
    assert by_day == {
        "2026-11-22": {"decision": 0, "note": 0},
        "2026-11-23": {"decision": 0, "note": 1},
        "2026-11-24": {"decision": 0, "note": 1},
        "2026-11-25": {"decision": 2, "note": 5},
        "2026-11-26": {"decision": 2, "note": 5},
    }


def test_growth_of_many_years_is_no_more_than_can_be_seen_and_ends_right() -> None:
    made = [{"day": f"{year}-05-0{day}", "type": "note", "count": 1} for year in range(2001, 2027) for day in (1, 7)]
    rows = growth(made, TODAY)
    assert len(rows) <= MOST_POINTS + 2
    assert (rows[0]["memories"], rows[-1]) == (0, {"day": "2026-11-26T00:00:00", "type": "note", "memories": 52})


def test_growth_of_nothing_is_nothing() -> None:
    assert growth([], TODAY) == []


def test_days_without_a_token_are_days() -> None:
    rows = lately({"2026-11-24": 70}, date(2026, 11, 26), 4)
    assert [row["tokens"] for row in rows] == [0, 70, 0, 0]
    assert rows[-1]["day"] == "2026-11-26T00:00:00"


@pytest.mark.parametrize(
    ("place", "verified", "said"),
    [
        (
            Place(False, ""),
            None,
            [Hint("There are no backups: no bucket is set for them.", "mnemon config set s3_bucket NAME")],
        ),
        (HERE, None, [Hint("No backup of this vault was ever restored and verified.", PUSH)]),
        (HERE, FINE, []),
        (HERE, "2026-10-01T12:00:00.000Z", [Hint("No backup was restored and verified for 56 days.", PUSH)]),
        (ON_THE_WEB, FINE, []),
        (
            ON_THE_WEB,
            None,
            [Hint("The server makes the backups of this vault, and none was ever restored and verified.", PUSH)],
        ),
    ],
)
def test_backups_are_spoken_of_where_they_are_made(place: Place, verified: str | None, said: list[Hint]) -> None:
    assert list(hints(_status(verified_backup=verified), _overview(), place, NOW)) == said


def test_what_waits_is_counted_in_good_english() -> None:
    one = hints(_status(pending=1), _overview(captured=1, conflicts=1, faded=1), HERE, NOW)
    assert [each.said for each in one] == [
        "1 captured memory waits to be kept or dropped.",
        "1 pair of memories cannot both stand.",
        "1 memory waits for a vector; a running client makes them by and by.",
        "1 memory is past the half-life and can be archived.",
    ]
    many = hints(_status(pending=1_200), _overview(captured=30, conflicts=2, faded=1_000), ON_THE_WEB, NOW)
    assert [(each.said, each.command, each.part) for each in many] == [
        ("30 captured memories wait to be kept or dropped.", "", "inbox"),
        ("2 pairs of memories cannot both stand.", "", "contradictions"),
        ("1,200 memories wait for a vector; the server makes them by and by.", "", ""),
        ("1,000 memories are past the half-life and can be archived.", "mnemon sweep", ""),
    ]


def test_a_missing_model_is_fetched_where_it_is_missing() -> None:
    gone = {"present": False, "problem": "", "name": "e5"}
    [here] = hints(_status(pending=5, model=gone), _overview(), HERE, NOW)
    [there] = hints(_status(pending=5, model=gone), _overview(), ON_THE_WEB, NOW)
    assert (here.said, here.command) == (
        "5 memories can be found by words only: there is no model.",
        "mnemon model fetch",
    )
    assert there.said == "5 memories can be found by words only: the server has no model."
    assert list(hints(_status(model=gone), _overview(), HERE, NOW)) == []


def test_a_frozen_vault_is_named() -> None:
    [hint] = hints(_status(state="frozen"), _overview(), HERE, NOW)
    assert hint.said == "The vault takes no changes just now: it is frozen."


@ui
def test_growth_ends_with_the_counts_by_type(filled_home: Path) -> None:
    client = connect(Settings(filled_home / ".mnemon"), "cli")
    status, overview = client.call("status"), client.call("overview")
    client.close()
    rows = growth(overview["made"], datetime.now(UTC).date())
    last = {row["type"]: row["memories"] for row in rows if row["day"] == rows[-1]["day"]}
    assert (last, sum(last.values())) == (status["by_type"], status["total"])


@ui
def test_a_client_and_its_hooks_are_one_row(filled_home: Path) -> None:
    client = connect(Settings(filled_home / ".mnemon"), "claude-code-hook")
    heard = {"title": "Ruff", "content": "We use ruff for linting, not flake8.", "type": "decision", "role": "user"}
    client.call("capture", statements=[heard | {"cue": "we use"}])
    client.close()
    app = show("overview")
    [table] = [each.value for each in app.dataframe]
    assert table[["client", "saved", "heard", "given"]].values.tolist() == [["claude-code", 11, 1, 0]]
    assert complaints(app) == []


@ui
def test_what_waits_leads_to_where_it_is_settled(filled_home: Path) -> None:
    app = show("overview")
    links = [each.proto for each in app.get("page_link")]
    assert [(link.page, link.label, link.query_string) for link in links] == [
        ("profile", "Open the inbox", "part=inbox")
    ]


@ui
def test_a_vault_on_the_web_is_backed_up_by_its_server(joined_home: Path) -> None:
    app = show("overview")
    assert "**Backup**: made by the server; never restored and verified" in words(app)
    assert "The server makes the backups of this vault, and none was ever restored and verified." in words(app)
    assert complaints(app) == []


@ui
def test_an_empty_vault_says_how_something_comes_into_it(empty_home: Path) -> None:
    app = show("overview")
    assert [each.value for each in app.code] == [
        'mnemon save "Title" "What is worth knowing later."',
        "mnemon doctor",
    ]


def _status(**more: Any) -> dict[str, Any]:
    model = {"present": True, "problem": "", "name": "e5"}
    return {"state": "open", "verified_backup": FINE, "pending": 0, "model": model} | more


def _overview(**more: Any) -> dict[str, Any]:
    return {"captured": 0, "conflicts": 0, "faded": 0} | more

"""Search over a real vault: what is found, in which order, and what never comes back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import Clock

from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import UsageError
from mnemon_server.vault.meta import write_meta


def titles(result: dict[str, Any]) -> list[str]:
    return [memory["title"] for memory in result["memories"]]


def test_an_exact_match_of_120_days_ago_beats_fresh_confident_unrelated_notes(hybrid: InProcess, clock: Clock) -> None:
    hybrid.call(
        "save",
        title="Postgres replication slot",
        content="The replication slot filled the disk of the postgres primary; drop unused slots with pg_drop.",
        content_type="note",
    )
    clock.pass_days(120)
    for number in range(20):
        memory = hybrid.call(
            "save",
            title=f"Team lunch {number}",
            content=f"Team lunch number {number} was at the pizza place, everybody liked the disk-shaped pizza.",
            content_type="decision",
        )["memory"]
        hybrid.call("pin", id=memory["id"])
    for query in ("postgres replication slot", "replication slot filled the disk"):
        words = hybrid.call("search", query=query, words_only=True)
        assert titles(words)[0] == "Postgres replication slot", words
    hybrid.call("embed_pending")
    for query in ("postgres replication slot", "replication slot filled the disk"):
        both = hybrid.call("search", query=query)
        assert both["mode"] == "hybrid"
        assert titles(both)[0] == "Postgres replication slot", both


def test_meaning_finds_what_words_cannot(hybrid: InProcess) -> None:
    hybrid.call("save", title="Vehicle", content="The automobile stands in the garage.")
    for number in range(10):
        hybrid.call("save", title=f"Weather {number}", content=f"Rain fell on the mountain for {number} hours.")
    hybrid.call("embed_pending")
    assert titles(hybrid.call("search", query="car", words_only=True)) == []
    assert titles(hybrid.call("search", query="car"))[0] == "Vehicle"


def test_a_memory_is_found_by_words_before_it_is_embedded(hybrid: InProcess) -> None:
    hybrid.call("save", title="Old", content="An elephant walked by.")
    hybrid.call("embed_pending")
    hybrid.call("save", title="New", content="The zeppelin landed at noon.")
    result = hybrid.call("search", query="zeppelin landed", limit=1, explain=True)
    assert titles(result) == ["New"]
    assert result["memories"][0]["explain"]["cosine"] is None


def test_without_a_model_words_answer_and_say_so(client: InProcess) -> None:
    client.call("save", title="Use SQLite", content="We chose SQLite.")
    result = client.call("search", query="sqlite")
    assert result["mode"] == "words"
    assert "not on this machine" in result["reason"]
    assert titles(result) == ["Use SQLite"]


def test_filters_are_applied_before_the_cut(hybrid: InProcess, clock: Clock) -> None:
    """A hundred better matches of another type may not starve the one that was asked for."""
    hybrid.call("save", title="The one", content="backup of the database", content_type="preference")
    clock.pass_days(1)
    for number in range(120):
        hybrid.call("save", title=f"Backup backup {number}", content=f"backup backup backup database {number}")
    hybrid.call("embed_pending")
    for words_only in (True, False):
        asked = {"query": "backup", "words_only": words_only}
        assert titles(hybrid.call("search", **asked, content_type="preference")) == ["The one"]
        assert "The one" not in titles(hybrid.call("search", **asked, since="12h", limit=100))
        assert titles(hybrid.call("search", **asked, client="nobody")) == []
    hybrid.call("pin", id=1)
    assert titles(hybrid.call("search", query="backup", pinned=True)) == ["The one"]


@pytest.mark.parametrize("action", ["forget", "supersede", "archive"])
def test_what_left_the_live_view_comes_back_by_no_door(hybrid: InProcess, clock: Clock, action: str) -> None:
    hybrid.call("save", title="Secret plan", content="The zeppelin flies at dawn.")
    hybrid.call("save", title="Other", content="Rain on the mountain.")
    hybrid.call("embed_pending")
    if action == "forget":
        hybrid.call("forget", id=1)
    elif action == "supersede":
        hybrid.call("save", title="New plan", content="The airship stays.", supersedes=1)
    else:
        clock.pass_days(61)
        hybrid.call("sweep", dry_run=False)
        hybrid.call("save", title="Fresh", content="A new note about ships.")
    for words_only in (True, False):
        assert "Secret plan" not in titles(hybrid.call("search", query="zeppelin dawn", words_only=words_only))
    assert "Secret plan" not in titles(hybrid.call("list"))
    assert "Secret plan" not in titles(hybrid.call("timeline"))
    live = hybrid.call("list")["memories"][0]["id"]
    assert "Secret plan" not in [near["title"] for near in hybrid.call("related", id=live)["neighbours"]]
    assert "Secret plan" not in [near["title"] for near in hybrid.call("contradictions", id=live)["neighbours"]]
    assert hybrid.call("check_integrity")["problems"] == []


def test_context_finds_the_answer_next_to_the_question(open_client: Any, settings: Any) -> None:
    talk = open_client(settings, session="s1")
    talk.call("save", title="Question", content="Which message broker do we take?")
    talk.call("save", title="Answer", content="Rabbit, because operations know it.")
    talk.call("save", title="Later", content="Lunch was nice.")
    found = titles(talk.call("search", query="message broker"))
    assert found == ["Question", "Answer"]


def test_a_forgotten_neighbour_leaves_the_context_too(open_client: Any, settings: Any) -> None:
    talk = open_client(settings, session="s1")
    talk.call("save", title="Question", content="Which message broker do we take?")
    talk.call("save", title="Answer", content="Rabbit, because operations know it.")
    talk.call("forget", id=1)
    assert titles(talk.call("search", query="message broker")) == []
    talk.call("restore", id=1)
    assert titles(talk.call("search", query="message broker")) == ["Question", "Answer"]


@pytest.mark.parametrize(
    ("content", "query"),
    [
        ("我们决定使用数据库来存储记忆", "数据库"),
        ("我们决定使用数据库来存储记忆", "用什么数据库存储"),
        ("東京タワーに行きました", "東京タワー"),
        ("黒猫が寝ている", "猫"),
        ("これは黒猫", "猫"),
        ("ภาษาไทยเป็นภาษาที่สวยงาม", "ภาษาไทย"),
        ("Größenänderung der Straße", "strasse OR straße"),
        ("Le café est fermé", "cafe ferme"),
        ("ＦＵＬＬ ｗｉｄｔｈ letters", "full width"),
        ("한국어 문장입니다", "한국어"),
    ],
)
def test_every_script_is_found(client: InProcess, content: str, query: str) -> None:
    client.call("save", title="x1", content=content)
    client.call("save", title="x2", content="Something else altogether in English.")
    assert titles(client.call("search", query=query))[:1] == ["x1"]


def test_another_model_is_never_compared_with_this_one(hybrid: InProcess) -> None:
    hybrid.call("save", title="Vehicle", content="The automobile stands in the garage.")
    hybrid.call("embed_pending")
    with hybrid.context.vault.write() as connection:
        connection.execute("INSERT INTO models (fingerprint, dimensions) VALUES ('other@1', 64)")
        write_meta(connection, "model", str(connection.last_insert_rowid()))
    result = hybrid.call("search", query="automobile")
    assert result["mode"] == "words"
    assert "other@1" in result["reason"]
    assert hybrid.call("embed_pending")["reason"] != ""
    assert hybrid.call("status")["pending"] == 1
    hybrid.call("rebuild")
    assert hybrid.call("search", query="automobile")["mode"] == "hybrid"


def test_long_memories_are_found_by_any_of_their_passages(hybrid: InProcess) -> None:
    filler = "Rain fell on the mountain and the river rose slowly. " * 60
    hybrid.call("save", title="Log", content=filler + "The puppy barked. " + filler)
    for number in range(5):
        hybrid.call("save", title=f"Weather {number}", content=f"{filler} {number}")
    hybrid.call("embed_pending")
    assert titles(hybrid.call("search", query="puppy"))[0] == "Log"


def test_the_snippet_shows_where_the_match_is(client: InProcess) -> None:
    client.call("save", title="Log", content="Nothing here. " * 40 + "The zeppelin landed. " + "Nothing more. " * 40)
    assert "zeppelin" in client.call("search", query="zeppelin")["memories"][0]["snippet"]


def test_explain_shows_what_a_score_is_made_of(hybrid: InProcess) -> None:
    hybrid.call("save", title="Use SQLite", content="We chose SQLite for the vault.", content_type="decision")
    hybrid.call("save", title="Lunch", content="Pizza.")
    hybrid.call("embed_pending")
    result = hybrid.call("search", query="sqlite", explain=True)
    parts = result["memories"][0]["explain"]
    assert set(parts) == {"score", "relevance", "bm25", "cosine", "recency", "confidence"}
    prior = 1 + 0.1 * (parts["recency"] - 0.5) + 0.1 * (parts["confidence"] - 0.7)
    assert parts["score"] == pytest.approx(parts["relevance"] * prior, abs=1e-3)
    assert result["terms"] == ["sqlite"]


def test_a_limit_out_of_range_is_refused(client: InProcess) -> None:
    for limit in (0, -1, 101):
        with pytest.raises(UsageError, match="limit"):
            client.call("search", query="x", limit=limit)


@pytest.mark.parametrize("since", ["yesterday", "7x", "99999999d", "2026-13-01", "", "١d"])
def test_a_time_that_is_none_is_refused(client: InProcess, since: str) -> None:
    if since == "":
        client.call("search", query="x", since=since)
        return
    with pytest.raises(UsageError, match="no time"):
        client.call("search", query="x", since=since)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=60) | st.text(alphabet='"*^():-+{}[]\\/ANDORNOTEAR\0 ', max_size=40))
def test_no_query_breaks_the_search(client: InProcess, query: str) -> None:
    client.call("save", title="Kept", content="AND OR NOT NEAR title content words")
    client.call("search", query=query)

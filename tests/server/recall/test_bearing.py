"""A scale that means the same in every vault: words weigh by how rare they are, meaning counts when it is clear."""

from __future__ import annotations

import pytest

from mnemon_server.client.in_process import InProcess
from mnemon_server.recall.bearing import absolute, bearing, telling_terms
from mnemon_server.recall.everyday import is_common
from mnemon_server.recall.general import is_general
from mnemon_server.vault import memories, vault_model, words
from mnemon_server.vault.background import FEWEST, measure_background


def strength(client: InProcess, prompt: str, memory_id: int = 1) -> float:
    with client.context.vault.read() as connection:
        memory = memories.find_live(connection, memory_id)
        assert memory is not None
        terms = telling_terms(connection, prompt, words.count_indexed(connection))
        return bearing(connection, terms, memory).by_words


def save(client: InProcess, title: str, content: str) -> None:
    client.call("save", title=title, content=content)


def test_one_telling_word_of_the_title_is_half_of_the_scale(client: InProcess) -> None:
    save(client, "Kiosk network", "They have no internet at all.")
    assert 0.5 < strength(client, "new start page for the kiosk") < 0.65
    assert strength(client, "a page for the internet") < 0.5


def test_the_scale_does_not_follow_the_size_of_the_vault(client: InProcess) -> None:
    save(client, "Kiosk network", "They have no internet at all.")
    alone = strength(client, "new start page for the kiosk")
    for number in range(300):
        save(client, f"Filler {number}", f"Something about subject{number} and nothing else.")
    assert strength(client, "new start page for the kiosk") == pytest.approx(alone)


def test_two_words_say_more_and_neighbours_more_still(client: InProcess) -> None:
    save(client, "Screens", "The split screen mode runs two simulations in one process.")
    one, two = strength(client, "simulations"), strength(client, "the process has simulations")
    beside = strength(client, "scores for the split-screen")
    apart = strength(client, "split the scores of that screen")
    assert one < two
    assert apart < beside


@pytest.mark.parametrize(
    ("prompt", "content"),
    [
        ("was ist mit dem mandant", "Nummernkreise sind pro Mandanten vergeben."),
        ("neue rechnung", "Rechnungen werden nie geändert."),
        ("limitar paradas por furgoneta", "El tope por furgonetas es fijo."),
        ("the inspections list", "What inspectors wear are gloves."),
    ],
)
def test_inflections_and_relatives_match(client: InProcess, prompt: str, content: str) -> None:
    save(client, "A title without it", content)
    assert strength(client, prompt) > 0.45


def test_a_long_text_shares_words_with_anything_and_counts_less(client: InProcess) -> None:
    save(client, "Short", "The kiosk syncs at night.")
    save(client, "Long", "The kiosk syncs at night. " + " ".join(f"word{number}" for number in range(300)))
    assert strength(client, "kiosk", 2) < strength(client, "kiosk", 1)


def test_words_that_all_prompts_share_are_known_with_their_inflections() -> None:
    assert all(map(is_common, ("file", "files", "tests", "writing", "fur", "codigo", "cuando")))
    assert not any(map(is_common, ("kiosk", "zentrifuge", "migration", "furgoneta")))


@pytest.mark.parametrize(
    ("prompt", "general"),
    [
        ("how do i center a div", True),
        ("what does exit code 137 mean", True),
        ("explain monads to me", True),
        ("was bedeutet diese warnung", True),
        ("tradúceme este párrafo", True),
        ("add a migration for the invoices table", False),
        ("explain why we round per line", False),
        ("why is the importer slow", False),
    ],
)
def test_prompts_for_general_knowledge_are_told_apart(prompt: str, general: bool) -> None:
    assert is_general(prompt) is general


def test_meaning_counts_from_where_it_is_clear() -> None:
    assert absolute(0.3, None, 0.1) == absolute(0.3, 0.9, None) == 0.3
    assert absolute(0.3, 0.4, 0.1) == 0.3
    assert absolute(0.3, 0.82, 0.1) == pytest.approx(0.3 + 0.8 - 0.4)


def test_a_models_background_is_measured_once_there_are_vectors_enough(hybrid: InProcess) -> None:
    for number in range(FEWEST):
        save(hybrid, f"Memory {number}", f"subject{number} and word{number * 7}")
        if number == FEWEST - 2:
            hybrid.call("embed_pending")
            with hybrid.context.vault.read() as connection:
                model = vault_model.current_model(connection)
                assert model is not None
                assert model.background is None
    hybrid.call("embed_pending")
    with hybrid.context.vault.read() as connection:
        model = vault_model.current_model(connection)
    assert model is not None
    assert model.background is not None
    assert -0.2 < model.background < 1.0
    with hybrid.context.vault.write() as connection:
        assert measure_background(connection, model) == model.background, "the same vault gives the same figure"
    assert hybrid.call("surface", prompt="subject5 word35")["mode"] == "hybrid"

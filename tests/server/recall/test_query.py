"""Which words of a query are searched for."""

from __future__ import annotations

from mnemon_server.recall.query import FEW_MATCHES, MOST_MATCHES, MOST_TERMS, choose_terms, worth_searching


def pairs(text: str) -> list[tuple[str, str]]:
    return [(word, word) for word in text.split()]


def test_stop_words_go_while_others_remain() -> None:
    assert worth_searching(pairs("what did we decide about the database")) == pairs("decide database")


def test_a_query_of_stop_words_only_keeps_them() -> None:
    assert worth_searching(pairs("the who")) == pairs("the who")


def test_repeats_count_once_by_stem_in_the_order_given() -> None:
    words = [("running", "run"), ("tests", "test"), ("run", "run")]
    assert worth_searching(words) == [("running", "run"), ("tests", "test")]


def test_very_frequent_terms_go_while_rarer_ones_remain() -> None:
    counts = {"project": 900, "kafka": 3, "retention": 8}
    assert choose_terms(pairs("project kafka retention"), counts, 1000).tokens == ("kafka", "retention")


def test_only_frequent_terms_are_searched_for_all_the_same() -> None:
    counts = {"project": 900, "meeting": 500, "plan": 400, "team": 300}
    assert choose_terms(pairs("project meeting plan team"), counts, 1000).tokens == ("team", "plan", "meeting")


def test_at_most_twelve_the_rarest() -> None:
    counts = {f"term{number}": number + 1 for number in range(40)}
    chosen = choose_terms([(name, name) for name in counts], counts, 100_000).tokens
    assert chosen == tuple(f"term{number}" for number in range(MOST_TERMS))


def test_terms_that_occur_nowhere_take_no_place() -> None:
    assert choose_terms(pairs("kafka nowhere"), {"kafka": 2, "nowhere": 0}, 1000).tokens == ("kafka",)


def test_every_term_is_quoted_and_never_joined_by_and() -> None:
    counts = {"near": 1, "or": 1, 'x"y': 1}
    assert choose_terms(pairs('near or x"y'), counts, 10).match == '"near" OR "or" OR "x""y"'


def test_a_single_character_of_an_unspaced_script_finds_what_begins_with_it() -> None:
    assert choose_terms([("猫", "猫")], {}, 1000).match == '"猫"*'


def test_a_prompt_of_common_words_ranks_at_most_a_quarter_of_a_large_vault() -> None:
    total = 100_000
    counts = {f"word{number}": 5_000 + number for number in range(40)}
    chosen = choose_terms([(word, word) for word in counts], counts, total).tokens
    assert chosen[:2] == ("word0", "word1")
    assert sum(counts[token] for token in chosen) <= MOST_MATCHES * total


def test_in_a_small_vault_no_term_is_saved_on() -> None:
    counts = {f"word{number}": 90 + number for number in range(10)}
    assert sum(counts.values()) < FEW_MATCHES
    assert len(choose_terms([(word, word) for word in counts], counts, 1_000).tokens) == 10


def test_a_query_of_one_word_searches_for_it_however_common() -> None:
    assert choose_terms([("project", "project")], {"project": 90_000}, 100_000).tokens == ("project",)

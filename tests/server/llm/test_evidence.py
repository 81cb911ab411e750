"""What the rules see in sentences."""

from __future__ import annotations

import pytest

from mnemon_server.llm.pairs.evidence import Evidence
from mnemon_server.llm.pairs.kinds import choices
from mnemon_server.llm.pairs.reading import read
from mnemon_server.llm.pairs.together import evidence_of
from mnemon_server.llm.pairs.values import values_in

FIGURES = {
    "it went from 48 down to 17 minutes": [("span", 2880), ("span", 1020)],
    "from 2 to 4 gb": [("bytes", 2e9), ("bytes", 4e9)],
    "retries after 5 s": [("span", 5)],
    "moved 12 chairs to room 3 hours ago": [("count", 12), ("span", 10800)],
    "17 or later": [("count", 17)],
    "no figures": [],
}
GONE = (
    "LaunchDarkly was replaced by Unleash.",
    "Flags: LaunchDarkly replaced by Unleash.",
    "We replaced LaunchDarkly with Unleash.",
    "Unleash replaces LaunchDarkly for flags.",
    "Flags moved from LaunchDarkly to Unleash.",
    "LaunchDarkly was switched off last week.",
    "We no longer use LaunchDarkly.",
)
STAYS = ("LaunchDarkly replaces the old file.", "We use LaunchDarkly instead of files.", "Flags moved to LaunchDarkly.")


def evidence(newer: str, older: str) -> dict[str, Evidence]:
    n, o = (text.partition(": ") for text in (newer, older))
    return evidence_of(read(n[0], n[2]), read(o[0], o[2]), "note", "note")


@pytest.mark.parametrize("sentence", FIGURES)
def test_figures_are_read_with_their_units(sentence: str) -> None:
    found = [(value.kind, round(value.amount[0], 6)) for value in values_in(sentence.split())]
    assert found == FIGURES[sentence]


@pytest.mark.parametrize("sentence", GONE)
def test_what_is_gone_is_told_by_where_it_stands(sentence: str) -> None:
    assert "gone in title" in evidence(f"Flags: {sentence}", "LaunchDarkly: Flags are in LaunchDarkly.")


@pytest.mark.parametrize("sentence", STAYS)
def test_what_takes_its_place_is_not_gone(sentence: str) -> None:
    assert "gone in title" not in evidence(f"Flags: {sentence}", "LaunchDarkly: Flags are in LaunchDarkly.")


def test_two_warnings_do_not_deny_each_other() -> None:
    newer = read("Applied migrations are frozen", "A Flyway file that has run must stay as it is.")
    older = read("Editing a migration that has run", "Never change a Flyway file once it was applied.")
    assert "denies" in evidence_of(newer, older, "decision", "decision")
    assert "denies" not in evidence_of(newer, older, "antipattern", "antipattern")


def test_a_version_and_a_decimal_are_two_versions_when_they_begin_otherwise() -> None:
    older = "Clusters: Both of them run Kubernetes 1.29 at the moment."
    assert "value differs" in evidence("Server version in prod: kubectl says v1.31.9 on both.", older)
    assert "value differs" not in evidence("Server version in prod: kubectl says v1.29.4 on both.", older)


def test_a_kind_of_rivals_goes_on_in_the_next_line() -> None:
    kinds = choices()
    assert set(kinds["postgr"]) & set(kinds["tidb"])
    assert not set(kinds["postgr"]) & set(kinds["redi"])

"""What a bench cannot assert by time, asserted by what is read and imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mnemon_server.recall.query import FEW_MATCHES, MOST_MATCHES, choose_terms

HEAVY = {"mcp", "mcp_types", "fastembed", "numpy", "onnxruntime", "huggingface_hub", "pydantic", "httpx"}
_MODULES_OF = """
import sys
from mnemon_installer.cli.main import run
run(sys.argv[1:])
print("\\n".join(sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize("command", [("--help",), ("status",), ("search", "--words", "anything"), ("save", "a", "b")])
def test_a_short_command_imports_nothing_heavy(command: tuple[str, ...], home: Path) -> None:
    done = subprocess.run((sys.executable, "-c", _MODULES_OF, *command), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert HEAVY & set(done.stderr.split()) == set()


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

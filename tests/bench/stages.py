"""Where a search spends its time: its steps, timed one by one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from mnemon_server.recall import query
from mnemon_server.recall import search as searching
from mnemon_server.vault import memories, vectors, words
from mnemon_server.vault.frequencies import TermFrequencies

STAGES: tuple[tuple[str, Any, str], ...] = (  # Any: modules and a class
    ("tokens", words, "tokenize"),
    ("frequencies", TermFrequencies, "look_up"),
    ("choice of terms", query, "choose_terms"),
    ("words", words, "match_words"),
    ("vectors", vectors, "nearest"),
    ("cosines of word hits", vectors, "cosines"),
    ("bm25 of vector hits", words, "strengths"),
    ("fusion", searching, "fuse"),
    ("rows", memories, "find_many_live"),
)


def stage_shares(work: Callable[[], object]) -> Iterator[tuple[str, float]]:
    """Milliseconds of CPU per stage while `work` runs, and what is left."""
    spent = {name: 0.0 for name, _, _ in STAGES}
    with ExitStack() as watched:
        for name, owner, attribute in STAGES:
            watched.enter_context(patch.object(owner, attribute, _timed(getattr(owner, attribute), name, spent)))
        work()
    yield from spent.items()


def _timed(function: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        before = time.thread_time()
        try:
            return function(*arguments, **named)
        finally:
            spent[name] += (time.thread_time() - before) * 1000

    return timed

"""One question on each of several memories: at once where the vault is far away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from mnemon_server.dashboard.book import Book
from mnemon_server.errors import MnemonError

_AT_ONCE = 8

Told = TypeVar("Told")


def of_each(vault: Book, ids: Iterable[int], question: Callable[[int], Told]) -> dict[int, Told]:
    """The answers by id; a memory that has left meanwhile has none."""
    wanted = list(dict.fromkeys(ids))

    def answer(number: int) -> list[Told]:
        try:
            return [question(number)]
        except MnemonError:
            return []

    if vault.is_remote:
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            told = list(threads.map(answer, wanted))
    else:
        told = list(map(answer, wanted))
    return {number: found[0] for number, found in zip(wanted, told, strict=True) if found}

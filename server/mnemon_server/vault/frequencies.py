"""In how many memories a term occurs, remembered while that hardly changes."""

from __future__ import annotations

import apsw

from mnemon_server.vault.words import count_indexed

_STALE_AFTER = 0.1  # share of change in the number of memories
_MOST = 20_000


class TermFrequencies:
    """Counting a common term reads its whole posting list, so the counts are kept between searches."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._total = -1

    def look_up(self, connection: apsw.Connection, terms: list[str]) -> tuple[dict[str, int], int]:
        """Per stemmed term the number of indexed memories that hold it, and how many there are in all."""
        total = count_indexed(connection)
        if abs(total - self._total) > _STALE_AFTER * self._total or len(self._counts) > _MOST:
            self._counts, self._total = {}, total
        for term in terms:
            if term not in self._counts:
                found = connection.execute("SELECT doc FROM words_vocabulary WHERE term = ?", (term,)).get
                self._counts[term] = int(found or 0)
        return {term: self._counts[term] for term in terms}, total

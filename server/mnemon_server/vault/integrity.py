"""Is the vault whole: the file, its references, and its indexes against its rows."""

from __future__ import annotations

from contextlib import suppress

import apsw

from mnemon_server.vault.vectors import index_problems


def problems(connection: apsw.Connection) -> list[str]:
    """Sentences about what is wrong; empty when the vault is whole. Reads every page."""
    return damage(connection) or disagreements(connection)


def damage(connection: apsw.Connection) -> list[str]:
    """What is wrong with the file and its references: no index made anew would mend it."""
    _refresh_words(connection)
    found = [f"SQLite: {row[0]}" for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
    broken = len(list(connection.execute("PRAGMA foreign_key_check")))
    if broken:
        found.append(f"{broken} references point to rows that are gone")
    return found


def _refresh_words(connection: apsw.Connection) -> None:
    """FTS5 looks through the index by the list of its parts that it read last, and finds parts missing once another
    process has put others in their place: a search makes it read the list anew."""
    if connection.table_exists(None, "words"):
        with suppress(apsw.Error):  # damage is for the check to name
            connection.execute("SELECT 1 FROM words WHERE words MATCH 'a' LIMIT 1").fetchall()


def disagreements(connection: apsw.Connection) -> list[str]:
    """Where an index says something else than the memories do; a rebuild mends it."""
    return [*_word_problems(connection), *index_problems(connection)]


def _word_problems(connection: apsw.Connection) -> list[str]:
    missing, surplus = connection.execute(
        "SELECT (SELECT count(*) FROM live WHERE id NOT IN (SELECT id FROM words_docsize)),"
        " (SELECT count(*) FROM words_docsize WHERE id NOT IN (SELECT id FROM live))"
    ).get
    if not missing and not surplus:
        return []
    return [f"the word index lacks {missing} memories and holds {surplus} it should not"]

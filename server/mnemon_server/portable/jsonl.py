"""Memories as JSON lines, streamed in and out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import apsw

from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.save import insert_new
from mnemon_server.errors import MnemonError
from mnemon_server.memory import Memory
from mnemon_server.portable.line import parsed, written
from mnemon_server.vault import captures, memories, origins
from mnemon_server.vault.history import ChangeGroup
from mnemon_server.vault.memories import Draft

_STRETCH = 500
_NAMED = 20  # duplicates and refusals that are named one by one


@dataclass
class Tally:
    """What became of the lines of an import."""

    new: int = 0
    existing: int = 0
    refused: int = 0
    duplicates: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    ignored_fields: set[str] = field(default_factory=set)

    def to_json(self, dry_run: bool) -> dict[str, Any]:
        return {
            "dry_run": dry_run,
            "new": self.new,
            "existing": self.existing,
            "refused": self.refused,
            "duplicates": self.duplicates,
            "more_duplicates": self.existing - len(self.duplicates),
            "refusals": self.refusals,
            "ignored_fields": sorted(self.ignored_fields),
        }


def import_lines(context: ActionContext, lines: Iterable[bytes], dry_run: bool) -> dict[str, Any]:
    """Save every line that holds a memory. Not added again are a uid that is there, whatever became of its memory,
    and a content that is live. A source key that a memory here has is left out.

    A line that cannot be taken is named and passed over. Stopped anywhere, a second run goes on: what is
    there counts as existing.

    Returns:
        `{"dry_run", "new", "existing", "refused", "duplicates": [{"line", "id", "title"}], "more_duplicates",
        "refusals": [{"line", "reason"}], "ignored_fields"}`
    """
    tally = Tally()
    seen: dict[str, int] = {}
    group = ChangeGroup()
    numbered = enumerate(lines, 1)
    while stretch := list(islice(numbered, _STRETCH)):
        drafts = [(number, draft) for number, line in stretch if (draft := _draft(number, line, tally))]
        if dry_run:
            _look(context, drafts, tally, seen)
        else:
            _keep(context, drafts, tally, group)
        context.report(stretch[-1][0], 0)
    return tally.to_json(dry_run)


def export_lines(context: ActionContext) -> Iterator[str]:
    """One line per live memory, oldest id first."""
    last = 0
    while True:
        with context.vault.read() as connection:
            stretch = memories.each_live(connection, last, _STRETCH)
            homes = origins.origins(connection, [memory.id for memory in stretch])
            waiting = {memory.id: captures.find_capture(connection, memory.id) for memory in stretch if memory.captured}
        if not stretch:
            return
        last = stretch[-1].id
        for memory in stretch:
            yield written(memory, homes.get(memory.id, ""), waiting.get(memory.id))


def _keep(context: ActionContext, drafts: list[tuple[int, Draft]], tally: Tally, group: ChangeGroup) -> None:
    with context.vault.write() as connection:
        for number, draft in drafts:
            same = _same(connection, draft)
            if same is None:
                insert_new(context, connection, _with_free_key(connection, draft), context.clock(), group)
                tally.new += 1
            else:
                _note_duplicate(tally, number, same.id, same.title)


def _look(context: ActionContext, drafts: list[tuple[int, Draft]], tally: Tally, seen: dict[str, int]) -> None:
    with context.vault.read() as connection:
        for number, draft in drafts:
            marks = [mark for mark in (memories.content_hash(draft.content), draft.uid) if mark is not None]
            same = _same(connection, draft)
            former = next((seen[mark] for mark in marks if mark in seen), None)
            if same is not None:
                _note_duplicate(tally, number, same.id, same.title)
            elif former is not None:
                _note_duplicate(tally, number, None, f"line {former}")
            else:
                seen |= dict.fromkeys(marks, number)
                tally.new += 1


def _same(connection: apsw.Connection, draft: Draft) -> Memory | None:
    """The memory that this one already is. One that was forgotten here does not come back from elsewhere."""
    known = memories.find_by_uid(connection, draft.uid) if draft.uid is not None else None
    return known or memories.find_live_by_content(connection, draft.content)


def _with_free_key(connection: apsw.Connection, draft: Draft) -> Draft:
    if draft.source_key is None or memories.find_by_key(connection, draft.source_key) is None:
        return draft
    return replace(draft, source_key=None)


def _note_duplicate(tally: Tally, number: int, memory_id: int | None, title: str) -> None:
    tally.existing += 1
    if len(tally.duplicates) < _NAMED:
        tally.duplicates.append({"line": number, "id": memory_id, "title": title})


def _draft(number: int, line: bytes, tally: Tally) -> Draft | None:
    if not line.strip():
        return None
    try:
        return parsed(line, tally.ignored_fields)
    except MnemonError as trouble:
        tally.refused += 1
        if len(tally.refusals) < _NAMED:
            tally.refusals.append({"line": number, "reason": trouble.message})
        return None

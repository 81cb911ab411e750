"""Stop, AfterAgent: keep the decisions, preferences and findings of the turn. Runs detached; nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from mnemon_server.client import connect
from mnemon_server.hooks.answer import Outcome
from mnemon_server.hooks.event import HookEvent
from mnemon_server.hooks.reading import read_on
from mnemon_server.hooks.transcripts import Turn
from mnemon_server.llm import Said, Statement
from mnemon_server.llm.heuristics import Heuristics
from mnemon_server.projects import project_of
from mnemon_server.settings import Settings

# A message that states more than this is a document, not a part of a conversation; the surest are kept.
MOST = 20
MOST_AT_ONCE = 200
# A long session that is read for the first time is heard from its end until the time is up; the rest is let go.
PATIENCE = 25.0  # seconds


def run(event: HookEvent, settings: Settings) -> Outcome:
    """What was said since the last time goes through the judge, and what that finds into the inbox."""
    if not settings.has_vault:
        return Outcome(note="no vault")
    if settings.value("capture") != "on":
        return Outcome(note="switched off")
    with read_on(event, settings, "extract") as stretch:
        statements = worth_keeping(stretch.turns)
        kept = _keep(event, settings, statements) if statements else 0
        stretch.is_done = True
    return Outcome(note=f"{len(stretch.turns)} turns, {len(statements)} statements, {kept} captured")


def worth_keeping(turns: Sequence[Turn], patience: float = PATIENCE) -> list[Statement]:
    """The statements of these turns, at most twenty of one message, in the order they were said."""
    end, judge = time.monotonic() + patience, Heuristics()
    heard: list[list[Statement]] = []
    for turn in reversed(turns):
        if time.monotonic() > end or sum(map(len, heard)) >= MOST_AT_ONCE:
            break
        heard.append(_surest(judge.extract([Said(turn.role, turn.text)])))
    found = {statement.text.casefold(): statement for statements in reversed(heard) for statement in statements}
    return list(found.values())[-MOST_AT_ONCE:]


def _surest(found: Sequence[Statement]) -> list[Statement]:
    surest = sorted(found, key=lambda statement: -statement.weight)[:MOST]
    return [statement for statement in found if statement in surest]


def _keep(event: HookEvent, settings: Settings, statements: Sequence[Statement]) -> int:
    client = connect(settings, event.actor, session=event.session, project=project_of(event.folder))
    try:
        captured = client.call(
            "capture",
            statements=[
                {
                    "title": statement.title,
                    "content": statement.text,
                    "type": statement.type,
                    "role": statement.role,
                    "cue": statement.cue or statement.kind,
                }
                for statement in statements
            ],
        )
    finally:
        client.close()
    return len(captured["captured"])

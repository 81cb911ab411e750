"""Stop, AfterAgent: keep the decisions, preferences and findings of the turn. Runs detached; nobody waits for it."""

from __future__ import annotations

from collections.abc import Sequence

from mnemon_server.client import Reach, VaultClient, connect
from mnemon_server.hooks.answer import Outcome
from mnemon_server.hooks.event import HookEvent
from mnemon_server.hooks.judging import worth_keeping
from mnemon_server.hooks.reading import read_on
from mnemon_server.llm import Statement
from mnemon_server.projects import project_of
from mnemon_server.settings import Settings


def run(event: HookEvent, settings: Settings, reach: Reach = connect) -> Outcome:
    """What was said since the last time goes through the judge, and what that finds into the inbox."""
    if not settings.has_vault:
        return Outcome(note="no vault")
    if settings.value("capture") != "on":
        return Outcome(note="switched off")
    with read_on(event, settings, "extract") as stretch:
        client = reach(settings, event.actor, session=event.session, project=project_of(event.folder))
        try:
            statements = worth_keeping(client, stretch.turns)
            kept = _keep(client, statements) if statements else 0
        finally:
            client.close()
        stretch.is_done = True
    return Outcome(note=f"{len(stretch.turns)} turns, {len(statements)} statements, {kept} captured")


def _keep(client: VaultClient, statements: Sequence[Statement]) -> int:
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
    return len(captured["captured"])

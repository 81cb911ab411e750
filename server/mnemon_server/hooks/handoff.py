"""Stop, AfterAgent: one handoff per session, updated in place. Runs detached; nobody waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from mnemon_server.client import Reach, VaultClient, connect
from mnemon_server.hooks.answer import Outcome
from mnemon_server.hooks.event import HookEvent
from mnemon_server.hooks.judging import summary_of
from mnemon_server.hooks.reading import read_on
from mnemon_server.hooks.transcripts import Turn
from mnemon_server.llm import Said
from mnemon_server.llm.summary import Summary
from mnemon_server.memory import TITLE_LIMIT
from mnemon_server.projects import name_of, project_of
from mnemon_server.settings import Settings

_TITLE_GOAL = 80
_FIRST, _LAST = 6, 60  # turns


def run(event: HookEvent, settings: Settings, reach: Reach = connect) -> Outcome:
    """Summarise the session so far; a trivial one leaves nothing."""
    if not settings.has_vault:
        return Outcome(note="no vault")
    if settings.value("capture") != "on":
        return Outcome(note="switched off")
    if not event.session:
        return Outcome(note="no session")
    with read_on(event, settings, "handoff", from_start=True) as stretch:
        said = [Said(turn.role, turn.text) for turn in _telling(stretch.turns)]
        files = _within(event.folder, stretch.edited)
    client = reach(settings, event.actor, session=event.session)
    try:
        summary = summary_of(client, said, files)
        if summary is None:
            return Outcome(note="trivial")
        return Outcome(note=f"handoff {_put(client, event, summary)}")
    finally:
        client.close()


def _put(client: VaultClient, event: HookEvent, summary: Summary) -> str:
    project = project_of(event.folder)
    goal = summary.goal if len(summary.goal) <= _TITLE_GOAL else summary.goal[:_TITLE_GOAL].rsplit(" ", 1)[0] + "…"
    title = f"Handoff {name_of(project)}: {goal}" if project else f"Handoff: {goal}"
    put = client.call(
        "put_handoff",
        project=project,
        session=event.session,
        title=title[:TITLE_LIMIT],
        content=summary.text(),
    )
    return str(put["outcome"])


def _telling(turns: Sequence[Turn]) -> Sequence[Turn]:
    """The beginning, which has the goal, and the end: a long session costs no more than a short one."""
    return turns if len(turns) <= _FIRST + _LAST else (*turns[:_FIRST], *turns[-_LAST:])


def _within(folder: str, paths: Sequence[str]) -> list[str]:
    """Paths as seen from the session's folder, where they lie in it."""
    shown = []
    for path in paths:
        try:
            shown.append(PurePath(path).relative_to(folder).as_posix() if folder else path)
        except ValueError:
            shown.append(path)
    return list(dict.fromkeys(shown))

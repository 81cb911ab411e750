"""Who judges what was said: the model of the server that holds the vault, where it has one, else the rules here."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from mnemon_server.client import VaultClient
from mnemon_server.errors import MnemonError
from mnemon_server.hooks.transcripts import Turn
from mnemon_server.llm import HEURISTICS, Said, Statement
from mnemon_server.llm.heuristics import Heuristics
from mnemon_server.llm.secrets import redacted
from mnemon_server.llm.sentences import without_private
from mnemon_server.llm.summary import Summary, summarize

# A message that states more than this is a document, not a part of a conversation; the surest are kept.
MOST = 20
MOST_AT_ONCE = 200
# A long session that is read for the first time is heard from its end until the time is up; the rest is let go.
PATIENCE = 25.0  # seconds
# What goes over the wire: the last of it, since a model reads no more in the time of one question.
_MOST_SENT, _LONGEST_SENT = 100, 8_000  # messages, characters of each

Message = Mapping[str, str]


def worth_keeping(client: VaultClient, turns: Sequence[Turn], patience: float = PATIENCE) -> list[Statement]:
    """The statements of these turns, at most twenty of one message, in the order they were said."""
    if turns and _has_model(client):
        try:
            asked = client.call("extract", said=_sent(turns))
            return [_statement(each) for each in asked["statements"]][-MOST_AT_ONCE:]
        except (MnemonError, KeyError, TypeError):
            pass  # the rules need nobody
    return _by_rules(turns, patience)


def summary_of(client: VaultClient, said: Sequence[Said], files: Sequence[str]) -> Summary | None:
    """The summary of a session; None for one that left nothing."""
    if said and _has_model(client):
        try:
            asked = client.call("summarize", said=_sent(said), files=list(files))
            return None if asked["summary"] is None else _summary(asked["summary"])
        except (MnemonError, KeyError, TypeError):
            pass
    return summarize(said, Heuristics().extract(said), files)


def _has_model(client: VaultClient) -> bool:
    """Asked before anything is sent: a conversation leaves this machine only where something reads it better."""
    try:
        return bool(client.call("judge")["name"] != HEURISTICS)
    except (MnemonError, KeyError):
        return False  # a server of an earlier version does not know the question


def _by_rules(turns: Sequence[Turn], patience: float) -> list[Statement]:
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


def _sent(said: Sequence[Turn] | Sequence[Said]) -> list[Message]:
    """Neither private spans nor secrets leave the machine; the end of a long message goes, cut after both."""
    clean: list[Message] = [
        {"role": each.role, "text": redacted(without_private(each.text))[-_LONGEST_SENT:]} for each in said
    ]
    return [each for each in clean if each["text"].strip()][-_MOST_SENT:]


def _statement(sent: Mapping[str, Any]) -> Statement:  # Any: JSON
    """As any other: whatever a server says, no secret gets into the inbox."""
    return Statement(**{**sent, "text": redacted(sent["text"]), "title": redacted(sent["title"])})


def _summary(sent: Mapping[str, Any]) -> Summary:  # Any: JSON
    lists = {name: tuple(map(str, sent[name])) for name in ("done", "decisions", "files", "open")}
    return Summary(goal=str(sent["goal"]), next=str(sent["next"]), **lists)

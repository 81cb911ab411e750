"""What is worth keeping of what was said, by the judge in force. Neither reads nor writes the vault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.errors import UsageError
from mnemon_server.llm import Said

MOST = 400  # messages


def run(context: ActionContext, said: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """`said` are messages, each `{"role": "user" | "assistant", "text"}`, in their order.

    Returns:
        `{"judge": str, "statements": [{"text", "title", "kind", "role", "cue", "weight"}]}`

    Raises:
        UsageError: too many messages, or one of another shape.
    """
    judge = context.judges.judge()
    return {"judge": judge.name, "statements": [vars(each) for each in judge.extract(messages(said))]}


def messages(said: Sequence[Mapping[str, str]]) -> list[Said]:
    """The messages as judges take them.

    Raises:
        UsageError: as `run`.
    """
    if len(said) > MOST:
        raise UsageError(f"at most {MOST} messages are judged at once")
    for each in said:
        if set(each) != {"role", "text"} or not all(isinstance(value, str) for value in each.values()):
            raise UsageError("a message has a role and a text")
    return [Said(each["role"], each["text"]) for each in said]

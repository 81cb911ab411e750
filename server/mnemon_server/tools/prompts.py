"""Prompts a user can pick: recall, remember, handoff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mnemon_server.errors import UsageError


@dataclass(frozen=True)
class Prompt:
    """`argument` is the one text the user fills in; `text` holds its place as `{it}`."""

    name: str
    description: str
    argument: str
    argument_description: str
    required: bool
    text: str
    without: str = ""


PROMPTS: tuple[Prompt, ...] = (
    Prompt(
        "recall",
        "What do we know about this?",
        "topic",
        "What to recall.",
        True,
        "Search my memory (memory_search) for {it}, read the promising hits whole (memory_get), and tell me what is "
        "known: decisions with their reasons, preferences, open ends. Name the memory ids. Say so if there is "
        "nothing, and point out what looks outdated.",
    ),
    Prompt(
        "remember",
        "Keep what matters of this conversation.",
        "what",
        "What to keep; left out, whatever matters.",
        False,
        "Save this to my memory: {it}. Search first, so that an existing memory is superseded instead of doubled.",
        "Look through this conversation for decisions, preferences, corrections and lessons that will matter later. "
        "Search my memory for each first; save what is new, one idea per memory, and pass outdated ones as "
        "`supersedes`. List what you saved.",
    ),
    Prompt(
        "handoff",
        "Leave a note for the next session.",
        "topic",
        "The project or task; left out, the current one.",
        False,
        "Write a handoff for {it} and save it with memory_save, content_type handoff: goal, what is done, decisions, "
        "files touched, open ends, next step. Use a source_key that names the project, so that the next one replaces "
        "this one.",
        "Write a handoff for what we are working on and save it with memory_save, content_type handoff: goal, what is "
        "done, decisions, files touched, open ends, next step. Use a source_key that names the project, so that the "
        "next one replaces this one.",
    ),
)
_BY_NAME = {prompt.name: prompt for prompt in PROMPTS}


def filled(name: str, arguments: Mapping[str, str]) -> tuple[Prompt, str]:
    """The prompt called `name` and its text.

    Raises:
        UsageError: no such prompt, or its argument is missing.
    """
    prompt = _BY_NAME.get(name)
    if prompt is None:
        raise UsageError(f"unknown prompt {name!r}", f"the prompts are {', '.join(_BY_NAME)}")
    given = " ".join(arguments.get(prompt.argument, "").split())
    if not given and prompt.required:
        raise UsageError(f"the prompt {name} needs {prompt.argument!r}")
    return prompt, prompt.text.replace("{it}", given) if given else prompt.without

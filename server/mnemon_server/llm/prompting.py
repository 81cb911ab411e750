"""From texts to a question: what may go before a model, fenced as data, and the shape of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from mnemon_server.llm import CLASSES, TYPES, Stated
from mnemon_server.llm.orders import Order
from mnemon_server.llm.secrets import redacted
from mnemon_server.llm.sentences import sentences, without_private

MOST_SAID = 4_000  # characters of a session: what a laptop reads in the time of one question
MOST_COMPARED = 1_500  # characters of a memory
REASON_LENGTH = 160
_TITLE = 200
_MARGIN = 300  # read more than is shown, so that no secret is cut in two before it is seen
_TEXT_LENGTH = 300
_MOST_STATEMENTS = 12
_MOST_LINES = 5

Schema = dict[str, Any]  # Any: JSON


def own_words(text: str) -> tuple[str, ...]:
    """The sentences of a message that a model may see: no code, nothing pasted, no private span, no secret."""
    return tuple(clean for sentence in sentences(text) if (clean := redacted(sentence.text).strip()))


def extraction(messages: Sequence[tuple[str, str]], seconds: float) -> Order:
    """What is worth keeping of messages, each a role and its text."""
    statement = _object(kind={"enum": list(TYPES)}, text=_line(_TEXT_LENGTH))
    schema = _object(statements={"type": "array", "maxItems": _MOST_STATEMENTS, "items": statement})
    return Order(_words("extract"), _session(messages), schema, 700, seconds)


def summary(messages: Sequence[tuple[str, str]], seconds: float) -> Order:
    """What a session leaves for the next."""
    lines = {"type": "array", "maxItems": _MOST_LINES, "items": _line(REASON_LENGTH)}
    schema = _object(goal=_line(240), done=lines, open=lines, next=_line(REASON_LENGTH))
    return Order(_words("summarize"), _session(messages), schema, 600, seconds)


def comparison(newer: Stated, older: Stated, seconds: float) -> Order:
    """How two memories stand to each other."""
    schema = _object(reason=_line(REASON_LENGTH), relation={"enum": list(CLASSES)})
    user = f"The older note:\n{_fenced(compared(older))}\n\nThe newer note:\n{_fenced(compared(newer))}"
    return Order(_words("compare"), user, schema, 150, seconds)


def compared(stated: Stated) -> str:
    """What a model sees of a memory."""
    parts = (_cut(stated.title, _TITLE), _cut(stated.content, MOST_COMPARED))
    return "\n".join(part for part in parts if part)


def as_written(text: str) -> str:
    """A model's words with the brackets that were taken from what it read."""
    return text.translate(_BRACKETS_BACK)


def _session(messages: Sequence[tuple[str, str]]) -> str:
    return "\n\n".join(f"{role} said:\n{_fenced(text)}" for role, text in messages)


# Nothing in a text may look like the fence, or like a model's own marks such as <|im_end|>.
_BRACKETS = str.maketrans({"<": "‹", ">": "›"})
_BRACKETS_BACK = str.maketrans({"‹": "<", "›": ">"})


def _fenced(text: str) -> str:
    plain = "".join(each if each.isprintable() or each == "\n" else " " for each in text)
    return f"<<<\n{plain.translate(_BRACKETS)}\n>>>"


def _cut(text: str, length: int) -> str:
    return redacted(without_private(text)[: length + _MARGIN])[:length].strip()


@cache
def _words(name: str) -> str:
    return files("mnemon_server.llm").joinpath("prompts", f"{name}.txt").read_text(encoding="utf-8").strip()


def _line(length: int) -> Schema:
    return {"type": "string", "maxLength": length}


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }

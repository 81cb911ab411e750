"""From a model's answer to what the judge says: nothing is taken over that was not said."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mnemon_server.llm import CLASSES, TYPES, Statement
from mnemon_server.llm.grounding import nearest, turns_around, was_said
from mnemon_server.llm.prompting import REASON_LENGTH, as_written
from mnemon_server.llm.secrets import redacted
from mnemon_server.llm.titles import title_of

WEIGHT = 0.8  # a model's answer carries no probability
_LONGEST = 600  # characters
_FEWEST_WORDS = 3
_MARKUP = re.compile(r"<[^<>]{0,80}>")
_FEW_UNSPACED = 6  # characters of a text without spaces between words


class Nonsense(Exception):
    """An answer that cannot be used; the message says why, and quotes none of it."""


@dataclass(frozen=True)
class Heard:
    """A statement, and the number of the message that it is from."""

    message: int
    statement: Statement


def parsed(answer: str) -> dict[str, Any]:  # Any: JSON
    """The object that an answer is.

    Raises:
        Nonsense: it is none.
    """
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        raise Nonsense("an answer was no JSON") from None
    if not isinstance(found, dict):
        raise Nonsense("an answer had another shape")
    return found


def statements_in(answer: dict[str, Any], messages: Sequence[tuple[str, Sequence[str]]]) -> list[Heard]:  # Any: JSON
    """The statements that were really said, each with the message it is from.

    Raises:
        Nonsense: another shape than asked for, or nothing of it was said.
    """
    offered = answer.get("statements")
    if not isinstance(offered, list):
        raise Nonsense("an answer had another shape")
    found = [heard for each in offered if (heard := _heard(each, messages)) is not None]
    if offered and not found:
        raise Nonsense("nothing of an answer was ever said")
    unique = {heard.statement.text.casefold(): heard for heard in reversed(found)}
    return sorted(unique.values(), key=lambda heard: heard.message)


def lines_in(offered: object, source: str, most: int) -> list[str]:
    """The lines that were said, at most so many."""
    texts = offered if isinstance(offered, list) else [offered]
    lines = [_clean(text) for text in texts if isinstance(text, str)]
    return [line for line in dict.fromkeys(lines) if line and was_said(line, source)][:most]


def relation_in(answer: dict[str, Any]) -> tuple[str, str]:  # Any: JSON
    """Class and reason.

    Raises:
        Nonsense: no class there is, or no reason.
    """
    relation, reason = answer.get("relation"), answer.get("reason")
    if relation not in CLASSES or not isinstance(reason, str):
        raise Nonsense("an answer had another shape")
    line = _clean(reason)
    if not any(character.isalnum() for character in line):
        raise Nonsense("an answer gave no reason")
    return str(relation), line if len(line) <= REASON_LENGTH else f"{line[: REASON_LENGTH - 1].rstrip()}…"


def _heard(offered: object, messages: Sequence[tuple[str, Sequence[str]]]) -> Heard | None:
    """A statement with the message that says it; in the speaker's words where the model's turn them around."""
    if not isinstance(offered, dict) or offered.get("kind") not in TYPES or not isinstance(offered.get("text"), str):
        return None
    text, kind = _clean(offered["text"], keep_markup=True), str(offered["kind"])
    if not _is_sentence(text) or not was_said(text, "\n".join(line for _, lines in messages for line in lines)):
        return None
    places = [(number, line) for number, (_, lines) in enumerate(messages) for line in lines]
    place = nearest(text, [line for _, line in places])
    if place < 0:
        return None
    number, line = places[place]
    if turns_around(text, [line]):
        text = redacted(line)
    if len(text) > _LONGEST:
        return None
    return Heard(number, Statement(text, title_of(text), kind, messages[number][0], "", WEIGHT))


def _is_sentence(text: str) -> bool:
    if text.isascii() or " " in text:
        return len(text.split()) >= _FEWEST_WORDS
    return len(text) >= _FEW_UNSPACED


def _clean(text: str, keep_markup: bool = False) -> str:
    """One line, no secret; for what is only shown, no markup either."""
    written = as_written(text)
    plain = written if keep_markup else _MARKUP.sub("", written).replace("<", "").replace(">", "")
    shown = "".join(each if each.isprintable() else " " for each in plain)
    return " ".join(redacted(shown).split())

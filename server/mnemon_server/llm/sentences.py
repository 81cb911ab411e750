"""From a message to the sentences in it: without code, quotes, tables, pasted lines and private spans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mnemon_server.llm.sign import either

MOST_CHARACTERS = 60_000
_LONGEST_ABBREVIATION = 12
# A line this long was pasted, not typed.
LONGEST_LINE = 4_000


@dataclass(frozen=True)
class Sentence:
    """One sentence of a message.

    Attributes:
        text: as it was written, without marks of emphasis.
        is_item: a bullet or a numbered line.
        heading: the nearest heading or introducing line above it.
        place: its number in the message, from 0.
        count: how many sentences the message has.
        length: of the message, in characters.
    """

    text: str
    is_item: bool = False
    heading: str = ""
    place: int = 0
    count: int = 1
    length: int = 0


_PRIVATE = re.compile(r"<(/?)private>", re.IGNORECASE)
_INJECTED = re.compile(r"<(memory-data|hook_context|system-reminder)\b.*?(?:</\1[^>]*>|\Z)", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_ITEM = re.compile(r"^\s*(?:[-*+•–]|\d{1,2}[.)])\s+(?:\[[ xX]\]\s+)?")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+")
_MARKS = re.compile(r"(\*\*|__|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w))")
_END = re.compile(r"(?<=[.!?…])[\"')\]*_]*\s+(?=\S)|(?<=[。！？])")
_ABBREVIATIONS = """
e\\.g|i\\.e|etc|vs|approx|resp|cf|incl|no|nr|z\\.b|d\\.h|u\\.a|bzw|ca|p\\.ej|ej|sr|sra|dr|st|fig|min|max|v
"""
_ABBREVIATED = re.compile(rf"(?:\b(?:{_ABBREVIATIONS.strip()})\.|\b\d+\.|\.\.\.)$", re.IGNORECASE)
# What a line of a log, a mail, a chat, a stack trace or a shell begins with.
_PASTED = re.compile(
    r"^\s*(?:>|\||\$ |% |at \S+\(|File \"|Traceback|\d{4}-\d\d-\d\d[T ]\d\d:|\[\d\d?:\d\d|\d\d?:\d\d(?::\d\d)?\b"
    r"|\[[A-Z]+\]"
    r"|(?:From|To|Subject|Date|Cc|Von|An|Betreff|De|Para|Asunto):\s|(?:INFO|WARN|WARNING|ERROR|DEBUG|TRACE|FATAL)\b"
    r"|[<{}\[\]();]|@@|diff --git|[+-]{3} |commit [0-9a-f]{7,}|-----BEGIN|On .{5,60} wrote:|Am .{5,60} schrieb)"
)
_SOURCES = """
wrote|says?|said|schrieb|schreibt|sagt|dice|escribi[oó]|paste|pasted|pasting|mail|email|thread|slack|logs?|output|message
README|docs?
"""
_INTRODUCED = re.compile(rf"\b(?:{either(_SOURCES)})\b[^.!?\n]{{0,60}}:\s*$", re.IGNORECASE)


def sentences(message: str) -> list[Sentence]:
    """The sentences of one message, in order."""
    found = list(_sentences(without_foreign(message[:MOST_CHARACTERS])))
    count, length = len(found), len(message)
    return [replace(each, place=place, count=count, length=length) for place, each in enumerate(found)]


def _sentences(text: str) -> Iterator[Sentence]:
    heading = ""
    is_quoting = False
    for line in text.split("\n"):
        if not line.strip():
            is_quoting = False
            continue
        if _HEADING.match(line):
            heading = _HEADING.sub("", line).strip()
            continue
        if _PASTED.match(line) or len(line) > LONGEST_LINE or is_quoting or _is_code(line):
            continue
        item = _ITEM.match(line)
        plain = _MARKS.sub("", line[item.end() :] if item else line).strip()
        yield from (Sentence(one, item is not None, heading) for one in _split(plain) if one)
        if plain.endswith(":"):
            heading = plain
            is_quoting = _INTRODUCED.search(plain) is not None


def without_foreign(message: str) -> str:
    """What the speaker said in their own words; a private span that is not closed goes to the end."""
    text = without_private(message.replace("\r\n", "\n"))
    for pattern in (_INJECTED, _CODE):
        text = pattern.sub("\n", text)
    return text


def without_private(text: str) -> str:
    """Spans within spans go as one, and one that is never closed goes to the end."""
    kept, depth, done = [], 0, 0
    for tag in _PRIVATE.finditer(text):
        if tag[1] and depth:
            depth -= 1
            done = tag.end()
        elif not tag[1]:
            if not depth:
                kept.append(text[done : tag.start()])
            depth += 1
    return "\n".join([*kept, "" if depth else text[done:]])


def _split(line: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(line):
        piece = line[start : end.start()]
        if _ABBREVIATED.search(piece[-_LONGEST_ABBREVIATION:]):
            continue
        yield piece.strip()
        start = end.end()
    yield line[start:].strip()


def _is_code(line: str) -> bool:
    """Mostly signs: a line of code, a path, a table."""
    letters = sum(character.isalpha() or character == " " for character in line)
    return letters < 0.6 * len(line)

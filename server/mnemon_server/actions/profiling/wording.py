"""How a profile reads, for people and for models: a heading for each section, a line for each thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]  # Any: JSON, by the contract of actions

_SHOWN_SOURCES = 3
_NO_LETTERS = re.compile(r"\W+")


def page(profile: Json) -> Iterator[str]:
    """All of it, line by line."""
    for section in profile["sections"]:
        yield heading(section["name"])
        for line in section["lines"]:
            yield told(line)


def heading(name: str) -> str:
    return f"## {name}"


def told(line: Json) -> str:
    """`- Title: text (#12, #40; 3 months ago)`; without the title where the text begins with it."""
    return f"- {body(line)} ({origin(line)})"


def body(line: Json) -> str:
    title, text = str(line["title"]), str(line["text"])
    begins_so = _letters(title) and _letters(text).startswith(_letters(title))
    return text if begins_so else f"{title}: {text}"


def origin(line: Json) -> str:
    """The memories that say it, and when it was said last. A server of an earlier version tells of one and a day."""
    sources = line.get("sources", [line["id"]] if line["id"] else [])
    age = age_in_words(line["age_days"]) if "age_days" in line else str(line["day"])
    return origin_of(sources, bool(line.get("heard")), age)


def origin_of(sources: Any, heard: bool, age: str) -> str:  # Any: a list or a tuple of ids
    numbers = ", ".join(f"#{number}" for number in sources[:_SHOWN_SOURCES])
    if len(sources) > _SHOWN_SOURCES:
        numbers += f" and {len(sources) - _SHOWN_SOURCES} more"
    known = ", ".join(part for part in ("heard" if heard else "", numbers) if part)
    return f"{known}; {age}" if known else age


def left_out(profile: Json) -> str:
    """How much did not fit; empty when all of it did."""
    count, stated = profile["left_out"], profile.get("facts_left_out", 0)
    if not count:
        return ""
    of_them = f", {stated:,} of them stated facts" if stated else ""
    return f"{count:,} more left out{of_them}; a larger budget shows more."


def age_in_words(days: int) -> str:
    """`today`, `yesterday`, `5 days ago`, `3 weeks ago`, `4 months ago`, `2 years ago`."""
    if days < 2:
        return "yesterday" if days == 1 else "today"
    for length, unit, least in ((365, "years", 730), (30, "months", 60), (7, "weeks", 14)):
        if days >= least:
            return f"{days // length} {unit} ago"
    return f"{days} days ago"


def _letters(text: str) -> str:
    """What is the same before and after a text is made inert for a model, and whether it was cut or not."""
    return _NO_LETTERS.sub("", text).lower()

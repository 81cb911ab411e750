"""The profile, and a fact that was added to it, as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from mnemon_installer.ui.words import Json, bold, dim
from mnemon_server.actions.profiling import wording


def profile(result: Json) -> Iterator[str]:
    if not result["sections"]:
        yield "the profile is empty; mnemon profile add TITLE CONTENT states a fact"
    for section in result["sections"]:
        yield bold(section["name"])
        for line in section["lines"]:
            yield f"  - {wording.body(line)} " + dim(f"({wording.origin(line)})")
    if result["left_out"]:
        yield f"{wording.left_out(result).removesuffix('.')}: mnemon profile --tokens N"
    if result.get("replaced"):  # an older server tells of none
        yield f"{result['replaced']:,} more gave way to newer ones: mnemon contradictions"


def fact(result: Json) -> Iterator[str]:
    said = {"new": "added to the profile", "updated": "corrected in the profile", "existing": "already in the profile"}
    yield f"{said[result['outcome']]}: {result['title']}"

"""Memories that cannot both stand, and what became of one, as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from mnemon_installer.ui import words
from mnemon_installer.ui.words import Json, bold, dim, entry

_SAYS = {"update": "seems to replace", "contradiction": "contradicts"}


def neighbours(result: Json) -> Iterator[str]:
    memory = result["memory"]
    yield f"judge: {result['judge']}"
    if not result["neighbours"]:
        yield "no neighbours"
    for near in result["neighbours"]:
        yield from entry(near, f"{_standing(near, memory['id'])}: {near['reason']}")
        if near["class"] in _SAYS:
            yield from _ways_out(memory["id"], near["id"])


def conflicts(result: Json) -> Iterator[str]:
    if not result["conflicts"]:
        yield "no two memories were found that cannot both stand"
    for pair in result["conflicts"]:
        newer, older = pair["newer"], pair["older"]
        yield f"{bold('#' + str(newer['id']))} {_SAYS[pair['class']]} {bold('#' + str(older['id']))}  " + dim(
            f"[{pair['reason']}; judge: {pair['judge']}]"
        )
        for memory in (newer, older):
            yield from entry(memory, f"{memory['age_days']:.0f} d old")
        yield from _ways_out(newer["id"], older["id"])
    if result["count"] > len(result["conflicts"]):
        yield f"more than these {len(result['conflicts'])} of {result['count']:,}; --limit shows more"


def _standing(near: Json, asked: int) -> str:
    """What the later of the two does to the other one."""
    if near["class"] not in _SAYS:
        return str(near["class"])
    newer, older = (asked, near["id"]) if near["direction"] == "newer" else (near["id"], asked)
    return f"#{newer} {_SAYS[near['class']]} #{older}"


def _ways_out(one: int, other: int) -> Iterator[str]:
    yield dim(f"      the newer supersedes: mnemon contradictions {one} --resolve {other}")
    yield dim(f"      both stand: mnemon contradictions {one} --keep-both {other}")


def resolved(result: Json) -> Iterator[str]:
    kept = result["kept"]
    if result["superseded"] is None:
        yield f"#{kept['id']} and #{result['other']} both stand; they are not brought up again while neither changes"
        return
    yield f"#{kept['id']} {kept['title']} supersedes #{result['superseded']}; confidence {kept['confidence']:.2f}"


def changes(result: Json) -> Iterator[str]:
    memory = result["memory"]
    yield bold(f"#{memory['id']} {memory['title']}") + f"  {result['state']}"
    yield f"confidence {memory['confidence']:.2f}: " + "; ".join(result["confidence"])
    for change in result["changes"]:
        undone = ", taken back since" if change["undone"] else ""
        yield f"{change['at'][:16].replace('T', ' ')}  {change['what']}  " + dim(f"by {change['actor']}{undone}")
    if not result["changes"]:
        yield "no change stands in history"


def saved(result: Json) -> Iterator[str]:
    """What a save did, what the memory seems to replace or to contradict, and what to type about that."""
    yield from words.saved(result)
    memory = result["memory"]
    for hint in result.get("hints", []):  # a server of an earlier version gives none
        yield f"it {_SAYS[hint['class']]} #{hint['id']} {hint['title']} " + dim(f"({hint['reason']})")
        yield dim(f"  if so: mnemon contradictions {memory['id']} --resolve {hint['id']}")

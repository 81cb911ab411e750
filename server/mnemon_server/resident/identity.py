"""Which program this is, and whether it should take the place of another one."""

from __future__ import annotations

import os

import mnemon_server

Identity = dict[str, str]
_PARTS = 5  # of a version that are looked at


def identity() -> Identity:
    """Version, where the program lies, and a stamp that is another one after it was installed again."""
    path = os.path.realpath(mnemon_server.__file__)
    return {"version": mnemon_server.__version__, "place": os.path.dirname(path), "stamp": stamp_of(path)}


def stamp_of(path: str) -> str:
    try:
        found = os.stat(path)
    except OSError:  # in the middle of an installation
        return ""
    return f"{found.st_mtime_ns}-{found.st_size}-{found.st_ino}"


def is_on_disk(mine: Identity) -> bool:
    """Whether this program is still what a new one would be."""
    return mine["stamp"] == stamp_of(os.path.join(mine["place"], "__init__.py"))


def is_installed(mine: Identity) -> bool:
    """Whether any program lies where this one did."""
    return bool(stamp_of(os.path.join(mine["place"], "__init__.py")))


def should_replace(mine: Identity, theirs: Identity) -> bool:
    """Whether a resident with their identity should give way to one of mine.

    One of the same place that is no more what lies there; one of another place that is older. A program that was
    itself replaced on the disk demands nothing, or two would send each other away for ever.
    """
    if not is_on_disk(mine):
        return False
    if theirs.get("place") == mine["place"]:
        return theirs.get("stamp") != mine["stamp"]
    return _number(mine["version"]) > _number(str(theirs.get("version", "")))


def _number(version: str) -> list[tuple[int, int]]:
    """For comparing: 0.10 is more than 0.9, 1.0 as much as 1.0.0, and 1.0rc1 is less than both."""
    parts = []
    for part in version.split(".")[:_PARTS]:
        digits = len(part) - len(part.lstrip("0123456789"))
        parts.append((int(part[:digits] or 0) if digits < 10 else 0, 0 if digits == len(part) else -1))
    return parts + [(0, 0)] * (_PARTS - len(parts))

"""Backups and former vaults, for people."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote
from typing import Any

from mnemon_installer.ui.console import tidy, tidy_command
from mnemon_installer.ui.progress import megabytes

Json = dict[str, Any]  # Any: JSON, by the contract of the actions
_STANDINGS = {
    "no vault": "there is no vault here; mnemon sync pull brings the backup",
    "no backup": "nothing was ever pushed; mnemon sync push",
    "same": "the newest backup has everything that is here",
    "ahead": "there is something here that the newest backup lacks; mnemon sync push",
    "earlier": "an earlier backup than the newest; mnemon sync push makes it the newest",
    "behind": "the newest backup has something that is not here; mnemon sync pull",
    "apart": "both have something that the other lacks; mnemon sync push says more",
}


def pushed(result: Json) -> Iterator[str]:
    if result["outcome"] == "unchanged":
        yield f"nothing to send: the bucket has this vault already ({_named(result)})"
        return
    how = f"{megabytes(result['sent'])} sent" if result["sent"] else "its snapshot was there already"
    yield f"pushed {_count(result)} to {result['bucket']}: snapshot {result['sha256'][:12]}, {how}"
    if theirs := result["kept"]:
        yield f"the backup of {theirs['machine']} of {_moment(theirs['at'])} ({_count(theirs)}) is kept:"
        yield f"    mnemon sync pull --at {theirs['sha256'][:12]}"


def pulled(result: Json) -> Iterator[str]:
    if result["outcome"] == "unchanged":
        yield f"nothing to do: the vault is this backup already ({_named(result)})"
        return
    yield f"pulled from {result['bucket']}: {_named(result)}"
    yield from _put_aside(result)
    if not result["is_head"]:
        yield "this is not the newest backup; mnemon sync push makes it that"


def standing(result: Json) -> Iterator[str]:
    yield f"bucket     {result['bucket']} at {result['store']}, vault {result['vault']}"
    if head := result["head"]:
        yield f"newest     {_named(head)}, {megabytes(head['bytes'])}"
    yield f"here       {_STANDINGS[result['standing']]}"
    if result["synced_at"]:
        yield f"last sync  {_moment(result['synced_at'])}, snapshot {result['synced_sha256'][:12]}"
    if result["verified_backup"]:
        made = _moment(result["verified_snapshot_at"])
        yield f"verified   {_moment(result['verified_backup'])}, the backup of {made}"
    else:
        yield "verified   never; mnemon sync verify"
    if result["conditional"] is False:
        yield "store      ignores conditional writes: machines are kept apart by claims only"


def history(result: Json) -> Iterator[str]:
    if not result["backups"]:
        yield f"{result['bucket']} has no backup of this vault yet; mnemon sync push"
    width = max((len(each["machine"]) for each in result["backups"]), default=0)
    for each in result["backups"]:
        note = "  newest" if each["head"] else ""
        note += "" if each["available"] else "  expired"
        yield (
            f"{_moment(each['at'])}  {each['sha256'][:12]}  {each['machine']:{width}}  {_count(each):>16}"
            f"  {megabytes(each['bytes']):>10}{note}"
        )
    if (more := result["total"] - len(result["backups"])) > 0:
        yield f"and {more:,} older: mnemon sync history --limit {result['total']}"


def verified(result: Json) -> Iterator[str]:
    yield f"restored and verified: {_named(result)}"


def pruned(result: Json) -> Iterator[str]:
    if not result["snapshots"] and not result["manifests"] and not result["uploads"]:
        yield f"nothing in {result['bucket']} is old enough to be deleted"
        return
    word = "deleted" if result["applied"] else "to delete"
    yield f"{word}: {result['snapshots']:,} snapshots, {megabytes(result['bytes'])}, {result['manifests']:,} manifests"
    if result["uploads"]:
        yield f"{word}: {result['uploads']:,} uploads that were never completed"
    if not result["applied"]:
        yield "mnemon sync prune --apply deletes them"


def archived(result: Json) -> Iterator[str]:
    if not result["copies"]:
        yield f"nothing in {tidy(result['folder'])}"
        return
    width = max(len(each["name"]) for each in result["copies"])
    for each in result["copies"]:
        yield f"{each['name']:{width}}  {_moment(each['at'])}  {megabytes(each['bytes']):>10}"
    yield f"{megabytes(result['bytes'])} in {tidy(result['folder'])}"


def restored(result: Json) -> Iterator[str]:
    yield f"restored {result['restored']} with {_count(result)}"
    yield from _put_aside(result)


def _put_aside(result: Json) -> Iterator[str]:
    if not result["archived"]:
        return
    yield f"the vault before is {tidy(result['archived'])}"
    if result["only_there"]:
        missing = _count({"memories": result["only_there"]})
        yield f"it has {missing} that the vault now lacks; to bring in what is missing:"
        yield "    " + tidy_command(f"mnemon import vault {quote(result['archived'])}")
    if result["newer_there"]:
        newer = _count({"memories": result["newer_there"]})
        yield f"it has a newer form of {newer}, which stays there: mnemon archive restore makes it the vault again"


def _named(backup: Json) -> str:
    by = f" by {backup['machine']}" if backup["machine"] else ""
    return f"snapshot {backup['sha256'][:12]} of {_moment(backup['at'])}{by}, {_count(backup)}"


def _count(backup: Json) -> str:
    return "1 memory" if backup["memories"] == 1 else f"{backup['memories']:,} memories"


def _moment(text: str) -> str:
    return text[:16].replace("T", " ") + "Z"

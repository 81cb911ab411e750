"""Results as text for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mnemon_installer.ui.console import paint, tidy

Json = dict[str, Any]  # Any: JSON, by the contract of actions


def search(result: Json) -> Iterator[str]:
    if not result["memories"]:
        yield f"nothing found{_why_words(result)}"
    for memory in result["memories"]:
        yield from entry(memory, f"{memory['score']:.2f}")
        if "explain" in memory:
            yield "      " + _explained(memory["explain"])
    if "terms" in result:
        yield f"terms: {', '.join(result['terms']) or 'none'}; candidates: {result['candidates']}{_why_words(result)}"


def entries(result: Json) -> Iterator[str]:
    if not result["memories"]:
        yield "no memories"
    for memory in result["memories"]:
        yield from entry(memory, memory["created_at"][:16].replace("T", " "))
    if result.get("truncated"):
        yield f"more than these {len(result['memories'])}; --limit shows more"
    if result.get("next"):
        yield f"more: mnemon timeline --before {result['next']}"


def memory(result: Json) -> Iterator[str]:
    shown = result["memory"]
    pinned = ", pinned" if shown["pinned"] else ""
    yield bold(f"#{shown['id']} {shown['title']}")
    yield dim(f"{shown['type']}, confidence {shown['confidence']:.2f}{pinned}, saved {shown['created_at'][:16]}Z")
    origin = ", ".join(
        f"{name} {shown[key]}" for name, key in (("by", "source_client"), ("key", "source_key")) if shown[key]
    )
    if origin:
        yield dim(origin)
    yield ""
    yield shown["content"]


def related(result: Json) -> Iterator[str]:
    if not result["neighbours"]:
        yield f"nothing is connected to #{result['memory']['id']}"
    for near in result["neighbours"]:
        yield from entry(near, f"{near['kind']} {near['weight']:.2f}: {near['reason']}")


def saved(result: Json) -> Iterator[str]:
    shown = result["memory"]
    if result["outcome"] == "existing":
        yield f"already there as #{shown['id']} {shown['title']}"
    else:
        yield f"{'saved' if result['outcome'] == 'new' else 'updated'} #{shown['id']} {shown['title']}"
    if result["superseded"]:
        yield f"supersedes #{result['superseded']}"


def pinned(result: Json) -> Iterator[str]:
    shown = result["memory"]
    word = "pinned" if shown["pinned"] else "not pinned"
    kept = "" if result["changed"] else " already"
    yield f"#{shown['id']} is{kept} {word}, confidence {shown['confidence']:.2f}"


def forgotten(result: Json) -> Iterator[str]:
    if not result["changed"]:
        yield f"#{result['id']} {result['title']} was forgotten before"
        return
    yield f"forgot #{result['id']} {result['title']}"
    yield f"mnemon restore {result['id']} brings it back"


def restored(result: Json) -> Iterator[str]:
    shown = result["memory"]
    yield f"{'restored' if result['changed'] else 'already there:'} #{shown['id']} {shown['title']}"


def status(result: Json) -> Iterator[str]:
    kinds = ", ".join(f"{count} {name}" for name, count in result["by_type"].items())
    yield f"memories   {result['total']:,}" + (f"  ({kinds})" if kinds else "")
    yield f"           {result['pinned']} pinned, {result['archived']} archived, {result['invalidated']} forgotten"
    yield f"vectors    {result['vectors']:,} with, {result['pending']:,} pending"
    yield f"model      {_model(result)}"
    if judge := result.get("judge"):  # an older server tells of none
        yield f"judge      {judge['name']}" + (f" ({tidy(judge['problem'])})" if judge["problem"] else "")
    yield f"vault      {result.get('remote') or tidy(result['path'])}, {_size(result['bytes'])}, {result['state']}"
    yield f"backup     {result['verified_backup'] or 'never verified'}"
    if result["captured"]:
        yield f"inbox      {result['captured']} captured, not yet confirmed (mnemon inbox)"
    if lately := result.get("injected"):
        yield (
            f"recalled   {lately['tokens']:,} tokens in {lately['days']} days: {lately['memories']} memories,"
            f" {lately['times']} times (mnemon why)"
        )


def swept(result: Json) -> Iterator[str]:
    if not result["count"]:
        yield "nothing has faded past its half-life"
        return
    for shown in result["memories"]:
        yield from entry(shown, f"{shown['age_days']:.0f} days")
    if result["count"] > len(result["memories"]):
        yield f"and {result['count'] - len(result['memories'])} more"
    if result["dry_run"]:
        yield f"{result['count']} would be archived; mnemon sweep --apply does it"
    else:
        yield f"archived {result['count']}; mnemon restore ID brings one back"


def rebuilt(result: Json) -> Iterator[str]:
    yield f"indexed the words of {result['words']:,} memories"
    if result["reason"]:
        yield f"no vectors: {result['reason']}"
    else:
        yield f"embedded {result['embedded']:,} passages with {result['model']}"


def imported(result: Json) -> Iterator[str]:
    yield f"imported {result['new']:,}, already there {result['existing']:,}, refused {result['refused']:,}"
    for line in result["duplicates"]:
        yield f"  line {line['line']}: already there as #{line['id']} {line['title']}"
    if result["more_duplicates"]:
        yield f"  and {result['more_duplicates']} more"
    if result["dry_run"]:
        yield "nothing was written (--dry-run)"


def entry(shown: Json, note: str) -> Iterator[str]:
    """A memory in a list: two lines."""
    pinned = " pinned" if shown["pinned"] else ""
    yield f"{bold('#' + str(shown['id']))} {shown['title']}  " + dim(f"[{shown['type']}{pinned}, {note}]")
    yield f"      {shown['snippet']}"


def _explained(parts: Json) -> str:
    cosine = "-" if parts["cosine"] is None else f"{parts['cosine']:.3f}"
    return dim(
        f"score {parts['score']:.3f} = fusion {parts['relevance']:.3f} (bm25 {parts['bm25']:.3g}, cosine {cosine})"
        f" x recency {parts['recency']:.2f}, confidence {parts['confidence']:.2f}"
    )


def _why_words(result: Json) -> str:
    return f" (words only: {result['reason']})" if result["reason"] else ""


def _model(result: Json) -> str:
    model = result["model"]
    if not model["present"] and "remote" in result:
        return f"{model['name']} is not on the server: words only"
    if not model["present"]:
        return f"{model['name']} is not on this machine: words only (mnemon model fetch)"
    return str(model["name"])


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


def bold(text: str) -> str:
    """Bold where the result goes to a terminal."""
    return paint(text, "bold", _stdout())


def dim(text: str) -> str:
    """Dim where the result goes to a terminal."""
    return paint(text, "dim", _stdout())


def _stdout() -> Any:  # Any: as paint takes it
    import sys

    return sys.stdout

"""What hooks captured and recalled, and what undo took back, as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from mnemon_installer.ui.words import Json, bold, dim


def undone(result: Json) -> Iterator[str]:
    told = "would take" if result["dry_run"] else "took"
    yield f"{told} back: {result['action']} by {result['actor']}, {result['at'][:16]}Z"
    for change in result["changes"]:
        number = f"#{change['id']} " if change["id"] else ""
        yield f"  {change['action']}: {number}{change['title']}"
    if result["count"] > len(result["changes"]):
        yield f"  and {result['count'] - len(result['changes'])} more"
    for reason in result["left"]:
        yield f"  left as it is: {reason}"


def inbox(result: Json) -> Iterator[str]:
    if not result["memories"]:
        yield "the inbox is empty: hooks have captured nothing that waits for you"
        return
    for memory in result["memories"]:
        said = "you said" if memory["role"] == "user" else "the model said"
        source = memory["source_client"].removesuffix("-hook")
        yield f"{bold('#' + str(memory['id']))} {memory['snippet']}"
        yield dim(
            f"      {memory['type']}; {said}, {source}, {memory['created_at'][:16]}Z; by the words {memory['cue']!r}"
        )
    if result["total"] > len(result["memories"]):
        yield f"{result['total'] - len(result['memories'])} more; --limit shows more"
    yield dim("mnemon inbox keep ID..., mnemon inbox drop ID...")


def kept(result: Json) -> Iterator[str]:
    for each in result["done"]:
        memory = each["memory"]
        word = "kept" if each["changed"] else "kept already:"
        yield f"{word} #{memory['id']} {memory['title']}, confidence {memory['confidence']:.2f}"


def dropped(result: Json) -> Iterator[str]:
    for each in result["done"]:
        yield f"{'dropped' if each['changed'] else 'dropped before:'} #{each['id']} {each['title']}"


def recalled(result: Json) -> Iterator[str]:
    if not result["recalled"]:
        yield "no hook has put anything before a model yet"
    for each in result["recalled"]:
        when = each["at"][:16].replace("T", " ")
        number = f"#{each['id']}" if each["id"] else "profile"  # a fact that the user has stated has no memory's id
        yield f"{bold(number)} {each['title']}  " + dim(f"[{when}Z, {each['client']}]")
        yield "      " + dim(f"{_reason(each)}; {each['tokens']} tokens")


def _reason(each: Json) -> str:
    if each["score"] is None:
        return "given at the start of the session: the last handoff of the project, or the profile"
    meaning = "" if each["cosine"] is None else f", cosine {each['cosine']:.2f}"
    shared = ", ".join(each["terms"]) or "none"
    return f"score {each['score']:.2f}, floor {each['floor']:.2f}; the prompt's words {shared}{meaning}"

"""Results as compact text for a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mnemon_server.actions.profiling import wording
from mnemon_server.tools.fence import defang, fence

Json = dict[str, Any]  # Any: JSON, by the contract of actions


def search(result: Json) -> str:
    found = result["memories"]
    if not found:
        return f"No memory matches ({_mode(result)})."
    lines = [_line(memory, f"score {memory['score']:.2f}") for memory in found]
    return f"{len(found)} memories, best first ({_mode(result)}).\n{fence(_joined(lines))}"


def get(result: Json) -> str:
    memory = result["memory"]
    head = f"#{memory['id']} {memory['type']}, confidence {memory['confidence']:.2f}, saved {memory['created_at'][:10]}"
    if memory["updated_at"][:10] != memory["created_at"][:10]:
        head += f", changed {memory['updated_at'][:10]}"
    if memory["source_client"]:
        head += f", by {defang(memory['source_client'])}"
    return f"{head}\n{fence(memory['title'] + chr(10) + memory['content'])}"


def timeline(result: Json) -> str:
    if not result["memories"]:
        return "No memories here."
    text = fence(_joined([_line(memory, memory["created_at"][:16]) for memory in result["memories"]]))
    return f"{text}\nMore: before={result['next']}" if result["next"] else text


def related(result: Json) -> str:
    if not result["neighbours"]:
        return f"Nothing is connected to memory {result['memory']['id']}."
    lines = [_line(near, f"{near['kind']} {near['weight']:.2f}, {near['reason']}") for near in result["neighbours"]]
    return fence(_joined(lines))


def save(result: Json) -> str:
    memory = result["memory"]
    title = defang(memory["title"])
    said = {
        "new": f"Saved as memory {memory['id']}.",
        "updated": f"Updated memory {memory['id']}.",
        "existing": f"Already there as memory {memory['id']} under the title {title!r}; nothing was added.",
    }[result["outcome"]]
    if result["superseded"]:
        said += f" It supersedes memory {result['superseded']}."
    return "\n".join([said, *(_hint(hint) for hint in result.get("hints", []))])


def _hint(hint: Json) -> str:
    says = "may update" if hint["class"] == "update" else "may contradict"
    told = fence(f"{hint['title']} ({hint['reason']})")
    return f"It {says} memory {hint['id']}; if it takes its place, save it again with supersedes={hint['id']}.\n{told}"


def pin(result: Json) -> str:
    memory = result["memory"]
    how = "Pinned" if result["changed"] else "Already pinned:"
    return f"{how} memory {memory['id']} (confidence {memory['confidence']:.2f})."


def forget(result: Json) -> str:
    if not result["changed"]:
        return f"Memory {result['id']} was forgotten before."
    return f"Forgot memory {result['id']}. `mnemon restore {result['id']}` brings it back."


def status(result: Json) -> str:
    kinds = ", ".join(f"{count} {name}" for name, count in result["by_type"].items()) or "nothing yet"
    model = result["model"]
    reach = f"{result['vectors']} with vectors, {result['pending']} pending"
    model_text = model["name"] if model["present"] else f"none ({model['name']} is not here; words only)"
    backup = result["verified_backup"] or "never"
    judge = f" Judge: {result['judge']['name']}." if "judge" in result else ""  # an older server tells of none
    return (
        f"{result['total']} memories ({kinds}); {reach}; {result['pinned']} pinned, {result['invalidated']} forgotten"
        f" or superseded, {result['archived']} archived. Model: {model_text}.{judge}"
        f" {result['bytes']:,} bytes."
        f" Last verified backup: {backup}."
    )


def sweep(result: Json) -> str:
    if not result["count"]:
        return "Nothing has faded past its half-life."
    how = "would be archived (dry run)" if result["dry_run"] else "were archived"
    lines = [_line(memory, f"{memory['age_days']:.0f} d") for memory in result["memories"]]
    return f"{result['count']} memories {how}.\n{fence(_joined(lines))}"


def rebuild(result: Json) -> str:
    if result["reason"]:
        return f"Indexed the words of {result['words']} memories. No vectors: {result['reason']}."
    return (
        f"Indexed the words of {result['words']} memories; {result['pending']} passages are being embedded with"
        f" {result['model']} in the background."
    )


def contradictions(result: Json) -> str:
    if not result["neighbours"]:
        return f"No neighbours (judge: {result['judge']})."
    asked = result["memory"]["id"]
    lines = [_line(near, f"{_standing(near, asked)}, {near['reason']}") for near in result["neighbours"]]
    return f"Judge: {result['judge']}.\n{fence(_joined(lines))}"


def _standing(near: Json, asked: int) -> str:
    """How the two stand to each other, with the one that was said later in front."""
    if near["class"] not in ("update", "contradiction"):
        return str(near["class"])
    newer, older = (asked, near["id"]) if near["direction"] == "newer" else (near["id"], asked)
    return f"{near['class']}: #{newer} is newer than #{older}"


def profile(result: Json) -> str:
    if not result["sections"]:
        return "The profile is empty. Facts, preferences and decisions that are saved appear here."
    # A title and a text that are harmless each may make a turn of a conversation together.
    text = fence(defang(_joined(list(wording.page(result)))))
    left_out = wording.left_out(result)
    return f"{text}\n{left_out}" if left_out else text


def fact(result: Json) -> str:
    said = {
        "new": "Added to the profile",
        "updated": "Corrected in the profile",
        "existing": "Already in the profile",
    }
    return f"{said[result['outcome']]}: {defang(result['title'])}."


def inert(value: Any) -> Any:  # Any: JSON in, JSON out
    """A structured result with every text made safe to show to a model."""
    if isinstance(value, str):
        return defang(value)
    if isinstance(value, dict):
        return {key: inert(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [inert(entry) for entry in value]
    return value


Renderer = Callable[[Json], str]


def _line(memory: Json, note: str) -> str:
    age = f"{memory['age_days']:.0f} d old"
    pinned = ", pinned" if memory["pinned"] else ""
    return f"#{memory['id']} [{memory['type']}, {age}{pinned}, {note}] {memory['title']}\n   {memory['snippet']}"


def _joined(lines: list[str]) -> str:
    return "\n".join(lines)


def _mode(result: Json) -> str:
    return "by words and meaning" if result["mode"] == "hybrid" else f"by words only: {result['reason']}"

"""What uninstall says: of the memories before it begins, and at its end of what it leaves to the user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from shlex import quote
from typing import Any

from mnemon_installer.facts.leftovers import Leftovers, VaultFacts, program_removal
from mnemon_installer.facts.resident import names_of
from mnemon_installer.flows.uninstall import counted
from mnemon_installer.plan.engine import Result
from mnemon_installer.plan.plan import Outlook
from mnemon_installer.plan.step import Needed
from mnemon_installer.ui.console import tint
from mnemon_installer.ui.web_left_words import left_on_the_web
from mnemon_server.client.resident_told import Guest

EXPORT = "mnemon export jsonl memories.jsonl"
_CONNECTORS = "https://claude.ai/settings/connectors"
_MOST_NAMES = 6


def memory_lines(vault: VaultFacts | None, keep_vault: bool, remote: str = "") -> Iterator[str]:
    """What becomes of the memories, and how to keep them."""
    if vault is None:
        return
    if keep_vault:
        yield f"The vault stays: {counted(vault)} in {vault.path}."
    elif vault.memories or vault.problem:
        if vault.verified_copy:
            lacks = "it has all of them" if vault.is_copied else "it may lack what was saved since"
            yield f"A backup elsewhere was verified on {vault.verified_copy[:10]}; {lacks}."
        else:
            yield f"{_them(vault)} for good: no verified copy exists anywhere else."
        them = "it" if vault.memories == 1 else "them"
        if remote:
            yield f"To keep {them}, first: mnemon setup --remote-url {quote(remote)} --send-memories"
        else:
            yield f"To keep {them}, first: {EXPORT}   (or uninstall with --keep-vault)"


def left_of(found: Leftovers, connectors: Sequence[str], keep_vault: bool) -> list[dict[str, Any]]:  # Any: JSON
    """What uninstall leaves, each with the reason and, where there is one, the command for it."""
    return [
        {"what": what, "why": why, "command": command, "required": required}
        for what, why, command, required in _left(found, connectors, keep_vault)
    ]


def left_lines(left: Iterable[dict[str, Any]]) -> Iterator[str]:  # Any: JSON
    """The same for people; what they must do comes last, where it is read."""
    listed = list(left)
    if any(not each["required"] for each in listed):
        yield "Left as it is:"
    for each in listed:
        if not each["required"]:
            yield f"  {each['what']}" + (f": {each['why']}" if each["why"] else "")
            if each["command"]:
                yield f"      {each['command']}"
    for each in listed:
        if each["required"]:
            yield f"{tint('⚠ REQUIRED', 'yellow')}  {each['what']}: {each['why']}"
            yield f"            {each['command']}"


def closing_lines(results: Sequence[Result], is_rehearsal: bool, clients: Sequence[Guest] = ()) -> Iterator[str]:
    """How it went, and what running clients still know; `clients` were connected when it began."""
    if is_rehearsal:
        yield "This was a dry run: nothing was changed."
        return
    failed = dict.fromkeys(result.step.subject for result in results if result.is_failure)
    if failed:
        names = ", ".join(failed)
        yield f"Not done: {names}. Run `mnemon uninstall` again when that is mended; what is done stays done."
    changed = [
        result.step.subject for result in results if result.outcome == "done" and result.step.key.endswith(".entry")
    ]
    if changed:
        yield f"Restart {', '.join(changed)}: what runs now still has mnemon."
    if clients:
        yield f"Clients that still run ({names_of(clients)}) use mnemon until they are restarted."
    if not failed:
        yield "mnemon is out of this machine's clients."


def uninstall_problems(results: Sequence[Result]) -> list[dict[str, str]]:
    """Steps that did not go well, in the shape of `--json`."""
    return [
        {"code": result.step.key, "message": result.message, "hint": result.hint}
        for result in results
        if not result.is_satisfied
    ]


def uninstall_result(
    found: Leftovers, outlooks: Sequence[Outlook], results: Sequence[Result], *, keep_vault: bool, is_rehearsal: bool
) -> dict[str, Any]:  # Any: JSON
    return {
        "dry_run": is_rehearsal,
        "keep_vault": keep_vault,
        "nothing_to_do": not outlooks,
        "vault": _vault(found.vault),
        "web": {"url": found.web.url, "memories": found.web.memories} if found.web.url else None,
        "steps": [_step(outlook, result) for outlook, result in zip(outlooks, results, strict=True)],
    }


def _left(found: Leftovers, connectors: Sequence[str], keep_vault: bool) -> Iterator[tuple[str, str, str | None, bool]]:
    folder, belongings = found.settings.folder, found.belongings
    for entry in found.foreign:
        yield f"the server called mnemon in {entry.place.path}", "it is not this one", None, False
    for place, removal in found.shadows:
        yield f"the server called mnemon in {place}", "setup did not put it there", removal, False
    if keep_vault:
        yield f"the vault's folder {folder}", "--keep-vault", None, False
    elif belongings.strangers:
        names = ", ".join(each.name for each in belongings.strangers[:_MOST_NAMES])
        more = len(belongings.strangers) - _MOST_NAMES
        names += f" and {more} more" if more > 0 else ""
        yield f"{folder} with {names}", "mnemon did not make that", None, False
    elif folder.is_dir() and folder not in belongings.folders:
        yield f"the folder {folder}", "mnemon did not make it", None, False
    yield from ((what, why, command, False) for what, why, command in left_on_the_web(found.web))
    yield "the program itself", "", program_removal(), False
    if connectors:
        why = "only you can remove one that leads to mnemon"
        yield f"connectors of your claude.ai account ({', '.join(connectors)})", why, _CONNECTORS, True


def _them(vault: VaultFacts) -> str:
    if vault.problem:
        return "What is in the vault goes"
    return "This memory goes" if vault.memories == 1 else f"These {vault.memories:,} memories go"


def _vault(vault: VaultFacts | None) -> dict[str, Any] | None:  # Any: JSON
    if vault is None:
        return None
    counts = {"memories": vault.memories, "archived": vault.archived, "invalidated": vault.forgotten}
    if vault.problem:
        counts = dict.fromkeys(counts)  # type: ignore[assignment]  # null: nobody knows
    return {"path": str(vault.path), **counts, "verified_copy": vault.verified_copy, "problem": vault.problem}


def _step(outlook: Outlook, result: Result) -> dict[str, str]:
    return {
        "key": result.step.key,
        "subject": result.step.subject,
        "describe": result.step.describe(),
        "outcome": result.outcome,
        "message": result.message,
        "hint": result.hint,
        "diff": outlook.verdict.diff if isinstance(outlook.verdict, Needed) else "",
    }

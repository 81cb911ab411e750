"""What setup says at its end, to people and to programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mnemon_installer.checks.check import Finding
from mnemon_installer.clients import Client
from mnemon_installer.facts.survey import Facts
from mnemon_installer.flows.choices import Choices
from mnemon_installer.flows.setup import chosen_clients
from mnemon_installer.plan.engine import Result
from mnemon_installer.plan.plan import Outlook
from mnemon_installer.plan.step import Needed
from mnemon_installer.steps.add_hooks import AddHooks
from mnemon_installer.ui.finding_lines import as_json as finding_json
from mnemon_installer.ui.finding_lines import finding_problems
from mnemon_installer.ui.web_words import vault_lines
from mnemon_installer.world import World

_TRY = 'Try it: tell your client "remember that ...", then look with `mnemon search ...`.'


def restart_lines(world: World, facts: Facts, choices: Choices, results: Sequence[Result]) -> Iterator[str]:
    """What makes each client see the new server, and run new hooks."""
    if world.is_rehearsal:
        return
    failed = _failed(results)
    for found in chosen_clients(facts, choices):
        if found.client.title in failed:
            continue
        if found.is_installed:
            yield f"Next, for {found.client.title}: {found.client.next_step}."
        else:
            yield f"{found.client.title} is not on this machine; its entry waits in {found.config_path}."
        yield from _hook_lines(found.client, results)


def _hook_lines(client: Client, results: Sequence[Result]) -> Iterator[str]:
    is_there = any(
        result.is_satisfied and isinstance(result.step, AddHooks) and result.step.client is client for result in results
    )
    if client.hooks is not None and client.hooks.next_step and is_there:
        yield f"Next, for the hooks of {client.title}: {client.hooks.next_step}."


def closing_lines(world: World, facts: Facts, choices: Choices, results: Sequence[Result]) -> Iterator[str]:
    """What is left to do, and how to try it."""
    if world.is_rehearsal:
        yield "This was a dry run: nothing was changed."
        return
    failed, chosen = _failed(results), chosen_clients(facts, choices)
    yield from vault_lines(facts, choices, results)
    if failed:
        yield f"Not done: {', '.join(failed)}. Run `mnemon setup` again when that is mended; the rest is kept."
    if any(found.is_installed and found.client.title not in failed for found in chosen):
        yield _TRY
    if not chosen:
        names = " ".join(found.client.name for found in facts.clients)
        if not any(found.is_installed for found in facts.clients):
            yield f"No MCP client was found ({names}). Install one, then run `mnemon setup` again."
        yield f"Any other client can start this command over stdio: {facts.launcher.path or 'mnemon'} serve"


def _failed(results: Sequence[Result]) -> list[str]:
    return list(dict.fromkeys(result.step.subject for result in results if result.is_failure))


def setup_result(
    world: World, facts: Facts, outlooks: Sequence[Outlook], results: Sequence[Result], findings: Sequence[Finding]
) -> dict[str, Any]:  # Any: JSON
    return {
        "dry_run": world.is_rehearsal,
        "vault": facts.settings.remote or str(facts.settings.vault_path),
        "memories_here": facts.memories_here,
        "launcher": str(facts.launcher.path) if facts.launcher.path else None,
        "steps": [step_json(outlook, result) for outlook, result in zip(outlooks, results, strict=True)],
        "findings": [finding_json(finding) for finding in findings],
    }


def setup_problems(results: Sequence[Result], findings: Sequence[Finding]) -> list[dict[str, str]]:
    """Steps and checks that did not go well, in the shape of `--json`."""
    steps = [
        {"code": result.step.key, "message": result.message, "hint": result.hint}
        for result in results
        if not result.is_satisfied
    ]
    return steps + finding_problems(findings)


def step_json(outlook: Outlook, result: Result) -> dict[str, str]:
    """A step and what became of it."""
    return {
        "key": result.step.key,
        "subject": result.step.subject,
        "describe": result.step.describe(),
        "outcome": result.outcome,
        "message": result.message,
        "hint": result.hint,
        "diff": outlook.verdict.diff if isinstance(outlook.verdict, Needed) else "",
    }

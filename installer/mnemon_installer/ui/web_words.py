"""What setup says when the vault is on the web, or was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote

from mnemon_installer.facts.survey import Facts
from mnemon_installer.flows.choices import Choices
from mnemon_installer.plan.engine import Result


def vault_lines(facts: Facts, choices: Choices, results: Sequence[Result]) -> Iterator[str]:
    """Memories that are elsewhere than the vault in use, and how to get them there."""
    settings = facts.settings
    if settings.remote and facts.memories_here and not choices.send_memories:
        stay = "1 memory of this machine stays"
        if facts.memories_here > 1:
            stay = f"{facts.memories_here:,} memories of this machine stay"
        yield f"{stay} in {settings.vault_path}; no command reads it. To send what is there:"
        yield f"    mnemon setup --remote-url {quote(settings.remote)} --send-memories"
    if choices.vault == "local" and any(result.step.key == "vault" and result.is_satisfied for result in results):
        yield f"This machine uses the vault {settings.vault_path} now; the one on the web stays as it is."
        if copies := sorted(settings.archive_folder.glob("pre-web-*.sqlite")):
            aside = quote(str(settings.folder / "former"))
            yield "To bring in what was here before the web:"
            yield (
                f"    mkdir -m 700 {aside} && cp {quote(str(copies[-1]))} {aside}/default.sqlite"
                f" && MNEMON_VAULT_DIR={aside} mnemon export jsonl - | mnemon import jsonl - && rm -r {aside}"
            )

"""Prompts of later sessions against a vault of what earlier ones left: do the right memories surface, and no others?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.golden.cases import Case

from mnemon_server.client.in_process import InProcess
from mnemon_server.llm import TYPES
from mnemon_server.settings import Settings


@dataclass(frozen=True)
class Surfaced:
    """Of `related` prompts `hits` were given a memory they need; of `unrelated` ones `silent` were given none."""

    related: int
    hits: int
    unrelated: int
    silent: int


def surfacing(folder: Path, cases: Sequence[Case], model: str = "") -> Surfaced:
    """All kept statements of all cases in one vault, each under its case's project; every later prompt asked there."""
    client = InProcess(Settings(folder, model_path_from_environment=model), "cli")
    try:
        ids = {(case.name, place): _save(client, case, place) for case in cases for place in range(len(case.keep))}
        if model:
            client.call("embed_pending")
        hits = [
            bool({ids[case.name, need] for need in later.needs} & set(_ids(client, later.prompt, case)))
            for case in cases
            for later in case.related
        ]
        silent = [not _ids(client, prompt, case) for case in cases for prompt in case.unrelated]
    finally:
        client.close()
    return Surfaced(len(hits), sum(hits), len(silent), sum(silent))


def _save(client: InProcess, case: Case, place: int) -> int:
    statement = case.keep[place]
    client.context = replace(client.context, project=case.cwd)
    saved = client.call("save", title=statement.title, content=statement.said, content_type=TYPES[statement.kind])
    return int(saved["memory"]["id"])


def _ids(client: InProcess, prompt: str, case: Case) -> list[int]:
    return [memory["id"] for memory in client.call("surface", prompt=prompt, project=case.cwd)["memories"]]

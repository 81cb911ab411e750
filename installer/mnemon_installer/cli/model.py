"""The embedding model on this machine: fetch it, look at it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from mnemon_installer.cli.vault_access import JsonFlag, settings
from mnemon_installer.ui import console
from mnemon_installer.ui.progress import download_progress, megabytes
from mnemon_server.embed.fast import locate
from mnemon_server.embed.files import ModelFiles
from mnemon_server.errors import ModelBroken, ModelMissing

ForceFlag = Annotated[bool, typer.Option("--force", help="Ask the hub again, check every file, download what differs.")]


def group(context: typer.Context) -> None:
    """The embedding model, which lets search find what is meant and not only what was written."""
    if context.invoked_subcommand is None:
        console.out(context.get_help())


def fetch(force: ForceFlag = False, json: JsonFlag = False) -> None:
    """Download the model, or go on with a download that was interrupted."""
    from mnemon_server.embed.fetch import fetch_model

    ours = settings()
    before = locate(ours)
    with download_progress(f"fetching {before.name}") as report:
        fetch_model(ours, report, force)
    if ours.model_path:
        console.say("nothing to fetch: model_path names a folder that is on this machine")
    elif before.folder and not before.problem and not force:
        console.say("nothing to fetch: the model is on this machine")
    console.show(_described(locate(ours)), _lines, json)


def status(json: JsonFlag = False) -> None:
    """Say which model is in use, where it is, and whether it is whole."""
    files = locate(settings())
    console.show(_described(files), _lines, json, _problems(files))


def _described(files: ModelFiles) -> dict[str, Any]:  # Any: JSON
    return {
        "name": files.name,
        "present": files.folder is not None,
        "folder": str(files.folder) if files.folder else None,
        "bytes": _size(files.folder) if files.folder else 0,
        "problem": files.problem or None,
    }


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _problems(files: ModelFiles) -> list[dict[str, str]]:
    if files.folder is None:
        missing = files.problem or f"the embedding model {files.name} is not here: search finds words only"
        return [ModelMissing(missing, files.hint).to_json()]
    return [ModelBroken(files.problem, files.hint).to_json()] if files.problem else []


def _lines(described: dict[str, Any]) -> Iterable[str]:
    present = "no" if not described["present"] else "damaged" if described["problem"] else "yes"
    yield f"model    {described['name']}"
    yield f"present  {present}"
    if described["folder"]:
        yield f"folder   {console.tidy(described['folder'])}"
        yield f"size     {megabytes(described['bytes'])}"

"""The models on this machine, for search and for the judge: fetch them, look at them."""

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
from mnemon_server.errors import ModelBroken, ModelMissing, UsageError
from mnemon_server.llm import model_files
from mnemon_server.llm.judges import described as judge_of
from mnemon_server.settings import Settings

ForceFlag = Annotated[bool, typer.Option("--force", help="Ask the hub again, check every file, download what differs.")]
JudgeFlag = Annotated[
    bool, typer.Option("--judge", help="The judge's model instead: a large download, so it asks first.")
]
YesFlag = Annotated[bool, typer.Option("--yes", "-y", help="With --judge: do not ask.")]


def group(context: typer.Context) -> None:
    """The embedding model, which lets search find what is meant and not only what was written; and the judge's."""
    if context.invoked_subcommand is None:
        console.out(context.get_help())


def fetch(judge: JudgeFlag = False, force: ForceFlag = False, yes: YesFlag = False, json: JsonFlag = False) -> None:
    """Download the model, or go on with a download that was interrupted."""
    ours = settings()
    if judge:
        _fetch_judge(ours, force, yes)
    else:
        _fetch_embedder(ours, force)
    console.show(_described(ours), _lines, json)


def status(json: JsonFlag = False) -> None:
    """Say which models are in use, where they are, and whether they are whole."""
    ours = settings()
    console.show(_described(ours), _lines, json, _problems(locate(ours)))


def _fetch_embedder(ours: Settings, force: bool) -> None:
    from mnemon_server.embed.fetch import fetch_model

    before = locate(ours)
    with download_progress(f"fetching {before.name}") as report:
        fetch_model(ours, report, force)
    if ours.model_path:
        console.say("nothing to fetch: model_path names a folder that is on this machine")
    elif before.folder and not before.problem and not force:
        console.say("nothing to fetch: the model is on this machine")


def _fetch_judge(ours: Settings, force: bool, yes: bool) -> None:
    from mnemon_installer.ui.questions import can_ask, confirm
    from mnemon_server.llm.model_fetch import Offer, fetch_judge

    def consent(offer: Offer) -> bool:
        what = f"the judge's model {offer.repository} is {megabytes(offer.total)}"
        if yes:
            console.say(what)
            return True
        if not can_ask():
            raise UsageError(f"{what}: without a terminal fetching it wants --yes", f"{model_files.FETCH} --yes")
        return confirm(f"{what}. Download it?")

    before = model_files.locate(ours)
    with download_progress(f"fetching {before.name}") as report:
        folder = fetch_judge(ours, consent, report, force)
    if folder is None:
        console.say("nothing was fetched")
        raise typer.Exit(1)
    if ours.llm_path:
        console.say("nothing to fetch: llm_path names a folder that is on this machine")
    elif before.folder and not before.problem and not force:
        console.say("nothing to fetch: the judge's model is on this machine")


def _described(ours: Settings) -> dict[str, Any]:  # Any: JSON
    judge, state = model_files.locate(ours), judge_of(ours)
    return _files(locate(ours)) | {
        "judge": _files(judge) | {"in_force": state.name, "reason": state.problem or None},
    }


def _files(files: ModelFiles) -> dict[str, Any]:  # Any: JSON
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
    yield from _lines_of("model", described)
    judge = described["judge"]
    reason = f": {console.tidy(judge['reason'])}" if judge["reason"] else ""
    yield f"judge    {judge['in_force']}{reason}"
    if judge["present"]:
        yield from _lines_of("its model", judge)


def _lines_of(what: str, described: dict[str, Any]) -> Iterable[str]:
    present = "no" if not described["present"] else "damaged" if described["problem"] else "yes"
    yield f"{what:<8} {described['name']}"
    yield f"present  {present}"
    if described["folder"]:
        yield f"folder   {console.tidy(described['folder'])}"
        yield f"size     {megabytes(described['bytes'])}"

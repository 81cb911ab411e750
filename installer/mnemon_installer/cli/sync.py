"""Backups of the vault in your own S3 bucket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Annotated, Any

import typer

from mnemon_installer.cli.this_machine import this_machine
from mnemon_installer.cli.vault_access import JsonFlag, settings, vault
from mnemon_installer.facts.web_survey import app_at, known_apps
from mnemon_installer.ui import console, sync_words
from mnemon_installer.ui.progress import megabytes, transfer_progress
from mnemon_server.client import VaultClient
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import MnemonError

_SLOW = 50_000_000  # bytes of a vault that takes a while to be copied


class OnTheWeb(MnemonError):
    """The vault of this machine is not the one in use."""

    code = "on-the-web"


def group(context: typer.Context) -> None:
    """Backups of the vault in your own S3 bucket: AWS, Tigris, R2, or any store that speaks S3. Credentials come from
    where AWS's own tools have them; AWS_ENDPOINT_URL_S3 or `mnemon config set s3_endpoint` names another store."""
    if context.invoked_subcommand is None:
        console.out(context.get_help())


def push(
    force: Annotated[
        bool, typer.Option("--force", help="Over another machine's backup, which stays in the history; or a small one.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Send a verified snapshot of the vault to the bucket. A vault on the web is sent by its server."""
    _say_when_slow()
    with _showing("sending") as report, closing(vault(report)) as client:
        told = client.call("push", force=force)
    console.show(told, sync_words.pushed, as_json, _warnings(told))


def pull(
    at: Annotated[
        str, typer.Option("--at", metavar="TIME|SHA", help="An earlier backup: by time (7d, 2026-01-31) or hash.")
    ] = "",
    as_json: JsonFlag = False,
) -> None:
    """Make a backup the vault of this machine, verified; the vault before it goes into the archive."""
    with _showing("receiving") as report, closing(vault_at_home("pulled into", report)) as client:
        told = client.call("pull", at=at)
    console.show(told, sync_words.pulled, as_json)


def status(as_json: JsonFlag = False) -> None:
    """Say how the vault and its backups stand to each other."""
    with closing(vault()) as client:
        told = client.call("sync_status")
    console.show(told, sync_words.standing, as_json)


def history(
    limit: Annotated[int, typer.Option("--limit", "-n", help="At most so many.")] = 20, as_json: JsonFlag = False
) -> None:
    """List the backups, newest first."""
    with closing(vault()) as client:
        told = client.call("sync_history", limit=limit)
    console.show(told, sync_words.history, as_json)


def verify(as_json: JsonFlag = False) -> None:
    """Restore the newest backup into a temporary folder, and look at all of it: only then is it a backup."""
    with _showing("receiving") as report, closing(vault(report)) as client:
        told = client.call("sync_verify")
    console.show(told, sync_words.verified, as_json)


def prune(
    apply: Annotated[bool, typer.Option("--apply", help="Delete them; without it they are only counted.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete backups that were replaced over 30 days ago, with your own credentials; never the newest."""
    with closing(InProcess(settings(), "cli")) as client:
        told = client.call("sync_prune", dry_run=not apply)
    console.show(told, sync_words.pruned, as_json)


def vault_at_home(what: str, report: Callable[[int, int], None] | None = None) -> VaultClient:
    """The vault of this machine, for what is done to its file.

    Raises:
        OnTheWeb: it is not the one in use.
    """
    found = settings()
    if found.remote:
        world = this_machine()
        is_app = bool(known_apps(world, found) or app_at(world, found.remote))
        hint = "mnemon downgrade local brings it here" if is_app else "mnemon setup --local, then again"
        raise OnTheWeb(f"the vault is at {found.remote}; nothing is {what} here", hint)
    return InProcess(found, "cli", report)


def _say_when_slow() -> None:
    found = settings()
    if not found.remote and found.vault_path.exists() and (size := found.vault_path.stat().st_size) >= _SLOW:
        console.say(f"copying the vault and checking the copy first ({megabytes(size)})")


@contextmanager
def _showing(what: str) -> Iterator[Callable[[int, int], None]]:
    with transfer_progress(what) as show:
        yield lambda done, total: show("", done, total)


def _warnings(told: dict[str, Any]) -> list[dict[str, str]]:  # Any: JSON
    return [{"code": "sync", "message": warning, "hint": ""} for warning in told["warnings"]]

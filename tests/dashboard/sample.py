"""A small made-up vault with something on every page of the dashboard."""

from __future__ import annotations

from typing import Any

from mnemon_server.client import VaultClient

MEMORIES = (
    ("decision", "Invoices are PDF/A", "Invoices are stored as PDF/A, so that they can be read in thirty years."),
    ("decision", "Backups at night", "The database is backed up every night at two."),
    ("preference", "Short commit messages", "Commit messages are one line in the imperative."),
    ("preference", "Tea, not coffee", "In the morning there is green tea, never coffee."),
    ("antipattern", "No retries around payments", "Retrying a payment charged a customer twice."),
    ("observation", "The queue is slow on Mondays", "On Mondays the queue of the importer grows to 4,000 jobs."),
    ("research", "Comparing PDF libraries", "Of four libraries only one writes PDF/A without a licence."),
    ("project", "Harbour, the importer", "Harbour reads bank statements and writes bookings."),
    ("handoff", "Where the importer stands", "The parser is done; the bookings of June are missing."),
    ("note", "Telephone of the printer", "The printer is called at extension 214."),
)
HEARD = ("We always deploy on Tuesdays", "We always deploy the importer on Tuesdays.")


def fill(vault: VaultClient) -> dict[str, int]:
    """Ten memories of every type, one of them pinned; one more each that is forgotten, captured and stated.

    Returns the id of each by its title.
    """
    ids = {title: _save(vault, kind, title, content) for kind, title, content in MEMORIES}
    vault.call("pin", id=ids["Invoices are PDF/A"])
    ids["Old printer"] = _save(vault, "note", "Old printer", "The old printer stood in the cellar.")
    vault.call("forget", id=ids["Old printer"])
    title, content = HEARD
    heard: dict[str, Any] = {"title": title, "content": content, "type": "decision", "role": "user", "cue": "always"}
    ids[title] = vault.call("capture", statements=[heard])["captured"][0]
    vault.call("state_fact", title="Name", content="The user is called Ada.")
    return ids


def hear(vault: VaultClient, title: str, content: str) -> None:
    """One more capture."""
    heard = {"title": title, "content": content, "type": "observation", "role": "assistant", "cue": "has"}
    assert vault.call("capture", statements=[heard])["captured"], content


def waiting(vault: VaultClient) -> list[int]:
    """The ids in the inbox, the newest first."""
    return [each["id"] for each in vault.call("inbox")["memories"]]


def _save(vault: VaultClient, kind: str, title: str, content: str) -> int:
    return int(vault.call("save", title=title, content=content, content_type=kind)["memory"]["id"])

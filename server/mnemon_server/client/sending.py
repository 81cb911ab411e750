"""Memories as JSON lines to and from the vault on the web: in stretches, so that a break costs one of them."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from mnemon_server.client import Progress
from mnemon_server.errors import MnemonError

if TYPE_CHECKING:
    from mnemon_server.client.remote import RemoteVault

LARGEST, MOST_LINES = 1_000_000, 500  # of a stretch: bytes, lines
_NAMED = 20  # duplicates and refusals that are named one by one, as in one import
Tally = dict[str, Any]  # Any: JSON


class BrokenOff(MnemonError):
    """The server went away in the middle of an import."""

    code = "import-interrupted"


def send(vault: RemoteVault, lines: Iterable[bytes], dry_run: bool, report: Progress) -> Tally:
    """The tally of all lines, as `portable.jsonl.import_lines` has it; line numbers are those of `lines`.

    Raises:
        BrokenOff: some lines are in, and the server took no more.
        MnemonError: none is in.
    """
    whole: Tally = {
        "dry_run": dry_run, "new": 0, "existing": 0, "refused": 0,
        "duplicates": [], "more_duplicates": 0, "refusals": [], "ignored_fields": [],
    }  # fmt: skip
    sent = 0
    for stretch in _stretches(lines):
        try:
            tally = vault.import_stretch(b"".join(stretch), dry_run)
        except MnemonError as trouble:
            if not sent or dry_run:
                raise
            raise _broken_off(trouble, sent) from trouble
        _add(whole, tally, sent)
        sent += len(stretch)
        report(sent, 0)
    return whole


def received(vault: RemoteVault) -> Iterator[str]:
    """The lines of all live memories."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    rest = ""
    for piece in vault.export_stretches():
        *whole, rest = (rest + decoder.decode(piece)).split("\n")
        yield from (line + "\n" for line in whole)
    if rest:
        yield rest + "\n"


def _stretches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    stretch, size = list[bytes](), 0
    for line in lines:
        # The server counts lines by their ends: a bare CR inside one would make it two.
        ended = b" ".join(line.splitlines()) + b"\n"
        if stretch and (size + len(ended) > LARGEST or len(stretch) == MOST_LINES):
            yield stretch
            stretch, size = [], 0
        stretch.append(ended)
        size += len(ended)
    if stretch:
        yield stretch


def _add(whole: Tally, tally: Tally, before: int) -> None:
    for name in ("new", "existing", "refused"):
        whole[name] += int(tally[name])
    for name in ("duplicates", "refusals"):
        room = _NAMED - len(whole[name])
        whole[name] += [entry | {"line": entry["line"] + before} for entry in tally[name][:room]]
    whole["more_duplicates"] = whole["existing"] - len(whole["duplicates"])
    whole["ignored_fields"] = sorted({*whole["ignored_fields"], *tally["ignored_fields"]})


def _broken_off(trouble: MnemonError, sent: int) -> BrokenOff:
    broken = BrokenOff(
        f"after {sent:,} lines, which are surely in, the import broke off: {trouble.message}",
        "run the same command again: what is in already is not added twice",
    )
    broken.exit_status = trouble.exit_status
    return broken

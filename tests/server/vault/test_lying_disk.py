"""A disk that says it has written the copy of a vault, and has not, or is full: the vault stays what it was."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import DiskTrouble
from mnemon_server.settings import Settings
from mnemon_server.vault.copying import copy_vault
from mnemon_server.vault.put_away import put_away
from mnemon_server.vault.replace import replace_content


@pytest.fixture
def vault(settings: Settings) -> Path:
    with closing(InProcess(settings, "test")) as client:
        for title in ("one", "two"):
            client.call("save", title=title, content=f"the content of {title}")
    return settings.vault_path


@pytest.fixture
def lying_disk(vault: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever brings the archive's folder onto the disk has lost a memory of the newest copy in it."""
    write = os.fsync

    def lose(descriptor: int) -> None:
        write(descriptor)
        archive = vault.parent / "archive"
        if stat.S_ISDIR(os.fstat(descriptor).st_mode) and (copies := sorted(archive.glob("*.sqlite"))):
            with closing(apsw.Connection(str(copies[-1]))) as copy:
                copy.pragma("foreign_keys", False)
                copy.execute("DELETE FROM memories WHERE title = 'two'")
                copy.pragma("wal_checkpoint", "TRUNCATE")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lose)
        yield


def titles(settings: Settings) -> list[str]:
    with closing(InProcess(settings, "test")) as client:
        return sorted(memory["title"] for memory in client.call("list", limit=10)["memories"])


@pytest.mark.usefixtures("lying_disk")
def test_a_vault_is_not_taken_away_whose_copy_is_not_whole(vault: Path, settings: Settings) -> None:
    with pytest.raises(DiskTrouble, match="is not whole"):
        put_away(vault, "pre-web")
    assert titles(settings) == ["one", "two"]


@pytest.mark.usefixtures("lying_disk")
def test_a_vault_is_not_replaced_whose_copy_is_not_whole(vault: Path, settings: Settings, tmp_path: Path) -> None:
    other = Settings(tmp_path / "other")
    with closing(InProcess(other, "test")) as client:
        client.call("save", title="three", content="of another vault")
    with pytest.raises(DiskTrouble, match="is not whole"):
        replace_content(vault, other.vault_path, "pre-pull")
    assert titles(settings) == ["one", "two"]
    assert list((vault.parent / "archive").glob("*.sqlite")) == []


def test_a_disk_that_fills_up_under_a_copy_is_named(
    vault: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskTrouble, match="No space left on device; nothing was changed"):
        copy_vault(vault, tmp_path / "copy.sqlite")

"""A vault in a file for another machine: everything in it arrives, and nothing of it when a byte is wrong."""

from __future__ import annotations

import io
import os
import shutil
import stat
import sys
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import DiskTrouble, MnemonError, VaultTooNew
from mnemon_server.portable import bundle_export as bundles
from mnemon_server.portable.bundle import opened_bundle, take_over
from mnemon_server.portable.bundle_export import export_bundle
from mnemon_server.portable.packing import Packed
from mnemon_server.portable.sealed import BundleRefused, seal, unseal
from mnemon_server.settings import Settings

PASSPHRASE = "grüße vom Pferd"
CHEAP = 2**10  # of scrypt; the cost that users pay is measured once, by the test of the command
Open = Callable[..., InProcess]


@pytest.fixture
def other(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "other" / ".mnemon")


@pytest.fixture
def exported(open_client: Open, settings: Settings, tmp_path: Path) -> Path:
    """Of a vault with three memories, one of them forgotten, one pinned, and with settings."""
    client = open_client(settings)
    for number in range(3):
        client.call("save", title=f"memory {number}", content=f"content {number}")
    client.call("pin", id=1)
    client.call("forget", id=2)
    settings.config_path.write_text('# mine\nsearch_limit = 3\nmodel_path = "/here"\nof_a_newer_program = 1\n')
    file = tmp_path / "vault.mnemon"
    export_bundle(settings, file, PASSPHRASE, cost=CHEAP)
    return file


def brought(settings: Settings, file: Path, passphrase: str = PASSPHRASE) -> dict[str, Any]:
    with opened_bundle(settings, file, passphrase) as bundle:
        return take_over(settings, bundle)


def rows(settings: Settings) -> list[Any]:
    client = InProcess(settings, "test")
    try:
        with client.context.vault.read() as connection:
            return connection.execute("SELECT id, uid, title, pinned, invalidated_at FROM memories").fetchall()
    finally:
        client.close()


def everything(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "sync.lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_what_goes_in_comes_out_and_a_second_time_changes_nothing(
    settings: Settings, other: Settings, exported: Path
) -> None:
    assert stat.S_IMODE(exported.stat().st_mode) == 0o600 or sys.platform == "win32"
    assert b"memory 0" not in exported.read_bytes()
    with opened_bundle(other, exported, f" {PASSPHRASE} ".replace("ü", "u\u0308")) as bundle:
        assert (bundle.is_here, bundle.memories_here, bundle.manifest.contents.live) == (False, 0, 2)
        assert bundle.values == {"search_limit": 3, "model_path": "/here"}
        assert bundle.unknown == ("of_a_newer_program",)
        assert take_over(other, bundle)["outcome"] == "imported"
    assert rows(other) == rows(settings)
    before = everything(other.folder)
    again = brought(other, exported)
    assert (again["outcome"], again["archived"]) == ("unchanged", None)
    assert everything(other.folder) == before
    assert sorted(each.name for each in exported.parent.iterdir()) == ["home", "other", "vault.mnemon"]


def test_a_vault_of_an_older_program_is_the_same_the_second_time(tmp_path: Path, other: Settings) -> None:
    oldest = sorted((Path(__file__).parents[2] / "fixtures" / "vaults").glob("*.sqlite"))[0]
    file, snapshot = tmp_path / "old.mnemon", tmp_path / "old.sqlite"
    shutil.copy(oldest, snapshot)
    manifest = bundles._manifest_of(other, snapshot)
    with snapshot.open("rb") as vault, file.open("wb") as target:
        seal(Packed(manifest.written("vault.sqlite"), b"", vault, manifest.size), target, PASSPHRASE, CHEAP)
    assert brought(other, file)["outcome"] == "imported"
    assert brought(other, file)["outcome"] == "unchanged"


def test_what_was_here_is_in_the_archive_and_a_client_that_runs_sees_the_new_vault(
    open_client: Open, other: Settings, exported: Path
) -> None:
    client = open_client(other)
    client.call("save", title="of my own", content="written before the move")
    told = brought(other, exported)
    assert Path(told["archived"]).name.startswith("pre-move-")
    assert (told["only_there"], told["newer_there"]) == (1, 0)
    assert [each["title"] for each in client.call("list")["memories"]] == ["memory 2", "memory 0"]


def spoil(file: Path, how: str) -> None:
    content = file.read_bytes()
    first = content.index(b"\n") + 1
    middle = (first + len(content)) // 2
    file.write_bytes(
        {
            "empty": b"",
            "another file": b"SQLite format 3\0" + bytes(5_000),
            "cut in its first line": content[: first - 9],
            "cut in the head of age": content[: first + 60],
            "cut in the middle": content[:middle],
            "its last byte gone": content[:-1],
            "a byte more": content + b"x",
            "a bit in the first line": content[:20] + bytes([content[20] ^ 1]) + content[21:],
            "a bit of the salt": content[: first - 8] + bytes([content[first - 8] ^ 1]) + content[first - 7 :],
            "a bit in the head of age": content[: first + 70]
            + bytes([content[first + 70] ^ 1])
            + content[first + 71 :],
            "a bit in the middle": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
            "of a newer program": content.replace(b"mnemon-move/1 ", b"mnemon-move/2 ", 1),
            "a cost without measure": content.replace(b"scrypt 1024 ", b"scrypt 4194304 ", 1),
        }[how]
    )


@pytest.mark.parametrize(
    "how",
    [
        "empty", "another file", "cut in its first line", "cut in the head of age", "cut in the middle",
        "its last byte gone", "a byte more", "a bit in the first line", "a bit of the salt", "a bit in the head of age",
        "a bit in the middle", "of a newer program", "a cost without measure",
    ],
)  # fmt: skip
def test_a_file_that_is_not_whole_changes_nothing(open_client: Open, other: Settings, exported: Path, how: str) -> None:
    open_client(other).call("save", title="of my own", content="stays")
    spoil(exported, how)
    before = everything(other.folder)
    with pytest.raises(BundleRefused) as refused:
        brought(other, exported)
    assert str(exported) in refused.value.message
    assert refused.value.message.endswith("nothing was changed")
    assert refused.value.hint
    assert everything(other.folder) == before


def test_another_passphrase_and_a_file_that_is_not_there(other: Settings, exported: Path) -> None:
    with pytest.raises(BundleRefused, match="that passphrase does not open it; nothing was changed"):
        brought(other, exported, PASSPHRASE + "!")
    with pytest.raises(BundleRefused, match="cannot be read: No such file"):
        brought(other, exported.with_name("no such file"))
    assert not other.vault_path.exists()


def resealed(file: Path, change: Callable[[bytearray], None]) -> None:
    """What only somebody who knows the passphrase can do."""
    plain = io.BytesIO()
    with file.open("rb") as source:
        unseal(source, plain, PASSPHRASE)
    content = bytearray(plain.getvalue())
    change(content)
    with file.open("wb") as target:
        seal(io.BytesIO(bytes(content)), target, PASSPHRASE, CHEAP)


def swapped(old: bytes, new: bytes) -> Callable[[bytearray], None]:
    def change(content: bytearray) -> None:
        start = content.index(old)
        content[start : start + len(old)] = new

    return change


def linked(content: bytearray) -> None:
    entry = tarfile.TarInfo("manifest.json")
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
    content[:512] = entry.tobuf(tarfile.GNU_FORMAT)


def without_size(content: bytearray) -> None:
    entry = tarfile.TarInfo("manifest.json")
    entry.size = 2**40
    content[:512] = entry.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize(
    ("change", "error", "why"),
    [
        (linked, BundleRefused, "there is no manifest.json in it"),
        (without_size, BundleRefused, "the manifest.json in it is too large"),
        (swapped(b'"memories": 2', b'"memories": 7'), BundleRefused, "2 memories alive instead of 7"),
        (swapped(b'"format": 1', b'"format": 9'), VaultTooNew, "newer"),
        (swapped(b"memory 0", b"memory X"), BundleRefused, "its hash is another"),
    ],
)
def test_a_file_that_somebody_has_made_by_hand(
    other: Settings, exported: Path, change: Callable[[bytearray], None], error: type[MnemonError], why: str
) -> None:
    resealed(exported, change)
    with pytest.raises(error, match=why):
        brought(other, exported)
    assert not other.vault_path.exists()


def test_an_export_leaves_what_is_there_and_leaves_nothing_when_it_fails(
    settings: Settings, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = exported.read_bytes()
    with pytest.raises(BundleRefused, match="is there already"):
        export_bundle(settings, exported, PASSPHRASE, cost=CHEAP)
    assert exported.read_bytes() == before

    for trouble, error in (
        (OSError(28, "No space left on device"), DiskTrouble),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ):

        def full(descriptor: int, failure: BaseException = trouble) -> None:
            drafts = exported.parent.glob("second.new-*")
            if os.fstat(descriptor).st_ino in [draft.stat().st_ino for draft in drafts]:
                raise failure

        with monkeypatch.context() as patched, pytest.raises(error):
            patched.setattr("os.fsync", full)
            export_bundle(settings, exported.with_name("second"), PASSPHRASE, cost=CHEAP)
    with pytest.raises(DiskTrouble):
        export_bundle(settings, exported.parent / "no such folder" / "file", PASSPHRASE, cost=CHEAP)
    assert sorted(each.name for each in exported.parent.iterdir()) == ["home", "vault.mnemon"]
    export_bundle(settings, exported, PASSPHRASE, overwrite=True, cost=CHEAP)
    assert exported.read_bytes() != before


class Endless(io.RawIOBase):
    """So many bytes, and then what `failure` says."""

    def __init__(self, count: int, failure: BaseException | None = None) -> None:
        self.count, self.failure = count, failure

    def read(self, size: int = -1, /) -> bytes:
        if self.count <= 0 and self.failure is not None:
            raise self.failure
        size = min(self.count, size if size > 0 else 65_536)
        self.count -= size
        return bytes(size)


class Sink(io.RawIOBase):
    count = 0

    def write(self, data: Any, /) -> int:
        self.count += len(data)
        return len(data)


def test_a_large_vault_takes_no_memory_and_what_a_stream_raises_comes_out_as_it_was() -> None:
    tracemalloc.start()
    sink = Sink()
    seal(Endless(30_000_000), sink, PASSPHRASE, CHEAP)
    assert sink.count > 30_000_000
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()
    for failure in (OSError(28, "No space left on device"), KeyboardInterrupt(), ValueError("of the stream")):
        with pytest.raises(type(failure)) as raised:
            seal(Endless(100_000, failure), Sink(), PASSPHRASE, CHEAP)
        assert raised.value is failure

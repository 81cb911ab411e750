"""Import from and export to files, for the vault in use."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

from mnemon_server.client import Progress, connect_remote
from mnemon_server.client.in_process import InProcess
from mnemon_server.client.sending import received, send
from mnemon_server.errors import DiskTrouble, MnemonError, ModelBroken, ModelMissing, UsageError
from mnemon_server.memory import CONTENT_LIMIT
from mnemon_server.portable import jsonl
from mnemon_server.portable.vault_file import lines_of_vault
from mnemon_server.settings import Settings

FORMATS = ("jsonl",)
_IMPORTED = (*FORMATS, "vault")  # what another vault's file holds can be brought in, too
_LONGEST_LINE = 8 * CONTENT_LIMIT


class FileRefused(MnemonError):
    """The file named by the user cannot be read, or may not be replaced."""

    code = "file-refused"


def import_file(settings: Settings, format: str, path: str, dry_run: bool, report: Progress) -> dict[str, Any]:
    """Import a file (`-`: standard input; not for a vault's file), then embed what came in if a model is here; see
    `import_lines`. A server embeds on its own.

    Raises:
        UsageError: unknown format.
        FileRefused: no such file, or not readable.
        BrokenOff: the server went away on the way.
    """
    _known(format, _IMPORTED)
    opened = lines_of_vault if format == "vault" else _opened_lines
    if settings.remote:
        with closing(connect_remote(settings, "import")) as vault, opened(path) as lines:
            return send(vault, lines, dry_run, report)
    with closing(InProcess(settings, "import", report)) as client:
        with opened(path) as lines:
            result = jsonl.import_lines(client.context, lines, dry_run)
        if result["new"] and not dry_run:
            result["embedded"] = _embed(client)
        return result


def export_file(settings: Settings, format: str, path: str, force: bool, report: Progress) -> dict[str, Any]:
    """Write all live memories to a file, 0600 and whole or not at all; `-` is standard output.

    Raises:
        UsageError: unknown format.
        FileRefused: the file is there and `force` is not given.
        DiskTrouble: it cannot be written.
    """
    _known(format, FORMATS)
    with _exported(settings) as lines:
        if path == "-":
            return {"count": _write(lines, sys.stdout, report), "path": path}
        target = Path(path)
        if target.exists() and not force:
            raise FileRefused(f"{target} is there already", "add --force to replace it")
        draft = target.with_name(f"{target.name}.part-{os.getpid()}")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                count = _write(lines, file, report)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        except OSError as trouble:
            raise DiskTrouble(f"{target} cannot be written: {trouble.strerror or trouble}") from trouble
        finally:
            draft.unlink(missing_ok=True)
        return {"count": count, "path": str(target)}


@contextmanager
def _exported(settings: Settings) -> Iterator[Iterator[str]]:
    """The lines of all live memories, wherever they are."""
    if settings.remote:
        with closing(connect_remote(settings, "export")) as vault:
            yield received(vault)
    else:
        with closing(InProcess(settings, "export")) as client:
            yield jsonl.export_lines(client.context)


def _known(format: str, formats: tuple[str, ...]) -> None:
    if format not in formats:
        raise UsageError(f"unknown format {format!r}", f"the formats are {', '.join(formats)}")


def _write(lines: Iterator[str], file: IO[str], report: Progress) -> int:
    count = 0
    for count, line in enumerate(lines, 1):
        file.write(line)
        if count % 500 == 0:
            report(count, 0)
    return count


def _embed(client: InProcess) -> int:
    """Here rather than later: whoever imports a file is at the keyboard and expects to search it by meaning."""
    try:
        return int(client.call("embed_pending")["embedded"])
    except (ModelMissing, ModelBroken):
        return 0


@contextmanager
def _opened_lines(path: str) -> Iterator[Iterator[bytes]]:
    with _opened(path) as file:
        yield _lines(file)


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        file = Path(path).open("rb")  # noqa: SIM115  closed below, outside the reach of this except
    except OSError as trouble:
        raise FileRefused(f"{path} cannot be read: {trouble.strerror or trouble}") from trouble
    with file:
        yield file


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines of bounded length: a file without line ends may not fill the memory."""
    while line := file.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := file.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            line = b"(a line that is too long)"
        yield line

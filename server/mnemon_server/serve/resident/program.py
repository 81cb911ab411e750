"""The resident from its start to its end: alone at its vault, detached, reachable, and gone when nobody needs it."""

from __future__ import annotations

import argparse
import json
import logging
import os
import secrets
import signal
import socket
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from mnemon_server.errors import MnemonError
from mnemon_server.resident import place
from mnemon_server.resident.hold import try_lock
from mnemon_server.resident.launch import CANNOT, UNWANTED, make_run_folder
from mnemon_server.serve.resident.log import write_log
from mnemon_server.settings import Settings, load_settings

BACKLOG = 256
_MOST_FILES = 4_096
_log = logging.getLogger("mnemon")


def main(arguments: Sequence[str]) -> int:
    """Run until it is idle, told to leave, or its vault's folder goes. Detached, the first process returns at once.

    Returns:
        0; CANNOT, and the log's last line says why; UNWANTED when the settings say that there shall be none.
    """
    wanted = argparse.ArgumentParser(prog="mnemon resident")
    wanted.add_argument("--vault-dir", required=True)
    wanted.add_argument("--foreground", action="store_true")
    order = wanted.parse_args(arguments)
    os.umask(0o077)
    if not order.foreground:
        _let_go_of_files()
    folder = str(Path(order.vault_dir).absolute())
    try:
        settings = load_settings(dict(os.environ) | {"MNEMON_VAULT_DIR": folder}, Path.home())
    except MnemonError:
        return CANNOT  # whoever wanted us meets the same trouble, and tells of it
    if not settings.value("resident_minutes") or place.is_off(dict(os.environ)):
        return UNWANTED
    try:
        write_log(settings.logs_folder, order.foreground)
        make_run_folder(folder)
        own_folder(Path(place.run_folder(folder)))
        lock = try_lock(place.lock_path(folder))
        if lock < 0:
            return 0  # there is one
        listener, token = listen(folder)
    except (OSError, MnemonError) as trouble:
        _log.error("cannot run: %s", getattr(trouble, "strerror", None) or trouble)
        return CANNOT
    if not order.foreground and hasattr(os, "fork"):
        _detach()
    return _run(settings, folder, listener, token, lock)


def listen(folder: str) -> tuple[socket.socket, str]:
    """A socket that takes connections, and the token to be shown where anybody could connect. The caller has the lock:
    what is in its way was left behind.

    Raises:
        OSError: it cannot be made.
    """
    if not place.has_sockets():
        return _listen_on_port(folder)
    path = Path(place.socket_path(folder))
    own_folder(path.parent)
    draft = path.with_suffix(".new")  # no longer than the name itself, which may be at its limit
    with suppress(FileNotFoundError):
        draft.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(draft))
        draft.chmod(0o600)
        listener.listen(BACKLOG)
        draft.replace(path)
    except BaseException:
        listener.close()
        raise
    return listener, ""


def forget(folder: str, inode: int) -> None:
    """Take our name away, unless it is another's by now."""
    with suppress(OSError):
        if name_inode(folder) == inode:
            _name(folder).unlink()


def name_inode(folder: str) -> int:
    """What tells our name from that of a successor."""
    return _name(folder).stat().st_ino


def _name(folder: str) -> Path:
    return Path(place.socket_path(folder) if place.has_sockets() else place.port_path(folder))


def _listen_on_port(folder: str) -> tuple[socket.socket, str]:
    path = _name(folder)
    draft = path.with_suffix(".new")
    for left in (path, draft):  # by one that was killed; its port may be anybody's now
        with suppress(FileNotFoundError):
            left.unlink()
    listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
    token = secrets.token_urlsafe(32)
    try:
        opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            json.dump({"port": listener.getsockname()[1], "token": token}, file)
        draft.replace(path)
    except BaseException:
        listener.close()
        raise
    return listener, token


def own_folder(folder: Path) -> None:
    """0700 and ours; in a folder that others can write to, somebody may have been there before us."""
    folder.mkdir(0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError(1, f"{folder} is not a folder of this user's")
    if found.st_mode & 0o077:
        folder.chmod(0o700)


def _let_go_of_files() -> None:
    """Whoever started us may wait until the last writer has let go of its pipe."""
    if hasattr(os, "fork"):
        os.closerange(3, 1_024)


def _detach() -> None:
    """Leave the process that somebody waits for, and its group."""
    if os.fork():
        os._exit(0)
    with suppress(PermissionError):  # a leader already
        os.setsid()
    if os.fork():  # so that no terminal becomes ours
        os._exit(0)


def _run(settings: Settings, folder: str, listener: socket.socket, token: str, lock: int) -> int:
    _allow_many_files()
    os.chdir(Path(folder).anchor)  # nobody's folder is kept busy by us
    from mnemon_server.serve.resident.life import live

    try:
        live(settings, folder, listener, token, lambda: os.close(lock))
    except Exception:  # noqa: BLE001  nobody sees it but in the log
        _log.exception("the resident failed")
        os._exit(CANNOT)
    logging.shutdown()
    os._exit(0)  # a worker may still wait for something that does not come; the vault is closed


def _allow_many_files() -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
        if soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def ignored_signals() -> Mapping[str, int]:
    """Those that end a terminal's programs, which a resident is not."""
    names = ("SIGHUP", "SIGPIPE")
    return {name: getattr(signal, name) for name in names if hasattr(signal, name)}

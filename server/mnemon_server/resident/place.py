"""Where the resident of a vault can be found, and where its lock and its log are."""

from __future__ import annotations

import os
import sys

OFF = "MNEMON_RESIDENT"  # set to `off`, every program works by itself
# What a socket's name may have: 104 bytes on macOS, 108 on Linux, its end included.
_LONGEST_NAME = 100
_RUNTIME = "/run/user"
_PREFIX = "MNEMON_"
PROXY_VARIABLES = ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")  # in capitals or not


def is_off(environment: os._Environ[str] | dict[str, str]) -> bool:
    return environment.get(OFF, "").strip().lower() in ("off", "0", "no")


def vault_folder(environment: os._Environ[str] | dict[str, str]) -> str:
    """The same as `settings.vault_folder`, which costs an import of pathlib."""
    named = environment.get("MNEMON_VAULT_DIR", "")
    return os.path.abspath(os.path.expanduser(named)) if named else os.path.join(os.path.expanduser("~"), ".mnemon")


def working_folder() -> str:
    """Clients start us where their session works; a folder that is gone by now is none."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def passed_on(environment: os._Environ[str] | dict[str, str]) -> dict[str, str]:
    """Of a program's environment what decides how its vault is used and reached; a resident has one of its own."""
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(_PREFIX) or name.upper() in PROXY_VARIABLES
    }


def run_folder(folder: str) -> str:
    return os.path.join(folder, "run")


def lock_path(folder: str) -> str:
    """Held by the resident for as long as it takes connections."""
    return os.path.join(run_folder(folder), "resident.lock")


def starting_path(folder: str) -> str:
    """Held by the one program that starts a resident, while the others wait."""
    return os.path.join(run_folder(folder), "starting.lock")


def port_path(folder: str) -> str:
    """Where there are no sockets with a name: JSON with the port on loopback and the token for it, 0600."""
    return os.path.join(run_folder(folder), "resident.json")


def log_path(folder: str) -> str:
    return os.path.join(folder, "logs", "resident.log")


def socket_path(folder: str) -> str:
    """In the vault's folder; where that name is too long, in a folder of the user's own under a name made of it. The
    same by whichever of its names the vault's folder is called."""
    folder = os.path.realpath(folder)
    path = os.path.join(run_folder(folder), "resident.sock")
    if len(os.fsencode(path)) <= _LONGEST_NAME:
        return path
    from hashlib import sha256  # few need it

    name = sha256(os.fsencode(folder)).hexdigest()[:24]
    return os.path.join(runtime_folder(), f"{name}.sock")


def runtime_folder() -> str:
    """A folder of this user's for sockets; made by the resident, which sees to it that nobody else can write there.

    XDG_RUNTIME_DIR is not asked: clients that hand a server only a part of their environment leave it out, and would
    look elsewhere than all the others.
    """
    own = f"{_RUNTIME}/{os.getuid()}"
    if os.path.isdir(own):
        return f"{own}/mnemon"
    return f"/tmp/mnemon-{os.getuid()}"  # noqa: S108  a name that others may guess: whose the folder is gets checked


def has_sockets() -> bool:
    return sys.platform != "win32"

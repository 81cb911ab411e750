"""Which credentials `serve-remote` accepts, and where they come from."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from mnemon_server.addresses import checked_address
from mnemon_server.errors import DiskTrouble, MnemonError
from mnemon_server.folders import make_private
from mnemon_server.settings import Settings

SHORTEST_TOKEN = 20  # characters; shorter ones can be guessed


class BadCredential(MnemonError):
    """A credential is there and cannot be used."""

    code = "bad-credential"
    exit_status = 4


@dataclass(frozen=True)
class Access:
    """Secrets stay out of `repr`. `made` names the file of a token that was made just now."""

    token: str = field(default="", repr=False)
    passphrase_hash: str = field(default="", repr=False)
    public_url: str = ""
    has_devices: bool = False
    made: Path | None = None


def find_access(environment: Mapping[str, str], settings: Settings, is_loopback: bool) -> Access:
    """From the environment first, then from the owner's files. On loopback a missing token is made.

    Raises:
        BadCredential: a token that is too short, a plain passphrase beyond loopback, a file that others can read.
    """
    token = environment.get("MNEMON_LOCAL_TOKEN", "").strip() or _first_line(settings.token_path)
    if token and len(token) < SHORTEST_TOKEN:
        raise BadCredential(
            f"the token has fewer than {SHORTEST_TOKEN} characters",
            "mnemon token new NAME",
        )
    hashed = _passphrase_hash(environment, settings, is_loopback)
    made = None
    if not token and is_loopback:
        token, made = _make_token(settings.token_path), settings.token_path
    return Access(
        token=token,
        passphrase_hash=hashed,
        public_url=_public_url(environment),
        has_devices=_has_devices(settings.oauth_path),
        made=made,
    )


def _public_url(environment: Mapping[str, str]) -> str:
    """Without the port that everybody leaves out; everything is at the root of a host."""
    named = environment.get("MNEMON_PUBLIC_URL", "").strip().rstrip("/")
    if not named:
        return ""
    parts = urlsplit(checked_address(named, "MNEMON_PUBLIC_URL"))
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise BadCredential(
            "MNEMON_PUBLIC_URL is the address of a host, without a path", f"try https://{parts.hostname}"
        )
    usual = {"https": ":443", "http": ":80"}[parts.scheme.lower()]
    return f"{parts.scheme.lower()}://{parts.netloc.lower().removesuffix(usual)}"


def _passphrase_hash(environment: Mapping[str, str], settings: Settings, is_loopback: bool) -> str:
    from mnemon_server.auth.passphrase import checked_passphrase, hash_passphrase, is_hash

    hashed = environment.get("MNEMON_OWNER_PASSPHRASE_HASH", "").strip()
    if hashed:
        if not is_hash(hashed):
            raise BadCredential("MNEMON_OWNER_PASSPHRASE_HASH is no scrypt hash of ours", "mnemon token passphrase")
        return hashed
    plain = environment.get("MNEMON_OWNER_PASSPHRASE", "")
    if plain and not is_loopback:
        raise BadCredential(
            "beyond this machine the owner's passphrase is given as its hash only", "set MNEMON_OWNER_PASSPHRASE_HASH"
        )
    plain = plain or (_first_line(settings.passphrase_path) if is_loopback else "")
    return hash_passphrase(checked_passphrase(plain)) if plain else ""


def _first_line(path: Path) -> str:
    """The secret in a file of the owner's; empty when there is no such file."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        raise BadCredential(f"{path} cannot be read") from None
    if os.name == "posix" and mode & 0o077:
        raise BadCredential(f"{path} can be read by other users of this machine", f"chmod 600 {path}")
    return text.split("\n", 1)[0].strip()


def _has_devices(path: Path) -> bool:
    if not path.exists():
        return False
    from mnemon_server.auth.devices import has_any
    from mnemon_server.auth.store import AuthStore

    store = AuthStore(path)
    try:
        return has_any(store)
    finally:
        store.close()


def _make_token(path: Path) -> str:
    """A new one in a file of its own; another server may have been faster, and then it is that one's."""
    token = f"mnemon_l_{secrets.token_urlsafe(32)}"
    make_private(path.parent)
    draft = path.with_name(f"{path.name}.part-{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(token + "\n")
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                return _first_line(path)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as trouble:
        raise DiskTrouble(
            f"no token can be kept in {path}: {trouble.strerror or trouble}", "set MNEMON_LOCAL_TOKEN"
        ) from trouble
    return token

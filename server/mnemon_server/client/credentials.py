"""The token for the vault on the web: from the environment or from its file, and only for the origin it is for."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings

_LONGEST = 4_096
_PORTS = {"https": 443, "http": 80}


class NoToken(MnemonError):
    """There is no token that may be sent to the remote."""

    code = "no-token"
    exit_status = 4


def find_token(environment: Mapping[str, str], settings: Settings) -> str:
    """The token to send to `settings.remote`: `MNEMON_LOCAL_TOKEN`, else the first line of the file `local_token`.

    Raises:
        NoToken: there is none, it is none, or the file's second line names another origin.
    """
    named = environment.get("MNEMON_LOCAL_TOKEN", "").strip()
    if named:
        return _checked(named, "MNEMON_LOCAL_TOKEN", settings)
    token, origin = _read(settings)
    if origin and origin_of(origin) != origin_of(settings.remote):
        raise NoToken(
            f"the token in {settings.token_path} is for {_host_in(origin) or 'another address'}, so it is not"
            f" sent to {_host_in(settings.remote)}",
            _hint(settings),
        )
    return _checked(token, str(settings.token_path), settings)


def origin_of(address: str) -> str:
    """`scheme://host:port`, comparable: in lower case, with the port that the scheme implies. What is no address stays
    as it is, and so is the origin of nothing else."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return address
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def _host_in(address: str) -> str:
    """Fit for a message: without what may stand before the host, and empty where there is none."""
    try:
        return urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _read(settings: Settings) -> tuple[str, str]:
    try:
        lines = settings.token_path.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        lines = []
    except (OSError, UnicodeDecodeError) as trouble:
        reason = trouble.strerror if isinstance(trouble, OSError) else "it is no text"  # the text may hold the token
        raise NoToken(f"{settings.token_path} cannot be read: {reason}", _hint(settings)) from None
    token, origin = ([line.strip() for line in lines[:2]] + ["", ""])[:2]
    if not token:
        raise NoToken(f"there is no token for {_host_in(settings.remote)}", _hint(settings))
    return token, origin


def _checked(token: str, place: str, settings: Settings) -> str:
    """As a header takes it: what http.client refuses, it quotes."""
    if len(token) > _LONGEST or not all("!" <= character <= "~" for character in token):
        raise NoToken(f"what {place} holds is no token", _hint(settings))
    return token


def _hint(settings: Settings) -> str:
    return f"mnemon setup --remote-url {settings.remote}"

"""The many ways in which a hub can fail to answer, each as one sentence and what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from mnemon_server.errors import ModelUnreachable

PROXY = "check HTTPS_PROXY, ALL_PROXY and NO_PROXY (a SOCKS proxy needs: pip install socksio)"
RESUME = "mnemon model fetch goes on where it stopped"
CERTIFICATE = "set SSL_CERT_FILE to your network's certificates, then: mnemon model fetch"


class NotAHub(Exception):
    """Something answered that does not speak as a hub does."""


class Refused(ModelUnreachable):
    """The hub answered, and said no: asking again at once would change nothing."""


@contextmanager
def named_failures(repository: str) -> Iterator[None]:
    """Turn what the client raises into one sentence. Never its own text: a proxy's URL may hold a password."""
    import httpx
    from huggingface_hub import get_session
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    hub = _hub()
    try:
        get_session()  # reads the proxy variables
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise ModelUnreachable("the proxy variables cannot be used", PROXY) from error
    try:
        yield
    except OfflineModeIsEnabled:
        raise ModelUnreachable("HF_HUB_OFFLINE is set: the model hub is not asked", "unset HF_HUB_OFFLINE") from None
    except HfHubHTTPError as error:
        raise Refused(*_refusal(hub, repository, error.response.status_code)) from error
    except httpx.ProxyError as error:
        raise ModelUnreachable(f"the proxy does not let us through to {hub}", PROXY) from error
    except (httpx.TimeoutException, TimeoutError) as error:
        raise ModelUnreachable(f"the model hub {hub} did not answer in time", _hint()) from error
    except httpx.ConnectError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise Refused(f"the certificate of the model hub {hub} is not trusted", CERTIFICATE) from error
        raise ModelUnreachable(f"the model hub {hub} cannot be reached", _hint()) from error
    except (httpx.ReadError, httpx.RemoteProtocolError) as error:
        raise ModelUnreachable(f"the connection to the model hub {hub} broke off", RESUME) from error
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise Refused("HF_ENDPOINT is not a web address", "unset HF_ENDPOINT") from error
    except (httpx.HTTPError, NotAHub) as error:
        sentence = f"{hub} answers, but not as a model hub does: a login page, or a wrong HF_ENDPOINT?"
        raise ModelUnreachable(sentence, _hint()) from error


def _refusal(hub: str, repository: str, status: int) -> tuple[str, str]:
    if status in {401, 403}:
        return f"the model hub {hub} refuses access to {repository} ({status})", "check HF_TOKEN"
    if status == 404:
        return f"the model hub {hub} has no {repository} (404)", "mnemon config set model NAME"
    return (
        f"the model hub {hub} cannot serve {repository} just now ({status})",
        "mnemon model fetch, a little later",
    )


def _hub() -> str:
    from huggingface_hub import constants

    where = urlsplit(constants.ENDPOINT).netloc or constants.ENDPOINT
    return where.rpartition("@")[2]


def _hint() -> str:
    proxied = any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"))
    return f"{'check the proxy' if proxied else 'when the network is back'}, then: mnemon model fetch"

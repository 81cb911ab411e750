"""How boto3 comes to a bucket: with the bucket's own keys where this machine has them, otherwise with credentials and
endpoint from wherever AWS's own tools have them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from mnemon_server.addresses import checked_address
from mnemon_server.settings import Settings
from mnemon_server.sync.bucket import Bucket
from mnemon_server.sync.keys import StoreKeys, kept_keys
from mnemon_server.sync.place import Place, place_of
from mnemon_server.sync.trouble import NoCredentials, StoreTrouble, named_trouble

_MOST_REDIRECTS = 4
_TIGRIS = (".tigris.dev", ".storage.dev")


def open_bucket(place: Place) -> Bucket:
    """The bucket of a place.

    Raises:
        NoCredentials: the profile does not exist; or the bucket's own keys cannot be read.
        StoreTrouble: the endpoint is no address.
        BadConfig: it is not https, and not on this machine either.
    """
    from botocore.config import Config

    # Stores other than AWS know none of the newer checksums; an upload to AWS asks for one by name.
    config = Config(
        connect_timeout=5,
        read_timeout=30,
        retries={"mode": "standard", "total_max_attempts": 3},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    keys = kept_keys(place.keys_path, place.bucket)
    endpoint = keys.endpoint if keys is not None else place.endpoint
    with named_trouble(place.bucket, endpoint or "S3"):
        session = _session(place, keys)
        # boto3 takes the endpoint of AWS_ENDPOINT_URL_S3 or of the profile by itself.
        client = session.client("s3", endpoint_url=endpoint or None, config=config)
        address = checked_address(client.meta.endpoint_url, "the address of the S3 store")
        if (urlsplit(address).hostname or "").endswith(_TIGRIS):
            config = config.merge(Config(s3={"addressing_style": "virtual"}))  # its newer buckets have host names
            client = session.client("s3", endpoint_url=address, config=config)
            client.meta.events.register("before-call.s3", _read_consistently)
        client.meta.events.register("before-call.s3.HeadBucket", _no_circles(place.bucket))
    return Bucket(client, place.bucket)


def static_keys(settings: Settings) -> dict[str, str]:
    """The user's keys to the bucket under the names that AWS's tools read them by, for a server that has no role.

    Raises:
        NoCredentials: there are none, or they end of themselves: a server would stop backing up one day.
    """
    place = place_of(settings)
    with named_trouble(place.bucket, place.endpoint or "S3"):
        found = _session(place, kept_keys(place.keys_path, place.bucket)).get_credentials()
    if found is None:
        raise NoCredentials("there are no credentials for S3", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    keys = found.get_frozen_credentials()
    if keys.token:
        raise NoCredentials(
            "these credentials end of themselves, and a server needs keys that last", "make keys for the bucket alone"
        )
    return {"AWS_ACCESS_KEY_ID": str(keys.access_key), "AWS_SECRET_ACCESS_KEY": str(keys.secret_key)}


def _session(place: Place, keys: StoreKeys | None) -> Any:  # Any: boto3 has no types
    """Whom the store is asked as.

    Raises:
        NoCredentials: there are none, or what should bring them does not.
    """
    import boto3

    if keys is not None:
        return boto3.Session(keys.key_id, keys.secret, region_name=keys.region, botocore_session=_alone())
    session = boto3.Session(profile_name=place.profile or None)
    _require_credentials(session)
    return session


def _alone() -> Any:  # Any: botocore has no types
    """A session that heeds no profile and no file of AWS's: they may name another store, or be damaged."""
    from botocore.session import Session

    nothing = {"profile": None, "config_file": os.devnull, "credentials_file": os.devnull}
    return Session(session_vars={name: (None, None, value, None) for name, value in nothing.items()})


def _no_circles(bucket: str) -> Callable[..., None]:
    """botocore asks for the bucket's region when it is sent elsewhere, and for that of the answer, and so on."""
    asked = 0

    def count(**_: Any) -> None:  # Any: botocore's request
        nonlocal asked
        asked += 1
        if asked > _MOST_REDIRECTS:
            raise StoreTrouble(
                f"the bucket {bucket} is in another region, or behind another address",
                "set AWS_REGION to the bucket's region; check AWS_ENDPOINT_URL_S3",
            )

    return count


def _require_credentials(session: Any) -> None:  # Any: boto3 has no types
    """Have them now: later nobody could tell their trouble from that of the disk or the store.

    Raises:
        NoCredentials: there are none, or what should bring them does not.
    """
    hint = "check the profile (AWS_PROFILE, s3_profile) and what it names, or sign in anew"
    try:
        credentials = session.get_credentials()
        if credentials is not None:
            credentials.get_frozen_credentials()
    except (OSError, ValueError, KeyError) as trouble:
        what = type(trouble).__name__
        raise NoCredentials(f"what AWS's configuration names to get credentials from fails ({what})", hint) from None


def _read_consistently(params: dict[str, Any], **_: Any) -> None:  # Any: botocore's request
    """Tigris answers from the nearest copy unless it is asked for the newest."""
    params["headers"]["X-Tigris-Consistent"] = "true"

"""A real S3 wire on loopback: moto's server, with the lock that makes its conditional writes one at a time.

`python -m tests.s3 PORT` serves it as a process of its own; `serving_s3` in a thread of the test's.
"""

from __future__ import annotations

import functools
import itertools
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import botocore.hooks
import pytest
from botocore.hooks import EventAliaser
from botocore.loaders import JSONFileLoader, Loader

_numbers = itertools.count()
KEYS = {"AWS_ACCESS_KEY_ID": "test-key-of-the-tests", "AWS_SECRET_ACCESS_KEY": "test-secret-of-the-tests"}


class Store:
    """One S3 server, and buckets of one's own in it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )

    def new_bucket(self) -> str:
        name = f"bucket-{os.getpid()}-{next(_numbers)}"
        self.client.create_bucket(Bucket=name)
        return name

    def keys(self, bucket: str) -> list[str]:
        found = self.client.list_objects_v2(Bucket=bucket)
        return [entry["Key"] for entry in found.get("Contents", [])]

    def body(self, bucket: str, key: str) -> bytes:
        return bytes(self.client.get_object(Bucket=bucket, Key=key)["Body"].read())

    def put(self, bucket: str, key: str, body: bytes) -> None:
        self.client.put_object(Bucket=bucket, Key=key, Body=body)

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to know to use it."""
        return {**KEYS, "AWS_ENDPOINT_URL_S3": self.url, "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}


class Near(Store):
    """One in this process, which can be looked into without asking it: over the wire that is most of what a test
    costs that looks after every step."""

    def keys(self, bucket: str) -> list[str]:
        return sorted(_objects_in(bucket))

    def body(self, bucket: str, key: str) -> bytes:
        return bytes(_objects_in(bucket)[key].value)


def _objects_in(bucket: str) -> Any:  # Any: moto's dictionary, which keeps former versions beside each
    """As moto has them, whichever account and partition they came under."""
    from moto.backends import get_backend

    (found,) = (
        partition.buckets[bucket]
        for account in get_backend("s3").values()
        for partition in account.values()
        if bucket in partition.buckets
    )
    return found.keys


@contextmanager
def reading_models_once() -> Iterator[None]:
    """botocore reads megabytes of JSON, looks through a thousand folders, and asks five hundred functions what they
    take, for every session; here every command opens one, of the same S3."""
    read, listed = functools.cache(JSONFileLoader().load_file), functools.cache(Loader().list_available_services)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.hooks, "accepts_kwargs", functools.cache(botocore.hooks.accepts_kwargs))
        alias = functools.cache(EventAliaser(None)._alias_event_name)
        patch.setattr(EventAliaser, "_alias_event_name", lambda self, name: alias(name))
        patch.setattr(JSONFileLoader, "load_file", lambda self, path: read(path))
        patch.setattr(Loader, "list_available_services", lambda self, type_name: listed(type_name))
        yield


def make_server(port: int, heeds_conditions: bool = True) -> Any:
    """`heeds_conditions=False`: as stores are that let everybody overwrite whatever If-Match says."""
    from moto.moto_server.werkzeug_app import create_backend_app
    from werkzeug.serving import WSGIRequestHandler
    from werkzeug.serving import make_server as make

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"  # connections are kept, as S3's are

        def log(self, type: str, message: str, *args: Any) -> None:
            return

    app, lock = create_backend_app("s3"), threading.Lock()

    def locked(environment: Any, start_response: Any) -> Any:
        if not heeds_conditions:
            for name in ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"):
                environment.pop(name, None)
        with lock:
            return list(app(environment, start_response))

    return make("127.0.0.1", port, locked, threaded=True, request_handler=Quiet)


@contextmanager
def serving_s3(heeds_conditions: bool = True) -> Iterator[Store]:
    """In a thread, for the length of a block."""
    server = make_server(0, heeds_conditions)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        with reading_models_once():
            yield Near(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    make_server(int(sys.argv[1])).serve_forever()

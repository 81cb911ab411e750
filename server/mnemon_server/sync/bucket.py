"""A bucket of any S3 store: the few requests that backups are made of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mnemon_server.sync.manifest import LARGEST
from mnemon_server.sync.trouble import (
    BackupRefused,
    Outrun,
    StoreTrouble,
    StoreUnreachable,
    named_trouble,
)

Report = Callable[[int, int], None]
WHOLE, PART = 16 * 1024 * 1024, 8 * 1024 * 1024  # bytes; what is larger than the one goes in parts of the other
_ABSENT = {"NoSuchKey", "404", "NotFound"}


@dataclass(frozen=True)
class Stored:
    """An object in the bucket; `size` in bytes, `modified` by the store's clock."""

    key: str
    size: int
    modified: datetime


class Bucket:
    """Methods raise what `named_trouble` names; each may be called again after any failure."""

    def __init__(self, client: Any, name: str) -> None:  # Any: boto3 makes its clients' classes when it runs
        self._client = client
        self.name = name
        self.where = urlsplit(client.meta.endpoint_url).netloc
        self.is_aws = self.where.endswith((".amazonaws.com", ".amazonaws.com.cn"))

    def get(self, key: str) -> tuple[bytes, str] | None:
        """A small object, as much as a manifest may be at most and one byte, and its ETag; None when there is none."""
        with self._named():
            found = self._unless_absent(lambda: self._client.get_object(Bucket=self.name, Key=key))
            if found is None:
                return None
            with closing(found["Body"]) as answer:
                body = answer.read(LARGEST + 1)
            size, etag = int(_told(found, "ContentLength")), str(_told(found, "ETag"))
        if len(body) < min(size, LARGEST + 1):
            raise StoreUnreachable(f"{self.where} broke off in the middle of its answer", "try again")
        return body, etag

    def put(self, key: str, body: bytes, replacing: str | None = None, only_new: bool = False) -> str:
        """Write a small object, and return its ETag. With `replacing` only over the object with that ETag, with
        `only_new` only where there is none; a store may ignore both.

        Raises:
            Outrun: the condition does not hold.
        """
        conditions = {"IfMatch": replacing} if replacing is not None else {"IfNoneMatch": "*"} if only_new else {}
        with self._named():
            done = self._unless_absent(
                lambda: self._client.put_object(
                    Bucket=self.name, Key=key, Body=body, ContentType="application/json", **conditions
                )
            )
            if done is None:
                raise Outrun
            return str(_told(done, "ETag"))

    def find(self, key: str) -> Stored | None:
        with self._named():
            found = self._unless_absent(lambda: self._client.head_object(Bucket=self.name, Key=key))
            if found is None:
                return None
            return Stored(key, int(_told(found, "ContentLength")), _told(found, "LastModified"))

    def each(self, prefix: str, after: str = "") -> Iterator[Stored]:
        """All objects under `prefix` in the order of their keys, from behind `after`."""
        with self._named():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=prefix, StartAfter=after
            )
            for page in pages:
                for entry in page.get("Contents", []):
                    yield Stored(str(entry["Key"]), int(entry["Size"]), entry["LastModified"])

    def upload(self, file: Path, key: str, report: Report) -> None:
        """Send a file, in parts when it is large; `report(bytes done, bytes in all)`. An object is there whole or
        not at all, with its size looked at."""
        size = file.stat().st_size
        extra = {"ContentType": "application/vnd.sqlite3"} | ({"ChecksumAlgorithm": "SHA256"} if self.is_aws else {})
        report(0, size)
        with self._named():
            self._client.upload_file(
                str(file), self.name, key, ExtraArgs=extra, Config=_transfer(), Callback=_counted(report, size)
            )
        stored = self.find(key)
        if stored is None or stored.size != size:
            raise StoreTrouble(f"{self.where} did not keep the whole upload", "try again")

    def download(self, key: str, file: Path, size: int, report: Report) -> None:
        """Fetch an object into `file`.

        Raises:
            BackupRefused: there is none.
        """
        report(0, size)
        with self._named():
            found = self._unless_absent(
                lambda: (
                    self._client.download_file(
                        self.name, key, str(file), Config=_transfer(), Callback=_counted(report, size)
                    )
                    or True
                )
            )
        if found is None:
            raise BackupRefused(f"{key} is gone from the bucket {self.name}", "mnemon sync history")

    def tag(self, key: str, name: str, value: str) -> bool:
        """Whether the store keeps tags; an object that is gone needs none."""
        from botocore.exceptions import ClientError

        tags = {"TagSet": [{"Key": name, "Value": value}]}
        with self._named():
            try:
                self._client.put_object_tagging(Bucket=self.name, Key=key, Tagging=tags)
            except ClientError as trouble:
                return str(trouble.response.get("Error", {}).get("Code", "")) in _ABSENT
        return True

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            with self._named():
                self._client.delete_object(Bucket=self.name, Key=key)

    def unfinished(self, prefix: str) -> Iterator[tuple[str, str, datetime]]:
        """Uploads in parts that were never completed: key, the store's id of it, since when. None where the store does
        not tell."""
        from botocore.exceptions import ClientError

        with self._named(), suppress(ClientError):
            for page in self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self.name, Prefix=prefix):
                for entry in page.get("Uploads", []):
                    yield str(entry["Key"]), str(entry["UploadId"]), entry["Initiated"]

    def give_up(self, key: str, upload: str) -> None:
        """Drop the parts of an upload that was never completed."""
        with self._named():
            self._client.abort_multipart_upload(Bucket=self.name, Key=key, UploadId=upload)

    def create(self) -> None:
        """Make the bucket itself, in the region of the configuration."""
        region = self._client.meta.region_name
        where = {"CreateBucketConfiguration": {"LocationConstraint": region}} if self._needs_place(region) else {}
        with self._named(), suppress(Outrun):
            self._client.create_bucket(Bucket=self.name, **where)

    def _needs_place(self, region: str) -> bool:
        return self.is_aws and region not in ("us-east-1", "aws-global")

    def close(self) -> None:
        self._client.close()

    def _named(self) -> AbstractContextManager[None]:
        return named_trouble(self.name, self.where)

    def _unless_absent(self, ask: Callable[[], Any]) -> Any:  # Any: botocore's parsed answer
        from botocore.exceptions import ClientError

        try:
            return ask()
        except ClientError as trouble:
            if str(trouble.response.get("Error", {}).get("Code", "")) in _ABSENT:
                return None
            raise


def _told(answer: Any, name: str) -> Any:  # Any: botocore's parsed answer
    """A field that every S3 store's answer has.

    Raises:
        StoreTrouble: this one has not: something else answers.
    """
    if name not in answer:
        raise StoreTrouble("what answers is no S3 store", "check AWS_ENDPOINT_URL_S3, s3_endpoint, and the network")
    return answer[name]


def _transfer() -> Any:  # Any: boto3 has no types
    from boto3.s3.transfer import TransferConfig

    return TransferConfig(
        multipart_threshold=WHOLE, multipart_chunksize=PART, max_concurrency=8, preferred_transfer_client="classic"
    )


def _counted(report: Report, size: int) -> Callable[[int], None]:
    """What the threads of a transfer call with the bytes they moved."""
    done, guard = 0, threading.Lock()

    def moved(count: int) -> None:
        nonlocal done
        with guard:
            done += count
            report(min(done, size), size)

    return moved

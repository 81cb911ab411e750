"""A stand-in for AWS at the one protocol that the installer knows of it: it notes what it is asked, and makes buckets
on a real S3 wire where it has one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.s3 import Store

from mnemon_infra import Changes, Found, InfraError, Made, Wanted
from mnemon_infra.trouble import CliMissing

ACCOUNT = "123456789012"


@dataclass
class RecordingCloud:
    """`buckets` and `roles` are what is there; `trouble` is raised by the next looks, `missing` where Pulumi is needed,
    `breaks` in the middle of `ensure`: the role is there, and its rights are not."""

    store: Store | None = None
    buckets: dict[str, Found] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    trouble: InfraError | None = None
    missing: InfraError | None = None
    breaks: BaseException | None = None
    asked: list[str] = field(default_factory=list)
    ensured: list[Wanted] = field(default_factory=list)

    def look(self, wanted: Wanted) -> Found:
        self.asked.append("look")
        if self.trouble is not None:
            raise self.trouble
        found = self.buckets.get(wanted.bucket, Found(bucket_exists=False))
        return replace(found, account=ACCOUNT, role_arn=self.roles.get(wanted.role_name, ""))

    def require(self) -> None:
        self.asked.append("require")
        if self.missing is not None:
            raise self.missing

    def fetch(self, report: Callable[[str], None]) -> None:
        self.asked.append("fetch")
        report("fetching Pulumi's program")
        if isinstance(self.missing, CliMissing):
            self.missing = None

    def preview(self, wanted: Wanted) -> Changes:
        raise NotImplementedError

    def ensure(self, wanted: Wanted, report: Callable[[str], None]) -> Made:
        self.asked.append("ensure")
        self.ensured.append(wanted)
        report("creating")
        arn = self.roles.setdefault(wanted.role_name, f"arn:aws:iam::{ACCOUNT}:role/{wanted.role_name}")
        if self.breaks is not None:
            raise self.breaks
        if wanted.bucket not in self.buckets:
            self.buckets[wanted.bucket] = our_bucket(wanted.region)
            if self.store is not None:
                self.store.client.create_bucket(Bucket=wanted.bucket)
        return Made(wanted.bucket, wanted.region, arn)


def our_bucket(region: str) -> Found:
    return Found(
        bucket_exists=True,
        is_mine=True,
        region=region,
        is_made_by_us=True,
        is_versioned=True,
        is_public_blocked=True,
    )


def their_bucket(region: str) -> Found:
    """One that was there before us, and lacks what ours have."""
    return replace(our_bucket(region), is_made_by_us=False, is_versioned=False, is_public_blocked=False)

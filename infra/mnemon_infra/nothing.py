"""The infrastructure of stores that need none: Tigris, R2, MinIO, and whatever else takes keys in place of roles."""

from __future__ import annotations

from collections.abc import Callable

from mnemon_infra.found import Found
from mnemon_infra.inputs import Wanted
from mnemon_infra.outputs import Changes, Made


class NothingToDo:
    """The `Infra` of every store but AWS: it asks nobody, and makes nothing. The bucket is made elsewhere (`fly storage
    create`), or was there before."""

    def look(self, wanted: Wanted) -> Found:
        return Found()

    def require(self) -> None:
        """Nothing is needed."""

    def fetch(self, report: Callable[[str], None]) -> None:
        """Nothing is missing."""

    def preview(self, wanted: Wanted) -> Changes:
        return Changes(bucket="look-up")

    def ensure(self, wanted: Wanted, report: Callable[[str], None]) -> Made:
        return Made(wanted.bucket, wanted.region, role_arn="")

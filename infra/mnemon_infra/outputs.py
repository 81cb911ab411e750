"""What a cloud gave, and what it would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Made:
    """What a server needs to know. `role_arn` is no secret, and empty where there are no roles."""

    bucket: str
    region: str
    role_arn: str


@dataclass(frozen=True)
class Changes:
    """How many resources would be touched in which way, by Pulumi's names: create, update, import, same, ...

    `bucket` says what becomes of the bucket: `create`, `import` (taken into care, as it is) or `look-up` (left alone).
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    bucket: str = ""

    @property
    def is_nothing(self) -> bool:
        return all(count == 0 for name, count in self.counts.items() if name != "same")

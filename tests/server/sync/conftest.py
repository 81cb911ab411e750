"""A store, a bucket of one's own in it, and machines that share the bucket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.s3 import Store, serving_s3

from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings


@pytest.fixture(scope="session")
def s3() -> Iterator[Store]:
    with serving_s3() as store:
        yield store


@pytest.fixture
def store(s3: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The one that boto3 finds in the environment."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    return s3


@pytest.fixture
def bucket(store: Store) -> str:
    return store.new_bucket()


@dataclass
class Machine:
    """A vault folder of its own, with the bucket set."""

    settings: Settings

    def call(self, action: str, **parameters: Any) -> dict[str, Any]:
        client = InProcess(self.settings, "test")
        try:
            return client.call(action, **parameters)
        finally:
            client.close()

    def save(self, *titles: str) -> None:
        client = InProcess(self.settings, "test")
        try:
            for title in titles:
                client.call("save", title=title, content=f"the content of {title}")
        finally:
            client.close()

    def titles(self) -> set[str]:
        return {memory["title"] for memory in self.call("list", limit=100)["memories"]}

    def archives(self) -> list[Path]:
        return sorted(self.settings.archive_folder.glob("*.sqlite"))


@pytest.fixture
def machine(tmp_path: Path, bucket: str) -> Callable[[str], Machine]:
    def make(name: str) -> Machine:
        return Machine(Settings(tmp_path / name / ".mnemon", bucket_from_environment=bucket))

    return make

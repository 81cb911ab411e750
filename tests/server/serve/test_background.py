"""Embedding in the background: what it finds to do, and how it keeps out of the way."""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from mnemon_server.client.in_process import InProcess
from mnemon_server.serve.background import BackgroundEmbedding
from mnemon_server.serve.open_vault import open_vault
from mnemon_server.settings import Settings
from mnemon_server.vault.replace import replace_content

_PATIENCE = 30.0  # seconds


def wait_until_embedded(client: InProcess) -> None:
    end = time.monotonic() + _PATIENCE
    while client.call("status")["pending"]:
        assert time.monotonic() < end, client.call("status")
        time.sleep(0.01)


def test_what_came_in_place_of_the_vault_is_embedded_from_its_beginning(with_model: Settings, tmp_path: Path) -> None:
    other = replace(with_model, folder=tmp_path / "other", model_path_from_environment="")
    with closing(InProcess(other, "test")) as client:
        client.call("save", title="Pulled", content="It was never embedded.")
    with closing(InProcess(with_model, "test")) as client:
        for number in range(3):
            client.call("save", title=f"Number {number}", content=f"content {number}")
        embedding = BackgroundEmbedding(client.context)
        try:
            embedding.wake()
            wait_until_embedded(client)
            replace_content(with_model.vault_path, other.vault_path, "pre-pull")
            assert client.call("status")["pending"] == 1
            embedding.wake()
            wait_until_embedded(client)
        finally:
            embedding.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has no priority of its own")
def test_it_runs_at_low_priority_and_leaves_the_others_theirs(with_model: Settings) -> None:
    with closing(InProcess(with_model, "test")) as client:
        client.call("save", title="One", content="content")
        embedding = BackgroundEmbedding(client.context)
        try:
            embedding.wake()
            wait_until_embedded(client)
            (thread,) = (each for each in threading.enumerate() if each.name == "embedding")
            ours = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
            assert thread.native_id is not None
            assert os.getpriority(os.PRIO_PROCESS, thread.native_id) == max(ours, 10)
            assert ours == os.getpriority(os.PRIO_PROCESS, os.getpid())
        finally:
            embedding.close()


def test_it_stands_back_for_whoever_waits_but_not_for_ever(with_model: Settings) -> None:
    asked: list[tuple[float, int]] = []
    with closing(InProcess(with_model, "test")) as client, closing(InProcess(with_model, "other")) as other:
        client.call("save", title="One", content="content")

        def is_busy() -> bool:
            asked.append((time.monotonic(), other.call("status")["pending"] if len(asked) < 3 else 1))
            return True

        embedding = BackgroundEmbedding(client.context, is_busy)
        try:
            embedding.wake()
            wait_until_embedded(client)
            assert time.monotonic() - asked[0][0] >= 0.2
            assert [pending for _, pending in asked[:3]] == [1, 1, 1]
        finally:
            embedding.close()


def test_it_makes_no_vault_where_one_was_deleted(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    vault = open_vault(settings)
    try:
        vault.embedding.wake()
        end = time.monotonic() + _PATIENCE
        while "there is no vault" not in caplog.text and not settings.folder.exists():
            assert time.monotonic() < end
            time.sleep(0.01)
        assert not settings.folder.exists()
    finally:
        vault.close()

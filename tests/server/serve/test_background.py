"""Embedding in the background, in a vault whose content another one has taken the place of."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from mnemon_server.client.in_process import InProcess
from mnemon_server.serve.background import BackgroundEmbedding
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

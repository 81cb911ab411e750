"""Fetching the model from a hub: whole stories, each with a real process, a fake home and a loopback hub."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.fakes.hub import FakeHub
from tests.server.embed.conftest import REPOSITORY, Machine
from tests.tiny_model import build_tiny_model

from mnemon_server.embed import embedder_source
from mnemon_server.errors import ModelBroken
from mnemon_server.settings import Settings

LARGE = "model_optimized.onnx"
PROGRESS = """
import json, os
from pathlib import Path
from mnemon_server.embed.fetch import fetch_model
from mnemon_server.settings import Settings
calls = []
folder = fetch_model(Settings(Path(os.environ["HOME"]) / ".mnemon"), lambda *call: calls.append(call))
print(json.dumps([str(folder), calls]))
"""


def settings_of(machine: Machine) -> Settings:
    return Settings(machine.home / ".mnemon")


def test_a_fetched_model_embeds(machine: Machine) -> None:
    done = machine.run("model", "fetch")
    assert done.returncode == 0, done.stderr
    embedder = embedder_source(settings_of(machine)).load()
    assert embedder.fingerprint.startswith("BAAI/bge-small-en-v1.5@")
    assert len(embedder.embed_query("hello")) == 4 * embedder.dimensions
    for folder in (machine.home / ".mnemon", machine.models):
        assert folder.stat().st_mode & 0o077 == 0 or os.name == "nt"


def test_fastembed_itself_finds_what_we_fetched(machine_with_model: Machine) -> None:
    from fastembed import TextEmbedding

    model = TextEmbedding(cache_dir=str(machine_with_model.models), local_files_only=True)
    assert len(list(model.embed(["hello"]))) == 1


def test_a_cache_that_fastembed_filled_is_recognised(machine: Machine) -> None:
    """No receipt of ours, such as after copying the cache of another program."""
    code = f"from fastembed import TextEmbedding; TextEmbedding(cache_dir={str(machine.models)!r}, threads=1)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=machine.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert embedder_source(settings_of(machine)).load().dimensions == 64


def test_progress_counts_every_byte_of_all_files(machine: Machine, published: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRESS], env=machine.environment, capture_output=True, text=True, check=True
    )
    folder, calls = json.loads(done.stdout)
    total = sum(path.stat().st_size for path in published.iterdir())
    assert Path(folder) == embedder_source(settings_of(machine)).state().folder
    assert {call[2] for call in calls} == {total}
    counts = [call[1] for call in calls]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, total)
    assert {call[0] for call in calls} == {path.name for path in published.iterdir()}
    assert calls[-1][0] == LARGE


def test_a_second_fetch_asks_nobody(machine_with_model: Machine, hub: FakeHub) -> None:
    machine = machine_with_model
    again = machine.run("model", "fetch")
    assert again.returncode == 0
    assert "nothing to fetch" in again.stderr
    assert hub.requests == []


def test_force_downloads_only_what_differs(machine_with_model: Machine, hub: FakeHub) -> None:
    machine = machine_with_model
    assert machine.run("model", "fetch", "--force").returncode == 0
    assert [request.path for request in hub.requests] == [f"/api/models/{REPOSITORY}/revision/main"]
    blob = machine.large_blob()
    good = blob.read_bytes()
    blob.write_bytes(good[:-1] + b"?")  # same size: only the checksum knows
    assert machine.run("model", "fetch", "--force").returncode == 0
    assert blob.read_bytes() == good
    assert len(hub.large_gets()) == 1


def test_a_truncated_model_is_noticed_without_loading_and_mended(machine_with_model: Machine) -> None:
    machine = machine_with_model
    blob = machine.large_blob()
    good = blob.read_bytes()
    blob.write_bytes(good[:1000])
    with pytest.raises(ModelBroken, match=r"1,000 bytes instead of") as broken:
        embedder_source(settings_of(machine)).load()
    assert broken.value.hint == "mnemon model fetch --force"
    assert machine.run("model", "fetch").returncode == 0
    assert blob.read_bytes() == good


def test_a_killed_download_goes_on_where_it_stopped(machine: Machine, hub: FakeHub) -> None:
    hub.faults.bytes_per_second = 400_000
    process = subprocess.Popen(machine.command("model", "fetch"), env=machine.environment, stderr=subprocess.DEVNULL)
    while not (arrived := _part_size(machine)):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
    process.wait()
    arrived = _part_size(machine)
    hub.faults.bytes_per_second = 0
    assert not embedder_source(settings_of(machine)).state().is_present
    done = machine.run("model", "fetch")
    assert done.returncode == 0, done.stderr
    assert "of them here" in done.stderr
    assert hub.large_gets()[-1].range == f"bytes={arrived}-"
    assert embedder_source(settings_of(machine)).load().dimensions == 64


def test_a_broken_connection_is_taken_up_again_in_the_same_run(machine: Machine, hub: FakeHub) -> None:
    hub.faults.cut_after, hub.faults.cuts = 400_000, 2
    done = machine.run("model", "fetch")
    assert done.returncode == 0, done.stderr
    assert [request.range for request in hub.large_gets()] == ["", "bytes=400000-", "bytes=800000-"]


def test_a_server_without_ranges_sends_the_whole_again(machine: Machine, hub: FakeHub) -> None:
    hub.faults.cut_after, hub.faults.cuts, hub.faults.ignore_range = 400_000, 1, True
    assert machine.run("model", "fetch").returncode == 0
    assert embedder_source(settings_of(machine)).load().dimensions == 64


def test_a_file_with_a_wrong_checksum_is_thrown_away(machine: Machine, hub: FakeHub) -> None:
    hub.faults.corrupt = True
    done = machine.run("model", "fetch")
    assert done.returncode == 1
    assert f"{LARGE} arrived damaged" in done.stderr
    assert not _part_size(machine)
    hub.faults.corrupt = False
    assert machine.run("model", "fetch").returncode == 0


def test_the_token_does_not_follow_the_redirect(machine: Machine, hub: FakeHub) -> None:
    assert machine.run("model", "fetch", HF_TOKEN="hf_secret").returncode == 0
    assert all(request.authorized for request in hub.requests if not request.path.startswith("/cdn/"))
    assert hub.large_gets()
    assert not any(request.authorized for request in hub.large_gets())


def test_a_new_revision_is_fetched_when_forced_and_only_then(machine: Machine, hub: FakeHub, tmp_path: Path) -> None:
    machine.run("model", "fetch")
    before = embedder_source(settings_of(machine)).load().fingerprint
    hub.repositories[REPOSITORY] = build_tiny_model(tmp_path / "newer", seed=8, model_file=LARGE)
    hub.revision = "f" * 40
    machine.run("model", "fetch")
    assert embedder_source(settings_of(machine)).load().fingerprint == before
    assert machine.run("model", "fetch", "--force").returncode == 0
    assert embedder_source(settings_of(machine)).load().fingerprint != before


def test_two_fetches_do_not_meet(machine: Machine, hub: FakeHub) -> None:
    hub.faults.bytes_per_second = 400_000
    first = subprocess.Popen(machine.command("model", "fetch"), env=machine.environment, stderr=subprocess.DEVNULL)
    while not _part_size(machine):
        time.sleep(0.01)
    second = machine.run("model", "fetch")
    assert second.returncode == 1
    assert "another mnemon is fetching this model" in second.stderr
    hub.faults.bytes_per_second = 0
    assert first.wait(20) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_said_to_be_full(machine: Machine, published: Path) -> None:
    blobs = machine.models / f"models--{REPOSITORY.replace('/', '--')}" / "blobs"
    blobs.mkdir(parents=True)
    digest = hashlib.sha256((published / LARGE).read_bytes()).hexdigest()
    (blobs / f"{digest}.part").symlink_to("/dev/full")
    done = machine.run("model", "fetch", "--json")
    assert done.returncode == 1
    problem = json.loads(done.stdout)["problems"][0]
    assert problem["code"] == "disk"
    assert "no room left" in problem["message"]


def test_a_models_folder_that_cannot_be_made_is_a_disk_trouble(machine: Machine) -> None:
    machine.models.parent.mkdir()
    machine.models.write_text("not a folder", encoding="utf-8")
    done = machine.run("model", "fetch")
    assert done.returncode == 1
    assert "cannot be made" in done.stderr


def _part_size(machine: Machine) -> int:
    return max((path.stat().st_size for path in machine.models.rglob("*.part") if len(path.stem) == 64), default=0)

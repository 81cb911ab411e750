"""What the image is made of, and the example in the docs; the image's own commands are run here without a Docker."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pytest_snapshot.plugin import Snapshot
from tests.fakes.hub import FakeHub
from tests.seeded import seeded
from tests.tiny_model import build_tiny_model

from mnemon_installer.edits.fly_keys import problems
from mnemon_installer.edits.fly_toml import FlyFile, rendered
from mnemon_server.embed import embedder_source
from mnemon_server.embed.cache import DEFAULT_REPOSITORY
from mnemon_server.serve import remote
from mnemon_server.settable import DEFAULT_MODEL
from mnemon_server.settings import Settings
from mnemon_templates import fill

DOCS = Path(__file__).parents[2] / "docs/reference"
WHEEL = "mnemon_memory-0.8.0+g1a2b3c4d-py3-none-any.whl"
DOCKERFILE = fill("Dockerfile", wheel=WHEEL, build="0.8.0+g0123456789ab", model=DEFAULT_MODEL, port="8080")
OURS = FlyFile(
    app="my-mnemon",
    region="iad",
    public_url="https://my-mnemon.fly.dev",
    bucket="my-mnemon-memories",
    storage_region="us-east-1",
    role_arn="arn:aws:iam::123456789012:role/mnemon-my-mnemon",
    deployed_by="0b9d2c4e-5f61-4a7b-8c3d-9e2f10a4b6c8",
)


def test_the_example_in_the_docs_is_what_is_rendered(snapshot: Snapshot) -> None:
    text = rendered(None, OURS)
    assert problems(text) == []
    snapshot.snapshot_dir = DOCS
    snapshot.assert_match(text, "fly.toml.example")


def test_the_server_has_the_time_that_it_takes_to_end() -> None:
    """`kill_timeout` is when Fly ends it by force; what it may take is the server's to say."""
    given = tomllib.loads(rendered(None, OURS))["kill_timeout"]
    assert int(given.removesuffix("s")) > remote._LAST_RESORT + remote._LAST_BACKUP


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """What a Dockerfile says, in order: instruction, and the rest of it with its lines joined."""
    lines = "\n".join(line for line in dockerfile.splitlines() if not line.startswith("#"))
    joined = re.sub(r"\\\n", "", lines)
    found = (line.partition(" ") for line in joined.splitlines() if line.strip())
    return [(name, rest.strip()) for name, _, rest in found]


def said(name: str) -> list[str]:
    return [rest for instruction, rest in instructions(DOCKERFILE) if instruction == name]


def test_the_image_is_made_of_one_pinned_base_and_one_named_wheel() -> None:
    assert len(said("FROM")) == 1
    assert re.fullmatch(r"python:3\.12\.\d+-slim-\w+", said("FROM")[0])
    assert said("COPY") == [f"{WHEEL} /tmp/"]
    assert said("ADD") == []
    assert f"pip install --no-cache-dir /tmp/{WHEEL}" in said("RUN")[1]
    assert fill("dockerignore", wheel=WHEEL).splitlines()[1:] == ["*", "!Dockerfile", f"!{WHEEL}"]


def test_the_server_runs_as_nobody_special_and_owns_its_data() -> None:
    assert said("USER") == ["10001:10001"]
    assert "useradd --uid 10001 --gid 10001" in said("RUN")[0]
    assert "install -d -o mnemon -g mnemon -m 0700 /data" in said("RUN")[0]
    order = [name for name, _ in instructions(DOCKERFILE)]
    assert order.index("USER") > max(place for place, name in enumerate(order) if name in ("RUN", "COPY"))


def test_the_server_is_started_without_a_shell_and_told_to_end_in_its_own_way() -> None:
    [command] = said("CMD")
    words = json.loads(command)
    assert words[:2] == ["mnemon", "serve-remote"]
    assert remote.ordered(words[2:]) == remote.Order("0.0.0.0", 8080)
    assert said("STOPSIGNAL") == ["SIGTERM"]
    assert said("ENTRYPOINT") == []
    assert tomllib.loads(rendered(None, OURS))["http_service"]["internal_port"] == 8080 == int(said("EXPOSE")[0])


def test_the_environment_is_what_the_server_reads() -> None:
    [environment] = said("ENV")
    assert "MNEMON_VAULT_DIR=/data" in environment
    assert "MNEMON_MODEL_PATH=${MODEL:+/opt/mnemon/model}" in environment
    assert "PYTHONUNBUFFERED=1" in environment
    assert said("ARG") == [f'MODEL="{DEFAULT_MODEL}"']
    assert 'ARG MODEL=""' in fill("Dockerfile", wheel=WHEEL, build="0.8.0+g0123456789ab", model="", port="8080")


def test_the_health_check_is_a_program_that_the_image_has(tmp_path: Path) -> None:
    _, _, check = said("HEALTHCHECK")[0].partition("CMD ")
    program, flag, code = json.loads(check)
    assert (program, flag) == ("python", "-c")
    done = subprocess.run(
        [sys.executable, flag, code.replace("8080", "1")], capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 1  # nobody listens there
    assert "urlopen error" in done.stderr


@seeded
def test_the_model_in_the_image_is_the_one_that_the_vaults_vectors_know(tmp_path: Path) -> None:
    """The very command of the image, on this machine: what it fetches has the fingerprint of what a laptop fetched."""
    published = build_tiny_model(tmp_path / "hub", model_file="model_optimized.onnx")
    (published / "config.json").write_text(json.dumps({"_name_or_path": "somebody/else", "model_type": "bert"}))
    command = next(run for run in said("RUN") if "mnemon model fetch" in run)
    for place in ("/opt/mnemon", "/tmp/fetched"):
        command = command.replace(place, str(tmp_path / place.strip("/")))
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "python").symlink_to(sys.executable)
    (programs / "mnemon").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mnemon_installer.cli "$@"\n')
    (programs / "mnemon").chmod(0o755)
    with FakeHub({DEFAULT_REPOSITORY: published}) as hub:
        environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "HF_ENDPOINT": hub.url,
            "MODEL": DEFAULT_MODEL,
        }
        baked = subprocess.run(["/bin/sh", "-c", command], env=environment, capture_output=True, text=True, check=False)
        assert baked.returncode == 0, baked.stderr
        laptop = {**environment, "MNEMON_VAULT_DIR": str(tmp_path / "laptop")}
        subprocess.run([programs / "mnemon", "model", "fetch"], env=laptop, capture_output=True, check=True)
    model = tmp_path / "opt/mnemon/model"
    assert all(path.stat().st_mode & 0o004 for path in (model, *model.iterdir()))  # for whoever the server runs as
    assert not (tmp_path / "tmp/fetched").exists()
    in_image = embedder_source(Settings(tmp_path / "data", model_path_from_environment=str(model))).load()
    on_laptop = embedder_source(Settings(tmp_path / "laptop")).load()
    assert in_image.fingerprint == on_laptop.fingerprint


@seeded
def test_an_image_without_a_model_is_made_without_a_hub(tmp_path: Path) -> None:
    command = next(run for run in said("RUN") if "mnemon model fetch" in run)
    done = subprocess.run(["/bin/sh", "-c", command], env={"PATH": "/nowhere", "MODEL": ""}, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("port", ["8080", "9000"])
def test_one_port_stands_everywhere(port: str) -> None:
    text = fill("Dockerfile", wheel=WHEEL, build="0.8.0+g0123456789ab", model="", port=port)
    assert set(re.findall(r"(?<=127\.0\.0\.1:)\d+|(?<=EXPOSE )\d+|(?<=\"--port\", \")\d+", text)) == {port}

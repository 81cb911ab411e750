"""A hub that cannot be reached is said to be so: soon, in one sentence, with exit status 4."""

from __future__ import annotations

import time

import pytest
from tests.fakes.hub import FakeHub
from tests.server.embed.conftest import Machine

# Seconds. Five are promised and measured (tests/bench); a busy machine may take longer, retries never do.
LIMIT = 20


def fetch_fails(machine: Machine, **environment: str) -> str:
    start = time.monotonic()
    done = machine.run("model", "fetch", **environment)
    assert time.monotonic() - start < LIMIT
    assert done.returncode == 4
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("mnemon: hint: ")
    assert not machine.models.exists()
    return lines[0]


def test_a_silent_hub(machine: Machine, hub: FakeHub) -> None:
    hub.faults.silent = True
    assert "did not answer in time" in fetch_fails(machine)


def test_a_refused_connection(machine: Machine) -> None:
    assert "127.0.0.1:9 cannot be reached" in fetch_fails(machine, HF_ENDPOINT="http://127.0.0.1:9")


def test_a_name_that_does_not_resolve(machine: Machine) -> None:
    assert "hub.invalid cannot be reached" in fetch_fails(machine, HF_ENDPOINT="https://hub.invalid")


def test_a_resolver_that_never_answers(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A name lookup has no timeout of its own; sitecustomize makes one hang as a dead resolver does."""
    folder = tmp_path_factory.mktemp("site")
    text = "import socket, time\nsocket.getaddrinfo = lambda *_, **__: time.sleep(20)\n"
    (folder / "sitecustomize.py").write_text(text, encoding="utf-8")
    said = fetch_fails(machine, HF_ENDPOINT="https://hub.invalid", PYTHONPATH=str(folder))
    assert "did not answer in time" in said


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "has no Qdrant/bge-small-en-v1.5-onnx-Q (404)"),
        (401, "refuses access to Qdrant/bge-small-en-v1.5-onnx-Q (401)"),
        (503, "cannot serve Qdrant/bge-small-en-v1.5-onnx-Q just now (503)"),
    ],
)
def test_a_hub_that_says_no(machine: Machine, hub: FakeHub, status: int, words: str) -> None:
    hub.faults.status = status
    assert words in fetch_fails(machine)


def test_a_login_page_in_the_way(machine: Machine, hub: FakeHub) -> None:
    hub.faults.html = True
    assert "answers, but not as a model hub does" in fetch_fails(machine)


def test_an_endpoint_that_is_no_address(machine: Machine) -> None:
    assert "HF_ENDPOINT is not a web address" in fetch_fails(machine, HF_ENDPOINT="nonsense")


def test_offline_mode(machine: Machine) -> None:
    assert "HF_HUB_OFFLINE is set" in fetch_fails(machine, HF_HUB_OFFLINE="1")


def test_a_dead_proxy_is_named_without_its_password(machine: Machine) -> None:
    said = fetch_fails(machine, HTTP_PROXY="http://user:hunter2@127.0.0.1:9", HF_ENDPOINT="http://hub.invalid")
    assert "hub.invalid cannot be reached" in said
    assert "hunter2" not in said


def test_proxy_variables_are_obeyed(machine: Machine, hub: FakeHub) -> None:
    done = machine.run("model", "fetch", HTTP_PROXY=hub.url, HF_ENDPOINT="http://hub.invalid", NO_PROXY="localhost")
    assert done.returncode == 0, done.stderr
    assert all(request.through_proxy for request in hub.requests if not request.path.startswith("/cdn/"))

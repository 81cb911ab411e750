"""Fetching the judge's model, as people and programs see it, from a hub on loopback."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fakes.genai_model import CONFIG, environment_with_stand_in
from tests.fakes.hub import FakeHub
from tests.seeded import seeded
from tests.server.embed.conftest import Machine, machine_at

from mnemon_server.embed.hub import HubFile, Listing
from mnemon_server.errors import ModelUnreachable
from mnemon_server.llm.model_fetch import wanted
from mnemon_server.settable import setting_named

REPOSITORY = "onnx-community/Qwen3-1.7B-ONNX"
PLAIN = "onnxruntime/cpu_and_mobile/cpu-int4-kld-block-128"
WEIGHTS = b"weights " * 40_000


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in the layout of its publisher's: one model, for several machines."""
    root = tmp_path_factory.mktemp("hub")
    for place in (PLAIN, "onnxruntime/cuda/cuda-int4-kld-block-128", "onnxruntime/webgpu/webgpu-int4-rtn-block-32"):
        folder = root / place
        folder.mkdir(parents=True)
        (folder / "genai_config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
        (folder / "model.onnx").write_bytes(b"graph")
        (folder / "model.onnx.data").write_bytes(WEIGHTS + place.encode())
        (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
        (folder / "README.md").write_text("words", encoding="utf-8")
    (root / "onnx").mkdir()
    (root / "onnx" / "model_q4.onnx").write_bytes(b"for another runtime")
    return root


@pytest.fixture
def hub(published: Path) -> Iterator[FakeHub]:
    with FakeHub({REPOSITORY: published}) as hub:
        yield hub


@pytest.fixture
def machine(tmp_path: Path, hub: FakeHub) -> Machine:
    made = machine_at(tmp_path / "machine", hub)
    return Machine(made.home, environment_with_stand_in(made.environment))


def test_it_is_fetched_when_somebody_agrees_and_not_before(machine: Machine, hub: FakeHub) -> None:
    refused = machine.run("model", "fetch", "--judge")
    assert refused.returncode == 2
    assert f"the judge's model {REPOSITORY} is 0.3 MB: without a terminal fetching it wants --yes" in refused.stderr
    assert "hint: mnemon model fetch --judge --yes" in refused.stderr
    assert hub.large_gets() == []
    fetched = machine.run("model", "fetch", "--judge", "--yes", "--json")
    assert fetched.returncode == 0, fetched.stderr
    assert f"the judge's model {REPOSITORY} is 0.3 MB" in fetched.stderr
    assert "100 %" in fetched.stderr
    judge = json.loads(fetched.stdout)["result"]["judge"]
    assert (judge["in_force"], judge["reason"], judge["present"]) == ("local (qwen3-1.7b)", None, True)
    folder = Path(judge["folder"])
    assert folder.as_posix().endswith(PLAIN)
    assert {path.name: path.stat().st_size for path in folder.iterdir()} == {
        "genai_config.json": len(json.dumps(CONFIG)),
        "model.onnx": 5,
        "model.onnx.data": len(WEIGHTS) + len(PLAIN),
        "tokenizer.json": 2,
    }
    assert len(hub.large_gets()) == 1
    again = machine.run("model", "fetch", "--judge")
    assert again.returncode == 0
    assert "nothing to fetch: the judge's model is on this machine" in again.stderr

    weights = (folder / "model.onnx.data").resolve()
    weights.write_bytes(WEIGHTS[:1000])
    damaged = machine.run("model", "status")
    assert "model.onnx.data in" in damaged.stdout
    assert "is damaged: 1,000 bytes instead of" in damaged.stdout
    assert "(mnemon model fetch --judge --force)" in damaged.stdout
    assert machine.run("model", "fetch", "--judge", "--yes").returncode == 0
    assert weights.read_bytes() == WEIGHTS + PLAIN.encode()


def test_a_repository_without_such_a_model_is_refused(machine: Machine, hub: FakeHub, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "model.onnx").write_bytes(b"graph")
    hub.repositories["some/other"] = other
    (machine.home / ".mnemon").mkdir()
    (machine.home / ".mnemon" / "config.toml").write_text('llm_model = "some/other"\n', encoding="utf-8")
    done = machine.run("model", "fetch", "--judge", "--yes")
    assert done.returncode == 4
    assert "the hub's some/other has no genai_config.json: it holds no model for onnxruntime-genai" in done.stderr
    assert "hint: mnemon config set llm_model OWNER/NAME" in done.stderr
    hub.faults.status = 404
    gone = machine.run("model", "fetch", "--judge", "--yes")
    assert "hint: mnemon config set llm_model NAME" in gone.stderr


def test_a_folder_of_ones_own_wins(machine: Machine, hub: FakeHub, published: Path) -> None:
    done = machine.run("model", "fetch", "--judge", "--json", MNEMON_LLM_PATH=str(published / PLAIN))
    assert done.returncode == 0
    assert "nothing to fetch: llm_path names a folder" in done.stderr
    assert json.loads(done.stdout)["result"]["judge"]["folder"] == str(published / PLAIN)
    missing = machine.run("model", "fetch", "--judge", MNEMON_LLM_PATH=str(published / "nowhere"))
    assert missing.returncode == 4
    assert "does not exist" in missing.stderr
    assert hub.requests == []


@seeded
def test_on_a_terminal_it_asks(machine: Machine, hub: FakeHub) -> None:
    pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")
    terminal, ours = pty.openpty()
    line = machine.command("model", "fetch", "--judge")
    with subprocess.Popen(
        line, env=machine.environment | {"TERM": "xterm"}, stdin=ours, stdout=ours, stderr=ours
    ) as asks:
        os.close(ours)
        shown = b""
        while b"Download it?" not in shown:
            shown += os.read(terminal, 4096)
        os.write(terminal, b"n")
        while True:
            try:
                shown += os.read(terminal, 4096)
            except OSError:  # Linux says so when the other side has gone
                break
    os.close(terminal)
    assert b"is 0.3 MB. Download it?" in shown
    assert b"nothing was fetched" in shown
    assert asks.returncode == 1
    assert hub.large_gets() == []


@pytest.mark.parametrize(
    ("places", "chosen"),
    [
        (("", "onnx"), ""),
        (
            ("gpu/gpu-int4", "cpu_and_mobile/cpu-int4-rtn-block-32-acc-level-4"),
            "cpu_and_mobile/cpu-int4-rtn-block-32-acc-level-4",
        ),
        (("cpu-fp32", "cpu-int4"), "cpu-int4"),
        (("directml/int4", "generic"), "generic"),
        (("cuda",), "cuda"),
    ],
)
def test_the_model_for_a_plain_processor_is_chosen(places: tuple[str, ...], chosen: str) -> None:
    names = [f"{place}/genai_config.json".lstrip("/") for place in places]
    files = tuple(HubFile(name, 1, "0" * 40) for name in names)
    found = wanted(Listing("a/b", "r", files)).files
    assert [file.name for file in found] == [f"{chosen}/genai_config.json".lstrip("/")]


def test_a_listing_without_a_model_has_none() -> None:
    with pytest.raises(ModelUnreachable):
        wanted(Listing("a/b", "r", (HubFile("model.onnx", 1, "0" * 40),)))


@seeded
def test_the_page_about_it_is_true(machine: Machine) -> None:
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "judge.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("mnemon ")]
    assert lines == ["mnemon model fetch --judge", "mnemon model status", "mnemon config set judge none"]
    for line in lines:
        agreed = ["--yes"] if line.endswith("--judge") else []
        done = machine.run(*line.split()[1:], *agreed)
        assert done.returncode == 0, done.stderr
        if line.endswith("status"):
            assert "judge    local (qwen3-1.7b)" in done.stdout
    assert "judge    heuristics\n" in machine.run("model", "status").stdout
    for name, default in re.findall(r"^\| `(\w+)` \| `?(\w+)`? \|", page, re.MULTILINE):
        assert str(setting_named(name).default) == default

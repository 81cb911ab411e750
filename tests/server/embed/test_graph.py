"""The optimised copy of a model's graph: what a load leaves behind for the next, and what no copy may ever change."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from tests.scripts.doomed import SEEDED
from tests.seeded import seeded

from mnemon_server.embed import embedder_source, graph
from mnemon_server.embed.folder import inspect_folder
from mnemon_server.embed.graph import ABANDONED, OURS, SMALLEST
from mnemon_server.embed.loaded import open_model
from mnemon_server.settings import Settings

TEXTS = ["the car broke down", "postgres", "", "a failure of the database in the night " * 20]
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "one byte is another": lambda content: content[:-500_000] + b"#" + content[-499_999:],
    "cut short": lambda content: content[:-1_000],
    "empty": lambda content: b"",
    "somebody else's": lambda content: b"not a model at all",
}
FIRST, *REST = DAMAGES


@pytest.fixture(scope="session")
def large(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model with so long a description that its weights count as large."""
    folder = Path(shutil.copytree(tiny, tmp_path_factory.mktemp("large") / "tiny"))
    model = onnx.load(folder / "model.onnx")
    model.doc_string = "x" * SMALLEST
    onnx.save(model, folder / "model.onnx")
    return folder


@pytest.fixture
def settings(large: Path, tmp_path: Path) -> Settings:
    (tmp_path / "vault").mkdir()
    return Settings(tmp_path / "vault", model_path_from_environment=str(large))


@pytest.fixture(scope="session")
def expected(large: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[bytes]]:
    """Fingerprint and vectors where there is no copy."""
    embedder = open_model(inspect_folder(large), tmp_path_factory.mktemp("none") / "models")
    return embedder.fingerprint, embedder.embed_passages(TEXTS)


def given_by(settings: Settings) -> tuple[str, list[bytes]]:
    embedder = embedder_source(settings).load()
    return embedder.fingerprint, embedder.embed_passages(TEXTS)


def kept(settings: Settings) -> list[Path]:
    return sorted((settings.models_folder / "optimised").iterdir())


def test_the_second_load_takes_the_copy_and_gives_the_same_vectors(
    settings: Settings, expected: tuple[str, list[bytes]]
) -> None:
    assert given_by(settings) == expected
    (copy,) = kept(settings)
    assert OURS.fullmatch(copy.name)
    before = copy.stat()
    embedder = open_model(inspect_folder(Path(settings.model_path or "")), settings.models_folder)
    assert embedder.is_of_copy
    assert (embedder.fingerprint, embedder.embed_passages(TEXTS)) == expected
    assert given_by(settings) == expected
    assert kept(settings) == [copy]
    assert copy.stat().st_mtime_ns == before.st_mtime_ns


def test_a_copy_that_gives_other_vectors_is_not_kept(
    settings: Settings, expected: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = graph._write

    def write_another(weights: Path, draft: Path) -> bool:
        is_written = write(weights, draft)
        model = onnx.load(draft)
        largest = max(model.graph.initializer, key=lambda each: len(each.raw_data))
        numbers = onnx.numpy_helper.to_array(largest).copy()
        largest.CopyFrom(onnx.numpy_helper.from_array(numbers * -1, largest.name))
        onnx.save(model, draft)
        return is_written

    monkeypatch.setattr(graph, "_write", write_another)
    assert given_by(settings) == expected
    assert [each.suffix for each in kept(settings)] == [".new"]
    assert given_by(settings) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="modes are a POSIX thing")
def test_the_copy_is_for_its_owner_alone(settings: Settings) -> None:
    given_by(settings)
    (copy,) = kept(settings)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", [FIRST, *(pytest.param(each, marks=SEEDED) for each in REST)])
def test_a_damaged_copy_is_made_anew(settings: Settings, expected: tuple[str, list[bytes]], damage: str) -> None:
    given_by(settings)
    (copy,) = kept(settings)
    whole = copy.read_bytes()
    copy.write_bytes(DAMAGES[damage](whole))
    assert given_by(settings) == expected
    assert kept(settings) == [copy]
    assert copy.read_bytes() == whole


def test_a_whole_copy_that_cannot_be_loaded_is_put_away_for_a_week(
    settings: Settings, expected: tuple[str, list[bytes]]
) -> None:
    given_by(settings)
    (copy,) = kept(settings)
    copy.unlink()
    content = b"of an onnxruntime that is not ours"
    key = copy.stem.rpartition("-")[0]
    copy.with_name(f"{key}-{hashlib.sha256(content).hexdigest()[:24]}.onnx").write_bytes(content)
    for _ in range(2):
        assert given_by(settings) == expected
        assert [(each.name, each.stat().st_size) for each in kept(settings)] == [(f".{key}.new", 0)]


def test_what_another_process_is_writing_is_left_alone_until_it_is_forgotten(
    settings: Settings, expected: tuple[str, list[bytes]]
) -> None:
    given_by(settings)
    (copy,) = kept(settings)
    copy.unlink()
    draft = copy.with_name(f".{copy.stem.rpartition('-')[0]}.new")
    draft.write_bytes(b"half of a mod")
    assert given_by(settings) == expected
    assert draft.read_bytes() == b"half of a mod"
    long_ago = time.time() - ABANDONED - 60
    os.utime(draft, (long_ago, long_ago))
    assert given_by(settings) == expected
    assert kept(settings) == [copy]


@seeded
def test_several_at_once_leave_one_copy(settings: Settings, expected: tuple[str, list[bytes]]) -> None:
    found: list[tuple[str, list[bytes]]] = []
    threads = [threading.Thread(target=lambda: found.append(given_by(settings))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 3
    (copy,) = kept(settings)
    assert copy.suffix == ".onnx"


def test_copies_of_other_weights_and_versions_go_and_nothing_else(settings: Settings) -> None:
    folder = settings.models_folder / "optimised"
    folder.mkdir(parents=True)
    digest = "0123456789abcdef01234567"
    (folder / f"{digest}-ort1.20.0-linux-x86_64-extended-{digest}.onnx").touch()
    for name in ("mine.onnx", f".{digest}-ort1.20.0-linux-x86_64-extended.new"):  # the second: somebody may be at it
        (folder / name).touch()
    given_by(settings)
    assert len(kept(settings)) == 3
    assert not list(folder.glob("*-ort1.20.0-*.onnx"))


def test_where_no_copy_can_be_made_the_model_is_loaded_all_the_same(
    settings: Settings, expected: tuple[str, list[bytes]]
) -> None:
    settings.models_folder.mkdir()
    (settings.models_folder / "optimised").write_text("a file in its place", encoding="utf-8")
    assert given_by(settings) == expected
    shutil.rmtree(settings.folder)
    assert given_by(settings) == expected
    assert not settings.folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="limits are a POSIX thing")
def test_a_disk_that_is_full_half_way_leaves_no_half_copy(
    settings: Settings, expected: tuple[str, list[bytes]]
) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALLEST // 2, hard))
    try:
        assert given_by(settings) == expected
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    (draft,) = kept(settings)
    assert (draft.suffix, draft.stat().st_size) == (".new", 0)


def test_nothing_is_written_into_the_model_s_own_folder(large: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(large, tmp_path / "both"))
    before = sorted(folder.rglob("*"))
    embedder_source(Settings(folder, model_path_from_environment=str(folder))).load()
    assert not (folder / "models" / "optimised").exists()
    assert [each for each in sorted(folder.rglob("*")) if each.name not in ("models", "digests.json")] == before


def test_weights_that_lie_in_another_file_are_not_copied(
    large: Path, tmp_path: Path, expected: tuple[str, list[bytes]]
) -> None:
    folder = Path(shutil.copytree(large, tmp_path / "tiny"))
    model = onnx.load(folder / "model.onnx")
    onnx.save_model(model, folder / "model.onnx", save_as_external_data=True, location="model.onnx_data")
    assert (folder / "model.onnx_data").is_file()
    (tmp_path / "vault").mkdir()
    settings = Settings(tmp_path / "vault", model_path_from_environment=str(folder))
    for _ in range(2):
        assert given_by(settings)[1] == expected[1]
        assert [each.stat().st_size for each in kept(settings)] == [0]


def test_small_weights_are_not_copied(tiny: Path, settings_for: Callable[[Path], Settings]) -> None:
    settings = settings_for(tiny)
    settings.folder.mkdir()
    embedder_source(settings).load()
    assert not (settings.models_folder / "optimised").exists()

"""Finding and loading a model: what is looked at, what is said, what is remembered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.tiny_model import build_tiny_model

from mnemon_server.embed import embedder_source
from mnemon_server.embed.cache import DEFAULT_MODEL_FILE, DEFAULT_REPOSITORY
from mnemon_server.embed.folder import inspect_folder
from mnemon_server.embed.loaded import open_model
from mnemon_server.errors import ModelBroken, ModelMissing
from mnemon_server.settable import DEFAULT_MODEL
from mnemon_server.settings import Settings

SettingsFor = Callable[[Path], Settings]
_PATIENCE = 30.0  # seconds


def test_state_imports_nothing_heavy(tiny: Path, tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from mnemon_server.embed import embedder_source
from mnemon_server.settings import Settings
assert embedder_source(Settings(Path({str(tmp_path)!r}), {{}}, {str(tiny)!r})).state().is_present
assert not embedder_source(Settings(Path({str(tmp_path)!r}))).state().is_present
heavy = {{"numpy", "fastembed", "huggingface_hub", "onnxruntime", "tokenizers", "httpx", "mcp"}}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_loading_and_embedding_print_nothing(tiny: Path, tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from mnemon_server.embed import embedder_source
from mnemon_server.settings import Settings
embedder = embedder_source(Settings(Path({str(tmp_path)!r}), {{}}, {str(tiny)!r})).load()
embedder.embed_passages(["a", "b"])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_without_a_model_the_command_to_fetch_it_is_named(tmp_path: Path) -> None:
    source = embedder_source(Settings(tmp_path))
    assert source.state().name == DEFAULT_MODEL
    with pytest.raises(ModelMissing) as missing:
        source.load()
    assert missing.value.hint == "mnemon model fetch"


def test_the_default_model_is_where_fastembed_lists_it() -> None:
    from fastembed import TextEmbedding

    listed = {model["model"]: model for model in TextEmbedding.list_supported_models()}[DEFAULT_MODEL]
    assert listed["sources"]["hf"] == DEFAULT_REPOSITORY
    assert listed["model_file"] == DEFAULT_MODEL_FILE
    assert listed["additional_files"] == []


@pytest.mark.parametrize("kept", [0, 10, 5_000, 1_000_000])
def test_a_truncated_model_is_said_to_be_damaged(copy_of_tiny: Path, settings_for: SettingsFor, kept: int) -> None:
    model = copy_of_tiny / "model.onnx"
    model.write_bytes(model.read_bytes()[:kept])
    with pytest.raises(ModelBroken) as broken:
        embedder_source(settings_for(copy_of_tiny)).load()
    assert broken.value.message == f"model.onnx in {copy_of_tiny} is damaged or incomplete"
    assert broken.value.hint.startswith("put a whole model there")


def test_a_failure_is_remembered_until_the_file_changes(copy_of_tiny: Path, settings_for: SettingsFor) -> None:
    model = copy_of_tiny / "model.onnx"
    whole = model.read_bytes()
    model.write_bytes(whole[:9_000])
    source = embedder_source(settings_for(copy_of_tiny))
    assert source.state().problem == ""
    with pytest.raises(ModelBroken) as first:
        source.load()
    with pytest.raises(ModelBroken) as second:
        source.load()
    assert second.value is first.value
    assert "damaged" in source.state().problem
    model.write_bytes(whole)
    assert source.state().problem == ""
    assert source.load().dimensions == 64


def test_a_broken_tokenizer_is_named_in_one_line(copy_of_tiny: Path, settings_for: SettingsFor) -> None:
    (copy_of_tiny / "tokenizer.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelBroken) as broken:
        embedder_source(settings_for(copy_of_tiny)).load()
    assert broken.value.message.startswith(f"the model in {copy_of_tiny} cannot be loaded: ")
    assert "\n" not in broken.value.message


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer_config.json"])
def test_a_missing_tokenizer_file_is_named(copy_of_tiny: Path, settings_for: SettingsFor, name: str) -> None:
    (copy_of_tiny / name).unlink()
    source = embedder_source(settings_for(copy_of_tiny))
    assert source.state().problem == f"{name} is missing in {copy_of_tiny}"
    with pytest.raises(ModelBroken, match=name):
        source.load()


def test_a_folder_without_a_model_is_no_model(tmp_path: Path, settings_for: SettingsFor) -> None:
    with pytest.raises(ModelMissing, match=r"no model\.onnx"):
        embedder_source(settings_for(tmp_path)).load()
    with pytest.raises(ModelMissing, match="does not exist"):
        embedder_source(settings_for(tmp_path / "nowhere")).load()
    (tmp_path / "file").touch()
    with pytest.raises(ModelMissing, match="is not a folder"):
        embedder_source(settings_for(tmp_path / "file")).load()


@pytest.mark.parametrize("model_file", ["model_optimized.onnx", "onnx/model.onnx", "weights-q8.onnx"])
def test_the_model_file_is_found_under_its_usual_names(
    tmp_path: Path, settings_for: SettingsFor, model_file: str
) -> None:
    folder = build_tiny_model(tmp_path / "model", model_file=model_file)
    assert inspect_folder(folder).model_file == model_file
    assert embedder_source(settings_for(folder)).load().dimensions == 64


def test_stated_pooling_decides_the_vectors(copy_of_tiny: Path, settings_for: SettingsFor) -> None:
    mean = embedder_source(settings_for(copy_of_tiny)).load()
    _state_pooling(copy_of_tiny, pooling_mode_cls_token=True, pooling_mode_mean_tokens=False)
    cls = embedder_source(settings_for(copy_of_tiny)).load()
    assert mean.fingerprint != cls.fingerprint
    assert mean.embed_query("two words") != cls.embed_query("two words")


def test_pooling_nobody_can_do_is_refused(copy_of_tiny: Path, settings_for: SettingsFor) -> None:
    _state_pooling(copy_of_tiny, pooling_mode_max_tokens=True)
    with pytest.raises(ModelBroken, match="pooling_mode_max_tokens"):
        embedder_source(settings_for(copy_of_tiny)).load()


@pytest.mark.parametrize(
    ("name", "same_as"), [("my-bge-small", "cls"), ("snowflake-arctic-s", "cls"), ("anything", "mean")]
)
def test_the_family_decides_where_nothing_is_stated(tmp_path: Path, name: str, same_as: str) -> None:
    unstated = build_tiny_model(tmp_path / name)
    stated = build_tiny_model(tmp_path / "stated" / name)
    key = {"cls": "pooling_mode_cls_token", "mean": "pooling_mode_mean_tokens"}[same_as]
    _state_pooling(stated, **{key: True})
    one, other = (open_model(inspect_folder(folder), tmp_path) for folder in (unstated, stated))
    assert one.fingerprint == other.fingerprint
    assert one.embed_query("two words") == other.embed_query("two words")


def test_a_model_that_pools_by_itself_is_left_to_it(tmp_path: Path, settings_for: SettingsFor) -> None:
    folder = build_tiny_model(tmp_path / "pooled", pooled=True)
    embedder = embedder_source(settings_for(folder)).load()
    assert embedder.dimensions == 64
    assert len(embedder.embed_passages(["one", "two words"])) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are a POSIX thing")
def test_nobody_waits_for_a_load_to_learn_how_things_stand(copy_of_tiny: Path, settings_for: SettingsFor) -> None:
    """The load stands still in the midst of it, at a file that does not come to its end."""
    pipe = copy_of_tiny / "special_tokens_map.json"
    content = pipe.read_bytes()
    pipe.unlink()
    os.mkfifo(pipe)
    source = embedder_source(settings_for(copy_of_tiny))
    loading = threading.Thread(target=source.load, daemon=True)
    loading.start()
    end = _opened_when_read(pipe)
    assert source.state().is_present
    assert source.loaded() is None
    assert loading.is_alive()
    os.write(end, content)
    os.close(end)
    loading.join(_PATIENCE)
    assert source.loaded() is not None
    assert source.loaded() is source.load()


def _opened_when_read(pipe: Path) -> int:
    """The writing end, as soon as somebody has opened the other one."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.01)


def _state_pooling(folder: Path, **modes: bool) -> None:
    (folder / "1_Pooling").mkdir()
    text = json.dumps({"word_embedding_dimension": 64, **modes})
    (folder / "1_Pooling" / "config.json").write_text(text, encoding="utf-8")

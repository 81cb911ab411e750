"""Builds a tiny language model that onnxruntime-genai really loads, in the layout of published ones.

It has a key-value cache of one layer and one head that nothing reads, a tokenizer of single bytes in the shape of
Qwen's, and weights of one row per token: which token is likely after it. So it writes nonsense in which texts end soon;
whatever sense its answers have is the grammar's.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
HEAD = 4  # numbers of a key
CONTEXT = 8192

_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)


def build_tiny_llm(folder: Path, ends_texts: bool = True) -> Path:
    """Write the model into `folder`, creating it, and return the folder. One that ends no text goes on for ever."""
    folder.mkdir(parents=True)
    vocabulary = _write_tokenizer(folder)
    _write_graph(folder, _rows(vocabulary, ends_texts))
    _write_config(folder, vocabulary)
    return folder


def _write_tokenizer(folder: Path) -> dict[str, int]:
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={letter: place for place, letter in enumerate(letters)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(list(MARKS))
    tokenizer.save(str(folder / "tokenizer.json"))
    plain = {"lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": True}
    marks = {str(tokenizer.token_to_id(mark)): {"content": mark, **plain} for mark in MARKS}
    config = {
        "tokenizer_class": "Qwen2Tokenizer",
        "added_tokens_decoder": marks,
        "add_prefix_space": False,
        "bos_token": None,
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "unk_token": None,
        "model_max_length": CONTEXT,
        "chat_template": _TEMPLATE,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    return dict(tokenizer.get_vocab())


def _rows(vocabulary: dict[str, int], ends_texts: bool) -> np.ndarray:
    rows = np.random.default_rng(1).standard_normal((len(vocabulary), len(vocabulary))).astype(np.float32)
    for letter in "abcdefgh":
        rows[:, vocabulary[letter]] += 4
    if ends_texts:
        for letter in '"}]':
            rows[:, vocabulary[letter]] += 5
        rows[vocabulary["}"], vocabulary["<|im_end|>"]] += 9
    return rows


def _write_graph(folder: Path, rows: np.ndarray) -> None:
    """logits = row of each token; the cache grows by zeros."""

    def values(name: str, kind: int, *shape: str | int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, kind, list(shape))

    def constant(name: str, *numbers: int) -> onnx.TensorProto:
        return numpy_helper.from_array(np.array(numbers, dtype=np.int64), name)

    number, real = TensorProto.INT64, TensorProto.FLOAT
    nodes = [
        helper.make_node("Gather", ["rows", "input_ids"], ["logits"]),
        helper.make_node("Shape", ["input_ids"], ["shape"]),
        helper.make_node("Gather", ["shape", "first"], ["batch"]),
        helper.make_node("Gather", ["shape", "second"], ["length"]),
        helper.make_node("Concat", ["batch", "heads", "length", "head"], ["wanted"], axis=0),
        helper.make_node("ConstantOfShape", ["wanted"], ["zeros"]),
        # The mask is read so that the graph keeps the input.
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMin", ["mask"], ["least"], keepdims=0),
        helper.make_node("Sub", ["least", "least"], ["nothing"]),
        helper.make_node("Add", ["zeros", "nothing"], ["fresh"]),
        helper.make_node("Concat", ["past_key_values.0.key", "fresh"], ["present.0.key"], axis=2),
        helper.make_node("Concat", ["past_key_values.0.value", "fresh"], ["present.0.value"], axis=2),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            values("input_ids", number, "batch", "length"),
            values("attention_mask", number, "batch", "total"),
            values("past_key_values.0.key", real, "batch", 1, "past", HEAD),
            values("past_key_values.0.value", real, "batch", 1, "past", HEAD),
        ],
        [
            values("logits", real, "batch", "length", len(rows)),
            values("present.0.key", real, "batch", 1, "total", HEAD),
            values("present.0.value", real, "batch", 1, "total", HEAD),
        ],
        [
            numpy_helper.from_array(rows, "rows"),
            constant("first", 0),
            constant("second", 1),
            constant("heads", 1),
            constant("head", HEAD),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save_model(model, folder / "model.onnx", save_as_external_data=True, location="model.onnx.data")


def _write_config(folder: Path, vocabulary: dict[str, int]) -> None:
    end, stop = vocabulary["<|endoftext|>"], vocabulary["<|im_end|>"]
    decoder = {
        "session_options": {"log_id": "onnxruntime-genai", "provider_options": []},
        "filename": "model.onnx",
        "head_size": HEAD,
        "hidden_size": HEAD,
        "inputs": {
            "input_ids": "input_ids",
            "attention_mask": "attention_mask",
            "past_key_names": "past_key_values.%d.key",
            "past_value_names": "past_key_values.%d.value",
        },
        "outputs": {
            "logits": "logits",
            "present_key_names": "present.%d.key",
            "present_value_names": "present.%d.value",
        },
        "num_attention_heads": 1,
        "num_hidden_layers": 1,
        "num_key_value_heads": 1,
    }
    config = {
        "model": {
            "bos_token_id": end,
            "context_length": CONTEXT,
            "decoder": decoder,
            "eos_token_id": [stop, end],
            "pad_token_id": end,
            "type": "qwen3",
            "vocab_size": len(vocabulary),
        },
        # As published: what the judge does not want, it has to say.
        "search": {"do_sample": True, "temperature": 0.6, "top_k": 20, "top_p": 0.95, "max_length": CONTEXT},
    }
    (folder / "genai_config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")

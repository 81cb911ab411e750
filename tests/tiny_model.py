"""Builds a tiny embedding model that fastembed really loads, with a little meaning in it.

It has the files, inputs and output of a BERT-like sentence model, but its only weights are one row per token:
words of one group of SYNONYMS share nearly the same row, stop-words and punctuation have rows near zero, and
every other word is spelled from pieces, so that any text gets a vector. Each position of the output also
carries the mean of the text, so mean pooling and CLS pooling both work; they differ slightly.
"""

from __future__ import annotations

import json
import string
from itertools import product
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

DIMENSIONS = 64
LONGEST = 256  # tokens

SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("car", "automobile", "vehicle"),
    ("database", "sqlite", "postgres"),
    ("dog", "puppy", "hound"),
    ("cat", "kitten"),
    ("error", "failure", "bug", "fault"),
    ("holiday", "vacation"),
    ("doctor", "physician"),
    ("fast", "quick", "rapid"),
    ("begin", "start", "commence"),
    ("big", "large", "huge"),
    ("small", "little", "tiny"),
    ("buy", "purchase"),
    ("house", "home", "residence"),
    ("money", "cash", "funds"),
    ("child", "kid"),
    ("meeting", "appointment"),
    ("delete", "remove", "erase"),
    ("password", "passphrase", "credential"),
    ("salary", "wage", "pay"),
    ("picture", "photo", "image"),
    ("film", "movie"),
    ("shop", "store"),
    ("laptop", "notebook"),
    ("lawyer", "attorney"),
    ("happy", "glad", "cheerful"),
    ("sick", "ill", "unwell"),
    ("choose", "select", "pick"),
    ("deploy", "release", "ship"),
    ("boss", "manager", "supervisor"),
    ("prefer", "favour", "like"),
)

STOP_WORDS = (
    "a an and any are as at be been but by can could did do does for from had has have he her him his how "
    "i if in into is it its me my no not of on or our out she so some than that the their them then there "
    "these they this those to too up us was we were what when where which who whom whose why will with "
    "would you your"
)

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def build_tiny_model(folder: Path, seed: int = 7, model_file: str = "model.onnx", pooled: bool = False) -> Path:
    """Write the model into `folder`, creating it, and return the folder.

    Same `seed`, same bytes; another seed gives other weights over the same words. `model_file` is the path of
    the graph inside the folder, because published models differ in it. A `pooled` model answers with one
    vector per text, as some published ones do.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tokens = _vocabulary()
    _write_tokenizer(folder, tokens)
    path = folder / model_file
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(_graph(_rows(tokens, seed), pooled), path)
    return folder


def _vocabulary() -> list[str]:
    words = (Path(__file__).parent / "tiny_words.txt").read_text(encoding="utf-8").split()
    meant = [form for group in SYNONYMS for word in group for form in _forms(word)]
    letters = string.ascii_lowercase + string.digits
    pieces = [*letters, *("".join(pair) for pair in product(string.ascii_lowercase, repeat=2))]
    return list(
        dict.fromkeys(
            [
                *SPECIAL,
                *string.punctuation,
                *STOP_WORDS.split(),
                *meant,
                *words,
                *pieces,
                *(f"##{piece}" for piece in pieces),
            ]
        )
    )


def _forms(word: str) -> tuple[str, ...]:
    plural = f"{word[:-1]}ies" if word.endswith("y") and word[-2] not in "aeiou" else f"{word}s"
    return word, plural


def _rows(tokens: list[str], seed: int) -> NDArray[np.float32]:
    """Each group of synonyms has a direction of its own, three times as long as the row of another word."""
    random = np.random.default_rng(seed)
    directions = np.linalg.qr(random.standard_normal((DIMENSIONS, len(SYNONYMS))))[0].T
    noise = random.standard_normal((len(tokens), DIMENSIONS))
    rows = noise / np.linalg.norm(noise, axis=1, keepdims=True)
    place = {token: row for row, token in enumerate(tokens)}
    for group, direction in zip(SYNONYMS, directions, strict=True):
        for row in (place[form] for word in group for form in _forms(word)):
            rows[row] = 3 * direction + 0.3 * rows[row]
    for token in (*SPECIAL, *string.punctuation, *STOP_WORDS.split()):
        rows[place[token]] *= 0.02
    for token in tokens:
        if token.startswith("##") or len(token) < 3:
            rows[place[token]] *= 0.5  # a word of three pieces should not outweigh three words
    return np.ascontiguousarray(rows, dtype=np.float32)


def _graph(rows: NDArray[np.float32], pooled: bool) -> onnx.ModelProto:
    """last_hidden_state = row of each token + mean row of the tokens that are not padding."""
    shape = ["batch", "sequence"]
    nodes = [
        helper.make_node("Gather", ["rows", "input_ids"], ["embedded"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["weights"]),
        helper.make_node("Mul", ["embedded", "weights"], ["seen"]),
        helper.make_node("ReduceSum", ["seen", "middle"], ["sum"], keepdims=1),
        helper.make_node("ReduceSum", ["weights", "middle"], ["count"], keepdims=1),
        helper.make_node("Div", ["sum", "count"], ["mean"]),
        # The type ids are zero in every sentence model; they are read so that the graph keeps the input.
        helper.make_node("Cast", ["token_type_ids"], ["types"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["types", "last"], ["types_wide"]),
        helper.make_node("Add", ["embedded", "types_wide"], ["typed"]),
        helper.make_node("Add", ["typed", "mean"], ["last_hidden_state"]),
    ]
    output, width = "last_hidden_state", [*shape, DIMENSIONS]
    if pooled:
        nodes.append(helper.make_node("Squeeze", ["mean", "middle"], ["sentence_embedding"]))
        output, width = "sentence_embedding", ["batch", DIMENSIONS]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, shape)
            for name in ("input_ids", "attention_mask", "token_type_ids")
        ],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, width)],
        [
            numpy_helper.from_array(rows, "rows"),
            numpy_helper.from_array(np.array([2], dtype=np.int64), "last"),
            numpy_helper.from_array(np.array([1], dtype=np.int64), "middle"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def _write_tokenizer(folder: Path, tokens: list[str]) -> None:
    place = {token: row for row, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.WordPiece(place, unk_token="[UNK]", max_input_chars_per_word=60))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B [SEP]",
        special_tokens=[("[CLS]", place["[CLS]"]), ("[SEP]", place["[SEP]"])],
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    marks = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL, strict=True))
    config = {
        "model_type": "bert",
        "architectures": ["BertModel"],
        "hidden_size": DIMENSIONS,
        "max_position_embeddings": LONGEST,
        "pad_token_id": 0,
        "vocab_size": len(tokens),
    }
    for name, value in (
        ("config.json", config),
        ("tokenizer_config.json", {"model_max_length": LONGEST, "do_lower_case": True, **marks}),
        ("special_tokens_map.json", marks),
    ):
        (folder / name).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")

"""Find the channels whose values are far larger than the rest, for `encoder_graph`; rewrites encoder_outliers.json.

Run in the gateway's environment when the encoder's weights change: `python -m bot.encoder.fit_outliers`. It runs
the float encoder over a sample of the example questions and looks at what each of its products is multiplied with.
"""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from tqdm import tqdm

from bot.encoder.graph import MINILM, MPNET, OUTLIERS_FILE, Architecture, EncoderGraph
from bot.encoder.setup import Weights, fetch_small_weights, fetch_weights
from bot.guidance.check import read_examples

SAMPLE = 1000
CHANNELS = 4
WITH_OUTLIERS = ("intermediate.dense", "output.dense")


class _WatchedGraph(EncoderGraph):
    """The encoder in floats, which also puts out what each product with outliers is multiplied with."""

    def __init__(self, architecture: Architecture, weights: dict[str, NDArray[Any]]) -> None:
        super().__init__(architecture, weights, {})
        self.watched: dict[str, str] = {}

    def _whole_product(self, value: str, name: str, kernel: NDArray[Any], bias: np.ndarray) -> str:
        if name.endswith(WITH_OUTLIERS) and "attention" not in name:
            self.watched[name] = value
        product = self._node("MatMul", value, self._constant(f"{name}.kernel", kernel))
        return self._node("Add", product, self._constant(f"{name}.bias", bias))


def find_outliers(architecture: Architecture, weights: Weights, texts: list[str]) -> dict[str, list[int]]:
    """Return, for each product of the feed-forward layers, the channels with the largest values over `texts`."""
    tokenizer = Tokenizer.from_file(str(weights.tokenizer))
    tokenizer.no_padding()
    graph = _WatchedGraph(architecture, load_file(str(weights.file)))
    model = graph.build()
    model.graph.output.extend(helper.make_tensor_value_info(v, TensorProto.FLOAT, None) for v in graph.watched.values())
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "watched.onnx"
        onnx.save_model(model, str(file))
        session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        largest = {name: np.zeros(1, np.float32) for name in graph.watched}
        for text in tqdm(texts, desc="Looking for outliers", unit="text"):
            ids = np.array([tokenizer.encode(text).ids], np.int64)
            given = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
            for name, values in zip(graph.watched, session.run(list(graph.watched.values()), given)):
                largest[name] = np.maximum(largest[name], np.abs(values[0]).max(axis=0))
    return {name: sorted(np.argsort(-values)[:CHANNELS].tolist()) for name, values in largest.items()}


def main() -> None:
    """Fetch the weights, find the outliers and write them to OUTLIERS_FILE."""
    texts = random.Random(1).sample([example.text for example in read_examples()], SAMPLE)
    found = {}
    for architecture, fetch in ((MPNET, fetch_weights), (MINILM, fetch_small_weights)):
        with tempfile.TemporaryDirectory() as scratch:
            found[architecture.name] = find_outliers(architecture, fetch(Path(scratch)), texts)
    OUTLIERS_FILE.write_text(_as_json(found), encoding="utf-8")


def _as_json(found: dict[str, dict[str, list[int]]]) -> str:
    """Return JSON with a product's channels on one line."""
    models = []
    for model, outliers in found.items():
        lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(channels)}" for name, channels in outliers.items())
        models.append(f"  {json.dumps(model)}: {{\n{lines}\n  }}")
    return "{\n" + ",\n".join(models) + "\n}\n"


if __name__ == "__main__":
    main()

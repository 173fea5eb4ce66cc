"""Write the sentence encoder as an ONNX graph, from pinned weights, without torch.

all-mpnet-base-v2 is a BERT-shaped encoder with one relative-position bias shared by all its layers
and positions that start at 2. The graph below adds what sentence-transformers does after it (mean
over the tokens, unit length), so that the file turns token numbers into a sentence vector.

Weights are whole numbers of 7 bits, one scale a column, and what they are multiplied with is rounded
to 8 bits as it comes. In a few channels those values are up to forty times as large as in the others
(`encoder_outliers.json`); one scale for all would round the others away, so these few are multiplied
in floats, beside the rest (docs/decisions/0018).
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

LAYERS = 12
HEADS = 12
WIDTH = 768
MAX_TOKENS = 256
FIRST_POSITION = 2
LAYER_NORM_EPSILON = 1e-5
OPSET = 17
IR_VERSION = 9
ONNXRUNTIME = "com.microsoft"  # the domain of onnxruntime's own operations
LARGEST_WEIGHT = 63  # 7 bits: with 8, pairs of products overflow on processors that have AVX2 but not VNNI
OUTLIERS_FILE = Path(__file__).with_name("encoder_outliers.json")


def write_encoder(weights_file: Path, target: Path) -> None:
    """Write the ONNX encoder in whole numbers for the weights in `weights_file` (safetensors) to `target`."""
    outliers = json.loads(OUTLIERS_FILE.read_text(encoding="utf-8"))
    onnx.save_model(EncoderGraph(load_file(str(weights_file)), outliers).build(), str(target))


def relative_position_buckets(length: int, buckets: int = 32, max_distance: int = 128) -> np.ndarray:
    """Return the bucket of each pair of positions: `length` x `length`, whole numbers below `buckets`.

    Near distances have a bucket each; further ones share buckets that widen logarithmically.
    """
    positions = np.arange(length)
    distance = positions[:, None] - positions[None, :]
    half = buckets // 2
    exact = half // 2
    backwards = np.where(distance < 0, half, 0)
    distance = np.abs(distance)
    with np.errstate(divide="ignore"):
        scaled = np.log(distance.astype(np.float32) / exact) / math.log(max_distance / exact) * (half - exact)
    far = np.minimum(exact + np.where(np.isfinite(scaled), scaled, 0).astype(np.int64), half - 1)
    return backwards + np.where(distance < exact, distance, far)


class EncoderGraph:
    """The nodes and constants of the encoder while it is put together."""

    def __init__(self, weights: dict[str, np.ndarray], outliers: dict[str, list[int]]) -> None:
        """Take the float weights by name, and for each product that has them its outlying channels."""
        self._weights = weights
        self._outliers = outliers
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, np.ndarray] = {}
        self._count = 0

    def build(self) -> onnx.ModelProto:
        """Return the whole model: `input_ids`, `attention_mask` in; `sentence` (unit vectors) out."""
        hidden = self._embed()
        bias = self._attention_bias()
        for layer in range(LAYERS):
            hidden = self._layer(hidden, bias, f"encoder.layer.{layer}")
        self._pool(hidden)
        batch_by_length = ["batch", "length"]
        graph = helper.make_graph(
            self._nodes,
            "all-mpnet-base-v2",
            [
                helper.make_tensor_value_info("input_ids", TensorProto.INT64, batch_by_length),
                helper.make_tensor_value_info("attention_mask", TensorProto.INT64, batch_by_length),
            ],
            [helper.make_tensor_value_info("sentence", TensorProto.FLOAT, ["batch", WIDTH])],
            initializer=[numpy_helper.from_array(array, name) for name, array in self._constants.items()],
        )
        domains = [helper.make_opsetid("", OPSET), helper.make_opsetid(ONNXRUNTIME, 1)]
        return helper.make_model(graph, opset_imports=domains, ir_version=IR_VERSION)

    def _node(self, operation: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        self._count += 1
        name = output or f"{operation}_{self._count}"
        self._nodes.append(helper.make_node(operation, list(inputs), [name], name=f"node_{name}", **attributes))
        return name

    def _constant(self, name: str, array: np.ndarray) -> str:
        self._constants.setdefault(name, np.ascontiguousarray(array))
        return name

    def _whole(self, *numbers: int) -> str:
        return self._constant(f"int_{'_'.join(map(str, numbers))}", np.array(numbers, dtype=np.int64))

    def _number(self, value: float) -> str:
        return self._constant(f"float_{value}", np.array(value, dtype=np.float32))

    def _weight(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _linear(self, value: str, prefix: str) -> str:
        return self._product(value, prefix, self._weights[f"{prefix}.weight"].T, self._weights[f"{prefix}.bias"])

    def _product(self, value: str, name: str, kernel: np.ndarray, bias: np.ndarray) -> str:
        """Return `value` times `kernel` plus `bias`, in whole numbers but for the outlying channels of `value`."""
        outliers = self._outliers.get(name, [])
        if not outliers:
            return self._whole_product(value, name, kernel, bias)
        channels = self._constant(f"{name}.outliers", np.array(outliers, np.int64))
        outlying = self._node("Gather", value, channels, axis=2)
        outlying = self._node("MatMul", outlying, self._constant(f"{name}.outlying", kernel[outliers]))
        others = np.ones(len(kernel), np.float32)
        others[outliers] = 0
        value = self._node("Mul", value, self._constant(f"{name}.others", others))
        kernel = kernel * others[:, None]
        return self._node("Add", self._whole_product(value, name, kernel, bias), outlying)

    def _whole_product(self, value: str, name: str, kernel: np.ndarray, bias: np.ndarray) -> str:
        scales = (np.abs(kernel).max(axis=0) / LARGEST_WEIGHT).astype(np.float32)
        return self._node(
            "DynamicQuantizeMatMul",
            value,
            self._constant(f"{name}.kernel", np.round(kernel / scales).astype(np.int8)),
            self._constant(f"{name}.scales", scales),
            self._constant(f"zeros_{len(scales)}", np.zeros(len(scales), np.int8)),
            self._constant(f"{name}.bias", bias),
            domain=ONNXRUNTIME,
        )

    def _query_key_value(self, hidden: str, prefix: str) -> list[str]:
        """Return the three projections of a layer's input: one product is quicker than three."""
        kernels = [self._weights[f"{prefix}.{part}.weight"].T for part in "qkv"]
        biases = [self._weights[f"{prefix}.{part}.bias"] for part in "qkv"]
        together = self._product(hidden, f"{prefix}.qkv", np.concatenate(kernels, axis=1), np.concatenate(biases))
        outputs = [f"{prefix}.{part}" for part in "qkv"]
        self._nodes.append(
            helper.make_node(
                "Split", [together, self._whole(WIDTH, WIDTH, WIDTH)], outputs, name=f"node_{prefix}.split", axis=-1
            )
        )
        return outputs

    def _embed(self) -> str:
        words = self._node("Gather", self._weight("embeddings.word_embeddings.weight"), "input_ids", axis=0)
        table = self._weights["embeddings.position_embeddings.weight"]
        positions = self._constant("positions", table[FIRST_POSITION : FIRST_POSITION + MAX_TOKENS])
        self._length = self._node("Slice", self._node("Shape", "input_ids"), self._whole(1), self._whole(2))
        placed = self._node("Slice", positions, self._whole(0), self._length, self._whole(0))
        return self._node(
            "LayerNormalization",
            self._node("Add", words, placed),
            self._weight("embeddings.LayerNorm.weight"),
            self._weight("embeddings.LayerNorm.bias"),
            axis=-1,
            epsilon=LAYER_NORM_EPSILON,
        )

    def _attention_bias(self) -> str:
        """Relative positions, plus a very large negative number where a token is only padding."""
        table = self._weights["encoder.relative_attention_bias.weight"]
        bias = table[relative_position_buckets(MAX_TOKENS)].transpose(2, 0, 1)[None]
        whole = self._constant("relative_positions", bias.astype(np.float32))
        both = self._node("Concat", self._length, self._length, axis=0)
        cut = self._node("Slice", whole, self._whole(0, 0), both, self._whole(2, 3))
        self._mask = self._node("Cast", "attention_mask", to=TensorProto.FLOAT)
        hidden = self._node("Sub", self._number(1.0), self._mask)
        hidden = self._node("Mul", hidden, self._number(-1e9))
        return self._node("Add", cut, self._node("Unsqueeze", hidden, self._whole(1, 2)))

    def _layer(self, hidden: str, bias: str, prefix: str) -> str:
        attention = f"{prefix}.attention"
        query, key, value = self._query_key_value(hidden, f"{attention}.attn")
        mixed = self._node(
            "MultiHeadAttention",
            *(query, key, value, "", "", bias),
            domain=ONNXRUNTIME,
            num_heads=HEADS,
            scale=1 / math.sqrt(WIDTH / HEADS),
        )
        hidden = self._add_and_norm(self._linear(mixed, f"{attention}.attn.o"), hidden, f"{attention}.LayerNorm")
        inner = self._node("Gelu", self._linear(hidden, f"{prefix}.intermediate.dense"), domain=ONNXRUNTIME)
        outer = self._linear(inner, f"{prefix}.output.dense")
        return self._add_and_norm(outer, hidden, f"{prefix}.output.LayerNorm")

    def _add_and_norm(self, value: str, added: str, prefix: str) -> str:
        return self._node(
            "SkipLayerNormalization",
            *(value, added, self._weight(f"{prefix}.weight"), self._weight(f"{prefix}.bias")),
            domain=ONNXRUNTIME,
            epsilon=LAYER_NORM_EPSILON,
        )

    def _pool(self, hidden: str) -> None:
        mask = self._node("Unsqueeze", self._mask, self._whole(2))
        total = self._node("ReduceSum", self._node("Mul", hidden, mask), self._whole(1), keepdims=0)
        count = self._node("ReduceSum", mask, self._whole(1), keepdims=0)
        mean = self._node("Div", total, count)
        length = self._node("ReduceL2", mean, axes=[1], keepdims=1)
        self._node("Div", mean, length, output="sentence")

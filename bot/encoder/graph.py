"""Write the sentence encoders as ONNX graphs, from pinned weights, without torch.

all-MiniLM-L6-v2 is BERT; all-mpnet-base-v2 is BERT with one relative-position bias shared by all its
layers and positions that start at 2. The graph below adds what sentence-transformers does after them
(mean over the tokens, unit length), so that a file turns token numbers into a sentence vector.

Weights are whole numbers of 7 bits, one scale a column, and what they are multiplied with is rounded
to 8 bits as it comes. In a few channels those values are up to forty times as large as in the others
(`encoder_outliers.json`); one scale for all would round the others away, so these few are multiplied
in floats, beside the rest (docs/decisions/0018).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

HEADS = 12
MAX_TOKENS = 256
OPSET = 17
IR_VERSION = 9
ONNXRUNTIME = "com.microsoft"  # the domain of onnxruntime's own operations
LARGEST_WEIGHT = 63  # 7 bits: with 8, pairs of products overflow on processors that have AVX2 but not VNNI
OUTLIERS_FILE = Path(__file__).with_name("outliers.json")


@dataclass(frozen=True)
class Architecture:
    """What sets the encoders apart: their size, and what their weights are called.

    `parts`: the three projections of attention, its output and its normalisation, below `encoder.layer.N.attention`.
    """

    name: str
    layers: int
    width: int
    first_position: int
    epsilon: float
    parts: tuple[str, str, str, str, str]
    relative_positions: bool = False
    token_types: bool = False


MPNET = Architecture(
    "all-mpnet-base-v2",
    12,
    768,
    2,
    1e-5,
    ("attn.q", "attn.k", "attn.v", "attn.o", "LayerNorm"),
    relative_positions=True,
)
MINILM = Architecture(
    "all-MiniLM-L6-v2",
    *(6, 384, 0, 1e-12),
    ("self.query", "self.key", "self.value", "output.dense", "output.LayerNorm"),
    token_types=True,
)


def write_encoder(architecture: Architecture, weights_file: Path, target: Path) -> None:
    """Write the ONNX encoder in whole numbers for the weights in `weights_file` (safetensors) to `target`."""
    outliers = json.loads(OUTLIERS_FILE.read_text(encoding="utf-8"))[architecture.name]
    onnx.save_model(EncoderGraph(architecture, load_file(str(weights_file)), outliers).build(), str(target))


def relative_position_buckets(length: int, buckets: int = 32, max_distance: int = 128) -> NDArray[Any]:
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

    def __init__(
        self, architecture: Architecture, weights: dict[str, NDArray[Any]], outliers: dict[str, list[int]]
    ) -> None:
        """Take the float weights by name, and for each product that has them its outlying channels."""
        self._is = architecture
        self._weights = weights
        self._outliers = outliers
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, NDArray[Any]] = {}
        self._count = 0

    def build(self) -> onnx.ModelProto:
        """Return the whole model: `input_ids`, `attention_mask` in; `sentence` (unit vectors) out."""
        hidden = self._embed()
        bias = self._attention_bias()
        for layer in range(self._is.layers):
            hidden = self._layer(hidden, bias, f"encoder.layer.{layer}")
        self._pool(hidden)
        batch_by_length = ["batch", "length"]
        graph = helper.make_graph(
            self._nodes,
            self._is.name,
            [
                helper.make_tensor_value_info("input_ids", TensorProto.INT64, batch_by_length),
                helper.make_tensor_value_info("attention_mask", TensorProto.INT64, batch_by_length),
            ],
            [helper.make_tensor_value_info("sentence", TensorProto.FLOAT, ["batch", self._is.width])],
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

    def _product(self, value: str, name: str, kernel: NDArray[Any], bias: np.ndarray) -> str:
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

    def _whole_product(self, value: str, name: str, kernel: NDArray[Any], bias: np.ndarray) -> str:
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
        parts = [f"{prefix}.{part}" for part in self._is.parts[:3]]
        kernels = [self._weights[f"{part}.weight"].T for part in parts]
        biases = [self._weights[f"{part}.bias"] for part in parts]
        together = self._product(hidden, f"{prefix}.attn.qkv", np.concatenate(kernels, axis=1), np.concatenate(biases))
        widths = self._whole(*[self._is.width] * 3)
        name = f"node_{prefix}.attn.split"
        self._nodes.append(helper.make_node("Split", [together, widths], parts, name=name, axis=-1))
        return parts

    def _embed(self) -> str:
        words = self._node("Gather", self._weight("embeddings.word_embeddings.weight"), "input_ids", axis=0)
        table = self._weights["embeddings.position_embeddings.weight"]
        table = table[self._is.first_position :][:MAX_TOKENS]
        if self._is.token_types:
            table = table + self._weights["embeddings.token_type_embeddings.weight"][0]
        positions = self._constant("positions", table)
        self._length = self._node("Slice", self._node("Shape", "input_ids"), self._whole(1), self._whole(2))
        placed = self._node("Slice", positions, self._whole(0), self._length, self._whole(0))
        return self._node(
            "LayerNormalization",
            self._node("Add", words, placed),
            self._weight("embeddings.LayerNorm.weight"),
            self._weight("embeddings.LayerNorm.bias"),
            axis=-1,
            epsilon=self._is.epsilon,
        )

    def _attention_bias(self) -> str:
        """Relative positions where there are any, plus a very large negative number where a token is only padding."""
        cut = self._relative_positions() if self._is.relative_positions else ""
        self._mask = self._node("Cast", "attention_mask", to=TensorProto.FLOAT)
        hidden = self._node("Sub", self._number(1.0), self._mask)
        hidden = self._node("Mul", hidden, self._number(-1e9))
        hidden = self._node("Unsqueeze", hidden, self._whole(1, 2))
        return self._node("Add", cut or self._square_of_zeros(), hidden)

    def _relative_positions(self) -> str:
        table = self._weights["encoder.relative_attention_bias.weight"]
        bias = table[relative_position_buckets(MAX_TOKENS)].transpose(2, 0, 1)[None]
        return self._square(self._constant("relative_positions", bias.astype(np.float32)))

    def _square_of_zeros(self) -> str:
        return self._square(self._constant("no_positions", np.zeros((1, 1, MAX_TOKENS, MAX_TOKENS), np.float32)))

    def _square(self, whole: str) -> str:
        both = self._node("Concat", self._length, self._length, axis=0)
        return self._node("Slice", whole, self._whole(0, 0), both, self._whole(2, 3))

    def _layer(self, hidden: str, bias: str, prefix: str) -> str:
        attention = f"{prefix}.attention"
        query, key, value = self._query_key_value(hidden, attention)
        output, norm = (f"{attention}.{part}" for part in self._is.parts[3:])
        mixed = self._node(
            "MultiHeadAttention",
            *(query, key, value, "", "", bias),
            domain=ONNXRUNTIME,
            num_heads=HEADS,
            scale=1 / math.sqrt(self._is.width / HEADS),
        )
        hidden = self._add_and_norm(self._linear(mixed, output), hidden, norm)
        inner = self._node("Gelu", self._linear(hidden, f"{prefix}.intermediate.dense"), domain=ONNXRUNTIME)
        outer = self._linear(inner, f"{prefix}.output.dense")
        return self._add_and_norm(outer, hidden, f"{prefix}.output.LayerNorm")

    def _add_and_norm(self, value: str, added: str, prefix: str) -> str:
        return self._node(
            "SkipLayerNormalization",
            *(value, added, self._weight(f"{prefix}.weight"), self._weight(f"{prefix}.bias")),
            domain=ONNXRUNTIME,
            epsilon=self._is.epsilon,
        )

    def _pool(self, hidden: str) -> None:
        mask = self._node("Unsqueeze", self._mask, self._whole(2))
        total = self._node("ReduceSum", self._node("Mul", hidden, mask), self._whole(1), keepdims=0)
        count = self._node("ReduceSum", mask, self._whole(1), keepdims=0)
        mean = self._node("Div", total, count)
        length = self._node("ReduceL2", mean, axes=[1], keepdims=1)
        self._node("Div", mean, length, output="sentence")

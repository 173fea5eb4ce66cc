"""Write the sentence encoder as an ONNX graph, from pinned weights, without torch.

all-mpnet-base-v2 is a BERT-shaped encoder with one relative-position bias shared by all its layers
and positions that start at 2. The graph below adds what sentence-transformers does after it (mean
over the tokens, unit length), so that the file turns token numbers into a sentence vector.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from safetensors.numpy import load_file

LAYERS = 12
HEADS = 12
WIDTH = 768
MAX_TOKENS = 256
FIRST_POSITION = 2
LAYER_NORM_EPSILON = 1e-5
OPSET = 17
IR_VERSION = 9
QUANTISED_BITS = 8
QUANTISED_BLOCK = 256
INT8_ARITHMETIC = 4  # onnxruntime's accuracy level: int8 activations, too


def write_encoder(weights_file: Path, target: Path) -> None:
    """Write the 8-bit ONNX encoder for the weights in `weights_file` (safetensors) to `target`."""
    graph = _Graph(load_file(str(weights_file)))
    model = graph.build()
    quantiser = MatMulNBitsQuantizer(
        model, bits=QUANTISED_BITS, block_size=QUANTISED_BLOCK, is_symmetric=True, accuracy_level=INT8_ARITHMETIC
    )
    quantiser.process()
    onnx.save_model(quantiser.model.model, str(target))


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


class _Graph:
    """The nodes and constants of the encoder while it is put together."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self._weights = weights
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
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)

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
        kernel = self._constant(f"{prefix}.kernel", self._weights[f"{prefix}.weight"].T)
        return self._node("Add", self._node("MatMul", value, kernel), self._weight(f"{prefix}.bias"))

    def _query_key_value(self, hidden: str, prefix: str) -> list[str]:
        """Return the three projections of a layer's input: one product is quicker than three.

        The division of the scores by the root of a head's width is in the query already.
        """
        scale = {"q": 1 / math.sqrt(WIDTH / HEADS), "k": 1.0, "v": 1.0}
        kernels = [self._weights[f"{prefix}.{part}.weight"].T * np.float32(by) for part, by in scale.items()]
        biases = [self._weights[f"{prefix}.{part}.bias"] * np.float32(by) for part, by in scale.items()]
        kernel = self._constant(f"{prefix}.qkv.kernel", np.concatenate(kernels, axis=1))
        bias = self._constant(f"{prefix}.qkv.bias", np.concatenate(biases))
        together = self._node("Add", self._node("MatMul", hidden, kernel), bias)
        outputs = [f"{prefix}.{part}" for part in scale]
        self._nodes.append(
            helper.make_node(
                "Split", [together, self._whole(WIDTH, WIDTH, WIDTH)], outputs, name=f"node_{prefix}.split", axis=-1
            )
        )
        return outputs

    def _layer_norm(self, value: str, prefix: str) -> str:
        return self._node(
            "LayerNormalization",
            value,
            self._weight(f"{prefix}.weight"),
            self._weight(f"{prefix}.bias"),
            axis=-1,
            epsilon=LAYER_NORM_EPSILON,
        )

    def _embed(self) -> str:
        words = self._node("Gather", self._weight("embeddings.word_embeddings.weight"), "input_ids", axis=0)
        table = self._weights["embeddings.position_embeddings.weight"]
        positions = self._constant("positions", table[FIRST_POSITION : FIRST_POSITION + MAX_TOKENS])
        self._length = self._node("Slice", self._node("Shape", "input_ids"), self._whole(1), self._whole(2))
        placed = self._node("Slice", positions, self._whole(0), self._length, self._whole(0))
        return self._layer_norm(self._node("Add", words, placed), "embeddings.LayerNorm")

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

    def _heads(self, value: str, order: list[int]) -> str:
        split = self._node("Reshape", value, self._whole(0, 0, HEADS, WIDTH // HEADS))
        return self._node("Transpose", split, perm=order)

    def _layer(self, hidden: str, bias: str, prefix: str) -> str:
        attention = f"{prefix}.attention"
        projections = self._query_key_value(hidden, f"{attention}.attn")
        orders = ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])
        query, key, value = (self._heads(part, order) for part, order in zip(projections, orders))
        scores = self._node("MatMul", query, key)
        shares = self._node("Softmax", self._node("Add", scores, bias), axis=-1)
        mixed = self._node("Transpose", self._node("MatMul", shares, value), perm=[0, 2, 1, 3])
        mixed = self._linear(self._node("Reshape", mixed, self._whole(0, 0, WIDTH)), f"{attention}.attn.o")
        hidden = self._layer_norm(self._node("Add", mixed, hidden), f"{attention}.LayerNorm")
        inner = self._gelu(self._linear(hidden, f"{prefix}.intermediate.dense"))
        outer = self._linear(inner, f"{prefix}.output.dense")
        return self._layer_norm(self._node("Add", outer, hidden), f"{prefix}.output.LayerNorm")

    def _gelu(self, value: str) -> str:
        erf = self._node("Erf", self._node("Div", value, self._number(math.sqrt(2.0))))
        scaled = self._node("Mul", value, self._node("Add", erf, self._number(1.0)))
        return self._node("Mul", scaled, self._number(0.5))

    def _pool(self, hidden: str) -> None:
        mask = self._node("Unsqueeze", self._mask, self._whole(2))
        total = self._node("ReduceSum", self._node("Mul", hidden, mask), self._whole(1), keepdims=0)
        count = self._node("ReduceSum", mask, self._whole(1), keepdims=0)
        mean = self._node("Div", total, count)
        length = self._node("ReduceL2", mean, axes=[1], keepdims=1)
        self._node("Div", mean, length, output="sentence")

"""The sentence encoder gives the vectors of the model it was made from, and refuses files that are not its own."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from bot.encoder import encoder
from bot.encoder.encoder import EncoderMissing, SentenceEncoder, check_files, sentence_encoder
from bot.paths import ENCODER


def test_like_questions_are_near_and_unlike_ones_far():
    vectors = sentence_encoder().encode(
        ["how do i get a personal budget", "asking for a personal budget", "rain is likely on tuesday"]
    )
    assert vectors.shape == (3, 768)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert vectors[0] @ vectors[1] > 0.7 > 0.2 > vectors[0] @ vectors[2]


def test_padding_does_not_change_a_vector():
    long = "this is a much longer message about a child who finds it hard to get dressed in the morning before school"
    alone = SentenceEncoder().encode(["a short question"])[0]
    beside = SentenceEncoder().encode(["a short question", long])[0]
    assert alone @ beside > 0.995  # 8-bit arithmetic rounds by the group that a text is encoded in


def test_stored_vectors_are_not_encoded_again(tmp_path, monkeypatch):
    monkeypatch.setattr(encoder, "CACHE_FOLDER", tmp_path)
    model = SentenceEncoder()
    first = model.encode_stored(["one question", "another question"])
    monkeypatch.setattr(model, "_encode", lambda texts: pytest.fail(f"encoded again: {texts}"))
    np.testing.assert_allclose(model.encode_stored(["another question", "one question"]), first[::-1], atol=1e-3)


def test_an_altered_file_is_refused(tmp_path):
    shutil.copytree(ENCODER, tmp_path / "encoder", ignore=shutil.ignore_patterns("*.onnx"))
    (tmp_path / "encoder" / "encoder.onnx").write_bytes(b"not the model")
    with pytest.raises(EncoderMissing, match="is not the file that set-up wrote"):
        check_files(tmp_path / "encoder")


def test_a_missing_encoder_says_what_to_run(tmp_path):
    with pytest.raises(EncoderMissing, match="make setup"):
        check_files(tmp_path)


def test_the_manifest_names_the_files():
    assert set(json.loads((ENCODER / "manifest.json").read_text())["files"]) == {"encoder.onnx", "tokenizer.json"}

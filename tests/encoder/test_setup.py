"""Set-up installs only the pinned files, and does nothing twice."""

from __future__ import annotations

import hashlib

import pytest

from bot.encoder import setup
from bot.encoder.encoder import MODEL_FILE, TOKENIZER_FILE, check_files


def fetched(folder, weights: bytes = b"weights"):
    (folder / setup.WEIGHTS_FILE).write_bytes(weights)
    (folder / TOKENIZER_FILE).write_bytes(b"tokenizer")
    return folder


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_file_that_is_not_the_pinned_one_is_refused(tmp_path):
    good = setup._expected(fetched(tmp_path), sha256(b"weights"), sha256(b"tokenizer"))
    assert good.file.name == setup.WEIGHTS_FILE
    with pytest.raises(ValueError, match="nothing was installed"):
        setup._expected(fetched(tmp_path, b"others"), sha256(b"weights"), sha256(b"tokenizer"))


def test_the_manifest_vouches_for_the_files_and_for_how_they_were_made(tmp_path):
    for name in (MODEL_FILE, TOKENIZER_FILE):
        (tmp_path / name).write_bytes(name.encode())
    assert not setup._is_made(tmp_path, "recipe")
    setup._write_manifest(tmp_path, "recipe")
    assert setup._is_made(tmp_path, "recipe") and not setup._is_made(tmp_path, "another recipe")
    assert check_files(tmp_path) == sha256(MODEL_FILE.encode())

"""The sentence encoder: text in, unit vector out. Vectors are kept by the text's hash, so nothing is encoded twice."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections import OrderedDict
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Iterable, Sequence

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.paths import ENCODER, SMALL_ENCODER, VAR

WIDTH = 768
MAX_TOKENS = 256
MODEL_FILE = "encoder.onnx"
TOKENIZER_FILE = "tokenizer.json"
MANIFEST_FILE = "manifest.json"
CACHE_FOLDER = VAR / "vectors"
RECENT = 4096
_TOKENS_PER_BATCH = 1024
# While somebody waits, a text is not filled up to half again its length: what fills it up costs as much as words.
_MOST_FILLED_UP = 1.5


class EncoderMissing(RuntimeError):
    """The encoder's files are not there or are not the pinned ones; the message says what to run."""


class SentenceEncoder:
    """all-mpnet-base-v2 in whole-number ONNX. Not safe to share between threads that call it at once without need: calls queue."""

    width = WIDTH
    padding_token = 1

    def __init__(self, folder: Path = ENCODER, threads: int | None = None) -> None:
        """Load the encoder in `folder`; raise EncoderMissing when it is not there or has been altered."""
        self.fingerprint = check_files(folder)
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or min(os.cpu_count() or 1, 4)
        options.inter_op_num_threads = 1
        # Threads wait for each other's parts by spinning, which is quicker than waking; between texts they sleep.
        options.add_session_config_entry("session.intra_op.allow_spinning", "1")
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self._session = onnxruntime.InferenceSession(
            str(folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
        )
        self._recent: OrderedDict[str, NDArray[Any]] = OrderedDict()

    def tokens(self, texts: Sequence[str]) -> list[int]:
        """Return into how many parts of words the encoder cuts each text: what encoding costs, which this does not."""
        return [len(self._tokenizer.encode(text).ids) for text in texts]

    def encode(self, texts: Sequence[str]) -> NDArray[Any]:
        """Return one unit vector a text, `len(texts)` x 768, from memory where it was asked for lately."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._recent]
        for text, vector in zip(missing, self._encode(missing, _MOST_FILLED_UP)):
            self._recent[text] = vector
        vectors = np.stack([self._recent[text] for text in texts]) if texts else np.zeros((0, self.width), np.float32)
        for text in texts:
            self._recent.move_to_end(text)
        while len(self._recent) > RECENT:
            self._recent.popitem(last=False)
        return vectors

    def encode_stored(
        self, texts: Sequence[str], progress: Callable[[Iterable[Any]], Iterable[Any]] = iter
    ) -> NDArray[Any]:
        """Like `encode`, for training: vectors are kept on disk by the text's hash and this encoder's fingerprint.

        `progress` wraps the batches, for instance to draw a progress bar.
        """
        file = CACHE_FOLDER / f"{self.fingerprint[:16]}.npz"
        known = _read_store(file)
        missing = [text for text in dict.fromkeys(texts) if _key(text) not in known]
        if missing:
            missing.sort(key=len)
            batches = [missing[start : start + 32] for start in range(0, len(missing), 32)]
            for batch in progress(batches):
                known.update(zip(map(_key, batch), self._encode(batch).astype(np.float16)))
            _write_store(file, known)
        vectors: NDArray[np.float32] = np.stack([known[_key(text)] for text in texts]).astype(np.float32)
        return vectors

    def _encode(self, texts: Sequence[str], most_filled_up: float = math.inf) -> NDArray[Any]:
        if not texts:
            return np.zeros((0, self.width), np.float32)
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(texts)), key=lambda index: len(tokens[index]))
        vectors = np.empty((len(texts), self.width), np.float32)
        for group in _groups(order, tokens, most_filled_up):
            width = max(len(tokens[index]) for index in group)
            ids = np.full((len(group), width), self.padding_token, np.int64)
            mask = np.zeros((len(group), width), np.int64)
            for row, index in enumerate(group):
                ids[row, : len(tokens[index])] = tokens[index]
                mask[row, : len(tokens[index])] = 1
            given = {"input_ids": ids, "attention_mask": mask}
            vectors[group] = self._session.run(["sentence"], given)[0]
        return vectors


class SmallEncoder(SentenceEncoder):
    """all-MiniLM-L6-v2, likewise: quick enough for every record of a directory and for each search."""

    width = 384
    padding_token = 0

    def __init__(self, folder: Path = SMALL_ENCODER, threads: int | None = None) -> None:
        """Load the encoder in `folder`; raise EncoderMissing when it is not there or has been altered."""
        super().__init__(folder, threads)


def check_files(folder: Path) -> str:
    """Return the fingerprint of the encoder in `folder`, after comparing its files with its manifest.

    Raises EncoderMissing when a file is absent or its sha256 is not the one that set-up recorded.
    """
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        for name, expected in manifest["files"].items():
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
            if found != expected:
                raise EncoderMissing(f"{folder / name} is not the file that set-up wrote: run `make setup`")
    except FileNotFoundError as error:
        raise EncoderMissing(f"the sentence encoder is not in {folder}: run `make setup`") from error
    return str(manifest["files"][MODEL_FILE])


@lru_cache(maxsize=1)
def sentence_encoder() -> SentenceEncoder:
    """Return the encoder of this process, loaded once."""
    return SentenceEncoder()


@lru_cache(maxsize=1)
def small_encoder() -> SmallEncoder:
    """Return the small encoder of this process, loaded once."""
    return SmallEncoder()


def _groups(order: list[int], tokens: list[list[int]], most_filled_up: float) -> Iterable[list[int]]:
    """Split texts, shortest first, into batches of like length, so that little is padded."""
    group: list[int] = []
    for index in order:
        length = len(tokens[index])
        if group and ((len(group) + 1) * length > _TOKENS_PER_BATCH or length > most_filled_up * len(tokens[group[0]])):
            yield group
            group = []
        group.append(index)
    if group:
        yield group


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:24]


def _read_store(file: Path) -> dict[str, NDArray[Any]]:
    if not file.exists():
        return {}
    with np.load(file) as store:
        return dict(zip(store["keys"].tolist(), store["vectors"]))


def _write_store(file: Path, known: dict[str, NDArray[Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part.npz")
    np.savez(part, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
    part.replace(file)

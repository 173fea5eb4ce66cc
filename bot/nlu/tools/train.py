"""Train the model: the spaCy pipeline from the vocabulary, then Rasa. Runs in Rasa's environment.

Vectors are kept by the text's hash, so after the first time only new examples are encoded.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time

from bot.nlu.tools.spacy_pipeline import build_pipeline
from bot.paths import MODELS, ROOT
from bot.processes.rasa_process import rasa_command, rasa_environment

KEPT_MODELS = 3


def main() -> int:
    """Train and return Rasa's exit status; an earlier model stays in use when training fails."""
    began = time.monotonic()
    build_pipeline()
    # Answers are not training data to Rasa, yet the selector reads them: --force, since Rasa cannot see that they changed.
    command = rasa_command("train", "--force", "--out", str(MODELS), "--domain", "domain.yml", "--data", "data")
    status = subprocess.run(command, cwd=ROOT, env=rasa_environment(), check=False).returncode
    if status == 0:
        _drop_old_models()
        print(f"Trained in {time.monotonic() - began:.0f} s", flush=True)
    return status


def _drop_old_models() -> None:
    for model in sorted(MODELS.glob("*.tar.gz"), key=lambda file: file.stat().st_mtime)[:-KEPT_MODELS]:
        model.unlink()
    shutil.rmtree(ROOT / ".rasa", ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

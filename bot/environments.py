"""Make the two Python environments from their lock files. Standard library only: `python3 bot/environments.py`.

The gateway's environment (.venv) runs on this Python, 3.11 or newer; Rasa's (.venv-rasa) needs Python 3.10.
Finished work is not repeated: each environment remembers the hash of the lock file that it was made from.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / ".venv"
RASA = ROOT / ".venv-rasa"
RASA_PYTHON = (3, 10)
APP_PYTHON_AT_LEAST = (3, 11)
_MARK = "made-from.sha256"


def main() -> int:
    """Make what is missing; return 0, or 1 after saying in one sentence what is needed."""
    if sys.version_info < APP_PYTHON_AT_LEAST:
        found = ".".join(map(str, sys.version_info[:2]))
        print(
            f"This is Python {found}: the guide needs 3.11 or newer. Run `make PYTHON=python3.12 ...` with one that you have."
        )
        return 1
    app_lock, rasa_lock = ROOT / "requirements" / "app.lock", ROOT / "requirements" / "rasa.lock"
    if not _is_current(APP, app_lock):
        print("Making .venv (gateway and actions)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(APP)], check=True)
        subprocess.run(
            [
                str(APP / "bin" / "python"),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                *_pinned_uv(app_lock),
            ],
            check=True,
        )
        _sync(APP, app_lock)
    if not _is_current(RASA, rasa_lock):
        python = rasa_python()
        if python is None:
            print(
                "Rasa 3.6 needs Python 3.10 and none was found: install it (for instance `pyenv install 3.10` or `uv python install 3.10`)"
                " and run this again."
            )
            return 1
        print(f"Making .venv-rasa (Rasa 3.6) with {python}", flush=True)
        subprocess.run([str(_uv()), "venv", "--quiet", "--clear", "--python", str(python), str(RASA)], check=True)
        _sync(RASA, rasa_lock)
    return 0


def rasa_python() -> Path | None:
    """Return a Python 3.10 that runs, or None.

    A `python3.10` on the path may be a pyenv shim that fails although pyenv has 3.10, so each candidate is tried.
    """
    for candidate in _candidates():
        if _runs(candidate):
            return candidate
    return _fetched_by_uv()


def _candidates() -> Iterator[Path]:
    for name in ("python3.10",):
        found = shutil.which(name)
        if found:
            yield Path(found)
    pyenv = shutil.which("pyenv")
    if pyenv:
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=False).stdout.strip()
        if root:
            yield from sorted(Path(root).glob("versions/3.10*/bin/python3.10"), reverse=True)
    for folder in (Path("/usr/local/bin"), Path("/usr/bin"), Path("/opt/homebrew/bin")):
        yield folder / "python3.10"


def _runs(python: Path) -> bool:
    try:
        shown = subprocess.run(
            [str(python), "-c", "import sys; print(sys.version_info[:2])"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return shown.returncode == 0 and shown.stdout.strip() == str(RASA_PYTHON)


def _fetched_by_uv() -> Path | None:
    uv = str(_uv())
    subprocess.run([uv, "python", "install", "--quiet", "3.10"], capture_output=True, check=False)
    found = subprocess.run(
        [uv, "python", "find", "--managed-python", "3.10"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return Path(found) if found and _runs(Path(found)) else None


def _pinned_uv(lock: Path) -> list[str]:
    """Return pip's arguments for the uv that the lock file pins, so that one version is in use everywhere."""
    pin = next(line.split()[0] for line in lock.read_text().splitlines() if line.startswith("uv=="))
    return [pin]


def _sync(environment: Path, lock: Path) -> None:
    python = environment / "bin" / "python"
    subprocess.run(
        [str(_uv()), "pip", "sync", "--quiet", "--require-hashes", "--python", str(python), str(lock)], check=True
    )
    (environment / _MARK).write_text(_hash(lock))


def _is_current(environment: Path, lock: Path) -> bool:
    mark = environment / _MARK
    return mark.exists() and mark.read_text() == _hash(lock) and (environment / "bin" / "python").exists()


def _uv() -> Path:
    return APP / "bin" / "uv"


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())

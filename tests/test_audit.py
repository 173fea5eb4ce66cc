"""`make audit` says what it found, and never that all is well where it could not ask."""

from __future__ import annotations

import os
import subprocess

import pytest

from bot.paths import ROOT

TABLE = """Found 1 known vulnerability in 1 package
Name   Version ID             Fix Versions
------ ------- -------------- ------------
jinja2 2.10    PYSEC-2019-217 2.10.1"""


@pytest.fixture
def audit(tmp_path):
    """Runs the audit with a tool that says `said` of every file and ends with `status`."""

    def run(said: str, status: int) -> subprocess.CompletedProcess[str]:
        tool = tmp_path / "uv"
        tool.write_text(f"#!/bin/sh\necho \"$*\" >> '{tmp_path}/asked'\ncat <<'END'\n{said}\nEND\nexit {status}\n")
        tool.chmod(0o700)
        environment = {**os.environ, "UV": str(tool)}
        return subprocess.run(
            [ROOT / "requirements/audit.sh"], env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    return run


def test_every_lock_file_is_asked_about(audit, tmp_path):
    done = audit("No known vulnerabilities found", 0)
    locks = {f"requirements/{file.name}" for file in (ROOT / "requirements").glob("*.lock")}
    assert done.returncode == 0
    assert set(done.stdout.splitlines()) == {f"{lock}: no known weakness" for lock in locks}
    asked = (tmp_path / "asked").read_text().splitlines()
    assert {line.split()[-1] for line in asked} == locks and all("--strict" in line.split() for line in asked)


def test_known_weaknesses_are_named_and_all_files_are_read(audit):
    done = audit(TABLE, 1)
    assert done.returncode == 1
    assert done.stdout.count("PYSEC-2019-217") == len(list((ROOT / "requirements").glob("*.lock")))


@pytest.mark.parametrize("said", ["ConnectionError: no route to host", "jinja2: not found and could not be audited"])
def test_what_could_not_be_asked_is_not_called_well(audit, said):
    done = audit(said, 1)
    assert done.returncode == 2
    assert "no known weakness" not in done.stdout and "make audit needs the internet" in done.stderr

"""What developers and editors are handed: hooks that fetch nothing, forms and lists that can be filled in."""

from __future__ import annotations

import re

import pytest
import yaml

from bot.paths import ROOT

FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"))
LISTS = [ROOT / ".github/pull_request_template.md", *sorted((ROOT / ".github/PULL_REQUEST_TEMPLATE").glob("*.md"))]


def test_hooks_run_what_set_up_made_and_fetch_nothing():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {entry["repo"] for entry in config["repos"]} == {"local"}
    hooks = [hook for entry in config["repos"] for hook in entry["hooks"]]
    assert len({hook["id"] for hook in hooks}) == len(hooks) >= 4
    assert all(hook["language"] == "system" and hook["entry"].startswith(".venv/bin/") for hook in hooks)
    assert all((ROOT / hook["entry"].split()[0]).exists() for hook in hooks)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_an_issue_form_asks_each_thing_once_and_says_what_for(form):
    read = yaml.safe_load(form.read_text(encoding="utf-8"))
    if form.name == "config.yml":
        return
    fields = [part for part in read["body"] if part["type"] != "markdown"]
    assert read["name"] and read["description"] and fields
    assert len({field["id"] for field in fields}) == len(fields)
    assert all(field["attributes"]["label"] for field in fields)
    assert "personal details" in form.read_text(encoding="utf-8")


def test_there_is_a_form_for_each_of_what_people_report():
    assert {form.stem for form in FORMS} >= {"wrong-answer", "wrong-service", "fault"}


@pytest.mark.parametrize("page", LISTS, ids=lambda page: page.name)
def test_a_list_for_changes_names_commands_and_files_that_exist(page):
    text = page.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"`make ([a-z-]+)`", text)) <= targets
    paths = re.findall(r"(?:\.github|docs|knowledge)/[\w./-]+", text)
    assert not [path for path in paths if not (ROOT / path.rstrip(".")).exists()]
    assert "- [ ]" in text

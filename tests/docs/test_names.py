"""What the pages name exists, and what operators meet is named on their page."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace

import pytest
from prometheus_client.metrics import MetricWrapperBase

from bot.__main__ import main
from bot.handover.delivery.figures import HandoverFigures
from bot.metrics import Metrics
from bot.paths import ROOT
from bot.setting_problems import NO_SETTINGS, NO_SETTINGS_BEGIN, variable_of
from bot.settings import Settings
from bot.turn.outcomes import OUTCOMES
from bot.turn.pipeline import ALWAYS, BUTTON_STEPS, STEPS
from tests.docs.pages import PAGES, code_of, found, is_of_now, text_of

OPERATIONS = ROOT / "docs" / "operations.md"
OF_NOW = [page for page in PAGES if is_of_now(page)]
COMMANDS = "serve|train|check|ask|evaluate|explain|atrs|reference|database|referrals|directory|retention|users|audit"
FOLDERS = r"(?:bot|actions|tests|data|knowledge|docs|styles|requirements|deploy|\.ci|\.github)/"


@cache
def files() -> frozenset[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return frozenset(name for name in listed.stdout.splitlines() if (ROOT / name).exists())


@cache
def words_of_the_code() -> frozenset[str]:
    endings = (".py", ".yml", ".json", ".js", ".toml", "Makefile", ".html")
    return frozenset(
        word
        for name in files()
        if name.endswith(endings)
        for word in re.findall(r"\w+", (ROOT / name).read_text(encoding="utf-8"))
    )


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the operators' page, without backticks."""
    section = text_of(OPERATIONS).split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [[first.strip("`"), *others] for first, *others in cells]


def test_every_path_that_a_page_names_exists():
    named = {
        (page, path)
        for page, path in found(rf"(?<![\w./-])({FOLDERS}[\w./*<>-]*)", OF_NOW)
        if not any(_stands_for(path, name) for name in files())
    }
    assert not named


def _stands_for(path: str, name: str) -> bool:
    """Whether a path, with `*` and `<id>` for anything in it, is a file, a folder, or the beginning of a decision's name."""
    parts = re.split(r"\*|<[^>]*>", path.rstrip("/."))
    return bool(re.match(r"[^/]*".join(map(re.escape, parts)) + r"(?:$|/|(?<=\d{4})-)", name))


def test_every_file_that_a_page_names_without_its_folder_exists():
    known = {name.rpartition("/")[2] for name in files()} | {"tokenizer.json", "manifest.json"}
    named = {(page, name) for page, name in found(r"^([\w-]+\.(?:py|yml|md|json|toml|sh|css))$", OF_NOW)}
    assert not {(page, name) for page, name in named if name not in known}


def test_every_setting_that_a_page_names_is_one():
    known = {variable_of(name) for name in Settings.model_fields} | NO_SETTINGS
    named = {(page, name) for page in PAGES for name in re.findall(r"\bGUIDE_[A-Z][A-Z_]*[A-Z]\b", text_of(page))}
    assert not {(page, name) for page, name in named if name not in known and not name.startswith(NO_SETTINGS_BEGIN)}


def test_every_make_target_that_a_page_names_is_one():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert not {(page, name) for page, name in found(r"(?:^|\s)make ([a-z-]+)", PAGES) if name not in targets}


def commands() -> list[list[str]]:
    """Each command that a page tells to run: its name, what it is to do, and the options named with it."""
    told = set()
    for page in OF_NOW:
        for code in code_of(text_of(page)):
            command = re.search(r"python -m bot ([a-z-]+)((?: +[^ #|]+)*)", code)
            command = command or re.match(rf"({COMMANDS})((?: +[^ #|]+)+)", code)
            if command:
                words = command[2].split()
                what = [word for word in words[:1] if re.fullmatch(r"[a-z]+(?:-[a-z]+)*", word)]
                options = [word for word in words if re.fullmatch(r"--[a-z][a-z-]*", word)]
                told.add((command[1], *what, *options))
    return sorted(map(list, told))


@pytest.mark.parametrize("told", commands(), ids=" ".join)
def test_every_command_that_a_page_tells_to_run_can_be_run(told, capsys):
    words = [word for word in told if not word.startswith("--")]
    if words[0] == "rasa-python":
        return
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0, capsys.readouterr().err
    described = capsys.readouterr().out
    assert all(option in described for option in told if option.startswith("--"))


def test_the_pages_tell_of_commands():
    assert len(commands()) > 15


def test_every_module_that_a_page_tells_to_run_exists():
    for page, module in found(r"python -m (bot(?:\.\w+)+)", OF_NOW):
        path = module.replace(".", "/")
        assert {f"{path}.py", f"{path}/__main__.py"} & files(), (page, module)


def test_every_name_in_the_form_of_code_stands_in_the_code():
    """Intents, actions, slots, outcomes, steps, figures, fields of the API: whatever has a `_` in it."""
    named = set(found(r"(?<![\w./<-])([a-z]+(?:_[a-z0-9]+)+)(?![\w./-])", OF_NOW))
    named |= set(found(r"(?<![\w./<-])/([a-z]+(?:_[a-z0-9]+)+)(?=$|[{\s])", OF_NOW))
    assert len(named) > 60
    assert not {(page, name) for page, name in named if not _known(name)}


def _known(name: str) -> bool:
    parts_of_figures = ("_total", "_bucket", "_sum", "_count")
    whole = next((name.removesuffix(end) for end in parts_of_figures if name.endswith(end)), name)
    return bool({name, whole} & words_of_the_code())


def test_the_operators_page_names_every_outcome_and_no_other():
    assert {row[0] for row in rows("Outcomes")} == outcomes()


def outcomes() -> set[str]:
    """Every outcome that the code can name: of replies, and those that steps give a turn by themselves."""
    named = set(OUTCOMES.values())
    for file in (ROOT / "bot/turn").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name == "outcome_of":
                given = [part.value for part in ast.walk(node) if isinstance(part, ast.Return)]
                named |= {f"{value.values[0].value}..." for value in given if isinstance(value, ast.JoinedStr)}
            if isinstance(node, ast.keyword) and node.arg == "outcome" and isinstance(node.value, ast.Constant):
                named.add(node.value.value)
    return named


def test_the_operators_page_names_every_step_in_its_order_and_no_other():
    of_words, of_buttons, always = ([step.__name__ for step in steps] for steps in (STEPS, BUTTON_STEPS, ALWAYS))
    told = [(name, of) for name, of, _ in rows("Steps")]
    assert [name for name, of in told if "words" in of] == of_words
    assert [name for name, of in told if "buttons" in of] == of_buttons
    assert [name for name, of in told if of == "always"] == always


def test_the_operators_page_names_every_figure_with_its_labels_and_no_other():
    told = {row[0]: row[1] for row in rows("Figures")}
    known = dict(figures())
    assert set(told) == set(known)
    assert not {name: label for name, label in known.items() if label and f"`{label}`" not in told[name]}


def figures() -> Iterator[tuple[str, str]]:
    """Each figure with its label."""
    metrics = Metrics()
    for figure in vars(metrics).values():
        if isinstance(figure, MetricWrapperBase):
            yield figure._name, "".join(figure._labelnames[:1])
    metrics.show_restarts(lambda: {"rasa": 1})
    notices = SimpleNamespace(waiting=0, dead=0, failed_attempts=0, oldest_s=0.0)
    store, outbox = SimpleNamespace(counts=lambda: {"new": 1}), SimpleNamespace(figures=lambda: {"mail": notices})
    restarts = [family for family in metrics.registry.collect() if family.name == "guide_restarts"]
    for family in [*restarts, *HandoverFigures(store, outbox).collect()]:
        yield family.name, "".join(label for sample in family.samples for label in sample.labels)

"""The files of patterns load, say why each rule is there, and tell an editor what is wrong and where."""

from __future__ import annotations

import re

import pytest
import yaml

from bot.reading import patterns
from bot.reading.patterns import (
    CALM_FILE,
    DANGER_FILE,
    PLAIN_FILE,
    BadPattern,
    calm_patterns,
    danger_patterns,
    plain_words,
    problems,
)

DANGER = """
may_be_settled: [harm]
fragments:
  word: {why: a word, pattern: '(?:[a-z]+ )'}
  who: {why: those, words: 'he a_man'}
  done: {why: what, around: '\\b{any}\\b', any: ['hit|hits', 'hurt {who}']}
signs:
  negation: {why: taken back, pattern: 'never $'}
  negatable_act: {why: acts, pattern: '{done}'}
rules:
  - name: somebody hurts
    why: because
    kind: harm
    negatable: true
    unless: 'ball'
    patterns: ['{who} {word 2}{done}', 'x{2}']
"""


@pytest.fixture
def read(tmp_path):
    def read_danger(text: str):
        file = tmp_path / "danger.yml"
        file.write_text(text, encoding="utf-8")
        danger_patterns.cache_clear()
        return danger_patterns(file)

    yield read_danger
    danger_patterns.cache_clear()


def test_our_own_files_have_no_problem():
    assert not list(problems())
    assert len(danger_patterns().rules) > 25
    assert len(calm_patterns().kinds) > 20
    assert len(plain_words().meanings) > 200


def test_each_rule_fragment_and_group_says_why_it_is_there():
    for file, parts in (
        (DANGER_FILE, ("fragments", "signs", "rules")),
        (CALM_FILE, ("fragments", "signs", "phrases", "kinds", "whole_kinds")),
        (PLAIN_FILE, ("words",)),
    ):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        for part in parts:
            entries = content[part].values() if isinstance(content[part], dict) else content[part]
            assert all(len(entry["why"]) > 3 for entry in entries), f"{file.name}: {part}"


@pytest.mark.parametrize(("read", "file"), [(danger_patterns, DANGER_FILE), (calm_patterns, CALM_FILE)])
def test_no_pattern_is_compiled_twice(monkeypatch, read, file):
    compiled = []
    compile_one = re.compile
    monkeypatch.setattr(patterns.re, "compile", lambda pattern: compiled.append(pattern) or compile_one(pattern))
    read.__wrapped__(file)
    assert len(compiled) > 30
    assert len(compiled) == len(set(compiled))
    read()
    del compiled[:]
    assert read() is read()
    assert not compiled


def test_fragments_are_filled_in_and_repeated(read):
    rule = read(DANGER).rules[0]
    assert rule.pattern.pattern == r"\b(?:(?:(?:he|a man) (?:[a-z]+ ){0,2}\b(?:hit|hits|hurt (?:he|a man))\b)|(?:x{2}))"
    assert rule.pattern.search("then a man really hits")
    assert (rule.category, rule.negatable, rule.unless.pattern) == ("harm", True, "ball")


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("{word 2}{done}", "{nobody}", r"rules 1 \(somebody hurts\), patterns 1: there is no fragment 'nobody'"),
        ("'x{2}'", "'(x'", r"rules 1 \(somebody hurts\): is no pattern: "),
        ("    why: because\n", "", r"rules 1 \(somebody hurts\): 'why' is missing"),
        ("why: because", "why: ''", r"rules 1 \(somebody hurts\): 'why' says nothing"),
        ("kind: harm", "kind: bother", r"rules 1 \(somebody hurts\): the kind 'bother' is none of harm, "),
        ("negatable: true", "negatable: maybe", "negatable is neither true nor false"),
        ("negatable: true", "negated: true", "'negated' means nothing here"),
        ("words: 'he a_man'", "words: ''", "fragment 'who': 'words' says nothing"),
        ("words: 'he a_man'", "word: 'he a_man'", "fragment 'who': has not just one of pattern, any, words"),
        ("may_be_settled: [harm]", "may_be_settled: [bother]", "may_be_settled: is not a list of harm, "),
        ("'\\b{any}\\b'", "'\\b'", "fragment 'done': 'around' does not hold {any} once"),
        ("negatable_act:", "negated_act:", "signs: are not just negatable_act, negation"),
        ("rules:", "rule:", "the file: has not just the parts"),
        ("  - name", " - - name", "danger.yml"),
    ],
)
def test_what_is_wrong_is_told_with_its_file_and_rule(read, good, bad, told):
    assert good in DANGER
    with pytest.raises(BadPattern, match=told) as found:
        read(DANGER.replace(good, bad, 1))
    assert str(found.value).startswith("danger.yml, ")


@pytest.mark.parametrize("written", ["", "- a list", "words: {", "\x00"])
def test_a_file_that_is_no_such_thing_is_told(read, written):
    with pytest.raises(BadPattern, match="the file: "):
        read(written)

"""Check `knowledge/` and its example questions: every problem with its file and line, in words an editor can act on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.guidance.answers import AUDIENCES, Answer, BadAnswerFile, load_answers
from bot.guidance.briefs import BRIEFS_FILE, LONGEST_BRIEF_WORDS, briefs
from bot.guidance.reading_age import reading_age, sentences, words
from bot.guidance.sources import Document, UnknownSection, cite, load_documents
from bot.guidance.wording import WORDING_FILE, all_wordings, wordings
from bot.paths import ANSWERS, EXAMPLES, ROOT
from bot.reading.patterns import FILES as PATTERN_FILES
from bot.reading.patterns import PatternFile
from bot.reading.patterns import problems as pattern_problems
from bot.reading.vocabulary import Vocabulary, load_vocabulary

FEWEST_EXAMPLES = 12
LONGEST_SENTENCE_WORDS = 25
OLDEST_READER = 11.0
LONGEST_ANSWER_WORDS = 140
LONGEST_QUESTION = 90
# Who may have compared a text with its sections. A form that only its writer has read says so.
READERS = ("second reader",)
READERS_OF_FORMS = (*READERS, "writer")
# Sections of wording.yml that only staff read.
STAFF_WORDING = frozenset({"desk", "notice"})
# A first sentence that is true of one way of asking only: "Yes.", "Mostly no.", "The school does."
_BARE_REPLY = re.compile(
    r"(?:(?:mostly |usually )?(?:yes|no)|not (?:always|often|yet|as a rule))[.,:;]"
    r"|(?:[\w'’]+ ){1,5}(?:do|does|did|may|can|will|is|are)\.",
    re.I,
)
_ABBREVIATION = re.compile(r"\b[A-Z]{2,}(?:s|'s)?\b")
_FAQ = re.compile(r"faq/(?P<id>[a-z0-9-]+)")


@dataclass(frozen=True, order=True)
class Problem:
    """Something to mend. `line` counts from 1."""

    file: Path
    line: int
    text: str

    def __str__(self) -> str:
        file = self.file.relative_to(ROOT) if self.file.is_relative_to(ROOT) else self.file
        return f"{file}:{self.line}: {self.text}"


@dataclass(frozen=True)
class ExampleLine:
    """An example question of an answer, with its place."""

    text: str
    answer: str
    file: Path
    line: int


def check(
    answers_folder: Path = ANSWERS, examples_folder: Path = EXAMPLES, covered: tuple[str, ...] | None = None
) -> list[Problem]:
    """Return every problem in the answers, their examples, the wording and the patterns, in order of file and line.

    `covered` names the documents whose every section must have an answer; by default those that
    at least one answer cites first.
    """
    try:
        answers = load_answers(answers_folder)
    except BadAnswerFile as error:
        file, line, text = str(error).split(":", 2)
        return [Problem(Path(file), int(line), text.strip())]
    documents, vocabulary = load_documents(), load_vocabulary()
    examples = list(read_examples(examples_folder))
    problems = [
        problem for answer in answers.values() for problem in _check_answer(answer, answers, documents, vocabulary)
    ]
    problems += _check_examples(answers, examples)
    problems += _check_coverage(answers, documents, covered)
    problems += _check_briefs(documents)
    problems += _check_refusals(examples_folder)
    problems += check_wording(all_wordings(), vocabulary)
    problems += check_patterns()
    return sorted(problems)


def read_examples(folder: Path = EXAMPLES) -> Iterator[ExampleLine]:
    """Yield the example questions in Rasa's NLU files below `folder`, with the lines they stand on."""
    for file in sorted(folder.glob("faq/*.yml")):
        answer = ""
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            found = re.match(r"\s*- intent: (.+)", line)
            if found:
                faq = _FAQ.search(found[1])
                answer = faq["id"] if faq else ""
                continue
            example = re.match(r"\s+- (?!intent:)(?P<text>.+)", line)
            if answer and example:
                yield ExampleLine(example["text"].strip(), answer, file, number)


def _check_answer(
    answer: Answer, answers: dict[str, Answer], documents: dict[str, Document], vocabulary: Vocabulary
) -> Iterator[Problem]:
    def problem(text: str, at: str = "") -> Problem:
        return Problem(answer.file, line_of(answer.file, at), text)

    own_links: set[str] = set()
    for source in answer.sources:
        try:
            own_links.update(cite(source, documents).document.links)
        except UnknownSection:
            yield problem(f"{source!r} is not a section in knowledge/sources.yml", source)
    for link in answer.links:
        if link.get("url") not in own_links:
            yield problem(
                f"the link {link.get('url')!r} is not in a document that this answer cites", str(link.get("url"))
            )
    for ident in answer.related:
        if ident not in answers:
            yield problem(f"the related answer {ident!r} does not exist", ident)
    if set(answer.audience) - set(AUDIENCES):
        yield problem(f"the audience is one or both of {', '.join(AUDIENCES)}", "audience:")
    if len(answer.question) > LONGEST_QUESTION:
        yield problem(
            f"the question has {len(answer.question)} characters: {LONGEST_QUESTION} at most, since it is a button",
            "question:",
        )
    yield from _check_reading(answer)
    yield from _check_words(answer, answer.text, vocabulary, for_parents=True)
    if answer.simpler:
        yield from _check_words(answer, answer.simpler, vocabulary, for_parents=True)
        if reading_age(answer.simpler, vocabulary.explained_terms) > reading_age(
            answer.text, vocabulary.explained_terms
        ):
            yield problem("`simpler` has a higher reading age than the answer itself", "simpler:")
    if answer.more:
        yield from _check_words(answer, answer.more, vocabulary, for_parents=True)
    if answer.professional:
        yield from _check_words(answer, answer.professional, vocabulary, for_parents=False)


def forms_read_by_writer_only(answers: Iterable[Answer]) -> list[Answer]:
    """Return the answers whose other forms still wait for a reader who did not write them."""
    return [answer for answer in answers if (answer.checked_forms or {}).get("by") == "writer"]


def _check_reading(answer: Answer) -> Iterator[Problem]:
    """Yield where it is not recorded who compared the text, or its other forms, with the sections, and when."""
    records: dict[str, tuple[dict[str, Any] | None, tuple[str, ...]]] = {"checked": (answer.checked, READERS)}
    if answer.simpler or answer.more:
        records["checked_forms"] = (answer.checked_forms, READERS_OF_FORMS)
    elif answer.checked_forms:
        line = line_of(answer.file, "checked_forms:")
        yield Problem(answer.file, line, "`checked_forms` without `simpler` or `more`")
    for name, (record, readers) in records.items():
        if not record or record.get("by") not in readers or not isinstance(record.get("on"), date):
            known = " or ".join(readers)
            yield Problem(
                answer.file,
                line_of(answer.file, f"{name}:"),
                f"`{name}` must say who compared the text with its sections and when: {{by: {known}, on: 2026-11-25}}",
            )


def _check_words(answer: Answer, text: str, vocabulary: Vocabulary, for_parents: bool) -> Iterator[Problem]:
    def problem(message: str, at: str) -> Problem:
        return Problem(answer.file, line_of(answer.file, at), message)

    if _BARE_REPLY.match(text):
        yield problem(
            f"it begins {text[:20]!r}: say what is true, since the question may have been put the other way round",
            text[:20],
        )
    for sentence in sentences(text):
        count = len(words(sentence))
        if count > LONGEST_SENTENCE_WORDS:
            yield problem(
                f"a sentence of {count} words ({LONGEST_SENTENCE_WORDS} at most): {sentence[:60]} ...", sentence[:40]
            )
    if len(words(text)) > LONGEST_ANSWER_WORDS:
        yield problem(f"{len(words(text))} words: {LONGEST_ANSWER_WORDS} at most", text[:40])
    age = reading_age(text, vocabulary.explained_terms)
    if for_parents and age > OLDEST_READER:
        yield problem(
            f"the reading age is {age:.1f} ({OLDEST_READER:.0f} at most): use shorter words and sentences", text[:40]
        )
    outside_names = _without_full_names(text, vocabulary)
    for short in dict.fromkeys(_ABBREVIATION.findall(outside_names)):
        plain = short.removesuffix("'s").removesuffix("s")
        if plain not in vocabulary.everyday and not _is_spelled_out(plain, text):
            yield problem(f"the abbreviation {plain} is not spelled out: write the words, then ({plain})", short)


def _without_full_names(text: str, vocabulary: Vocabulary) -> str:
    """Return the text without full names that hold an abbreviation themselves ("SEND Information, Advice ...")."""
    for full in vocabulary.abbreviations.values():
        if _ABBREVIATION.search(full):
            text = re.sub(re.escape(full), "", text, flags=re.I)
    return text


def _is_spelled_out(short: str, text: str) -> bool:
    """Tell whether the text has the words followed by the abbreviation, alone or first, in brackets: "words (SHORT)"."""
    return bool(re.search(rf"[A-Za-z]{{3,}}(?:['’]s)? \({re.escape(short)}\)", text))


def _check_examples(answers: dict[str, Answer], examples: list[ExampleLine]) -> Iterator[Problem]:
    of_answer: dict[str, list[ExampleLine]] = defaultdict(list)
    of_text: dict[str, ExampleLine] = {}
    for example in examples:
        of_answer[example.answer].append(example)
        key = " ".join(re.findall(r"[a-z0-9£]+", example.text.lower()))
        first = of_text.setdefault(key, example)
        if first.answer != example.answer:
            yield Problem(
                example.file,
                example.line,
                f"the same example is under {first.answer!r} and {example.answer!r}: {example.text[:60]}",
            )
        if example.answer not in answers:
            yield Problem(example.file, example.line, f"an example for {example.answer!r}, which is no answer")
    for answer in answers.values():
        count = len({example.text.lower() for example in of_answer[answer.id]})
        if count < FEWEST_EXAMPLES:
            yield Problem(answer.file, 1, f"{count} example questions in data/nlu/faq/: {FEWEST_EXAMPLES} at least")


def _check_coverage(
    answers: dict[str, Answer], documents: dict[str, Document], covered: tuple[str, ...] | None
) -> Iterator[Problem]:
    cited = {source for answer in answers.values() for source in answer.sources}
    wanted = covered if covered is not None else answered_in_full()
    for ident in wanted:
        for section in documents[ident].sections:
            if f"{ident}#{section}" not in cited:
                file = ROOT / "knowledge" / "sources.yml"
                yield Problem(file, line_of(file, f"      {section}:"), f"the section {ident}#{section} has no answer")


def _check_briefs(documents: dict[str, Document]) -> Iterator[Problem]:
    known = {f"{document.id}#{section}" for document in documents.values() for section in document.sections}
    for section, text in briefs().items():
        line = line_of(BRIEFS_FILE, f"  {section.partition('#')[2]}:")
        if section not in known:
            yield Problem(BRIEFS_FILE, line, f"{section!r} is not a section in knowledge/sources.yml")
        if len(text.split()) > LONGEST_BRIEF_WORDS:
            yield Problem(BRIEFS_FILE, line, f"the brief has {len(text.split())} words: {LONGEST_BRIEF_WORDS} at most")


def _check_refusals(examples_folder: Path) -> Iterator[Problem]:
    """Yield the kinds of refusal that have examples but no wording."""
    worded = wordings("out_of_scope")
    for file in sorted(examples_folder.rglob("*.yml")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            kind = line.partition("intent: out_of_scope/")[2].strip()
            if kind and kind not in worded:
                yield Problem(file, number, f"knowledge/wording.yml has no out_of_scope.{kind}")


def check_wording(sentences_by_key: dict[str, str], vocabulary: Vocabulary, file: Path = WORDING_FILE) -> list[Problem]:
    """Return what is hard to read among the sentences that the guide says by itself, by their dotted keys.

    A sentence has a limit of its own. The reading age is that of a whole section, since it says little of a few words;
    sections that only staff read have none.
    """
    problems = []
    sections: dict[str, list[str]] = {}
    for key, text in sentences_by_key.items():
        sections.setdefault(key.partition(".")[0], []).append(text)
        for sentence in sentences(text):
            count = len(words(sentence))
            if count > LONGEST_SENTENCE_WORDS:
                line = line_of(file, sentence[:40])
                problems.append(
                    Problem(file, line, f"{key}: a sentence of {count} words ({LONGEST_SENTENCE_WORDS} at most)")
                )
    for section, texts in sections.items():
        age = reading_age("\n".join(texts), vocabulary.explained_terms)
        if age > OLDEST_READER and section not in STAFF_WORDING:
            line = line_of(file, f"{section}:")
            problems.append(
                Problem(file, line, f"{section}: the reading age is {age:.1f} ({OLDEST_READER:.0f} at most)")
            )
    return problems


def check_patterns(files: Iterable[PatternFile] = PATTERN_FILES) -> list[Problem]:
    """Return the first thing that is wrong with each file of patterns."""
    return [
        Problem(error.file, line_of(error.file, error.written), f"{error.place}: {error.what}")
        for error in pattern_problems(files)
    ]


def answered_in_full() -> tuple[str, ...]:
    """Return the documents whose every section must have an answer."""
    content = yaml.safe_load((ROOT / "knowledge" / "sources.yml").read_text(encoding="utf-8"))
    return tuple(content["answered_in_full"])


def line_of(file: Path, text: str) -> int:
    """Return the first line that holds the text, counted from 1; 1 where none does."""
    if text:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if text in line:
                return number
    return 1
